// SPDX-License-Identifier: AGPL-3.0-or-later
// One file per topic; each defines one of these and module.cpp calls them.
#pragma once
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

namespace lumiverb::bindings {
namespace py = pybind11;

void initRoom (py::module_&);       // RoomDescription, RirSynth, decay analysis
void initTracer (py::module_&);     // scenes and RoomTracer
void initDsp (py::module_&);        // Convolver
void initMatch (py::module_&);      // MatchEngine, MatchState
void initDry (py::module_&);        // DryEngine, DryNetwork, DryState
void initDryBench (py::module_&);
void initInference (py::module_&);  // runtime, model packages, SceneEncoder
}  // namespace lumiverb::bindings

// SPDX-License-Identifier: AGPL-3.0-or-later
#include "bindings.h"

PYBIND11_MODULE (_native, m)
{
    using namespace lumiverb::bindings;
    m.doc() = "Native core of Lumiverb: rooms, impulse responses, convolution, inference.";
    initRoom (m);
    initTracer (m);
    initDsp (m);
    initMatch (m);
    initInference (m);
    initDry (m);
    initDryBench (m);
}

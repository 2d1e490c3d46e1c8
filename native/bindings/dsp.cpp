// SPDX-License-Identifier: AGPL-3.0-or-later
#include "bindings.h"

namespace lumiverb::bindings {
void initDsp (py::module_&) {}
}  // namespace lumiverb::bindings

#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# The native tests of build/ (doctest, run by ctest); fails if there is none.
set -eu
cd "$(dirname "$0")/.."
ctest --test-dir "${1:-build}" --output-on-failure --no-tests=error

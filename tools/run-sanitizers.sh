#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Builds and runs the native tests under sanitizers. usage: tools/run-sanitizers.sh [asan|tsan|rtsan]...
# rtsan (no allocation, lock or system call on the audio thread) needs clang++-22 and is skipped without it.
set -eu
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- asan tsan rtsan
for preset in "$@"; do
    if [ "$preset" = rtsan ] && ! command -v clang++-22 >/dev/null 2>&1; then
        echo "==> rtsan skipped: clang++-22 is not installed"
        continue
    fi
    echo "==> Native tests under $preset"
    cmake --preset "$preset" --log-level=WARNING
    cmake --build "build/$preset" --target native_tests
    tools/run-native-tests.sh "build/$preset"
done

#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Builds and runs the native tests under sanitizers. usage: tools/run-sanitizers.sh [asan|tsan|rtsan]...
#   asan   memory and undefined behaviour, all topics
#   tsan   data races, the topics that have threads
#   rtsan  allocation, locks and system calls on the audio thread, the topics that run there; skipped without clang++-22
set -eu
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- asan tsan rtsan
for preset in "$@"; do
    if [ "$preset" = rtsan ] && ! command -v clang++-22 >/dev/null 2>&1; then
        echo "==> rtsan skipped: clang++-22 is not installed"
        continue
    fi
    case "$preset" in
        asan) targets=native_tests tests=native_ ;;
        *) targets="test_dsp test_dry test_match" tests="native_(dsp|dry|match)" ;;
    esac
    echo "==> Native tests under $preset"
    cmake --preset "$preset" --log-level=WARNING
    # shellcheck disable=SC2086
    cmake --build "build/$preset" --target $targets
    ctest --test-dir "build/$preset" --output-on-failure --no-tests=error -R "$tests"
done

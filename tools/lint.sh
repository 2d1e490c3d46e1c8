#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# usage: tools/lint.sh format|lint. Formats the sources, or checks format, style and types and names every offender.
set -u
cd "$(dirname "$0")/.."
bin=.venv/bin
cpp_files="$(git ls-files 'native/*.cpp' 'native/*.h' 'plugin/*.cpp' 'plugin/*.h' 'tests/*.cpp' 'tests/*.h')"

if [ "${1:-lint}" = format ]; then
    set -e
    $bin/ruff check --fix --quiet . || true
    $bin/ruff format .
    # shellcheck disable=SC2086
    $bin/clang-format -i $cpp_files
    exit 0
fi

failed=""
check() { # NAME COMMAND...
    name="$1"
    shift
    echo "==> $name"
    "$@" || failed="$failed, $name"
}
check "ruff check" $bin/ruff check .
check "ruff format" $bin/ruff format --check .
# shellcheck disable=SC2086
check "clang-format" $bin/clang-format --dry-run --Werror $cpp_files
check "pyright" $bin/pyright
if [ -n "$failed" ]; then
    echo "Error: these checks found something: ${failed#, }. 'make format' mends the formatting." >&2
    exit 1
fi
echo "Everything is in order."

#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Installs the missing system packages of the groups named (see packages.txt), and only those.
# usage: tools/system-packages.sh [--optional] GROUP...
# --optional: a package that cannot be installed is named, and the exit code stays 0.
set -u
list="$(dirname "$0")/packages.txt"
optional=no
if [ "${1:-}" = --optional ]; then optional=yes; shift; fi
if [ $# -eq 0 ]; then echo "usage: tools/system-packages.sh [--optional] GROUP..." >&2; exit 2; fi

has_dpkg=no
command -v dpkg-query >/dev/null 2>&1 && has_dpkg=yes
installed() { [ "$(dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null | cut -c1-2)" = ii ]; }

missing=""
for group in "$@"; do
    while read -r g package program; do
        [ "$g" = "$group" ] || continue
        if [ -n "$program" ] && command -v "$program" >/dev/null 2>&1; then continue; fi
        if [ $has_dpkg = yes ]; then installed "$package" && continue; else [ -n "$program" ] || continue; fi
        missing="$missing $package"
    done < "$list"
done
missing="${missing# }"
[ -n "$missing" ] || exit 0

if [ $has_dpkg = no ] || ! command -v apt-get >/dev/null 2>&1; then
    [ $optional = yes ] && { echo "Not installed (no apt-get here): $missing"; exit 0; }
    echo "Error: this system has no apt-get; install the equivalents of these packages and repeat (docs/building.md): $missing" >&2
    exit 1
fi

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    as_root=sudo
    # Without a terminal sudo could wait for a password for ever.
    if ! command -v sudo >/dev/null 2>&1 || { ! sudo -n true 2>/dev/null && [ ! -t 0 ]; }; then
        [ $optional = yes ] && { echo "Not installed (needs root): $missing"; exit 0; }
        echo "Error: system packages are missing and this user may not install them; run 'sudo apt-get install $missing' and repeat." >&2
        exit 1
    fi
fi

log="$(mktemp)"
trap 'rm -f "$log" "$log.update"' EXIT
# env: sudo drops the variables of this shell.
apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq "$@" </dev/null >"$log" 2>&1; }
update() {
    # The lock of the package lists is not covered by DPkg::Lock::Timeout.
    for try in 1 2 3 4 5 6; do
        apt update && return 0
        grep -q 'Could not get lock' "$log" || return 1
        sleep 10
    done
    return 1
}
install() { apt install -y --no-install-recommends "$@"; }

echo "==> Installing system packages: $missing"
# A failed update is not fatal: the lists that are there may do. The reason is shown if the installation fails.
update || cp "$log" "$log.update"
install $missing && exit 0

if [ $optional = yes ]; then
    for package in $missing; do
        install "$package" || echo "Not installed: $package ($(grep -m1 '^E:' "$log" || echo 'apt-get failed'))"
    done
    exit 0
fi
cat "$log.update" "$log" 2>/dev/null | grep -v '^$' | tail -n 15 >&2
echo "Error: apt-get could not install the missing system packages ($missing); its messages are above." >&2
exit 1

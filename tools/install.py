#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Copies the built plug-ins into the user's own plug-in folders. Usage: ``python3 tools/install.py [--to FOLDER]``."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
from pathlib import Path

BUILT = Path(__file__).resolve().parent.parent / "build" / "plugins"


def user_folders() -> dict[str, Path]:
    """Where hosts look for the plug-ins of this user, by the ending of the bundle."""
    home = Path.home()
    if platform.system() == "Darwin":
        base = home / "Library/Audio/Plug-Ins"
        return {".vst3": base / "VST3", ".lv2": base / "LV2", ".component": base / "Components"}
    if platform.system() == "Windows":
        local = Path(os.environ.get("LOCALAPPDATA", home / "AppData/Local"))
        roaming = Path(os.environ.get("APPDATA", home / "AppData/Roaming"))
        return {".vst3": local / "Programs/Common/VST3", ".lv2": roaming / "LV2"}
    return {".vst3": home / ".vst3", ".lv2": home / ".lv2"}


def install(bundle: Path, folder: Path) -> Path:
    """Copies beside the old version and swaps names: a host that has the old one loaded keeps its files."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / bundle.name
    new, old = folder / f".{bundle.name}.new", folder / f".{bundle.name}.old"
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(bundle, new)
    if target.exists() or target.is_symlink():
        target.rename(old)
    new.rename(target)
    if old.is_symlink():
        old.unlink()
    shutil.rmtree(old, ignore_errors=True)
    return target


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, help="one folder for all bundles instead of the user's plug-in folders")
    to = parser.parse_args().to
    folders = user_folders()
    bundles = [b for b in sorted(BUILT.iterdir()) if b.suffix in folders] if BUILT.is_dir() else []
    if not bundles:
        print(f"Error: there are no plug-ins in {BUILT}: run 'make plugins' first.", file=sys.stderr)
        return 1
    for bundle in bundles:
        try:
            print(f"Installed {install(bundle.resolve(), to or folders[bundle.suffix])}")
        except OSError as error:
            print(f"Error: {bundle.name} could not be installed: {error}.", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

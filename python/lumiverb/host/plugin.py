# SPDX-License-Identifier: AGPL-3.0-or-later
"""The real VST3 plug-ins from Python, through pedalboard (extra ``lumiverb[plugins]``), with a room set and no window opened."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lumiverb.errors import PluginError, RoomError
from lumiverb.host import vst3_state
from lumiverb.host.models import DRY_MODELS, source_tree
from lumiverb.host.native import native, translated
from lumiverb.host.parameters import check_dry_parameter, native_edits, native_settings

if TYPE_CHECKING:
    from lumiverb.room import Room

#: Plug-ins of the suite by short name, and their bundle.
PLUGINS = {"Match": "Lumiverb Match.vst3", "Dry": "Lumiverb Dry.vst3"}


def search_path() -> list[Path]:
    """Folders that are searched: $LUMIVERB_PLUGINS, the developer's build, the user's and the system's VST3 folders."""
    folders = [Path(p) for p in os.environ.get("LUMIVERB_PLUGINS", "").split(os.pathsep) if p]
    tree = source_tree()
    if tree is not None:
        folders.append(tree / "build" / "plugins")
    home = Path.home()
    if sys.platform == "darwin":
        folders += [home / "Library/Audio/Plug-Ins/VST3", Path("/Library/Audio/Plug-Ins/VST3")]
    elif sys.platform == "win32":
        roots = [os.environ.get("LOCALAPPDATA"), os.environ.get("COMMONPROGRAMFILES")]
        folders += [Path(root) / tail for root, tail in zip(roots, ("Programs/Common/VST3", "VST3"), strict=True) if root]
    else:
        folders += [home / ".vst3", Path("/usr/local/lib/vst3"), Path("/usr/lib/vst3")]
    return folders


def find_plugin(name: str) -> Path:
    """The VST3 bundle of a plug-in.

    Raises
    ------
    PluginError
        For an unknown name, or listing the folders that were searched.
    """
    if name not in PLUGINS:
        raise PluginError(f"unknown plug-in '{name}'; the plug-ins are {', '.join(PLUGINS)}")
    for folder in search_path():
        if (folder / PLUGINS[name]).exists():
            return folder / PLUGINS[name]
    searched = ", ".join(map(str, search_path()))
    raise PluginError(f"'{PLUGINS[name]}' not found in {searched}; build it with 'make plugins' or set LUMIVERB_PLUGINS to its folder")


def load_plugin(
    name: str = "Match",
    room: Room | None = None,
    *,
    recording: Room | None = None,
    balance: float = 0.5,
    path: str | os.PathLike[str] | None = None,
    **parameters: Any,
) -> Any:
    """Load the real plug-in for use in a :class:`pedalboard.Pedalboard`.

    Parameters
    ----------
    name : str
        "Match" or "Dry".
    room : Room, optional
        Set through the plug-in's state: no window is opened. Without one Match passes audio through; for Dry it is a hint.
    recording : Room, optional
        Match: what a recording says of the place (``Room.from_recording``). The plug-in keeps both descriptions and plays
        ``Room.fuse(room, recording, balance)``; the person can move the balance later.
    balance : float
        0 picture .. 1 recording; 0.5 weighs both by their spreads.
    path : path, optional
        A bundle of your own; by default :func:`find_plugin`.
    **parameters
        The knobs of :class:`lumiverb.Match` (mix, decay, size, ...) or :class:`lumiverb.Dry` (amount, tail_s, ...; also quality).

    Returns
    -------
    pedalboard.VST3Plugin

    Raises
    ------
    PluginError
        When pedalboard or the plug-in is missing or will not load, or the plug-in did not take the state.
    RoomError
        For an unknown knob or a value out of range.
    """
    given = room is not None or recording is not None or bool(parameters)
    if name == "Match":
        parameters = {"recording": recording, "balance": balance, **parameters}
    state = _state(name, room, parameters)  # wrong values fail before anything is loaded
    try:
        import pedalboard
    except ImportError:
        raise PluginError("load_plugin needs the Python package 'pedalboard': pip install 'lumiverb[plugins]'") from None
    bundle = Path(path) if path is not None else find_plugin(name)
    try:
        loaded: Any = pedalboard.load_plugin(str(bundle))
    except (ImportError, ValueError, RuntimeError) as error:
        raise PluginError(f"{bundle}: cannot be loaded ({' '.join(str(error).split())})") from error
    if given:
        loaded.raw_state = vst3_state.wrap(state)
        if room is not None and read_room_json(loaded, name) is None:
            raise PluginError(f"{bundle}: did not take the room; it is of another version than this Python package")
    return loaded


def match_state(room: Room | None, *, recording: Room | None = None, balance: float = 0.5, **parameters: Any) -> bytes:
    """The state that Match saves in a session, for a room (seen, heard or both) and knobs."""
    if not 0.0 <= balance <= 1.0:
        raise RoomError(f"balance must be from 0 (picture) to 1 (recording), not {balance:g}")
    slot = {
        "room": room.json if room else None,
        "name": room.name if room else "",
        "thumbnail": room.thumbnail if room else b"",
        "recording": recording.json if recording else None,
        "recordingName": recording.name if recording else "",
        "balance": balance,
        "scene": room.scene if room else "",
        "parameters": {**native_settings(parameters), "edits": native_edits(parameters)},
    }
    with translated(RoomError):
        return native().serialise_match_state({"slots": [slot, slot], "active": 0})


def dry_state(room: Room | None, quality: str = "lite", **parameters: Any) -> bytes:
    """The state that Dry saves in a session, for a room hint, a network and knobs."""
    if quality not in DRY_MODELS:
        raise RoomError(f"unknown quality '{quality}'; the qualities are {', '.join(DRY_MODELS)}")
    slot = {
        "room": room.json if room else None,
        "name": room.name if room else "",
        "thumbnail": room.thumbnail if room else b"",
        "parameters": {n: check_dry_parameter(n, v) for n, v in parameters.items()},
    }
    with translated(RoomError):
        return native().serialise_dry_state({"slots": [slot, slot], "active": 0, "quality": quality})


def _state(name: str, room: Room | None, parameters: dict[str, Any]) -> bytes:
    if name not in PLUGINS:
        raise PluginError(f"unknown plug-in '{name}'; the plug-ins are {', '.join(PLUGINS)}")
    return (dry_state if name == "Dry" else match_state)(room, **parameters)


def read_state(plugin: Any, name: str = "Match") -> dict[str, Any]:
    """The state of a loaded plug-in as a dictionary (the fields of the C++ ``MatchState`` or ``DryState``)."""
    with translated(PluginError, prefix="the plug-in's state cannot be read: "):
        read = native().deserialise_dry_state if name == "Dry" else native().deserialise_match_state
        return read(vst3_state.unwrap(plugin.raw_state))


def read_room_json(plugin: Any, name: str = "Match") -> str | None:
    """The room that a loaded plug-in has, as JSON text, or None."""
    state = read_state(plugin, name)
    return state["slots"][state["active"]]["room"]

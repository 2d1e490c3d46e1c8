# SPDX-License-Identifier: AGPL-3.0-or-later
"""The envelope that JUCE hosts (pedalboard among them) put around a VST3's state. docs/state-format.md describes what is inside.

``raw_state`` = "VC2!" + length + XML + NUL; the XML holds the component's bytes in JUCE's own base64 (little-endian bit order,
an alphabet that starts with a full stop, the length in front). A JUCE plug-in may append a "JUCEPrivateData" block to its bytes.
"""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ElementTree

from lumiverb.errors import PluginError

_magic = b"VC2!"
_alphabet = b".ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+"
_values = {character: value for value, character in enumerate(_alphabet)}
_private_marker = b"JUCEPrivateData"


def wrap(component: bytes) -> bytes:
    """A plug-in's own state as a host's ``raw_state``."""
    text = '<?xml version="1.0" encoding="UTF-8"?> <VST3PluginState><IComponent>' + _encode(component) + "</IComponent></VST3PluginState>"
    xml = text.encode("ascii")
    return _magic + struct.pack("<I", len(xml)) + xml + b"\0"


def unwrap(raw_state: bytes) -> bytes:
    """A plug-in's own state from a host's ``raw_state``.

    Raises
    ------
    PluginError
        When the bytes are not such a state.
    """
    if raw_state[:4] != _magic or len(raw_state) < 9:
        raise PluginError("the plug-in's state is not a VST3 state of a JUCE host")
    (length,) = struct.unpack("<I", raw_state[4:8])
    try:
        root = ElementTree.fromstring(raw_state[8 : 8 + length].decode("utf-8"))
    except (ElementTree.ParseError, UnicodeDecodeError) as error:
        raise PluginError(f"the plug-in's state is damaged ({error})") from None
    text = root.findtext("IComponent")
    if text is None:
        raise PluginError("the plug-in's state holds no IComponent")
    return _without_private_data(_decode(text))


def _encode(data: bytes) -> str:
    count = (len(data) * 8 + 5) // 6
    # Three bytes give four characters.
    characters = bytearray()
    for start in range(0, len(data), 3):
        bits = int.from_bytes(data[start : start + 3], "little")
        characters += bytes(_alphabet[(bits >> shift) & 63] for shift in (0, 6, 12, 18))
    return f"{len(data)}." + characters[:count].decode("ascii")


def _decode(text: str) -> bytes:
    size, _, characters = text.strip().partition(".")
    if not size.isdigit() or int(size) > 64 * 1024 * 1024:
        raise PluginError("the plug-in's state is damaged (length)")
    data = bytearray()
    for start in range(0, len(characters), 4):
        bits = 0
        for place, character in enumerate(characters[start : start + 4].encode("ascii", "replace")):
            if character not in _values:
                raise PluginError("the plug-in's state is damaged (characters)")
            bits |= _values[character] << (6 * place)
        data += bits.to_bytes(3, "little")
    if len(data) < int(size):
        raise PluginError("the plug-in's state is damaged (too short)")
    return bytes(data[: int(size)])


def _without_private_data(data: bytes) -> bytes:
    """Layout of the trailer: int64 0, private bytes, int64 their size, marker."""
    if not data.endswith(_private_marker):
        return data
    (size,) = struct.unpack("<q", data[-len(_private_marker) - 8 : -len(_private_marker)])
    end = len(data) - len(_private_marker) - 8 - size - 8
    return data[:end] if size >= 0 and end >= 0 else data

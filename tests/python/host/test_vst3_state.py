# SPDX-License-Identifier: AGPL-3.0-or-later
"""The envelope around a plug-in's state, byte for byte as JUCE hosts write it."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from lumiverb.errors import PluginError
from lumiverb.host.vst3_state import unwrap, wrap


def test_literal_bytes() -> None:
    """'hi' in JUCE's base64: length, full stop, six bits at a time from the lowest, alphabet '.', 'A'-'Z', 'a'-'z', '0'-'9', '+'."""
    xml = b'<?xml version="1.0" encoding="UTF-8"?> <VST3PluginState><IComponent>2.nkF</IComponent></VST3PluginState>'
    assert wrap(b"hi") == b"VC2!" + struct.pack("<I", len(xml)) + xml + b"\0"


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 255, 10_001])
def test_any_bytes_come_back(size: int) -> None:
    data = np.random.default_rng(size).bytes(size)
    assert unwrap(wrap(data)) == data


def test_private_data_of_the_wrapper_is_dropped() -> None:
    private = b"xyz"
    data = b"our state" + struct.pack("<q", 0) + private + struct.pack("<q", len(private)) + b"JUCEPrivateData"
    assert unwrap(wrap(data)) == b"our state"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"VC2!",
        b"junk" * 10,
        wrap(b"hello")[:-20],
        wrap(b"hello").replace(b"IComponent", b"IKomponent"),
        wrap(b"hello").replace(b"5.", b"9."),
    ],
)
def test_damaged_envelopes_are_refused(raw: bytes) -> None:
    with pytest.raises(PluginError):
        unwrap(raw)

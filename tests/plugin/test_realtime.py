# SPDX-License-Identifier: AGPL-3.0-or-later
"""The audio thread of the real plug-in: nothing allocated, nothing freed, while it plays, is automated and gets new rooms."""

from __future__ import annotations

import numpy as np
import pytest
from plugin_support import a_room, a_state, white


@pytest.mark.parametrize("block", (1, 64, 480, 1024))
@pytest.mark.parametrize("rate", (44100, 96000))
def test_process_allocates_and_frees_nothing(probe, native, rate, block):
    audio = white(2, 3000 if block == 1 else 48000)
    report, _ = probe(audio, a_state(native, a_room(native), mix=0.5), rate=rate, block=block, passes=2)
    assert report["tail"] > 0, "the room does not sound: nothing was measured"
    assert report["allocations"] == 0 and report["releases"] == 0


@pytest.mark.parametrize("out", ("mono", "stereo", "5.1", "foa"))
def test_no_allocation_in_any_layout(probe, native, out):
    report, _ = probe(white(1, 48000), a_state(native, a_room(native), mix=0.5), out=out, passes=2)
    assert report["tail"] > 0, "the room does not sound: nothing was measured"
    assert report["allocations"] == 0 and report["releases"] == 0


def test_match_adds_no_lock_to_those_of_the_wrapper(probe, native):
    # JUCE's VST3 wrapper takes its own uncontended locks, a few in every block; a room must not add any.
    idle, _ = probe(white(2, 48000), None, block=64)
    playing, _ = probe(white(2, 48000), a_state(native, a_room(native), mix=0.5), block=64)
    assert playing["tail"] > 0 and idle["tail"] == 0
    assert playing["locks"] == idle["locks"] <= 4 * idle["blocks"]


def test_automation_allocates_nothing_and_does_not_click(probe, native):
    t = np.arange(96000) / 48000
    tone = (0.25 * np.sin(2 * np.pi * 110 * t)).astype(np.float32)[None].repeat(2, 0)
    report, wet = probe(tone, a_state(native, a_room(native), mix=0.0), mix="0:1", block=64)
    assert report["tail"] > 0, "the room does not sound: nothing was measured"
    assert report["allocations"] == 0 and report["releases"] == 0
    # A 110 Hz tone of this level moves by at most 0.0036 a sample; the room may add to it, a click would be far above.
    assert np.max(np.abs(np.diff(wet[:, 4800:]))) < 0.02


def test_new_rooms_while_playing_allocate_nothing_here_and_do_not_click(probe, native):
    t = np.arange(48000) / 48000
    tone = (0.25 * np.sin(2 * np.pi * 110 * t)).astype(np.float32)[None].repeat(2, 0)
    first, second = a_state(native, a_room(native, 1), mix=1.0), a_state(native, a_room(native, 2), mix=1.0)
    report, wet = probe(tone, first, second, block=256)
    assert report["tail"] > 0, "the room does not sound: nothing was measured"
    assert report["allocations"] == 0 and report["releases"] == 0
    assert np.all(np.isfinite(wet)) and np.max(np.abs(np.diff(wet[:, 4800:]))) < 0.05


def test_the_counter_counts(probe, native):
    """The probe would see an allocation: its own start-up is full of them, and a fresh first pass may allocate in the wrapper."""
    report, _ = probe(white(2, 4800), None, fresh=1)
    assert report["blocks"] == 75 and report["create_ms"] < 2000

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Match and Dry in a real DAW without a screen: Ardour scans it, plays a session with automation, exports, saves and reloads."""

from __future__ import annotations

import base64
import os
import re
import shutil
import struct
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plugin_support import a_room, a_state

ARDOUR = next((p for p in sorted(Path("/usr/lib").glob("ardour[0-9]*"), reverse=True) if (p / "luasession").exists()), None)
SCRIPTS = Path(__file__).parent / "ardour"
pytestmark = pytest.mark.skipif(ARDOUR is None, reason="Ardour is not installed")


class Studio:
    """A home of its own for Ardour, with the plug-in installed and scanned."""

    def __init__(self, home: Path, bundle: Path, **environment: str) -> None:
        assert ARDOUR is not None
        version = ARDOUR.name
        self.home, self.session = home, home / "session"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "LD_LIBRARY_PATH": str(ARDOUR),
            "ARDOUR_DATA_PATH": f"/usr/share/{version}",
            "ARDOUR_CONFIG_PATH": f"/etc/{version}",
            "ARDOUR_DLL_PATH": str(ARDOUR),
            "SESSION": str(self.session),
            "OUT": str(home),
            **environment,
        }
        self.bundle = home / ".vst3" / bundle.name
        shutil.copytree(bundle, self.bundle)
        # Ardour takes a scan result only when it is newer than the module, to the second.
        for file in self.bundle.rglob("*"):
            os.utime(file, (time.time() - 60,) * 2)

    def scan(self) -> str:
        """The scanner's description of the plug-in (XML)."""
        assert ARDOUR is not None
        self.run([str(ARDOUR / "ardour-vst3-scanner"), "-f", str(self.bundle)])
        return next(self.home.rglob("*.v3i")).read_text()

    def script(self, name: str, **environment: str) -> str:
        assert ARDOUR is not None
        command = [str(ARDOUR / "luasession"), str(SCRIPTS / name)]
        saved = self.home / "saved"
        shutil.rmtree(saved, ignore_errors=True)
        if self.session.exists():
            shutil.copytree(self.session, saved)
        # Ardour's Lua host dies by a signal now and then while it sets up or ends, seen with and without plug-ins: begin again
        # from the session as it was. A wrong result or a script error is never tried twice.
        for _ in range(3):
            done = self.execute(command, environment)
            if done.returncode >= 0:
                break
            shutil.rmtree(self.session, ignore_errors=True)
            if saved.exists():
                shutil.copytree(saved, self.session)
        return self.checked(done)

    def run(self, command: list[str]) -> str:
        return self.checked(self.execute(command))

    def execute(self, command: list[str], environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env=self.environment | (environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=180,
        )

    @staticmethod
    def checked(done: subprocess.CompletedProcess[str]) -> str:
        assert done.returncode == 0, f"{done.args[-1]} exited with {done.returncode}: {done.stdout[-2000:]}"
        return done.stdout

    @property
    def session_file(self) -> Path:
        return self.session / "match.ardour"

    def component_state(self) -> bytes:
        """What the session file holds of the plug-in: the component's bytes out of a .vstpreset."""
        chunk = base64.b64decode(re.search(r"<chunk>([^<]*)</chunk>", self.session_file.read_text())[1])
        offset = struct.unpack("<q", chunk[40:48])[0]
        entries = struct.unpack("<i", chunk[offset + 4 : offset + 8])[0]
        for i in range(entries):
            name, start, size = struct.unpack("<4sqq", chunk[offset + 8 + 20 * i : offset + 28 + 20 * i])
            if name == b"Comp":
                return chunk[start : start + size]
        raise AssertionError("the session holds no component state")

    def put_component_state(self, state: bytes) -> None:
        """Gives the plug-in of the saved session another state, as if a person had dropped a picture before saving."""
        text = self.session_file.read_text()
        header = base64.b64decode(re.search(r"<chunk>([^<]*)</chunk>", text)[1])[:40]
        entry = b"List" + struct.pack("<i4sqq", 1, b"Comp", 48, len(state))
        chunk = header + struct.pack("<q", 48 + len(state)) + state + entry
        self.session_file.write_text(re.sub(r"<chunk>[^<]*</chunk>", f"<chunk>{base64.b64encode(chunk).decode()}</chunk>", text))

    def export(self, name: str) -> np.ndarray:
        """Plays the session; float64 (samples, 2) at 48 kHz."""
        soundfile = pytest.importorskip("soundfile")
        self.script("export_session.lua", NAME=name)
        audio, rate = soundfile.read(self.home / f"{name}.wav")
        assert rate == 48000 and audio.shape == (144000, 2)
        return audio


@pytest.fixture(scope="module")
def studio(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    return Studio(tmp_path_factory.mktemp("ardour"), bundle)


def test_scan_session_automation_export_and_reload(studio: Studio, native: Any) -> None:
    description = studio.scan()
    assert 'name="Lumiverb Match"' in description and 'n_inputs="2" n_outputs="2"' in description

    log = studio.script("make_session.lua", PLUGIN=re.search(r'uid="([0-9A-F]+)"', description)[1])
    assert re.search(r"parameter\s+0\s+Mix", log) and re.search(r"Pre-delay", log)

    # No picture yet: the track passes through, whatever Mix does. The generator plays one level in all three seconds.
    dry = studio.export("dry")
    level = np.abs(dry).reshape(3, -1).max(axis=1)
    np.testing.assert_allclose(level, level[0], atol=2e-4)
    assert level[0] > 0.05

    room = a_room(native, seed=3)
    studio.put_component_state(a_state(native, room, mix=0.0))
    wet = studio.export("wet")

    # First second: Mix is 0. Last second: Mix is 1, and the sine has settled in the room as the Python twin hears it.
    # The generator's phase is free, so levels per channel are compared. 16-bit export: -90 dB.
    np.testing.assert_allclose(np.abs(wet[:47000]).max(axis=0), level[0], atol=2e-4)
    engine = native.MatchEngine(48000.0, 2, "stereo", True)
    engine.set_room(room)
    frequency = dominant_frequency(dry[:, 0])
    sine = (level[0] * np.sin(2 * np.pi * frequency * np.arange(192000) / 48000)).astype(np.float32)
    twin = engine.process(np.stack([sine, sine]), {"mix": 1.0})
    expected = np.abs(twin[:, -24000:]).max(axis=1)
    np.testing.assert_allclose(np.abs(wet[-24000:]).max(axis=0), expected, rtol=0.01)
    assert np.abs(expected / level[0] - 1).max() > 0.05, "the room would not be heard: choose another one"

    # The session was saved with the room inside, and sounds the same after a reload.
    saved = native.deserialise_match_state(without_trailer(studio.component_state()))
    assert saved["slots"][saved["active"]]["room"] == room
    again = studio.export("again")
    # Not sample by sample: the generator starts at any phase.
    np.testing.assert_allclose(np.abs(again[:47000]).max(axis=0), np.abs(wet[:47000]).max(axis=0), atol=1e-3)
    np.testing.assert_allclose(np.abs(again[-24000:]).max(axis=0), expected, rtol=0.01)


def dominant_frequency(signal: np.ndarray) -> float:
    """Of a sine, in Hz, by the phase it gains between two halves of the signal."""
    half = len(signal) // 2
    window = np.hanning(half)
    spectra = [np.fft.rfft(part * window) for part in (signal[:half], signal[half : 2 * half])]
    peak = int(np.abs(spectra[0]).argmax())
    turns = (np.angle(spectra[1][peak]) - np.angle(spectra[0][peak])) / (2 * np.pi)
    return (peak + (turns + 0.5) % 1 - 0.5) * 48000 / half


def without_trailer(component: bytes) -> bytes:
    """The plug-in's own bytes, without what JUCE's wrapper appends."""
    from lumiverb.host import vst3_state

    return vst3_state.unwrap(vst3_state.wrap(component))


def test_dry_in_a_session(dry_bundle: Path, dry_models: Path, native: Any, tmp_path: Path) -> None:
    """Its first knob, Amount, is automated as Mix is above. The small network takes a steady tone down to a quarter."""
    studio = Studio(tmp_path, dry_bundle, LUMIVERB_MODELS=str(dry_models))
    description = studio.scan()
    assert 'name="Lumiverb Dry"' in description and 'n_inputs="2" n_outputs="2"' in description
    log = studio.script("make_session.lua", PLUGIN=re.search(r'uid="([0-9A-F]+)"', description)[1])
    assert re.search(r"parameter\s+0\s+Amount", log) and re.search(r"Residual", log)
    out = studio.export("dried")
    untouched, dried = np.abs(out[24000:45000]).max(axis=0), np.abs(out[-24000:]).max(axis=0)
    assert untouched.min() > 0.05
    np.testing.assert_allclose(dried / untouched, 0.25, rtol=0.05)
    state = native.deserialise_dry_state(without_trailer(studio.component_state()))
    assert state["quality"] == "lite" and state["slots"][0]["parameters"]["mix"] == 1.0

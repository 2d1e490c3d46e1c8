# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the plug-in tests share: the built bundle, the probe host, states made without a window."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plugin_support import BUNDLES

Probe = Callable[..., tuple[dict[str, Any], np.ndarray]]
PROBE = BUNDLES.parent / "tests" / "plugin" / "vst3_probe"


@pytest.fixture(scope="session")
def bundle() -> Path:
    """The VST3 bundle of Match."""
    path = BUNDLES / "Lumiverb Match.vst3"
    if not path.exists():
        pytest.skip(f"{path} is not built (make plugins)")
    return path


@pytest.fixture(scope="session")
def pedalboard_module() -> Any:
    """The pedalboard package."""
    return pytest.importorskip("pedalboard", reason="pedalboard is not installed")


@pytest.fixture(scope="session")
def native() -> Any:
    """The native module: it makes states and is the plug-in's twin."""
    return pytest.importorskip("lumiverb._native", reason="the native module is not built")


@pytest.fixture
def load(bundle: Path, pedalboard_module: Any) -> Callable[[], Any]:
    """Opens a fresh instance of the plug-in."""
    return lambda: pedalboard_module.load_plugin(str(bundle))


@pytest.fixture
def probe(bundle: Path, tmp_path: Path) -> Probe:
    """Runs Match in the probe host: probe(audio, state=bytes, out="5.1", ...) -> (report, output)."""
    return prober(bundle, tmp_path)


@pytest.fixture(scope="session")
def dry_bundle() -> Path:
    """The VST3 bundle of Dry."""
    path = BUNDLES / "Lumiverb Dry.vst3"
    if not path.exists():
        pytest.skip(f"{path} is not built (make plugins)")
    return path


@pytest.fixture(scope="session")
def dry_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small network for Dry that follows the level of each bin."""
    pytest.importorskip("onnx", reason="the tests make their networks with the onnx package")
    from dry_package import write_follower

    folder = tmp_path_factory.mktemp("dry-models")
    write_follower(folder)
    return folder


@pytest.fixture
def load_dry(dry_bundle: Path, dry_models: Path, pedalboard_module: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """Opens a fresh instance of Dry, with the small network."""
    monkeypatch.setenv("LUMIVERB_MODELS", str(dry_models))
    return lambda: pedalboard_module.load_plugin(str(dry_bundle))


@pytest.fixture
def dry_probe(dry_bundle: Path, dry_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Probe:
    """The same for Dry."""
    monkeypatch.setenv("LUMIVERB_MODELS", str(dry_models))
    return prober(dry_bundle, tmp_path)


def prober(bundle: Path, tmp_path: Path) -> Probe:
    """Runs a plug-in in the probe host."""
    if not PROBE.exists():
        pytest.skip(f"{PROBE} is not built (make plugins)")
    binary = bundle / "Contents" / f"{platform.machine()}-linux" / f"{bundle.stem}.so"

    def run(audio: np.ndarray, state: bytes | None = None, swap: bytes | None = None, **options: Any) -> tuple[dict[str, Any], np.ndarray]:
        audio = np.ascontiguousarray(audio, np.float32)
        audio.tofile(tmp_path / "in.f32")
        arguments = {"in": audio.shape[0], "input": tmp_path / "in.f32", "output": tmp_path / "out.f32", **options}
        for key, value in (("state", state), ("swap", swap)):
            if value is not None:
                (tmp_path / key).write_bytes(value)
                arguments[key] = tmp_path / key
        result = subprocess.run(
            [str(PROBE), str(binary), *(f"{k}={v}" for k, v in arguments.items())], capture_output=True, text=True, timeout=120
        )
        assert result.returncode == 0, f"status {result.returncode}: {result.stderr}"
        report = json.loads(result.stdout.splitlines()[-1])
        return report, np.fromfile(tmp_path / "out.f32", np.float32).reshape(report["channels"], -1)

    return run

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opening ONNX Runtime. A process opens it once, so each case runs in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from lumiverb.errors import ModelError
from lumiverb.host import runtime

PYTHON_FOLDER = Path(runtime.__file__).resolve().parents[2]


def run(code: str, **environment: str) -> str:
    """Run code in a fresh interpreter and return what it printed."""
    env = {k: v for k, v in os.environ.items() if k not in ("LUMIVERB_ORT_LIBRARY", "ORT_DISABLE_TELEMETRY")}
    env["PYTHONPATH"] = os.pathsep.join([str(PYTHON_FOLDER), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], env={**env, **environment}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def refusal(library: Path | str) -> str:
    return run(
        """
        import os, lumiverb
        from lumiverb.host import runtime
        try:
            runtime.ensure_runtime()
            print("opened")
        except lumiverb.ModelError as error:
            print(error)
        """,
        LUMIVERB_ORT_LIBRARY=str(library),
    )


@pytest.fixture(scope="module")
def library() -> Path:
    try:
        return runtime.find_runtime_library()
    except ModelError as error:
        pytest.skip(str(error))


def test_opens_the_wheel_without_importing_it(library: Path) -> None:
    printed = run(
        """
        import sys
        from lumiverb import _native
        from lumiverb.host import runtime
        runtime.ensure_runtime()
        runtime.ensure_runtime()
        print(_native.runtime_version().count("."), "CPU" in _native.available_providers(), "onnxruntime" in sys.modules)
        """
    )
    assert printed == "2 True False"


@pytest.mark.parametrize("first", ["ours", "theirs"])
def test_lives_beside_the_onnxruntime_module(library: Path, make_package, first: str) -> None:
    pytest.importorskip("onnxruntime")
    folder = make_package()
    printed = run(
        f"""
        import numpy as np
        def ours():
            from lumiverb import _native
            from lumiverb.host import runtime
            runtime.ensure_runtime()
            return _native.runtime_version()
        def theirs():
            import onnxruntime
            session = onnxruntime.InferenceSession({str(folder / "model.onnx")!r}, providers=["CPUExecutionProvider"])
            return session.run(["kind"], {{"image": np.zeros((1, 3, 192, 192), np.float32)}})[0].argmax()
        order = [ours, theirs] if {first!r} == "ours" else [theirs, ours]
        results = {{f.__name__: f() for f in order + order}}
        print(results["theirs"], results["ours"].count("."))
        """
    )
    assert printed == "1 2"


def test_telemetry_is_off_unless_the_user_says_otherwise(library: Path) -> None:
    code = """
        import ctypes, sys
        from lumiverb.host import runtime
        runtime.ensure_runtime()
        getenv = ctypes.CDLL(None).getenv
        getenv.restype = ctypes.c_char_p
        print(getenv(b"ORT_DISABLE_TELEMETRY").decode())
        """
    assert run(code) == "1"
    assert run(code, ORT_DISABLE_TELEMETRY="0") == "0"


def test_missing_library_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "libnothing.so"
    assert refusal(missing) == f"The ONNX Runtime library {missing} does not exist."


def test_a_folder_is_not_a_library(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"The ONNX Runtime library {tmp_path} is a folder, not a library."


@pytest.mark.parametrize("content", [b"", b"not a library\n", b"\x7fELF" + bytes(100)])
def test_a_file_that_is_not_a_library(tmp_path: Path, content: bytes) -> None:
    fake = tmp_path / "libonnxruntime.so"
    fake.write_bytes(content)
    reason = refusal(fake)
    assert reason.startswith(f"The ONNX Runtime library {fake} cannot be opened: ")
    assert "\n" not in reason


def test_another_library_is_not_a_runtime() -> None:
    from lumiverb import _native

    assert refusal(_native.__file__) == f"{_native.__file__} is not an ONNX Runtime library: it has no OrtGetApiBase."


FAKE_RUNTIME = """
typedef struct { const void* (*GetApi) (unsigned); const char* (*GetVersionString) (void); } Base;
static const void* getApi (unsigned version) { (void) version; return 0; }
static const char* getVersion (void) { return "1.4.0"; }
static const Base base = { getApi, getVersion };
const Base* OrtGetApiBase (void) { return &base; }
"""


def test_a_runtime_that_is_too_old_says_so(tmp_path: Path) -> None:
    compiler = shutil.which("cc")
    if compiler is None or sys.platform == "win32":
        pytest.skip("needs a C compiler to build a runtime that knows no current interface")
    source, fake = tmp_path / "fake.c", tmp_path / "libonnxruntime.so"
    source.write_text(FAKE_RUNTIME)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", fake, source], check=True)
    reason = refusal(fake)
    assert reason.startswith(f"ONNX Runtime 1.4.0 in {fake} is too old: Lumiverb needs 1.")


def test_the_same_error_comes_again_and_nothing_breaks(tmp_path: Path) -> None:
    printed = run(
        """
        from lumiverb import _native
        reasons = set()
        for call in (_native.init_runtime, _native.runtime_version, _native.available_providers):
            try:
                call()
            except _native.ModelError as error:
                reasons.add(str(error))
        print(len(reasons), "nowhere" in reasons.pop())
        """,
        LUMIVERB_ORT_LIBRARY=str(tmp_path / "nowhere"),
    )
    assert printed == "1 True"


def test_without_a_wheel_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LUMIVERB_ORT_LIBRARY", raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModelError, match="pip install onnxruntime"):
        runtime.find_runtime_library()


def test_models_are_found_by_name(make_package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_package(name="nice-model")
    monkeypatch.setenv("LUMIVERB_MODELS", str(tmp_path))
    assert runtime.model_folder("nice-model") == folder
    with pytest.raises(ModelError, match="other-model was not found in "):
        runtime.model_folder("other-model")

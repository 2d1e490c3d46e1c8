# SPDX-License-Identifier: AGPL-3.0-or-later
"""What works on this machine, as data: each check says ok, a detail and, when it fails, what to do."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import sys
from dataclasses import asdict, dataclass
from typing import Any

import lumiverb
from lumiverb.errors import Error
from lumiverb.host import models, plugin
from lumiverb.host.native import native


@dataclass(frozen=True)
class Check:
    """One line of the doctor. A check that is not ``needed`` may fail without harm to the main job."""

    name: str
    ok: bool
    detail: str
    needed: bool = True
    advice: str = ""


def examine(load_plugins: bool = True) -> list[Check]:
    """All checks, in the order a person would ask."""
    checks = [_python(), _native(), *_packages(), _runtime(), *_models(), *_plugins(load_plugins), *_extras()]
    return checks


def as_dict(checks: list[Check]) -> dict[str, Any]:
    """For ``lumiverb doctor --json``."""
    return {"lumiverb": lumiverb.__version__, "ok": all(c.ok or not c.needed for c in checks), "checks": [asdict(c) for c in checks]}


def _python() -> Check:
    detail = f"{platform.python_version()} on {platform.system()} {platform.machine()}, lumiverb {lumiverb.__version__}"
    return Check("Python", sys.version_info >= (3, 10), detail, advice="Python 3.10 or newer is needed")


def _native() -> Check:
    try:
        module = native()
        module.canonical_room(_plain_room())
    except Exception as error:  # whatever is wrong with it belongs in the report
        return Check("native module", False, _one_line(error), advice="pip install . (or make) builds it")
    return Check("native module", True, str(getattr(module, "__file__", "built in")))


def _plain_room() -> str:
    import json

    from lumiverb.acoustics.description import RoomDescription

    return json.dumps(RoomDescription().to_dict())


def _packages() -> list[Check]:
    names = ("numpy", "soundfile", "soxr", "pillow", "typer", "rich")
    return [_installed(name, needed=True, use="") for name in names]


def _installed(name: str, needed: bool, use: str, how: str = "") -> Check:
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Check(name, False, f"not installed{use and f' (only for {use})'}", needed, how or f"pip install {name}")
    return Check(name, True, f"{version}{use and f' ({use})'}", needed)


def _runtime() -> Check:
    try:
        from lumiverb.host.runtime import find_runtime_library

        version = models.init_runtime()
        providers = ", ".join(str(p) for p in native().available_providers())
    except Exception as error:
        return Check("ONNX Runtime", False, _one_line(error), advice="pip install onnxruntime==1.28.0")
    return Check("ONNX Runtime", True, f"{version}, providers: {providers} ({find_runtime_library()})")


def _models() -> list[Check]:
    folders = {path.parent for folder in models.model_folders() if folder.is_dir() for path in sorted(folder.glob("*/manifest.json"))}
    names = {folder.name for folder in folders}
    checks = []
    if models.SCENE_ENCODER not in names:
        searched = ", ".join(map(str, models.model_folders()))
        advice = "set LUMIVERB_MODELS to the folder of model packages; without it rooms come from JSON only"
        checks.append(Check(f"model {models.SCENE_ENCODER}", False, f"not found in {searched}", advice=advice))
    if not names & set(models.DRY_MODELS.values()):
        advice = "lumiverb dry and Lumiverb Dry need a network: install one, or train it with lumiverb train dry"
        checks.append(Check("model dry-lite", False, "no network of Dry was found", needed=False, advice=advice))
    for folder in sorted(folders):
        checks.append(_model(folder))
    return checks


def _model(folder: Any) -> Check:
    name = f"model {folder.name}"
    try:
        found = models.model_record(folder)
        if folder.name == models.SCENE_ENCODER:
            import numpy as np

            models.describe_picture(np.full((192, 192, 3), 128, np.uint8), folder)
        elif folder.name in models.DRY_MODELS.values():
            _dry_second(folder)
        elif folder.name == models.BLIND_ROOM:
            import numpy as np

            models.describe_recording(np.random.default_rng(1).standard_normal((1, 32000), np.float32), 16000, folder)
    except Exception as error:
        return Check(name, False, _one_line(error), advice="the package is damaged: install it again")
    return Check(name, True, f"{found['version']}, sha256 {str(found['sha256'])[:12]}..., {folder}")


def _dry_second(folder: Any) -> None:
    """Run a dereverberation network for a second of sound."""
    import numpy as np

    from lumiverb.host.dry import Dry

    Dry(model=folder)(np.zeros((1, 48000), np.float32), 48000)


def _plugins(load: bool) -> list[Check]:
    checks = []
    for name in plugin.PLUGINS:
        try:
            path = plugin.find_plugin(name)
        except Error as error:
            checks.append(
                Check(f"plug-in {name}", False, str(error), needed=False, advice="make plugins builds it, make install installs it")
            )
            continue
        checks.append(_loadable(name, path) if load else Check(f"plug-in {name}", True, str(path), needed=False))
    return checks


def _loadable(name: str, path: Any) -> Check:
    if importlib.util.find_spec("pedalboard") is None:
        return Check(f"plug-in {name}", True, f"{path} (not loaded: pedalboard is not installed)", needed=False)
    try:
        plugin.load_plugin(name, path=path)
    except Exception as error:
        return Check(f"plug-in {name}", False, _one_line(error), needed=False, advice="build it again for this machine")
    return Check(f"plug-in {name}", True, f"{path} loads in pedalboard", needed=False)


def _extras() -> list[Check]:
    return [
        _installed("pedalboard", False, "the VST3 from Python", "pip install 'lumiverb[plugins]'"),
        _installed("matplotlib", False, "reports and plots", "pip install matplotlib"),
        _installed("sofar", False, "SOFA export", "pip install 'lumiverb[sofa]'"),
        _installed("pillow-heif", False, "HEIC photos", "pip install 'lumiverb[heic]'"),
        _installed("torch", False, "training", "pip install 'lumiverb[train]'"),
    ]


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__

# SPDX-License-Identifier: AGPL-3.0-or-later
"""``lumiverb demo``: the main job end to end, and the plug-in against its Python twin."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from lumiverb.cli import common

app = typer.Typer(add_completion=False)


@app.command()
def demo(
    picture: Annotated[str, typer.Option("--scene", "--picture", help="A photo; by default a church that Lumiverb drew.")] = "",
    voice: Annotated[str, typer.Option("--voice", help="A dry recording; by default words from the package alsa-utils.")] = "",
    output: Annotated[str, typer.Option("--out", "-o", help="Folder; default build/demo, or ./lumiverb-demo.")] = "",
    mix: common.Mix = 0.5,
    plugin: Annotated[str, typer.Option("--plugin", help="auto: when it is built; yes: it must be; no.")] = "auto",
    as_json: common.AsJson = False,
) -> None:
    """A picture and a dry voice -> the voice in that room, and dried again; reports; the same through the VST3."""
    from lumiverb.errors import Error
    from lumiverb.host import demo as host

    if plugin not in ("auto", "yes", "no"):
        raise Error(f"--plugin is auto, yes or no, not '{plugin}'")
    folder = Path(output) if output else host.default_output()
    folder.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    dry, where = _dry(folder, voice)
    shown = Path(picture) if picture else host.default_picture(folder)
    result = _render(folder, shown, dry, where, mix)
    result["plugin"] = _through_plugin(folder, result, plugin)
    result["dry"] = _dried(folder, result)
    result["seconds"] = round(time.perf_counter() - started, 1)
    if as_json:
        common.print_json({k: v for k, v in result.items() if not k.startswith("_")})
    else:
        _tell(result)
    if result["plugin"]["state"] == "differs":
        from lumiverb.errors import RenderError

        raise RenderError(f"the plug-in differs from the Python twin by {result['plugin']['difference_db']} dB")


def _dry(folder: Path, voice: str) -> tuple[Any, Path]:
    from lumiverb.audio.files import AudioClip, read_audio, write_audio
    from lumiverb.host import demo as host

    if voice:
        clip = read_audio(voice, max_channels=2)
        common.warn(clip.warnings)
        return clip, Path(voice)
    audio, rate = host.default_voice()
    write_audio(folder / "dry.wav", audio, rate, "24")
    return AudioClip(audio, rate), folder / "dry.wav"


def _render(folder: Path, picture: Path, dry: Any, where: Path, mix: float) -> dict[str, Any]:
    from lumiverb.audio.files import write_audio
    from lumiverb.evaluation.report import match_report
    from lumiverb.host import demo as host
    from lumiverb.host.match import Match

    room = common.open_room(picture)
    match = Match(room, mix=mix)
    began = time.perf_counter()
    wet = match(host.stereo(dry.audio), dry.sample_rate, tail=True)
    seconds = time.perf_counter() - began
    write_audio(folder / "wet.wav", wet, dry.sample_rate, "24")
    match_report(folder / "report.png", room, dry.audio, wet, dry.sample_rate, match)
    room.save(folder / "room.json")
    d = room.description
    return {
        "picture": str(picture), "voice": str(where), "wet": str(folder / "wet.wav"), "report": str(folder / "report.png"),
        "room": {"kind": d.room_kind, "rt60_s": [round(t, 3) for t in d.rt60_s], "dimensions_m": [round(x, 2) for x in d.dimensions_m]},
        "mix": mix, "times_real_time": round(dry.duration_s / max(seconds, 1e-9), 1),
        "_wet": wet, "_room": room, "_dry": dry,
    }  # fmt: skip


def _through_plugin(folder: Path, result: dict[str, Any], wanted: str) -> dict[str, Any]:
    from lumiverb.audio.files import write_audio
    from lumiverb.errors import PluginError
    from lumiverb.host import demo as host

    if wanted == "no":
        return {"state": "not asked for"}
    dry, twin = result["_dry"], result["_wet"]
    try:
        wet = host.through_plugin(result["_room"], host.stereo(dry.audio), dry.sample_rate, twin.shape[1], result["mix"])
    except PluginError as error:
        if wanted == "yes":
            raise
        return {"state": "not built", "reason": str(error)}
    path = folder / "wet-vst3.wav"
    write_audio(path, wet, dry.sample_rate, "24")
    difference = host.difference_db(twin, wet)
    state = "agrees" if difference <= host.AGREEMENT_DB else "differs"
    return {"state": state, "difference_db": round(max(difference, -300.0), 1), "wet": str(path)}


def _dried(folder: Path, result: dict[str, Any]) -> dict[str, Any]:
    """Take the room off again: the way back, which no formula knows."""
    from lumiverb.audio.files import write_audio
    from lumiverb.errors import ModelError
    from lumiverb.evaluation.report import dry_report
    from lumiverb.host import demo as host
    from lumiverb.host.dry import Dry

    rate, wet, room = result["_dry"].sample_rate, result["_wet"], result["_room"]
    try:
        dry = Dry(room)
    except ModelError as error:
        return {"state": "not done", "reason": str(error)}
    began = time.perf_counter()
    dried = dry(wet, rate)
    seconds = time.perf_counter() - began
    pause_db = host.pause_levels_db(result["_dry"].audio, rate, wet, dried)
    write_audio(folder / "dried.wav", dried, rate, "24")
    words = f"{dry.model.name}, told of the room by the picture   ·   pauses between words {pause_db[0]:.1f} -> {pause_db[1]:.1f} dB"
    dry_report(folder / "report-dry.png", wet, dried, rate, words, _padded(result["_dry"].audio, wet.shape[1]))
    return {
        "state": "done", "dried": str(folder / "dried.wav"), "report": str(folder / "report-dry.png"),
        "pauses_before_db": round(pause_db[0], 1), "pauses_after_db": round(pause_db[1], 1),
        "times_real_time": round(wet.shape[1] / rate / max(seconds, 1e-9), 1),
    }  # fmt: skip


def _padded(audio: Any, length: int) -> Any:
    import numpy as np

    return np.pad(audio, ((0, 0), (0, max(0, length - audio.shape[1]))))[:, :length]


def _tell(result: dict[str, Any]) -> None:
    def line(left: str, right: str) -> None:
        common.out.print(f"{left:<10}{right}", soft_wrap=True, markup=False)

    room, plugin = result["room"], result["plugin"]
    size = " x ".join(f"{x:.1f}" for x in room["dimensions_m"])
    line("picture", result["picture"])
    line("voice", result["voice"])
    line("room", f"{room['kind'].replace('_', ' ')}, {size} m, RT60 {0.5 * (room['rt60_s'][2] + room['rt60_s'][3]):.2f} s")
    line("wet", f"{result['wet']}  ({result['times_real_time']:.0f} x real time)")
    line("report", result["report"])
    if "difference_db" in plugin:
        line(
            "plug-in",
            f"{plugin['wet']}  {plugin['state']} {'with' if plugin['state'] == 'agrees' else 'from'} the Python twin: {plugin['difference_db']:.0f} dB",
        )
    else:
        line("plug-in", f"{plugin['state']}{': ' + plugin['reason'] if 'reason' in plugin else ''}")
    dry = result["dry"]
    if dry["state"] == "done":
        line("dried", f"{dry['dried']}  ({dry['times_real_time']:.0f} x real time)")
        line("", f"{dry['report']}: pauses between words {dry['pauses_before_db']:.1f} -> {dry['pauses_after_db']:.1f} dB")
    else:
        line("dried", f"{dry['state']}: {dry['reason']}")

# SPDX-License-Identifier: AGPL-3.0-or-later
"""``lumiverb rir``: a room's impulse response as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from lumiverb.cli import common
from lumiverb.errors import Error

app = typer.Typer(add_completion=False)


@app.command()
def rir(
    picture: Annotated[Path, typer.Argument(help="A photo of the room, or a room as JSON.", show_default=False)],
    output: Annotated[Path, typer.Option("--out", "-o", help="Where to write: .wav, .flac, .aiff or .sofa.", show_default=False)],
    channels: Annotated[str, typer.Option("--channels", help="mono, stereo, true_stereo, binaural, foa or 5.1.")] = "stereo",
    rate: Annotated[int, typer.Option("--rate", help="Sample rate in Hz.")] = 48000,
    seed: common.Seed = 1,
    max_length: Annotated[float, typer.Option("--max-length", help="Longest impulse response in s.")] = 10.0,
    quality: Annotated[
        str, typer.Option("--quality", help="real-time (the quick synthesis) or traced (rays, takes a second or more).")
    ] = "real-time",
    bits: Annotated[str, typer.Option("--bits", help="float, 24 or 16.")] = "",
    decay: common.Decay = 1.0,
    size: common.Size = 1.0,
    distance: common.Distance = 1.0,
    angle: common.Angle = 0.0,
    predelay: common.Predelay = 0.0,
    early_late: common.EarlyLate = 0.0,
    width: common.Width = 1.0,
    low: common.Low = 0.0,
    high: common.High = 0.0,
    band_decay: common.BandDecay = "",
    candidate: common.Candidate = "as-seen",
    sidecar: Annotated[bool, typer.Option("--sidecar", help="Write OUT.json beside the output: model, room, settings.")] = False,
    as_json: common.AsJson = False,
    model: common.Model = "",
    device: common.Device = "CPU",
) -> None:
    """Export a room's impulse response."""
    from lumiverb.audio.files import check_different, check_output, write_audio
    from lumiverb.audio.sofa import write_sofa

    sofa = output.suffix.lower() == ".sofa"
    if not sofa:
        check_output(output, bits or None, rate)
    if output.suffix.lower() == ".ogg":
        raise Error(f"{output}: an impulse response loses by lossy coding; use .wav, .flac, .aiff or .sofa")
    check_different(output, picture)
    found = common.open_room(picture, model, device)
    edits = {
        "decay": decay, "size": size, "distance": distance, "angle": angle, "predelay_ms": predelay, "early_late_db": early_late,
        "width": width, "low_db": low, "high_db": high, "band_decay": common.parse_bands(band_decay), "candidate": candidate,
    }  # fmt: skip
    edited = found.edited(**edits)
    response = found.rir(rate, channels, seed=seed, max_length_s=max_length, quality=quality, **edits)
    if sofa:
        write_sofa(output, response, rate, edited, channels)
    else:
        common.warn(write_audio(output, _scaled(response, output, bits), rate, bits or None))
    record = {
        "output": str(output), "channels": channels, "sample_rate": rate, "length_s": round(response.shape[1] / rate, 6), "seed": seed,
        "quality": quality, "room": found.name, "rt60_s": list(edited.rt60_s), "edits": edits,
    }  # fmt: skip
    if sidecar:
        common.write_sidecar(output, record)
    if as_json:
        common.print_json(record)
    else:
        common.out.print(f"{output}: {channels}, {response.shape[1] / rate:.2f} s, {rate} Hz", soft_wrap=True, markup=False)


def _scaled(response: Any, output: Path, bits: str) -> Any:
    """Fixed-point files cannot hold peaks over 1: scale the whole response down, channels alike."""
    import numpy as np

    peak = float(np.abs(response).max(initial=0.0))
    is_float = output.suffix.lower() in (".wav", ".aiff", ".aif") and bits in ("", "float")
    if is_float or peak <= 1.0:
        return response
    common.warn([f"{output}: scaled by {-20 * np.log10(peak):.1f} dB to fit a fixed-point file"])
    return response / peak

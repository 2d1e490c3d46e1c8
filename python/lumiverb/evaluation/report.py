# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reports as one figure: what the picture said, how the room decays, what it did to the sound."""

from __future__ import annotations

import io
import os
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lumiverb.acoustics.description import BAND_CENTRES_HZ
from lumiverb.audio.atomic import replacing
from lumiverb.evaluation import look

if TYPE_CHECKING:
    from lumiverb.host.match import Match
    from lumiverb.room import Room

_rir_rate = 48000
_bottom_hz = 60.0


def room_report(path: str | os.PathLike[str], room: Room, **edits: Any) -> None:
    """Draw picture, reverberation times with their spread and decay curves; `path` ends in .png, .pdf or .svg."""
    shown = room.edited(**edits)
    figure = look.figure(13.6, 5.6)
    with look.styled():
        _header(figure, room, shown, "", top=0.945)
        _room_row(figure, room, edits, top=0.78, bottom=0.125)
        _save(figure, path)


def match_report(
    path: str | os.PathLike[str], room: Room, dry: NDArray[np.float32], wet: NDArray[np.float32], sample_rate: float, match: Match
) -> None:
    """Draw :func:`room_report` and, below, spectrograms of the sound before and after.

    Parameters
    ----------
    dry, wet : arrays (channels, samples)
    match : Match
        Its knobs are named in the figure, and the decay curves are those that it plays.
    """
    edits = {k: v for k, v in match.parameters.items() if k not in ("mix", "output_db", "bypass")}
    shown = room.edited(**edits)
    figure = look.figure(13.6, 9.4)
    with look.styled():
        _header(figure, room, shown, _knobs(match), top=0.968)
        _room_row(figure, room, edits, top=0.87, bottom=0.475)
        low = figure.add_gridspec(1, 3, width_ratios=(1, 1, 0.016), left=0.055, right=0.95, top=0.375, bottom=0.075, wspace=0.08)
        axes = [figure.add_subplot(low[i]) for i in range(3)]
        _spectrograms(axes, dry, wet, sample_rate, match)
        _save(figure, path)


def dry_report(
    path: str | os.PathLike[str],
    before: NDArray[np.float32],
    after: NDArray[np.float32],
    sample_rate: float,
    words: str,
    reference: NDArray[np.float32] | None = None,
) -> None:
    """Draw a recording, what was removed from it and what is left, and the levels over time.

    Parameters
    ----------
    before, after : arrays (channels, samples)
        Of the same length and aligned.
    words : str
        What was done, for the head of the figure.
    reference : array, optional
        The sound before it was in the room, aligned: its level is drawn as a thin line.
    """
    figure = look.figure(13.6, 8.6)
    sounds = {"input": before, "removed": before - after, "output": after}
    colours = {"input": look.VALUE, "removed": look.ACCENT, "output": look.GOOD}
    with look.styled():
        figure.text(0.03, 0.965, "Dry", fontsize=20, fontweight="semibold", va="center")
        figure.text(0.03, 0.925, words, fontsize=11.5, color=look.DIM, va="center")
        figure.text(0.985, 0.965, "Lumiverb", fontsize=13, color=look.ACCENT, fontweight="semibold", ha="right", va="center")
        grid = figure.add_gridspec(2, 3, height_ratios=(1, 0.72), left=0.055, right=0.985, top=0.86, bottom=0.075, hspace=0.32, wspace=0.08)
        levels = {name: _log_spectrogram(sound[:8], sample_rate) for name, sound in sounds.items()}
        top = max(level.max(initial=-120.0) for level in levels.values())
        seconds = before.shape[1] / sample_rate
        for i, (name, level) in enumerate(levels.items()):
            axes = figure.add_subplot(grid[0, i])
            extent = (0, seconds, 0, level.shape[0])
            axes.imshow(
                level, origin="lower", aspect="auto", extent=extent, cmap=look.spectrum_colours(), vmin=top - 80, vmax=top,
                interpolation="bilinear",
            )  # fmt: skip
            axes.set_title(name, color=colours[name])
            axes.grid(visible=False)
            _frequency_ticks(axes, level.shape[0], sample_rate)
            if i > 0:
                axes.set_yticklabels([])
            _plain(axes)
        axes = figure.add_subplot(grid[1, :])
        for name in ("input", "output"):
            axes.plot(*_level(sounds[name], sample_rate), color=colours[name], linewidth=1.6, label=name)
        if reference is not None:
            axes.plot(*_level(reference, sample_rate), color=look.DIM, linewidth=0.9, label="before the room")
        axes.set_xlim(0, seconds)
        axes.set_xlabel("time, s")
        axes.set_title("Level, dB full scale (20 ms)")
        axes.legend(loc="upper right", ncols=3, fontsize=9)
        _plain(axes)
        _save(figure, path)


def _level(audio: NDArray[np.float32], rate: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times in s and levels in dB of blocks of 20 ms, channels averaged in energy."""
    size = max(1, round(0.02 * rate))
    count = audio.shape[1] // size
    blocks = np.square(audio[:, : count * size], dtype=np.float64).reshape(audio.shape[0], count, size)
    return (np.arange(count) + 0.5) * size / rate, 10 * np.log10(blocks.mean((0, 2)) + 1e-9)


def _room_row(figure: Any, room: Room, edits: dict[str, Any], top: float, bottom: float) -> None:
    """Picture, reverberation times and decay curves side by side; the picture takes the width that its shape needs."""
    image = _thumbnail(room)
    width, height = figure.get_size_inches() * (0.955, top - bottom)
    aspect = image.shape[1] / image.shape[0] if image is not None else 1.0
    picture_width = float(np.clip(aspect * height, 2.8, 0.46 * width))
    rest = width - picture_width - 1.3
    ratios = (picture_width, 0.46 * rest, 0.54 * rest)
    grid = figure.add_gridspec(1, 3, width_ratios=ratios, left=0.03, right=0.985, top=top, bottom=bottom, wspace=0.65 / (sum(ratios) / 3))
    _picture(figure.add_subplot(grid[0]), image)
    _rt60_bars(figure.add_subplot(grid[1]), room.edited(**edits))
    _decay_curves(figure.add_subplot(grid[2]), room, edits)


def _thumbnail(room: Room) -> NDArray[np.uint8] | None:
    if not room.thumbnail:
        return None
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(room.thumbnail)).convert("RGB"))


def _save(figure: Any, path: str | os.PathLike[str]) -> None:
    with replacing(path) as temporary:
        figure.savefig(temporary, facecolor=look.BACKGROUND, metadata={"Software": "Lumiverb"} if str(path).endswith(".png") else None)


def _header(figure: Any, room: Room, shown: Room, knobs: str, top: float) -> None:
    d = shown.description
    name = textwrap.shorten((room.name or d.room_kind).replace("_", " "), 60, placeholder=" …")
    height = figure.get_size_inches()[1]
    figure.text(0.03, top, name, fontsize=20, fontweight="semibold", va="center")
    size = " × ".join(f"{x:.1f}" for x in d.dimensions_m)
    kind = d.room_kind.replace("_", " ")
    words = f"{kind}   ·   {size} m, {_round(d.volume_m3)} m³   ·   RT60 {d.mid_rt60_s:.2f} s   ·   C50 {d.clarity_c50_db:+.1f} dB"
    if d.outdoor_probability > 0.5:
        words += f"   ·   probably outdoors ({d.outdoor_probability:.0%})"
    figure.text(0.03, top - 0.36 / height, words, fontsize=11.5, color=look.DIM, va="center")
    figure.text(0.985, top, "Lumiverb", fontsize=13, color=look.ACCENT, fontweight="semibold", ha="right", va="center")
    if knobs:
        figure.text(0.985, top - 0.36 / height, knobs, fontsize=11.5, color=look.VALUE, ha="right", va="center")


def _round(value: float) -> str:
    return f"{float(f'{value:.2g}'):,.0f}" if value >= 10 else f"{value:.1f}"


def _knobs(match: Match) -> str:
    from lumiverb.host.parameters import MATCH_PARAMETERS

    values = match.parameters
    parts = [f"mix {values['mix']:.0%}"]
    for p in MATCH_PARAMETERS[1:]:
        if values[p.name] != p.default:
            name = p.name.removesuffix("_db").removesuffix("_ms").replace("_", "/")
            unit = {"x": "×", "degrees": "°"}.get(p.unit, f" {p.unit}")
            parts.append(f"{name} ×{values[p.name]:g}" if unit == "×" else f"{name} {values[p.name]:+g}{unit}")
    return "   ·   ".join(parts)


def _picture(axes: Any, image: NDArray[np.uint8] | None) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
    if image is None:
        axes.set_title("No picture")
        axes.text(0.5, 0.5, "this room was described\nin numbers", color=look.DIM, ha="center", va="center", transform=axes.transAxes)
        return
    axes.imshow(image, interpolation="lanczos")
    axes.set_anchor("NW")
    axes.set_title("Picture")
    for spine in axes.spines.values():
        spine.set_visible(False)


def _rt60_bars(axes: Any, room: Room) -> None:
    d = room.description
    times = np.array(d.rt60_s)
    spread = np.array(d.rt60_spread_log)
    x = np.arange(7)
    axes.bar(x, times, width=0.62, color=look.BANDS, alpha=0.92, zorder=2)
    low, high = times - times * np.exp(-spread), times * np.exp(spread) - times
    if spread.any():
        axes.errorbar(
            x, times, yerr=[low, high], fmt="none", ecolor=look.TEXT, elinewidth=1.2, capsize=4, capthick=1.2, alpha=0.85, zorder=3
        )
    top = float((times + high).max()) * 1.16
    for i in range(7):
        axes.text(i, times[i] + high[i] + top * 0.02, f"{times[i]:.2f}", ha="center", va="bottom", fontsize=9.5, color=look.TEXT)
    axes.set_ylim(0, top * 1.06)
    axes.set_xlim(-0.55, 6.55)
    axes.set_xticks(x, look.BAND_NAMES)
    axes.grid(visible=False, axis="x")
    axes.set_xlabel("octave band, Hz")
    axes.set_title("Reverberation time, s")
    if spread.any():
        axes.text(0.985, 0.975, "± one standard deviation", color=look.DIM, fontsize=9, ha="right", va="top", transform=axes.transAxes)
    _plain(axes)


def _decay_curves(axes: Any, room: Room, edits: dict[str, Any]) -> None:
    response = room.rir(_rir_rate, "mono", **edits)[0]
    longest = min(len(response) / _rir_rate, 1.15 * max(room.edited(**edits).rt60_s))
    for i, curve in enumerate(_octave_decays(response)):
        heavy = BAND_CENTRES_HZ[i] == 1000
        step = max(1, len(curve) // 1500)
        time = np.arange(0, len(curve), step) / _rir_rate
        axes.plot(
            time, curve[::step], color=look.BANDS[i], linewidth=2.4 if heavy else 1.4, label=look.BAND_NAMES[i], zorder=3 if heavy else 2
        )
    axes.axhline(-60, color=look.DIM, linewidth=0.9, linestyle=(0, (4, 4)))
    axes.text(longest * 0.99, -59.2, "−60 dB", color=look.DIM, fontsize=9, ha="right", va="bottom")
    axes.set_xlim(0, longest)
    axes.set_ylim(-70, 2)
    axes.set_yticks(range(-60, 1, 20))
    axes.set_xlabel("time, s")
    axes.set_title("Decay of the impulse response, dB")
    axes.legend(ncols=7, loc="upper right", fontsize=9, handlelength=0.8, handletextpad=0.35, columnspacing=0.8, labelcolor=look.DIM)
    _plain(axes)


def _plain(axes: Any) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _octave_decays(response: NDArray[np.float32]) -> list[NDArray[np.float64]]:
    """Backward-integrated energy per octave in dB (Schroeder), zero-phase bands with steep smooth edges."""
    size = 1 << (len(response) + _rir_rate // 10).bit_length()
    spectrum = np.fft.rfft(response, size)
    octave = np.log2(np.maximum(np.fft.rfftfreq(size, 1 / _rir_rate), 1e-3))
    curves = []
    for centre in BAND_CENTRES_HZ:
        distance = np.abs(octave - np.log2(centre))
        band = np.fft.irfft(spectrum / np.sqrt(1 + (2 * distance) ** 16), size)[: len(response)]
        energy = np.cumsum((band**2)[::-1])[::-1]
        curves.append(10 * np.log10(np.maximum(energy / max(energy[0], 1e-30), 1e-12)))
    return curves


def _spectrograms(axes: list[Any], dry: NDArray[np.float32], wet: NDArray[np.float32], rate: float, match: Match) -> None:
    before, after = _log_spectrogram(dry[:8], rate), _log_spectrogram(wet[:8], rate)
    top = max(before.max(initial=-120.0), after.max(initial=-120.0))
    length = max(dry.shape[1], wet.shape[1]) / rate
    titles = (f"Before  ({dry.shape[1] / rate:.1f} s)", f"After  ({match.output}, {wet.shape[1] / rate:.1f} s)")
    image = None
    for ax, levels, samples, title in zip(axes, (before, after), (dry.shape[1], wet.shape[1]), titles, strict=False):
        extent = (0, samples / rate, 0, levels.shape[0])
        image = ax.imshow(
            levels,
            origin="lower",
            aspect="auto",
            extent=extent,
            cmap=look.spectrum_colours(),
            vmin=top - 80,
            vmax=top,
            interpolation="bilinear",
        )
        ax.set_xlim(0, max(length, 1e-3))
        ax.grid(visible=False)
        _frequency_ticks(ax, levels.shape[0], rate)
        ax.set_xlabel("time, s")
        ax.set_title(title)
        _plain(ax)
    axes[1].set_yticklabels([])
    bar = axes[2].figure.colorbar(image, cax=axes[2], ticks=[top, top - 20, top - 40, top - 60, top - 80])
    bar.ax.set_yticklabels(["0 dB", "−20", "−40", "−60", "−80"])
    bar.outline.set_visible(False)


def _frequency_ticks(ax: Any, rows: int, rate: float) -> None:
    wanted = [f for f in (125, 500, 2000, 8000, 16000) if f < rate / 2]
    octaves = np.log2(rate / 2 / _bottom_hz)
    ax.set_yticks([rows * np.log2(f / _bottom_hz) / octaves for f in wanted], [f"{f}" if f < 1000 else f"{f // 1000}k" for f in wanted])
    ax.set_ylabel("Hz" if ax.get_subplotspec().colspan.start == 0 else "")


def _log_spectrogram(audio: NDArray[np.float32], rate: float, rows: int = 180, columns: int = 900) -> NDArray[np.float64]:
    """Level in dB (rows, columns) over log frequency 60 Hz..Nyquist; channels are averaged in energy."""
    size = 1 << int(np.log2(max(256, rate * 0.045)))
    hop = max(size // 4, audio.shape[1] // columns)
    padded = np.pad(audio, ((0, 0), (size // 2, size)))
    starts = np.arange(0, max(1, audio.shape[1]), hop)
    window = np.hanning(size)
    edges = np.geomspace(_bottom_hz, rate / 2, rows + 1)
    bins = np.fft.rfftfreq(size, 1 / rate)
    centres = np.sqrt(edges[1:] * edges[:-1])
    result = np.empty((rows, len(starts)))
    for i, start in enumerate(starts):
        power = (np.abs(np.fft.rfft(padded[:, start : start + size] * window)) ** 2).mean(0)
        result[:, i] = np.interp(centres, bins, power)
    return 10 * np.log10(result / (window.sum() / 2) ** 2 + 1e-12)

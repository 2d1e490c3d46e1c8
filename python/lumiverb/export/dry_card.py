# SPDX-License-Identifier: AGPL-3.0-or-later
"""The card of a Dry package as Markdown, from measured numbers. Needs no other package."""

from __future__ import annotations

from collections.abc import Mapping

from lumiverb.evaluation.dry import as_markdown

_LIMITS = """## Limits

* One source of sound: with several voices in different rooms at once the network hears a mixture of decays.
* It takes late reverberation off and keeps the first 30 ms on purpose (direct sound and early reflections carry the voice); what the early
  reflections colour stays coloured. No noise is removed.
* Gains are real: the phase of what remains is that of the recording.
* PESQ and ESTOI see 0 to 8 kHz. Above that the material for training was thin (two voices, singing, instruments).
* Singing in rooms comes out with much drier pauses, but PESQ and SI-SDR say little better or no better than it went in: held notes hide the
  decay. The pitch stays; the depth of a vibrato that the room has flattened does not come back (gains cannot bring it: see the ceiling).
* It learnt to doubt what it is told: a wrong room does no harm, and the true one helps a little.
* Right after loud sound it takes off a few dB more than the target does.
* SRMR alone proves nothing: taking off too much raises it.
"""


def render(manifest: Mapping) -> str:
    """Markdown text of the card: every number in it is one of the manifest's (``name``, ``parameters``, ``metrics``, ``recipe``,
    ``trained_on``).
    """
    return "\n".join([_head(manifest), _measured(manifest["metrics"]), _learning(manifest["recipe"]), _data(manifest["trained_on"]), _LIMITS,
                      _reproduce(manifest["recipe"])])  # fmt: skip


def _head(manifest: Mapping) -> str:
    window, hop, latency = (1000 * manifest[field] / manifest["sample_rate"] for field in ("window", "hop", "synthesis_window"))
    return f"""# {manifest["name"]}

Takes late reverberation off a voice, causally, one hop of {hop:.3g} ms at a time: spectrum of the mid channel in, gains out
(docs/models.md, task `dry`). {manifest["parameters"] / 1e6:.2f} M parameters; windows of {window:.3g} ms at a grid that follows the host's
rate, latency {latency:.3g} ms and what the host's buffers need. Works blind, or told the room's RT60, DRR, C50 and volume from a picture.
"""


def _measured(metrics: Mapping) -> str:
    return f"""## Measured on {metrics["clips"]} clips that training never saw

Other speakers, another singer, other buildings (19 responses measured in 6 buildings), mono, no noise. Target of every measure but "PESQ to
anechoic": direct sound and 30 ms of early reflections, then a decay of 60 dB in 0.12 s. Means with 95 % bootstrap intervals over clips.
Pauses: how much louder than the target the 0.4 s after loud sound comes out. Lebart's suppressor was told the true RT60; WPE works on the
whole file at once; the ceiling is the best that gains of these bands could do, told the target; told a wrong room: RT60 mirrored about 0.8 s.
A dry input is one whose target is itself. Sung vowels are made (training/sung_notes.py, other notes than those of training), with vibrato.

{as_markdown(metrics)}

RTF: compute per second of audio, one thread, in Python, hop by hop; the engine in the core is faster (`make bench`).
Torch and ONNX Runtime, streamed and whole, differ by at most {metrics["parity_torch_onnxruntime"]:.0e} in gain.
"""


def _learning(recipe: Mapping) -> str:
    lines = [
        "## How far it was trained",
        "",
        f"{recipe['steps']} steps, {recipe['hours_seen']} h of sound heard ({recipe['hours_of_mixtures']} h of different mixtures). "
        "Error on validation mixtures, relative to leaving everything as it is:",
        "",
        "| step | " + " | ".join(str(r["step"]) for r in recipe["learning_curve"]) + " |",
        "|---" * (len(recipe["learning_curve"]) + 1) + "|",
    ]
    for title, key in (("blind", "valid_blind"), ("told the room", "valid_told")):
        cells = (f"{r[key] / r['valid_unprocessed']:.3f}" for r in recipe["learning_curve"])
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _data(lines: list[str]) -> str:
    return "## Data and licences\n\n" + "\n".join(f"* {line}" for line in lines) + "\n"


def _reproduce(recipe: Mapping) -> str:
    return f"""## Made again by

    {recipe["command"]}

`lumiverb evaluate dry` measures again, on the same clips or on any `--speech` and `--rirs`.
"""

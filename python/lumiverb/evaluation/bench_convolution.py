# SPDX-License-Identifier: AGPL-3.0-or-later
"""What Match's convolution and the making of its responses cost, beside pedalboard's own convolution in the same run."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lumiverb.host.native import native

#: Block sizes of the table.
BLOCKS = (32, 64, 128, 512)


def long_response(seconds: float = 6.0, sample_rate: float = 48000.0, inputs: int = 2, outputs: int = 2) -> NDArray[np.float32]:
    """Decaying noise of a given length, (inputs, outputs, samples): every tap counts, as in a real hall."""
    length = round(seconds * sample_rate)
    decay = np.exp(-6.9 * np.arange(length) / length)
    noise = np.random.default_rng(1).standard_normal((inputs, outputs, length))
    return (0.02 * noise * decay).astype(np.float32)


def convolution_load(
    response: NDArray[np.float32], sample_rate: float = 48000.0, blocks: tuple[int, ...] = BLOCKS, seconds: float = 5.0
) -> list[dict[str, Any]]:
    """CPU time of the convolver in real-time mode, block by block.

    The clock is the CPU time of the calling thread, so that other programs do not count. The worker threads' CPU time is added to the
    mean.

    Parameters
    ----------
    response : float32 array (inputs, outputs, length)
    seconds : float
        Audio per block size.

    Returns
    -------
    list of dict, one per block size
        ``block``, ``mean`` (audio thread + worker), ``audio_thread``, ``worker``: shares of one core; ``p999`` and ``worst``: a block's
        own CPU time as a share of its length; ``late``: tail blocks that missed their time; ``latency``: 0.
    """
    audio = (0.1 * np.random.default_rng(2).standard_normal((response.shape[0], round(seconds * sample_rate)))).astype(np.float32)
    rows = []
    for block in blocks:
        own, worker, late = native()._bench_convolver(response, audio, sample_rate, block)
        length = block / sample_rate
        duration = own.size * length
        rows.append(
            {
                "block": block,
                "mean": float((own.sum() + worker) / duration),
                "audio_thread": float(own.sum() / duration),
                "worker": float(worker / duration),
                "p999": float(np.quantile(own, 0.999) / length),
                "worst": float(own.max() / length),
                "late": int(late),
                "latency": 0,
            }
        )
    return rows


def pedalboard_load(
    response: NDArray[np.float32], sample_rate: float = 48000.0, blocks: tuple[int, ...] = BLOCKS, seconds: float = 2.0
) -> list[dict[str, Any]] | None:
    """pedalboard.Convolution with the same length of response (two paths instead of four), None where pedalboard is not installed.

    It buffers blocks by itself, so only the mean can be compared: CPU time of the process over the duration of the audio.
    """
    try:
        import pedalboard
    except ImportError:
        return None
    stereo = np.ascontiguousarray(np.stack([response[0, 0], response[-1, -1]]))
    audio = (0.1 * np.random.default_rng(2).standard_normal((2, round(seconds * sample_rate)))).astype(np.float32)
    rows = []
    for block in blocks:
        plugin = pedalboard.Convolution(stereo, 1.0, float(sample_rate))
        plugin.process(audio[:, : 4 * block], sample_rate, buffer_size=block, reset=False)
        began = time.process_time()
        plugin.process(audio, sample_rate, buffer_size=block, reset=False)
        rows.append({"block": block, "mean": (time.process_time() - began) / seconds})
    return rows


def synthesis_time(lengths_s: tuple[float, ...] = (0.5, 2.5, 10.0), sample_rate: float = 48000.0, repeats: int = 5) -> list[dict[str, Any]]:
    """CPU time of making a true-stereo response, in ms, and of preparing it for playing.

    Returns
    -------
    list of dict
        ``length_s`` (of the response), ``synthesis_ms``, ``filter_ms``: medians.
    """
    from lumiverb.acoustics.description import RoomDescription

    rows = []
    for length in lengths_s:
        rt60 = (length - 0.03) / 1.25
        room = RoomDescription(rt60_s=(rt60,) * 7, drr_db=(-5.0,) * 7, volume_m3=900.0, dimensions_m=(15.0, 10.0, 6.0), clarity_c50_db=2.0)
        synthesis, preparation = [], []
        for repeat in range(repeats + 1):
            began = time.process_time()
            response = native().synthesise_rir(room.to_json(), {}, sample_rate, "true_stereo", repeat + 1)
            made = time.process_time()
            native().Convolver(response, sample_rate)
            synthesis.append(made - began)
            preparation.append(time.process_time() - made)
        rows.append(
            {
                "length_s": response.shape[2] / sample_rate,
                "synthesis_ms": 1e3 * float(np.median(synthesis[1:])),
                "filter_ms": 1e3 * float(np.median(preparation[1:])),
            }
        )
    return rows

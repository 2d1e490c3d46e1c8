# SPDX-License-Identifier: AGPL-3.0-or-later
"""Impulse responses as SOFA files (AES69), through the ``sofar`` package (extra ``lumiverb[sofa]``)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lumiverb.audio.atomic import replacing
from lumiverb.errors import AudioFileError

if TYPE_CHECKING:
    from lumiverb.room import Room

# Receivers in front of nobody in particular: left and right of the listener as on a head, loudspeakers on a circle.
_receivers = {
    "mono": [[0.0, 0.0, 0.0]],
    "stereo": [[0.0, 0.09, 0.0], [0.0, -0.09, 0.0]],
    "binaural": [[0.0, 0.09, 0.0], [0.0, -0.09, 0.0]],
    "5.1": [[1.0, 0.577, 0.0], [1.0, -0.577, 0.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [-0.36, 1.0, 0.0], [-0.36, -1.0, 0.0]],
}


def write_sofa(path: str | os.PathLike[str], response: NDArray[np.float32], sample_rate: float, room: Room, channels: str) -> None:
    """Write one measurement (1 source, 1 emitter, R receivers) in the convention SingleRoomSRIR.

    Parameters
    ----------
    response : array (channels, length)
    channels : str
        The layout; true stereo (4 paths between two sources and two receivers) is written as two measurements.

    Raises
    ------
    AudioFileError
        When ``sofar`` is missing, or the file cannot be written.
    """
    try:
        import sofar
    except ImportError:
        raise AudioFileError(f"{path}: writing SOFA needs the Python package 'sofar': pip install 'lumiverb[sofa]'") from None
    sofa = sofar.Sofa("SingleRoomSRIR")
    data = response.reshape(2, 2, -1) if channels == "true_stereo" else response[None]
    sofa.Data_IR = data.astype(np.float64)
    sofa.Data_SamplingRate = float(sample_rate)
    sofa.Data_Delay = np.zeros((1, data.shape[1]))
    _geometry(sofa, room, channels, data.shape[0])
    _labels(sofa, room, channels)
    with replacing(path) as temporary:
        sofar.write_sofa(str(temporary), sofa)


def _geometry(sofa: Any, room: Room, channels: str, measurements: int) -> None:
    d = room.description
    azimuths = [d.source_azimuth_deg] if measurements == 1 else [d.source_azimuth_deg + 30.0, d.source_azimuth_deg - 30.0]
    receivers = sofa.Data_IR.shape[1]
    sofa.ListenerPosition = np.zeros((measurements, 3))
    sofa.MeasurementDate = np.zeros(measurements)
    sofa.ListenerPosition_Type, sofa.ListenerPosition_Units = "cartesian", "metre"
    sofa.SourcePosition = np.array([[a % 360.0, d.source_elevation_deg, d.source_distance_m] for a in azimuths])
    sofa.SourcePosition_Type, sofa.SourcePosition_Units = "spherical", "degree, degree, metre"
    if channels == "foa":
        # The receivers of an ambisonic recording are spherical-harmonic channels (ACN order), not places.
        sofa.ReceiverPosition = np.zeros((4, 3))
        sofa.ReceiverPosition_Type, sofa.ReceiverPosition_Units = "spherical harmonics", "degree, degree, metre"
    else:
        sofa.ReceiverPosition = np.array(_receivers.get(channels, _receivers["stereo"]))
        sofa.ReceiverPosition_Type, sofa.ReceiverPosition_Units = "cartesian", "metre"
    sofa.ReceiverView = np.tile(np.array([1.0, 0.0, 0.0])[None, :, None], (receivers, 1, 1))
    sofa.ReceiverUp = np.tile(np.array([0.0, 0.0, 1.0])[None, :, None], (receivers, 1, 1))
    for unused in ("ReceiverDescriptions", "EmitterDescriptions"):
        sofa.delete(unused)
    half = np.array(d.dimensions_m) / 2
    sofa.RoomCornerA, sofa.RoomCornerB = -half[None], half[None]
    sofa.RoomVolume, sofa.RoomTemperature = d.volume_m3, 293.15


def _labels(sofa: Any, room: Room, channels: str) -> None:
    import lumiverb

    d = room.description
    size = " x ".join(f"{x:.2f}" for x in d.dimensions_m)
    sofa.GLOBAL_Title = f"Lumiverb room {room.name or d.room_kind}"
    sofa.GLOBAL_ApplicationName, sofa.GLOBAL_ApplicationVersion = "Lumiverb", lumiverb.__version__
    sofa.GLOBAL_DatabaseName = "Lumiverb"
    sofa.GLOBAL_ListenerShortName = channels
    sofa.GLOBAL_RoomDescription = f"{d.room_kind}, {size} m, RT60 mid {d.mid_rt60_s:.2f} s; synthesised from a description, not measured"
    sofa.GLOBAL_License = "No license provided, ask the author for permission"

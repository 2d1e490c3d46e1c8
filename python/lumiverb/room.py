# SPDX-License-Identifier: AGPL-3.0-or-later
"""Room: a place that can be heard."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lumiverb.acoustics.description import RoomDescription
from lumiverb.audio.atomic import write_bytes
from lumiverb.errors import AudioFileError, RoomError
from lumiverb.host.native import native, translated
from lumiverb.host.parameters import CANDIDATES, QUALITIES, native_edits
from lumiverb.host.thumbnail import thumbnail_jpeg
from lumiverb.pictures import PictureLike, read_picture

#: Channel layouts of an impulse response and their number of channels.
RIR_CHANNELS = {"mono": 1, "stereo": 2, "true_stereo": 4, "binaural": 2, "foa": 4, "5.1": 6}
MAX_ROOM_FILE_BYTES = 1024 * 1024
SCENE_LISTS = ("quads", "triangles", "boxes", "cylinders", "ellipsoids")  #: a scene has one of them at least


class Room:
    """A room: its :class:`RoomDescription`, and the picture it was read from if there was one.

    Rooms are made by :meth:`from_picture`, :meth:`from_recording`, :meth:`fuse`, :meth:`from_scene`, :meth:`from_json`,
    :meth:`from_file` or :meth:`from_description`, and do not change.
    """

    def __init__(self, description: RoomDescription, *, thumbnail: bytes = b"", name: str = "", warning: str = "", scene: str = "") -> None:
        self._json = description.to_json()  # checks every field
        self._description = description
        self._thumbnail = thumbnail
        self._name = name
        self._warning = warning
        self._scene = scene

    @classmethod
    def from_picture(
        cls,
        picture: PictureLike,
        *,
        model: str | os.PathLike[str] | None = None,
        provider: str = "CPU",
        name: str | None = None,
    ) -> Room:
        """Look at a picture.

        Parameters
        ----------
        picture : path, bytes, array or PIL image
            See :func:`lumiverb.pictures.read_picture`.
        model : path, optional
            Folder of a scene-encoder package; by default the shipped one.
        provider : str
            ONNX Runtime execution provider: "CPU", "CUDA", ...
        name : str, optional
            Shown in reports and in the plug-in; by default the file's name.

        Raises
        ------
        PictureError, ModelError
        """
        from lumiverb.host.models import describe_picture

        rgb = read_picture(picture)
        text, warning = describe_picture(rgb, model, provider)
        if name is None:
            name = Path(picture).stem if isinstance(picture, (str, os.PathLike)) else ""
        return cls(RoomDescription.from_json(text), thumbnail=thumbnail_jpeg(rgb), name=name, warning=warning)

    @classmethod
    def from_recording(
        cls,
        recording: str | os.PathLike[str] | NDArray[np.floating],
        sample_rate: float | None = None,
        *,
        model: str | os.PathLike[str] | None = None,
        provider: str = "CPU",
        name: str | None = None,
    ) -> Room:
        """Listen to a recording that was made in a room: 2 to 10 s of voice or music with rests in it are best.

        Parameters
        ----------
        recording : path, or array (channels, samples) or (samples,)
            Each channel is heard by itself; from long recordings up to 8 pieces are heard.
        sample_rate : float
            Of an array, 8000 to 384000 Hz.
        model : path, optional
            Folder of a blind-room package; by default the shipped one.
        provider : str
            ONNX Runtime execution provider: "CPU", "CUDA", ...
        name : str, optional
            By default the file's name.

        Returns
        -------
        Room
            RT60, DRR, C50 and volume were heard; dimensions, absorption and distance follow from them (docs/models.md). Its kind is
            "unknown".

        Raises
        ------
        AudioFileError
            The file cannot be read, is shorter than 1 s, or is silent.
        RoomError
            The same of an array; or it is no audio, or has values that are not numbers.
        ModelError
        """
        from lumiverb.host.models import describe_recording

        if isinstance(recording, (str, os.PathLike)):
            from lumiverb.audio.files import read_audio

            clip = read_audio(recording)
            with translated(AudioFileError, prefix=f"{recording}: "):
                text, warning = describe_recording(clip.audio, clip.sample_rate, model, provider)
            name = Path(recording).stem if name is None else name
            return cls(RoomDescription.from_json(text), name=name, warning="; ".join(filter(None, (*clip.warnings, warning))))
        if sample_rate is None:
            raise RoomError("the sample rate of an array is needed: Room.from_recording(audio, sample_rate)")
        with translated(RoomError):
            text, warning = describe_recording(_as_audio(recording), sample_rate, model, provider)
        return cls(RoomDescription.from_json(text), name=name or "", warning=warning)

    @classmethod
    def fuse(cls, picture: Room, recording: Room, balance: float = 0.5) -> Room:
        """One room from what a picture and a recording say of it.

        Every number is averaged by precision, in logarithms or decibels: with spreads s_p and s_r,
        ``x = (w_p x_p + w_r x_r) / (w_p + w_r)``, ``w_p = min(1, 2 (1 - balance)) / s_p^2``, ``w_r = min(1, 2 balance) / s_r^2``.
        Where the two disagree by more than their spreads allow, the new spread widens. The kind, the direction and the picture stay.

        Parameters
        ----------
        balance : float
            0 = picture only, 1 = recording only, 0.5 = as their spreads say.

        Raises
        ------
        RoomError
        """
        if not isinstance(picture, Room) or not isinstance(recording, Room):
            raise RoomError("two lumiverb.Room can be fused: Room.fuse(Room.from_picture(...), Room.from_recording(...))")
        if not 0.0 <= balance <= 1.0:
            raise RoomError(f"balance must be from 0 (picture) to 1 (recording), not {balance:g}")
        with translated(RoomError):
            text = native().fuse_rooms(picture.json, recording.json, float(balance))
        warning = "; ".join(filter(None, (picture.warning, recording.warning)))
        return cls(RoomDescription.from_json(text), thumbnail=picture.thumbnail, name=picture.name or recording.name, warning=warning)

    @classmethod
    def from_scene(cls, scene: str, *, rays: int = 20000, seed: int = 1, name: str = "") -> Room:
        """A place that is known: a scene (JSON text, docs/scene-format.md), described by tracing it.

        Parameters
        ----------
        scene : str
            Of ``lumiverb scene`` or ``Scene.to_json``. It stays with the room, for ``quality="traced"``.
        rays : int
            More rays, less chance in the numbers.
        seed : int
            Of the rays.

        Raises
        ------
        RoomError
            For text that is not a scene, or a place that is no closed room.
        """
        with translated(RoomError):
            text = native().describe_scene(scene, rays, seed, os.cpu_count() or 1)
        return cls(RoomDescription.from_json(text), name=name, scene=scene)

    @classmethod
    def from_description(cls, description: RoomDescription, *, name: str = "") -> Room:
        """A room from numbers; raises :class:`RoomError` naming the field that is out of range."""
        return cls(description, name=name)

    @classmethod
    def from_json(cls, text: str, *, name: str = "") -> Room:
        """A room from JSON text; raises :class:`RoomError`."""
        return cls(RoomDescription.from_json(text), name=name)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Room:
        """A room from a JSON file written by :meth:`save` or ``lumiverb room -o``, or a scene; raises :class:`RoomError` naming the file."""
        path = Path(path)
        try:
            if path.stat().st_size > MAX_ROOM_FILE_BYTES:
                raise RoomError(f"{path}: too large for a room description")
            text = path.read_text("utf-8")
        except IsADirectoryError:
            raise RoomError(f"{path}: is a folder, not a room description") from None
        except OSError as error:
            raise RoomError(f"{path}: {(error.strerror or str(error)).lower()}") from None
        except UnicodeDecodeError:
            raise RoomError(f"{path}: not a room description (not text)") from None
        with translated(RoomError, prefix=f"{path}: "):
            if '"lumiverb-room"' not in text and any(f'"{name}"' in text for name in SCENE_LISTS):
                try:
                    return cls.from_scene(text, name=path.stem)
                except RoomError as error:
                    raise RoomError(f"{path}: {error}") from None
            native().canonical_room(text)
        return cls.from_json(text, name=path.stem)

    @classmethod
    def open(cls, path: str | os.PathLike[str], **options: Any) -> Room:
        """A room description (``.json``), a recording (an ending of audio files), or a picture (any other ending)."""
        if Path(path).suffix.lower() == ".json":
            return cls.from_file(path)
        return cls.from_recording(path, **options) if is_recording(path) else cls.from_picture(path, **options)

    @property
    def description(self) -> RoomDescription:
        """All numbers with their spreads."""
        return self._description

    @property
    def json(self) -> str:
        """The description as canonical JSON text."""
        return self._json

    @property
    def thumbnail(self) -> bytes:
        """A JPEG of the picture (longest side <= 512 px), or empty."""
        return self._thumbnail

    @property
    def name(self) -> str:
        """Name of the picture or file, or empty."""
        return self._name

    @property
    def scene(self) -> str:
        """The scene that the room was traced in as JSON text, or empty."""
        return self._scene

    @property
    def warning(self) -> str:
        """Why a slower execution provider was used, or empty."""
        return self._warning

    @property
    def rt60_s(self) -> tuple[float, ...]:
        """Reverberation time in s of the 7 octaves 125 Hz to 8 kHz."""
        return self._description.rt60_s

    @property
    def drr_db(self) -> tuple[float, ...]:
        """Direct-to-reverberant ratio in dB of the 7 octaves."""
        return self._description.drr_db

    @property
    def mid_rt60_s(self) -> float:
        """Mean reverberation time of 500 Hz and 1 kHz in s."""
        return self._description.mid_rt60_s

    @property
    def volume_m3(self) -> float:
        """Volume in cubic metres."""
        return self._description.volume_m3

    @property
    def dimensions_m(self) -> tuple[float, ...]:
        """Length (along the view), width and height in m."""
        return self._description.dimensions_m

    @property
    def absorption(self) -> tuple[float, ...]:
        """Mean absorption coefficient of the 7 octaves."""
        return self._description.absorption

    @property
    def clarity_c50_db(self) -> float:
        """Early-to-late energy ratio in dB."""
        return self._description.clarity_c50_db

    @property
    def kind(self) -> str:
        """What kind of room the picture seems to show."""
        return self._description.room_kind

    def edited(self, **edits: Any) -> Room:
        """The room with knobs applied (decay, size, distance, angle, ...; see :data:`lumiverb.host.parameters.MATCH_PARAMETERS`)."""
        with translated(RoomError):
            text = native().apply_edits(self._json, native_edits(edits))
        return Room(RoomDescription.from_json(text), thumbnail=self._thumbnail, name=self._name)

    def candidates(self) -> dict[str, Room]:
        """Three rooms inside the spread: "drier", "as seen" and "livelier", with RT60 one spread shorter, as it is, and one longer.

        DRR, C50 and absorption follow as in the same room with softer or harder surfaces; :class:`lumiverb.Match` keeps the loudness.
        """
        return {name: self._candidate(steps) for name, steps in CANDIDATES.items()}

    def _candidate(self, steps: float) -> Room:
        text = native().room_candidate(self._json, steps)
        kept = {"thumbnail": self._thumbnail, "name": self._name, "warning": self._warning, "scene": self._scene}
        return Room(RoomDescription.from_json(text), **kept)

    def rir(
        self,
        sample_rate: float = 48000.0,
        channels: str = "stereo",
        *,
        seed: int = 1,
        max_length_s: float = 10.0,
        normalise_loudness: bool = True,
        quality: str = "real-time",
        progress: Callable[[float], None] | None = None,
        **edits: Any,
    ) -> NDArray[np.float32]:
        """Make the room impulse response; the direct sound stands at sample 0.

        Parameters
        ----------
        sample_rate : float
            8000 to 384000 Hz.
        channels : str
            "mono", "stereo", "true_stereo" (left-left, left-right, right-left, right-right), "binaural", "foa" (AmbiX: W Y Z X)
            or "5.1" (L R C LFE Ls Rs).
        seed : int
            Of the diffuse tail: the same seed gives the same samples.
        max_length_s : float
            Longer tails are faded out.
        normalise_loudness : bool
            Make speech through the room as loud as the dry speech.
        quality : str
            "real-time": the quick synthesis. "traced": rays in the room's scene, else in the estimated box, a second or so; decay, levels
            and loudness stay the same, the fine structure is that of a room.
        progress : callable, optional
            Called with 0..1 while rays are traced; an exception that it raises stops the work.
        **edits
            Knobs: decay, size, distance, angle, predelay_ms, early_late_db, width, low_db, high_db, band_decay,
            candidate ("drier", "as seen", "livelier").

        Returns
        -------
        float32 array (channels, length)

        Raises
        ------
        RoomError
        """
        if channels not in RIR_CHANNELS:
            raise RoomError(f"unknown channel layout '{channels}'; the layouts are {', '.join(RIR_CHANNELS)}")
        if quality not in QUALITIES:
            raise RoomError(f"unknown quality '{quality}'; choose {' or '.join(QUALITIES)}")
        options = (float(sample_rate), channels, int(seed), float(max_length_s), bool(normalise_loudness))
        with translated(RoomError):
            if quality == "traced":
                more = {"threads": os.cpu_count() or 1, "progress": progress, "scene_json": self._scene}
                paths = native().traced_rir(self._json, native_edits(edits), *options, **more)
            else:
                paths = native().synthesise_rir(self._json, native_edits(edits), *options)
        return np.ascontiguousarray(paths.reshape(-1, paths.shape[-1]), dtype=np.float32)

    def early_reflections(self, max_count: int = 64, **edits: Any) -> NDArray[np.float32]:
        """Early reflections as an array (n, 2): time after the direct sound in s, level relative to it in dB."""
        with translated(RoomError):
            return native().early_reflections(self._json, native_edits(edits), int(max_count))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the description as JSON, which :meth:`from_file` and the command line read."""
        write_bytes(path, (json.dumps(json.loads(self._json), indent=1) + "\n").encode("utf-8"))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Room) and self._json == other._json

    def __hash__(self) -> int:
        return hash(self._json)

    def __repr__(self) -> str:
        d = self._description
        size = " x ".join(f"{x:.1f}" for x in d.dimensions_m)
        name = f"{self._name!r}, " if self._name else ""
        return f"<Room {name}{d.room_kind}, {size} m, RT60 {d.mid_rt60_s:.2f} s, C50 {d.clarity_c50_db:+.1f} dB>"


def is_recording(path: str | os.PathLike[str]) -> bool:
    """Whether a file's ending is that of an audio file."""
    from lumiverb.audio.files import READABLE

    return Path(path).suffix.lower() in READABLE


def _as_audio(recording: Any) -> NDArray[np.float32]:
    audio = np.asarray(recording)
    if audio.ndim == 1:
        audio = audio[None, :]
    if audio.ndim != 2 or not np.issubdtype(audio.dtype, np.floating):
        raise RoomError(f"a recording is an array of floats of shape (channels, samples), not {audio.dtype} {audio.shape}")
    if audio.shape[0] > 64:
        raise RoomError(f"a recording has at most 64 channels, not {audio.shape[0]}; is it (samples, channels)? Transpose it")
    return np.ascontiguousarray(audio, dtype=np.float32)

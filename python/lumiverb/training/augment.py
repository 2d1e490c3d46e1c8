# SPDX-License-Identifier: AGPL-3.0-or-later
"""Photographic faults for rendered pictures: what a phone, a lens and a JPEG encoder do to a view.

All functions work on float32 sRGB pictures (H, W, 3) in 0..1 and draw from a given generator, so that one seed gives one picture.
None of them changes what the room sounds like; a mirrored picture mirrors the side of its source.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter


@dataclass(frozen=True)
class AugmentOptions:
    """Ranges (uniform between -x and x unless stated) and probabilities of each fault."""

    exposure_ev: float = 0.7
    contrast: float = 0.25  #: exponent of a power curve, 2**(+-x)
    white_balance: float = 0.18  #: natural log of the red and blue gains
    saturation: float = 0.4  #: 1 +- x
    hue: float = 0.5  #: probability that all colours are turned around the grey axis, by any angle: what a room is painted does not absorb
    vignette: float = 0.45  #: largest darkening of the corners, 0..1
    noise: float = 0.035  #: largest standard deviation of sensor noise
    grain: float = 0.03  #: largest standard deviation of coarse, grey film grain
    blur_px: float = 1.1  #: largest Gaussian radius at the final size
    zoom: float = 0.30  #: largest share of the side that a crop removes
    roll_deg: float = 4.0
    flip: float = 0.5  #: probability
    jpeg: float = 0.6  #: probability; quality 25..95
    downscale: float = 0.2  #: probability of a small original, enlarged again


def augment(picture: np.ndarray, rng: np.random.Generator, options: AugmentOptions = AugmentOptions()) -> tuple[np.ndarray, bool]:
    """One augmented view.

    Parameters
    ----------
    picture : ndarray of uint8, shape (H, W, 3)
    rng : numpy Generator; the result depends on nothing else

    Returns
    -------
    (view, flipped) : uint8 (H, W, 3) of the same size, and whether left and right were exchanged
    """
    frame = draw_frame(rng, options)
    image = _lens(frame.apply(Image.fromarray(picture)), rng, options)
    pixels = _sensor(np.asarray(image, np.float32) / 255.0, rng, options)
    view = (np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8)
    return _compress(view, rng, options), frame.flipped


def mirror_labels(labels: dict) -> dict:
    """Labels of the mirrored picture: everything about the room stays, the side of the source changes."""
    mirrored = dict(labels)
    if "azimuth_deg" in mirrored:
        mirrored["azimuth_deg"] = -mirrored["azimuth_deg"]
    return mirrored


@dataclass(frozen=True)
class Frame:
    """Another way to hold the camera: roll, then crop and zoom to ``box`` (left, top, right, bottom as shares of the sides), then mirror."""

    roll_deg: float
    box: tuple[float, float, float, float]
    flipped: bool

    def apply(self, image: Image.Image) -> Image.Image:
        """The picture (or a map of the same view, whatever its size) in this frame; what the roll brings in from outside is 0."""
        (width, height), (left, top, right, bottom) = image.size, self.box
        if self.roll_deg:
            image = image.rotate(self.roll_deg, Image.Resampling.BICUBIC)
        image = image.resize((width, height), Image.Resampling.BICUBIC, box=(left * width, top * height, right * width, bottom * height))
        return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if self.flipped else image


def draw_frame(rng: np.random.Generator, options: AugmentOptions = AugmentOptions()) -> Frame:
    """The frame that :func:`augment` gives a picture with this generator."""
    roll = float(rng.uniform(-1, 1)) * options.roll_deg if rng.random() < 0.5 else 0.0
    margin = math.sin(math.radians(abs(roll))) / 2  # empty wedges at the edges, as a share of the side
    room = 1 - 2 * margin
    keep = room * (1 - float(rng.uniform(0, 1)) ** 1.5 * options.zoom)
    stretch = float(np.exp(rng.uniform(-0.06, 0.06)))
    shares = (min(room, keep * stretch), min(room, keep / stretch))
    x, y = (margin + float(rng.uniform(0, 1)) * (room - share) for share in shares)
    return Frame(roll, (x, y, x + shares[0], y + shares[1]), bool(rng.random() < options.flip))


def _lens(image: Image.Image, rng: np.random.Generator, options: AugmentOptions) -> Image.Image:
    if rng.random() < options.downscale:
        size = image.size
        factor = float(rng.uniform(0.4, 0.8))
        image = image.resize((max(8, int(size[0] * factor)), max(8, int(size[1] * factor))), Image.Resampling.BOX)
        image = image.resize(size, Image.Resampling.BILINEAR)
    if rng.random() < 0.4:
        image = image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.2, 1)) * options.blur_px))
    return image


def _sensor(pixels: np.ndarray, rng: np.random.Generator, options: AugmentOptions) -> np.ndarray:
    """Exposure and white balance in linear light, tone curve, vignette, noise and grain."""
    height, width, _ = pixels.shape
    gain = 2.0 ** float(rng.uniform(-1, 1) * options.exposure_ev)
    balance = np.exp(rng.uniform(-1, 1, 3) * options.white_balance * np.array([1, 0, 1]))
    linear = np.power(pixels, 2.2) * (gain * balance).astype(np.float32)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    linear *= (1 - float(rng.uniform(0, 1)) * options.vignette * (x * x + y * y) / 2)[..., None]
    gamma = 2.0 ** float(rng.uniform(-1, 1) * options.contrast) / 2.2
    pixels = np.power(np.clip(linear, 0, 1.5), gamma).astype(np.float32)
    grey = pixels.mean(2, keepdims=True)
    colour = (pixels - grey) * np.float32(1 + rng.uniform(-1, 1) * options.saturation)
    if rng.random() < options.hue:
        colour = colour @ _turn_hue(float(rng.uniform(0, 2 * math.pi)))
    pixels = grey + colour
    if rng.random() < 0.6:
        sigma = float(rng.uniform(0, 1)) ** 2 * options.noise
        pixels = pixels + rng.standard_normal(pixels.shape, np.float32) * np.float32(sigma)
    if rng.random() < 0.25:
        coarse = rng.standard_normal((height // 2 + 1, width // 2 + 1, 1), np.float32)
        grain = np.repeat(np.repeat(coarse, 2, 0), 2, 1)[:height, :width]
        pixels = pixels + grain * np.float32(rng.uniform(0, 1) * options.grain)
    return pixels


def _turn_hue(angle: float) -> np.ndarray:
    """Rotation around (1, 1, 1), float32 (3, 3) (Rodrigues)."""
    cross = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / math.sqrt(3)
    return (np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross).astype(np.float32)


def _compress(view: np.ndarray, rng: np.random.Generator, options: AugmentOptions) -> np.ndarray:
    if rng.random() >= options.jpeg:
        return view
    buffer = io.BytesIO()
    Image.fromarray(view).save(buffer, "JPEG", quality=int(rng.integers(25, 96)), subsampling=int(rng.choice([0, 2])))
    return np.asarray(Image.open(buffer).convert("RGB"))

"""Images: what one costs at the machine, by the size of the model, its pixels and its denoising steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sobrio.impact.draws import Draws, Skewed, Spread, Vector, lognormal
from sobrio.terms.activity import Activity
from sobrio.terms.model import Model

ANCHOR_WH: Final = 11.49
"""Measured per image at the machine: SDXL base, in arXiv 2311.16863."""
ANCHOR_B: Final = 3.5
ANCHOR_PIXELS: Final = 1024.0**2
ANCHOR_STEPS: Final = 50.0
"""Size, resolution and steps of that measurement; the last two are the pipeline's defaults."""

SIZE_EXPONENT: Final[Spread] = (0.7, 1.0)
"""Larger networks fill an accelerator better."""
PIXEL_EXPONENT: Final[Spread] = (0.7, 1.1)
"""Attention grows faster than pixels, other work slower: double sides cost 1.3 to 4.7 times as much
(arXiv 2506.17016), of which the flattest are left out."""
STEP_EXPONENT: Final[Spread] = (0.85, 1.0)
"""Reading the prompt and decoding the picture happen once."""
SERVING: Final[Skewed] = (0.12, 0.8, 1.5)
"""Energy over the anchor's, by software and precision: it ran one image at a time with 2023's defaults."""
NETWORK: Final[Spread] = (0.6, 1.67)
"""What the size does not know of one network, such as a second pass for guidance."""

PIXELS: Final[Spread] = (512.0**2, 1024.0 * 1536)
STEPS: Final[Spread] = (20.0, 50.0)
FEW_STEPS: Final[Spread] = (1.0, 8.0)
"""Ends of what nobody told, log-uniform; the last for models distilled to few steps."""
DISTILLED: Final = ("schnell", "turbo", "lightning", "lcm")
"""In the names of such models."""

CLASS_WH: Final[Skewed] = (0.3, 2.6, 11.5)
"""Wh per image at the machine over the models measured by arXiv 2311.16863: for sizes nobody knows."""
CLASS_PIXELS: Final = 800.0**2
"""Between the 512 and 1,024 pixels a side of those models."""

MEASURED_B: Final = (0.9, 3.5)
MEASURED_PIXELS: Final = (512.0**2, 1024.0**2)
MEASURED_STEPS: Final = (20.0, 50.0)


@dataclass(frozen=True, slots=True)
class Picture:
    """What is known of each image; `None` is unknown."""

    pixels: float | None = None
    steps: float | None = None


UNKNOWN: Final = Picture()


def picture_of(activity: Activity) -> Picture:
    image = activity.model.kind == "image"
    return Picture(activity.pixels, activity.steps) if image else UNKNOWN


def wh_by_size(model: Model, size_b: Vector, picture: Picture, place: str, draws: Draws) -> Vector:
    """Wh at the machine, shape (K,): in every scenario more of anything never costs less."""
    steps = _known_or_drawn(picture.steps, FEW_STEPS if distilled(model) else STEPS, "image steps", draws)
    pixels = _known_or_drawn(picture.pixels, PIXELS, "image pixels", draws)
    return np.asarray(
        ANCHOR_WH
        * (size_b / ANCHOR_B) ** lognormal(draws.normal("image size exponent"), SIZE_EXPONENT)
        * _grown(pixels / ANCHOR_PIXELS, steps / ANCHOR_STEPS, draws)
        * lognormal(draws.normal(f"image serving {place}"), SERVING)
        * lognormal(draws.normal(f"image {model.name}"), NETWORK)
    )


def wh_by_class(model: Model, picture: Picture, draws: Draws) -> Vector:
    """The same where the size is unknown: the whole class, scaled by what is known of the image."""
    pixels, steps = picture.pixels or CLASS_PIXELS, picture.steps or ANCHOR_STEPS
    scale = _grown(np.float64(pixels / CLASS_PIXELS), np.float64(steps / ANCHOR_STEPS), draws)
    return np.asarray(lognormal(draws.normal(f"image {model.name}"), CLASS_WH) * scale)


def distilled(model: Model) -> bool:
    """Does it paint in a few steps?"""
    name = model.name.lower()
    return any(word in name for word in DISTILLED)


def beyond_measured(model: Model, size_b: float, picture: Picture) -> bool:
    ranges = ((size_b, MEASURED_B), (picture.pixels, MEASURED_PIXELS), (picture.steps, MEASURED_STEPS))
    outside = (known is not None and not low <= known <= high for known, (low, high) in ranges)
    return distilled(model) or any(outside)


def _grown(pixels: Vector | np.float64, steps: Vector | np.float64, draws: Draws) -> Vector:
    by_pixels = pixels ** lognormal(draws.normal("image pixel exponent"), PIXEL_EXPONENT)
    return np.asarray(by_pixels * steps ** lognormal(draws.normal("image step exponent"), STEP_EXPONENT))


def _known_or_drawn(known: float | None, ends: Spread, key: str, draws: Draws) -> Vector:
    if known is not None:
        return np.full(draws.count, float(known))
    low, high = ends
    return np.asarray(low * (high / low) ** draws.uniform(key))

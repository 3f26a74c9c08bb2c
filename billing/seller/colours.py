"""Colours that can be read, whatever colour the seller's brand has.

Source: WCAG 2.2, 1.4.3 and the definitions of relative luminance and contrast ratio. Colours are
written as CSS writes them, `#1b6660`.
"""

READABLE = 4.5
"""The least contrast of text and what is behind it."""

_STEPS = 50


def contrast(one: str, other: str) -> float:
    """From 1, no difference, to 21, black and white."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable_on(colour: str) -> str:
    """Black or white, whichever is read better; one of them always is READABLE."""
    return max(("#ffffff", "#000000"), key=lambda ink: contrast(ink, colour))


def readable_against(colour: str, *backgrounds: str) -> str:
    """The colour nearest to this one that is READABLE as text on all of the backgrounds.

    It is made darker on light backgrounds and lighter on dark ones.
    """
    ink = readable_on(backgrounds[0])
    shades = (mixed(colour, ink, step / _STEPS) for step in range(_STEPS + 1))
    fits = (s for s in shades if all(contrast(s, ground) >= READABLE for ground in backgrounds))
    return next(fits, ink)


def mixed(colour: str, other: str, share: float) -> str:
    """`colour` with a share of the other, from 0 to 1."""
    pairs = zip(channels(colour), channels(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def channels(colour: str) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255 each."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)

"""What kind of picture some bytes are, by what they contain and not by what they are called.

Sources: PNG (ISO/IEC 15948) §11.2.1, the header chunk; JPEG (ITU-T T.81) annex B, the frame header.
"""

import struct
from struct import unpack_from

from billing.seller.errors import LogoUnusable

MAX_SIDE = 2000
_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"
_JPEG = b"\xff\xd8\xff"
# Frame headers carry the size: C0 to CF without the tables C4, C8 and CC.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def picture_type(content: bytes) -> str:
    """`image/png` or `image/jpeg`. Raises LogoUnusable for all else, and for pictures too wide."""
    try:
        if content.startswith(_PNG):
            found, size = "image/png", unpack_from(">II", content, len(_PNG))
        elif content.startswith(_JPEG):
            found, size = "image/jpeg", _frame_size(content)
        else:
            raise LogoUnusable("The logo must be a PNG or JPEG picture; SVG is not taken.")
    except struct.error:
        raise LogoUnusable("The logo is cut off; save the picture again.") from None
    if not all(0 < side <= MAX_SIDE for side in size):
        raise LogoUnusable(
            "The logo must be at most %(most)s pixels wide and high.", most=str(MAX_SIDE)
        )
    return found


def _frame_size(content: bytes) -> tuple[int, int]:
    """Width and height: segments are skipped by their lengths until a frame begins."""
    position = 2
    while True:
        marker, length = unpack_from(">HH", content, position)
        if marker >> 8 != 0xFF:
            raise LogoUnusable("The logo is damaged; save the picture again.")
        if marker & 0xFF in _FRAMES:
            height, width = unpack_from(">HH", content, position + 5)
            return width, height
        position += 2 + length

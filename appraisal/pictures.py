"""Pictures: whether a PNG or JPEG from outside can be printed, by its own bytes.

Only headers and structure are read: nothing is unpacked beyond what the header promises.
"""

import struct
import zlib
from collections.abc import Iterator

from appraisal.errors import AppraisalError

# A camera's largest side; a picture of more would take gigabytes when it is drawn.
MAX_SIDE = 10_000
MAX_PIXELS = 40_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
# Bits a pixel by PNG's colour type, for a depth of one bit.
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# JPEG markers that begin a frame and so tell its size; C4, C8 and CC are something else.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class UnusablePicture(AppraisalError):
    """A picture is of another kind, damaged or too large; `code` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_picture(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG or JPEG that can be drawn.

    Raises:
        UnusablePicture: not_picture, picture_damaged or picture_too_large.
    """
    if content.startswith(_PNG):
        read = _png_size
    elif content.startswith(b"\xff\xd8\xff"):
        read = _jpeg_size
    else:
        raise UnusablePicture("not_picture")
    try:
        width, height = read(content)
    except (struct.error, zlib.error, IndexError):
        raise UnusablePicture("picture_damaged") from None
    if not width or not height:
        raise UnusablePicture("picture_damaged")
    return width, height


def _png_size(content: bytes) -> tuple[int, int]:
    chunks = list(_png_chunks(content))
    if len(chunks) < 3 or chunks[0][0] != b"IHDR" or chunks[-1][0] != b"IEND":
        raise UnusablePicture("picture_damaged")
    width, height, depth, colour, *_ = struct.unpack(">IIBBBBB", chunks[0][1])
    _check_size(width, height)
    line = 1 + (width * depth * _CHANNELS.get(colour, 4) + 7) // 8
    # Interlaced pictures have a filter byte for each line of each of seven passes.
    most = (line + 8) * height * 2 + 64
    unpacking = zlib.decompressobj()
    pixels = unpacking.decompress(b"".join(c for kind, c in chunks if kind == b"IDAT"), most)
    if not unpacking.eof or len(pixels) < (line - 1) * height:
        raise UnusablePicture("picture_damaged")
    return width, height


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_PNG)
    while place < len(content):
        size, kind = struct.unpack_from(">I4s", content, place)
        body = content[place + 8 : place + 8 + size]
        (check,) = struct.unpack_from(">I", content, place + 8 + size)
        if zlib.crc32(kind + body) != check:
            raise UnusablePicture("picture_damaged")
        yield kind, body
        if kind == b"IEND":
            return
        place += 12 + size
    raise UnusablePicture("picture_damaged")


def _jpeg_size(content: bytes) -> tuple[int, int]:
    # Cameras pad the file after the end marker, so it is looked for from behind.
    if content.rfind(b"\xff\xd9") < 4:
        raise UnusablePicture("picture_damaged")
    place = 2
    while True:
        while content[place] == 0xFF and content[place + 1] == 0xFF:
            place += 1
        lead, marker, size = struct.unpack_from(">BBH", content, place)
        if lead != 0xFF or size < 2 or marker == 0xDA:
            raise UnusablePicture("picture_damaged")
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, place + 5)
            _check_size(width, height)
            return width, height
        place += 2 + size


def _check_size(width: int, height: int) -> None:
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise UnusablePicture("picture_too_large")

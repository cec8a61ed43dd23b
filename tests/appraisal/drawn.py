"""Pictures drawn for tests: right ones, and ones that lie about their size."""

import io
import struct
import zlib

from PIL import Image


def png(width: int = 2, height: int = 3, *, pixels: bytes | None = None) -> bytes:
    """A grey PNG; with other `pixels` than its header promises, a damaged one."""
    lines = b"".join(b"\x00" + b"\x80" * width for _ in range(height)) if pixels is None else pixels
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(lines)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def picture(kind: str, size: tuple[int, int], mode: str = "RGB", **options: object) -> bytes:
    """A picture as a common program writes it."""
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **options)
    return out.getvalue()

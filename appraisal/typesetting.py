"""Typesetting: PDF/A pages from Typst templates and JSON data.

Rendering is repeatable: the same template, data, fonts and timestamp give the same bytes. A
template sees nothing but the files it is given and its data.
"""

import hashlib
import json
import tempfile
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
from fontTools.ttLib import TTCollection, TTFont

from appraisal.typesetters import Typesetters, TypesettingFailed

# Debian's fonts-noto-cjk: more weights and characters than the wheel's fonts, so it goes first.
SYSTEM_FONTS = Path("/usr/share/fonts/opentype/noto")
WHEEL_FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent


def render_pdf(
    template: bytes,
    data: Mapping[str, Any],
    *,
    at: datetime,
    files: Mapping[str, bytes] | None = None,
) -> bytes:
    """Typeset one document as PDF/A-2b.

    Args:
        template: Typst source; it reads its data with `json(bytes(sys.inputs.data))`.
        data: What the template shows; JSON types only.
        at: The creation time written into the PDF, aware.
        files: Further files beside the template by name: libraries, images.

    Raises:
        TypesettingFailed: The template is wrong or misses data, or takes too long.
    """
    shown = json.dumps(data, ensure_ascii=False, sort_keys=True)
    if not _remembered.most:
        return _typeset(template, shown, at, files or {})
    name = _name_of(template, shown, at, files or {})
    if (known := _remembered.get(name)) is None:
        known = _typeset(template, shown, at, files or {})
        _remembered.keep(name, known)
    return known


def remember_documents(most: int) -> None:
    """Typeset what is asked for again only once in this process; `most` bytes are kept.

    For whoever plays the same acts over and over, as scenarios do.
    """
    _remembered.most = most


class _Remembered:
    def __init__(self) -> None:
        self.most = 0
        self._documents: OrderedDict[str, bytes] = OrderedDict()

    def get(self, name: str) -> bytes | None:
        return self._documents.get(name)

    def keep(self, name: str, document: bytes) -> None:
        self._documents[name] = document
        while sum(map(len, self._documents.values())) > self.most:
            self._documents.popitem(last=False)


_remembered = _Remembered()


def _name_of(template: bytes, data: str, at: datetime, files: Mapping[str, bytes]) -> str:
    parts = [template, data.encode(), at.isoformat().encode()]
    parts += [one for name, content in sorted(files.items()) for one in (name.encode(), content)]
    found = hashlib.sha256()
    for part in parts:
        # With its length, so that no two lists of parts are the same text.
        found.update(len(part).to_bytes(8))
        found.update(part)
    return found.hexdigest()


def _typeset(template: bytes, data: str, at: datetime, files: Mapping[str, bytes]) -> bytes:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for path, content in files.items():
            _inside(root, path).write_bytes(content)
        main = root / "main.typ"
        main.write_bytes(template)
        output = root / "out.pdf"
        _typesetters().typeset(
            {
                "root": str(root),
                "output": str(output),
                "packages": str(root / "packages"),
                "data": data,
                "timestamp": int(at.timestamp()),
            }
        )
        return output.read_bytes()


def missing_glyphs(text: str) -> list[str]:
    """Characters that no font at hand can draw, in order, each once."""
    covered = _covered()
    return list(dict.fromkeys(c for c in text if not c.isspace() and ord(c) not in covered))


def _inside(root: Path, name: str) -> Path:
    path = (root / name).resolve()
    if not path.is_relative_to(root.resolve()):
        raise TypesettingFailed(f"file name outside the document: {name}")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _font_folders() -> list[Path]:
    return [folder for folder in (SYSTEM_FONTS, WHEEL_FONTS) if folder.is_dir()]


@lru_cache(maxsize=1)
def _typesetters() -> Typesetters:
    return Typesetters(_font_folders())


@lru_cache(maxsize=1)
def _covered() -> frozenset[int]:
    points: set[int] = set()
    for folder in _font_folders():
        for path in sorted(folder.iterdir()):
            if path.suffix in {".otf", ".ttf"}:
                with TTFont(path, lazy=True) as font:
                    points.update(_drawn(font))
            elif path.suffix == ".ttc" and "Serif" in path.name and "Regular" in path.name:
                with TTCollection(path, lazy=True) as collection:
                    points.update(_drawn(collection.fonts[0]))
    return frozenset(points)


def _drawn(font: TTFont) -> Iterable[int]:
    # The names of glyphs say nothing here, and to read them takes longer than all else.
    font.setGlyphOrder([str(one) for one in range(font["maxp"].numGlyphs)])
    found: Mapping[int, str] = font.getBestCmap()
    return found

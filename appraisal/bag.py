"""Bag: an archive folder after BagIt (RFC 8493) with SHA-256 manifests, and its check."""

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import bagit

from appraisal.errors import AppraisalError

# bagit 1.9.0 writes two spaces into the payload's manifest and one into the tags'.
_PAYLOAD_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)\n")
_TAG_LINE = re.compile(r"([0-9a-f]{64}) (\S.*)\n")
_DECLARATION = b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n"
_MANIFEST = "manifest-sha256.txt"
_TAG_MANIFEST = "tagmanifest-sha256.txt"


class BagExists(AppraisalError):
    """The folder to pack into is there already and holds something else."""


@dataclass(frozen=True)
class BagProblem:
    """One way in which a bag differs from what was sealed."""

    path: str
    message_zh: str
    message_en: str


def pack(folder: Path, files: Mapping[str, bytes], info: Mapping[str, str]) -> str:
    """Write the files as a bag and return its seal: the SHA-256 of its tag manifest.

    Packing the same files with the same information again is harmless and gives the same seal.

    Args:
        folder: Where the bag goes; made when missing.
        files: Content by relative path.
        info: Lines of bag-info.txt; `Bagging-Date` should be given.
    """
    if folder.exists() and not (folder / _TAG_MANIFEST).is_file() and any(folder.iterdir()):
        raise BagExists(str(folder))
    # Packed beside its place and renamed, so that a crash never leaves half a bag there.
    fresh = folder.with_name(f".packing-{folder.name}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name, content in sorted(files.items()):
        path = _inside(fresh, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    bagit.make_bag(str(fresh), bag_info=dict(info), checksums=["sha256"])
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    return seal(folder)


def seal(folder: Path) -> str:
    """SHA-256 of the tag manifest, which fixes every other byte of the bag."""
    return sha256((folder / _TAG_MANIFEST).read_bytes()).hexdigest()


def verify(folder: Path) -> list[BagProblem]:
    """Say in what the bag differs from what its manifests promise; empty when in nothing.

    Stricter than the standard asks, so that no byte of any file, the manifests included, can
    change unseen: their lines must have exactly the form that packing gives them.
    """
    if not (folder / _TAG_MANIFEST).is_file():
        return [BagProblem(_TAG_MANIFEST, "不是归档包:缺少标签清单", "not a bag: no tag manifest")]
    problems: list[BagProblem] = []
    declaration = folder / "bagit.txt"
    if not declaration.is_file() or declaration.read_bytes() != _DECLARATION:
        problems.append(BagProblem("bagit.txt", "包声明被改动", "the bag declaration was changed"))
    tags = _read_manifest(folder / _TAG_MANIFEST, _TAG_LINE, problems)
    payload = _read_manifest(folder / _MANIFEST, _PAYLOAD_LINE, problems)
    problems += _compare(folder, {**tags, **payload})
    listed = {*tags, *payload, _TAG_MANIFEST}
    problems += [
        BagProblem(name, "清单中没有的文件", "a file that no manifest lists")
        for name in sorted(set(_files(folder)) - listed)
    ]
    return problems


def _compare(folder: Path, manifest: Mapping[str, str]) -> Iterator[BagProblem]:
    for name, digest in sorted(manifest.items()):
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
            yield BagProblem(name, "文件缺失", "the file is missing")
        elif sha256(path.read_bytes()).hexdigest() != digest:
            yield BagProblem(name, "内容被改动:SHA-256 不一致", "changed: the SHA-256 differs")


def _read_manifest(path: Path, form: re.Pattern[str], problems: list[BagProblem]) -> dict[str, str]:
    entries: dict[str, str] = {}
    broken = BagProblem(path.name, "清单格式被改动", "the manifest's form was changed")
    try:
        text = path.read_bytes().decode("utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        problems.append(broken)
        return entries
    for line in text.splitlines(keepends=True):
        match = form.fullmatch(line)
        if match is None or match[2] in entries:
            problems.append(broken)
        else:
            entries[match[2]] = match[1]
    return entries


def _files(folder: Path) -> Iterator[str]:
    return (p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def _inside(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise AppraisalError(f"path outside the bag: {name}")
    return path

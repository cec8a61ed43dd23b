"""Zip files from outside: their sizes are checked before anything is unpacked."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from appraisal.errors import AppraisalError

REFUSED = {
    "damaged": (
        "压缩包已损坏或不是 zip 文件，请重新压缩后上传",
        "The zip is damaged or no zip file: pack it anew",
    ),
    "too_many_files": (
        "压缩包内文件过多，请分几次上传",
        "The zip holds too many files: split it",
    ),
    "too_large": (
        "压缩包内的文件过大或压缩比异常，请减小文件后上传",
        "A file in the zip is too large, or packed suspiciously tight: make it smaller",
    ),
    "encrypted": (
        "压缩包已加密，请去掉密码后上传",
        "The zip is encrypted: remove its password",
    ),
    "twice": (
        "压缩包内有两个同名文件，请只留一个",
        "Two files in the zip have the same name: keep one",
    ),
    "link": (
        "压缩包内有指向别处的链接，请换成文件本身",
        "The zip holds a link to elsewhere: put the file itself in",
    ),
}


class RefusedZip(AppraisalError):
    """A zip file is damaged, encrypted, or larger inside than allowed; `code` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class ZipLimits:
    """How much a zip file may hold."""

    entries: int = 20_000
    total_bytes: int = 1024 * 1024 * 1024
    entry_bytes: int = 10 * 1024 * 1024
    ratio: int = 200


def check_zip(content: bytes, limits: ZipLimits) -> list[zipfile.ZipInfo]:
    """The files inside, if their directory keeps the limits.

    Raises:
        RefusedZip: It breaks a limit or is no zip file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = [entry for entry in archive.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, ValueError):
        raise RefusedZip("damaged") from None
    if len(files) > limits.entries:
        raise RefusedZip("too_many_files")
    total = sum(entry.file_size for entry in files)
    if total > limits.total_bytes or total > limits.ratio * max(len(content), 1024):
        raise RefusedZip("too_large")
    if any(entry.file_size > limits.entry_bytes for entry in files):
        raise RefusedZip("too_large")
    if any(entry.flag_bits & 1 for entry in files):
        raise RefusedZip("encrypted")
    return files


def read_zip(content: bytes, limits: ZipLimits) -> Iterator[tuple[str, bytes]]:
    """Give name and bytes of each file, one at a time; folders and system files are left out.

    The directory may lie about sizes, so no more than the limit is ever unpacked.

    Raises:
        RefusedZip: It breaks a limit or is no zip file.
    """
    entries = check_zip(content, limits)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in entries:
            name = _name(entry).replace("\\", "/").rsplit("/", 1)[-1]
            if not name or name.startswith((".", "__")):
                continue
            try:
                with archive.open(entry) as file:
                    data = file.read(limits.entry_bytes + 1)
            except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError):
                raise RefusedZip("damaged") from None
            if len(data) > limits.entry_bytes:
                raise RefusedZip("too_large")
            yield name, data


def _name(entry: zipfile.ZipInfo) -> str:
    # Chinese Windows writes names in GBK without saying so; zipfile then reads them as cp437.
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.filename

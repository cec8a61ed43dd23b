import io
import zipfile

import pytest

from appraisal.zip_files import RefusedZip, ZipLimits, check_zip, read_zip


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_files_are_given_without_folders_and_system_files() -> None:
    content = zipped({"photos/1.png": b"a", "__MACOSX/x": b"b", ".DS_Store": b"c", "二.pdf": b"d"})

    assert dict(read_zip(content, ZipLimits())) == {"1.png": b"a", "x": b"b", "二.pdf": b"d"}


def test_names_in_gbk_are_read() -> None:
    content = zipped({"AAAA-BBBBBBBB.pdf": b"a"})
    # What Chinese Windows writes: GBK bytes, and no flag that says so.
    content = content.replace(b"AAAA-BBBBBBBB", "张-工作年限".encode("gb18030").ljust(13, b"_"))

    names = [name for name, _ in read_zip(content, ZipLimits())]

    assert names == ["张-工作年限__.pdf"]


@pytest.mark.parametrize(
    ("content", "limits", "code"),
    [
        (b"no zip", ZipLimits(), "damaged"),
        (zipped({"a": b"x", "b": b"x"}), ZipLimits(entries=1), "too_many_files"),
        (zipped({"a": bytes(3_000_000)}), ZipLimits(), "too_large"),  # a bomb: 1000 to 1
        (zipped({"a": b"xy"}), ZipLimits(entry_bytes=1), "too_large"),
        (zipped({"a": b"xy"}), ZipLimits(total_bytes=1), "too_large"),
    ],
)
def test_limits_hold(content: bytes, limits: ZipLimits, code: str) -> None:
    with pytest.raises(RefusedZip) as refused:
        check_zip(content, limits)

    assert refused.value.code == code


def test_a_directory_that_lies_about_sizes_is_found() -> None:
    content = bytearray(zipped({"a": b"x" * 5000}, zipfile.ZIP_STORED))
    # The uncompressed size in the central directory, made small.
    place = content.rfind(b"PK\x01\x02") + 24
    content[place : place + 4] = (10).to_bytes(4, "little")

    with pytest.raises(RefusedZip):
        list(read_zip(bytes(content), ZipLimits(entry_bytes=100)))


def test_a_damaged_file_is_refused() -> None:
    content = bytearray(zipped({"a": bytes(range(256)) * 20}, zipfile.ZIP_STORED))
    content[100] ^= 0xFF

    with pytest.raises(RefusedZip) as refused:
        list(read_zip(bytes(content), ZipLimits()))

    assert refused.value.code == "damaged"

"""The archive bag: packing twice is harmless, and no byte changes unseen."""

from pathlib import Path

import pytest

from appraisal.bag import BagExists, pack, seal, verify

FILES = {"1-报名/认定公告.pdf": b"%PDF", "2/名册.csv": "姓名\n阿卜杜·热西提\n".encode()}
INFO = {"Bagging-Date": "2026-12-30", "Source-Organization": "示例技能评价中心"}


def test_packing_again_gives_the_same_seal(tmp_path: Path) -> None:
    first = pack(tmp_path / "bag", FILES, INFO)
    second = pack(tmp_path / "bag", FILES, INFO)

    assert (second, verify(tmp_path / "bag"), seal(tmp_path / "bag")) == (first, [], first)


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "bag").mkdir()
    (tmp_path / "bag" / "mine.txt").write_text("mine")

    with pytest.raises(BagExists):
        pack(tmp_path / "bag", FILES, INFO)
    assert (tmp_path / "bag" / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize(
    "name",
    [
        "bagit.txt",
        "bag-info.txt",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
        "data/1-报名/认定公告.pdf",
        "data/2/名册.csv",
    ],
)
def test_any_one_changed_byte_is_found(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "bag"
    pack(folder, FILES, INFO)
    path = folder / name
    whole = path.read_bytes()

    unseen = []
    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 1
        path.write_bytes(changed)
        if not verify(folder):
            unseen.append(at)

    assert unseen == []


def test_added_and_missing_files_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "bag"
    pack(folder, FILES, INFO)
    (folder / "data" / "2" / "名册.csv").unlink()
    (folder / "extra.txt").write_text("x")

    assert [(p.path, p.message_en) for p in verify(folder)] == [
        ("data/2/名册.csv", "the file is missing"),
        ("extra.txt", "a file that no manifest lists"),
    ]


def test_a_folder_that_is_no_bag_is_refused(tmp_path: Path) -> None:
    assert [p.path for p in verify(tmp_path)] == ["tagmanifest-sha256.txt"]

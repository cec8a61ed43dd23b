"""The base pack is held to its variables: a slip of the pen in it is found before it runs."""

from pathlib import Path

import pytest

from api.checking import lint_folders
from engine.diagrams import read_diagram
from engine.diagrams.vocabulary import B, C

BASE = Path("processes/base")


def test_every_start_says_what_it_begins_with() -> None:
    silent = [
        (path.stem, start.get("id"))
        for path in sorted(BASE.rglob("*.bpmn"))
        for start in read_diagram(path.read_bytes()).iter(B + "startEvent")
        if start.getparent().get("triggeredByEvent") != "true"
        and not any(one.get("name") == "jc:variables" for one in start.iter(C + "property"))
    ]

    assert silent == []


SLIPS = [
    ("enrolment", 'review_outcome = "pass"', 'review_outcome = "pas"', "never_chosen"),
    ("enrolment", "first_decision = ", "first_decison = ", "unknown_variable"),
    ("enrolment", 'fee.fee_status = "due"', 'fee.status = "due"', "unknown_member"),
    ("enrolment", "= conditions_rows", "= condition_rows", "unknown_variable"),
    ("exam_room", "session_id: number, room_id: number", "room_id: number", "input_missing"),
]


def test_slips_of_the_pen_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "base"
    for key in {slip[0] for slip in SLIPS}:
        text = (BASE / key / f"{key}.bpmn").read_text()
        for _, right, wrong, _ in [slip for slip in SLIPS if slip[0] == key]:
            assert right in text, right
            text = text.replace(right, wrong)
        (folder / key).mkdir(parents=True)
        (folder / key / f"{key}.bpmn").write_text(text)

    found = {
        (one.definition.removeprefix("process/"), one.code)
        for one in lint_folders([tmp_path])
        if one.severity == "error"
    }

    assert {(slip[0], slip[3]) for slip in SLIPS} <= found
    assert not {key for key, _ in found} - {slip[0] for slip in SLIPS}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_base_pack_has_no_findings(language: str) -> None:
    assert [one.message(language) for one in lint_folders([])] == []

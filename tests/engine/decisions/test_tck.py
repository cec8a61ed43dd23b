"""The public cases of DMN: which fail is written down exactly, and may only get fewer."""

import json
from pathlib import Path

import pytest

from engine.decisions.tck import Verdict, cases, judge, main
from tests.engine.decisions.drawing import decision, definitions, literal

ROOT = Path(__file__).parents[3]
TCK = ROOT.parent / "shared" / "dmn-tck"

CASES = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <modelName>small.dmn</modelName>
  <testCase id="001">
    <inputNode name="n"><value xsi:type="xsd:decimal">1</value></inputNode>
    <resultNode name="d1"><expected><value xsi:type="xsd:decimal">2</value></expected></resultNode>
  </testCase>
  <testCase id="002">
    <inputNode name="n"><value xsi:type="xsd:decimal">2</value></inputNode>
    <resultNode name="d1"><expected><value xsi:type="xsd:decimal">2</value></expected></resultNode>
  </testCase>
  <testCase id="003"><resultNode name="none"><expected/></resultNode></testCase>
</testCases>"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "small.dmn").write_bytes(definitions(decision("d1", literal("n + 1"))))
    (tmp_path / "small" / "small-test-01.xml").write_text(CASES, encoding="utf-8")
    return tmp_path


def test_folder_is_run_and_counted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main([str(folder)])

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert lines == [
        "FAILED small::small-test-01::002: d1: expected Decimal('2'), got Decimal('3')",
        "FAILED small::small-test-01::003: none: the model has no such decision",
        "1 passed, 2 failed",
    ]


def test_json_has_one_object_a_case(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(folder), "--json"])

    *lines, last = capsys.readouterr().out.splitlines()
    found = [json.loads(line) for line in lines]
    assert [(one["case"], one["passed"]) for one in found] == [
        ("small::small-test-01::001", True),
        ("small::small-test-01::002", False),
        ("small::small-test-01::003", False),
    ]
    assert last == "1 passed, 2 failed"


def test_folder_without_cases_is_no_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 1
    assert capsys.readouterr().out == "0 passed, 0 failed\n"


def test_unreadable_model_fails_its_cases(folder: Path) -> None:
    (folder / "small" / "small.dmn").write_bytes(b"<definitions")

    verdicts = [judge(case) for case in cases(folder)]

    assert [one.passed for one in verdicts] == [False, False, False]
    assert verdicts[0] == Verdict("small::small-test-01::001", False, "the model cannot be read")


def test_unreadable_cases_fail_as_one(folder: Path) -> None:
    (folder / "small" / "broken-test-01.xml").write_bytes(b"<testCases")
    (folder / "small" / "notes.xml").write_bytes(b"<notes")
    (folder / "small" / "other.xml").write_bytes(b"<other/>")

    verdicts = [judge(case) for case in cases(folder)]

    assert verdicts[0] == Verdict(
        "small::broken-test-01", False, "the file of cases cannot be read"
    )
    assert [one.passed for one in verdicts] == [False, True, False, False]


@pytest.mark.parametrize(
    ("named", "model", "file"),
    [
        ("small.dmn", "deep/small.dmn", "small-test-01.xml"),
        ("small.dmn", "small.dmn", "deep/cases/small-test-01.xml"),
        ("models/small.dmn", "models/small.dmn", "cases-01-test.xml"),
        ("..\\elsewhere\\small.dmn", "small.dmn", "one.xml"),
        ("", "small.dmn", "small-test-01.xml"),
    ],
)
def test_models_are_found_where_folders_differ(
    tmp_path: Path, named: str, model: str, file: str
) -> None:
    for path in (model, file):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / model).write_bytes(definitions(decision("d1", literal("n + 1"))))
    written = CASES.replace("<modelName>small.dmn", f"<modelName>{named}")
    (tmp_path / file).write_text(written, encoding="utf-8")

    assert [judge(case).passed for case in cases(tmp_path)] == [True, False, False]


def test_one_file_or_case_folder_is_run(folder: Path) -> None:
    for given in (folder / "small", folder / "small" / "small-test-01.xml"):
        assert len(list(cases(given))) == 3


def test_folder_that_is_not_there_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main([str(tmp_path / "none")])

    assert left.value.code == 2
    assert "there is no folder" in capsys.readouterr().err


def test_a_case_that_cannot_be_judged_does_not_end_the_run(folder: Path) -> None:
    broken = CASES.replace('<inputNode name="n">', '<inputNode name="&#xd;">').replace(
        '<value xsi:type="xsd:decimal">1', '<value xsi:type="xsd:date">-99999999999-01-01'
    )
    (folder / "small" / "small-test-01.xml").write_text(broken, encoding="utf-8")

    assert len([judge(case) for case in cases(folder)]) == 3


@pytest.mark.skipif(not TCK.is_dir(), reason="the cases of dmn-tck/tck are not here")
def test_cases_pass_except_the_known_failures() -> None:
    lines = (ROOT / "docs" / "tck.md").read_text(encoding="utf-8").splitlines()
    known = {line.split("`")[1] for line in lines if line.startswith("| `")}
    every = list(cases(TCK))

    verdicts = [judge(case) for case in every]

    assert {one.case for one in verdicts if not one.passed} == known
    assert len(every) == 1426
    assert sum(one.passed for one in verdicts) >= 0.99 * len(every)
    assert not [one for one in known if one.startswith("compliance-level-2")]

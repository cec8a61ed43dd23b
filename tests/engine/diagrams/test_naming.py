"""What elements without a name are called."""

from pathlib import Path

from engine.diagrams import said_flows, said_names
from engine.diagrams.read import read_diagram


def said(name: str) -> tuple[dict[str, tuple[str, str]], dict[str, tuple[str, str]]]:
    root = read_diagram(Path(f"processes/base/{name}/{name}.bpmn").read_bytes())
    names = said_names(root)
    return names, said_flows(root, names)


def test_a_gateway_without_a_name_is_told_by_its_neighbours() -> None:
    names, flows = said("exam_room")

    assert names["after_sitting"] == ("“考试结束”之后的分支", "branch after “Conclude the sitting”")
    assert names["room_done"] == ("“场次完成”之前的汇合", "merge before “Room finished”")
    assert all("_" not in zh + en for zh, en in flows.values())


def test_nothing_in_the_base_pack_is_called_by_its_id() -> None:
    paths = list(Path("processes").rglob("*.bpmn"))

    assert paths
    for path in paths:
        names = said_names(read_diagram(path.read_bytes()))
        assert [one for one, words in names.items() if one in words] == [], path

"""No road leads from a diagram or a table to Python: a canary on each of them stays alive."""

import builtins
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.errors import DiagramError, EngineError
from engine.feel import FeelSyntaxError
from engine.testing import ScriptedRun, SourceDefinitions
from tests.engine.constructs.writing import (
    MESSAGE,
    SE,
    Case,
    boundary,
    catch,
    condition,
    end,
    gateway,
    node,
    scope,
    throw,
    timer,
    user,
    work,
)

EXTENSION = "<extensionElements>{}</extensionElements>"
PARAMETERS = EXTENSION.format(
    '<camunda:inputOutput><camunda:{0}Parameter name="x">= {1}</camunda:{0}Parameter>'
    "</camunda:inputOutput>"
)
KEY = EXTENSION.format(
    '<camunda:properties><camunda:property name="jc:correlationKey" value="= {}"/>'
    "</camunda:properties>"
)
LOOP = (
    "<standardLoopCharacteristics><loopCondition>{}</loopCondition></standardLoopCharacteristics>"
)
MANY = (
    "<multiInstanceLoopCharacteristics><loopCardinality>{}</loopCardinality>{}"
    "</multiInstanceLoopCharacteristics>"
)
TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"
 namespace="x"><decision id="d_x" name="x">{}</decision></definitions>"""
CELLS = """<decisionTable id="t"><input id="i"><inputExpression id="ie"><text>{}</text>
</inputExpression></input><output id="o" name="o"/><rule id="r"><inputEntry id="c"><text>{}</text>
</inputEntry><outputEntry id="q"><text>{}</text></outputEntry></rule></decisionTable>"""
PERSON = 'name="u" camunda:candidateGroups="g" camunda:formRef="f"'
DECIDES = node("businessRuleTask", "t1", "", 'camunda:decisionRef="d_x"')


def line(inner: str, more: str = "") -> tuple[str, str, str]:
    return SE + inner, "s>t1 t1>e", more


ROADS: dict[str, Any] = {
    "script": lambda evil: line(work("t1", script=f"{{x: {evil}}}")),
    "python script": lambda evil: line(
        node("scriptTask", "t1", f"<script>{evil}</script>", 'scriptFormat="python"')
    ),
    "condition": lambda evil: (
        SE
        + gateway("exclusive", "g", 'default="d"')
        + end("e2")
        + '<sequenceFlow id="c" sourceRef="g" targetRef="e">'
        + f"<conditionExpression>{evil}</conditionExpression></sequenceFlow>",
        "s>g g>e2#d",
        "",
    ),
    "gateway activation": lambda evil: (
        SE
        + gateway("parallel", "g")
        + work("t1")
        + work("t2")
        + gateway("complex", "j", inner=f"<activationCondition>{evil}</activationCondition>"),
        "s>g g>t1 g>t2 t1>j t2>j j>e",
        "",
    ),
    "correlation key": lambda evil: line(
        node("receiveTask", "t1", KEY.format(evil), 'messageRef="M1"')
    ),
    "key of a thrown message": lambda evil: line(throw("t1", KEY.format(evil) + MESSAGE)),
    "ad-hoc completion": lambda evil: (
        SE
        + scope(
            "p",
            work("t1") + work("t2"),
            "",
            tag="adHocSubProcess",
            inner=f"<completionCondition>{evil}</completionCondition>",
        ),
        "s>p p>e",
        "",
    ),
    **{
        f"timer {kind}": lambda evil, kind=kind: line(catch("t1", timer(kind, evil)))
        for kind in ("Date", "Duration", "Cycle")
    },
    "payload": lambda evil: line(throw("t1", PARAMETERS.format("input", evil) + MESSAGE)),
    "output": lambda evil: line(
        node("serviceTask", "t1", PARAMETERS.format("output", evil),
             'camunda:type="external" camunda:topic="x.y"')
    ),
    "loop": lambda evil: line(work("t1", LOOP.format(evil))),
    "count of instances": lambda evil: line(work("t1", MANY.format(evil, ""))),
    "instances that are enough": lambda evil: line(
        work("t1", MANY.format(2, f"<completionCondition>{evil}</completionCondition>"))
    ),
    "conditional event": lambda evil: line(catch("t1", condition(evil))),
    "conditional boundary event": lambda evil: (
        SE + user("t1") + boundary("b", "t1", condition(evil)) + end("e2"),
        "s>t1 t1>e b>e2",
        "",
    ),
    "data mapping": lambda evil: line(
        node("callActivity", "t1",
             EXTENSION.format(f'<camunda:in sourceExpression="= {evil}" target="x"/>'),
             'calledElement="main2"'),
        '<process id="main2" isExecutable="true"><startEvent id="s2"/></process>',
    ),
    "data association": lambda evil: line(
        '<dataObject id="o" name="o"/>'
        + work(
            "t1",
            "<dataOutputAssociation><targetRef>o</targetRef>"
            f"<transformation>{evil}</transformation></dataOutputAssociation>",
        )
    ),
    **{
        name: lambda evil, name=name: line(
            node("userTask", "t1", "", f'{PERSON} camunda:{name}="= {evil}"')
        )
        for name in ("assignee", "dueDate", "followUpDate", "priority", "candidateUsers")
    },
}  # fmt: skip
EVIL = (
    "__import__('os').system('touch {}')",
    "open('{}', 'w')",
    "[c for c in ().__class__.__base__.__subclasses__()][0]",
    "exec('open(\\'{}\\', \\'w\\')')",
    "(lambda: open('{}', 'w'))()",
    "x.__class__.__mro__",
)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Note what is handed to Python while a diagram runs."""
    seen: list[str] = []
    for name in ("eval", "exec"):
        real = getattr(builtins, name)

        def noted(source: Any, *given: Any, real: Any = real, **named: Any) -> Any:
            if isinstance(source, str):
                seen.append(source)
            return real(source, *given, **named)

        monkeypatch.setattr(builtins, name, noted)
    yield seen


def play(sources: dict[str, bytes]) -> None:
    """Publish and run it as far as it goes; a refusal or an incident is as good as an end."""
    try:
        run = ScriptedRun(SourceDefinitions(sources), service_tasks={"x.y": {"done": True}})
    except (DiagramError, FeelSyntaxError, EngineError):
        return
    try:
        run.start("main", "k", {"x": 1})
        run.happen({"advance": "P2D"})
    finally:
        run.database.dispose()


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("road", ROADS)
def test_diagram_reaches_no_python(road: str, evil: str, tmp_path: Path, ran: list[str]) -> None:
    canary = tmp_path / "canary"
    written = evil.format(canary).replace("&", "&amp;").replace('"', "&quot;")
    nodes, text, more = ROADS[road](written.replace("<", "&lt;"))
    xml = Case("", nodes, text, "", more=more).xml()

    play({"a.bpmn": xml})

    assert not canary.exists()
    assert [one for one in ran if "canary" in one or "__" in one] == []


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("cell", range(4))
def test_table_reaches_no_python(evil: str, cell: int, tmp_path: Path, ran: list[str]) -> None:
    canary = tmp_path / "canary"
    written = evil.format(canary)
    cells = ["x", "-", "1"]
    if cell < 3:
        cells[cell] = written
        body = CELLS.format(*cells)
    else:
        body = f"<literalExpression id='l'><text>{written}</text></literalExpression>"
    nodes, text, _ = line(DECIDES)

    play(
        {
            "a.bpmn": Case("", nodes, text, "").xml(),
            "a.dmn": TABLE.format(body).encode(),
        }
    )

    assert not canary.exists()
    assert [one for one in ran if "canary" in one or "__" in one] == []


def test_canary_would_be_seen(tmp_path: Path, ran: list[str]) -> None:
    canary = tmp_path / "canary"

    eval(f"open({str(canary)!r}, 'w').close()")

    assert canary.exists()
    assert len(ran) == 1

"""Writes small DMN files for the tests."""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def definitions(*parts: str, namespace: str = NAMESPACE) -> bytes:
    inner = "".join(parts)
    return f'<definitions xmlns="{namespace}" id="d" name="d">{inner}</definitions>'.encode()


def text(source: str) -> str:
    return f"<text>{escape(source)}</text>"


def literal(source: str) -> str:
    return f"<literalExpression>{text(source)}</literalExpression>"


def requires(*references: str) -> str:
    kinds = {"b": "knowledge", "d": "information", "i": "information"}
    targets = {"b": "requiredKnowledge", "d": "requiredDecision", "i": "requiredInput"}
    return "".join(
        f"<{kinds[reference[0]]}Requirement>"
        f'<{targets[reference[0]]} href="#{reference}"/></{kinds[reference[0]]}Requirement>'
        for reference in references
    )


def decision(
    identifier: str, logic: str, *, name: str = "", needs: str = "", type: str = ""
) -> str:
    shown = quoteattr(name or identifier)
    variable = f"<variable name={shown} typeRef={quoteattr(type)}/>" if type else ""
    return f'<decision id="{identifier}" name={shown}>{variable}{needs}{logic}</decision>'


def table(
    inputs: Sequence[str],
    outputs: Sequence[str],
    rules: Sequence[Sequence[str]],
    *,
    policy: str = "UNIQUE",
    aggregation: str = "",
    values: Sequence[str] = (),
    defaults: Sequence[str] = (),
) -> str:
    """Write a table; a rule lists the cells of its inputs and then its outputs."""
    columns = "".join(
        f"<input label={quoteattr(source)}>"
        f"<inputExpression>{text(source)}</inputExpression></input>"
        for source in inputs
    )
    for place, name in enumerate(outputs):
        allowed = f"<outputValues>{text(values[place])}</outputValues>" if values else ""
        default = (
            f"<defaultOutputEntry>{text(defaults[place])}</defaultOutputEntry>" if defaults else ""
        )
        columns += f'<output name="{name}">{allowed}{default}</output>'
    rows = "".join(_rule(number, rule, len(inputs)) for number, rule in enumerate(rules, start=1))
    added = f' aggregation="{aggregation}"' if aggregation else ""
    return f'<decisionTable id="t" hitPolicy="{policy}"{added}>{columns}{rows}</decisionTable>'


def _rule(number: int, cells: Sequence[str], inputs: int) -> str:
    conditions = "".join(f"<inputEntry>{text(cell)}</inputEntry>" for cell in cells[:inputs])
    results = "".join(f"<outputEntry>{text(cell)}</outputEntry>" for cell in cells[inputs:])
    return f'<rule id="r{number}">{conditions}{results}</rule>'

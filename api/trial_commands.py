"""Commands that try expressions and decisions out, and say why what is null is null."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from api.command_errors import existing_file, leave
from api.console import AsJson, say, tell
from engine.decisions import FiredRow
from engine.decisions.trial import DecisionTrial, StoppedRow, try_decision
from engine.feel import FeelError, compile_expression
from engine.feel.trial import Remark, Trial, try_expression

commands = typer.Typer()

Data = Annotated[
    str, typer.Option("--data", "-d", help="a JSON object, a FEEL context, or a file with one")
]
_KINDS = {"error": ("错误", "error"), "null": ("空值", "null"), "hint": ("提示", "hint")}


@commands.command("feel")
def feel(
    expression: Annotated[str, typer.Argument(help="a FEEL expression")],
    data: Data = "{}",
    as_json: AsJson = False,
) -> None:
    """Evaluate a FEEL expression, and say why what is null is null."""
    tried = try_expression(expression, _data(data))
    tell(as_json, asdict(tried), "\n".join([*_value_lines(tried), *_remark_lines(tried.remarks)]))
    if not tried.evaluated:
        raise typer.Exit(1)


@commands.command("decide")
def decide(
    file: Annotated[Path, typer.Argument(callback=existing_file, help="a DMN file")],
    decision: Annotated[str, typer.Argument(help="id or name of a decision in it")],
    data: Data = "{}",
    as_json: AsJson = False,
) -> None:
    """Evaluate a decision of a DMN file; say which rows decided and what stopped the others.

    Files that it imports are looked for beside it.
    """
    beside = (one for one in sorted(file.parent.glob("*.dmn")) if one != file)
    others = [one.read_bytes() for one in beside]
    tried = try_decision(file.read_bytes(), decision, _data(data), others=others)
    tell(as_json, asdict(tried), "\n".join(_decision_lines(tried)))
    if not tried.trial.evaluated:
        raise typer.Exit(1)


def _data(text: str) -> dict[str, Any]:
    """Read data as JSON with exact numbers or, for dates and the like, as a FEEL context."""
    stripped = text.strip()
    if not stripped.startswith("{"):
        path = existing_file(Path(text))
        stripped = path.read_text(encoding="utf-8").strip() if path is not None else ""
    try:
        found = json.loads(stripped, parse_float=Decimal)
    except (ValueError, RecursionError):
        found = _feel_data(stripped)
    if not isinstance(found, dict):
        leave("数据应是一个 JSON 对象。", "The data must be a JSON object.")
    return found


def _feel_data(text: str) -> Any:
    try:
        return compile_expression(text)({})
    except FeelError as error:
        leave(f"数据不能读取:{error.message_zh}", f"The data cannot be read: {error}")


def _value_lines(tried: Trial) -> Iterable[str]:
    if tried.evaluated:
        yield f"{tried.text}  ({tried.kind})"


def _remark_lines(remarks: Sequence[Remark]) -> Iterable[str]:
    for one in remarks:
        line, column = one.line, one.column
        where = say(f" 第 {line} 行第 {column} 列", f" line {line}, column {column}")
        about = f" {one.source}" if one.source else ""
        place = where if one.line is not None else ""
        yield f"{say(*_KINDS[one.kind])}{place}{about}: {say(one.message_zh, one.message_en)}"


def _decision_lines(tried: DecisionTrial) -> Iterable[str]:
    yield from _value_lines(tried.trial)
    for row in tried.fired:
        number = say(f"第 {row.number} 行成立", f"row {row.number} holds")
        yield f"{row.table_name} {number} ({row.rule_id}): {_said(tried, row)}"
    yield from map(_stopped_line, tried.stopped)
    yield from _remark_lines(tried.trial.remarks)
    if tried.known:
        yield say("文件中的决策:", "decisions in the file: ") + ", ".join(tried.known)


def _said(tried: DecisionTrial, row: FiredRow) -> str:
    return tried.texts.get(row.rule_id, {}).get(say("zh", "en")) or row.description


def _stopped_line(row: StoppedRow) -> str:
    number = say(f"第 {row.number} 行不成立", f"row {row.number} does not hold")
    told = f"{number} ({row.rule_id}): {row.column} = {row.value}, {row.cell}"
    if not row.unknown:
        return told
    why = say(row.remark.message_zh, row.remark.message_en) if row.remark else ""
    return f"{told} {say('无法判断', 'cannot be told')}{': ' if why else ''}{why}"

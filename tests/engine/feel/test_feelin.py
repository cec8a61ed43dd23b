"""Where feelin, which browsers use to preview expressions, gives something else than we do.

Looked for in `web/node_modules`, or in the folder that the variable FEELIN names.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from engine.feel import compile_expression
from engine.feel.numbers import is_whole
from engine.feel.temporal import Temporal
from engine.feel.values import Function, Range, Value
from tests.engine.feel import test_builtins as functions
from tests.engine.feel import test_expression as language

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "feel-differences.md"
NODE = shutil.which("node")
FEELIN = Path(os.environ.get("FEELIN") or ROOT / "web" / "node_modules" / "feelin")
TABLES = (
    language.ARITHMETIC,
    language.LOGIC,
    language.COMPARISON,
    language.CONTROL,
    language.COLLECTIONS,
    language.FUNCTIONS,
    language.TYPES,
    language.TEXT,
    functions.CONVERSIONS,
    functions.STRINGS,
    functions.LISTS,
    functions.NUMBERS,
    functions.DATES,
    functions.RANGES,
    functions.CONTEXTS,
)
UNQUOTED = re.compile(r'\{"%": "([^"]*)"\}')
# Where the tables say nothing: what users may write that one of the two refuses.
FURTHER = (
    "0.1 + 0.2 = 0.3",
    "1.1 * 1.1 = 1.21",
    "78.15 * 100 = 7815",
    "9007199254740993 = 9007199254740992",
    "a == 5",
    "a = 5 and not(a > 6)",
    'if a > 3 then "及格" else "不及格"',
    "总分 >= 60",
    "persons[age >= 18].name[1]",
    "count(persons[age >= 18]) > 0",
    'contains(text, "b") or a in [1..3]',
    "sum(成绩) / count(成绩)",
    "round half up(sum(成绩) / 3, 1)",
)
WRITTEN = [source for table in TABLES for source, _ in table] + list(FURTHER)
# A sign "=" before an expression is the form editor's mark, no part of the language.
SOURCES = tuple(dict.fromkeys(source for source in WRITTEN if source == source.strip()))
PROGRAM = """
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
const { evaluate } = await import(pathToFileURL(process.argv[1] + "/dist/index.js"));
const { sources, context } = JSON.parse(readFileSync(0, "utf8"));
const plain = (value) => {
  if (value === null || value === undefined) return null;
  if (typeof value === "number" || typeof value === "string") return value;
  if (typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(plain);
  const kind = value.constructor ? value.constructor.name : "";
  if (typeof value === "function" || kind === "FeelFunction") return { "%": "function" };
  if (kind.startsWith("Feel")) return { "%": String(value) };
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
};
const answers = sources.map((source) => {
  try {
    return { value: plain(evaluate(source, context).value) };
  } catch (error) {
    return { refused: true };
  }
});
process.stdout.write(JSON.stringify(answers));
"""


def plain(value: Value) -> Any:
    """Write a value of ours as the program writes feelin's."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, Function):
        return {"%": "function"}
    if isinstance(value, Range):
        opening, closing = "[" if value.start_included else "(", "]" if value.end_included else ")"
        return {"%": f"{opening}{bound(value.start)}..{bound(value.end)}{closing}"}
    if isinstance(value, Temporal):
        return {"%": str(value)}
    return value if value is None or isinstance(value, bool | str) else number(value)


def bound(value: Value) -> str:
    return "null" if value is None else str(value)


def number(value: Value) -> int | float:
    return int(value) if is_whole(value) else float(value)


def ours(source: str) -> Any:
    try:
        return {"value": plain(compile_expression(source)(language.CONTEXT))}
    except ValueError:
        return {"refused": True}


def same(one: Any, other: Any) -> bool:
    """Compare; doubles may differ from decimals in the last digits."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= 1e-12 * max(1, abs(one))
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    return bool(one == other)


def theirs() -> list[Any]:
    question = json.dumps({"sources": SOURCES, "context": language.CONTEXT})
    command = [str(NODE), "--input-type=module", "-e", PROGRAM, str(FEELIN)]
    done = subprocess.run(command, input=question, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found


def shown(answer: Any) -> str:
    """Write an answer as a cell of the page's tables."""
    if "refused" in answer:
        return "refused"
    text = json.dumps(answer["value"], ensure_ascii=False)
    return f"`` {UNQUOTED.sub(lambda match: match[1], text)} ``"


def answers() -> list[tuple[str, Any, Any]]:
    return list(zip(SOURCES, map(ours, SOURCES), theirs(), strict=True))


def differs(own: Any, other: Any) -> bool:
    return own.keys() != other.keys() or not same(own.get("value"), other.get("value"))


def row(source: str, own: Any, other: Any) -> str:
    return f"| `` {source} `` | {shown(own)} | {shown(other)} |"


def version() -> str:
    found: str = json.loads((FEELIN / "package.json").read_text(encoding="utf-8"))["version"]
    return found


def test_corpus_is_large_and_the_page_is_about_it() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    sources = {line.split("``")[1].strip() for line in lines if line.startswith("| ``")}

    assert len(SOURCES) >= 200
    assert sources <= set(SOURCES)


@pytest.mark.skipif(NODE is None, reason="Node is not here")
@pytest.mark.skipif(not FEELIN.is_dir(), reason="feelin is not here")
def test_differences_from_feelin_are_those_documented() -> None:
    page = PAGE.read_text(encoding="utf-8")
    documented = {line for line in page.splitlines() if line.startswith("| ``")}

    found = {row(*answer) for answer in answers() if differs(*answer[1:])}

    assert f"for feelin {version()}" in page
    assert found == documented

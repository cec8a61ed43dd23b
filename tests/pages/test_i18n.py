"""Every text of the pages has an English one, with the same placeholders."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from jinja2.ext import babel_extract

import api
from api.i18n import english, translate
from api.pages import wording

API = Path(api.__file__).parent
TEMPLATES = sorted((API / "templates").glob("*.html"))
# Chinese in the code of pages that is no text to translate: both languages stand beside it.
BOTH = {"鉴程", "公告与报名", "计划与准备", "鉴定实施", "成绩与证书"}


def in_templates() -> set[str]:
    found: set[str] = set()
    for path in TEMPLATES:
        with path.open("rb") as source:
            for _line, _function, message, _comments in babel_extract(
                source, ["_"], [], {"trim_blocks": "true", "lstrip_blocks": "true"}
            ):
                text = message if isinstance(message, str) else next(m for m in message if m)
                found.add(text)
    return found


def in_code() -> set[str]:
    """Texts given to `translate` or standing in tables: whole Chinese strings of the pages."""
    found: set[str] = set()
    for path in (API / "pages").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "translate":
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    found.add(first.value)
            if isinstance(node, ast.Dict):
                values = [v.value for v in node.values if isinstance(v, ast.Constant)]
                found |= {v for v in values if isinstance(v, str)}
    return {text for text in found if re.search("[\u4e00-\u9fff]", text)} - BOTH


def test_every_text_is_translated() -> None:
    tables = {text for table in wording.TABLES for text in table.values()}

    missing = (in_templates() | in_code() | tables) - english().keys()

    assert missing == set()


@pytest.mark.parametrize("text", sorted(english()))
def test_placeholders_are_kept(text: str) -> None:
    def names(value: str) -> set[str]:
        return set(re.findall(r"%\((\w+)\)s", value))

    assert names(english()[text]) == names(text)
    assert not re.search("[\u4e00-\u9fff]", english()[text])


def test_no_template_has_chinese_outside_of_texts() -> None:
    kept = {"鉴", "中", "中文", "（", "）", "，", "、", "–", "×"}
    for path in TEMPLATES:
        source = re.sub(r'_\("[^"]*"', "", path.read_text("utf8"))
        stray = set(re.findall("[\u4e00-\u9fff]+", source)) - kept
        assert stray == set(), path.name


def test_text_without_translation_stays_chinese() -> None:
    assert translate("没有这一句", "en") == "没有这一句"
    assert translate("任务", "zh-CN") == "任务"

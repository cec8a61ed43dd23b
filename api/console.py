"""What commands print, for people or for programs."""

import json
import os
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console

from engine.findings import Finding

console = Console()
errors = Console(stderr=True)

AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object")]


def say(zh: str, en: str) -> str:
    """The one of two texts that JIANCHENG_LANGUAGE asks for; without it the Chinese one."""
    return en if _language().startswith("en") else zh


def tell(as_json: bool, facts: dict[str, Any], text: str) -> None:
    """Print what a command found, for people or for programs."""
    if as_json:
        print(json.dumps(facts, ensure_ascii=False, default=str))
    else:
        console.print(text, highlight=False, markup=False, soft_wrap=True)


def finding_facts(finding: Finding) -> dict[str, Any]:
    """A finding for programs."""
    return asdict(finding)


def finding_line(finding: Finding) -> str:
    """A finding for people, in one line."""
    where = " ".join(part for part in (finding.definition, finding.element_id) if part)
    return f"{finding.severity} {where} {finding.code}: {finding.message(_language())}"


def _language() -> str:
    # Commands that need no installation need no valid settings either.
    return os.environ.get("JIANCHENG_LANGUAGE", "zh-CN")

"""What of BPMN runs, and how: natively, lowered to something that runs right, or refused.

`docs/bpmn-coverage.md` is written from this registry (`python -m engine.diagrams.coverage
docs/bpmn-coverage.md`); a test holds the page, the proofs and the codes.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from engine.diagrams.coverage_rows import ROWS, Proofs

HOW = {
    "natively": "runs natively",
    "lowered": "is lowered",
    "refused": "is refused",
    "guarded": "is guarded",
}


@dataclass(frozen=True, slots=True)
class Construct:
    """One construct: `how` it is treated, `proofs` as `file::test` or `file::case`.

    A refused one names the `code` of its finding.
    """

    group: str
    name: str
    how: str
    note: str
    proofs: Proofs
    code: str = ""


def constructs() -> list[Construct]:
    """List every construct that was decided on, by group."""
    return [
        Construct(group, name, how, note, proofs, note if how == "refused" else "")
        for group, rows in ROWS.items()
        for name, how, note, proofs in rows
    ]


def coverage_page() -> str:
    """Write the page."""
    lines = [
        "# BPMN coverage",
        "",
        "Written by `python -m engine.diagrams.coverage docs/bpmn-coverage.md`; do not edit.",
        "",
        "*Natively*: SpiffWorkflow runs it right with our specs. *Lowered*: rewritten before it "
        "is run; ids and labels stay. *Refused*: the check refuses the diagram with the finding "
        "named. *Guarded*: a limit or trap of the library that is lifted or watched. Proofs lie in "
        "`tests/engine`.",
    ]
    group = ""
    for one in constructs():
        if one.group != group:
            group = one.group
            lines += ["", f"## {group}", "", "| construct | | how | proof |", "|---|---|---|---|"]
        note = f"finding `{one.code}`" if one.code else one.note
        proofs = "<br>".join(f"`{proof}`" for proof in one.proofs)
        lines.append(f"| {one.name} | {HOW[one.how]} | {note} | {proofs} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(coverage_page(), encoding="utf-8")

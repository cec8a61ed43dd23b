"""How each kind of definition is read into a tree and written again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.comparison.blocks import line_tree, scenario_tree, write_pieces
from engine.comparison.change import Words
from engine.comparison.decision_words import DecisionWords
from engine.comparison.form_words import FormWords
from engine.comparison.json_tree import json_tree, write_json
from engine.comparison.json_words import JsonWords
from engine.comparison.process_words import ProcessWords
from engine.comparison.processes import process_tree, write_process
from engine.comparison.tables import decision_tree, write_decision
from engine.comparison.text_words import PaperWords, ScenarioWords
from engine.comparison.tree import Record, Tree


@dataclass(frozen=True, slots=True)
class Notation:
    """A kind's way into a tree, out of it, and into words."""

    read: Callable[[bytes], Tree]
    write: Callable[[Tree, Mapping[str, Record] | None], bytes]
    words: type[Words]


_JSON = Notation(json_tree, write_json, JsonWords)
NOTATIONS: Mapping[str, Notation] = {
    "process": Notation(process_tree, write_process, ProcessWords),
    "decision": Notation(decision_tree, write_decision, DecisionWords),
    "form": Notation(json_tree, write_json, FormWords),
    "paper": Notation(line_tree, write_pieces, PaperWords),
    "scenarios": Notation(scenario_tree, write_pieces, ScenarioWords),
    **dict.fromkeys(("sheet", "vocabulary", "catalogue", "posts"), _JSON),
}


def notation_of(kind: str) -> Notation:
    """Give the way of a kind.

    Raises:
        ValueError: There is no such kind.
    """
    try:
        return NOTATIONS[kind]
    except KeyError as error:
        raise ValueError(f"no kind of definition: {kind}") from error

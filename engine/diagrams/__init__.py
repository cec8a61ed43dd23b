"""Compile BPMN diagrams: read, check, lower, parse. The only reader of the designers' dialect."""

from __future__ import annotations

from engine.diagrams.checking import (
    DUTIES,
    STAGES,
    Called,
    Environment,
    Inputs,
    Providers,
    called_process,
    check_diagram,
    known_at,
    read_declaration,
)
from engine.diagrams.compile import (
    CompiledDiagram,
    CompiledProcess,
    ElementInfo,
    compile_diagram,
    link,
)
from engine.diagrams.events import (
    WaitingEvent,
    raise_in_scope,
    reschedule,
    trigger,
    waiting_events,
)
from engine.diagrams.hooks import EngineHooks
from engine.diagrams.lowering import COMPILER_VERSION, lower
from engine.diagrams.naming import flow_ends, said_flows, said_names
from engine.diagrams.read import ReadLimits, read_diagram, read_xml
from engine.diagrams.source import CheckedDiagram, References, prepare_diagram, process_ids
from engine.diagrams.specs import choose_start
from engine.diagrams.starts import StartTrigger, start_triggers
from engine.diagrams.vocabulary import SYNTHETIC

__all__ = [
    "COMPILER_VERSION",
    "DUTIES",
    "STAGES",
    "SYNTHETIC",
    "Called",
    "CheckedDiagram",
    "CompiledDiagram",
    "CompiledProcess",
    "ElementInfo",
    "EngineHooks",
    "Environment",
    "Inputs",
    "Providers",
    "ReadLimits",
    "References",
    "StartTrigger",
    "WaitingEvent",
    "called_process",
    "check_diagram",
    "choose_start",
    "compile_diagram",
    "flow_ends",
    "known_at",
    "link",
    "lower",
    "prepare_diagram",
    "process_ids",
    "raise_in_scope",
    "read_declaration",
    "read_diagram",
    "read_xml",
    "reschedule",
    "said_flows",
    "said_names",
    "start_triggers",
    "trigger",
    "waiting_events",
]

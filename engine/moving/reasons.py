"""What stands against moving an instance, in words: where it is, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that stands against a move, or that people should know of it."""

    code: str
    element_id: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """An element of the new version that may take the place of one that is gone."""

    element_id: str
    name: str
    name_en: str


ENDED = "-"
"""What an event sub-process is mapped to whose handling is to be cancelled: no element's id."""


@dataclass(frozen=True, slots=True)
class Question:
    """An element that instances wait at and the new version does not have.

    `may_end`: it can be mapped to `ENDED`, as what it stands beside goes on without it.
    """

    element_id: str
    name: str
    name_en: str
    proposals: tuple[Proposal, ...] = ()
    may_end: bool = False


def name_of(spec: Any, language: str = "zh") -> str:
    """Name an element as people know it, else by what comes next, as joins have seldom a name."""
    own = _own_name(spec, language)
    following = None if own else _next_named(spec)
    if following is not None:
        name = _own_name(following, language)
        return f"before {name}" if language == "en" else f"{name}之前"
    return str(own or getattr(spec, "bpmn_id", None) or spec.name)


def _own_name(spec: Any, language: str) -> str | None:
    extensions = getattr(spec, "extensions", {})
    own: str | None = getattr(spec, "bpmn_name", None) or extensions.get("name")
    return (extensions.get("name_en") or own) if language == "en" else own


def _next_named(spec: Any) -> Any:
    """Find the first named element that an unnamed one leads to."""
    seen: set[str] = set()
    waiting = list(getattr(spec, "_outputs", ()))
    while waiting:
        name = waiting.pop(0)
        following = spec._wf_spec.task_specs.get(name)
        if following is None or name in seen:
            continue
        if _own_name(following, "zh"):
            return following
        seen.add(name)
        waiting.extend(following._outputs)
    return None


def _both(code: str, spec: Any, zh: str, en: str) -> Reason:
    element_id = getattr(spec, "bpmn_id", None) or spec.name
    return Reason(
        code,
        str(element_id),
        zh.format(name=name_of(spec)),
        en.format(name=name_of(spec, "en")),
    )


def gone(spec: Any) -> Reason:
    """The element is not there any more and nothing was said to take its place."""
    return _both(
        "gone",
        spec,
        "它正停在“{name}”,新版本里没有这一环节。请指明由哪个环节接替,或等它办完再迁移。",
        "It is at “{name}”, which the new version does not have. Say what takes its place, or move "
        "it when that is done.",
    )


def other_kind(spec: Any) -> Reason:
    """The element became one of another kind."""
    return _both(
        "other_kind",
        spec,
        "它正停在“{name}”,新版本里这一环节换成了另一种元素。请等它办完再迁移,或在图上换一个新编号并指明接替。",
        "It is at “{name}”, which is another kind of element in the new version. Move it when that "
        "is done, or draw the new one under another id and say what takes its place.",
    )


def repeated_otherwise(spec: Any) -> Reason:
    """What is being repeated is repeated in another way."""
    return _both(
        "repeated_otherwise",
        spec,
        "“{name}”正在逐项办理,新版本改了它的重复方式。请等全部办完再迁移。",
        "“{name}” is being done item by item, and the new version repeats it in another way. Move "
        "it when all are done.",
    )


def other_work(spec: Any) -> Reason:
    """A job is under way that the new version would not do."""
    return _both(
        "other_work",
        spec,
        "“{name}”的后台任务正在进行,新版本里它做的是另一件事。请等任务完成再迁移。",
        "A job of “{name}” is under way, and in the new version it does something else. Move it "
        "when the job is done.",
    )


def in_handler(spec: Any) -> Reason:
    """It is in an event sub-process that is gone, and nothing goes on beside that."""
    return _both(
        "in_handler",
        spec,
        "它正在办理事件子流程“{name}”,原来的环节已被它中断或已办完,新版本里没有这个事件子流程。"
        "请等它办完再迁移,或在新版本里保留它。",
        "It is in the event sub-process “{name}”, which the new version does not have, and what "
        "that stands beside was interrupted or is done. Move it when that is done, or keep it in "
        "the new version.",
    )


def handling_ends(spec: Any) -> Reason:
    """A note: what is being done in an event sub-process that is gone is cancelled."""
    return _both(
        "handling_ends",
        spec,
        "正在办理的事件子流程“{name}”随迁移终止,其中未办的任务按取消处理;其他环节照常继续。",
        "What is going on in the event sub-process “{name}” ends with the move: its open tasks are "
        "cancelled, all else goes on.",
    )


def cannot_end(spec: Any) -> Reason:
    """The mapping ends something that cannot be ended by a move."""
    return _both(
        "cannot_end",
        spec,
        "对应表要终止“{name}”,但随迁移只能终止新版本里没有、且不中断其他环节的事件子流程。请改对应表。",
        "The mapping ends “{name}”, but a move can only end an event sub-process that the new "
        "version does not have and that interrupted nothing. Correct the mapping.",
    )


def catches_up(join: Any, following: Any) -> Reason:
    """A note: a branch that waits at a join has a new step before it, and does that."""
    return Reason(
        "catches_up",
        str(following.bpmn_id or following.name),
        f"它有一支已到汇合“{name_of(join)}”等候,新版本在这之前加了“{name_of(following)}”,"
        "迁移后这一支先补办它。",
        f"A branch waits at the join “{name_of(join, 'en')}” already, before which the new version "
        f"has “{name_of(following, 'en')}”: with the move that branch does it first.",
    )


def cannot_undo(spec: Any) -> Reason:
    """Something was done whose undoing is not there any more."""
    return _both(
        "cannot_undo",
        spec,
        "“{name}”已经办完并登记了撤销办法,新版本里没有这一撤销步骤。请在新版本保留它,或指明接替。",
        "“{name}” is done and noted what undoes it, which the new version does not have. Keep it "
        "there, or say what takes its place.",
    )


def never_joined(join: Any, missing: Any) -> Reason:
    """A join would wait for a branch that this instance has passed already."""
    return Reason(
        "never_joined",
        str(join.bpmn_id or join.name),
        f"新版本的汇合“{name_of(join)}”要等“{name_of(missing)}”这一支,而它已经走过分支处,这一支永远不会到。"
        "请等它过了汇合再迁移,或在图上不让汇合等这一支。",
        f"In the new version the join “{name_of(join, 'en')}” waits for the branch of "
        f"“{name_of(missing, 'en')}”, and the instance is past the fork already: it would never "
        "come. Move it when it is past the join, or draw the join without that branch.",
    )


def bad_mapping(old: str, new: str) -> Reason:
    """The mapping names something that is not there, or not in the same place."""
    return Reason(
        "bad_mapping",
        old,
        f"对应表让“{new}”接替“{old}”,但新版本在同一层里没有“{new}”。请改对应表。",
        f"The mapping lets “{new}” take the place of “{old}”, but the new version has no “{new}” "
        "on the same level. Correct the mapping.",
    )


def no_process(process_id: str) -> Reason:
    """The new version does not have the process at all."""
    return Reason(
        "no_process",
        process_id,
        f"新版本里没有流程“{process_id}”。它留在原来的版本办完。",
        f"The new version has no process “{process_id}”. It ends with the version it has.",
    )


def does_not_fit(element_id: str, where: str, zh: str, en: str) -> Reason:
    """New forms or tables do not fit what the instance keeps."""
    return Reason(
        "does_not_fit",
        element_id,
        f"新的表单或决策表与它原来的流程图合不上。“{where}”:{zh}请连同流程图一起迁移,或改好以后再发布。",
        f"The new forms or tables do not fit the diagram that it keeps. {where}: {en} Move it with "
        "the diagram, or correct them and publish again.",
    )


def suspended() -> Reason:
    """A note: it is on hold, and stays so."""
    return Reason(
        "suspended",
        "",
        "它已暂停,迁移后仍然暂停,恢复时按新版本继续。",
        "It is on hold, stays so with the move, and goes on by the new version when it is resumed.",
    )


def stuck() -> Reason:
    """A note: an incident of the instance as a whole is tried again by the new version."""
    return Reason(
        "stuck",
        "",
        "它走不下去,有一处不属于任何环节的故障;迁移后按新版本再走一次,仍走不下去会再报故障。",
        "It cannot go on and has an incident that belongs to no element. With the move it is tried "
        "again by the new version; if it still cannot, there is an incident again.",
    )


def form_kept(element_id: str, name: str, name_en: str) -> Reason:
    """A note: an open user task keeps the form it was opened with, which is another by now."""
    return Reason(
        "form_kept",
        element_id,
        f"“{name}”已经打开,沿用打开时的表单,填了一半的内容照旧可用;要换用新表单,请另行勾选。",
        f"“{name_en}” is open and keeps the form it was opened with, and what is half filled in "
        "with it. To give it the new form, say so.",
    )


def form_given(element_id: str, name: str, name_en: str) -> Reason:
    """A note: an open user task gets the new version's form."""
    return Reason(
        "form_given",
        element_id,
        f"“{name}”已经打开,换用新表单;填了一半的内容里,新表单没有的栏目不再显示。",
        f"“{name_en}” is open and gets the new form; of what is half filled in, fields that the "
        "new form lacks are left out.",
    )


def failing(spec: Any) -> Reason:
    """A note: an element that failed is moved as it stands."""
    return _both(
        "failing",
        spec,
        "“{name}”处有故障未处理,会原样带到新版本,迁移后可重试。",
        "An incident at “{name}” is open; it is taken along and can be tried again after the move.",
    )

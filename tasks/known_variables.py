"""What is known of the variables that forms, facts and service tasks give to processes."""

from collections.abc import Iterable, Mapping

from engine.diagrams import Inputs, read_declaration
from engine.feel import compile_expression
from engine.feel.checking import (
    ANYTHING,
    BOOLEAN,
    NUMBER,
    STRING,
    Known,
    context_of,
    list_of,
    one_of,
)
from engine.knowledge import HostKnowledge
from engine.service_tasks import ServiceTask
from forms import FormDefinition, InvalidForm, parse_form
from forms.components import DynamicList, Field
from tasks.fact_members import known_facts

_PLAIN = {
    "textfield": STRING,
    "textarea": STRING,
    "datetime": STRING,
    "number": NUMBER,
    "checkbox": BOOLEAN,
}


def host_knowledge(service_tasks: Iterable[ServiceTask]) -> HostKnowledge:
    """What the product tells of what it gives, and wants."""
    tasks = list(service_tasks)
    return HostKnowledge(
        facts=known_facts(),
        form_variables=form_variables,
        service_tasks={
            task.name: context_of(read_declaration(task.gives))
            for task in tasks
            if task.gives is not None
        },
        service_inputs={
            task.name: Inputs(task.required, None if task.open_ended else task.parameters)
            for task in tasks
        },
    )


def form_variables(content: bytes) -> Mapping[str, Known]:
    """The variables that a form sets; none when it cannot be read, which its own check tells."""
    try:
        form = parse_form(content, compile_expression=compile_expression)
    except InvalidForm:
        return {}
    return _variables_of(form)


def _variables_of(form: FormDefinition) -> dict[str, Known]:
    found = {part.variable: _field(part) for part in form.fields if part.variable}
    for part in form.lists:
        if part.variable:
            found[part.variable] = _rows(part)
    return found


def _rows(part: DynamicList) -> Known:
    # A fixed list may keep what its context has besides the fields.
    return list_of(context_of({one.key: _field(one) for one in part.fields}, open=True))


def _field(part: Field) -> Known:
    if part.type in ("select", "radio"):
        return _choice(part)
    if part.type == "checklist":
        return list_of(_choice(part))
    return _PLAIN.get(part.type, ANYTHING)


def _choice(part: Field) -> Known:
    values = [choice.value for choice in part.choices.fixed]
    texts = [value for value in values if isinstance(value, str)]
    closed = part.choices.given and values and len(texts) == len(values)
    return one_of(texts) if closed else ANYTHING

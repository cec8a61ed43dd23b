"""For every finding of the check, drawings that have it."""

from engine.diagrams import Environment, Inputs
from engine.diagrams.checking.variables import Called, Providers, State

S = '<bpmn:startEvent id="s"/>'
E = '<bpmn:endEvent id="e"/>'


def event(
    tag: str, name: str, kind: str, inner: str = "", attributes: str = "", more: str = ""
) -> str:
    """Write an event with one definition."""
    return (
        f'<bpmn:{tag} id="{name}" {attributes}>{more}'
        f"<bpmn:{kind}EventDefinition {inner}/></bpmn:{tag}>"
    )


def task(name: str, inner: str = "", attributes: str = "", tag: str = "task") -> str:
    """Write a task."""
    return f'<bpmn:{tag} id="{name}" {attributes}>{inner}</bpmn:{tag}>'


def timer(kind: str, text: str) -> str:
    return (
        '<bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition>'
        f"<bpmn:{kind}>{text}</bpmn:{kind}>"
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )


MI = "bpmn:multiInstanceLoopCharacteristics"
USER = 'name="u" camunda:candidateGroups="reviewer" camunda:formRef="f"'
LINE = "s>a a>e"
EXTENSION = "<bpmn:extensionElements>{}</bpmn:extensionElements>"
PROPERTY = EXTENSION.format(
    '<camunda:properties><camunda:property name="{}" value="{}"/></camunda:properties>'
)
INPUT = EXTENSION.format(
    '<camunda:inputOutput><camunda:inputParameter name="{}">{}</camunda:inputParameter>'
    "</camunda:inputOutput>"
)
CALL = '<bpmn:callActivity id="a" {}>{}</bpmn:callActivity>'
SUB = '<bpmn:subProcess id="a" {}>{}</bpmn:subProcess>'
INNER = '<bpmn:startEvent id="is"/><bpmn:endEvent id="ie"/>'
HANDLER = '<bpmn:subProcess id="h" triggeredByEvent="true">{}</bpmn:subProcess>'
MESSAGE_START = event("startEvent", "hs", "message", 'messageRef="m1"')
HANDLING = HANDLER.format(MESSAGE_START + '<bpmn:endEvent id="he"/>')
GATEWAY = '<bpmn:{}Gateway id="g" {}/>'
CATCH = event("intermediateCatchEvent", "c", "message", 'messageRef="m1"')

SAID = '<bpmn:startEvent id="s">' + PROPERTY.format("jc:variables", "{}") + "</bpmn:startEvent>"
SCRIPT = '<bpmn:scriptTask id="a"><bpmn:script>{}</bpmn:script></bpmn:scriptTask>'

UNDO = (
    event("boundaryEvent", "b", "compensate", "", 'attachedToRef="a"')
    + task("u", "", 'isForCompensation="true"')
    + '<bpmn:association id="as" sourceRef="b" targetRef="u"/>'
)

DATA = '<bpmn:dataObject id="o"/>'
OUTPUT = "<bpmn:loopDataOutputRef>o</bpmn:loopDataOutputRef>"


def several_of(name: str, inner: str = "") -> str:
    """Write multi-instance characteristics as the standard has them."""
    return f"<{MI}><bpmn:loopDataInputRef>{name}</bpmn:loopDataInputRef>{inner}</{MI}>"


# code -> nodes of the process, its flows
CASES: dict[str, list[tuple[str, str]]] = {
    "missing_id": [(S + E + "<bpmn:task/>", "s>e")],
    "duplicate_id": [(S + E + task("a") + task("a"), LINE)],
    "bad_id": [
        (S + E + task("a__b"), "s>a__b a__b>e"),
        (S + E + task("a.b"), ""),
        (S + E + task("1a"), ""),
        (S + E + task("-a"), ""),
    ],
    "too_long": [
        (S + E + task("a" * 201), f"s>{'a' * 201} {'a' * 201}>e"),
        (S + E + task("a", attributes=f'name="{"n" * 201}"'), "s>a a>e"),
    ],
    "dangling_flow": [(S + E, "s>e s>nowhere"), (S + E + task("a"), "s>a a>e gone>e")],
    "no_start": [
        (E + task("a"), "a>e"),
        (S + E + SUB.format("", ""), LINE),
        (S + E + SUB.format("", task("b") + '<bpmn:endEvent id="ie"/>'), LINE),
    ],
    "implied_start": [(task("a"), ""), (S + E + SUB.format("", task("b")), LINE)],
    "several_starts": [
        (S + E + SUB.format("", INNER + '<bpmn:startEvent id="is2"/>'), LINE),
    ],
    "start_trigger": [
        (S + E + SUB.format("", event("startEvent", "is", "signal", 'signalRef="s1"')), LINE),
    ],
    "event_subprocess_start": [
        (S + E + HANDLER.format(INNER), "s>e"),
        (S + E + HANDLER.format(task("b")), "s>e"),
        (S + E + HANDLER.format(MESSAGE_START + MESSAGE_START.replace('"hs"', '"hs2"')), "s>e"),
    ],
    "event_subprocess_connected": [(S + E + HANDLING, "s>h h>e s>e")],
    "starts_diverge": [
        (
            S + E + HANDLING + task("a") + event("startEvent", "s2", "message", 'messageRef="m2"'),
            "s>e s2>a a>e",
        ),
    ],
    "start_entered": [(S + E + task("a"), "s>a a>s a>e")],
    "end_left": [(S + E + task("a"), "s>e e>a")],
    "boundary_entered": [
        (
            S
            + E
            + task("a")
            + event("boundaryEvent", "b", "signal", 'signalRef="s1"', 'attachedToRef="a"'),
            "s>a a>b b>e",
        ),
    ],
    "boundary_detached": [
        (
            S
            + E
            + HANDLING
            + event("boundaryEvent", "b", "signal", 'signalRef="s1"', 'attachedToRef="h"'),
            "s>e b>e",
        ),
        (
            S + E + event("boundaryEvent", "b", "signal", 'signalRef="s1"', 'attachedToRef="s"'),
            "s>e b>e",
        ),
    ],
    "unreachable": [(S + E + task("a"), "s>e a>e")],
    "implicit_end": [(S + E + task("a"), "s>a")],
    "unnamed": [(S + E + task("a", "", USER.replace('name="u"', ""), "userTask"), LINE)],
    "bad_default": [
        (S + E + GATEWAY.format("exclusive", 'default="no"'), "s>g g>e"),
        (S + E + HANDLING.replace('id="h"', 'id="h" default="main"'), "s>e"),
    ],
    "complex_gateway": [
        (S + E + GATEWAY.format("complex", "") + task("a"), "s>g a>g g>e[true] g>a:d"),
    ],
    "misplaced": [(S + E + task("a", task("b")), LINE)],
    "compensation_handler": [
        (
            S + E + task("a") + event("boundaryEvent", "b", "compensate", "", 'attachedToRef="a"'),
            LINE,
        ),
        (S + E + task("a") + UNDO + task("x"), "s>a a>e b>x x>e"),
    ],
    "compensation_loose": [
        (S + E + task("a") + task("u", "", 'isForCompensation="true"'), LINE),
        (S + E + task("a") + UNDO, "s>a a>u u>e"),
    ],
    "compensation_target": [
        (
            S
            + E
            + task("a")
            + event("intermediateThrowEvent", "t", "compensate", 'activityRef="a"'),
            "s>a a>t t>e",
        ),
        (S + E + event("intermediateThrowEvent", "a", "compensate", 'activityRef="x"'), LINE),
    ],
    "ad_hoc_events": [
        (S + E + SUB.format("", INNER + task("b")).replace("subProcess", "adHocSubProcess"), LINE),
    ],
    "conditional_event": [
        (S + E + event("intermediateCatchEvent", "a", "conditional"), LINE),
        (event("startEvent", "s", "conditional") + E, "s>e"),
    ],
    "unsupported_element": [(S + E + "<bpmn:callChoreography/>", "s>e")],
    "quantity": [
        (S + E + task("a", "", 'startQuantity="51"'), LINE),
        (S + E + task("a", "", 'startQuantity="-1"'), LINE),
        (S + E + task("a", "", 'completionQuantity="0"'), LINE),
    ],
    "mi_behavior": [
        (S + E + task("a", f'<{MI} behavior="x" camunda:collection="xs"/>'), LINE),
        (
            S
            + E
            + task("a", f'<{MI} behavior="One" oneBehaviorEventRef="m1" camunda:collection="x"/>'),
            LINE,
        ),
    ],
    "mi_source": [
        (S + E + task("a", f"<{MI}/>"), LINE),
        (
            S
            + E
            + task(
                "a",
                f'<{MI} camunda:collection="xs"><bpmn:loopCardinality>2'
                f"</bpmn:loopCardinality></{MI}>",
            ),
            LINE,
        ),
        (
            S + E + task("a", several_of("x", "<bpmn:loopCardinality>2</bpmn:loopCardinality>")),
            LINE,
        ),
    ],
    "mi_too_large": [
        (S + E + task("a", f"<{MI}><bpmn:loopCardinality>51</bpmn:loopCardinality></{MI}>"), LINE),
    ],
    "bad_number": [
        (S + E + task("a", f"<{MI}><bpmn:loopCardinality>-1</bpmn:loopCardinality></{MI}>"), LINE),
        (S + E + task("a", f"<{MI}><bpmn:loopCardinality>0</bpmn:loopCardinality></{MI}>"), LINE),
        (S + E + task("a", '<bpmn:standardLoopCharacteristics loopMaximum="-3"/>'), LINE),
    ],
    "loop_unbounded": [(S + E + task("a", "<bpmn:standardLoopCharacteristics/>"), LINE)],
    "mi_data": [
        (S + E + task("a", several_of("x")), LINE),
        (S + E + DATA + task("a", several_of("o", OUTPUT)), LINE),
        (S + E + DATA + task("a", several_of("o", '<bpmn:inputDataItem name="i"/>')), LINE),
    ],
    "data_store": [
        (
            S
            + E
            + '<bpmn:dataStoreReference id="ds"/>'
            + task(
                "a",
                '<bpmn:ioSpecification><bpmn:dataOutput id="do"/></bpmn:ioSpecification>'
                "<bpmn:dataOutputAssociation><bpmn:sourceRef>do</bpmn:sourceRef>"
                "<bpmn:targetRef>ds</bpmn:targetRef></bpmn:dataOutputAssociation>",
            ),
            LINE,
        ),
    ],
    "ad_hoc_empty": [(S + E + SUB.format("", "").replace("subProcess", "adHocSubProcess"), LINE)],
    "gateway_direction": [
        (S + E + GATEWAY.format("parallel", 'gatewayDirection="Mixed"'), "s>g g>e"),
        (
            S + E + GATEWAY.format("parallel", 'gatewayDirection="Converging"') + task("a"),
            "s>g g>a g>e a>e",
        ),
    ],
    "two_loops": [
        (
            S
            + E
            + task(
                "a",
                f'<{MI} camunda:collection="xs"/>'
                '<bpmn:standardLoopCharacteristics loopMaximum="2"/>',
            ),
            LINE,
        ),
    ],
    "must_interrupt": [
        (
            S
            + E
            + SUB.format("", INNER)
            + event(
                "boundaryEvent",
                "b",
                "error",
                'errorRef="e1"',
                'attachedToRef="a" cancelActivity="0"',
            ),
            "s>a a>e b>e",
        ),
        (
            S
            + E
            + HANDLER.format(
                event("startEvent", "hs", "error", 'errorRef="e1"', 'isInterrupting="false"')
                + '<bpmn:endEvent id="he"/>'
            ),
            "s>e",
        ),
    ],
    "correlation_subscription": [
        (S + E + '<bpmn:correlationSubscription correlationKeyRef="k"/>', "s>e"),
    ],
    "parallel_start": [
        (
            event(
                "startEvent",
                "s",
                "message",
                'messageRef="m1"',
                'parallelMultiple="true"',
                '<bpmn:signalEventDefinition signalRef="s1"/>',
            )
            + E,
            "s>e",
        ),
    ],
    "parallel_event_gateway": [
        (
            S + E + GATEWAY.format("eventBased", 'eventGatewayType="Parallel"') + CATCH,
            "s>g g>c c>e",
        ),
    ],
    "bad_value": [
        (S + E + task("a", f'<{MI} isSequential="TRUE" camunda:collection="xs"/>'), LINE),
        (
            S + E + SUB.format('ordering="sequential"', task("b")).replace("sub", "adHocSub"),
            LINE,
        ),
    ],
    "cycle_in_flow": [(S + E + timer("timeCycle", "R3/P1D"), "s>t t>e")],
    "event_not_allowed": [
        (event("startEvent", "s", "error") + E, "s>e"),
        (S + event("endEvent", "e", "timer"), "s>e"),
        (S + E + event("intermediateThrowEvent", "a", "timer"), LINE),
        (S + E + event("intermediateCatchEvent", "a", "error"), LINE),
    ],
    "boundary_without_event": [
        (S + E + task("a") + '<bpmn:boundaryEvent id="b" attachedToRef="a"/>', "s>a a>e b>e"),
    ],
    "catch_without_event": [(S + E + '<bpmn:intermediateCatchEvent id="a"/>', LINE)],
    "cancel_outside_transaction": [
        (S + event("endEvent", "e", "cancel"), "s>e"),
        (
            S + E + task("a") + event("boundaryEvent", "b", "cancel", "", 'attachedToRef="a"'),
            "s>a a>e b>e",
        ),
    ],
    "unknown_event_definition": [
        (
            S + E + '<bpmn:intermediateCatchEvent id="a"><bpmn:eventDefinitionRef>x'
            "</bpmn:eventDefinitionRef></bpmn:intermediateCatchEvent>",
            LINE,
        ),
    ],
    "event_reference": [
        (S + E + event("intermediateCatchEvent", "a", "message"), LINE),
        (S + E + event("intermediateCatchEvent", "a", "message", 'messageRef="gone"'), LINE),
        (S + E + event("intermediateThrowEvent", "a", "signal"), LINE),
        (S + event("endEvent", "e", "error"), "s>e"),
        (S + E + task("a", "", "", "sendTask"), LINE),
        (S + E + task("a", "", "", "receiveTask"), LINE),
    ],
    "link_without_target": [
        (S + E + event("intermediateThrowEvent", "a", "link", 'name="L"'), "s>a s>e"),
    ],
    "link_name_twice": [
        (
            S
            + E
            + "".join(event("intermediateCatchEvent", x, "link", 'name="L"') for x in "ab")
            + event("intermediateThrowEvent", "c", "link", 'name="L"'),
            "s>c a>e b>e",
        ),
    ],
    "event_gateway_target": [
        (S + E + GATEWAY.format("eventBased", "") + task("a"), "s>g g>a a>e"),
        (S + E + GATEWAY.format("eventBased", "") + CATCH, "s>g g>c c>e s>c"),
        (S + E + GATEWAY.format("eventBased", ""), "s>g s>e"),
    ],
    "instantiate_not_first": [
        (S + E + task("a", "", 'instantiate="true" messageRef="m1"', "receiveTask"), LINE),
        (S + E + GATEWAY.format("eventBased", 'instantiate="true"') + CATCH, "s>g g>c c>e"),
        (
            S + E + SUB.format("", INNER + GATEWAY.format("eventBased", 'instantiate="1"')),
            LINE,
        ),
    ],
    "no_condition": [
        (S + E + GATEWAY.format("exclusive", "") + task("a"), "s>g g>a g>e[x] a>e"),
        (S + E + GATEWAY.format("inclusive", "") + task("a"), "s>g g>a[ ] g>e[x] a>e"),
    ],
    "no_default": [
        (S + E + GATEWAY.format("exclusive", "") + task("a"), "s>g g>a[x] g>e[y] a>e"),
        (S + E + task("a"), "s>a[x = 1] a>e"),
    ],
    "condition_ignored": [
        (S + E + GATEWAY.format("parallel", "") + task("a"), "s>g g>a[x] g>e a>e"),
    ],
    "script_format": [
        (
            S
            + E
            + task("a", "<bpmn:script>x = 1</bpmn:script>", 'scriptFormat="python"', "scriptTask"),
            LINE,
        ),
    ],
    "script_not_context": [
        (S + E + task("a", "<bpmn:script>x = 1</bpmn:script>", "", "scriptTask"), LINE),
        (S + E + task("a", "", "", "scriptTask"), LINE),
    ],
    "foreign_language": [
        (
            S
            + E
            + GATEWAY.format("exclusive", "")
            + '<bpmn:sequenceFlow id="q" sourceRef="g" targetRef="e"><bpmn:conditionExpression '
            'language="javascript">x</bpmn:conditionExpression></bpmn:sequenceFlow>',
            "s>g g>e",
        ),
    ],
    "foreign_implementation": [
        (S + E + task("a", "", 'camunda:class="org.Evil"', "serviceTask"), LINE),
        (S + E + task("a", "", 'camunda:expression="${x}"', "serviceTask"), LINE),
    ],
    "listener": [
        (S + E + task("a", EXTENSION.format('<camunda:executionListener class="x"/>')), LINE),
        (
            S
            + E
            + '<bpmn:sequenceFlow id="q" sourceRef="s" targetRef="e">'
            + EXTENSION.format('<camunda:executionListener class="x"/>')
            + "</bpmn:sequenceFlow>",
            "",
        ),
        (
            S
            + E
            + task(
                "a",
                EXTENSION.format(
                    "<camunda:inputOutput><camunda:inputParameter name='x'><camunda:script/>"
                    "</camunda:inputParameter></camunda:inputOutput>"
                ),
            ),
            LINE,
        ),
    ],
    "listener_left": [
        (
            S
            + E
            + task(
                "a",
                EXTENSION.format(
                    '<camunda:taskListener class="x"/><camunda:properties>'
                    '<camunda:property name="jc:notRun" value="listener"/></camunda:properties>'
                ),
            ),
            LINE,
        ),
    ],
    "ignored_extension": [(S + E + task("a", EXTENSION.format("<camunda:formData/>")), LINE)],
    "ignored_attribute": [(S + E + task("a", "", 'camunda:asyncBefore="true"'), LINE)],
    "endless_loop": [
        (S + E + task("a") + task("b"), "s>a a>b b>a"),
        (S + E + GATEWAY.format("parallel", "") + task("a"), "s>a a>g g>a g>e"),
    ],
    "unlikely_variable": [
        (S + E + SCRIPT.format("{total: 1}"), "s>a a>e[totl = 1]"),
        (S + E + SCRIPT.format("{done: True}"), LINE),
    ],
    "unlikely_member": [(S + E + SCRIPT.format("{a: {b: 1}}"), "s>a a>e[a.c = 1]")],
    "never_chosen": [
        (SAID.format("outcome: passed | failed") + E, 's>e[outcome = "pased"]'),
        (SAID.format("outcome: passed | failed") + E, 's>e[outcome in ("pased", "x")]'),
    ],
    "bad_declaration": [
        (SAID.format("a b") + E, "s>e"),
        (SAID.format("a: texts |") + E, "s>e"),
        (SAID.format("a: integer") + E, "s>e"),
        (SAID.format("a, a") + E, "s>e"),
    ],
    "always_null": [
        (S + E + GATEWAY.format("exclusive", 'default="d"'), 's>g g>e["a" > 1] g>e:d'),
        (S + E + task("a", INPUT.format("x", '= 1 + "a"')), LINE),
    ],
    "bad_expression": [
        (S + E + GATEWAY.format("exclusive", 'default="d"'), "s>g g>e[1 + 1] g>e:d"),
        (S + E + task("a", INPUT.format("x", "= contian(a, b)")), LINE),
        (S + E + task("a", INPUT.format("x", "= contains(a)")), LINE),
        (S + E + task("a", INPUT.format("x", "= today(1)")), LINE),
        (S + E + GATEWAY.format("exclusive", ""), "s>g g>e[x = ]"),
        (S + E + task("a", "", USER + ' camunda:assignee="= a b c"', "userTask"), LINE),
        (S + E + task("a", INPUT.format("x", "= 1 +")), LINE),
        (S + E + task("a", f'<{MI} camunda:collection="= ["/>'), LINE),
        (S + E + task("a", "<bpmn:script>{a: }</bpmn:script>", "", "scriptTask"), LINE),
        (S + E + task("a", PROPERTY.format("jc:correlationKey", "= )")), LINE),
        (S + E + timer("timeDuration", "= 1 +"), "s>t t>e"),
        (
            S
            + E
            + CALL.format(
                'calledElement="main"',
                EXTENSION.format('<camunda:in sourceExpression="= (" target="x"/>'),
            ),
            LINE,
        ),
        (
            S
            + E
            + task(
                "a",
                "<bpmn:standardLoopCharacteristics><bpmn:loopCondition>)"
                "</bpmn:loopCondition></bpmn:standardLoopCharacteristics>",
            ),
            LINE,
        ),
    ],
    "double_equals": [
        (S + E + GATEWAY.format("exclusive", ""), "s>g g>e[x == 1]"),
        (S + E + GATEWAY.format("exclusive", ""), 's>g g>e["a==b" == x]'),
    ],
    "bad_timer": [
        (S + E + timer("timeDate", "2026-02-30"), "s>t t>e"),
        (S + E + timer("timeDuration", "P5X"), "s>t t>e"),
        (S + E + timer("timeDuration", "R3/PT1H"), "s>t t>e"),
        (S + E + timer("timeDate", "P5D"), "s>t t>e"),
        (S + E + timer("timeCycle", "R3/soon"), "s>t t>e"),
    ],
    "no_timer": [(S + E + event("intermediateCatchEvent", "a", "timer"), LINE)],
    "bad_name": [
        (S + E + task("a", "", 'camunda:resultVariable="a b"'), LINE),
        (S + E + task("a", INPUT.format("1x", "y")), LINE),
    ],
    "no_called_process": [(S + E + CALL.format("", ""), LINE)],
    "called_by_expression": [(S + E + CALL.format('calledElement="= x"', ""), LINE)],
    "bad_form_key": [
        (
            S + E + task("a", "", USER.replace("camunda:formRef", "camunda:formKey"), "userTask"),
            LINE,
        ),
    ],
    "no_form": [
        (S + E + task("a", "", 'name="u" camunda:candidateGroups="reviewer"', "userTask"), LINE),
    ],
    "no_decision": [(S + E + task("a", "", "", "businessRuleTask"), LINE)],
    "no_topic": [
        (S + E + task("a", "", "", "serviceTask"), LINE),
        (S + E + task("a", "", 'camunda:topic="x.y"', "serviceTask"), LINE),
    ],
    "nobody_may": [(S + E + task("a", "", 'name="u"', "userTask"), LINE)],
    "bad_stage": [(S + E + task("a", PROPERTY.format("jc:stage", "nowhere")), LINE)],
    "bad_operation": [
        (S + E + task("a", PROPERTY.format("jc:operations", "claim,none")), LINE),
        (S + E + task("a", PROPERTY.format("jc:operations", "delegate")), LINE),
    ],
    "bad_step": [(S + E + task("a", PROPERTY.format("jc:step", "15")), LINE)],
    "bad_duty": [(S + E + task("a", PROPERTY.format("jc:duty", "sleep")), LINE)],
}

EMPTY = Environment(
    processes=(),
    forms=(),
    pages=(),
    decisions=(),
    service_tasks=(),
    groups=(),
    elements=(),
    providers=Providers(facts={}, forms={}, process=lambda _: Called(("needed",), State())),
    service_inputs={"x.y": Inputs(frozenset({"id"}), frozenset({"id", "note"}))},
)
# Codes that need to know what else exists.
KNOWING = {
    "unknown_variable": (SAID.format("total") + E, "s>e[other = 1]"),
    "unknown_member": (SAID.format("") + E + SCRIPT.format("{a: {b: 1}}"), "s>a a>e[a.c = 1]"),
    "input_missing": (SAID.format("total") + E + CALL.format('calledElement="x"', ""), LINE),
    "unknown_process": (S + E + CALL.format('calledElement="x"', ""), LINE),
    "unknown_form": (S + E + task("a", "", USER, "userTask"), LINE),
    "unknown_page": (
        S + E + task("a", "", 'name="u" camunda:formKey="jc:x"', "userTask"),
        LINE,
    ),
    "unknown_decision": (
        S + E + task("a", "", 'camunda:decisionRef="x"', "businessRuleTask"),
        LINE,
    ),
    "unknown_service_task": (
        S + E + task("a", "", 'camunda:type="external" camunda:topic="x"', "serviceTask"),
        LINE,
    ),
    "service_input_missing": (
        S + E + task("a", "", 'camunda:type="external" camunda:topic="x.y"', "serviceTask"),
        LINE,
    ),
    "service_input_unknown": (
        S
        + E
        + task(
            "a",
            INPUT.format("z", "1"),
            'camunda:type="external" camunda:topic="x.y"',
            "serviceTask",
        ),
        LINE,
    ),
    "unknown_group": (S + E + task("a", "", USER, "userTask"), LINE),
    "unknown_element": (S + E + task("a", PROPERTY.format("jc:excludes", "x")), LINE),
}
ELSEWHERE = {
    "bad_process_id",
    "duty_not_of_post",
    "no_process",
    "process_id_differs",
    "too_many_paths",
    "too_many_nodes",
}

"""The rows of the coverage registry; see `coverage`.

Proofs are short: `activities: loop at most three times` is a case of
`tests/engine/constructs/test_activities.py`, `test_traps.py::test_x` a function in `tests/engine`.
"""

from __future__ import annotations

Proofs = tuple[str, ...]
Row = tuple[str, str, str, Proofs]

ROWS: dict[str, list[Row]] = {
    "Flows": [
        (
            "several plain flows out of an activity or event (implicit split)",
            "lowered",
            "a parallel gateway is put behind it",
            ("flows: split and merge without gateways",),
        ),
        (
            "several flows into an activity (implicit merge)",
            "natively",
            "each token runs it",
            ("flows: split and merge without gateways",),
        ),
        (
            "one conditional flow out of a task",
            "lowered",
            "an inclusive gateway asks the condition; where none holds it is an incident",
            ("diagrams/test_lowering.py::test_one_conditional_flow_is_not_taken_when_false",),
        ),
        (
            "conditional beside plain flows",
            "lowered",
            "plain flows are always taken, the others where they hold",
            ("flows: conditional and plain flow out of a task: b",),
        ),
        (
            "conditional, default and plain flows together",
            "lowered",
            "the default is taken where no condition holds",
            (
                "flows: conditional, default and plain flow: b",
                "flows: several conditional flows and a default: bc",
            ),
        ),
        (
            "no end event",
            "lowered",
            "an end event is put behind open branches",
            ("diagrams/test_lowering.py::test_a_branch_without_end_event_ends",),
        ),
        (
            "no start event, and no end event",
            "lowered",
            "what no flow enters begins at once",
            (
                "flows: process without start and end events",
                "activities: sub-process without a start event",
            ),
        ),
        (
            "two flows between the same elements",
            "lowered",
            "a passing event is put into one",
            ("diagrams/test_joins.py::test_two_flows_between_the_same_elements_are_two_tokens",),
        ),
        (
            "link events",
            "lowered",
            "throw and catch are joined by a flow",
            ("flows: link",),
        ),
        (
            "token quantities",
            "lowered",
            "flows are multiplied, and tokens counted before the activity",
            (
                "flows: tokens given and needed",
                "flows: four tokens serve a need of two twice",
                "flows: a token too few waits, and is reported",
            ),
        ),
        (
            "token quantity 0, negative or above 50",
            "refused",
            "quantity",
            ("diagrams/test_checking.py::test_check_finds",),
        ),
        (
            "lanes",
            "natively",
            "give their post to user tasks that name none",
            ("flows: lanes do not change the flow",),
        ),
    ],
    "Gateways": [
        ("exclusive", "natively", "flows in the order of the file", ("flows: exclusive: ab",)),
        (
            "no flow can be taken",
            "natively",
            "an incident that names the gateway",
            ("flows: exclusive without a way", "flows: inclusive without a way"),
        ),
        ("parallel", "natively", "variables are merged", ("flows: parallel",)),
        (
            "gatewayDirection",
            "natively",
            "has no effect; the check warns where the flows contradict it",
            ("diagrams/test_checking.py::test_check_finds",),
        ),
        (
            "conditions behind a parallel or event-based gateway",
            "natively",
            "have no effect, as the standard says; the check warns",
            ("flows: conditions behind a parallel gateway have no effect",),
        ),
        (
            "several tokens of one flow at a join",
            "natively",
            "one is consumed, the others wait on",
            (
                "flows: two tokens of one flow at a parallel join",
                "flows: two tokens of one flow at an inclusive join",
            ),
        ),
        (
            "inclusive, with its join",
            "natively",
            "the join waits for tokens that can still come",
            ("flows: inclusive: ab", "flows: exclusive fork, inclusive join: a"),
        ),
        (
            "complex fork",
            "natively",
            "as an inclusive one",
            ("flows: complex fork is an inclusive one: ab",),
        ),
        (
            "complex join",
            "natively",
            "fires once its condition on `activationCount` holds, and takes in the later tokens",
            (
                "flows: complex join goes on with the first token and takes in the others: abc",
                "flows: complex join waits for two of three",
            ),
        ),
        (
            "complex join without a condition",
            "refused",
            "complex_gateway",
            ("diagrams/test_checking.py::test_check_finds",),
        ),
        (
            "event-based",
            "natively",
            "messages, signals, timers, conditions and receive tasks",
            (
                "flows: event-based gateway takes the first",
                "conditions: first of an event-based gateway",
            ),
        ),
        (
            "event-based, beginning a process",
            "lowered",
            "what it leads to becomes start events",
            (
                "events: an event-based gateway begins a process: signal",
                "events: an event-based gateway begins a process: message",
            ),
        ),
        (
            "event-based of type Parallel, which waits for all",
            "refused",
            "parallel_event_gateway",
            ("diagrams/test_checking.py::test_check_finds",),
        ),
        (
            "a parallel join that only one way of a choice reaches",
            "natively",
            "waits, and is reported as stuck",
            ("test_traps.py::test_branch_with_an_incident_keeps_the_instance_open",),
        ),
    ],
    "Events": [
        (
            "message",
            "natively",
            "start, catch, throw, end, boundary; by name and key to exactly one instance",
            (
                "events: a message begins a process",
                "test_traps.py::test_message_goes_to_one_of_several_waiting_in_one_instance",
                "test_messages.py::test_no_message_is_lost_or_doubled",
            ),
        ),
        (
            "signal",
            "natively",
            "to all who wait when it is thrown, in the own and in other instances",
            (
                "events: signal at the edge, interrupting",
                "events: a signal reaches another instance",
                "events: a signal is for those who wait when it is thrown",
                "events: a signal at the end",
            ),
        ),
        (
            "timer",
            "natively",
            "date, duration, cycle; rows with a due time on the business clock",
            ("events: timer at the edge, interrupting", "events: cycle at the edge"),
        ),
        (
            "cycle in the middle of a flow",
            "lowered",
            "fires as often as it says (R4/PT1S), without a number once; the check says so; see "
            "decision 11",
            (
                "events: cycle in a flow, R4/PT1S",
                "events: cycle in a flow, R/PT1S",
                "events: cycle in a flow, at a join",
            ),
        ),
        (
            "error",
            "natively",
            "the innermost handler; a handler for the code before one for any",
            (
                "events: error at the end of a subProcess",
                "events: error of one of several instances stays with its own",
                "diagrams/test_events.py::test_an_error_goes_to_the_handler_for_its_code",
            ),
        ),
        (
            "uncaught error",
            "natively",
            "the instance has failed, what ran beside it ends",
            ("events: uncaught error fails", "events: error ends what runs beside it"),
        ),
        (
            "escalation",
            "natively",
            "as errors, but need not interrupt; uncaught it is let be",
            (
                "events: escalation at the edge, not interrupting",
                "events: escalation of a called process",
                "events: uncaught escalation is let be",
            ),
        ),
        (
            "conditional",
            "natively",
            "looked at after every step, on what all branches have made of the variables; facts "
            "from outside are read anew when something happens in the instance",
            (
                "conditions: another branch makes it hold",
                "conditions: what happens in a sub-process makes it hold",
                "constructs/test_conditions.py::"
                "test_event_that_does_not_interrupt_fires_when_its_condition_comes_true",
            ),
        ),
        (
            "conditional start of a process: by the standard its condition sees nothing of the "
            "process, which has not begun, and it is left open how it would see anything else",
            "refused",
            "conditional_event",
            ("diagrams/test_checking.py::test_check_finds",),
        ),
        (
            "terminate",
            "natively",
            "ends its own scope only",
            ("events: terminate", "activities: a terminate event ends a sub-process only"),
        ),
        (
            "several definitions in one event",
            "natively",
            "any, or all with parallelMultiple; a throw event throws all",
            ("events: all of S1 S2, thrown: S2 S1", "events: one event throws two signals"),
        ),
        (
            "`eventDefinitionRef`",
            "lowered",
            "the definition is copied in",
            ("events: signal referred to at the edge, interrupting", "events: timer by reference"),
        ),
        (
            "several definitions that all start a process (parallelMultiple)",
            "refused",
            "parallel_start",
            ("diagrams/test_checking.py::test_check_finds",),
        ),
        (
            "correlationSubscription",
            "refused",
            "correlation_subscription",
            ("diagrams/test_checking.py::test_check_finds",),
        ),
        (
            "error and cancel events that are set not to interrupt",
            "refused",
            "must_interrupt",
            ("diagrams/test_checking.py::test_check_finds",),
        ),
        (
            "boundary events",
            "natively",
            "an interrupting one stops the activity at once",
            ("test_traps.py::test_interrupted_scope_runs_nothing_more",),
        ),
    ],
    "Event sub-processes": [
        (
            "message, signal, timer, error, escalation, conditional start; interrupting or not",
            "lowered",
            "a boundary event on a sub-process around the rest of the scope",
            (
                "events: signal in an event sub-process, interrupting",
                "events: escalation in an event sub-process, not interrupting",
                "events: error in an event sub-process",
                "events: timer in an event sub-process",
                "events: cycle in an event sub-process",
                "conditions: in an event sub-process, interrupting",
            ),
        ),
        (
            "in a sub-process, a called process, an instance of several",
            "lowered",
            "as above; other instances and specs are not touched",
            (
                "events: event sub-process of a called process",
                "diagrams/test_lowering.py::"
                "test_event_subprocess_of_a_repeated_subprocess_interrupts_one_instance",
                "test_traps.py::test_specs_are_not_changed_by_running",
            ),
        ),
        (
            "compensation start",
            "lowered",
            "undoes its scope when that is compensated",
            ("compensation: a sub-process by its event sub-process, which undoes one thing",),
        ),
    ],
    "Compensation and transactions": [
        (
            "boundary event with its handler",
            "lowered",
            "the handler becomes a process of its own, run with the variables of then",
            (
                "compensation: the last first",
                "compensation: only what was completed",
                "compensation: each instance of several",
                "constructs/test_compensation.py::"
                "test_handler_sees_the_variables_its_activity_ended_with",
            ),
        ),
        (
            "throw and end events, for all or for one activity",
            "natively",
            "handlers run one after another, the last completed first",
            (
                "compensation: at the end",
                "compensation: one activity",
                "compensation: nothing twice",
                "compensation: without waiting",
            ),
        ),
        (
            "sub-processes and called processes without a handler",
            "natively",
            "what was completed in them is undone",
            (
                "compensation: what lies in a sub-process",
                "compensation: what lies in a called process",
            ),
        ),
        (
            "transaction with cancel",
            "natively",
            "what was completed in it is undone before the boundary event's path goes on",
            (
                "compensation: a cancelled transaction, before its path goes on",
                "compensation: a cancelled transaction with what was done in a sub-process of it",
                "events: cancelled transaction",
            ),
        ),
        (
            "a handler that nothing reaches",
            "refused",
            "compensation_loose",
            ("diagrams/test_checking.py::test_check_finds",),
        ),
        (
            "a compensation boundary event without a handler",
            "refused",
            "compensation_handler",
            ("diagrams/test_checking.py::test_check_finds",),
        ),
    ],
    "Activities": [
        (
            "user, manual, script, service, send, receive, business rule, plain task",
            "natively",
            "scripts are FEEL contexts",
            (
                "activities: send task",
                "activities: receive task",
                "diagrams/test_specs.py::test_scripts_and_decisions_and_tasks_of_no_kind_pass",
            ),
        ),
        (
            "instantiating receive task",
            "lowered",
            "becomes a message start event",
            ("activities: receive task that begins an instance",),
        ),
        (
            "call activity",
            "natively",
            "variables by camunda:in and out",
            ("activities: call of a process",),
        ),
        (
            "global tasks",
            "lowered",
            "become processes",
            ("activities: call of a global task",),
        ),
        (
            "multi-instance, by list or count",
            "natively",
            "outputs in the order of the items; at most 50",
            (
                "activities: instances of a task, one by one",
                "activities: as many instances as a variable says",
                "activities: no instance",
                "activities: a count of -1 is an incident",
                "diagrams/test_loops.py::test_fifty_instances_are_accepted",
            ),
        ),
        (
            "completion condition",
            "natively",
            "numberOfInstances, numberOfActiveInstances, numberOfCompletedInstances, loopCounter; "
            "nrOf… too",
            (
                "activities: instances until it is enough",
                "activities: instances until it is enough, by numberOfCompletedInstances",
                "activities: instances until it is enough, by loopCounter",
            ),
        ),
        (
            "loopCounter inside an instance",
            "natively",
            "the number of the innermost instance, from 1; a variable of that name goes before it, "
            "and a called process does not see it",
            ("constructs/test_counters.py::test_instance_knows_its_number",),
        ),
        (
            "loopDataInputRef, inputDataItem and their outputs",
            "lowered",
            "become collection, element variable and output collection; a data input stands for "
            "what is associated with it",
            ("constructs/test_activities.py::test_standard_data_of_several_instances",),
        ),
        (
            "behaviour none, one, complex",
            "lowered",
            "the events are copied into the activity, whose boundary events catch them first",
            (
                "activities: behaviour none: each end throws",
                "activities: behaviour one: the first end throws",
                "activities: behaviour complex: an end throws where its condition holds",
            ),
        ),
        (
            "more than 50 instances",
            "refused",
            "mi_too_large",
            ("diagrams/test_checking.py::test_check_finds",),
        ),
        (
            "loop: condition, maximum, test before or after",
            "natively",
            "",
            (
                "activities: loop from 0",
                "activities: loop at most three times",
                "activities: loop that is tested before",
                "activities: loop by its counter",
            ),
        ),
        (
            "ad-hoc sub-process",
            "lowered",
            "what no flow enters begins by itself; see decision 10",
            (
                "activities: ad hoc, Sequential",
                "activities: ad hoc in sequence, with more than tasks",
                "activities: ad hoc until it is enough",
                "activities: ad hoc until it is enough, beside an event sub-process",
                "constructs/test_activities.py::"
                "test_what_has_begun_in_an_ad_hoc_sub_process_may_end",
            ),
        ),
        (
            "ad-hoc sub-process with start or end events, which the standard forbids there",
            "refused",
            "ad_hoc_events",
            ("diagrams/test_checking.py::test_check_finds",),
        ),
        (
            "a loop and several instances at once",
            "refused",
            "two_loops",
            ("diagrams/test_checking.py::test_check_finds",),
        ),
        (
            "data objects, inputs, outputs and associations of tasks",
            "natively",
            "they are variables; an association gives one the value of another or of an expression",
            ("constructs/test_activities.py::test_data_associations_carry_values",),
        ),
        (
            "data associations of sub-processes and call activities",
            "natively",
            "what goes in is there from the start; a called process knows it by the name of the "
            "data input",
            (
                "constructs/test_activities.py::test_data_associations_carry_values_into_scopes",
                "constructs/test_activities.py::"
                "test_call_gives_what_its_mappings_and_its_data_associations_say",
            ),
        ),
        (
            "data associations with a data store",
            "refused",
            "data_store",
            ("diagrams/test_checking.py::test_check_finds",),
        ),
    ],
    "Spelling": [
        (
            "booleans as 1 and 0, blanks around values",
            "natively",
            "",
            ("events: interrupting, spelt '1'", "events: interrupting, spelt ' true '"),
        ),
        (
            "references with the prefix of a namespace",
            "natively",
            "ids are looked up without it",
            (
                "events: signal by a name with a prefix",
                "activities: call by a name with a prefix",
            ),
        ),
        (
            "messages, signals, errors and escalations without a name or code",
            "lowered",
            "go by their id",
            (
                "events: signal that has an id only",
                "events: error that has an id only",
                "events: escalation that has an id only",
            ),
        ),
        (
            "messages by `operationRef`",
            "natively",
            "the operation's inMessageRef",
            ("events: messages by their operation",),
        ),
        (
            "ids with hyphens, or an underscore in front",
            "natively",
            "not with dots or two underscores in a row; a process id has none of these",
            ("constructs/test_activities.py::test_ids_of_other_tools_run",),
        ),
        (
            "values that the schema does not know",
            "refused",
            "bad_value",
            ("diagrams/test_checking.py::test_check_finds",),
        ),
    ],
    "Limits and traps of the library": [
        (
            "Python from a diagram or a table",
            "guarded",
            "no road leads there",
            ("constructs/test_no_python.py::test_diagram_reaches_no_python",),
        ),
        (
            "depth 1000",
            "guarded",
            "no limit",
            ("test_traps.py::test_a_thousand_parallel_instances_of_a_task_are_all_seen",),
        ),
        (
            "loops over 333 rounds",
            "guarded",
            "run; one that never waits ends as an incident",
            (
                "test_traps.py::test_long_loop_is_neither_cut_short_nor_slow",
                "test_traps.py::test_endless_loop_is_an_incident_and_keeps_the_answer",
            ),
        ),
        (
            "2^k prediction",
            "guarded",
            "joins predict nothing beyond themselves",
            ("diagrams/test_joins.py::test_forty_blocks_in_a_row_stay_small",),
        ),
        (
            "reserved ids",
            "guarded",
            "renamed inside",
            ("test_traps.py::test_reserved_ids_are_ordinary",),
        ),
        (
            "nested data objects",
            "guarded",
            "the library's search is not used",
            ("diagrams/test_checking.py::test_nested_data_objects_do_not_hang",),
        ),
        ("`typename`", "guarded", "any name", ("test_traps.py::test_any_name_may_be_a_variable",)),
        (
            "key order",
            "guarded",
            "means nothing",
            ("test_codec.py::test_order_of_keys_does_not_matter",),
        ),
        (
            "completed tasks run again",
            "guarded",
            "refused",
            ("test_traps.py::test_user_task_cannot_be_run_twice",),
        ),
        (
            "lists changed in parallel branches",
            "guarded",
            "additions of all branches are kept, deletions stay",
            ("diagrams/test_joins.py::test_merge_branches",),
        ),
        (
            "what is not JSON",
            "guarded",
            "refused as a variable",
            ("test_variables.py::test_what_is_not_json_is_refused",),
        ),
    ],
}

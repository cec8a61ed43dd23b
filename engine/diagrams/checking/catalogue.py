"""Every finding the publish check can make: its severity and its sentence in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from engine.findings import Severity


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence with places for names, in Chinese and English."""

    zh: str
    en: str
    severity: Severity = "error"


_STRUCTURE = {
    "no_process": Message(
        "文件里没有可执行的流程(isExecutable=true)。",
        "The file has no executable process (isExecutable=true).",
    ),
    "process_id_differs": Message(
        "流程编号应为“{expected}”(与文件名一致),现为“{found}”。",
        "The process id must be “{expected}” (the file's name), not “{found}”.",
    ),
    "missing_id": Message("元素没有编号。", "The element has no id."),
    "duplicate_id": Message("编号“{id}”重复。", "The id “{id}” is used twice."),
    "bad_id": Message(
        "编号“{id}”只能由字母、数字、下划线和连字符组成,以字母或下划线开头,并且不能含有连续两个下划线。",
        "The id “{id}” may have letters, digits, underscores and hyphens only, must begin with a "
        "letter or underscore, and must not have two underscores in a row.",
    ),
    "bad_process_id": Message(
        "流程编号“{id}”只能由字母、数字、下划线组成,以字母开头,并且不能含有连续两个下划线。",
        "The process id “{id}” may have letters, digits and underscores only, must begin with a "
        "letter, and must not have two underscores in a row.",
    ),
    "too_long": Message(
        "编号或名称不能超过 {most} 个字符。", "An id or name has at most {most} characters."
    ),
    "dangling_flow": Message(
        "顺序流没有连到同一层的两个元素上。",
        "The sequence flow does not join two elements of the same scope.",
    ),
    "misplaced": Message(
        "元素写在了别的元素里面,不在流程或子流程里。",
        "The element lies inside another element, not in a process or sub-process.",
    ),
    "no_start": Message("缺少开始事件。", "There is no start event."),
    "implied_start": Message(
        "没有开始事件:没有流入的元素会同时开始。",
        "There is no start event: everything that no flow enters begins at once.",
        "warning",
    ),
    "several_starts": Message(
        "子流程只能有一个开始事件。", "A sub-process may have one start event only."
    ),
    "start_trigger": Message(
        "子流程的开始事件不能带触发条件。",
        "The start event of a sub-process cannot have a trigger.",
    ),
    "event_subprocess_start": Message(
        "事件子流程必须正好有一个带触发条件的开始事件。",
        "An event sub-process needs exactly one start event, with a trigger.",
    ),
    "event_subprocess_connected": Message(
        "事件子流程不能有进出的顺序流。",
        "No sequence flow may enter or leave an event sub-process.",
    ),
    "starts_diverge": Message(
        "含有事件子流程时,所有开始事件必须通向同一个元素。",
        "Beside an event sub-process all start events must lead to the same element.",
    ),
    "start_entered": Message("开始事件不能有进入的顺序流。", "No flow may enter a start event."),
    "end_left": Message("结束事件不能有离开的顺序流。", "No flow may leave an end event."),
    "boundary_entered": Message(
        "边界事件不能有进入的顺序流。", "No flow may enter a boundary event."
    ),
    "boundary_detached": Message(
        "边界事件没有附着在同一层的活动上(事件子流程不算)。",
        "The boundary event is not attached to an activity of its scope (event sub-processes are "
        "none).",
    ),
    "too_many_nodes": Message(
        "同一层的元素超过 {most} 个;请用子流程或调用活动分开。",
        "There are more than {most} elements in one scope; use sub-processes or call activities.",
    ),
    "unreachable": Message("从开始事件到不了这个元素。", "No path from a start leads here."),
    "implicit_end": Message(
        "分支在这里没有结束事件,将视为结束。",
        "The branch has no end event; it is taken to end here.",
        "warning",
    ),
    "unnamed": Message("用户任务没有名称。", "The user task has no name.", "warning"),
    "bad_default": Message(
        "默认流不是从这个元素离开的顺序流。", "The default flow does not leave this element."
    ),
}

_CONSTRUCTS = {
    "complex_gateway": Message(
        "汇合的复杂网关须写激活条件,例如 activationCount >= 2。",
        "A joining complex gateway needs an activation condition, such as activationCount >= 2.",
    ),
    "ad_hoc_events": Message(
        "特别子流程里没有开始和结束事件:没有流入的活动本来就可以开始。",
        "An ad-hoc sub-process has no start or end events: what no flow enters may begin.",
    ),
    "ad_hoc_empty": Message(
        "特别子流程里至少要有一个活动。",
        "An ad-hoc sub-process needs at least one activity.",
    ),
    "gateway_direction": Message(
        "网关写的方向是 {value},与实际的进出流不符;按实际的流执行。",
        "The gateway's direction is {value}, which its flows contradict; the flows count.",
        "warning",
    ),
    "two_loops": Message(
        "活动不能既循环又多实例。",
        "An activity cannot be repeated both as a loop and for several instances.",
    ),
    "must_interrupt": Message(
        "错误和取消事件总是中断活动,不能设为非中断。",
        "Error and cancel events always interrupt; they cannot be set not to.",
    ),
    "compensation_handler": Message(
        "补偿边界事件须用关联线连到一个补偿活动,本身没有顺序流。",
        "A compensation boundary event is joined by an association to a compensation activity, "
        "and has no flows.",
    ),
    "compensation_loose": Message(
        "补偿活动只能由补偿边界事件的关联线到达,没有顺序流。",
        "A compensation activity is reached by the association of a compensation boundary event "
        "only, not by flows.",
    ),
    "compensation_target": Message(
        "补偿事件指向的活动“{name}”不在它所在的范围里,或没有补偿处理。",
        "The compensation event names the activity “{name}”, which is not in its scope or has "
        "nothing that undoes it.",
    ),
    "conditional_event": Message(
        "条件事件须有条件;流程不能由条件启动,只有事件子流程可以。",
        "A conditional event needs a condition; it can start an event sub-process, no process.",
    ),
    "mi_behavior": Message(
        "多实例行为 {value} 须指明一个已定义的消息、信号、错误或升级事件。",
        "The multi-instance behaviour {value} must name a message, signal, error or escalation "
        "event that is defined.",
    ),
    "quantity": Message(
        "{attribute} 须是 1 到 50 的整数,不能是 {value}。",
        "{attribute} must be a whole number from 1 to 50, not {value}.",
    ),
    "cycle_in_flow": Message(
        "流程中间的周期定时写了次数(R3/P1D)就触发几次,后面的步骤也各走几次;没写次数只触发一次。"
        "要在活动进行时反复触发,请用非中断的边界事件。",
        "A cycle timer in the middle of a flow fires as often as it says (R3/P1D), and what "
        "follows runs each time; without a number it fires once. To repeat while an activity "
        "goes on, use a boundary event that does not interrupt.",
        "warning",
    ),
    "condition_ignored": Message(
        "并行网关和事件网关之后的条件不起作用:每一支都会走。",
        "Conditions behind a parallel or event-based gateway have no effect: every flow is taken.",
        "warning",
    ),
    "unsupported_element": Message(
        "不支持的元素“{tag}”。", "The element “{tag}” is not supported."
    ),
    "mi_source": Message(
        "多实例必须正好给出一个集合(camunda:collection 或 loopDataInputRef)或一个次数。",
        "A multi-instance activity needs exactly one collection (camunda:collection or "
        "loopDataInputRef) or count.",
    ),
    "mi_data": Message(
        "多实例的 loopDataInputRef 和 loopDataOutputRef 须指向存在的数据;有输出时须有 "
        "outputDataItem,数据项须有编号。",
        "loopDataInputRef and loopDataOutputRef must name data that is there; an output needs an "
        "outputDataItem, and data items need ids.",
    ),
    "mi_too_large": Message(
        "多实例最多 {most} 个;更多的对象请各自成为流程实例。",
        "A multi-instance activity has at most {most} instances; larger sets are process "
        "instances of their own.",
    ),
    "bad_number": Message("“{value}”不是正整数。", "“{value}” is not a positive whole number."),
    "loop_unbounded": Message(
        "循环必须有条件或最多次数。", "A loop needs a condition or a maximum."
    ),
    "event_not_allowed": Message(
        "这里不能用“{kind}”事件。", "An event of kind “{kind}” is not possible here."
    ),
    "boundary_without_event": Message(
        "边界事件没有事件定义。", "The boundary event has no event definition."
    ),
    "catch_without_event": Message(
        "捕获事件没有事件定义。", "The catching event has no event definition."
    ),
    "cancel_outside_transaction": Message(
        "取消事件只能用于事务子流程。", "Cancel events belong to transactions."
    ),
    "unknown_event_definition": Message(
        "引用的事件定义“{name}”不存在。", "There is no event definition “{name}”."
    ),
    "event_reference": Message(
        "没有引用文件里定义的{kind_zh}。", "It refers to no {kind} that the file defines."
    ),
    "link_without_target": Message(
        "链接“{name}”在同一层没有对应的捕获事件。",
        "The link “{name}” has no catching event in its scope.",
    ),
    "link_name_twice": Message(
        "链接“{name}”有几个捕获事件。", "The link “{name}” has several catching events."
    ),
    "event_gateway_target": Message(
        "事件网关之后只能直接接消息、信号、定时捕获事件或接收任务,且它们没有其他进入流。",
        "Behind an event-based gateway come only catching message, signal and timer events or "
        "receive tasks, entered from nowhere else.",
    ),
    "instantiate_not_first": Message(
        "启动流程的接收任务和事件网关之前不能有其他元素,也不能放在子流程里。",
        "Nothing may come before a receive task or event-based gateway that starts a process, and "
        "it cannot lie in a sub-process.",
    ),
    "parallel_start": Message(
        "不能等几个事件都到了才启动流程;请由其中一个启动,再等其余的事件。",
        "A process cannot wait for several events before it starts; let one of them start it and "
        "wait for the others then.",
    ),
    "parallel_event_gateway": Message(
        "事件网关的 Parallel 类型只用于启动流程,而且不能执行;请用并行网关接捕获事件。",
        "The type Parallel of an event-based gateway is for starting a process, and is not run; "
        "use a parallel gateway with catching events behind it.",
    ),
    "correlation_subscription": Message(
        "不用 correlationSubscription 关联消息;请在事件上写关联键(jc:correlationKey)。",
        "Messages are not correlated by correlationSubscription; write a correlation key "
        "(jc:correlationKey) on the event.",
    ),
    "data_store": Message(
        "数据存储不归流程管,不能用数据关联读写;请用服务任务。",
        "A data store is not the process's own and cannot be read or written by a data "
        "association; use a service task.",
    ),
    "bad_value": Message(
        "{attribute} 只能是 {allowed},不能是“{value}”。",
        "{attribute} must be one of {allowed}, not “{value}”.",
    ),
    "no_condition": Message(
        "网关的顺序流没有条件,也不是默认流。",
        "The flow leaves a gateway without a condition and is not its default.",
    ),
    "no_default": Message(
        "条件可能都不成立,而没有默认流;那时流程会停在这里等人处理。",
        "All conditions may fail, and there is no default flow; the process would stop here.",
        "warning",
    ),
    "script_format": Message(
        "脚本任务只能是 FEEL 上下文,不能用 {format}。",
        "A script task is a FEEL context; {format} is not run.",
    ),
    "script_not_context": Message(
        "脚本任务的内容必须是 FEEL 上下文,例如 {{a: 1, b: a + 1}}。",
        "A script task must be a FEEL context such as {{a: 1, b: a + 1}}.",
    ),
    "foreign_language": Message(
        "只支持 FEEL 表达式,不支持 {language}。",
        "Expressions are FEEL; {language} is not supported.",
    ),
    "foreign_implementation": Message(
        "不支持 camunda:{attribute};服务任务用 type=external 和 topic。",
        "camunda:{attribute} is not supported; a service task has type=external and a topic.",
    ),
    "listener": Message(
        "不支持监听器、连接器和脚本参数。",
        "Listeners, connectors and script parameters are not supported.",
    ),
    "listener_left": Message(
        "监听器按设计者的选择留给别的引擎,在这里不运行。",
        "Its listener is left to another engine and does not run here, as a designer decided.",
        "warning",
    ),
    "ignored_extension": Message(
        "camunda:{tag} 在这里不起作用。", "camunda:{tag} has no effect here.", "warning"
    ),
    "ignored_attribute": Message(
        "camunda:{attribute} 不起作用。", "camunda:{attribute} has no effect.", "warning"
    ),
    "endless_loop": Message(
        "循环里没有能离开的网关,流程会无止境地运行。",
        "No gateway leads out of the loop; the process would run for ever.",
    ),
    "too_many_paths": Message(
        "并行分支层层相乘,同时可能有超过 {most} 条路径;请用子流程分开或合并分支。",
        "Parallel branches multiply to more than {most} paths; join them, or use sub-processes.",
    ),
}

_MEANING = {
    "bad_expression": Message("{what}写错了:{problem_zh}", "The {what_en} is wrong: {problem_en}"),
    "always_null": Message(
        "{what}得不出值:{problem_zh}", "The {what_en} gives nothing: {problem_en}", "warning"
    ),
    "unknown_variable": Message(
        "{what}第 {line} 行第 {column} 列:{problem_zh};到这里为止没有什么给出它。",
        "In the {what_en}, at {line}:{column}: {problem_en}; nothing that comes before gives it.",
    ),
    "unlikely_variable": Message(
        "{what}第 {line} 行第 {column} 列:{problem_zh}",
        "In the {what_en}, at {line}:{column}: {problem_en}",
        "warning",
    ),
    "unknown_member": Message(
        "{what}第 {line} 行第 {column} 列:{problem_zh}",
        "In the {what_en}, at {line}:{column}: {problem_en}",
    ),
    "unlikely_member": Message(
        "{what}第 {line} 行第 {column} 列:{problem_zh}",
        "In the {what_en}, at {line}:{column}: {problem_en}",
        "warning",
    ),
    "never_chosen": Message(
        "{what}第 {line} 行第 {column} 列:{problem_zh}",
        "In the {what_en}, at {line}:{column}: {problem_en}",
    ),
    "input_missing": Message(
        "被调用的流程需要变量“{name}”,这里没有传给它。",
        "The called process needs the variable “{name}”, which it is not given.",
    ),
    "bad_declaration": Message(
        "变量声明“{part}”写错了:应是名称,或“名称: 类型”(类型为 {kinds},或用 | 分开的取值)。",
        "The declaration “{part}” is wrong: it is a name, or “name: kind” (one of {kinds}, or "
        "values parted by |).",
    ),
    "double_equals": Message(
        "{what}里比较要用一个等号,不能用 ==。", "The {what_en} compares with one =, not with ==."
    ),
    "bad_timer": Message(
        "定时“{text}”不是正确的{form_zh}。", "The timer “{text}” is not a valid {form}."
    ),
    "no_timer": Message("定时事件没有写时间。", "The timer event says no time."),
    "bad_name": Message("“{name}”不能作变量名。", "“{name}” cannot be the name of a variable."),
    "no_called_process": Message("调用活动没有写被调用的流程。", "It calls no process."),
    "called_by_expression": Message(
        "被调用的流程必须写死,不能用表达式。", "The called process cannot be an expression."
    ),
    "unknown_process": Message("没有流程“{name}”。", "There is no process “{name}”."),
    "unknown_form": Message("没有表单“{name}”。", "There is no form “{name}”."),
    "unknown_page": Message("没有页面“{name}”。", "There is no page “{name}”."),
    "bad_form_key": Message("formKey 必须以 jc: 开头。", "A formKey must begin with jc:."),
    "no_form": Message("用户任务没有表单。", "The user task has no form.", "warning"),
    "no_decision": Message("业务规则任务没有写决策。", "It names no decision."),
    "unknown_decision": Message("没有决策“{name}”。", "There is no decision “{name}”."),
    "no_topic": Message(
        "服务任务必须写 camunda:type=external 和 topic。",
        "A service task needs camunda:type=external and a topic.",
    ),
    "unknown_service_task": Message("没有服务任务“{name}”。", "There is no service task “{name}”."),
    "service_input_missing": Message(
        "服务任务没有得到必需的“{name}”。",
        "The service task is not given “{name}”, which it needs.",
    ),
    "service_input_unknown": Message(
        "服务任务不认识“{name}”。", "The service task does not know “{name}”."
    ),
    "unknown_group": Message("没有岗位“{name}”。", "There is no post “{name}”."),
    "nobody_may": Message(
        "用户任务没有写候选岗位或办理人,谁也办不了。",
        "The user task has no candidate group or assignee: nobody could do it.",
    ),
    "unknown_element": Message(
        "jc:excludes 提到的元素“{name}”不存在。",
        "The element “{name}” in jc:excludes does not exist.",
    ),
    "bad_operation": Message(
        "jc:operations 里的“{name}”不是任务的操作。",
        "“{name}” in jc:operations is no operation of a user task.",
    ),
    "bad_stage": Message("没有阶段“{name}”。", "There is no stage “{name}”."),
    "bad_step": Message("步骤必须是 1 到 14。", "A step is a number from 1 to 14."),
    "bad_duty": Message("没有职责“{name}”。", "There is no duty “{name}”."),
    "duty_not_of_post": Message(
        "岗位“{name}”不承担职责“{duty}”。", "The post “{name}” does not have the duty “{duty}”."
    ),
}

MESSAGES = {**_STRUCTURE, **_CONSTRUCTS, **_MEANING}

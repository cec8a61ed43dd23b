"""What to do about findings in the structure of a diagram."""

DIAGRAMS = {
    "doctype": (
        "删去文件开头的 DOCTYPE 声明,或在编辑器里重新画。",
        "Delete the DOCTYPE at the beginning of the file, or draw it in the editor.",
    ),
    "too_large": (
        "把一部分步骤移到另一个流程,用调用活动调用它。",
        "Move some of the steps to another process and call that by a call activity.",
    ),
    "not_bpmn": (
        "请用流程设计器或 Camunda Modeler 保存的 BPMN 2.0 文件。",
        "Use a BPMN 2.0 file, saved by the process designer or the Camunda Modeler.",
    ),
    "too_many_elements": (
        "把一部分步骤移到另一个流程,用调用活动调用它。",
        "Move some of the steps to another process and call that by a call activity.",
    ),
    "too_deep": (
        "减少子流程的层数,把内层移到另一个流程。",
        "Nest fewer sub-processes: move the inner ones to another process.",
    ),
    "not_xml": (
        "文件损坏了:回到上一次保存的草稿,或重新导出。",
        "The file is damaged: go back to an earlier revision of the draft, or export it again.",
    ),
    "not_compiled": (
        "撤销最近的修改再检查;仍不行请把流程图发给系统管理员。",
        "Undo the last change and check again; if that does not help, give the diagram to your "
        "administrator.",
    ),
    "no_process": ("在流程属性里勾选“可执行”。", "Tick “executable” in the process's properties."),
    "process_id_differs": (
        "把流程编号改回原来的编号;要新流程请另建。",
        "Change the process id back; for a new process, create one.",
    ),
    "missing_id": ("给这个元素写一个编号。", "Give the element an id."),
    "duplicate_id": ("把其中一个元素的编号改掉。", "Change the id of one of the two elements."),
    "bad_id": (
        "改写编号,例如 review_application。",
        "Write another id, such as review_application.",
    ),
    "bad_process_id": (
        "改写流程编号,例如 health_check。",
        "Write another process id, such as health_check.",
    ),
    "too_long": (
        "缩短名称;详细说明写到文档说明里。",
        "Shorten the name; details belong into the documentation.",
    ),
    "dangling_flow": (
        "删掉这条连线,从一个元素重新拉到另一个元素。",
        "Delete the flow and draw it again from element to element.",
    ),
    "misplaced": (
        "把元素拖到流程的空白处,或重新画。",
        "Drag the element to the process itself, or draw it again.",
    ),
    "no_start": (
        "画一个开始事件,连到第一步。",
        "Draw a start event and lead it to the first step.",
    ),
    "implied_start": (
        "画一个开始事件,连到应当最先做的步骤。",
        "Draw a start event and lead it to what comes first.",
    ),
    "several_starts": (
        "只留一个开始事件,其余的连到它后面的网关。",
        "Keep one start event; lead the rest from a gateway behind it.",
    ),
    "start_trigger": (
        "把开始事件改成没有图标的普通开始事件;等待的条件放到它后面。",
        "Make it a plain start event and put what it waits for behind it.",
    ),
    "event_subprocess_start": (
        "在事件子流程里只画一个开始事件,并选择它的触发条件。",
        "Draw one start event in the event sub-process and choose its trigger.",
    ),
    "event_subprocess_connected": (
        "删掉连到事件子流程的线;它由自己的开始事件触发。",
        "Delete the flows to and from it: its own start event begins it.",
    ),
    "starts_diverge": (
        "把所有开始事件都连到同一个网关,再从网关分开。",
        "Lead all start events to one gateway and part behind that.",
    ),
    "start_entered": (
        "把进来的连线改接到开始事件后面的步骤。",
        "Lead the flow to the step behind the start event instead.",
    ),
    "end_left": (
        "后面还有步骤就删掉这个结束事件,否则删掉连线。",
        "Delete the end event if steps follow, else delete the flow.",
    ),
    "boundary_entered": (
        "把进来的连线改接到活动本身。",
        "Lead the flow to the activity that the event sits on.",
    ),
    "boundary_detached": (
        "把边界事件拖到一个活动的边上。",
        "Drag the boundary event to the edge of an activity.",
    ),
    "too_many_nodes": (
        "选出一段步骤,放进子流程或另一个流程。",
        "Put a part of the steps into a sub-process or another process.",
    ),
    "unreachable": (
        "从前面的步骤画一条连线到这里,或删掉这个元素。",
        "Draw a flow to it from an earlier step, or delete the element.",
    ),
    "implicit_end": (
        "在后面画一个结束事件,或连到下一步。",
        "Draw an end event behind it, or lead it to the next step.",
    ),
    "unnamed": ("给这一步写一个名称。", "Give the step a name."),
    "bad_default": (
        "在离开这个元素的连线里重新选一条默认流。",
        "Choose a default among the flows that leave the element.",
    ),
    "complex_gateway": (
        "写激活条件,或改用并行网关。",
        "Write an activation condition, or use a parallel gateway.",
    ),
    "ad_hoc_events": (
        "删掉其中的开始和结束事件。",
        "Delete the start and end events inside.",
    ),
    "ad_hoc_empty": (
        "放进至少一个活动,或删掉它。",
        "Put an activity into it, or delete it.",
    ),
    "gateway_direction": (
        "删掉文件里的 gatewayDirection,或改正连线。",
        "Delete gatewayDirection in the file, or correct the flows.",
    ),
    "two_loops": (
        "在属性里只选循环或多实例其中一种。",
        "Choose either the loop or the multi-instance in the properties.",
    ),
    "condition_ignored": (
        "删掉条件,或把网关改成排他网关或包容网关。",
        "Delete the condition, or use an exclusive or inclusive gateway.",
    ),
    "unsupported_element": (
        "换成支持的元素,例如用户任务或服务任务。",
        "Use an element that is supported, such as a user task or service task.",
    ),
    "mi_source": (
        "在多实例里填集合或次数,只填一个。",
        "Fill in either the collection or the number of the multi-instance.",
    ),
    "mi_data": (
        "在多实例里改填集合的变量名。",
        "Name a variable as the collection of the multi-instance instead.",
    ),
    "mi_too_large": (
        "把人数减到上限以内,或为每个对象启动一个流程。",
        "Stay below the limit, or start a process for each object.",
    ),
    "bad_number": ("填一个正整数,例如 3。", "Write a positive whole number, such as 3."),
    "loop_unbounded": (
        "写循环条件,或填最多次数。",
        "Write the loop's condition, or its maximum.",
    ),
    "no_condition": (
        "给这条连线写条件,或设为默认流。",
        "Write a condition on the flow, or make it the default.",
    ),
    "no_default": (
        "把其中一条连线设为默认流,或画一条新的默认流。",
        "Make one of the flows the default, or draw a new one that is.",
    ),
    "endless_loop": (
        "在循环里加一个排他网关,画一条离开的连线。",
        "Add an exclusive gateway to the loop with a flow that leads out.",
    ),
    "too_many_paths": (
        "在每层并行之后先用并行网关汇合,或放进子流程。",
        "Join each fork by a parallel gateway before the next, or use sub-processes.",
    ),
    "data_store": (
        "删掉数据关联,用服务任务读写。",
        "Delete the data association and use a service task.",
    ),
    "quantity": ("填 1 到 50 的整数,或删掉它。", "Write a number from 1 to 50, or delete it."),
}

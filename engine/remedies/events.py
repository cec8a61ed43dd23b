"""What to do about findings about events."""

EVENTS = {
    "must_interrupt": ("把边界事件改成中断的(实线)。", "Make the boundary event interrupting."),
    "compensation_handler": (
        "从补偿边界事件拉一条关联线到撤销它的活动,删掉顺序流。",
        "Draw an association from the event to the activity that undoes it; delete its flows.",
    ),
    "compensation_loose": (
        "删掉补偿活动的顺序流,只留关联线。",
        "Delete the flows of the compensation activity; keep its association.",
    ),
    "compensation_target": (
        "重新选择同一层里带补偿边界事件的活动,或留空。",
        "Choose an activity of the same scope that has a compensation event, or none.",
    ),
    "conditional_event": (
        "在属性里写条件;要启动流程请改用消息或定时。",
        "Write its condition; to start a process, use a message or timer.",
    ),
    "mi_behavior": (
        "删掉多实例行为,或选一个文件里有的事件。",
        "Delete the behaviour, or choose an event that the file defines.",
    ),
    "cycle_in_flow": (
        "改成时长(例如 P1D);要反复提醒请把定时事件放到活动的边上,并设为非中断。",
        "Write a duration such as P1D; to remind repeatedly, put the timer on the activity's edge "
        "and make it not interrupt.",
    ),
    "event_not_allowed": (
        "换一种这里支持的事件:消息、信号、定时。",
        "Use another kind of event here: message, signal or timer.",
    ),
    "boundary_without_event": (
        "用扳手图标给边界事件选一种触发条件。",
        "Choose what triggers the boundary event, by the spanner.",
    ),
    "catch_without_event": (
        "用扳手图标选择它等待什么。",
        "Choose what the event waits for, by the spanner.",
    ),
    "cancel_outside_transaction": (
        "改用错误事件或升级事件。",
        "Use an error or escalation event instead.",
    ),
    "unknown_event_definition": (
        "在属性里重新选择消息、信号或错误。",
        "Choose the message, signal or error again in the properties.",
    ),
    "event_reference": (
        "在属性里选择或新建消息、信号、错误或升级。",
        "Choose or create the message, signal, error or escalation in the properties.",
    ),
    "link_without_target": (
        "画一个同名的捕获链接事件,或改用连线。",
        "Draw a catching link event of the same name, or use a flow.",
    ),
    "link_name_twice": (
        "把其中一个链接改名。",
        "Rename one of the links.",
    ),
    "event_gateway_target": (
        "事件网关后面只接消息、信号、定时事件或接收任务。",
        "Put only message, signal or timer events, or receive tasks, behind the gateway.",
    ),
    "instantiate_not_first": (
        "在前面不要画元素,或取消“启动流程”。",
        "Draw nothing before it, or do not let it start the process.",
    ),
    "parallel_start": (
        "用一个事件启动,其余的画成后面的捕获事件。",
        "Start by one event and draw the others as catching events behind it.",
    ),
    "parallel_event_gateway": (
        "换成并行网关,后面接捕获事件。",
        "Use a parallel gateway with catching events behind it.",
    ),
    "correlation_subscription": (
        "删掉它,在消息事件的属性里填关联键。",
        "Delete it and fill in the correlation key of the message event.",
    ),
    "bad_timer": (
        "写成 P5D、PT2H、2026-03-20T17:00 或 FEEL 表达式。",
        "Write P5D, PT2H, 2026-03-20T17:00 or a FEEL expression.",
    ),
    "no_timer": ("在属性里填时间,例如 P5D。", "Fill in the time, such as P5D."),
}

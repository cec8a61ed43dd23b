"""What to do about findings in what a diagram says: expressions, references, properties."""

_VARIABLE = (
    "改成补全列表里有的变量,或在前面的步骤给出它。",
    "Use a variable from the list of completions, or let an earlier step give it.",
)
_MEMBER = (
    "改成补全列表里有的属性名。",
    "Use a member from the list of completions.",
)
_FEEL = (
    "按提示改正表达式;右边的说明列出可用的变量和函数。",
    "Correct the expression as it says; the completions list variables and functions.",
)

MEANING = {
    "bad_value": ("改成列出的值之一。", "Use one of the values listed."),
    "script_format": ("把脚本改写成 FEEL 上下文。", "Write the script as a FEEL context."),
    "script_not_context": (
        "写成 {名称: 表达式} 的形式。",
        "Write it as {name: expression}.",
    ),
    "foreign_language": ("把表达式改写成 FEEL。", "Write the expression in FEEL."),
    "foreign_implementation": (
        "删掉它,在属性里从列表选择服务任务。",
        "Delete it and choose a service task from the list.",
    ),
    "listener": (
        "要做的事画成服务任务;监听器可以删掉,也可以留着而不在这里运行。",
        "Draw what it does as a service task; take the listener away, "
        "or keep it without running it here.",
    ),
    "listener_left": (
        "它要做的事在这里若也需要,画成服务任务。",
        "If what it does is needed here too, draw it as a service task.",
    ),
    "ignored_attribute": (
        "不用改;留着也能发布,导出时原样带回。",
        "Nothing has to be changed: it is kept, and goes out again as it came.",
    ),
    "ignored_extension": (
        "要填写的内容画成表单并在属性里选择;它可以留着,导出时原样带回。",
        "Draw what is to be filled in as a form and choose it; this is kept, and goes out again.",
    ),
    "bad_expression": _FEEL,
    "always_null": _FEEL,
    "unknown_variable": _VARIABLE,
    "unlikely_variable": _VARIABLE,
    "unknown_member": _MEMBER,
    "unlikely_member": _MEMBER,
    "never_chosen": (
        "改成表单选项或决策输出里有的值。",
        "Use a value that the form or decision can give.",
    ),
    "input_missing": (
        "在调用活动的输入里加上这个变量。",
        "Add the variable to the inputs of the call activity.",
    ),
    "bad_declaration": (
        "写成 名称 或 名称: 类型。",
        "Write a name, or name: kind.",
    ),
    "double_equals": ("把 == 改成 =。", "Write = in place of ==."),
    "bad_name": (
        "换一个名称:字母开头,只用字母、数字、下划线。",
        "Use another name: letters, digits and underscores, a letter first.",
    ),
    "no_called_process": ("在属性里选择被调用的流程。", "Choose the process to call."),
    "called_by_expression": (
        "从列表选择流程;几个之中选一个请用网关分开调用。",
        "Choose a process from the list; to call one of several, part them by a gateway.",
    ),
    "unknown_process": (
        "从列表选择流程,或先新建这个流程一起发布。",
        "Choose a process from the list, or create it and publish both together.",
    ),
    "unknown_form": (
        "从列表选择表单,或先新建这个表单一起发布。",
        "Choose a form from the list, or create it and publish both together.",
    ),
    "unknown_page": ("从列表选择页面或表单。", "Choose a page or form from the list."),
    "bad_form_key": ("在属性里从列表选择表单。", "Choose the form from the list."),
    "no_form": ("在属性里选择表单。", "Choose a form in the properties."),
    "no_decision": ("在属性里选择决策表。", "Choose a decision in the properties."),
    "unknown_decision": (
        "从列表选择决策表,或先新建它一起发布。",
        "Choose a decision from the list, or create it and publish both together.",
    ),
    "no_topic": ("在属性里从列表选择服务任务。", "Choose a service task from the list."),
    "unknown_service_task": (
        "从列表选择服务任务;新的服务任务要由开发者加入。",
        "Choose a service task from the list; developers add new ones.",
    ),
    "service_input_missing": (
        "在属性的“自动办理”里填写它。",
        "Fill it in under “What it does” in the properties.",
    ),
    "service_input_unknown": (
        "删掉它,或改成这个服务任务有的参数。",
        "Take it away, or name one of the service task's own.",
    ),
    "unknown_group": (
        "从列表选择岗位,或先在岗位表里加上它一起发布。",
        "Choose a post from the list, or add it to the posts and publish both together.",
    ),
    "nobody_may": (
        "在属性里选择候选岗位,或写办理人。",
        "Choose a post in the properties, or write an assignee.",
    ),
    "unknown_element": (
        "改成存在的元素编号,或从 jc:excludes 里删掉。",
        "Name an element that exists, or take it out of jc:excludes.",
    ),
    "bad_operation": (
        "只能写 claim(认领)、unclaim(退回认领);只许办结时单独写 none;全部允许时删掉这一项。",
        "Write claim and unclaim only; none alone where it can but be completed; "
        "take the property away to allow all.",
    ),
    "bad_stage": ("从列表选择阶段。", "Choose a stage from the list."),
    "bad_step": ("填 1 到 14。", "Write a number from 1 to 14."),
    "bad_duty": ("从列表选择职责。", "Choose a duty from the list."),
    "duty_not_of_post": (
        "换一个岗位,或在岗位表里给它加上这项职责。",
        "Choose another post, or give it the duty in the table of posts.",
    ),
    "syntax": _FEEL,
}

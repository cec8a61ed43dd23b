"""What to do about findings in decision tables."""

_CIRCLE = ("删掉其中一条依赖。", "Delete one of the requirements.")
_FILE = (
    "用决策编辑器重新保存,或换一个 DMN 文件。",
    "Save it again in the decision editor, or use another DMN file.",
)
_VALUE = (
    "改正单元格,或在列头里加上允许的值。",
    "Correct the cell, or add the value to those the column allows.",
)

DECISIONS = {
    "dmn_too_large": ("把表拆成几个决策。", "Part the table into several decisions."),
    "dmn_doctype": ("删去文件开头的 DOCTYPE 声明。", "Delete the DOCTYPE of the file."),
    "dmn_no_dmn": _FILE,
    "dmn_no_xml": _FILE,
    "dmn_too_deep": ("减少嵌套的层数。", "Nest less deeply."),
    "dmn_hit_policy": ("从列表选择命中策略。", "Choose a hit policy from the list."),
    "dmn_aggregation": ("从列表选择聚合方式。", "Choose an aggregation from the list."),
    "dmn_aggregated_outputs": (
        "只留一个输出列,或去掉聚合方式。",
        "Keep one output, or drop the aggregation.",
    ),
    "dmn_no_output": ("加一个输出列。", "Add an output column."),
    "dmn_cells": ("补齐或删去这一行的单元格。", "Fill up or delete cells of the row."),
    "dmn_language": ("把表达式改写成 FEEL。", "Write the expression in FEEL."),
    "dmn_type": ("从列表选择类型。", "Choose a type from the list."),
    "dmn_logic": (
        "改用决策表、文字表达式或上下文。",
        "Use a table, a literal expression or a context.",
    ),
    "dmn_external": ("改写成 FEEL 函数。", "Write a FEEL function."),
    "dmn_no_logic": (
        "给决策加一张决策表,或删掉它。",
        "Give the decision a table, or delete it.",
    ),
    "dmn_same_id": ("改掉其中一个决策的编号。", "Change one of the two ids."),
    "dmn_requirement": (
        "重新连线,或加上缺少的元素。",
        "Draw the requirement again, or add what is missing.",
    ),
    "dmn_cycle": _CIRCLE,
    "dmn_import": (
        "把被引入的文件也放进这次发布。",
        "Publish the imported file with it.",
    ),
    "dmn_import_type": ("删掉这个引入。", "Delete the import."),
    "dmn_import_cycle": _CIRCLE,
    "dmn_import_wrong": ("先改正被引入的文件。", "Correct the imported file first."),
    "dmn_depth": ("合并或拆开决策,减少依赖。", "Join or part decisions, so that fewer depend."),
    "dmn_service_output": ("给决策服务指定输出决策。", "Name an output decision of the service."),
    "dmn_overlap": (
        "收窄其中一行的条件,或把命中策略改成“首个”或“优先”。",
        "Narrow one of the rows, or use the hit policy FIRST or PRIORITY.",
    ),
    "dmn_gap": (
        "加一行覆盖这种情况,或给输出写默认值。",
        "Add a row for the case, or a default for the output.",
    ),
    "dmn_no_default": (
        "加一行条件为“-”的规则,或给输出写默认值。",
        "Add a row with “-”, or a default for the output.",
    ),
    "dmn_default_missing": ("给每个输出都写默认值。", "Give every output a default."),
    "dmn_shadowed": ("删掉这一行,或把它移到前面。", "Delete the row, or move it up."),
    "dmn_never": ("改正这一行的条件,或删掉它。", "Correct the row's conditions, or delete it."),
    "dmn_same_row": ("改掉其中一行的编号。", "Change the id of one of the rows."),
    "dmn_duplicate": ("删掉其中一行。", "Delete one of the rows."),
    "dmn_unreachable_output": (
        "加一行给出它,或从允许的值里删掉。",
        "Add a row that gives it, or take it out of the allowed values.",
    ),
    "dmn_cell_type": _VALUE,
    "dmn_output_value": _VALUE,
    "dmn_unknown_name": (
        "改成输入列的名称,文字要加引号。",
        "Use the name of an input; put text into quotes.",
    ),
    "dmn_too_large_to_check": (
        "把表拆成几个较小的表,或自己核对重叠与遗漏。",
        "Part it into smaller tables, or check overlaps and gaps yourself.",
    ),
    "dmn_expression": ("按提示的行列改正表达式。", "Correct the expression at the place named."),
    "decision_id_differs": (
        "把决策的编号改回原来的编号。",
        "Change the decision's id back to what it was.",
    ),
}

"""What to do about findings about definitions as a whole, and about sets of them."""

SETS = {
    "bad_kind": ("改成已有的种类。", "Use a kind that exists."),
    "bad_key": ("改名,例如 health_check。", "Rename it, such as health_check."),
    "bad_size": ("写入内容,或拆成几份。", "Write something, or part it into several."),
    "defined_twice": ("删掉其中一份。", "Delete one of the two."),
    "turned_text": (
        "删掉那段文字,重新输入,不要从别处粘贴。",
        "Delete the text and type it anew instead of pasting it.",
    ),
    "industry_stays": (
        "该行业的职业也要这样做的,打开行业的定义,点“为本机构定制”,在那一份上改。",
        "If the industry's occupations are to do so too, open the industry's definition, choose"
        " “Customise for us”, and make the change there.",
    ),
    "not_from_industry": (
        "放弃这份草稿,打开行业的定义,点“为本机构定制”,在那一份上重新改。",
        "Throw this draft away, open the industry's definition, choose “Customise for us”, and"
        " make the change there.",
    ),
    "industry_replaced": (
        "只想用于该行业的,打开行业的定义,点“为本机构定制”;否则确认其他职业也适用。",
        "If it is for the industry only, open the industry's definition and choose “Customise for"
        " us”; else make sure that it suits the others.",
    ),
    "own_for_industry": (
        "该行业也要这样做的,打开那一份,作同样的改动。",
        "If that industry is to do so too, open its definition and make the same change.",
    ),
    "industry_takes_over": (
        "告诉该机构的设计者:仍需要的改动,要在行业的定义上重新定制。",
        "Tell the designers of that organisation: what they still need is to be made anew from the"
        " industry's definition.",
    ),
    "occupation_claimed": (
        "从其中一个行业的职业清单(industry.json)里去掉这个职业。",
        "Take the occupation out of the list of one of the industries (industry.json).",
    ),
    "mandatory_changed": (
        "改回原来调用的流程;要改内容的,定制被调用的流程。",
        "Call the process it called before; to change what happens, customise that process.",
    ),
    "bad_vocabulary": (
        "在词语表里改正所指的那一行。",
        "Put the row that is named right in the table of terms.",
    ),
    "package_moved": (
        "打开这个定义,和产品自带的新版本比较,把需要的改动并进来。",
        "Open the definition, compare it with the one that comes with the product and take over"
        " what you need.",
    ),
    "outer_moved": (
        "点“跟进上级”,把上级的改动并进来。",
        "Choose “Follow the outer scope” and take its changes over.",
    ),
    "mandatory_removed": (
        "把它从上层恢复回来。",
        "Restore it from the outer definition.",
    ),
    "mandatory_unmarked": (
        "重新标为“必经”。",
        "Mark it as mandatory again.",
    ),
    "not_json": ("在编辑器里重新保存。", "Save it again in the editor."),
    "decision_twice": ("改掉其中一个决策的编号。", "Change the id of one of the decisions."),
    "process_twice": ("改掉其中一个流程的编号。", "Change the id of one of the processes."),
    "recursive_call": (
        "确认它总会结束,否则改掉调用。",
        "Make sure that it ends, or change the call.",
    ),
    "bad_weights": (
        "按提示改正比重表的这一行。",
        "Correct the row of the table of weights.",
    ),
    "weight_named_twice": ("改名或删掉其中一行。", "Rename or delete one of the rows."),
    "weights_do_not_add_up": (
        "对照标准核对每一行的比重。",
        "Compare the weight of each row with the standard.",
    ),
    "bad_posts": ("在岗位表里改正这一行。", "Correct the row in the table of posts."),
    "left_behind": (
        "到这个范围里改正后再发布;在此之前它用原来的版本。",
        "Correct and publish that scope; until then it keeps its versions.",
    ),
    "not_yaml": ("按提示的行改正 YAML。", "Correct the YAML at the line named."),
    "id_taken": ("换一个编号。", "Choose another id."),
    "yaml_key_twice": ("删掉其中一行,或改名。", "Delete or rename one of the two lines."),
    "yaml_alias": (
        "删掉 YAML 里的锚点和别名,把内容写出来。",
        "Delete the anchors and aliases of the YAML and write the content out.",
    ),
    "not_text": ("以 UTF-8 文本保存后再试。", "Save it as UTF-8 text and try again."),
    "bad_manifest": (
        "重新导出这个范围,或改正 scope.json。",
        "Export the scope again, or correct its manifest.",
    ),
    "unknown_place": (
        "把文件移到导出时的位置,或从压缩包里删掉。",
        "Move the file to where an export puts it, or take it out.",
    ),
    "bad_scenario": ("按说明改正这个场景。", "Correct the scenario as it says."),
    "scenario_twice": ("给其中一个场景改名。", "Rename one of the scenarios."),
    "uncovered": (
        "为它加一个走到这里的场景。",
        "Add a scenario that goes there.",
    ),
}

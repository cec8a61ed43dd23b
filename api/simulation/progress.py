"""What a simulation shows on the terminal: a bar of the 14 steps, then a table."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from api.simulation.demo import Staff
from api.simulation.report import Conclusion, Report
from tasks.posts import packaged_posts

STEPS = (
    "确定鉴定项目和标准",
    "发布通知",
    "报名审核",
    "制定鉴定计划",
    "准备鉴定资源",
    "组织考前培训",
    "考评人员安排",
    "考生签到入场",
    "实施鉴定",
    "考评打分",
    "成绩汇总与审核",
    "公布成绩",
    "颁发证书",
    "资料归档",
)
OUTCOMES = {
    "certified": "获证",
    "resit": "可补考",
    "failed": "不合格",
    "absent": "缺考",
    "void": "成绩无效",
    "held": "暂缓发证",
    "rejected": "审核未通过",
    "withdrawn": "放弃",
    "cancelled": "取消",
}


class StepBar:
    """The furthest step that somebody has worked in, of 14."""

    def __init__(self, progress: Progress, title: str) -> None:
        self._progress = progress
        self._bar = progress.add_task(title, total=len(STEPS), step="", tasks=0)
        self._step = 0
        self._tasks = 0

    def told(self, user_task: Mapping[str, Any]) -> None:
        """Take note of a completed user task."""
        self._tasks += 1
        # The thesis of step 9 is handed in long before the exam, the training has no stage.
        step = int(user_task.get("step") or 0)
        if step == self._step + 1 or (step > self._step and self._step >= 3 and step != 9):
            self._step = step
        self._progress.update(
            self._bar,
            completed=max(self._step - 1, 0),
            step=STEPS[max(self._step, 1) - 1],
            tasks=self._tasks,
        )

    def finished(self, steps: int = len(STEPS), text: str = "已归档") -> None:
        """So many steps are done."""
        self._progress.update(self._bar, completed=steps, step=text)


@contextmanager
def step_bar(console: Console, title: str) -> Iterator[StepBar]:
    """Show a bar while a batch is worked."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TextColumn("{task.fields[step]}"),
        TextColumn("· 已办任务 {task.fields[tasks]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield StepBar(progress, title)


def show_problems(console: Console, problems: Sequence[Mapping[str, Any]]) -> None:
    """Show the check table of the first roster."""
    if problems:
        table = Table("行", "列", "问题", title="名册第一次检查(问题行未导入)")
        for one in problems:
            table.add_row(str(one["row"]), str(one["column"]), str(one["message"]))
        console.print(table)


def show_report(console: Console, report: Report) -> None:
    """Show who ended how and by which rows, and where the papers lie."""
    table = Table("编号", "姓名", "应为", "结果", "依据(决策表行)", title="鉴定结果")
    for one in report.conclusions:
        style = "" if one.as_intended else "bold red"
        # Several subjects may pass by the same row.
        rows = " ".join(dict.fromkeys(one.rows))
        table.add_row(one.id, one.name, *_outcomes(one), rows, style=style)
    console.print(table)
    counted = Counter(one.outcome for one in report.conclusions)
    summary = "、".join(f"{OUTCOMES.get(key, key)} {n}" for key, n in counted.most_common())
    console.print(f"共 {len(report.conclusions)} 人:{summary}", highlight=False, soft_wrap=True)
    if report.certificates:
        console.print(f"证书 {len(report.certificates)} 份:{report.certificates[0].parent}")
    console.print(f"档案:{report.archive}")
    console.print(
        f"流程实例 {report.process_instances} 个,用户任务 {report.user_tasks} 个,"
        f"用时 {report.seconds:.0f} 秒"
    )


def show_links(console: Console, staff: Sequence[Staff], address: str) -> None:
    """Show a link for each post that signs one person in once."""
    console.print(f"\n打开 {address} ;各岗位的一次性登录链接(三天内有效):", highlight=False)
    shown: set[str] = set()
    for one in staff:
        new = [post for post in one.posts if post not in shown]
        if new:
            shown.update(new)
            posts = "、".join(packaged_posts().post_name(post) for post in new)
            # Never wrapped nor cut: terminals make whole lines clickable.
            line = f"{_wide(posts, 16)}{_wide(one.name, 12)}{address}/sign-in/{one.links[0]}"
            console.print(line, highlight=False, markup=False, soft_wrap=True)


def _wide(text: str, width: int) -> str:
    return text + " " * max(width - cell_len(text), 1)


def _outcomes(one: Conclusion) -> tuple[str, str]:
    return OUTCOMES.get(one.intended, one.intended), OUTCOMES.get(one.outcome, one.outcome)

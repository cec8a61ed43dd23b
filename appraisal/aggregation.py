"""Points: how marks become the points of a subject, in Decimal and rounded half up."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from statistics import median

from appraisal.errors import AppraisalError

FULL_POINTS = Decimal(100)
TENTH = Decimal("0.1")


class IncompleteMarks(AppraisalError):
    """Marks are missing, so no points can be given."""


class WrongWeights(AppraisalError):
    """The weights of the tasks do not sum to 100."""


class PointsOutOfRange(AppraisalError):
    """A mark lies below zero or above what its criterion allows."""


class AggregationMethod(StrEnum):
    """How the independent marks of a panel become one mark; the scheme chooses."""

    MEAN = "mean"
    MEDIAN = "median"
    DROP_EXTREMES = "drop_extremes"


class VetoEffect(StrEnum):
    """What a veto item (否定项) does; raw marks stay as given in every case.

    All but `RECORD` fail the subject. `STOP` also ends the candidate's practical exam at once:
    what was not shown by then has no points. `RECORD` only keeps the fact.
    """

    FAIL = "fail"
    TASK_ZERO = "task_zero"
    SUBJECT_ZERO = "subject_zero"
    STOP = "stop"
    RECORD = "record"


def half_up(value: Decimal) -> Decimal:
    """Round half up to one decimal place, as mark sheets do: 59.45 becomes 59.5."""
    return value.quantize(TENTH, rounding=ROUND_HALF_UP)


def mean(points: Sequence[Decimal]) -> Decimal:
    """Arithmetic mean, not rounded."""
    if not points:
        raise IncompleteMarks("no marks to average")
    return sum(points, Decimal(0)) / len(points)


def spread(points: Sequence[Decimal]) -> Decimal:
    """Distance between the highest and the lowest mark (极差); 0 for a single mark."""
    if not points:
        raise IncompleteMarks("no marks to compare")
    return max(points) - min(points)


# Fewer marks than this are averaged where no table says otherwise: one or two remaining marks
# would decide alone.
DROP_MINIMUM = 5


def aggregate(
    points: Sequence[Decimal], method: AggregationMethod, *, minimum: int = DROP_MINIMUM
) -> Decimal:
    """One mark from the independent marks of a panel, rounded half up to one decimal.

    Dropping the highest and the lowest needs `minimum` marks, three at least; with fewer the mean
    holds.

    Source: canteen_dish_contest score sheet (去掉一个最高分和一个最低分后取平均);
    深圳 中式烹调师 V2018.3 (independent marks, mean).
    """
    if not points:
        raise IncompleteMarks("no marks to aggregate")
    if method is AggregationMethod.MEDIAN:
        return half_up(median(sorted(points)))
    if method is AggregationMethod.DROP_EXTREMES and len(points) >= max(minimum, 3):
        return half_up(mean(sorted(points)[1:-1]))
    return half_up(mean(points))


@dataclass(frozen=True)
class TaskPoints:
    """One practical task of one candidate: raw points, full raw points, weight of 100.

    `effects` are those of the veto items that were met, where a table decided them one by one.
    """

    points: Decimal
    full: Decimal
    weight: Decimal
    vetoed: bool = False
    effects: frozenset[VetoEffect] = frozenset()


def practical_points(
    tasks: Sequence[TaskPoints], veto_effect: VetoEffect = VetoEffect.FAIL
) -> Decimal:
    """Weighted practical points of 100 of one candidate, rounded half up to one decimal.

    Each task counts `points / full * weight`; the weights sum to 100. A vetoed task keeps its raw
    points here and is zero only where the scheme says so: a veto alone means 不合格, decided later
    by the pass rule.

    Raises:
        WrongWeights: The weights do not sum to 100.
        PointsOutOfRange: A task has less than zero or more than full points.

    Source: 总成绩表 of the practical score sheet (配分, 得分, 权重, 最后得分).
    """
    if sum((task.weight for task in tasks), Decimal(0)) != FULL_POINTS:
        raise WrongWeights("task weights must sum to 100")
    for task in tasks:
        if not 0 <= task.points <= task.full:
            raise PointsOutOfRange(f"{task.points} is not within 0 and {task.full}")
    effects = [task.effects or ({veto_effect} if task.vetoed else set()) for task in tasks]
    if any(VetoEffect.SUBJECT_ZERO in of_task for of_task in effects):
        return half_up(Decimal(0))
    counted = [
        task.points / task.full * task.weight
        for task, of_task in zip(tasks, effects, strict=True)
        if VetoEffect.TASK_ZERO not in of_task
    ]
    return half_up(sum(counted, Decimal(0)))


def third_mark_points(first: Decimal, second: Decimal, third: Decimal) -> Decimal:
    """Points after a third marking: the mean of the third mark and the nearer of the first two.

    When both lie equally far the mean of all three holds, so that neither marker is preferred.
    Rounded half up to one decimal.

    Source: double marking with a third on a wide difference, as the issue's step 10 asks; the
    choice of the nearer mark is this product's, a scheme may ask for 合议 instead (table D11).
    """
    to_first, to_second = abs(third - first), abs(third - second)
    if to_first == to_second:
        return half_up(mean([first, second, third]))
    return half_up(mean([third, first if to_first < to_second else second]))


THESIS_FULL = Decimal(40)
DEFENCE_FULL = Decimal(60)


def review_points(
    thesis: Sequence[Decimal],
    defence: Sequence[Decimal],
    method: AggregationMethod,
    *,
    minimum: int = DROP_MINIMUM,
) -> Decimal:
    """Points of 100 of the comprehensive review: thesis of 40 plus defence of 60.

    Each part is aggregated over at least three reviewers, an odd number, and rounded before the
    sum, so that the points are the sum of the two parts as they are printed.

    Raises:
        IncompleteMarks: Fewer than three reviewers or an even number marked a part.

    Source: score sheet thesis_defence (论文分 40 + 答辩分 60, 各由3名专家评, 取平均);
    保育师 2021 §1.9.3 (综合评审 ≥3 人且为单数).
    """
    for part, full in ((thesis, THESIS_FULL), (defence, DEFENCE_FULL)):
        if not is_panel_size(len(part)):
            raise IncompleteMarks(f"{len(part)} reviewers marked, an odd number from 3 is needed")
        if any(not 0 <= points <= full for points in part):
            raise PointsOutOfRange(f"a part allows 0 to {full} points")
    parts = (aggregate(part, method, minimum=minimum) for part in (thesis, defence))
    return half_up(sum(parts, Decimal(0)))


def is_panel_size(count: int) -> bool:
    """Whether so many assessors may judge: three or more and odd.

    Source: 保育师 2021 §1.9.3 (考评人员 ≥3 人且为单数).
    """
    return count >= 3 and count % 2 == 1

"""Score sheets (评分表): criteria with full points and veto items, and the marks given on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from appraisal.aggregation import FULL_POINTS, PointsOutOfRange, TaskPoints, VetoEffect
from appraisal.errors import AppraisalError

HALF_POINT = Decimal("0.5")
VETO_KINDS = ("general", "safety", "key_skill", "quality")


class InvalidScoreSheet(AppraisalError):
    """A score sheet cannot be marked on: weights, points or keys are wrong."""


class UnknownCriterion(AppraisalError):
    """Marks name a criterion, task or veto item that the score sheet does not have."""


class MissingCriterion(AppraisalError):
    """A criterion of the score sheet has no mark."""


@dataclass(frozen=True)
class Criterion:
    """One row of a score sheet: what is judged, full points and how points are taken off."""

    key: str
    name: str
    full: Decimal
    rule: str = ""
    new_technique: bool = False


@dataclass(frozen=True)
class VetoItem:
    """A fact that fails the candidate whatever the points (★否定项).

    `kind` (`safety`, `key_skill`, `quality`, `general`) is what the table of effects goes by.
    """

    key: str
    fact: str
    kind: str = VETO_KINDS[0]


@dataclass(frozen=True)
class SheetTask:
    """One task of a score sheet with its weight of 100."""

    key: str
    name: str
    weight: Decimal
    criteria: tuple[Criterion, ...]
    vetoes: tuple[VetoItem, ...] = ()
    minutes: int | None = None

    @property
    def full(self) -> Decimal:
        """Full raw points: the sum over the criteria."""
        return sum((criterion.full for criterion in self.criteria), Decimal(0))


@dataclass(frozen=True)
class ScoreSheet:
    """A score sheet of one subject; criterion and veto keys are unique in the whole sheet."""

    key: str
    name: str
    tasks: tuple[SheetTask, ...]
    step: Decimal = HALF_POINT

    @property
    def criteria(self) -> dict[str, Criterion]:
        """Every criterion by key, in the order of the sheet."""
        return {criterion.key: criterion for task in self.tasks for criterion in task.criteria}

    @property
    def vetoes(self) -> dict[str, VetoItem]:
        """Every veto item by key, in the order of the sheet."""
        return {veto.key: veto for task in self.tasks for veto in task.vetoes}

    def rows(self) -> list[dict[str, Any]]:
        """What a scoring form shows: one row a criterion with task, full points and rule."""
        return [
            {
                "criterion": criterion.key,
                "task": task.name,
                "name": criterion.name,
                "full": _number(criterion.full),
                "rule": criterion.rule,
            }
            for task in self.tasks
            for criterion in task.criteria
        ]


@dataclass(frozen=True)
class SheetMarks:
    """Marks on a score sheet: points by criterion and the veto items that were met.

    `effects` says what each of those does, where a table decided it.
    """

    points: Mapping[str, Decimal]
    vetoes: tuple[str, ...] = ()
    effects: Mapping[str, VetoEffect] = field(default_factory=dict)

    @property
    def stopped(self) -> bool:
        """Whether the exam was stopped, so that criteria may be left without points."""
        return VetoEffect.STOP in self.effects.values()


def parse_score_sheet(content: Mapping[str, Any]) -> ScoreSheet:
    """Read a score sheet from its JSON object.

    Raises:
        InvalidScoreSheet: Weights do not sum to 100, a key stands twice, or points are not above 0.
    """
    try:
        tasks = tuple(_parse_task(task) for task in content["tasks"])
        sheet = ScoreSheet(
            str(content["key"]), str(content["name"]), tasks, _decimal(content.get("step", "0.5"))
        )
    except (KeyError, TypeError, InvalidOperation) as error:
        raise InvalidScoreSheet(f"score sheet {content.get('key')}: {error!r}") from error
    _check_sheet(sheet)
    return sheet


def check_marks(sheet: ScoreSheet, marks: SheetMarks) -> None:
    """Refuse marks that the sheet does not allow.

    Raises:
        UnknownCriterion, MissingCriterion, PointsOutOfRange: What is wrong, with the key.
    """
    criteria = sheet.criteria
    if unknown := [key for key in marks.points if key not in criteria]:
        raise UnknownCriterion(", ".join(unknown))
    if unknown := [key for key in marks.vetoes if key not in sheet.vetoes]:
        raise UnknownCriterion(", ".join(unknown))
    missing = [key for key in criteria if key not in marks.points]
    if missing and not marks.stopped:
        raise MissingCriterion(", ".join(missing))
    for key, points in marks.points.items():
        full = criteria[key].full
        if not 0 <= points <= full or points % sheet.step:
            raise PointsOutOfRange(f"{key}: {points} is not within 0 and {full} by {sheet.step}")


def task_points(sheet: ScoreSheet, marks: SheetMarks) -> list[TaskPoints]:
    """Raw points, full points, weight and veto of each task, from checked marks."""
    check_marks(sheet, marks)
    return [
        TaskPoints(
            points=sum(
                (marks.points.get(criterion.key, Decimal(0)) for criterion in task.criteria),
                Decimal(0),
            ),
            full=task.full,
            weight=task.weight,
            vetoed=any(veto.key in marks.vetoes for veto in task.vetoes),
            effects=frozenset(
                marks.effects[veto.key] for veto in task.vetoes if veto.key in marks.effects
            ),
        )
        for task in sheet.tasks
    ]


def parse_marks(rows: Sequence[Mapping[str, Any]], vetoes: Sequence[str] = ()) -> SheetMarks:
    """Read the answer of a scoring form: rows of criterion and points, ticked veto items.

    Raises:
        PointsOutOfRange: A value is no number, or a criterion stands twice.
    """
    points: dict[str, Decimal] = {}
    for row in rows:
        key = str(row.get("criterion", ""))
        if key in points:
            raise PointsOutOfRange(f"{key}: marked twice")
        points[key] = _points(key, row.get("points"))
    return SheetMarks(points, tuple(vetoes))


def _points(key: str, value: object) -> Decimal:
    try:
        points = _decimal(value)
    except (InvalidOperation, TypeError) as error:
        raise PointsOutOfRange(f"{key}: {value!r} is not a number") from error
    if not points.is_finite():
        raise PointsOutOfRange(f"{key}: {value!r} is not a number")
    return points


def _parse_task(content: Mapping[str, Any]) -> SheetTask:
    return SheetTask(
        key=str(content["key"]),
        name=str(content["name"]),
        weight=_decimal(content["weight"]),
        criteria=tuple(
            Criterion(
                key=str(row["key"]),
                name=str(row["name"]),
                full=_decimal(row["points"]),
                rule=str(row.get("rule", "")),
                new_technique=bool(row.get("newTechnique", False)),
            )
            for row in content["criteria"]
        ),
        vetoes=tuple(
            VetoItem(str(row["key"]), str(row["fact"]), str(row.get("kind", VETO_KINDS[0])))
            for row in content.get("veto", ())
        ),
        minutes=content.get("minutes"),
    )


def _check_sheet(sheet: ScoreSheet) -> None:
    if sum((task.weight for task in sheet.tasks), Decimal(0)) != FULL_POINTS:
        raise InvalidScoreSheet(f"{sheet.key}: task weights must sum to 100")
    keys = [criterion.key for task in sheet.tasks for criterion in task.criteria]
    keys += [veto.key for task in sheet.tasks for veto in task.vetoes]
    if len(keys) != len(set(keys)):
        raise InvalidScoreSheet(f"{sheet.key}: a key stands twice")
    if any(criterion.full <= 0 for criterion in sheet.criteria.values()):
        raise InvalidScoreSheet(f"{sheet.key}: full points must be above 0")
    if unknown := {veto.kind for veto in sheet.vetoes.values()} - {*VETO_KINDS}:
        raise InvalidScoreSheet(f"{sheet.key}: unknown kind of veto item {sorted(unknown)}")
    if any(not task.criteria for task in sheet.tasks) or sheet.step <= 0:
        raise InvalidScoreSheet(f"{sheet.key}: a task has no criteria or the step is not above 0")


def _decimal(value: object) -> Decimal:
    # Through text, so that a float of JSON keeps the digits that were written.
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise TypeError(f"{value!r} is not a number")
    return Decimal(str(value))


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)

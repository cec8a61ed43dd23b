"""What the simulated people know: the facts they can observe, and what they have noted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from appraisal.aggregation import AggregationMethod, aggregate, review_points, third_mark_points
from appraisal.demo_roster import DemoCandidate, ExamFacts
from appraisal.irregularities import Sanction, sanctioned_points

# Nobody who comes later than this is let in; the chief invigilator sees who sits.
LAST_ENTRY_MINUTES = 30


@dataclass(frozen=True)
class Examinee:
    """One person of the roster as the world sees them, without how it should end."""

    id: str
    name: str
    id_number: str
    occupation: str
    row: Mapping[str, str]
    attached: tuple[str, ...]
    facts: ExamFacts
    first_id_number: str = ""
    repeated: bool = False

    @classmethod
    def of(cls, candidate: DemoCandidate) -> "Examinee":
        """Take from the roster what can be observed."""
        return cls(
            candidate.id,
            candidate.name,
            candidate.id_number,
            candidate.occupation,
            candidate.row,
            candidate.attached,
            candidate.facts,
            candidate.first_id_number,
            candidate.repeated,
        )


@dataclass(frozen=True)
class GivenMark:
    """A mark that somebody gave: part is the subject, or thesis or defence."""

    marker: str
    points: Decimal


@dataclass
class Scene:
    """What is known of one batch: who is who by the numbers the application gave."""

    examinees: list[Examinee]
    number: str = ""
    enrolments: dict[str, Examinee] = field(default_factory=dict)
    admissions: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    inside: dict[str, set[str]] = field(default_factory=dict)
    supplements_asked: set[str] = field(default_factory=set)
    marks: dict[tuple[str, str], list[GivenMark]] = field(default_factory=dict)
    sanctions: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    acts_done: set[tuple[str, str]] = field(default_factory=set)
    roster_problems: list[Mapping[str, object]] = field(default_factory=list)

    def facts(self, enrolment: str) -> ExamFacts:
        """What is true of the person of an enrolment."""
        return self.enrolments[enrolment].facts

    def learn_admissions(self, rows: Iterable[Mapping[str, object]]) -> None:
        """Note the admission numbers from a list of enrolments."""
        for row in rows:
            if row.get("admissionNumber"):
                self.admissions[str(row["admissionNumber"])] = str(row["number"])

    def note_mark(self, enrolment: str, part: str, marker: str, points: Decimal) -> None:
        """Note a mark; who marks again replaces the own one."""
        given = self.marks.setdefault((enrolment, part), [])
        new = GivenMark(marker, points)
        places = [place for place, mark in enumerate(given) if mark.marker == marker and marker]
        if places:
            given[places[0]] = new
        else:
            given.append(new)

    def next_points(self, enrolment: str, part: str) -> Decimal:
        """What the next marker finds the work worth; further ones agree with the last."""
        facts = self.facts(enrolment)
        series = {
            "theory": facts.theory,
            "practical": facts.practical,
            "thesis": facts.thesis,
            "defence": facts.defence,
        }[part]
        place = len(self.marks.get((enrolment, part), []))
        return Decimal(series[min(place, len(series) - 1)])

    def settled_points(self, enrolment: str, subject: str) -> Decimal:
        """The points that stand on the signed sheets, after decisions on discipline."""
        own = [Sanction(key) for key in self.sanctions.get((enrolment, subject), [])]
        return sanctioned_points(self._agreed(enrolment, subject), subject, own)

    def _agreed(self, enrolment: str, subject: str) -> Decimal:
        if subject == "review":
            return review_points(
                self._points(enrolment, "thesis"),
                self._points(enrolment, "defence"),
                AggregationMethod.MEAN,
            )
        points = self._points(enrolment, subject)
        if subject == "theory" and len(points) == 3:
            return third_mark_points(points[0], points[1], points[2])
        return aggregate(points, AggregationMethod.MEAN)

    def _points(self, enrolment: str, part: str) -> list[Decimal]:
        return [mark.points for mark in self.marks[(enrolment, part)]]

"""What came of a batch, asked from the API at the end and held against the roster."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from api.simulation.crew import Crew
from api.simulation.scene import Scene

_READER = "score"
_ARCHIVIST = "archive"


@dataclass(frozen=True)
class Conclusion:
    """How one person ended, and the rows of the tables that decided."""

    id: str
    name: str
    intended: str
    outcome: str
    rows: tuple[str, ...]

    @property
    def as_intended(self) -> bool:
        """Whether it ended as it should."""
        return self.intended == self.outcome


@dataclass(frozen=True)
class Report:
    """What came of a batch."""

    conclusions: list[Conclusion]
    certificates: list[Path]
    archive: Path
    process_instances: int
    user_tasks: int
    seconds: float

    @property
    def as_intended(self) -> bool:
        """Whether everybody ended as intended."""
        return all(one.as_intended for one in self.conclusions)

    def as_json(self, root: Path) -> bytes:
        """The content of `result.json`, with paths relative to the project."""
        content = {
            "candidates": [
                {
                    "id": one.id,
                    "intended": one.intended,
                    "outcome": one.outcome,
                    "rows": list(one.rows),
                }
                for one in self.conclusions
            ],
            "certificates": [_relative(path, root) for path in self.certificates],
            "archive": _relative(self.archive, root),
            "processInstances": self.process_instances,
            "userTasks": self.user_tasks,
            "seconds": round(self.seconds, 1),
        }
        return orjson.dumps(content, option=orjson.OPT_INDENT_2)


def conclusions(crew: Crew, scene: Scene, intended: Mapping[str, str]) -> list[Conclusion]:
    """Ask how everybody ended, in the order of the roster."""
    reader, path = crew.staff(_READER), f"/sessions/{scene.number}"
    results = {str(one["enrolmentNumber"]): one for one in reader.items(f"{path}/results")}
    releases = {
        str(one["enrolmentNumber"]): str(one["row"])
        for one in reader.get(f"{path}/releases")["items"]
    }
    found = {}
    for listed in reader.items(f"{path}/enrolments"):
        number = str(listed["number"])
        examinee = scene.enrolments[number]
        result = results.get(number)
        detail = listed if result else reader.get(f"/enrolments/{number}")
        found[examinee.id] = Conclusion(
            examinee.id,
            examinee.name,
            intended.get(examinee.id, ""),
            outcome_of(listed, result),
            _rows(detail, result, releases.get(number, "")),
        )
    return [found[one.id] for one in scene.examinees if one.id in found]


def outcome_of(enrolment: Mapping[str, Any], result: Mapping[str, Any] | None) -> str:
    """How an enrolment ended: certified, resit, failed, absent, void, held, rejected, withdrawn.

    Where D12 found that everything failed, was void or was missed, that says more than the
    right to re-sit, which may follow from it; who passed in part may re-sit the rest.
    """
    state = str(enrolment["state"])
    if result is None or state in ("certified", "rejected", "withdrawn", "cancelled"):
        return state
    outcome = str(result["outcome"])
    if outcome in ("absent", "void", "failed"):
        return outcome
    return "held" if outcome == "passed" else state


def _rows(
    enrolment: Mapping[str, Any], result: Mapping[str, Any] | None, release: str
) -> tuple[str, ...]:
    if result is None:
        rows = [*enrolment.get("eligibilityRows", ()), str(enrolment.get("reason") or "")]
    else:
        rows = [*result["rows"], release]
    return tuple(row for row in rows if row)


def save_certificates(crew: Crew, scene: Scene, folder: Path) -> list[Path]:
    """Copy every certificate of the batch into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    reader = crew.staff(_READER)
    saved = []
    for one in reader.get(f"/sessions/{scene.number}/certificates")["items"]:
        path = folder / f"{one['number']}.pdf"
        path.write_bytes(reader.read(f"/certificates/{one['number']}/file"))
        saved.append(path)
    return saved


def archive_folder(crew: Crew, scene: Scene) -> Path:
    """Where the archive of the batch lies."""
    archive = crew.staff(_ARCHIVIST).get(f"/sessions/{scene.number}/archive")
    return Path(str(archive["folder"]))


def count_instances(crew: Crew, scene: Scene) -> int:
    """How many process instances the batch took."""
    number = scene.number
    listed = crew.staff("director").items("/process-instances")
    keys = (str(one["businessKey"]) for one in listed)
    return sum(key == number or key.startswith(f"{number}-") for key in keys)


def differing(found: Sequence[Conclusion]) -> list[Conclusion]:
    """Who ended otherwise than intended."""
    return [one for one in found if not one.as_intended]


def _relative(path: Path, root: Path) -> str:
    return Path(os.path.relpath(path.absolute(), root.absolute())).as_posix()

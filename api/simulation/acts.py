"""What people begin of their own accord: the roster comes in, candidates send messages."""

from collections.abc import Iterator, Mapping
from typing import Any

from api.simulation.crew import Crew
from api.simulation.errors import CannotSimulate
from api.simulation.registration import attachments, corrected_sheet, first_sheet
from api.simulation.scene import Examinee, Scene

# In these states an enrolment is under review and takes messages about itself.
_UNDER_REVIEW = ("reviewing", "supplement", "fee", "admitted")
_SHEET, _ZIP = ("名册.xlsx", "sheet"), ("照片与材料.zip", "attachments")


class NotCorrected(CannotSimulate):
    """The corrected roster still has problems."""


def import_roster(crew: Crew, scene: Scene) -> None:
    """Import the first sheet without its problem rows, then the corrected one.

    What was imported before is not imported again.

    Raises:
        NotCorrected: The corrected one has problems, too.
    """
    if len(scene.enrolments) == len(scene.examinees):
        return
    packed = attachments(scene.examinees)
    sheet, rows = first_sheet(scene.examinees)
    scene.roster_problems = _import(crew, scene, sheet, packed, rows)
    sheet, rows = corrected_sheet(scene.examinees)
    if left := _import(crew, scene, sheet, packed, rows):
        raise NotCorrected(left)


def _import(
    crew: Crew, scene: Scene, sheet: bytes, packed: bytes, rows: list[Examinee]
) -> list[Mapping[str, object]]:
    planner = crew.staff("planner")
    path = f"/sessions/{scene.number}/roster-imports"

    def files() -> dict[str, tuple[str, bytes]]:
        return {_SHEET[1]: (_SHEET[0], sheet), _ZIP[1]: (_ZIP[0], packed)}

    checked = planner.post(path, files=files())
    done = planner.post(
        f"{path}/{checked['id']}/confirmation",
        files=files(),
        data={"leaveOutProblems": "true"},
    )
    for row in done["rows"]:
        # The head is row 1 of the sheet.
        scene.enrolments[str(row["enrolmentNumber"])] = rows[int(row["row"]) - 2]
    return [one for one in checked["problems"] if one["severity"] == "error"]


def candidates_act(crew: Crew, scene: Scene) -> int:
    """Send what candidates and the public have to say by now; returns how many messages."""
    wanted = [act for act in _acts(scene) if act[:2] not in scene.acts_done]
    if not wanted:
        return 0
    listed = crew.portal.items(f"/sessions/{scene.number}/enrolments")
    states = {str(one["number"]): str(one["state"]) for one in listed}
    done = 0
    for enrolment, message, when, payload in wanted:
        if states.get(enrolment) in when:
            crew.portal.post(
                "/messages",
                {
                    "name": message,
                    "correlationKey": enrolment,
                    "payload": payload,
                    "messageId": f"{message}:{enrolment}",
                },
            )
            scene.acts_done.add((enrolment, message))
            done += 1
    return done


def _acts(scene: Scene) -> Iterator[tuple[str, str, tuple[str, ...], dict[str, Any]]]:
    for number, examinee in scene.enrolments.items():
        facts, about = examinee.facts, {"enrolment_number": number}
        if facts.withdraws:
            yield number, "withdrawn", _UNDER_REVIEW, {}
        if facts.accommodation:
            yield number, "accommodation_requested", _UNDER_REVIEW, {}
        if facts.objection:
            yield number, "objection_raised", ("published",), about
        if facts.reviews:
            yield number, "review_requested", ("published",), {**about, "subject": facts.reviews}

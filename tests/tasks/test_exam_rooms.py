"""Steps 8 to 10 from the rooms of a session to its settled marks, on the drawn diagrams."""

from decimal import Decimal

from engine.database import Database
from engine.user_tasks import UserTask
from tests.tasks.exam_rooms import PERFECT, Room, begin, sheet_rows


def test_a_theory_room_by_machine(new_database: Database) -> None:
    room = Room(new_database, form="machine")
    first, second, _ = room.numbers()

    room.to_entry()
    room.sign_in(first, second)
    room.open_papers()
    room.answer("register_late", {"late": []})
    room.finish(2)
    room.answer("import_sheet", {"sheet": f"准考证号,得分\n{first},59.5\n{second},60"})

    assert room.subject_states() == ["present", "present", "absent"]
    assert room.points(0) == (Decimal("59.5"), False, ())
    assert room.points(1) == (Decimal("60.0"), False, ())
    assert room.follow("conduct_exam") == ["completed"]
    assert room.run.trace().incidents == []
    room.run.start("score", room.world.session.number, {"session_id": room.world.session.id})
    room.answer("write_assessment_report", {"conduct": "正常", "quality": "良好"})
    assert room.run.trace().status == "completed"
    assert room.papers() == [
        "answer_script",
        "assessment_report",
        "assessor_sheet",
        "invigilator_sheet",
        "opening_record",
        "paper_issue_register",
        "room_record",
        "sign_in_sheet",
        "supervision_record",
    ]


def test_a_practical_room_with_deliberation_and_veto(new_database: Database) -> None:
    room = Room(new_database, subject="practical", candidates=2)
    begin(room, *room.numbers())

    # Assessors mark while the room still sits.
    assert "invigilate" in room.waiting() and "score_work" in room.waiting()
    wide = [PERFECT, PERFECT, PERFECT | {"quality": 10, "technique": 0}]
    tasks = [task for task in room.run.ready() if task.element_id == "score_work"]
    by_work: dict[str, list[UserTask]] = {}
    for task in tasks:
        by_work.setdefault(task.business_key, []).append(task)
    first, second = sorted(by_work)
    for task, points in zip(
        sorted(by_work[first], key=lambda t: str(t.assignee)), wide, strict=True
    ):
        room.complete(task, {"items": sheet_rows(points)})
    for task in by_work[second]:
        given = {"items": sheet_rows(PERFECT), "vetoes": ["unsafe"], "photos": [room.photo()]}
        room.complete(task, given)

    assert "deliberate" in room.waiting()
    room.answer("deliberate", {"evidence": "工件与照片", "question": "质量项扣分依据"})
    authors = [task for task in room.run.ready() if task.element_id == "reconsider"]
    assert len(authors) == 3
    for task in sorted(authors, key=lambda t: str(t.assignee)):
        own = int(str(task.assignee)) == room.world.person("assessor", 2)
        changed = {"decision": "change", "reason": "漏看一处", "items": sheet_rows(PERFECT)}
        room.complete(task, changed if own else {"decision": "keep", "reason": "依据充分"})
    room.finish(2)

    assert room.points(0) == (Decimal("100.0"), False, ("d11_within",))
    assert room.points(1) == (Decimal("100.0"), True, ("d11_within",))
    assert room.follow("conduct_exam") == ["completed"]
    assert room.report() == ["answer_script", "score_record", "work_piece_photos"]


def test_one_candidate_alone_with_spare_papers_and_marks_out_of_bounds(
    new_database: Database,
) -> None:
    room = Room(new_database, subject="practical", candidates=1)
    (number,) = room.numbers()
    room.to_entry()
    room.sign_in(number)

    room.answer("open_papers", {"seal_intact": "no", "seal_number": "F-1"})
    room.answer("use_spare_papers", {"seal_number": "F-2", "facts": "封条破损", "reported": True})
    witness = {"first_witness": number}
    room.answer("open_papers", {"seal_intact": "yes", "seal_number": "F-2"} | witness)
    room.answer("register_late", {"late": []})
    room.answer("score_work", {"items": sheet_rows(PERFECT | {"order": 8.5})})

    back = [t.context["refusal"]["code"] for t in room.run.ready() if t.context.get("refusal")]
    assert back == ["mark_refused"]


def test_a_review_room(new_database: Database) -> None:
    room = Room(new_database, subject="review", candidates=2)
    begin(room, *room.numbers())

    for element, points in (
        ("review_thesis", {"topic": 8, "content": 16, "writing": 7.5}),
        ("score_defence", {"presentation": 12, "expertise": 24, "response": 11}),
    ):
        tasks = [task for task in room.run.ready() if task.element_id == element]
        assert len(tasks) == 6
        for task in tasks:
            room.complete(task, {"items": sheet_rows(points), "remark": "可"})
    room.finish(2)

    assert room.points(0) == (Decimal("78.5"), False, ("d11_within",))
    assert room.subject_states() == ["present", "present"]
    assert room.report() == ["answer_script", "defence_score", "thesis_review"]


def test_paper_scripts_with_a_third_marker(new_database: Database) -> None:
    room = Room(new_database, candidates=2)
    begin(room, *room.numbers())
    room.finish(2)

    scripts = sorted({t.business_key for t in room.run.ready() if t.element_id == "mark_alone"})
    assert len(scripts) == 2
    for script, (one, two) in zip(scripts, [(70, 74), (50, 70)], strict=True):
        for number, points in enumerate((one, two)):
            task = next(
                t
                for t in room.run.ready()
                if t.element_id == "mark_alone" and t.business_key == script
            )
            room.complete(task, {"items": sheet_rows({"total": points})}, number)
    third = next(t for t in room.run.ready() if t.element_id == "mark_third")
    room.complete(third, {"items": sheet_rows({"total": 68})}, 2)

    found = sorted(room.points(number) for number in (0, 1))
    assert found == [
        (Decimal("69.0"), False, ("d11_within",)),
        (Decimal("72.0"), False, ("d11_within",)),
    ]


def test_one_person_cannot_mark_a_script_twice(new_database: Database) -> None:
    room = Room(new_database, candidates=2)
    begin(room, *room.numbers())
    room.finish(2)
    first = next(t for t in room.run.ready() if t.element_id == "mark_alone")
    room.complete(first, {"items": sheet_rows({"total": 70})})
    again = next(
        t
        for t in room.run.ready()
        if t.element_id == "mark_alone" and t.business_key == first.business_key
    )

    room.complete(again, {"items": sheet_rows({"total": 70})})

    back = [
        t
        for t in room.run.ready()
        if t.element_id == "mark_alone" and t.business_key == first.business_key
    ]
    assert [t.context["refusal"]["code"] for t in back] == ["mark_refused"]

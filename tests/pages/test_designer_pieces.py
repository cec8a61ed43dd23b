"""Usual pieces, and pieces of other diagrams."""

import pytest

from tests.pages.designing import Board

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("editors")]


PIECES = ("two-person-review", "publicity-period", "reminder-chain", "supplement-loop")


def test_usual_pieces_are_taken_back_in_one_step(board: Board) -> None:
    count = "return get('elementRegistry').getAll().length"
    before = board.run(count)
    for piece in PIECES:
        board.run(f"get('fragments').insert('{piece}', element('first'));")
        with_piece = board.run(count)
        board.run("get('commandStack').undo();")

        assert (with_piece > before, board.run(count)) == (True, before), piece


def test_a_piece_is_copied_into_another_diagram(board: Board) -> None:
    board.shape("first").click()
    board.page.keyboard.press("Control+c")
    other = board.page.context.new_page()
    copy = Board(other, board.address)
    copy.open()

    copy.part("canvas").click(position={"x": 560, "y": 560})
    other.mouse.move(600, 600)
    other.keyboard.press("Control+v")
    other.mouse.move(640, 640)
    other.mouse.move(650, 650)
    other.mouse.click(650, 650)

    pasted = copy.run(
        "const [one] = get('selection').get(); return {name: one.businessObject.name,"
        " form: one.businessObject.get('camunda:formRef'), type: one.type}"
    )
    assert pasted == {"name": "初审", "form": "small_form", "type": "bpmn:UserTask"}

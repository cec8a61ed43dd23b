from pathlib import Path

from bench.in_process import beside_bare_commits, enrolment


def test_enrolments_are_measured_beside_bare_commits(tmp_path: Path) -> None:
    measured = beside_bare_commits(tmp_path, rounds=1, count=3)

    assert measured["enrolmentToBareCommit"] == (
        measured["bareCommitsPerSecond"] / measured["enrolmentCompletionsPerSecond"]
    )


def test_all_user_tasks_started_can_be_completed(tmp_path: Path) -> None:
    completions = enrolment(f"sqlite:///{tmp_path / 'e.sqlite'}")

    first, other = completions.start(2), completions.start(3)

    assert (len(first), len(other), len({*first, *other})) == (2, 3, 5)
    assert completions.complete([*first, *other]) > 0

"""The public cases of DMN: which pass is known exactly, and may only grow."""

import pytest

from tests.engine.decisions.tck import KNOWN_FAILURES, TCK, cases, passes

pytestmark = pytest.mark.skipif(not TCK.is_dir(), reason="the cases of dmn-tck/tck are not here")


def test_cases_pass_except_the_known_failures() -> None:
    known = {
        line.partition("#")[0].strip()
        for line in KNOWN_FAILURES.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    }
    every = list(cases())

    failing = {case.id for case in every if not passes(case)}

    assert failing == known
    assert len(every) == 1426
    assert len(every) - len(failing) >= 0.96 * len(every)

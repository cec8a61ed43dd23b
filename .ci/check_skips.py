"""Fail on a skipped test that the list of allowed skips does not name.

Usage: check_skips.py REPORT.xml ALLOWED.txt; a line of the list is a test's `file::name`, and
everything after `#` is its reason.
"""

import sys
import xml.etree.ElementTree as ET
from pathlib import Path


def skipped_tests(report: Path) -> set[str]:
    """Names of the tests that the JUnit report calls skipped."""
    cases = ET.parse(report).getroot().iter("testcase")  # noqa: S314 -- our own file
    skips = ((case, case.find("skipped")) for case in cases)
    return {
        f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}"
        for case, skip in skips
        if skip is not None and skip.get("type") != "pytest.xfail"
    }


def main() -> int:
    """Compare the report with the list; 1 when an unnamed skip is found."""
    report, allowed = map(Path, sys.argv[1:])
    lines = (line.split("#")[0].strip() for line in allowed.read_text("utf-8").splitlines())
    unnamed = skipped_tests(report) - set(lines)
    for name in sorted(unnamed):
        print(f"skipped, and not named in {allowed}: {name}")
    return 1 if unnamed else 0


if __name__ == "__main__":
    sys.exit(main())

"""An office that says 认定 reads 鉴定 on no page of a new batch."""

import json
import re
from collections.abc import Iterator

from fastapi.testclient import TestClient
from sqlmodel import col, select

from appraisal.organisations import Organisation
from engine.sources import Source
from tasks.sessions import open_session
from tests.pages.office import SCOPE, Office

VOCABULARY = {"terms": [{"zh": "鉴定", "zh_as": "认定"}], "keep": []}
# Titles that are quoted, and the names that the office gave its schemes.
QUOTED = re.compile(r"《[^》]*》|鉴定项目方案 v\d")
LINK = re.compile(r'href="(/(?:inbox|sessions|enrolments|incidents|verify)[^"#]*)"')


def begun(office: Office) -> str:
    """Publish the vocabulary and open a batch, which runs to its first user tasks."""
    content = json.dumps(VOCABULARY).encode()
    installation = office.installation
    with installation.database.transaction() as db:
        report = installation.definitions.publish(
            db, [Source("vocabulary", "vocabulary", content, SCOPE)], SCOPE, "test"
        )
        assert not report.refused, report.findings
        body = db.exec(
            select(Organisation).where(col(Organisation.code) == SCOPE.split(":")[1])
        ).one()
        session, _ = open_session(db, installation.engine, body, {"name": "第一批"})
        number = session.number
    office.run_jobs()
    return number


def crawl(client: TestClient, *starts: str) -> Iterator[tuple[str, str]]:
    """Give every page that can be reached by links, each once."""
    waiting, seen = list(starts), set(starts)
    while waiting:
        path = waiting.pop()
        answer = client.get(path, headers={"Accept": "text/html", "Accept-Language": "zh-CN"})
        yield path, answer.text if answer.status_code < 400 else ""
        for found in LINK.findall(answer.text.replace("&amp;", "&")):
            if found not in seen and len(seen) < 60:
                seen.add(found)
                waiting.append(found)


def test_no_page_says_the_old_word(office: Office) -> None:
    number = begun(office)

    pages = dict(crawl(office.client("standards"), "/inbox", f"/sessions/{number}"))

    assert len(pages) > 5
    said = [QUOTED.sub("", text) for text in pages.values()]
    assert {found for text in said for found in re.findall(".{0,30}鉴定.{0,8}", text)} == set()
    assert "确定认定" in pages[f"/sessions/{number}"].replace("<wbr>", "")

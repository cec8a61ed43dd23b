"""Bodies, headers, addresses and logins as an attacker would send them to the API."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from api.logins import Login, make_link
from engine.user_tasks import UserTask
from tests.api.small import House, Street
from tests.hostile.ground import FIELDS, LIST, whole

API = "/api/v1"
HAN = re.compile("[\u4e00-\u9fff]")
LANGUAGES = ("zh-CN", "en")

GOOD: dict[str, Any] = {
    "line": "一行",
    "lines": "几行",
    "points": 60,
    "day": "2026-03-02",
    "hour": "09:00",
    "moment": "2026-03-02T09:00",
    "one": "a",
    "either": "a",
    "agreed": True,
    "some": ["a"],
    "file": [],
    LIST: [{"cell": 1}],
}


def fill_url(street: Street) -> str:
    house: House = street.own
    with street.installation.database.reading() as db:
        task = db.exec(
            select(UserTask).where(UserTask.instance_id == house.ids["all_fields"])
        ).one()
    return f"{API}/user-tasks/{task.id}/completion"


def told(response: Any, language: str) -> dict[str, Any]:
    """The problem document, which must be in the reader's language throughout."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    assert response.headers["content-language"] == language
    problem: dict[str, Any] = response.json()
    texts = [problem["title"], *(one["message"] for one in problem.get("errors", ()))]
    for text in texts:
        assert bool(HAN.search(text)) is (language == "zh-CN"), text
    return problem


def kind_of(problem: dict[str, Any]) -> str:
    return str(problem["type"]).removeprefix("urn:jiancheng:problem:")


def places(problem: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["pointer"], one["code"]) for one in problem.get("errors", ())]


def deep(levels: int) -> bytes:
    return b'{"answer": {"line": ' + b"[" * levels + b"]" * levels + b"}}"


BODIES: list[tuple[str, bytes, int, list[tuple[str, str]]]] = [
    ("no JSON", b'{"answer": ', 400, [("", "json_invalid")]),
    ("name twice", b'{"answer": {"points": 1, "points": 60}}', 400,
     [("/answer/points", "duplicate_name")]),
    ("outer name twice", b'{"answer": {}, "answer": {}}', 400, [("/answer", "duplicate_name")]),
    ("no UTF-8", b'{"answer": {"line": "\xff\xfe"}}', 400, [("", "encoding")]),
    ("UTF-16", '{"answer": {}}'.encode("utf-16"), 400, [("", "encoding")]),
    ("NaN", b'{"answer": {"points": NaN}}', 400, [("/answer/points", "number")]),
    ("Infinity", b'{"answer": {"points": -Infinity}}', 400, [("/answer/points", "number")]),
    ("1e999", b'{"answer": {"points": 1e999}}', 400, [("/answer/points", "number")]),
    ("2**63", b'{"answer": {"points": 9223372036854775808}}', 400,
     [("/answer/points", "number")]),
    ("digits without end", b'{"answer": {"points": ' + b"9" * 5000 + b"}}", 400,
     [("", "json_invalid")]),
    ("half a surrogate pair", rb'{"answer": {"line": "\ud800"}}', 400,
     [("/answer/line", "characters")]),
    ("NUL", rb'{"answer": {"line": "a\u0000b"}}', 400, [("/answer/line", "characters")]),
    ("NUL in a name", rb'{"answer": {"a\u0000": 1}}', 400, [("/answer", "characters")]),
    ("65 levels", deep(64), 400, [("/answer/line" + "/0" * 63, "too_deep")]),
    ("100,000 levels", deep(100_000), 400, [("", "too_deep")]),
    ("unknown name", b'{"answer": {}, "actor": 1}', 422, [("/actor", "extra_forbidden")]),
    ("unknown field", b'{"answer": {"__class__": 1}}', 422, [("/__class__", "unknown")]),
    ("list for an object", b"[1]", 422, [("/", "model_attributes_type")]),
    ("answer is text", b'{"answer": "x"}', 422, [("/answer", "dict_type")]),
    ("nothing", b"", 422, [("/", "missing")]),
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("body", "status", "found"), [case[1:] for case in BODIES], ids=[case[0] for case in BODIES]
)
def test_bad_bodies_are_refused_with_their_place(
    street: Street,
    unchanged: None,
    body: bytes,
    status: int,
    found: list[tuple[str, str]],
    language: str,
) -> None:
    client = street.client(street.own.people["reviewer"])
    headers = {"Content-Type": "application/json", "Accept-Language": language}

    response = client.post(fill_url(street), content=body, headers=headers)

    assert response.status_code == status, response.text
    assert places(told(response, language)) == found


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data", ""])
def test_json_under_another_name_is_refused(street: Street, unchanged: None, kind: str) -> None:
    client = street.client(street.own.people["reviewer"])
    headers = {"Content-Type": kind, "Accept-Language": "zh-CN"}

    response = client.post(fill_url(street), content=b'{"answer": {}}', headers=headers)

    problem = told(response, "zh-CN")
    assert (response.status_code, kind_of(problem)) in {(400, "malformed"), (422, "invalid")}
    assert "application/json" in problem["errors"][0]["message"] or response.status_code == 400


WRONG = {
    "text": "文字",
    "number": 7.5,
    "huge": 2**62,
    "true": True,
    "list": ["x", 1],
    "object": {"a": 1},
    "objects": [{"cell": "x"}],
    "files": [{"name": "a.pdf", "content": "no base64!"}],
}
FITS = {
    ("line", "text"),
    ("lines", "text"),
    ("points", "number"),
    ("agreed", "true"),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("field", [*FIELDS, LIST])
def test_values_of_the_wrong_type_are_refused_at_their_field(
    street: Street, field: str, wrong: str
) -> None:
    if (field, wrong) in FITS:
        return
    client = street.client(street.own.people["reviewer"])
    before = whole(street.installation.database)
    answer = {**GOOD, field: WRONG[wrong]}

    for language in LANGUAGES:
        response = client.post(
            fill_url(street), json={"answer": answer}, headers={"Accept-Language": language}
        )

        assert response.status_code == 422, response.text
        problem = told(response, language)
        assert kind_of(problem) == "invalid"
        assert {one["pointer"].split("/")[1] for one in problem["errors"]} == {field}
    assert whole(street.installation.database) == before


def test_each_value_alone_would_have_been_taken(street: Street) -> None:
    """The table above refuses for the value it names and for nothing else."""
    with street.installation.database.reading() as db:
        task = db.exec(
            select(UserTask).where(UserTask.instance_id == street.own.ids["all_fields"])
        ).one()
        definition = street.installation.completion.form_of(db, task)
    assert definition is not None

    checked = definition.check(GOOD)

    assert checked.values == {**GOOD, "file": None}


@pytest.mark.parametrize(
    ("field", "value"),
    [("line", "长" * 100_000), ("lines", "长" * 1_000_000), ("some", ["a"] * 100_000)],
)
def test_huge_values_are_refused_quietly(
    street: Street, unchanged: None, field: str, value: Any
) -> None:
    client = street.client(street.own.people["reviewer"])

    response = client.post(fill_url(street), json={"answer": {**GOOD, field: value}})

    assert (response.status_code, len(response.content) < 1000) == (422, True)
    assert [pointer for pointer, _ in places(response.json())] == [f"/{field}"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"X-CSRF-Token": "forged"}, 403),
        ({"X-CSRF-Token": ""}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://testserver.evil.example"}, 403),
        ({"Cookie": "jc_login=forged"}, 401),
        ({"Authorization": "Bearer jct_forged"}, 401),
        ({"Authorization": "Basic YTpi"}, 401),
        ({"Authorization": "Bearer " + "x" * 10_000}, 401),
    ],
)
def test_forged_requests_are_refused(
    street: Street, unchanged: None, change: dict[str, str], status: int
) -> None:
    client = street.client(street.own.people["reviewer"])
    if "Cookie" in change:
        client.cookies.clear()

    for language in LANGUAGES:
        headers = {**change, "Accept-Language": language}
        response = client.post(fill_url(street), json={"answer": GOOD}, headers=headers)

        assert response.status_code == status, response.text
        told(response, language)


def test_expired_login_is_refused(street: Street, unchanged: None) -> None:
    person = street.own.people["director"]
    client = street.client(person)
    assert client.get(f"{API}/me").status_code == 200
    with street.installation.database.transaction() as db:
        db.execute(
            update(Login).where(col(Login.person_id) == person).values(expires_at=datetime.now(UTC))
        )

    response = client.get(f"{API}/me", headers={"Accept-Language": "zh-CN"})

    assert response.status_code == 401
    assert told(response, "zh-CN")["title"] == "请先登录"


def test_link_works_once(street: Street) -> None:
    with street.installation.database.transaction() as db:
        link = make_link(db, street.own.people["director"])
    client = street.client()
    assert client.post(f"{API}/logins", json={"link": link}).status_code == 201
    before = whole(street.installation.database)

    for language in LANGUAGES:
        again = street.client().post(
            f"{API}/logins", json={"link": link}, headers={"Accept-Language": language}
        )

        assert again.status_code == 401
        assert "set-cookie" not in again.headers
        assert kind_of(told(again, language)) == "wrong-sign-in"
    assert whole(street.installation.database) == before


def test_key_of_another_body_is_refused(street: Street) -> None:
    client, key = street.client(street.own.people["planner"]), {"Idempotency-Key": "once"}
    path = f"{API}/sessions/{street.own.session_number}/roster-imports"
    first = client.post(path, files={"sheet": ("a.csv", b"one")}, headers=key)
    assert first.status_code == 201, first.text
    before = whole(street.installation.database)

    same = client.post(path, files={"sheet": ("a.csv", b"one")}, headers=key)
    other = client.post(path, files={"sheet": ("a.csv", b"two")}, headers=key)

    assert (same.status_code, same.json()) == (201, first.json())
    assert (other.status_code, kind_of(told(other, "zh-CN"))) == (422, "key-reused")
    assert whole(street.installation.database) == before


@pytest.mark.parametrize("key", ["", "x" * 201, "schlüssel", "a\tb"])
def test_improper_keys_are_refused(street: Street, unchanged: None, key: str) -> None:
    client = street.client(street.own.people["reviewer"])

    response = client.post(
        fill_url(street), json={"answer": GOOD}, headers={b"Idempotency-Key": key.encode()}
    )

    assert (response.status_code, kind_of(told(response, "zh-CN"))) == (400, "malformed")


LISTS = ("/user-tasks", "/process-instances", "/sessions", "/sessions/{number}/enrolments")


@pytest.mark.parametrize(
    "cursor",
    ["x", "x" * 300, "x" * 60_000, "'; DROP TABLE person; --", "%00", "%F0%9F%98%80", "-1"],
)
@pytest.mark.parametrize("path", LISTS)
def test_cursors_nobody_gave_are_refused_or_lead_nowhere(
    street: Street, unchanged: None, path: str, cursor: str
) -> None:
    client = street.client(street.own.people["planner"])
    address = f"{API}{path.format(number=street.own.session_number)}"

    response = client.get(f"{address}?cursor={cursor}", headers={"Accept-Language": "zh-CN"})

    assert response.status_code in (200, 400, 422), response.text
    if response.status_code != 200:
        told(response, "zh-CN")


@pytest.mark.parametrize(
    "part", ["%00", "' OR 1=1 --", "..%2F..%2Fetc%2Fpasswd", "%FF%FE", "x" * 5000, "<script>"]
)
@pytest.mark.parametrize(
    "path", ["/enrolments/{}", "/sessions/{}", "/user-tasks/{}", "/certificates/{}"]
)
def test_addresses_of_nothing_are_not_found(
    street: Street, unchanged: None, path: str, part: str
) -> None:
    client = street.client(street.own.people["planner"])

    response = client.get(API + path.format(part), headers={"Accept-Language": "en"})

    assert response.status_code in (400, 404, 422), response.text
    told(response, "en")


@pytest.mark.parametrize("text", ["%00", "'; DROP TABLE person; --", "%", "_", "\\", "a" * 100])
def test_search_takes_any_text(street: Street, unchanged: None, text: str) -> None:
    client = street.client(street.own.people["reviewer"])

    response = client.get(f"{API}/user-tasks", params={"text": text})

    expected = 400 if text == "\x00" else 200
    assert (response.status_code, response.json().get("items", [])) == (expected, [])


@pytest.mark.parametrize(
    ("path", "payload"),
    [
        ("/messages", {"name": "x\u0000", "correlationKey": "x"}),
        ("/messages", {"name": "x", "correlationKey": "x" * 201}),
        ("/messages", {"name": "x", "correlationKey": "x", "ttlSeconds": -1}),
        ("/messages", {"name": "x", "correlationKey": "x", "payload": []}),
        ("/process-instances", {"processId": "../../etc/passwd", "businessKey": "x"}),
        ("/process-instances", {"processId": "small_review", "businessKey": "x" * 201}),
        ("/process-instances", {"processId": "small_review", "answer": {"x": {"y": [1]}}}),
    ],
)
def test_other_front_doors_refuse_too(
    street: Street, unchanged: None, path: str, payload: dict[str, Any]
) -> None:
    client = street.client(street.own.people["administrator"])

    for language in LANGUAGES:
        response = client.post(API + path, json=payload, headers={"Accept-Language": language})

        assert response.status_code in (400, 403, 404, 422), response.text
        told(response, language)


def test_nothing_sent_is_repeated_in_headers(street: Street, unchanged: None) -> None:
    client = street.client()
    evil = "/%0d%0aSet-Cookie:%20a=b"

    for path in (f"/language/en?next={evil}", f"/sign-in?next={evil}", f"/inbox?next={evil}"):
        response = client.get(path, follow_redirects=False)

        assert "a=b" not in response.headers.get("set-cookie", "")
        assert "\n" not in response.headers.get("location", "")


@pytest.mark.parametrize(
    "next_path",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"],
)
def test_nobody_is_led_to_another_site(street: Street, unchanged: None, next_path: str) -> None:
    response = street.client().get(
        "/language/en", params={"next": next_path}, follow_redirects=False
    )

    assert (response.status_code, response.headers["location"]) == (303, "/")


def test_sign_in_form_with_unstorable_text(street: Street, unchanged: None) -> None:
    response = street.client().post(
        "/sign-in",
        content=b"name=a%00b&password=c",
        headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"},
    )

    assert response.status_code in (400, 401)

"""Expressions and decisions are tried out by command and over HTTP."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api import cli
from api.app import create_app
from api.rate_limits import RateLimit
from tests.api.small import Street
from tests.engine.decisions.test_trial import XML

API = "/api/v1"


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_expression_with_its_nulls_over_http(sqlite_street: Street) -> None:
    client = sqlite_street.client(sqlite_street.own.people["process_designer"])
    body = {"expression": "[x.totl, 2 * n]", "data": {"x": {"total": 1}, "n": 1.1}}

    chinese = client.post(f"{API}/expressions/evaluation", json=body).json()
    english = client.post(
        f"{API}/expressions/evaluation", json=body, headers={"Accept-Language": "en"}
    ).json()

    assert chinese == {
        "evaluated": True,
        "kind": "list",
        "value": [None, 2.2],
        "text": "[null, 2.2]",
        "remarks": [
            {
                "kind": "null",
                "message": "上下文没有“totl”，是否指“total”？",
                "line": 1,
                "column": 2,
                "source": "x.totl",
            }
        ],
    }
    assert [one["message"] for one in english["remarks"]] == [
        "a context has no totl, did you mean total?"
    ]


def test_decision_with_its_rows_over_http(sqlite_street: Street) -> None:
    client = sqlite_street.client(sqlite_street.own.people["process_designer"])
    data = {"person": {"age": 17}, "limit": 18}
    body = {"dmn": XML.decode(), "decision": "d_band", "data": data}

    found = client.post(
        f"{API}/decisions/evaluation", json=body, headers={"Accept-Language": "en"}
    ).json()

    assert (found["value"], found["remarks"]) == ("young", [])
    assert found["fired"] == [
        {
            "decisionId": "d_band",
            "tableId": "t_band",
            "ruleId": "r_young",
            "number": 1,
            "description": "Minor",
        }
    ]
    assert [(one["ruleId"], one["cell"]) for one in found["stopped"]] == [("r_old", ">= limit")]


def test_only_designers_try_and_not_without_end(sqlite_street: Street) -> None:
    body, street = {"expression": "1"}, sqlite_street
    app = create_app(installation=replace(street.installation, trials=RateLimit(2)))
    street = replace(street, app=app)
    others = [street.client(street.own.people[who]) for who in ("director", "candidate")]
    others.append(street.client(token=street.own.client_token))
    designer = street.client(street.own.people["process_designer"])
    url = f"{API}/expressions/evaluation"

    refused = [client.post(url, json=body).status_code for client in others]
    tries = [designer.post(url, json=body) for _ in range(3)]

    assert refused == [403, 403, 403]
    assert [one.status_code for one in tries] == [200, 200, 429]
    assert int(tries[-1].headers["Retry-After"]) >= 1
    assert street.client().post(url, json=body).status_code == 401


@pytest.mark.parametrize(
    ("data", "value"),
    [('{"n": 0.1}', 0.3), ('{n: 0.1, d: @"2026-01-31"}', 0.3)],
)
def test_command_reads_json_and_feel_data(tmp_path: Path, data: str, value: Any) -> None:
    (tmp_path / "data.txt").write_text(data, encoding="utf-8")

    for given in (data, str(tmp_path / "data.txt")):
        code, told = run("feel", "n + 0.2", "--data", given, "--json")
        assert (code, json.loads(told)["value"]) == (0, value)


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("zh", ["null  (null)", "空值 第 1 行第 5 列 b: 没有名为“b”的变量"]),
        ("en", ["null  (null)", "null line 1, column 5 b: there is no variable b"]),
    ],
)
def test_command_speaks_both_languages(
    monkeypatch: pytest.MonkeyPatch, language: str, lines: list[str]
) -> None:
    monkeypatch.setenv("JIANCHENG_LANGUAGE", language)

    assert run("feel", "1 + b") == (0, "\n".join(lines) + "\n")


def test_command_tells_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "band.dmn"
    file.write_bytes(XML)
    monkeypatch.setenv("JIANCHENG_LANGUAGE", "en")
    arguments = ("decide", str(file), "d_band", "-d", '{"person": {"age": 17}}')

    code, told = run(*arguments)

    assert code == 0
    assert told.splitlines() == [
        '"young"  (string)',
        "band row 1 holds (r_young): Minor",
        "row 2 does not hold (r_old): 年龄 = 17, >= limit cannot be told: "
        "there is no variable limit",
    ]
    assert json.loads(run(*arguments, "--json")[1])["fired"][0]["rule_id"] == "r_young"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("feel", "1 +"), 1, "此处应为一个值"),
        (("feel", "1", "-d", "[1]"), 2, "There is no file [1]."),
        (("feel", "1", "-d", "{"), 2, "The data cannot be read"),
        (("decide", "none.dmn", "d"), 2, "There is no file none.dmn."),
    ],
)
def test_what_is_given_wrongly_is_said(arguments: tuple[str, ...], code: int, said: str) -> None:
    found, told = run(*arguments)

    assert (found, said in told) == (code, True)

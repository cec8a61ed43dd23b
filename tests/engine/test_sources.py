from pathlib import Path

from engine.sources import Source, load_folder


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_load_folder_gathers_by_scope_and_kind(tmp_path: Path) -> None:
    processes, forms = tmp_path / "processes", tmp_path / "forms" / "definitions"
    write(processes / "base/score/score.bpmn", b"<score/>")
    write(processes / "base/score/d1_pass.dmn", b"<d1/>")
    write(processes / "base/score/scenarios.yaml", b"a: 1")
    write(processes / "base/score/papers/report.typ", b"#set")
    write(processes / "base/score/sheets/theory.json", b"{}")
    write(processes / "base/archive_catalogue.json", b"{}")
    write(processes / "base/vocabulary.json", b"{}")
    write(processes / "industries/gas/score/score.bpmn", b"<gas/>")
    write(processes / "industries/gas/score/scenarios.yaml", b"b: 1")
    write(processes / "industries/__pycache__/score.bpmn", b"<no/>")
    write(processes / "organisations/a/posts.json", b"{}")
    write(processes / "industry-old/score.bpmn", b"<no/>")
    write(processes / "__init__.py", b"")
    write(processes / "__pycache__/x.json", b"{}")
    write(forms / "base/apply.json", b"{}")

    assert load_folder(processes, forms) == [
        Source("catalogue", "archive_catalogue", b"{}"),
        Source("decision", "d1_pass", b"<d1/>"),
        Source("paper", "report", b"#set"),
        Source("scenarios", "score", b"a: 1"),
        Source("process", "score", b"<score/>"),
        Source("sheet", "theory", b"{}"),
        Source("vocabulary", "vocabulary", b"{}"),
        Source("scenarios", "score", b"b: 1", "industry:gas"),
        Source("process", "score", b"<gas/>", "industry:gas"),
        Source("posts", "posts", b"{}", "organisation:a"),
        Source("form", "apply", b"{}"),
    ]

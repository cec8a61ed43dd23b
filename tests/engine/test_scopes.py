import pytest

from engine.scopes import BadScope, chain_of, folder_of, level_of, scope_of_folder

BOTH = ("base", "industry:gas", "organisation:a", "organisation:a~gas")


@pytest.mark.parametrize(
    ("scopes", "chain"),
    [
        ([], ("base",)),
        (["base"], ("base",)),
        (["organisation:a", "base"], ("base", "organisation:a")),
        (["organisation:a", "industry:gas"], BOTH),
        (["organisation:a~gas"], BOTH),
        (["organisation:a~gas", "organisation:a"], BOTH),
        (["organisation:a", "organisation:a"], ("base", "organisation:a")),
    ],
)
def test_chain_of_orders_from_outside_in(scopes: list[str], chain: tuple[str, ...]) -> None:
    assert chain_of(scopes) == chain


@pytest.mark.parametrize(
    "scopes",
    [
        ["industry:a", "industry:b"],
        ["team:a"],
        ["organisation:"],
        ["industry:a b"],
        [""],
        ["organisation:a~gas", "industry:oil"],
        ["organisation:a~gas", "organisation:b"],
        ["organisation:a~"],
        ["industry:a~gas"],
    ],
)
def test_chain_of_refuses_what_cannot_be_combined(scopes: list[str]) -> None:
    with pytest.raises(BadScope):
        chain_of(scopes)


@pytest.mark.parametrize(
    ("scope", "folder", "level"),
    [
        ("base", "base", "base"),
        ("industry:gas", "industries/gas", "industry"),
        ("organisation:a-b", "organisations/a-b", "organisation"),
        ("organisation:a~gas", "organisations/a~gas", "organisation"),
    ],
)
def test_folder_of_a_scope(scope: str, folder: str, level: str) -> None:
    assert (folder_of(scope), scope_of_folder(folder), level_of(scope)) == (folder, scope, level)


@pytest.mark.parametrize(
    "name",
    [
        "__pycache__",
        "drafts",
        "industries",
        "industries/",
        "industries/a/b",
        "industry:gas",
        "base/x",
    ],
)
def test_other_folders_are_no_scope(name: str) -> None:
    with pytest.raises(BadScope):
        scope_of_folder(name)

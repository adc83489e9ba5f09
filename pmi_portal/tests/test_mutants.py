"""`make mutants` counts what it should: its areas name what there is, and whatever nobody noticed has survived."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pmi_portal.local.folders import REPOSITORY
from pmi_portal.local.problem import Problem
from pmi_portal.tests.mutants import areas, report
from pmi_portal.tests.mutants.__main__ import main

LEAST, AREAS = areas.read()


def test_every_module_and_every_test_of_an_area_is_there() -> None:
    assert LEAST >= 90
    named = [path for area in AREAS for path in (*area.modules, *area.tests)]
    assert [path for path in named if not (REPOSITORY / path).exists()] == []


def test_all_rules_are_tried() -> None:
    tried = {module for area in AREAS for module in area.modules}
    rules = {str(path.relative_to(REPOSITORY)) for path in REPOSITORY.glob("*/rules.py")}
    assert rules <= tried


def noted(folder: Path, codes: dict[str, int | None]) -> report.Result:
    file = folder / "mutants" / "cases" / "rules.py.meta"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"exit_code_by_key": codes}))
    return report.result(folder, "cases/rules.py")


@pytest.mark.parametrize(
    ("code", "is_killed"),
    [
        (1, True),
        (3, True),
        (-24, True),
        (36, True),
        (0, False),
        (33, False),
        (5, False),
        (-11, False),
        (None, False),
    ],
)
def test_only_what_a_test_noticed_is_killed(tmp_path: Path, code: int | None, is_killed: bool) -> None:
    result = noted(tmp_path, {"it": code})
    assert (result.killed, result.survived) == ((("it",), ()) if is_killed else ((), ("it",)))


def test_the_percentage_is_of_all_that_were_tried(tmp_path: Path) -> None:
    result = noted(tmp_path, {"one": 1, "two": 1, "three": 0, "four": 33})
    assert result.percent == 50
    assert str(result).split() == ["cases/rules.py", "2", "of", "4", "killed,", "50.0", "%"]


def test_a_module_without_mutants_is_no_success(tmp_path: Path) -> None:
    assert report.result(tmp_path, "cases/rules.py").percent == 0


def test_an_area_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(Problem, match=r"No such area: nonsense\. There are sealing"):
        main(["nonsense"])

"""The way back: what was refused is accepted once what the review proposes is written in.

All practice workbooks and the repository's examples lie in one inbox. The refused ones are put
back with `<stem>.proposed.xlsx`, and with what the truth files give beyond it.
"""

from __future__ import annotations

import json
import os
import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from opendata.pipeline import Summary
from tests.builders import DX, INBOX, PACKAGE, edited
from tests.test_pipeline import Desk, statuses
from tests.test_practice import CODE, LAYOUTS

FOLDER = f"municipal-plans/{CODE}/practice"
BY_HAND = {
    # No line of this book says for which year its targets are, and without one a value is not
    # published: the review asks for it, and a person has to know. Nothing can be proposed.
    "p11_kenko_chukan_hyoka": {
        "青壮年期": {"H4": "目標値\n(R4)"},
        "高齢期": {"H4": "目標値\n(R4)"},
    },
    # The truth's 88 is the indicator's value of R3 in its other row, not its name in C28.
    "p08_kankyo_nenji_hokoku": {"指標一覧（R4実績）": {"C28": "公害苦情件数", "H28": "88"}},
}


class Office(Desk):
    """A desk that knows the practice workbooks' forms, too."""

    def run(self, **more: Any) -> Summary:
        return super().run(packages_folder=self.root / "datapackages", **more)

    def proposed(self, place: str) -> Path:
        name = Path(place).stem + ".proposed.xlsx"
        return self.root / "workspace/reviews" / place / name


@pytest.fixture(scope="module")
def first(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary]:
    """All of them after their first pass; look, do not touch."""
    root = tmp_path_factory.mktemp("round")
    shutil.copytree(INBOX, root / "inbox")
    package = root / "datapackages" / PACKAGE.name
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("examples"))
    for layout in LAYOUTS:
        shutil.copy(layout, package / "layouts")
    for path in books(shared):
        Office(root).put(f"{FOLDER}/{path.name}", path.read_bytes())
    return root, Office(root).run()


def books(shared: Path) -> list[Path]:
    stems = {one.stem for one in LAYOUTS}
    found = sorted((shared / "workbooks" / "practice").glob("p*"))
    return [one for one in found if one.stem in stems]


def refused(summary: Summary) -> list[str]:
    return [file for file, status in statuses(summary).items() if status == "rejected"]


def corrected(shared: Path, office: Office, place: str) -> bytes:
    """A refused workbook with all proposals written in, and what the truth gives beside them."""
    proposed, stem = office.proposed(place), Path(place).stem
    own = office.inbox / place
    content = (proposed if proposed.is_file() else own).read_bytes()
    truth = shared / "workbooks" / "practice" / f"{stem}.truth.json"
    defects = json.loads(truth.read_text("utf-8"))["defects"] if truth.is_file() else []
    for defect in defects:
        sheet, cell, suggestion = defect["sheet"], defect["cell"], defect["suggestion"]
        if suggestion is not None and suggestion not in written(content, sheet, cell):
            content = edited(content, sheet, **{cell: suggestion})
    for sheet, cells in BY_HAND.get(stem, {}).items():
        content = edited(content, sheet, **cells)
    return content


def written(content: bytes, sheet: str, cell: str) -> str:
    return str(openpyxl.load_workbook(BytesIO(content))[sheet][cell].value)


def test_the_first_pass_refuses_what_has_errors(first: tuple[Path, Summary]) -> None:
    assert [Path(one).stem for one in refused(first[1])] == [
        Path(DX).stem,
        "p02_sogosenryaku_kpi",
        "p03_jimujigyo_hyoka_sheet",
        "p08_kankyo_nenji_hokoku",
        "p11_kenko_chukan_hyoka",
        "p12_dx_action_plan",
        "p13_kanko_shihyo",
    ]


@pytest.mark.parametrize("name", ["the original's", "its own"])
def test_what_was_refused_comes_back_and_is_published(
    shared: Path, first: tuple[Path, Summary], tmp_path: Path, name: str
) -> None:
    """Under the original's name it takes its place; under its own it counts as the newer state."""
    root = tmp_path / "round"
    shutil.copytree(first[0], root)
    office, again = Office(root, day=1), refused(first[1])
    for place in again:
        path = office.inbox / place
        content = corrected(shared, office, place)
        if name == "its own":
            newer = path.stat().st_mtime_ns + 10**9
            path = path.with_name(f"{path.stem}.proposed.xlsx")
            path.write_bytes(content)
            os.utime(path, ns=(newer, newer))
        else:
            path.write_bytes(content)

    summary = office.run()

    told = {place: office.codes(place) for place in again}
    found = statuses(summary)
    assert {place: found[place] for place in again} == dict.fromkeys(again, "accepted"), told
    assert len({one["plan_id"] for one in office.published("plans.csv")}) == 19

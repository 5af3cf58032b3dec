"""One pass after another over an inbox in a folder, with real worker processes."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import random
import shutil
import threading
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from opendata.errors import ConfigurationError, PackageError, StoreError, UsageError
from opendata.pipeline import Summary, answer, guard, inbox, load_settings, pending, run_pass
from opendata.pipeline.accounts import Accounts
from opendata.pipeline.guard import Worker
from opendata.workbook import RESULTS_SHEET
from tests.builders import (
    DX,
    INBOX,
    NISHITOKYO,
    PACKAGE,
    REGISTER,
    SAGAMIHARA,
    SHIMOTSUKE,
    edited,
    sheet,
    xlsx,
)

START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
CORRECTED = "令和７年度（2025年度）"


@dataclass
class Desk:
    """An inbox, a workspace and a public folder, and passes over them, each a day later."""

    root: Path
    day: int = 0

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    def settings(self, **more: Any) -> Any:
        stores = {name: str(self.root / name) for name in ("workspace", "public")}
        return load_settings(**{"inbox": self.inbox, "workers": 1, **stores, **more})

    def run(self, **more: Any) -> Summary:
        self.day += 1
        return run_pass(self.settings(**more), now=START + timedelta(days=self.day))

    def put(self, place: str, content: bytes) -> None:
        path = self.inbox / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def review(self, place: str) -> dict[str, Any]:
        """A submission's report.json; its report.html must be there, too."""
        folder = self.root / "workspace/reviews" / place
        assert b"<html" in (folder / "report.html").read_bytes()
        document: dict[str, Any] = json.loads((folder / "report.json").read_text("utf-8"))
        return document

    def codes(self, place: str) -> list[str]:
        return [one["code"] for one in self.review(place)["problems"]]

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.root / "workspace/state.json").read_text("utf-8"))
        return found

    def public(self) -> dict[str, bytes]:
        return files(self.root / "public")

    def published(self, name: str) -> list[dict[str, str]]:
        path = self.root / "public/datasets/municipal-plans/latest" / name
        return list(csv.DictReader(StringIO(path.read_text("utf-8"))))

    def archived(self, content: bytes) -> bool:
        path = self.root / "workspace/archive" / hashlib.sha256(content).hexdigest()
        return path.is_file() and path.read_bytes() == content


def files(folder: Path) -> dict[str, bytes]:
    return {
        one.relative_to(folder).as_posix(): one.read_bytes()
        for one in folder.rglob("*")
        if one.is_file() and not one.name.endswith("lock")
    }


def statuses(summary: Summary) -> dict[str, str]:
    return {one.file: one.status for one in summary.submissions}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary]:
    """The five examples after their first pass; look, do not touch."""
    root = tmp_path_factory.mktemp("first")
    shutil.copytree(INBOX, root / "inbox")
    return root, Desk(root).run()


@pytest.fixture
def desk(new_desk: Desk, lasting: Worker, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A copy of the desk after the first pass, whose passes share a worker."""
    monkeypatch.setattr(guard, "Worker", lambda log: lasting)
    return new_desk


@pytest.fixture
def new_desk(first: tuple[Path, Summary], tmp_path: Path) -> Desk:
    """A copy of the desk after the first pass; every pass has workers of its own."""
    root = tmp_path / "desk"
    shutil.copytree(first[0], root)
    return Desk(root, day=1)


def content_of(place: str) -> bytes:
    return (INBOX / place).read_bytes()


@cache
def corrected_dx() -> bytes:
    return edited(content_of(DX), E4=CORRECTED)


# --- the first pass and the second ----------------------------------------------------------------


def test_the_first_pass_publishes_four_of_five(first: tuple[Path, Summary]) -> None:
    root, summary = first
    assert statuses(summary) == {
        SHIMOTSUKE: "accepted",
        DX: "rejected",
        REGISTER: "accepted",
        NISHITOKYO: "accepted",
        SAGAMIHARA: "accepted",
    }
    assert [(one.package, one.version, one.previous) for one in summary.releases] == [
        ("municipal-plans", "1.0.0", None)
    ]
    desk = Desk(root)
    assert [(one["plan_id"], one["end_fiscal_year"]) for one in desk.published("plans.csv")] == [
        ("092169-chiiki-johoka", "2011"),
        ("132012-johoka", "2022"),
        ("132292-joho-hoshin-kihon", "2023"),
        ("141500-joho-management", "2016"),
    ]
    assert len(desk.published("policy_nodes.csv")) == 19 + 3 + 3 + 23
    assert len(desk.published("indicator_values.csv")) == 18
    assert sum(one["value"] == "" for one in desk.published("indicator_values.csv")) == 1
    assert desk.codes(DX) == ["era-year-mismatch"]
    assert desk.codes(REGISTER) == ["era-year-never-existed"]
    assert desk.codes(SAGAMIHARA) == []


def test_every_file_is_in_the_archive(first: tuple[Path, Summary]) -> None:
    root, _ = first
    archive = root / "workspace/archive"
    assert sorted(one.name for one in archive.iterdir()) == sorted(
        hashlib.sha256(one.read_bytes()).hexdigest() for one in INBOX.rglob("*.xlsx")
    )
    assert all(Desk(root).archived(one.read_bytes()) for one in INBOX.rglob("*.xlsx"))


def test_a_refused_file_comes_back_marked(first: tuple[Path, Summary]) -> None:
    review = first[0] / "workspace/reviews" / DX
    assert sorted(one.name for one in review.iterdir()) == [
        "history.json",
        "report.html",
        "report.json",
        "八王子市DX推進計画_取組一覧.checked.xlsx",
        "八王子市DX推進計画_取組一覧.proposed.xlsx",
    ]
    (problem,) = json.loads((review / "report.json").read_text("utf-8"))["problems"]
    assert (problem["sheet"], problem["cell"]) == ("取組一覧", "E4")
    assert problem["suggestion"] == CORRECTED


def test_the_second_pass_changes_nothing(desk: Desk) -> None:
    public, workspace = desk.public(), files(desk.root / "workspace")
    assert not pending(desk.settings())
    for _ in range(2):
        summary = desk.run()
        assert set(statuses(summary).values()) == {"unchanged"}
        assert summary.releases == ()
        assert not summary.has_news
    assert desk.public() == public
    assert files(desk.root / "workspace") == workspace


def test_touching_files_or_losing_derived_ones_changes_nothing(desk: Desk) -> None:
    public = desk.public()
    for one in desk.inbox.rglob("*.xlsx"):
        os.utime(one, (1, 1))
    shutil.rmtree(desk.root / "workspace/extracts")
    (desk.root / "public/index.html").unlink()
    (desk.root / "public/datasets/municipal-plans/latest/plans.csv").write_text("spoiled")
    assert pending(desk.settings())

    summary = desk.run()
    assert summary.releases == ()
    assert desk.public() == public
    assert not pending(desk.settings())


def test_the_same_inbox_gives_the_same_bytes(new_desk: Desk, tmp_path: Path) -> None:
    again = Desk(tmp_path / "again")
    shutil.copytree(INBOX, again.inbox)
    again.run(workers=2)
    assert again.public() == new_desk.public()


# --- corrections ----------------------------------------------------------------------------------


def test_a_corrected_file_makes_a_new_version_with_its_changes(desk: Desk) -> None:
    desk.put(DX, corrected_dx())
    summary = desk.run()

    assert statuses(summary)[DX] == "accepted"
    assert [(one.version, one.previous, one.changed_rows) for one in summary.releases] == [
        ("1.1.0", "1.0.0", 1 + 56)
    ]
    changes = desk.published("changes.csv")
    assert {(one["table"], one["change"]) for one in changes} == {
        ("plans", "added"),
        ("policy_nodes", "added"),
    }
    assert {one["key"] for one in changes if one["table"] == "plans"} == {"132012-dx"}
    assert len({one["key"] for one in changes if one["table"] == "policy_nodes"}) == 56
    assert desk.codes(DX) == []
    assert desk.archived(corrected_dx()) and desk.archived(content_of(DX))
    # The version before is still there, untouched.
    old = "datasets/municipal-plans/1.0.0/plans.csv"
    assert len(desk.public()[old].splitlines()) == 1 + 4


def test_a_corrected_value_is_a_patch(desk: Desk) -> None:
    desk.put(SAGAMIHARA, edited(content_of(SAGAMIHARA), "成果指標", G6=54.8))
    summary = desk.run()

    assert [one.version for one in summary.releases] == ["1.0.1"]
    changes = desk.published("changes.csv")
    assert [(one["table"], one["field"], one["before"], one["after"]) for one in changes] == [
        ("indicator_values", "value", "53.8", "54.8"),
        ("indicator_values", "raw", "53.8", "54.8"),
    ]


def test_a_bad_file_in_the_place_of_a_good_one_keeps_the_last_good_data(desk: Desk) -> None:
    public = desk.public()
    for bad, code in (
        (b"", "empty-file"),
        (edited(content_of(REGISTER), C7="当分の間"), "not-a-year"),
    ):
        desk.put(REGISTER, bad)
        summary = desk.run()
        assert statuses(summary)[REGISTER] in ("rejected", "unreadable")
        assert summary.releases == ()
        assert desk.public() == public
        assert code in desk.codes(REGISTER)
        assert desk.review(REGISTER)["published"] == "1.0.0"
        assert desk.archived(bad)

    desk.put(REGISTER, content_of(REGISTER))
    summary = desk.run()
    assert statuses(summary)[REGISTER] == "accepted"
    assert summary.releases == ()
    assert desk.public() == public


# --- files that stand in each other's way, go and come --------------------------------------------

OTHER = "municipal-plans/132012/写し/登録票（写し）.xlsx"


def test_two_files_with_the_same_records(desk: Desk) -> None:
    public = desk.public()
    desk.put(OTHER, edited(content_of(REGISTER), A23="※写し"))

    summary = desk.run()
    assert statuses(summary)[OTHER] == "rejected"
    assert statuses(summary)[REGISTER] == "unchanged"
    (problem,) = [one for one in desk.review(OTHER)["problems"] if one["severity"] == "error"]
    assert problem["code"] == "conflicting-submission"
    assert REGISTER in problem["message"]
    assert summary.releases == ()

    again = desk.run()
    assert set(statuses(again).values()) == {"unchanged"}
    assert not again.has_news

    (desk.inbox / REGISTER).unlink()
    solved = desk.run()
    assert statuses(solved)[OTHER] == "accepted"
    assert REGISTER not in desk.state()["submissions"]
    assert desk.codes(OTHER) == ["era-year-never-existed"]
    assert solved.releases == (), "the records are the same"
    assert [one["plan_id"] for one in desk.published("plans.csv")] == [
        line.split(b",")[0].decode()
        for line in public["datasets/municipal-plans/latest/plans.csv"].splitlines()[1:]
    ]


def test_a_deleted_file_leaves_its_data_published(desk: Desk) -> None:
    public = desk.public()
    (desk.inbox / SAGAMIHARA).unlink()

    summary = desk.run()
    assert summary.withdrawn == (SAGAMIHARA,)
    assert SAGAMIHARA not in statuses(summary)
    assert summary.releases == ()
    assert desk.public() == public

    again = desk.run()
    assert again.withdrawn == ()
    assert not again.has_news

    desk.put(SAGAMIHARA, content_of(SAGAMIHARA))
    back = desk.run()
    assert statuses(back)[SAGAMIHARA] == "accepted"
    assert back.releases == ()
    assert desk.public() == public


def test_a_deleted_refused_file_is_forgotten_but_archived(desk: Desk) -> None:
    (desk.inbox / DX).unlink()
    summary = desk.run()
    assert DX not in statuses(summary)
    assert DX not in desk.state()["submissions"]
    assert not (desk.root / "workspace/reviews" / DX / "report.html").exists()
    assert desk.archived(content_of(DX))


def test_the_same_content_under_another_name(desk: Desk) -> None:
    public = desk.public()
    renamed = "municipal-plans/141500/進捗管理（令和7年度）.xlsx"
    (desk.inbox / SAGAMIHARA).rename(desk.inbox / renamed)

    summary = desk.run()
    assert statuses(summary)[renamed] == "accepted"
    assert SAGAMIHARA not in desk.state()["submissions"]
    assert summary.releases == ()
    assert desk.public() == public
    assert not desk.run().has_news


# --- bad input ------------------------------------------------------------------------------------


def bomb() -> bytes:
    """An xlsx of a few kilobytes whose one sheet is 48 MB of blanks."""
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content_of(REGISTER))) as good,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for name in good.namelist():
            bad.writestr(name, b" " * (48 << 20) if "sheet1" in name else good.read(name))
    return out.getvalue()


@cache
def bad_inputs() -> Mapping[str, tuple[bytes, str]]:
    good = content_of(REGISTER)
    noise = random.Random(1).randbytes(5000)
    return {
        "零バイト.xlsx": (b"", "empty-file"),
        "文章.xlsx": ("会議の議事録\nです。\n".encode(), "not-a-spreadsheet"),
        "途中まで.xlsx": (good[: len(good) // 2], "damaged-file"),
        "乱数.xlsx": (b"\x00" + noise, "not-a-spreadsheet"),
        "図面.xlsx": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + noise, "not-a-spreadsheet"),
        "爆弾.xlsx": (bomb(), "zip-bomb"),
        "白紙.xlsx": (xlsx(sheet("| |")), "no-cells"),
        "備品.xlsx": (xlsx(sheet("| 品名 | 数量 |\n| 鉛筆 | 12 |")), "unknown-layout"),
    }


ALSO = {"unknown-layout": ["not-a-plan"]}
"""What is told besides."""
LOST = {
    "計画.xlsx": "misplaced-file",
    "municipal-plans/計画.xlsx": "misplaced-file",
    "municipal-plan/132012/計画.xlsx": "unknown-package",
    "municipal-plans/132010/計画.xlsx": "unknown-municipality",
    "municipal-plans/八王子市/計画.xlsx": "unknown-municipality",
}
"""Places that name no package or municipality."""

BAD = "municipal-plans/132012/不備/"
ODD = [
    "①㈱﨑髙～−【機種依存】.xlsx",
    'it\'s a "plan"; $(rm -rf) & more.xlsx',
    "二重  空白 と　全角.xlsx",
    "計画.XLSX",
    "％20計画#1?.xlsx",
    "改\n行.xlsx",
    "円\\記号.xlsx",
    "長" * 83 + ".xlsx",
]
"""Names that clerks give to files."""
IGNORED = ["~$計画.xlsx", ".DS_Store", ".計画.xlsx", "Thumbs.db", "desktop.ini", "計画.xlsx.tmp"]


@cache
def odd_content(number: int) -> bytes:
    """A plan of its own for every odd name."""
    return edited(
        content_of(REGISTER), C5=f"第{number}次情報化計画", C7="令和4年度から令和8年度まで"
    )


@pytest.fixture(scope="module")
def odd(first: tuple[Path, Summary], tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, Any]:
    """One pass over everything that should not be in an inbox, beside what should."""
    root = tmp_path_factory.mktemp("odd") / "desk"
    shutil.copytree(first[0], root)
    desk = Desk(root, day=1)
    for name, (content, _) in bad_inputs().items():
        desk.put(BAD + name, content)
    protected = PACKAGE.parents[2] / "shared/workbooks/hard/nolze__example_password.xlsx"
    if protected.is_file():
        desk.put(BAD + "秘密.xlsx", protected.read_bytes())
    for place in LOST:
        desk.put(place, content_of(REGISTER))
    for number, name in enumerate(ODD):
        desk.put(f"municipal-plans/132012/{name}", odd_content(number))
    for name in IGNORED:
        desk.put(f"municipal-plans/132012/{name}", content_of(SHIMOTSUKE))
    outside = root / "outside"
    outside.mkdir()
    (outside / "secret.xlsx").write_bytes(corrected_dx())
    (desk.inbox / "municipal-plans/132012/link.xlsx").symlink_to(outside / "secret.xlsx")
    (desk.inbox / "municipal-plans/132012/folder").symlink_to(outside)
    os.mkfifo(desk.inbox / "municipal-plans/132012/pipe.xlsx")
    desk.put(DX, corrected_dx())
    return desk, desk.run(workers=2)


@pytest.mark.parametrize("name", bad_inputs())
def test_a_bad_file_gets_a_review_that_says_so(odd: tuple[Desk, Summary], name: str) -> None:
    desk, summary = odd
    content, code = bad_inputs()[name]
    expected = "rejected" if code == "unknown-layout" else "unreadable"
    assert statuses(summary)[BAD + name] == expected
    assert desk.codes(BAD + name) == [code, *ALSO.get(code, [])]
    page = (desk.root / "workspace/reviews" / (BAD + name) / "report.html").read_text("utf-8")
    problem = desk.review(BAD + name)["problems"][0]
    assert problem["file"] == BAD + name
    assert problem["message"].split("。")[0] in page
    assert problem["message_en"].split(".")[0][:20] in page
    assert "Traceback" not in page
    assert desk.archived(content)


def test_a_password_is_asked_to_be_removed(odd: tuple[Desk, Summary], shared: Path) -> None:
    desk, summary = odd
    assert statuses(summary)[BAD + "秘密.xlsx"] == "unreadable"
    assert desk.codes(BAD + "秘密.xlsx") == ["password-protected"]


@pytest.mark.parametrize("place", LOST)
def test_a_file_in_the_wrong_place_is_told_so(odd: tuple[Desk, Summary], place: str) -> None:
    desk, summary = odd
    assert statuses(summary)[place] == "rejected"
    assert desk.codes(place) == [LOST[place]]


@pytest.mark.parametrize("number", range(len(ODD)))
def test_names_of_files_do_not_matter(odd: tuple[Desk, Summary], number: int) -> None:
    desk, summary = odd
    shown = ODD[number].replace("\n", "\ufffd").replace("\\", "\ufffd")
    place = f"municipal-plans/132012/{shown}"
    assert statuses(summary)[place] == "accepted"
    assert desk.review(place)["file"] == place
    assert desk.archived(odd_content(number))


def test_what_a_review_gave_back_counts_as_the_file_it_came_from(tmp_path: Path) -> None:
    """計画.proposed.xlsx beside 計画.xlsx is no second file; the newer of the two is read."""
    folder = tmp_path / "municipal-plans/132012"
    folder.mkdir(parents=True)
    for second, name in enumerate(
        ("計画.xls", "計画.checked.xlsx", "指標.proposed.xlsx", "指標.xlsx", "古い.Checked.XLSX")
    ):
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (second, second))

    found, passed_over = inbox.survey(tmp_path)

    assert {one.place.rpartition("/")[2]: Path(one.path).name for one in found} == {
        "計画.xls": "計画.checked.xlsx",
        "指標.xlsx": "指標.xlsx",
        "古い.XLSX": "古い.Checked.XLSX",
    }
    assert [one.why for one in passed_over] == ["superseded", "superseded"]


def test_accepting_proposals_is_one_drop_back(desk: Desk) -> None:
    name = "八王子市DX推進計画_取組一覧.proposed.xlsx"
    given_back = desk.root / "workspace/reviews" / DX / name
    desk.put(str(Path(DX).with_name(name)), given_back.read_bytes())

    summary = desk.run()

    assert statuses(summary)[DX] == "accepted"
    assert len(summary.submissions) == 5 and summary.passed_over == {"superseded": 1}
    assert summary.releases


def test_what_is_no_submission_is_ignored(odd: tuple[Desk, Summary]) -> None:
    _, summary = odd
    assert summary.passed_over == {"leftover": len(IGNORED), "link": 2, "other": 1}
    assert (
        "読まずにおいたもの 9 件（一時ファイル・隠しファイル 6、リンク 2、"
        "開けないフォルダーや特殊なファイル 1）"
    ) in summary.sentences()
    names = {place.rpartition("/")[2] for place in statuses(summary)}
    assert not names & {*IGNORED, "link.xlsx", "secret.xlsx", "pipe.xlsx"}
    assert not [place for place in statuses(summary) if "folder" in place]


def test_the_pass_goes_on(odd: tuple[Desk, Summary]) -> None:
    """What is good is published in the same pass as all that."""
    desk, summary = odd
    assert statuses(summary)[DX] == "accepted"
    assert statuses(summary)[SAGAMIHARA] == "unchanged"
    assert [one.version for one in summary.releases] == ["1.1.0"]
    plans = {one["plan_id"] for one in desk.published("plans.csv")}
    assert len(plans) == 4 + 1 + len(ODD)
    assert not desk.run().has_news
    overview = (desk.root / "workspace/reviews/index.html").read_text("utf-8")
    assert "途中まで.xlsx" in overview


# --- costly files, broken packages, other passes --------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "codes"),
    [
        ({"seconds": 0.01}, {"too-costly"}),
        ({"memory_megabytes": 64}, {"too-costly", "unexpected-error"}),
    ],
)
def test_a_costly_file_is_refused_and_tried_again_under_other_limits(
    tmp_path: Path, limit: dict[str, Any], codes: set[str]
) -> None:
    desk = Desk(tmp_path)
    desk.put(DX, corrected_dx())
    summary = desk.run(limits=limit)
    assert statuses(summary) == {DX: "unreadable"}
    assert set(desk.codes(DX)) <= codes
    assert summary.releases == ()
    assert desk.archived(corrected_dx())
    is_tried_again = "unexpected-error" in desk.codes(DX)  # perhaps a mistake of ours
    assert desk.run(limits=limit).has_news is is_tried_again

    assert statuses(desk.run()) == {DX: "accepted"}


@pytest.fixture
def own_packages(desk: Desk) -> Path:
    folder = desk.root / "datapackages"
    shutil.copytree(PACKAGE, folder / "municipal-plans", ignore=shutil.ignore_patterns("examples"))
    return folder


@pytest.mark.parametrize("inbox", ["public", "public/datasets", "workspace", "."])
def test_the_inbox_is_no_store(desk: Desk, inbox: str) -> None:
    before = desk.public()
    with pytest.raises(ConfigurationError, match="inbox"):
        desk.run(inbox=desk.root / inbox)
    assert desk.public() == before


def test_a_pass_that_could_not_publish_tells_stewards_nothing(desk: Desk) -> None:
    before = files(desk.root / "workspace/reviews")
    staged = desk.root / "workspace/staged"
    shutil.rmtree(staged, ignore_errors=True)
    staged.write_bytes(b"in the way")
    desk.put(DX, corrected_dx())
    with pytest.raises(StoreError):
        desk.run()
    assert files(desk.root / "workspace/reviews") == before
    staged.unlink()
    assert statuses(desk.run())[DX] == "accepted"
    assert files(desk.root / "workspace/reviews") != before


def test_a_broken_layout_stops_the_pass_before_anything_is_written(
    desk: Desk, own_packages: Path
) -> None:
    before = files(desk.root / "public"), desk.state()
    layout = own_packages / "municipal-plans/layouts/action-list.yaml"
    layout.write_text(layout.read_text("utf-8").replace("plans.title", "plans.titel"))

    with pytest.raises(PackageError) as caught:
        desk.run(packages_folder=own_packages)
    assert caught.value.code == "broken-layout"
    assert "「action-list」" in caught.value.sentence().ja
    assert "plans.titel" in caught.value.sentence().en
    assert (files(desk.root / "public"), desk.state()) == before


def test_a_changed_package_judges_every_file_again(desk: Desk, own_packages: Path) -> None:
    rule = own_packages / "municipal-plans/rules/missing-unit.yaml"
    rule.write_text(rule.read_text("utf-8") + "\n# said better\n")

    summary = desk.run(packages_folder=own_packages)
    assert "unchanged" not in statuses(summary).values()
    assert summary.releases == ()
    assert not desk.run(packages_folder=own_packages).has_news


def test_a_layout_taken_away_refuses_its_files_and_keeps_their_data(
    desk: Desk, own_packages: Path
) -> None:
    (own_packages / "municipal-plans/layouts/plan-register-form.yaml").unlink()

    summary = desk.run(packages_folder=own_packages)
    assert statuses(summary)[REGISTER] == "rejected"
    assert statuses(summary)[SAGAMIHARA] == "accepted"
    assert summary.releases == ()
    assert "132012-johoka" in {one["plan_id"] for one in desk.published("plans.csv")}
    assert not desk.run(packages_folder=own_packages).has_news


def test_what_a_stricter_contract_refuses_stays_published_as_it_was(
    desk: Desk, own_packages: Path
) -> None:
    before = desk.published("plans.csv")
    descriptor = own_packages / "municipal-plans/datapackage.yaml"
    contract = yaml.safe_load(descriptor.read_text("utf-8"))
    (plans,) = (one for one in contract["resources"] if one["name"] == "plans")
    (kind,) = (one for one in plans["schema"]["fields"] if one["name"] == "plan_type")
    was = {one["plan_type"] for one in before}
    gone = sorted(was)[0]
    kind["categories"] = [one for one in kind["categories"] if one["value"] != gone]
    if "enum" in kind.get("constraints", {}):
        kind["constraints"]["enum"] = [one for one in kind["constraints"]["enum"] if one != gone]
    descriptor.write_text(yaml.safe_dump(contract, allow_unicode=True, sort_keys=False))

    summary = desk.run(packages_folder=own_packages)
    assert "rejected" in {statuses(summary)[one] for one in (DX, REGISTER, SAGAMIHARA, SHIMOTSUKE)}
    assert [one["plan_type"] for one in desk.published("plans.csv")] == [
        one["plan_type"] for one in before
    ]
    assert not any(one["change"] == "changed" for one in desk.published("corrections.csv"))
    assert not desk.run(packages_folder=own_packages).has_news


def test_a_file_that_vanishes_during_the_pass_is_left_for_the_next(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = "municipal-plans/132012/消える.xlsx"
    desk.put(gone, corrected_dx())
    desk.put(DX, corrected_dx())
    read = inbox.Submission.read

    def vanishing(one: inbox.Submission) -> tuple[bytes, str]:
        if one.place == gone:
            Path(one.path).unlink()
        return read(one)

    monkeypatch.setattr(inbox.Submission, "read", vanishing)
    summary = desk.run()
    assert gone not in statuses(summary)
    assert statuses(summary)[DX] == "accepted"
    assert not desk.run().has_news


def test_two_passes_at_once(new_desk: Desk) -> None:
    new_desk.put(DX, corrected_dx())
    settings = new_desk.settings()
    now = START + timedelta(days=2)
    done: list[Summary | Exception] = []

    def one_pass() -> None:
        try:
            done.append(run_pass(settings, now=now))
        except Exception as error:  # noqa: BLE001 - told below
            done.append(error)

    threads = [threading.Thread(target=one_pass) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [one for one in done if isinstance(one, Exception)] == []
    versions = [one["version"] for one in new_desk.state()["releases"]["municipal-plans"]]
    assert versions == ["1.0.0", "1.1.0"]
    published = [len(one.releases) for one in done if isinstance(one, Summary)]
    assert sorted(published) == [0, 1]
    assert not new_desk.run().has_news


def test_a_pass_over_one_package_leaves_the_others_alone(desk: Desk, own_packages: Path) -> None:
    other = own_packages / "other-plans"
    shutil.copytree(own_packages / "municipal-plans", other)
    descriptor = other / "datapackage.yaml"
    descriptor.write_text(
        descriptor.read_text("utf-8").replace("name: municipal-plans", "name: other-plans", 1)
    )
    desk.put(f"other-plans/132012/{DX.rpartition('/')[2]}", corrected_dx())

    summary = desk.run(packages_folder=own_packages, package=("other-plans",))
    assert list(statuses(summary).values()).count("accepted") == 1
    assert [one.package for one in summary.releases] == ["other-plans"]
    assert summary.withdrawn == ()
    assert sorted(desk.state()["releases"]) == ["municipal-plans", "other-plans"]
    again = desk.run(packages_folder=own_packages)
    assert again.releases == ()


WITH_NUMBER = {"C6": "下野市地域情報化計画（問合せ 0285-00-0000）"}
"""The plan's name, which is published, with a telephone number in it."""


def test_an_operator_answers_what_is_asked_and_it_is_not_asked_again(desk: Desk) -> None:
    desk.put(SHIMOTSUKE, edited(content_of(SHIMOTSUKE), **WITH_NUMBER))
    assert statuses(desk.run())[SHIMOTSUKE] == "rejected"

    with pytest.raises(UsageError, match="asks nothing there"):
        answer(desk.settings(), SHIMOTSUKE, "代表番号", cell="A1")
    with pytest.raises(UsageError, match="reason"):
        answer(desk.settings(), SHIMOTSUKE, " ", cell="C6")
    told = answer(desk.settings(), SHIMOTSUKE, "代表番号", cell="C6", code="personal-data")
    assert [one.code for one in told.questions] == ["personal-data"]
    assert "代表番号" in json.dumps(desk.state(), ensure_ascii=False)
    assert "0285" not in json.dumps(desk.state())

    assert statuses(desk.run())[SHIMOTSUKE] == "accepted"
    assert "answered-before" in desk.codes(SHIMOTSUKE)
    assert statuses(desk.run())[SHIMOTSUKE] == "unchanged"

    desk.put(SHIMOTSUKE, edited(content_of(SHIMOTSUKE), **WITH_NUMBER, D2="掲載日　平成29年1月4日"))
    assert statuses(desk.run())[SHIMOTSUKE] == "accepted"
    desk.put(SHIMOTSUKE, edited(content_of(SHIMOTSUKE), C6="下野市計画（問合せ 0285-00-1111）"))
    assert statuses(desk.run())[SHIMOTSUKE] == "rejected", "another number is another question"


def test_a_steward_answers_in_the_workbook_that_came_back(desk: Desk) -> None:
    desk.put(SHIMOTSUKE, edited(content_of(SHIMOTSUKE), **WITH_NUMBER))
    desk.run()
    (came_back,) = (desk.root / "workspace/reviews" / SHIMOTSUKE).glob("*.checked.xlsx")
    book = openpyxl.load_workbook(came_back)
    sheet = book[RESULTS_SHEET]
    (row,) = [at for at in range(1, sheet.max_row + 1) if sheet.cell(at, 3).value == "施策一覧 C6"]
    answered = {sheet.cell(row, 8).coordinate: "はい", sheet.cell(row, 9).coordinate: "代表番号"}

    desk.put(SHIMOTSUKE, edited(came_back.read_bytes(), RESULTS_SHEET, **answered))
    assert statuses(desk.run())[SHIMOTSUKE] == "accepted"

    desk.put(SHIMOTSUKE, edited(content_of(SHIMOTSUKE), **WITH_NUMBER))
    assert statuses(desk.run())[SHIMOTSUKE] == "accepted", "without the sheet of results, too"


def test_who_answers_for_a_file_that_was_never_there_is_told(desk: Desk) -> None:
    with pytest.raises(UsageError, match="no submission"):
        answer(desk.settings(), "municipal-plans/092169/無い.xlsx", "理由")


def test_a_file_judged_again_is_held_against_the_last_release_as_well(desk: Desk) -> None:
    """Nothing in the inbox has changed but that another file went away."""
    copy = "municipal-plans/141500/写し/進捗管理（写し）.xlsx"
    renamed = edited(content_of(SAGAMIHARA), "成果指標", C7="必要な情報を得やすいと思う人の割合")
    desk.put(copy, renamed)
    assert statuses(desk.run())[copy] == "rejected"
    assert "indicator-renamed" in desk.codes(copy)

    (desk.inbox / SAGAMIHARA).unlink()
    assert statuses(desk.run())[copy] == "accepted"
    assert "indicator-renamed" in desk.codes(copy)
    assert Accounts.read(desk.state()).submissions[copy].state == "asked"

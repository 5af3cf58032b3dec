"""A form that nobody has described: its review proposes a layout, an operator accepts it, and the
next pass reads the file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from typer.testing import CliRunner

from opendata.cli.commands import app
from opendata.errors import OpendataError, UnreadableWorkbook
from opendata.extract.draft import draft
from opendata.pipeline import (
    Outcome,
    Summary,
    accept_layout,
    begin,
    conclude,
    examine,
    guard,
    pending,
)
from opendata.pipeline.guard import Worker
from opendata.pipeline.jobs import Job
from opendata.review import picture
from tests.builders import PACKAGE, package, sheet, workbook, xlsx
from tests.test_pipeline import START, Desk, files, statuses

KPI = "municipal-plans/132012/窓口/指標 (案).xlsx"
OTHER = "municipal-plans/132012/備品.xlsx"
NAME = "指標 (案)"
PHONE = "090-0000-1234"
FORM = sheet(
    r"""
    | 見本市総合計画　指標の進捗 |        |      |           |            |        |           |
    | 照会先 090-0000-1234       |        |      |           |            |        |           |
    |                            |        |      |           |            |        |           |
    | 施策                       | 指標   | 単位 | 基準値\n(R2) | 実績    | <      | 目標値\n(R7) |
    | ^                          | ^      | ^    | ^         | 令和3年度  | 4年度  | ^         |
    | 窓口の改善                 | 満足度 | %    | 40        | 42         | 45.5   | 50        |
    | ^                          | 来庁者 | 人   | 1200      | 1250       | 集計中 | 1500以上  |
    """
)
CONTENT = xlsx(FORM)


class Office(Desk):
    """A desk with packages of its own."""

    @property
    def layouts(self) -> Path:
        return self.root / "datapackages/municipal-plans/layouts"

    def run(self, **more: object) -> Summary:
        return super().run(packages_folder=self.root / "datapackages", **more)

    def folder(self, place: str = KPI) -> Path:
        return self.root / "workspace/reviews" / place

    def page(self, place: str = KPI) -> str:
        return (self.folder(place) / "report.html").read_text("utf-8")


def opened(root: Path) -> Office:
    """An office where a new form and something else were dropped."""
    leave_out = shutil.ignore_patterns("examples")
    shutil.copytree(PACKAGE, root / "datapackages/municipal-plans", ignore=leave_out)
    office = Office(root)
    office.put(KPI, CONTENT)
    office.put(OTHER, xlsx(sheet("| 品名 | 数量 |\n| 鉛筆 | 12 |")))
    return office


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """After its first pass; look, do not touch."""
    office = opened(tmp_path_factory.mktemp("office"))
    office.run()
    return office


@pytest.fixture
def office(first: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A copy of it, where the operator sits."""
    shutil.copytree(first.root, tmp_path / "office")
    monkeypatch.chdir(tmp_path / "office")
    return Office(tmp_path / "office", day=first.day)


def jobs_of(monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """Every job that a worker process is given from now on."""
    given: list[Job] = []
    answer = Worker._answer

    def noted(worker: Worker, job: Job) -> Outcome | OpendataError:
        given.append(job)
        return answer(worker, job)

    monkeypatch.setattr(Worker, "_answer", noted)
    return given


# --- what the review proposes ---------------------------------------------------------------------


def test_the_review_proposes_a_layout_and_nothing_is_published(first: Office) -> None:
    assert {one.name for one in first.folder().iterdir()} == {
        "history.json",
        "report.html",
        "report.json",
        f"{NAME}.checked.xlsx",
        f"{NAME}.layout.yaml",
        f"{NAME}.layout.html",
    }
    review = first.review(KPI)
    assert (review["status"], review["layout"]) == ("rejected", None)
    assert first.codes(KPI) == ["unknown-layout", "draftable-layout"]
    proposal = review["proposal"]
    assert proposal["records"]["indicator_values"] == 8
    assert 0 < proposal["confidence"] <= 1
    assert (proposal["errors"], proposal["warnings"] > 0) == (0, True)
    assert first.state()["submissions"][KPI].get("accepted") is None
    assert not (first.root / "public/datasets").exists()


def test_the_page_tells_the_steward_and_the_operator(first: Office) -> None:
    page = first.page()
    assert "この様式の登録を待っています。" in page
    assert "提出された方にしていただくことはありません" in page
    assert '<span lang="ja">指標の値</span><span lang="en">indicator_values</span> 8' in page
    assert "%E6%8C%87%E6%A8%99%20%28%E6%A1%88%29.layout.html" in page
    assert "%E6%8C%87%E6%A8%99%20%28%E6%A1%88%29.layout.yaml" in page
    workspace = first.root / "workspace"
    assert f"opendata draft --accept &#39;{KPI}&#39; --workspace {workspace}" in page
    assert "修正が必要</span>" not in page, "nothing is asked of the steward"
    picture = (first.folder() / f"{NAME}.layout.html").read_text("utf-8")
    assert 'href="report.html"' in picture
    overview = (first.root / "workspace/reviews/index.html").read_text("utf-8")
    assert "様式の登録待ち" in overview
    assert "ほかに1件は、運用担当者による様式の登録を待っています。" in overview


def test_the_operator_is_told_what_to_type(first: Office) -> None:
    told = "\n".join(Office(first.root, day=1).run().sentences())
    assert "様式の登録待ち 1 件" in told
    assert f"opendata draft --accept '{KPI}' --workspace" in told
    assert "差し戻し 1 件" in told
    assert "計画の体系（目標・施策・取組など）や、指標とその値" in told, "why the other is refused"


def test_what_is_no_plan_gets_no_proposal_and_is_told_so(first: Office) -> None:
    assert {one.name for one in first.folder(OTHER).iterdir()} == {
        "history.json",
        "report.html",
        "report.json",
        "備品.checked.xlsx",
    }
    assert first.codes(OTHER) == ["unknown-layout", "not-a-plan"]
    assert "proposal" not in first.review(OTHER)
    assert "計画や指標の表ではないようなので、公開していません。" in first.page(OTHER)
    assert "draft --accept" not in first.page(OTHER)


def test_personal_data_stand_in_no_proposal(first: Office) -> None:
    for name in (f"{NAME}.layout.yaml", f"{NAME}.layout.html", "report.html", "report.json"):
        assert PHONE not in (first.folder() / name).read_text("utf-8")
    assert "●●●" in (first.folder() / f"{NAME}.layout.html").read_text("utf-8")


def test_what_is_hidden_is_not_drawn() -> None:
    hidden = replace(
        FORM,
        rows=[*FORM.rows, ["隠した行", "秘密の指標", "人", 98765]],
        hidden_rows=frozenset({len(FORM.rows)}),
        hidden_columns=frozenset({3}),
    )
    book = workbook(hidden, sheet("| 隠したシート |", "裏", visibility="hidden"))
    page = picture(draft(book, package()), book).decode()

    assert "来庁者" in page
    for secret in ("秘密の指標", "98765", "隠した行", "隠したシート", "基準値"):
        assert secret not in page
    assert '<th scope="col">C</th><th scope="col">E</th>' in page
    assert "非表示の行・列は読み取らず" in page
    assert "非表示のシート（1枚）" in page


def test_the_same_workbook_gives_the_same_proposal(first: Office, tmp_path: Path) -> None:
    again = opened(tmp_path / "again")
    again.run(workers=2)
    for name in (f"{NAME}.layout.yaml", f"{NAME}.layout.html"):
        assert (again.folder() / name).read_bytes() == (first.folder() / name).read_bytes()


def test_an_unchanged_night_drafts_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(office.root / "workspace")
    given = jobs_of(monkeypatch)
    assert not office.run().has_news
    assert given == []
    assert files(office.root / "workspace") == before


def test_what_drafting_costs_does_not_cost_the_file_its_verdict(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.put(KPI, xlsx(replace(FORM, name="別の表")))
    answer = Worker._answer

    def short_of_time(worker: Worker, job: Job) -> Outcome | OpendataError:
        if job.received.drafting != "never":
            return UnreadableWorkbook("too-costly", memory="4096 MB", seconds="60")
        return answer(worker, job)

    monkeypatch.setattr(guard.Worker, "_answer", short_of_time)
    assert statuses(office.run())[KPI] == "rejected"
    assert office.codes(KPI) == ["unknown-layout", "undrafted-layout"]
    assert "ファイルを直す必要はありません" in office.page()
    assert not list(office.folder().glob("*.layout.*"))


# --- accepting it ---------------------------------------------------------------------------------


def accept(office: Office, *arguments: str | Path) -> str:
    command = ["draft", "--accept", *map(str, arguments)]
    environment = {"OPENDATA_PACKAGES_FOLDER": str(office.root / "datapackages")}
    said = CliRunner().invoke(app, [*command, "--workspace", "workspace"], env=environment)
    if said.exception is not None and not isinstance(said.exception, SystemExit):
        raise said.exception
    return said.output


def test_an_accepted_layout_reads_the_file_that_lies_there(office: Office) -> None:
    settings = office.settings(packages_folder=office.root / "datapackages")
    assert not pending(settings)

    told = accept(office, KPI)
    assert f"{NAME}.yaml" in told and "入れ直す必要はありません" in told
    proposed = (office.folder() / f"{NAME}.layout.yaml").read_bytes()
    assert (office.layouts / f"{NAME}.yaml").read_bytes() == proposed
    assert pending(settings), "`serve` sees that the layouts have changed"

    summary = office.run()
    assert statuses(summary)[KPI] == "accepted"
    assert office.review(KPI)["layout"] == NAME
    assert len(office.published("indicator_values.csv")) == 8
    assert not list(office.folder().glob("*.layout.*")), "the proposal has done its work"
    assert not pending(settings)
    assert not office.run().has_news


def test_a_second_file_of_the_form_needs_no_layout_of_its_own(office: Office) -> None:
    accept(office, KPI)
    for given in (KPI, f"inbox/{KPI}"):
        with pytest.raises(OpendataError) as caught:
            accept(office, given, "-o", "again.yaml")
        assert caught.value.code == "known-form"
        assert caught.value.details["layout"] == NAME
    assert not (office.layouts / "again.yaml").exists()


def test_an_edited_proposal_is_accepted_under_its_own_name(office: Office) -> None:
    edited = office.root / "指標の進捗.layout.yaml"
    proposed = (office.folder() / f"{NAME}.layout.yaml").read_text("utf-8")
    edited.write_text(proposed.replace("確からしさ", "たしかめた"), "utf-8")

    accept(office, edited, "--package", "municipal-plans")
    accept(office, edited, "--package", "municipal-plans", "-o", "2.yaml")
    for name in ("指標の進捗.yaml", "2.yaml"):
        assert (office.layouts / name).read_text("utf-8") == edited.read_text("utf-8")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("municipal-plans/132012/備品.xlsx", "no-proposal"),
        ("municipal-plans/132012/ない.xlsx", "file-not-found"),
        ("inbox/municipal-plans/132012/備品.xlsx", "not-a-plan"),
        ("broken.yaml", "broken-layout"),
        ("unknown.yaml", "broken-layout"),
        ("action-list.yaml", "layout-exists"),
    ],
)
def test_what_cannot_be_accepted_changes_nothing(office: Office, given: str, code: str) -> None:
    layout = yaml.safe_load((office.layouts / "action-list.yaml").read_text("utf-8"))
    (office.root / "action-list.yaml").write_text(yaml.safe_dump(layout), "utf-8")
    (office.root / "unknown.yaml").write_text(yaml.safe_dump(layout | {"more": 1}), "utf-8")
    (office.root / "broken.yaml").write_text("title: [", "utf-8")
    before = files(office.layouts)

    with pytest.raises(OpendataError) as caught:
        accept(office, given)
    assert caught.value.code == code
    assert files(office.layouts) == before


def test_a_layout_accepted_during_a_pass_is_news_to_the_next(office: Office) -> None:
    office.put(OTHER, xlsx(sheet("| 品名 | 数量 |\n| 鉛筆 | 13 |")))
    settings = office.settings(packages_folder=office.root / "datapackages")
    work = begin(settings, now=START)
    outcomes = [one for shard in work.shards for one in examine(settings, shard)]
    accept_layout(settings, Path(KPI))
    conclude(settings, work, outcomes)

    assert pending(settings)


# --- in a browser ---------------------------------------------------------------------------------


@pytest.fixture
def pages(first: Office) -> Iterator[list[str]]:
    proposal = first.folder() / f"{NAME}.layout.html"
    yield [one.as_uri() for one in (first.folder() / "report.html", proposal)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_axe_finds_nothing(browser: Browser, pages: list[str], scheme: str, language: str) -> None:
    dark = scheme == "dark"
    context = browser.new_context(color_scheme="dark" if dark else "light", bypass_csp=True)
    page = context.new_page()
    for address in pages:
        page.goto(address)
        page.locator(f"#to-{language}").check(force=True)
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
    context.close()


def test_the_pages_never_scroll_sideways_and_lead_to_each_other(
    browser: Browser, pages: list[str]
) -> None:
    page = browser.new_page(viewport={"width": 375, "height": 740})
    for address in pages:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.goto(pages[0])
    page.get_by_text("どのセルを何として読むかの図").click()
    assert page.url == pages[1]
    page.get_by_text("確認結果に戻る").click()
    assert page.url == pages[0]
    page.close()

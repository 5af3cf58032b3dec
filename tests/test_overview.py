"""What becomes of a submission, told afterwards: its state, its history and the lists of all."""

from __future__ import annotations

import json
import posixpath
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.errors import Place, Problem, UsageError, messages, problem
from opendata.pipeline import Outcome, guard, load_settings, releases, repair, withdraw
from opendata.pipeline.accounts import Account, Accounts, accounted
from opendata.pipeline.guard import Worker
from opendata.pipeline.overview import PASSES, write_overview
from opendata.pipeline.reviews import write_reviews
from opendata.pipeline.settings import Settings
from opendata.review import Reviewed, Status, build
from opendata.review.chart import HEIGHT, chart
from opendata.review.department import Entry, Names, Pass, departments
from opendata.review.folder import department_folder, department_of, inside, page_name
from opendata.review.history import KEPT, Judgement, continued, read_history, to_bytes
from opendata.review.overview import ROWS, WORST, department_pages, index_pages
from opendata.store.folder import FolderStore
from tests.builders import DX, INBOX, SAGAMIHARA
from tests.test_pipeline import START, Desk, content_of, corrected_dx, files

ACCOUNT = Account(
    "0" * 64, "accepted", "accepted", "municipal-plans", "132012", "2026-11-20T02:00:00Z"
)
REVIEW = f"workspace/reviews/{DX}"

# --- states ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "state"),
    [
        ({}, "accepted"),
        ({"warnings": 3}, "accepted"),
        ({"warnings": 3, "questions": 2}, "asked"),
        ({"questions": 1, "withdrawn": True}, "withdrawn"),
        ({"status": "rejected", "errors": 1, "questions": 1}, "refused"),
        ({"status": "unreadable", "errors": 1}, "refused"),
        ({"status": "rejected", "errors": 1, "again": True}, "received"),
    ],
)
def test_where_a_submission_stands(known: dict[str, object], state: str) -> None:
    assert ACCOUNT._replace(**known).state == state  # type: ignore[arg-type]


def test_a_form_that_waits_for_the_operator_is_refused_and_waiting() -> None:
    waiting = ACCOUNT._replace(status="rejected", proposal="計画.layout.yaml")
    assert (waiting.state, waiting.is_waiting) == ("refused", True)
    assert not waiting._replace(status="accepted").is_waiting


# --- history --------------------------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path, lasting: Worker, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A refused and an accepted file, after their first pass."""
    monkeypatch.setattr(guard, "Worker", lambda log: lasting)
    for place in (DX, SAGAMIHARA):
        (tmp_path / "desk/inbox" / place).parent.mkdir(parents=True)
        shutil.copy(INBOX / place, tmp_path / "desk/inbox" / place)
    desk = Desk(tmp_path / "desk")
    desk.run()
    return desk


def judgements(desk: Desk, place: str = DX) -> tuple[Judgement, ...]:
    return read_history((desk.root / f"workspace/reviews/{place}/history.json").read_bytes())


def text_of(html: str, language: str = "ja") -> str:
    other = "en" if language == "ja" else "ja"
    html = re.sub(r"<(style|script)>.*?</\1>", "", html, flags=re.DOTALL)
    html = re.sub(rf'<span lang="{other}"[^>]*>[^<]*</span>', "", html)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", html)))


def links(html: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'<a href="([^"#]+)', html)]


def test_every_judgement_is_kept_and_the_folder_shows_the_present_one(desk: Desk) -> None:
    first = (desk.root / REVIEW / "report.html").read_text("utf-8")
    desk.put(DX, corrected_dx())
    desk.run()
    desk.put(DX, content_of(DX))
    desk.run()

    told = judgements(desk)
    assert [(one.state, one.errors, one.version) for one in told] == [
        ("refused", 1, None), ("accepted", 0, "1.1.0"), ("refused", 1, None),
    ]  # fmt: skip
    assert [one.causes for one in told] == [{"era-year-mismatch": 1}, {}, {"era-year-mismatch": 1}]
    assert [one.judged for one in told] == [one.received for one in told]
    assert len({one.sha256 for one in told}) == 2

    page = (desk.root / REVIEW / "report.html").read_text("utf-8")
    assert "このままでは公開できません。1件の修正をお願いします。" in text_of(page)
    assert "これは以前の確認結果です" not in page
    earlier = [one for one in links(page) if one.startswith("history/")]
    assert earlier == [f"{one.folder}/report.html" for one in (told[1], told[0])]
    refused, accepted = ((desk.root / REVIEW / one).parent for one in reversed(earlier))
    assert {one.name for one in refused.iterdir()} == {"report.html", "report.json"}
    assert "公開されました。" in text_of((accepted / "report.html").read_text("utf-8"))

    old = (refused / "report.html").read_text("utf-8")
    assert "era-year-mismatch" in (refused / "report.json").read_text("utf-8")
    assert "これは以前の確認結果です。" in text_of(old)
    assert ".checked.xlsx" in first and ".checked.xlsx" not in old, "it is not kept"
    assert all((refused / unquote(one)).is_file() for one in links(old)), "nothing leads nowhere"


def test_the_same_file_judged_again_with_the_same_outcome_adds_nothing(desk: Desk) -> None:
    known = judgements(desk)
    desk.run(limits={"seconds": 59.0})  # another judge: every file is looked at again
    assert judgements(desk) == known
    assert desk.state()["submissions"][DX]["received"] == known[0].received, "it came in then"
    assert not (desk.root / REVIEW / "history").exists()
    before = files(desk.root / "workspace/reviews")
    desk.run()
    assert files(desk.root / "workspace/reviews") == before


def outcome(content: bytes, *problems: Problem) -> Outcome:
    """The verdict on a file that reads well but for these problems."""
    status: Status = "rejected" if problems else "accepted"
    reviewed = Reviewed(
        file=DX, status=status, problems=problems, content=content, received=START, workspace="w"
    )  # fmt: skip
    files = {**build(reviewed), "計画.checked.xlsx": content}
    return Outcome(
        DX, reviewed.sha256, "p", status, problems, None, {}, None, files, START
    )  # fmt: skip


def reviews_after(root: Path, told: Outcome, before: Accounts, day: int) -> Accounts:
    """What a pass does with a verdict, but for the release."""
    settings = load_settings(inbox=root, workspace=str(root), public=str(root / "p"))
    after, moment = accounted(before, [told], ()), START + timedelta(days=day)
    write_reviews(FolderStore(root), settings, {DX: told}, before, after, moment)
    write_overview(FolderStore(root), settings, {}, after, moment)
    return after


def test_a_pass_that_dies_anywhere_leaves_the_history_to_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = problem("empty-file", Place())
    before = reviews_after(tmp_path / "a", outcome(b"1", wrong), Accounts(), 1)
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    reviews_after(tmp_path / "b", outcome(b"2"), before, 2)
    wanted = files(tmp_path / "b")
    assert len([one for one in wanted if "/history/" in one]) == 2

    writes = {name: getattr(FolderStore, name) for name in ("replace", "delete")}
    for allowed in count():
        left = iter(range(allowed))
        for name, write in writes.items():

            def dying(*args: Any, write: Any = write, left: Iterator[int] = left) -> None:
                if next(left, None) is None:
                    raise KeyboardInterrupt
                write(*args)

            monkeypatch.setattr(FolderStore, name, dying)
        root = tmp_path / f"dying-{allowed}"
        shutil.copytree(tmp_path / "a", root)
        try:
            reviews_after(root, outcome(b"2"), before, 2)
        except KeyboardInterrupt:
            monkeypatch.undo()
            reviews_after(root, outcome(b"2"), before, 2)
            assert files(root) == wanted, f"after {allowed} writes"
        else:
            break
    assert allowed > 6


def test_a_withdrawn_file_is_asked_about_and_one_put_back_is_not(desk: Desk) -> None:
    page = desk.root / "workspace/reviews" / SAGAMIHARA / "report.html"
    before = page.read_text("utf-8")
    (desk.inbox / SAGAMIHARA).unlink()
    desk.run()

    asked = page.read_text("utf-8")
    assert "このファイルは受付フォルダーからなくなりました。公開をやめますか。" in text_of(asked)
    assert "受付フォルダー「municipal-plans/141500」に戻して" in text_of(asked)
    assert f"opendata withdraw '{SAGAMIHARA}' --workspace" in text_of(asked)
    assert [one.state for one in judgements(desk, SAGAMIHARA)] == ["accepted", "withdrawn"]
    assert "ファイルなし" in (desk.root / "workspace/reviews/index.html").read_text("utf-8")
    assert len(desk.published("plans.csv")) == 1, "never silently unpublished"
    again = files(desk.root / "workspace/reviews")
    desk.run()
    assert files(desk.root / "workspace/reviews") == again

    desk.put(SAGAMIHARA, content_of(SAGAMIHARA))
    desk.run()
    told = judgements(desk, SAGAMIHARA)
    assert [one.state for one in told] == ["accepted", "withdrawn", "accepted"]
    assert told[-1].received > told[0].received, "it came in again"
    back = page.read_text("utf-8")
    assert "公開をやめますか" not in back
    assert (
        text_of(back).partition("このファイルについて")[0]
        == (text_of(before).partition("このファイルについて")[0])
    )


@pytest.mark.parametrize("is_noticed", [False, True])
def test_a_file_withdrawn_for_good_is_published_no_longer(desk: Desk, is_noticed: bool) -> None:
    with pytest.raises(UsageError, match="lies in the inbox"):
        withdraw(desk.settings(), SAGAMIHARA, "計画を廃止した")
    with pytest.raises(UsageError, match="published"):
        withdraw(desk.settings(), DX, "計画を廃止した")
    (desk.inbox / SAGAMIHARA).unlink()
    with pytest.raises(UsageError, match="reason"):
        withdraw(desk.settings(), SAGAMIHARA, " ")
    if is_noticed:
        desk.run()
    withdraw(desk.settings(), SAGAMIHARA, "計画を廃止した（担当 090-0000-1234）")
    assert desk.published("plans.csv"), "until the next pass"

    (made,) = desk.run().releases
    assert (made.previous, made.changed_rows > 30) == ("1.0.0", True)
    assert desk.published("plans.csv") == []
    assert desk.archived(content_of(SAGAMIHARA))
    page = desk.root / "workspace/reviews" / SAGAMIHARA / "report.html"
    told = text_of(page.read_text("utf-8"))
    assert "このファイルのデータは、公開をやめました。" in told
    assert "●●●" in told and "計画を廃止した" not in told
    assert "公開をやめますか" not in told
    assert "公開されました" not in told
    assert "このファイルのデータは公開していません。" in told
    assert "090-0000-1234" not in json.dumps(desk.state())
    assert judgements(desk, SAGAMIHARA)[-1].state == "withdrawn"
    assert judgements(desk, SAGAMIHARA)[-1].why
    assert "公開終了" in (desk.root / "workspace/reviews/index.html").read_text("utf-8")
    before = files(desk.root / "workspace/reviews")
    assert not desk.run().has_news
    assert files(desk.root / "workspace/reviews") == before

    desk.put(SAGAMIHARA, content_of(SAGAMIHARA))
    assert len(desk.run().releases) == 1
    assert len(desk.published("plans.csv")) == 1
    assert "公開終了" not in (desk.root / "workspace/reviews/index.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("why", "told"), [("計画を\n廃止した", "計画を 廃止した"), ("担当 090-0000-1234", "")]
)
def test_why_a_file_was_withdrawn_is_published(desk: Desk, why: str, told: str) -> None:
    (desk.inbox / SAGAMIHARA).unlink()
    withdraw(desk.settings(), SAGAMIHARA, why)
    desk.run()
    lines = desk.published("corrections.csv")
    assert lines
    assert {(one["change"], one["reason"]) for one in lines} == {("removed", told)}
    entry = desk.state()["releases"]["municipal-plans"][-1]
    assert entry.get("reason") == ({SAGAMIHARA: told} if told else None)
    told_of = releases(desk.settings(), "municipal-plans").table("ja")[-1][-1]
    assert (f"理由: {told}" in told_of) is bool(told)
    site = (desk.root / "public/index.html").read_text("utf-8")
    assert ("計画を 廃止した" in site) is bool(told)
    assert "090-0000-1234" not in site

    register = desk.root / "public/datasets/municipal-plans" / entry["version"] / "corrections.csv"
    published = register.read_bytes()
    for copy in (register, desk.root / "public/datasets/municipal-plans/latest/corrections.csv"):
        copy.write_bytes(b"x")
    repair(desk.settings())
    assert register.read_bytes() == published


def test_what_is_gone_leaves_its_history(desk: Desk) -> None:
    (desk.inbox / DX).unlink()
    desk.run()
    assert [one.state for one in judgements(desk)] == ["refused", "withdrawn"]
    kept = files(desk.root / REVIEW)
    folder = judgements(desk)[0].folder
    assert set(kept) == {"history.json", f"{folder}/report.html", f"{folder}/report.json"}
    assert DX not in desk.state()["submissions"]

    desk.put(DX, corrected_dx())
    desk.run()
    assert [one.state for one in judgements(desk)] == ["refused", "withdrawn", "accepted"]


def test_a_file_that_was_moved_is_superseded_where_it_lay(desk: Desk) -> None:
    moved = "municipal-plans/141500/企画課/進捗管理.xlsx"
    (desk.inbox / moved).parent.mkdir()
    (desk.inbox / SAGAMIHARA).rename(desk.inbox / moved)
    desk.run()
    assert [one.state for one in judgements(desk, SAGAMIHARA)] == ["accepted", "superseded"]
    assert [one.state for one in judgements(desk, moved)] == ["accepted"]
    pages = desk.root / "workspace/reviews/municipal-plans/141500"
    assert (pages / "企画課/index.html").is_file()
    assert not (pages / "index.html").exists(), "no file is left there"


def judged(number: int, **more: Any) -> Judgement:
    time = (START + timedelta(days=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Judgement(**{"judged": time, "received": time, "sha256": "a" * 64, "state": "refused",
                        "errors": number, **more})  # fmt: skip


def test_only_so_many_judgements_are_remembered() -> None:
    known: tuple[Judgement, ...] = ()
    for number in range(KEPT + 20):
        known = continued(known, judged(number))
    assert [one.errors for one in known] == list(range(20, KEPT + 20))
    assert read_history(to_bytes(DX, known)) == known


@pytest.mark.parametrize(
    "content", [None, b"", b"{}", b"[1]", b"\xff", b'{"judgements": [{"a": 1}]}', b"null"]
)
def test_a_damaged_history_begins_anew(content: bytes | None) -> None:
    assert read_history(content) == ()


# --- names ----------------------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)<",
    '"><img src=x onerror=alert(1)>',
    "index.html",
    "INDEX.HTML_",
    "history",
    "page-2.html",
    "misplaced",
    "report.html",
    "..%2f..%2fetc",
    "a:b?c#d&e=%00",
    "javascript:alert(1)",
    "\u202egnp.xlsx",
    "計画" * 40,
    "{{ 7 * 7 }}",
    "-->",
    " ",
    "overview.json",
]
PART = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/\\"), min_size=1),
).filter(lambda one: one not in (".", ".."))


@given(st.lists(st.lists(PART, min_size=1, max_size=5).map("/".join), min_size=2, max_size=2))
def test_no_two_places_share_a_folder_and_none_is_called_as_ours(places: list[str]) -> None:
    one, other = places
    assert (inside(one) == inside(other)) == (one == other)
    ours = {"index.html", "page-7.html", "history", "report.html", "misplaced", "history.json"}
    assert not ours & {part.lower() for part in inside(one).split("/")}
    assert ".." not in inside(one).split("/")


def entry(file: str, **more: Any) -> Entry:
    return Entry(**{"file": file, "state": "accepted", "received": START, **more})


def test_no_name_breaks_a_page_or_leads_out_of_the_folder() -> None:
    places = [f"municipal-plans/132012/{one}/{other}" for one in HOSTILE for other in HOSTILE]
    places += [f"municipal-plans/{one}/{one}" for one in HOSTILE] + HOSTILE
    causes = {"<b>unknown</b>": 3, "not-a-number": 2}
    found = departments([entry(one, state="refused", errors=5, causes=causes) for one in places])
    names = Names(packages={"municipal-plans": "<i>計画</i>"}, municipalities={"132012": "<u>市"})
    passes = [Pass("2026-11-20T02:00:00Z", 1, 1, one, 0) for one in (5, 3)]
    pages = dict(index_pages(found, passes, names))
    for one in found:
        more = dict(department_pages(one, passes, names))
        assert not pages.keys() & more.keys()
        pages |= more

    reviews = {f"reviews/{inside(one)}/report.html" for one in places}
    linked = set()
    for path, content in pages.items():
        page = content.decode()
        # What stands between the tags is nobody's but ours.
        assert set(re.findall(r"<(script|img|i|u|b)\b[^>]*>", page)) <= {"script", "b"}
        assert page.count("<script>") == 2 and "onerror=alert(1)>" not in page
        assert page.count("<b>") == page.count("&nbsp;<b>")
        assert "\u202e" not in page and "49" not in text_of(page)
        for href in links(page):
            assert not urlsplit(href).scheme, href
            to = posixpath.normpath(f"{posixpath.dirname(path)}/{unquote(href)}")
            assert to in reviews | pages.keys(), f"{path}: {href}"
            linked.add(to)
    assert linked == reviews | pages.keys()


# --- the lists ------------------------------------------------------------------------------------


def test_the_list_puts_first_what_waits_for_its_steward() -> None:
    found = [
        entry("p/132012/a.xlsx"),
        entry("p/132012/b.xlsx", state="refused", errors=2),
        entry("p/132012/c.xlsx", state="withdrawn"),
        entry("p/132012/d.xlsx", state="refused", errors=9, is_waiting=True),
        entry("p/132012/e.xlsx", state="asked", questions=1),
        entry("p/132012/f.xlsx", state="refused", errors=40, causes={"missing-value": 40}),
        entry("p/132012/g.xlsx", state="withdrawn", is_ended=True),
        entry("p/132012/h.xlsx", state="refused", errors=2, received=START - timedelta(days=3)),
    ]
    (it,) = departments(found)
    ((path, content),) = department_pages(it, (), Names(municipalities={"132012": "八王子市"}))
    page = content.decode()

    assert path == "reviews/p/132012/index.html"
    assert re.findall(r"(\w)\.xlsx/report", page) == list("fhbecdag")
    states = re.findall(r'<tr data-state="(\w+)"', page)
    assert states == ["refused"] * 3 + ["asked", "withdrawn", "waiting", "accepted", "ended"]
    text = text_of(page)
    assert "八王子市（132012） 部署フォルダーなし" in text
    assert "8件のうち、修正をお願いしているものは3件です。" in text
    assert f"{messages()['missing-value'].title.ja} 40" in text
    assert "Needs" not in text and "of which 3 wait for a correction" in text_of(page, "en")
    assert "2026-11-17" in text, "the day it came in; a script says how long ago that is"


def test_the_first_page_counts_by_department() -> None:
    found = departments(
        [
            entry("p/132012/甲課/a.xlsx", state="refused", errors=7),
            entry("p/132012/甲課/係/b.xlsx", state="asked", questions=2),
            entry("p/132012/乙課/c.xlsx", state="withdrawn"),
            entry("q/132012/乙課/d.xlsx"),
            entry("e.xlsx", state="refused", errors=1),
        ]
    )
    ((path, content),) = index_pages(found, (), Names(packages={"p": "計画", "q": "予算"}))
    assert path == "reviews/index.html"
    rows = re.findall(r"<tr><th scope=\"row\".*?</tr>", content.decode())
    assert [text_of(re.sub("<t[dh]", "|<", one)) for one in rows] == [
        "|132012 甲課 計画|2|1|1|0|7|2026-11-20",
        "|置き場所が違うファイル|1|1|0|0|1|2026-11-20",
        "|132012 乙課 計画|1|0|0|1|0|2026-11-20",
        "|132012 乙課 予算|1|0|0|0|0|―",
    ]
    assert "<svg" not in content.decode(), "one pass makes no line"


def test_many_submissions_are_spread_over_pages() -> None:
    found = departments(
        entry(f"p/132012/課{number % 7}/{number}.xlsx", state="refused", errors=number)
        for number in range(7 * ROWS + 7)
    )
    pages = dict(index_pages(found, (), Names()))
    assert list(pages) == ["reviews/index.html"]
    assert pages["reviews/index.html"].count(b"<tr data-state") == WORST
    assert len(pages["reviews/index.html"]) < 200_000
    more = dict(department_pages(found[0], (), Names()))
    folder = department_folder(found[0].folder)
    assert list(more) == [f"{folder}/{page_name(1)}", f"{folder}/page-2.html"]
    assert [one.count(b"<tr data-state") for one in more.values()] == [ROWS, 1]
    assert 'href="page-2.html"' in more[f"{folder}/index.html"].decode()
    assert links(more[f"{folder}/page-2.html"].decode())[-2:] != []


def test_the_drawing_says_what_the_figures_say() -> None:
    passes = [Pass(f"2026-11-{20 + n}T02:00:00Z", 9, 1, n, 0) for n in range(3)]
    counted = [one._replace(errors=found) for one, found in zip(passes, (12, 30, 0), strict=True)]
    drawn = chart(counted)
    assert drawn is not None
    heights = [y for _, y in drawn.points]
    assert [value for value, _ in drawn.ticks] == [0, 20, 40]
    ground, _, ceiling = (y for _, y in drawn.ticks)
    assert heights == [
        pytest.approx(ground - errors / 40 * (ground - ceiling)) for errors in (12, 30, 0)
    ]
    assert 0 < ceiling < ground < HEIGHT
    assert chart(counted[:1]) is None


# --- what is written, and when --------------------------------------------------------------------


class Night:
    """A workspace with accounts and nothing else, and how often anything is written there."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.written, self.day = root, list[str](), 0
        replaced = FolderStore.replace

        def noted(store: FolderStore, path: str, content: bytes) -> None:
            self.written.append(path)
            replaced(store, path, content)

        monkeypatch.setattr(FolderStore, "replace", noted)

    def settings(self) -> Settings:
        return load_settings(inbox=self.root, workspace=str(self.root), public=str(self.root / "p"))

    def passes(self, submissions: dict[str, Account]) -> list[str]:
        """What a pass writes."""
        self.day += 1
        self.written.clear()
        moment = START + timedelta(days=self.day)
        store = FolderStore(self.root)
        write_overview(store, self.settings(), {}, Accounts(submissions=submissions), moment)
        return sorted(one.removeprefix("reviews/") for one in self.written)

    def remembered(self, key: str) -> list[list[Any]]:
        document = json.loads((self.root / "reviews/overview.json").read_text("utf-8"))
        passes: list[list[Any]] = document[key]["passes"]
        return passes


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    return Night(tmp_path, monkeypatch)


def city(count: int, departments: int) -> dict[str, Account]:
    return {f"p/132012/課{n % departments}/{n}.xlsx": ACCOUNT for n in range(count)}


def test_an_unchanged_night_writes_nothing_and_a_change_only_its_own_pages(night: Night) -> None:
    accounts = city(60, 6)
    assert len(night.passes(accounts)) == 6 + 1 + 1
    assert night.passes(accounts) == []

    refused = ACCOUNT._replace(status="rejected", errors=4, causes={"missing-unit": 4})
    accounts["p/132012/課3/3.xlsx"] = refused
    assert night.passes(accounts) == ["index.html", "overview.json", "p/132012/課3/index.html"]
    assert night.passes(accounts) == []
    assert [one[1:] for one in night.remembered("p/132012/課3")] == [[10, 0, 0, 0], [10, 1, 4, 0]]
    assert len(night.remembered("p/132012/課2")) == 1
    assert "0件から4件" in (night.root / "reviews/index.html").read_text("utf-8")

    (night.root / "reviews/p/132012/課5/index.html").unlink()
    assert night.passes(accounts) == ["p/132012/課5/index.html"], "what is lost is made again"
    gone = {place: one for place, one in accounts.items() if "課4" not in place}
    assert night.passes(gone) == ["index.html", "overview.json"]
    assert not (night.root / "reviews/p/132012/課4").exists()
    (night.root / "reviews/overview.json").write_bytes(b"[]")
    assert "overview.json" in night.passes(gone)


def test_only_so_many_passes_are_remembered(night: Night) -> None:
    for errors in range(PASSES + 10):
        night.passes({"p/132012/a.xlsx": ACCOUNT._replace(status="rejected", errors=errors + 1)})
    assert [one[3] for one in night.remembered("all")] == list(range(11, PASSES + 11))


def test_a_pass_over_one_package_leaves_the_other_ones_pages(desk: Desk) -> None:
    before = files(desk.root / "workspace/reviews")
    desk.run(package=("municipal-plans",))
    assert files(desk.root / "workspace/reviews") == before


def test_the_lists_are_the_same_for_the_same_accounts_and_time(night: Night) -> None:
    night.passes(city(30, 3))
    first = files(night.root)
    shutil.rmtree(night.root / "reviews")
    night.day = 0
    night.passes(dict(reversed(city(30, 3).items())))
    assert files(night.root) == first


def test_a_department_is_the_first_folder_below_the_municipality() -> None:
    assert department_of("p/132012/課/係/a.xlsx") == "p/132012/課"
    assert department_of("p/132012/a.xlsx") == "p/132012"
    assert department_of("p/a.xlsx") == department_of("a.xlsx") == ""
    assert datetime.fromisoformat(ACCOUNT.received).tzinfo == UTC

"""The versions of a package: listed, compared, and gone back to."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opendata.errors import ConflictError, OpendataError, StoreError, UsageError
from opendata.pipeline import (
    Summary,
    begin,
    conclude,
    diff,
    end_rollback,
    examine,
    guard,
    lineage,
    load_settings,
    releases,
    repair,
    roll_back,
    run_pass,
    withdraw,
)
from opendata.pipeline.guard import Worker
from opendata.store import FolderStore, verify
from tests.builders import INBOX, NISHITOKYO, PACKAGE, SAGAMIHARA, SHIMOTSUKE, edited, package

NAME = "municipal-plans"
START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
KEY = "141500-joho-management-1-1-k-e79d3de2|baseline|2009"


@dataclass
class Desk:
    """Two departments' files, and passes over them, each a day later."""

    root: Path
    more: dict[str, Any] = field(default_factory=dict)
    day: int = 0

    def settings(self, **more: Any) -> Any:
        stores = {name: str(self.root / name) for name in ("workspace", "public")}
        inbox = self.root / "inbox"
        return load_settings(**{"inbox": inbox, "workers": 1, **stores, **self.more, **more})

    @property
    def now(self) -> datetime:
        self.day += 1
        return START + timedelta(days=self.day)

    def run(self, **more: Any) -> Summary:
        return run_pass(self.settings(**more), now=self.now)

    def put(self, place: str, content: bytes) -> None:
        path = self.root / "inbox" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def back(self, version: str, why: str = "誤りのため", **more: Any) -> Any:
        return roll_back(self.settings(**more), NAME, version, why, now=self.now)

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.root / "workspace/state.json").read_text("utf-8"))
        return found

    def files(self, version: str) -> dict[str, bytes]:
        folder = self.root / "public/datasets" / NAME / version
        return {one.name: one.read_bytes() for one in sorted(folder.iterdir())}

    def current(self) -> str:
        pointer = self.root / "public/datasets" / NAME / "datapackage.json"
        return str(json.loads(pointer.read_text("utf-8"))["version"])

    def rows(self, name: str, version: str | None = None) -> list[dict[str, str]]:
        content = self.files(version or self.current())[name].decode()
        return list(csv.DictReader(io.StringIO(content)))

    def value(self) -> str:
        """The figure that these tests correct, as published now."""
        (row,) = [
            one
            for one in self.rows("indicator_values.csv")
            if "|".join((one["indicator_id"], one["value_type"], one["fiscal_year"])) == KEY
        ]
        return row["value"]


def sagamihara(value: float) -> bytes:
    return edited((INBOX / SAGAMIHARA).read_bytes(), "成果指標", E6=value)


def shimotsuke(department: str) -> bytes:
    """The other department's file, of which another name is in charge."""
    return edited((INBOX / SHIMOTSUKE).read_bytes(), C10=department)


@pytest.fixture(autouse=True)
def _one_worker(lasting: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "Worker", lambda log: lasting)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """After two passes: 1.0.0, and 1.0.1 with one corrected value."""
    root = tmp_path_factory.mktemp("versions")
    desk = Desk(root)
    with pytest.MonkeyPatch.context():
        for place in (SAGAMIHARA, SHIMOTSUKE):
            desk.put(place, (INBOX / place).read_bytes())
        desk.run()
        desk.put(SAGAMIHARA, sagamihara(33.5))
        desk.run()
    return root


@pytest.fixture
def desk(first: Path, tmp_path: Path) -> Desk:
    return Desk(Path(shutil.copytree(first, tmp_path / "desk")), day=2)


# --- what there is, and what changed --------------------------------------------------------------


def test_the_versions_are_listed_with_what_they_changed(desk: Desk) -> None:
    history = releases(desk.settings(), NAME)
    heads, one, two = history.table("ja")
    assert heads == ("版", "公開日時", "行数", "変更")
    assert one[:2] == ("1.0.0", "2026-11-21 11:00+09:00"), "in the city's own time"
    assert two[0] == "1.0.1" and two[3] == "変更 1 行、訂正 2 件"
    assert history.to_json()["releases"][1]["changed"] == 1


def test_a_difference_is_told_with_before_and_after(desk: Desk) -> None:
    found = diff(desk.settings(), NAME, "1.0.0", "latest")
    assert found.sentences("en") == [
        "municipal-plans 1.0.0 → 1.0.1",
        "  indicator_values: 0 rows added, 0 removed, 1 changed (2 values)",
        f"    ~ indicator_values {KEY} value: 43.8 → 33.5",
        f"    ~ indicator_values {KEY} raw: 43.8 → 33.5",
    ]
    assert found.sentences("ja")[2] == f"    ・ indicator_values {KEY} 値（value）: 43.8 → 33.5"
    document = found.to_json()
    assert json.loads(json.dumps(document)) == document
    assert document["counts"]["indicator_values"] == {
        "values": 2,
        "added": 0,
        "removed": 0,
        "changed": 1,
    }
    names = ("table", "key", "field", "before", "after", "change")
    assert [tuple(one[name] for name in names) for one in document["changes"]] == [
        ("indicator_values", KEY, "value", "43.8", "33.5", "changed"),
        ("indicator_values", KEY, "raw", "43.8", "33.5", "changed"),
    ]


def test_a_difference_backwards_and_none(desk: Desk) -> None:
    back = diff(desk.settings(), NAME, "1.0.1", "1.0.0").to_json()["changes"]
    assert [(one["before"], one["after"]) for one in back] == [("33.5", "43.8")] * 2
    assert diff(desk.settings(), NAME, "1.0.1", "latest").sentences("en")[1:] == [
        "  the data and their schema are the same"
    ]


def test_a_long_difference_is_bounded_and_corrections_come_first(desk: Desk) -> None:
    for path in (desk.root / "inbox").rglob("*.xlsx"):
        path.unlink()
    desk.put(SAGAMIHARA, sagamihara(44.5))
    desk.put(NISHITOKYO, (INBOX / NISHITOKYO).read_bytes())
    desk.run()
    found = diff(desk.settings(), NAME, "1.0.1", "latest")
    some, all_ = found.sentences("en", 3), found.sentences("en", None)
    changes = [one for one in all_ if one.startswith("    ")]
    assert [one for one in some if one.startswith("    ")][:3] == changes[:3]
    assert changes[0].endswith("value: 33.5 → 44.5")
    assert len(changes) == found.lines.num_rows > 4
    assert f"{len(changes) - 3} more" in some[-1] and "--all" in some[-1]


def test_changes_of_the_schema_are_told_in_words_and_as_data(desk: Desk, tmp_path: Path) -> None:
    desk.more["packages_folder"] = shutil.copytree(PACKAGE.parent, tmp_path / "packages")
    contract = tmp_path / "packages" / NAME / "datapackage.yaml"
    for path in (contract, contract.parent / "layouts/plan-register-form.yaml"):
        text = path.read_text("utf-8")
        assert text.count("landing_page") == 1
        path.write_text(text.replace("landing_page", "web_page"), "utf-8")
    kept = shutil.copytree(desk.root / "public/datasets" / NAME / "1.0.1", tmp_path / "1.0.1")
    assert desk.run().releases[0].version == "2.0.0"
    found = diff(desk.settings(), NAME, "1.0.1", "2.0.0")
    told = found.sentences("ja")
    assert any("表 plans の項目 landing_page を廃止" in one for one in told)
    assert any("表 plans に項目 web_page を追加" in one for one in told)
    published = json.loads(desk.files("2.0.0")["datapackage.json"])["schemaChanges"]
    assert published == found.to_json()["schema"]
    kinds = {(one["field"], one["change"], one["level"]) for one in published}
    assert {("landing_page", "removed", "major"), ("web_page", "added", "minor")} <= kinds
    lines = [one for one in desk.rows("changes.csv") if one["key"] == ""]
    assert {(one["field"], one["change"]) for one in lines} >= {
        ("landing_page", "schema-removed"),
        ("web_page", "schema-added"),
    }

    # And back again, though the contract has moved on: the old schema, a new number.
    made = desk.back("1.0.0")
    assert (made.version, made.restores) == ("3.0.0", "1.0.0")
    assert desk.files("3.0.0")["plans.csv"] == desk.files("1.0.0")["plans.csv"]
    assert desk.run().releases == (), "a changed contract alone does not undo it"
    assert desk.value() == "43.8"
    # Another department's file is published under the present contract, the rest as it was.
    desk.put(SHIMOTSUKE, shimotsuke("総合政策部情報課"))
    assert [one.version for one in desk.run().releases] == ["4.0.0"]
    assert desk.value() == "43.8"
    assert "web_page" in desk.rows("plans.csv")[0]
    assert found_problems(desk) == []

    # A version of a field that the contract has no longer is made anew where nothing stood in it.
    shutil.rmtree(desk.root / "public/datasets" / NAME / "1.0.1")
    assert repair(desk.settings()).left == ()
    assert {one.name: one.read_bytes() for one in kept.iterdir()} == desk.files("1.0.1")

    # Ended by hand, where the contract is all that differs.
    desk.back("1.0.1")
    assert desk.run().releases == ()
    end_rollback(desk.settings(), NAME)
    desk.run()
    assert "web_page" in desk.rows("plans.csv")[0]
    assert desk.run().releases == ()


def found_problems(desk: Desk) -> list[str]:
    return [one.place.file for one in verify(FolderStore(desk.root / "public"))]


# --- going back -----------------------------------------------------------------------------------


def test_going_back_is_a_new_version_with_the_old_content_and_the_reason(desk: Desk) -> None:
    before = {name: desk.files(name) for name in ("1.0.0", "1.0.1")}
    made = desk.back("1.0.0", "値の誤り,\n二重計上")
    assert (made.version, made.previous, made.restores) == ("1.0.2", "1.0.1", "1.0.0")
    assert made.kept_out == (SAGAMIHARA,)
    assert {name: desk.files(name) for name in before} == before, "nothing is deleted"
    files = desk.files("1.0.2")
    for name in before["1.0.0"]:
        if name.endswith(".csv") and name not in ("changes.csv", "corrections.csv"):
            assert files[name] == before["1.0.0"][name], name
    assert desk.current() == "1.0.2"
    register = desk.rows("corrections.csv")
    assert [(one["version"], one["after"], one["reason"]) for one in register] == [
        ("1.0.1", "33.5", ""),
        ("1.0.1", "33.5", ""),
        ("1.0.2", "43.8", "値の誤り, 二重計上"),
        ("1.0.2", "43.8", "値の誤り, 二重計上"),
    ]
    (entry,) = [one for one in desk.state()["releases"][NAME] if one["version"] == "1.0.2"]
    assert (entry["restores"], entry["reason"]) == ("1.0.0", "値の誤り, 二重計上")
    assert "1.0.0 の内容に戻した版" in releases(desk.settings(), NAME).table("ja")[-1][3]
    assert found_problems(desk) == []
    page = (desk.root / "public/changes/index.html").read_text("utf-8")
    assert "第 1.0.0 版の内容に戻しました。" in page
    assert "値の誤り, 二重計上" in page
    assert f"{NAME}/1.0.2/corrections.csv" in page
    where = lineage(desk.settings(), NAME, "latest", [KEY], field="value").found
    old = lineage(desk.settings(), NAME, "1.0.0", [KEY], field="value").found
    assert where == old, "its origin is that of the old version"


def test_an_ordinary_pass_does_not_undo_it(desk: Desk) -> None:
    desk.back("1.0.0")
    for _ in range(2):
        summary = desk.run()
        assert summary.releases == ()
        assert summary.kept_out == (SAGAMIHARA,)
        assert any(SAGAMIHARA in one and "↩" in one for one in summary.sentences("ja"))
    (desk.root / "inbox" / SAGAMIHARA).touch()
    assert desk.run(limits={"seconds": 59.0}).releases == (), "judged again, kept out again"
    assert desk.value() == "43.8"


def test_another_departments_file_is_published_and_the_bad_one_is_not(desk: Desk) -> None:
    desk.back("1.0.0")
    desk.put(SHIMOTSUKE, shimotsuke("総合政策部情報課"))
    summary = desk.run()
    assert [one.version for one in summary.releases] == ["1.0.3"]
    assert desk.value() == "43.8"
    assert summary.kept_out == (SAGAMIHARA,)
    assert desk.run().releases == ()


def test_a_changed_file_ends_it_for_its_place(desk: Desk) -> None:
    desk.back("1.0.0")
    desk.put(SAGAMIHARA, sagamihara(44.1))
    summary = desk.run()
    assert [one.version for one in summary.releases] == ["1.0.3"]
    assert (desk.value(), summary.kept_out) == ("44.1", ())
    assert desk.state()["rollbacks"] == {}


def test_it_is_ended_by_hand(desk: Desk) -> None:
    desk.back("1.0.0")
    assert end_rollback(desk.settings(), NAME).places == (SAGAMIHARA,)
    assert desk.value() == "43.8", "the next pass publishes, not the command"
    assert [one.version for one in desk.run().releases] == ["1.0.3"]
    assert desk.value() == "33.5"
    with pytest.raises(UsageError, match="not rolled back"):
        end_rollback(desk.settings(), NAME)


def test_going_back_and_forth(desk: Desk) -> None:
    desk.back("1.0.0")
    forth = desk.back("1.0.1", "やはり正しかった")
    assert (forth.version, forth.kept_out, desk.value()) == ("1.0.3", (), "33.5")
    assert desk.run().releases == ()
    assert desk.back("1.0.0").kept_out == (SAGAMIHARA,)
    assert desk.run().releases == ()
    assert desk.value() == "43.8"


def test_a_file_that_was_new_since_goes_and_one_taken_away_stays(desk: Desk) -> None:
    desk.put(NISHITOKYO, (INBOX / NISHITOKYO).read_bytes())
    (desk.root / "inbox" / SHIMOTSUKE).unlink()
    desk.run()
    assert {one["municipality_code"] for one in desk.rows("plans.csv")} == {
        *("092169", "132292", "141500")
    }
    made = desk.back("1.0.1")
    assert made.kept_out == (NISHITOKYO,)
    assert {one["municipality_code"] for one in desk.rows("plans.csv")} == {"092169", "141500"}
    assert desk.run().releases == ()
    desk.put(NISHITOKYO, edited((INBOX / NISHITOKYO).read_bytes(), A1="差し替え"))
    desk.run()
    assert len(desk.rows("plans.csv")) == 3


def test_what_was_withdrawn_and_is_published_again_is_told_and_ends_with_the_rollback(
    desk: Desk,
) -> None:
    codes = {"092169", "141500"}
    (desk.root / "inbox" / SHIMOTSUKE).unlink()
    withdraw(desk.settings(), SHIMOTSUKE, "計画を廃止した")
    desk.run()
    assert {one["municipality_code"] for one in desk.rows("plans.csv")} == {"141500"}

    made = desk.back("1.0.0")
    assert made.published_again == (SHIMOTSUKE,)
    assert any(SHIMOTSUKE in one and "再び公開" in one for one in made.sentences("ja"))
    assert {one["municipality_code"] for one in desk.rows("plans.csv")} == codes
    assert desk.run().releases == ()

    end_rollback(desk.settings(), NAME)
    desk.run()
    assert {one["municipality_code"] for one in desk.rows("plans.csv")} == {"141500"}
    assert "計画を廃止した" in {one["reason"] for one in desk.rows("corrections.csv")}
    assert desk.run().releases == ()


@pytest.mark.parametrize(
    ("version", "why", "code"),
    [
        ("1.0.1", "誤り", "nothing-to-roll-back"),
        ("latest", "誤り", "nothing-to-roll-back"),
        ("7.0.0", "誤り", "unknown-version"),
        ("..", "誤り", "unknown-version"),
        ("1.0.0", " \n", "no-rollback-reason"),
        ("1.0.0", "担当 090-0000-1234 の誤り", "reason-with-personal-data"),
    ],
)
def test_what_cannot_be_gone_back_to(desk: Desk, version: str, why: str, code: str) -> None:
    before = desk.state()
    with pytest.raises(UsageError) as raised:
        desk.back(version, why)
    assert raised.value.code == code
    assert desk.state() == before and desk.current() == "1.0.1"


def test_a_reason_is_nothing_that_a_spreadsheet_calculates(desk: Desk) -> None:
    desk.back("1.0.0", '=HYPERLINK("https://example.jp")')
    assert {one["reason"] for one in desk.rows("corrections.csv")} >= {
        '理由：=HYPERLINK("https://example.jp")'
    }


def test_a_clock_that_was_set_back_makes_no_version_older_than_the_one_before(desk: Desk) -> None:
    last = desk.state()["releases"][NAME][-1]["created"]
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    roll_back(desk.settings(), NAME, "1.0.0", "誤り", now=long_ago)
    end_rollback(desk.settings(), NAME)
    run_pass(desk.settings(), now=long_ago)
    created = [one["created"] for one in desk.state()["releases"][NAME]]
    assert created[1:] == [last] * 3


def test_an_empty_public_store_is_told_as_what_it_is(desk: Desk, tmp_path: Path) -> None:
    """It is most often another place than the one meant."""
    desk.more["public"] = str(tmp_path / "pubilc")
    for work in (desk.run, lambda: diff(desk.settings(), NAME, "1.0.0", "1.0.1")):
        with pytest.raises(StoreError) as raised:
            work()
        assert raised.value.code == "public-is-empty"
    assert not (tmp_path / "pubilc").exists()


def test_a_damaged_version_is_not_gone_back_to(desk: Desk) -> None:
    path = desk.root / "public/datasets" / NAME / "1.0.0/plans.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(OpendataError, match=r"1\.0\.0/plans\.parquet"):
        desk.back("1.0.0")
    assert desk.current() == "1.0.1"


def test_a_pass_that_began_before_it_starts_over(desk: Desk) -> None:
    desk.put(SHIMOTSUKE, shimotsuke("総合政策部情報課"))
    settings = desk.settings()
    work = begin(settings, now=desk.now)
    outcomes = [one for shard in work.shards for one in examine(settings, shard)]
    desk.back("1.0.0")
    with pytest.raises(ConflictError):
        conclude(settings, work, outcomes)
    assert desk.current() == "1.0.2"
    desk.run()
    assert (desk.current(), desk.value()) == ("1.0.3", "43.8")


# --- where a number comes from --------------------------------------------------------------------


def origin(desk: Desk, *keys: str, **more: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = lineage(desk.settings(), NAME, "latest", keys, **more).to_json()
    return found


def test_where_a_number_comes_from_in_one_line(desk: Desk) -> None:
    for keys in ((KEY,), (KEY.replace("|", "/"),)):
        found = lineage(desk.settings(), NAME, "latest", keys, field="value")
        (line,) = found.sentences("en")
        assert f"value of indicator_values {KEY} (33.5): {SAGAMIHARA}" in line
        assert 'sheet "成果指標" E6' in line
        (one,) = found.found
        archived = desk.root / "workspace/archive" / one.sha256
        assert archived.read_bytes() == sagamihara_in(desk)
    (whole,) = lineage(desk.settings(), NAME, "1.0.1", [KEY]).sentences("ja")
    assert "E6 (value, comparator, status, raw)" in whole


def sagamihara_in(desk: Desk) -> bytes:
    return (desk.root / "inbox" / SAGAMIHARA).read_bytes()


def test_pairs_of_field_and_value_may_name_several_rows(desk: Desk) -> None:
    indicator, kind, year = KEY.split("|")
    pairs = [f"indicator_id={indicator}", f"value_type={kind}", f"fiscal_year={year}"]
    one = origin(desk, *pairs, field="value")["origins"]
    assert [(x["key"], x["cell"], x["value"]) for x in one] == [(KEY, "E6", "33.5")]
    several = origin(desk, pairs[0], table="indicator_values", field="value")["origins"]
    assert len({x["key"] for x in several}) > 1


def test_an_id_and_what_the_folder_tells(desk: Desk) -> None:
    plan = next(one for one in desk.rows("plans.csv") if one["municipality_code"] == "141500")
    found = lineage(desk.settings(), NAME, "latest", [plan["plan_id"]], table="plans")
    how = {one.field: one.how for one in found.found}
    assert (how["plan_id"], how["municipality_code"], how["title"]) == ("made", "folder", "read")
    (line,) = found.sentences("ja")
    assert "置き場所（municipality_code）" in line
    (made,) = lineage(
        desk.settings(), NAME, "latest", [plan["plan_id"]], table="plans", field="plan_id"
    ).sentences("ja")
    assert "の記録から作成" in made


def test_of_a_row_only_the_fields_of_its_own_table_can_be_asked_for(desk: Desk) -> None:
    with pytest.raises(UsageError) as raised:
        lineage(desk.settings(), NAME, "latest", [KEY], field="nope")
    values = package().resource("indicator_values")
    assert raised.value.details["known"] == tuple(sorted(one.name for one in values.published))


@pytest.mark.parametrize(
    ("keys", "more", "code", "named"),
    [
        ([KEY.replace("2009", "2008")], {}, "unknown-key", KEY),
        (["fiscal_year=2009"], {"table": "plan"}, "unknown-table", "plans"),
        ([KEY], {"field": "valeu"}, "unknown-field", "value"),
        (["plan_id=141500-joho-management"], {}, "many-keys", "20"),
        (["nothing=at/all"], {}, "unknown-key", "nothing=at/all"),
        ([KEY], {"field": "note"}, "no-origin", "note"),
    ],
)
def test_who_asks_wrongly_is_told_what_is_nearest(
    desk: Desk, keys: list[str], more: dict[str, str], code: str, named: str
) -> None:
    with pytest.raises(UsageError) as raised:
        lineage(desk.settings(), NAME, "latest", keys, **more)
    assert raised.value.code == code
    assert named in raised.value.sentence().ja

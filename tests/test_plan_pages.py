"""The pages of plans and indicators, and what looks across municipalities."""

from __future__ import annotations

import gzip
import html
import json
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from opendata import catalogue
from opendata.catalogue import Current, Pages, ended_keys, last_rows
from opendata.catalogue.addresses import kind_of
from opendata.catalogue.chart import BOTTOM, LEFT, RIGHT, TOP, chart
from opendata.catalogue.municipality import Municipality, Plan
from opendata.catalogue.rendering import file_name
from opendata.catalogue.series import left_out
from opendata.catalogue.tables import FIELDS
from opendata.catalogue.timeline import Bar, timeline
from opendata.catalogue.verdict import (
    achievement,
    against_target,
    expectation,
    verdict_of,
)
from opendata.catalogue.words import exact, figure, quantity
from opendata.validate.progress import _progress, indicator_progress
from tests.plan_samples import (
    EVIL,
    FAR,
    INDICATORS,
    NEAR,
    PLAN,
    VALUES,
    current,
    value,
    without_far,
)
from tests.release_samples import PUBLISHER, dataset, municipal_plans

PLACES = {NEAR: "下野市", FAR: "八王子市"}
Row = dict[str, Any]


@pytest.fixture(scope="module")
def shown() -> Current:
    return current()


def build(shown: Current, **more: Any) -> Pages:
    return catalogue.build([shown], publisher=PUBLISHER, places=PLACES, **more)


@pytest.fixture(scope="module")
def files(shown: Current) -> Mapping[str, bytes]:
    pages = build(shown)
    found = dict(pages.files)
    for section in pages.sections:
        found |= section.render()
    return found


def own(files: Mapping[str, bytes]) -> dict[str, str]:
    """The pages of plans, by their paths."""
    return {
        path: content.decode()
        for path, content in files.items()
        if path.startswith(("places/", "compare/", "progress/")) and path.endswith(".html")
    }


def page(files: Mapping[str, bytes], indicator: str, ending: str = ".html") -> str:
    return files[f"places/{NEAR}/indicators/{file_name(indicator)}{ending}"].decode()


def text_of(markup: str) -> str:
    without = re.sub(r"<(script|style).*?</\1>", " ", markup, flags=re.S)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", without)))


def test_every_kind_of_page_is_there_in_both_languages(files: Mapping[str, bytes]) -> None:
    same = kind_of("電子申請の割合", "%")
    expected = {
        "progress/index",
        "compare/index",
        f"compare/{same}/index",
        *(f"places/{code}/index" for code in (NEAR, FAR)),
        *(f"places/{NEAR}/plans/{one}" for one in (PLAN, f"{NEAR}-old")),
        f"places/{FAR}/plans/{FAR}-x",
        f"places/{FAR}/indicators/far",
        *(f"places/{NEAR}/indicators/{file_name(one['indicator_id'])}" for one in INDICATORS),
    }
    assert own(files).keys() == {one + end for one in expected for end in (".html", ".en.html")}


def test_links_between_them_lead_somewhere(files: Mapping[str, bytes]) -> None:
    ours = ("places/", "compare/", "progress/")
    for path, markup in own(files).items():
        ids = set(re.findall(r'\bid="([^"]+)"', markup))
        assert len(ids) == len(re.findall(r'\bid="', markup)), path
        for link in re.findall(r'(?:href|src)="([^"]+)"', markup):
            target, _, anchor = html.unescape(link).partition("#")
            if "://" in target or target.startswith("mailto:"):
                continue
            found = resolved(path, target) if target else path
            if found.startswith(ours) or found.endswith((".css", ".js")):
                assert found in files, (path, link)
                if anchor:
                    assert f'id="{anchor}"' in files[found].decode(), (path, link)


ACROSS = {f"{one}/index{end}" for one in ("progress", "compare") for end in (".html", ".en.html")}
"""Pages that are made with everything else, and so may say when it was published."""


def resolved(path: str, link: str) -> str:
    parts = path.split("/")[:-1]
    for one in link.split("/"):
        if one == "..":
            parts.pop()
        elif one != ".":
            parts.append(one)
    return "/".join(parts)


def test_pages_are_light_and_say_nothing_of_versions(
    files: Mapping[str, bytes], shown: Current
) -> None:
    for path, markup in own(files).items():
        assert len(gzip.compress(markup.encode())) < 100_000, path
        if path not in ACROSS:
            assert shown.created not in markup, path
        assert not re.search(r'<[^>]*\s(?:style|on[a-z]+)="', markup), path


def test_hostile_text_stays_text(files: Mapping[str, bytes]) -> None:
    for path, markup in own(files).items():
        assert "<script>alert" not in markup, path
        assert "<img src=x" not in markup, path
        assert 'href="javascript:' not in markup, path
        for document in re.findall(r'<script type="[a-z/]+ld\+json">(.*?)</script>', markup, re.S):
            assert json.loads(document)["@type"] in ("Dataset", "DataCatalog")
    assert str(escape(EVIL)) in page(files, "weird/../id")


@pytest.mark.parametrize(
    ("indicator", "judgement"),
    [
        ("up", "on_track"),
        ("down", "reversed"),
        ("keep", "achieved"),
        ("open", "unknown"),
        ("gap", "achieved"),
        ("bare", "none"),
    ],
)
def test_the_verdict_is_said(files: Mapping[str, bytes], indicator: str, judgement: str) -> None:
    for ending in (".html", ".en.html"):
        assert f'class="verdict {judgement}"' in page(files, indicator, ending)


def test_an_indicator_in_japanese_and_english(files: Mapping[str, bytes]) -> None:
    text = text_of(page(files, "up"))
    for said in (
        "申請のうち電子申請の割合",
        "目標に向かって順調です",
        "2020年度（令和2年度）",
        "(32 − 10.5) ÷ (50 − 10.5) = 0.544304",
        "54.4%",
        "10.5 + (50 − 10.5) × (2020 − 2018) ÷ (2022 − 2018)",
        "速報値",
        "1 便利なまち",
        "市民課",
        "ほかの自治体とくらべる",
        "31",
    ):
        assert said in text, said
    english = text_of(page(files, "up", ".en.html"))
    for said in (
        "FY2020 (Reiwa 2)",
        "On track for the target",
        "Provisional",
        "Compare with other",
    ):
        assert said in english, said
    assert '<h1 lang="ja">' in page(files, "up", ".en.html")


def test_what_cannot_be_judged_says_why(files: Mapping[str, bytes]) -> None:
    text = text_of(page(files, "open"))
    assert "目標の範囲に入っています" in text
    assert "25%以上" in text
    assert "20〜30%" in text
    assert "約5%" in text
    assert "秘匿" in text_of(page(files, "gap"))
    assert "集計中" in text_of(page(files, "gap"))
    assert "値はまだありません" in text_of(page(files, "bare"))


def test_a_correction_stands_with_its_indicator(files: Mapping[str, bytes]) -> None:
    cells = re.findall(r"<td[^>]*>(.*?)</td>", page(files, "up").split('id="corrections"')[1], re.S)
    told = [text_of(one).strip() for one in cells]
    assert told[told.index("31") : told.index("31") + 2] == ["31", "32"]
    assert "公開したあとで改めた値はありません" in text_of(page(files, "down"))


def test_the_address_of_what_has_ended_stays_and_says_so(shown: Current) -> None:
    assert shown.corrections is not None
    gone = [
        ("1.0.2", "indicators", f"{PLAN}-k-gone", "removed", None),
        ("1.1.0", "indicators", f"{PLAN}-k-gone", "removed", "<b>二重計上</b>"),
        ("1.1.0", "plans", f"{NEAR}-gone", "removed", None),
        ("1.1.0", "plans", PLAN, "removed", None),  # and came again
        ("1.1.0", "indicators", "nobody's", "removed", None),
    ]
    lines = [
        dict(zip(("version", "table", "key", "change", "reason"), one, strict=True)) for one in gone
    ]
    register = pa.concat_tables(
        [shown.corrections, pa.Table.from_pylist(lines, shown.corrections.schema)]
    )
    pages = build(replace(shown, corrections=register))
    (place,) = [one for one in pages.sections if one.folder == f"places/{NEAR}"]
    files = place.render()
    text = text_of(files[f"places/{NEAR}/indicators/{PLAN}-k-gone.html"].decode())
    assert "この指標は公開を終えました" in text
    assert "第 1.1.0 版から載っていません" in text
    assert "<b>二重計上</b>" in text
    assert "新しく提出されたファイルに載っていないためです" in text
    assert "no longer published" in files[f"places/{NEAR}/plans/{NEAR}-gone.en.html"].decode()
    own = files[f"places/{NEAR}/plans/{PLAN}.html"].decode()
    assert "この計画は公開を終えました" not in text_of(own)
    assert not any("nobody" in path for path in files)
    listed = json.loads(files[f"api/places/{NEAR}/indicators.json"])["ended"]
    assert [(one["id"], one["version"]) for one in listed] == [(f"{PLAN}-k-gone", "1.1.0")]


def test_what_was_published_says_what_it_was() -> None:
    """Its name, its plan and its last values, as the version before had them; also where all that
    a city had is withdrawn."""
    found, before = without_far()
    keys = ended_keys(found)
    assert keys == {found.version: {"plans": [f"{FAR}-x"], "indicators": ["down", "far"]}}
    rows = last_rows(keys[found.version], lambda table: before.files[f"{table}.parquet"])
    pages = build(replace(found, gone={found.version: rows}))
    files = {path: text for one in pages.sections for path, text in one.render().items()}
    place = text_of(files[f"places/{FAR}/index.html"].decode())
    assert "すべて公開を終えました" in place
    assert "デジタル計画 第 1.0.0 版まで" in place
    indicator = text_of(files[f"places/{FAR}/indicators/far.html"].decode())
    for said in (
        "この指標は公開を終えました",
        "電子申請の割合",
        "デジタル計画",
        "もとのファイルが取り下げられた",
        "二重に公開していた<b>ため</b>",
        "最後に公開した値（第 1.0.0 版）",
        "2021年度 令和3年度 5 ",
    ):
        assert said in indicator, said
    plan = text_of(files[f"places/{FAR}/plans/{FAR}-x.en.html"].decode())
    assert "This plan is no longer published" in plan
    left_out = text_of(files[f"places/{NEAR}/indicators/down.html"].decode())
    assert "新しく提出されたファイルに載っていないためです" in left_out
    assert "窓口の待ち時間" in text_of(files[f"places/{NEAR}/plans/{PLAN}.html"].decode())
    document = json.loads(files[f"api/places/{FAR}.json"])
    assert document["plans"] == []
    assert [(one["title"], one["last_version"]) for one in document["ended"]] == [
        ("デジタル計画", "1.0.0")
    ]
    for path, content in files.items():
        for link in re.findall(r'href="([^"#]+)', content.decode()):
            target = "" if ":" in link else resolved(path, html.unescape(link))
            if target.startswith("places/") and path.endswith(".html"):
                assert target in files, (path, link)


def test_source_cells_are_those_of_the_lineage(files: Mapping[str, bytes], shown: Current) -> None:
    assert shown.cells is not None
    told: dict[str, set[tuple[str, str, str]]] = {}
    for line in shown.cells.to_pylist():
        if line["table"] == "indicator_values" and line["field"] in ("value", "raw"):
            indicator, kind, year = line["key"].rsplit("|", 2)
            if line["field"] == "value" or not has_number(indicator, kind, int(year)):
                told.setdefault(indicator, set()).add((line["sheet"], line["cell"], line["file"]))
    for indicator in ("up", "down", "keep", "open", "gap"):
        table = page(files, indicator).split('id="origin"')[1].split("</section>")[0]
        rows = re.findall(r"<tr><th.*?</tr>", table, re.S)
        own_values = [one for one in VALUES if one["indicator_id"] == indicator]
        found = set()
        for row in rows[1:]:
            cells = [text_of(one).split() for one in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)]
            found.add((cells[3][0], cells[3][1], cells[4][0]))
        assert found == told[indicator]
        assert len(rows) - 1 == len(own_values)


def has_number(indicator: str, kind: str, year: int) -> bool:
    return any(
        (one["indicator_id"], one["value_type"], one["fiscal_year"]) == (indicator, kind, year)
        and one["value"] is not None
        for one in VALUES
    )


def test_a_plan_shows_its_tree_and_its_relatives(files: Mapping[str, bytes]) -> None:
    markup = files[f"places/{NEAR}/plans/{PLAN}.html"].decode()
    text = text_of(markup)
    for said in (
        "2018〜2024年度（平成30〜令和6年度）",
        "当初は2022年度（令和4年度）まで",
        "上位計画 総合計画 このサイトには載っていません",
        "1-1 電子申請 重点",
        "◎ 順調",
        "△",
        "期間を2年延ばした。",
        "完了",
        "javascript:alert(1)",
    ):
        assert (said in text) is (said != "javascript:alert(1)"), said
    assert f'href="../../../places/{NEAR}/plans/{NEAR}-old.html"' in markup
    old = files[f"places/{NEAR}/plans/{NEAR}-old.html"].decode()
    assert "次の計画" in text_of(old)
    assert f'href="../../../places/{NEAR}/plans/{PLAN}.html"' in old


def test_plans_that_bear_the_name_of_the_one_before_follow_each_other() -> None:
    names = ("plan_id", "title", "predecessor_plan", "start_fiscal_year")
    rows = [
        dict.fromkeys(FIELDS["plans"].names) | dict(zip(names, one, strict=True))
        for one in (
            ("a", "基本計画", None, 2010),
            ("b", "基本計画", "基本計画", 2015),
            ("c", "基本 計画", "基本計画", 2020),
            ("d", "ほかの計画", "ほかの計画", 2020),
        )
    ]
    plans = [Plan(row, (), (), ()) for row in rows]
    everything = Municipality("092169", plans)
    found = [everything.lineage(one) for one in plans]
    assert [one.predecessor and one.predecessor[1] for one in found] == [None, *plans[:2], None]
    assert [[*one.successors] for one in found] == [[plans[1]], [plans[2]], [], []]


def test_the_overview_counts_by_plan_and_goal(files: Mapping[str, bytes]) -> None:
    text = text_of(own(files)["progress/index.html"])
    for said in ("下野市", "八王子市", "第2期情報化計画", "1 便利なまち", "達成 2", "後退 2"):
        assert said in text, said


def test_of_many_municipalities_every_prefecture_has_a_page(
    shown: Current, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opendata.catalogue.pages.progress.ROOM", 1)
    pages = build(shown)
    text = text_of(pages.files["progress/index.html"].decode())
    for said in ("栃木県", "東京都", "栃木県の計画と目標を見る", "下野市 2 7 2 1 0 1 1 2"):
        assert said in text, said
    made = {one.folder: one for one in pages.sections}
    tochigi = made["progress/09"].render()
    assert tochigi.keys() == {"progress/09/index.html", "progress/09/index.en.html"}
    assert "第2期情報化計画" in text_of(tochigi["progress/09/index.html"].decode())
    assert "Tochigi" in text_of(tochigi["progress/09/index.en.html"].decode())
    for link in re.findall(r'href="([^"]+)"', tochigi["progress/09/index.html"].decode()):
        found = resolved("progress/09/index.html", link)
        assert "places/" not in found or found.split("/")[1] == NEAR


def test_a_comparison_and_its_json(files: Mapping[str, bytes]) -> None:
    kind = kind_of("電子申請の割合", "%")
    text = text_of(own(files)[f"compare/{kind}/index.html"])
    for said in ("下野市", "八王子市", "単位：%", " 32 ", " 5 ", "2021年度", "後退"):
        assert said in text, said
    document = json.loads(files[f"api/compare/{kind}.json"])
    assert document["name"] == "電子申請の割合"
    first, second = document["indicators"]
    assert (first["municipality"], first["actual"]["value"]) == ("下野市", 32)
    assert (second["actual"]["fiscal_year"], second["judgement"]) == (2021, "reversed")
    for one in document["indicators"]:
        assert resolved(f"api/compare/{kind}.json", one["page"]) in files
    listed = json.loads(files["api/compare.json"])["comparisons"]
    assert [(one["kind"], one["municipalities"]) for one in listed] == [(kind, 2)]


def test_every_document_of_the_api_has_an_example(files: Mapping[str, bytes]) -> None:
    page = files["api/index.html"].decode()
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    assert table.count("<tr>") == table.count("<a href=")
    kind = kind_of("電子申請の割合", "%")
    assert f'href="../api/compare/{kind}.json"' in table
    assert f"api/compare/{kind}.json" in files


def test_kinds_are_the_same_however_they_are_typed() -> None:
    assert kind_of("満足度 （市民）", "％") == kind_of("満足度(市民)", "%")
    assert kind_of("満足度", "%") != kind_of("満足度", "人")
    assert kind_of("満足度", None) == kind_of("満足度", "")


def changed(shown: Current, table: str, column: str, new: Any) -> Current:
    """The same with other words in one column, where `new` gives them for a row."""
    old = shown.tables[table]
    values = pa.array([new(row) for row in old.to_pylist()], old.schema.field(column).type)
    at = old.column_names.index(column)
    return replace(shown, tables={**shown.tables, table: old.set_column(at, column, values)})


def digests(pages: Pages) -> dict[str, str]:
    ours = ("places/", "compare/", "progress/")
    return {one.folder: one.digest for one in pages.sections if one.folder.startswith(ours)}


def test_only_what_a_change_touches_is_made_anew(shown: Current) -> None:
    before, kind = digests(build(shown)), f"compare/{kind_of('電子申請の割合', '%')}"
    defined = changed(
        shown,
        "indicators",
        "definition",
        lambda row: f"{row['definition']}x",
    )
    assert differing(before, digests(build(defined))) == {f"places/{NEAR}", f"places/{FAR}"}
    valued = changed(shown, "indicator_values", "value", one_more)
    assert differing(before, digests(build(valued))) == {f"places/{NEAR}"}
    named = changed(
        shown,
        "indicators",
        "name",
        lambda row: row["name"] * (1 + (row["indicator_id"] == "far")),
    )
    # The near city's indicator is the only one of its kind now: its page has no comparison to name.
    assert differing(before, digests(build(named))) == {f"places/{NEAR}", f"places/{FAR}", kind}
    assert digests(build(shown)) == before


def one_more(row: Row) -> float | None:
    """The value, but one more where the satisfaction is measured, which nobody else does."""
    number: float | None = row["value"]
    return number + 1 if number is not None and row["indicator_id"] == "keep" else number


def differing(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    return {one for one in before.keys() | after.keys() if before.get(one) != after.get(one)}


def test_a_package_without_the_optional_tables(shown: Current) -> None:
    needed = {
        "plans": ("plan_id", "municipality_code", "title"),
        "indicators": ("indicator_id", "plan_id", "name"),
        "indicator_values": ("indicator_id", "value_type", "fiscal_year", "value"),
    }
    bare = replace(
        shown,
        tables={name: shown.tables[name].select(list(fields)) for name, fields in needed.items()},
        cells=None,
        corrections=None,
    )
    pages = build(bare)
    markup = [content for one in pages.sections for content in one.render().values()]
    assert len(markup) > 20
    odd = replace(bare, tables={**bare.tables, "progress": pa.table({"rating": pa.array([1])})})
    assert len(build(odd).sections) == len(pages.sections)


def test_odd_plans_do_not_break_their_pages(shown: Current) -> None:
    """Nodes in a circle, below themselves and below nothing; periods that end before they begin."""
    nodes = [
        {"node_id": a, "plan_id": PLAN, "parent_node_id": b, "level": "goal", "title": a}
        for a, b in (("own", "own"), ("a", "b"), ("b", "a"), ("c", "gone"), ("below", "c"))
    ]
    tables = {**shown.tables}
    tables["policy_nodes"] = pa.Table.from_pylist(nodes, schema=tables["policy_nodes"].schema)
    odd = changed(
        replace(shown, tables=tables), "plans", "end_fiscal_year", lambda row: 1990 if row else None
    )
    found = {k: v for one in build(odd).sections for k, v in one.render().items()}
    text = text_of(found[f"places/{NEAR}/plans/{PLAN}.html"].decode())
    for title in ("own", "a", "b", "c", "below"):
        assert f" {title} " in text


def test_a_tree_without_end_is_shown(shown: Current) -> None:
    """Two thousand nodes one below the other: no page can show that as a tree."""
    chain = [
        {
            "node_id": f"n{number}",
            "plan_id": PLAN,
            "parent_node_id": f"n{number - 1}" if number else None,
            "level": "goal",
            "title": f"第{number}の目標",
        }
        for number in range(2000)
    ]
    tables = {**shown.tables}
    tables["policy_nodes"] = pa.Table.from_pylist(chain, schema=tables["policy_nodes"].schema)
    deep = build(replace(shown, tables=tables))
    found = {k: v for one in deep.sections for k, v in one.render().items()}
    text = text_of(found[f"places/{NEAR}/plans/{PLAN}.html"].decode())
    assert all(f"第{number}の目標" in text for number in (0, 11, 12, 1999))


def test_plans_of_two_packages_stand_on_one_page(shown: Current) -> None:
    own = {**shown.descriptor, "name": "own-plans"}
    ids = {"plans": "plan_id", "indicators": "indicator_id"}
    other = replace(
        shown,
        descriptor=own,
        tables={
            name: shown.tables[name].slice(0, 0) if name not in ids else shown.tables[name]
            for name in ("plans", "indicators", "indicator_values")
        },
    )
    other = changed(other, "plans", "plan_id", lambda row: f"{row['plan_id']}-own")
    other = changed(other, "plans", "title", lambda row: f"{row['title']}（別）")
    pages = catalogue.build([shown, other], publisher=PUBLISHER, places=PLACES)
    folders = [one.folder for one in pages.sections]
    assert len(folders) == len(set(folders))
    found = {k: v for one in pages.sections for k, v in one.render().items()}
    text = text_of(found[f"places/{NEAR}/index.html"].decode())
    assert "第2期情報化計画（別）" in text
    assert f"places/{NEAR}/plans/{PLAN}-own.html" in found
    assert f"places/{NEAR}/plans/{PLAN}.html" in found


NUMBERS = st.one_of(
    st.integers(-(10**6), 10**6).map(float),
    st.decimals(-1000, 1000, places=3).map(float),
    st.sampled_from([0.0, 1e-9, 1e15, -1e15, 1e22, 1.5e300]),
)


@given(
    direction=st.sampled_from(["up", "down", "maintain"]),
    baseline=NUMBERS,
    target=NUMBERS,
    actual=NUMBERS,
    year=st.integers(2015, 2026),
)
def test_the_formula_shown_gives_the_achievement_published(
    direction: str, baseline: float, target: float, actual: float, year: int
) -> None:
    rows = [
        value("i", "baseline", 2018, baseline),
        value("i", "target", 2024, target),
        value("i", "actual", year, actual),
    ]
    known = {"baseline": baseline, "target": target, "actual": actual, "fiscal_year": year}
    years = {"base_year": 2018, "goal_year": 2024}
    row = _progress({"indicator_id": "i", "direction": direction, **known, **years})
    way = achievement({"direction": direction}, row)
    rate = row["achievement_rate"]
    if rate is None:
        assert way is None
        return
    assert way is not None
    computed = evaluated(way.written)
    assert round(min(computed, 1.0) if direction == "maintain" else computed, 6) == rate
    path = expectation(rows, row)
    if path is not None and path.kind == "line":
        assert math.isclose(evaluated(path.written), row["expected"], rel_tol=1e-6, abs_tol=1e-6)


PACKAGE = municipal_plans()


def evaluated(written: str) -> float:
    """A formula as a reader would type it into a calculator."""
    plain = written.replace(",", "").translate(str.maketrans("−÷×", "-/*"))
    assert re.fullmatch(r"[-+*/(). 0-9]+", plain), plain
    plain = re.sub(r"(?<![.0-9])([0-9]+)(?![.0-9])", r"\1.0", plain)
    return float(eval(plain))


PART = [("actual", 2018, 1), ("target", 2020, 2)]


@pytest.mark.parametrize(
    ("direction", "values", "reason"),
    [
        ("up", [("baseline", 2018, 1)], "no_actual"),
        ("up", [("actual", 2018, 1)], "no_target"),
        (None, [("actual", 2018, 1), ("target", 2020, 2)], "no_direction"),
        ("up", [("actual", 2018, 1), ("target", 2020, 2)], "no_baseline"),
        ("maintain", [("actual", 2018, 1), ("target", 2020, 0)], "target_is_not_positive"),
        ("up", [("baseline", 2017, 2), *PART], "target_is_baseline"),
        ("up", [("baseline", 2017, 3), *PART], "target_lies_elsewhere"),
        ("up", [("baseline", 2021, 0), *PART], "no_path"),
    ],
)
def test_why_nothing_is_judged(
    direction: str | None, values: list[tuple[str, int, float]], reason: str
) -> None:
    rows = [value("i", *one) for one in values]
    known = {
        "indicators": [{"indicator_id": "i", "direction": direction}],
        "indicator_values": rows,
    }
    progress = indicator_progress(dataset(PACKAGE, "表", known).tables).to_pylist()
    filled = [{**dict.fromkeys(("value_low", "value_high", "comparator")), **one} for one in rows]
    found = verdict_of({"direction": direction}, filled, progress)
    assert found.reason == reason


SPAN = {"value": None, "comparator": "range", "value_low": 20, "value_high": 30}


@pytest.mark.parametrize(
    ("actual", "target", "said"),
    [
        (26, {"value": 25, "comparator": "ge"}, ("met", 1)),
        (24, {"value": 25, "comparator": "ge"}, ("not_met", 1)),
        (24, {"value": 25, "comparator": "le"}, ("met", 1)),
        (24, {"value": 25, "comparator": "eq"}, ("below", 1)),
        (25, {"value": 25, "comparator": None}, ("same", 0)),
        (25, SPAN, ("met", 0)),
        (35, SPAN, ("not_met", 0)),
    ],
)
def test_where_a_value_lies_as_the_target_is_written(
    actual: float, target: Row, said: tuple[str, int]
) -> None:
    ends = {"value_low": None, "value_high": None}
    found = against_target(value("i", "actual", 2020, actual) | ends, ends | target)
    assert found is not None
    assert (found[0], int(found[1])) == said


KINDS = st.sampled_from(["baseline", "midterm_target", "target", "actual", "forecast", "other"])
ANY = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def rows_of_values(draw: st.DrawFn) -> list[Row]:
    keys = draw(
        st.lists(st.tuples(KINDS, st.integers(1912, 2100)), min_size=1, max_size=12, unique=True)
    )
    rows = []
    for kind, year in sorted(keys, key=lambda one: (one[1], one[0])):
        number = draw(st.one_of(st.none(), NUMBERS, ANY))
        low, high = None, None
        comparator = draw(st.sampled_from(["eq", "ge", "le", "approx", None]))
        if draw(st.booleans()) and number is not None:
            low, high = sorted((number, draw(NUMBERS)))
            number, comparator = None, "range"
        rows.append(
            value("i", kind, year, number)
            | {"value_low": low, "value_high": high, "comparator": comparator}
        )
    return rows


@given(rows_of_values())
def test_the_picture_says_what_the_table_says(rows: list[Row]) -> None:
    drawn = chart(rows, "ja")
    with_figures = [one for one in rows if one["value"] is not None or one["value_low"] is not None]
    if drawn is None:
        assert with_figures == []
        return
    assert [(one.kind, one.year) for one in drawn.marks] == [
        (one["value_type"], one["fiscal_year"]) for one in with_figures
    ]
    for mark, row in zip(drawn.marks, with_figures, strict=True):
        assert mark.value == (row["value"] if row["value"] is not None else row["value_low"])
        assert TOP <= mark.y <= BOTTOM
        assert LEFT <= mark.x <= RIGHT
    values = sorted((one.value, -one.y) for one in drawn.marks)
    assert [one[1] for one in values] == sorted(one[1] for one in values)
    years = sorted((one.year, one.x) for one in drawn.marks)
    assert [one[1] for one in years] == sorted(one[1] for one in years)
    assert 2 <= len(drawn.values) <= 8
    words = {quantity(one, unit, "ja") for one in with_figures for unit in ("人", None)}
    assert {one.text for one in drawn.labels if one.kind != "gap"} <= words
    silent = len(rows) - len(with_figures) + len(left_out(rows))
    assert len([one for one in drawn.labels if one.kind == "gap"]) <= silent


@given(ANY)
def test_a_figure_is_the_number(number: float) -> None:
    written = Decimal(figure(number).replace(",", ""))
    assert abs(written - Decimal(number)) <= abs(Decimal(number)) * Decimal("1e-14")
    assert float(exact(number).replace(",", "")) == number
    assert "e" not in (figure(number) + exact(number)).lower()


def test_a_picture_breaks_its_line_where_a_value_is_missing() -> None:
    rows = [
        value("i", "actual", year, number) | {"value_low": None, "value_high": None}
        for year, number in ((2018, 1), (2019, 2), (2020, None), (2021, 4))
    ]
    drawn = chart(rows, "ja")
    assert drawn is not None
    done = [one for one in drawn.lines if one.kind == "done"]
    assert [(one.x1, one.x2) for one in done] == [(drawn.marks[0].x, drawn.marks[1].x)]
    (gap,) = [one for one in drawn.labels if one.kind == "gap"]
    assert gap.text == "値なし"
    assert drawn.marks[1].x < gap.x < drawn.marks[2].x


def test_plans_on_one_axis() -> None:
    def plan(start: int | None, end: int | None, original: int | None = None) -> Row:
        names = ("start_fiscal_year", "end_fiscal_year", "original_end_fiscal_year")
        return dict(zip(names, (start, end, original), strict=True))

    found = timeline([plan(2010, 2014), plan(2015, 2019, 2017), plan(None, 2019), plan(2019, 2010)])
    assert found is not None
    assert found.bars == (Bar(0, 50, None), Bar(50, 50, 80), None, None)
    assert [year for year, _ in found.ticks] == [2010, 2012, 2014, 2016, 2018]
    assert timeline([plan(None, None)]) is None
    wide = timeline([plan(0, 10**9)])
    assert wide is not None
    assert len(wide.ticks) <= 7

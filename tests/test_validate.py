"""The example workbooks say what their documents say; a table is judged as frictionless does."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from opendata.errors import OpendataError
from opendata.extract import read_layouts
from opendata.validate import Validation, validate_table
from opendata.workbook import read
from tests.builders import (
    DX,
    INBOX,
    NISHITOKYO,
    REGISTER,
    SAGAMIHARA,
    SHIMOTSUKE,
    Rows,
    edited,
    found,
    package,
    rows,
    validated,
)

NUMBERS = {SAGAMIHARA: "003", NISHITOKYO: "001", REGISTER: "000", DX: "002", SHIMOTSUKE: "004"}


def validation(place: str, content: bytes) -> Validation:
    _, code, name = place.split("/")
    return validated(read(name, content), *read_layouts(package()), code=code)


@cache
def example(place: str) -> Validation:
    return validation(place, (INBOX / place).read_bytes())


def table(place: str, name: str, fields: str) -> Rows:
    return rows(example(place).dataset.tables[name], fields)


# --- 相模原市 -------------------------------------------------------------------------------------

GOALS = [
    ("1", "市民が利便性を実感できる行政サービスを目指します"),
    ("2", "ICTの活用により、住みやすく、活力あるまちづくりを目指します"),
    ("3", "ICTの的確な利活用を図り、行政の効率化を目指します"),
]
MEASURES = [
    ("1-1", "簡単で便利な行政サービスの提供"),
    ("1-2", "行政の透明性拡大と市民ニーズに対応した情報提供の充実"),
    ("2-1", "地域を活性化するコミュニケーション充実の支援"),
    ("2-2", "安全・安心に暮らせるまちづくりの支援"),
    ("3-1", "業務と情報システムの見直しによる行政の効率化の実現"),
    ("3-2", "情報システムを的確に利活用できるマネジメント体制の強化"),
]
INITIATIVES = [  # measure, number, title, priority (【重点取組】 of the document)
    ("1-1", "1", "時間と場所にとらわれない行政サービス提供の充実", True),
    ("1-1", "2", "行政サービスを簡単に提供できる仕組みの充実", False),
    ("1-1", "3", "官民が連携するワンストップサービスの実現に向けた研究", False),
    ("1-2", "4", "行政の透明性を高める積極的な情報提供の推進", True),
    ("1-2", "5", "多様化する市民ニーズに対応した情報提供方法の充実", True),
    ("1-2", "6", "誰もが情報を得られるためのバリアフリー化の充実", False),
    ("2-1", "7", "地域情報の利活用の充実", True),
    ("2-1", "8", "市民相互の交流を支援するコミュニティの創出", False),
    ("2-2", "9", "安全・安心を高める情報共有の充実", False),
    ("2-2", "10", "緊急時における情報の双方向発信の充実", True),
    ("3-1", "11", "「業務・システムの全体最適化」の推進", True),
    ("3-2", "12", "「市民の声」を施策に反映するための情報活用", False),
    ("3-2", "13", "行政の生産性を向上するナレッジ（知識・情報）マネジメントの推進", False),
    ("3-2", "14", "情報システムの調達制度の確立", True),
]
INDICATORS = [  # measure, name, 現状値(H21), 中間値(H24), 目標値(H26)
    ("1-1", "行政サービス提供にかかる時間の緩和が図られていると思う市民の割合", 43.8, 49.8, 53.8),
    ("1-2", "生活に必要な情報を取得しやすいと思う市民の割合", 39.9, 45.9, 50.0),
    (
        "2-1",
        "地域に密着した情報（子育て、飲食店、イベントなど）の発信・共有ができていると思う市民の割合",
        *(37.2, 44.8, 50.0),
    ),
    (
        "2-2",
        "安全・安心を確保するための地域の防犯・防災情報の発信や共有ができていると思う市民の割合",
        *(35.3, 44.1, 50.0),
    ),
    ("3-1", "情報システムの運用経費の節減率", None, 10.0, 20.0),
    ("3-2", "情報システムの機能の充実度", 86.5, 88.6, 90.0),
]
EVALUATION = [
    ("市民の利便性を向上させるサービスの充実", 19, 0, 1, 1),
    ("市民と行政とのコミュニケーション", 0, 0, 0, 2),
    ("行政事務の効率化", 10, 0, 0, 1),
]


def test_sagamihara_has_nothing_to_complain_of() -> None:
    assert example(SAGAMIHARA).problems == ()


def test_sagamihara_plan_was_extended() -> None:
    assert table(
        SAGAMIHARA,
        "plans",
        "plan_id municipality_code plan_type start_fiscal_year end_fiscal_year "
        "original_end_fiscal_year adopted parent_plan predecessor_plan department",
    ) == [
        (
            *("141500-joho-management", "141500", "sector_plan", 2010, 2016, 2014, "2010-03"),
            *("新・相模原市総合計画", "情報化推進基本計画", "企画市民局企画部情報政策課"),
        )
    ]


def test_sagamihara_hierarchy() -> None:
    nodes = table(SAGAMIHARA, "policy_nodes", "level number title parent_node_id node_id")
    plan = "141500-joho-management"
    assert [(number, title) for level, number, title, _, _ in nodes if level == "goal"] == GOALS
    assert [
        (number, title, parent) for level, number, title, parent, _ in nodes if level == "measure"
    ] == [(number, title, f"{plan}-{number[0]}") for number, title in MEASURES]
    assert table(SAGAMIHARA, "policy_nodes", "parent_node_id number title is_priority node_id")[
        2:5
    ] == [
        (f"{plan}-1-1", number, title, priority, f"{plan}-1-1-{number}")
        for _, number, title, priority in INITIATIVES[:3]
    ]
    initiatives = [
        (parent.removeprefix(f"{plan}-"), number, title, priority)
        for level, parent, number, title, priority in table(
            SAGAMIHARA, "policy_nodes", "level parent_node_id number title is_priority"
        )
        if level == "initiative"
    ]
    assert initiatives == INITIATIVES
    assert sum(priority for *_, priority in initiatives) == 7
    assert len(nodes) == 3 + 6 + 14


def test_sagamihara_indicators_and_their_eighteen_values() -> None:
    plan = "141500-joho-management"
    indicators = table(SAGAMIHARA, "indicators", "indicator_id node_id name unit direction")
    assert [row[1:] for row in indicators] == [
        (f"{plan}-{measure}", name, "%", None) for measure, name, *_ in INDICATORS
    ]
    names = {row[0]: row[2] for row in indicators}
    values = table(
        SAGAMIHARA, "indicator_values", "indicator_id value_type fiscal_year value status"
    )
    expected: Rows = []
    for _, name, *figures in INDICATORS:
        kinds = (("baseline", 2009), ("midterm_target", 2012), ("target", 2014))
        for (kind, year), figure in zip(kinds, figures, strict=True):
            status = "missing" if figure is None else "normal"
            expected.append((name, kind, year, figure, status))
    assert [(names[row[0]], *row[1:]) for row in values] == expected
    assert len(values) == 18
    assert sum(row[3] is None for row in values) == 1


def test_sagamihara_evaluation_without_its_totals() -> None:
    ratings = ("完了 拡大", "構築中", "検討中", "未着手")
    assert table(SAGAMIHARA, "evaluation_counts", "goal rating item_count") == [
        (goal, rating, count)
        for goal, *counts in EVALUATION
        for rating, count in zip(ratings, counts, strict=True)
    ]


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "computed"),
    [
        ("現計画の評価", "C10", 30, "29"),
        ("現計画の評価", "B7", 22, "21"),
        ("現計画の評価", "C11", 58.3, "85.3"),
    ],
)
def test_sagamihara_totals_and_ratios_are_checked(
    sheet: str, cell: str, value: float, computed: str
) -> None:
    content = edited((INBOX / SAGAMIHARA).read_bytes(), sheet, **{cell: value})
    problems = validation(SAGAMIHARA, content).problems
    assert found(problems) == [("total-mismatch", f"{sheet}!{cell}")]
    assert (problems[0].value, problems[0].suggestion) == (str(value), computed)


# --- 西東京市 -------------------------------------------------------------------------------------


def test_nishitokyo_kinds_and_stages() -> None:
    assert example(NISHITOKYO).problems == ()
    assert table(
        NISHITOKYO, "plans", "plan_id plan_type start_fiscal_year end_fiscal_year adopted"
    ) == [("132292-joho-hoshin-kihon", "guideline", 2019, 2023, "2020-02")]
    assert table(NISHITOKYO, "policy_nodes", "level number stage") == [
        ("initiative", "1", "introduction"),
        ("initiative", "2", "consideration"),
        ("initiative", "3", "research"),
    ]
    assert table(NISHITOKYO, "indicators", "name kind unit") == [
        ("その結果の成果は何か", "outcome", None),
        ("いつまでに何をするのか", "activity", None),
        ("いつまでに何をするのか", "activity", None),
    ]
    assert table(NISHITOKYO, "indicator_values", "value") == []


def test_nishitokyo_stage_rule() -> None:
    """導入・適用 takes 成果指標, the other stages 活動指標."""
    content = edited((INBOX / NISHITOKYO).read_bytes(), D16="活動指標", D18="成果指標")
    problems = validation(NISHITOKYO, content).problems
    assert found(problems) == [
        ("kind-stage-mismatch", "KPI管理シート!D16"),
        ("kind-stage-mismatch", "KPI管理シート!D18"),
    ]
    assert [(one.value, one.suggestion, one.severity) for one in problems] == [
        ("活動指標", "成果指標", "warning"),
        ("成果指標", "活動指標", "warning"),
    ]


def test_nishitokyo_results_of_a_year() -> None:
    content = edited((INBOX / NISHITOKYO).read_bytes(), F16="%", G16=40, H16=42.5, I16="集計中")
    read = validation(NISHITOKYO, content)
    assert rows(read.dataset.tables["indicator_values"], "value_type fiscal_year value status") == [
        ("baseline", None, 40.0, "normal"),
        ("actual", 2019, 42.5, "normal"),
        ("actual", 2020, None, "not_yet"),
    ]
    # 現状値 has no year in that form, so a figure there cannot be published.
    assert found(read.problems) == [("missing-value", "KPI管理シート!G14")]


# --- 八王子市 -------------------------------------------------------------------------------------


def test_hachioji_register_names_a_year_that_never_existed() -> None:
    read = example(REGISTER)
    (warning,) = read.problems
    assert (warning.code, warning.severity) == ("era-year-never-existed", "warning")
    assert (warning.place.sheet, warning.place.cell) == ("登録票", "C7")
    assert "平成34年度" in warning.message.ja and "2022年度" in warning.message.ja
    assert warning.suggestion == "平成30年度(2018年度)から令和4年度(2022年度)まで"
    assert table(
        REGISTER,
        "plans",
        "plan_id title start_fiscal_year end_fiscal_year predecessor_plan adopted department",
    ) == [
        (
            *("132012-johoka", "八王子市情報化計画", 2018, 2022, "八王子市地域情報化計画", None),
            "行財政改革部情報管理課",
        )
    ]
    assert table(REGISTER, "policy_nodes", "node_id level number title") == [
        ("132012-johoka-1", "policy", "1", "ICTを活用した行政サービスの向上"),
        ("132012-johoka-2", "policy", "2", "ICTを活用した行政運営の効果・効率性の向上"),
        ("132012-johoka-3", "policy", "3", "情報セキュリティ対策の強化"),
    ]


def test_hachioji_dx_is_refused_at_its_last_year() -> None:
    (error,) = example(DX).problems
    assert (error.code, error.severity) == ("era-year-mismatch", "error")
    assert (error.place.sheet, error.place.cell) == ("取組一覧", "E4")
    assert error.value == "令和７年度（2026年度）"
    assert error.suggestion == "令和７年度（2025年度）"
    for words in (error.message.ja, error.message.en):
        assert all(each in words for each in ("令和７年度（2026年度）", "2025", "2026"))


CORRECTED = "令和７年度（2025年度）"


def test_hachioji_dx_corrected() -> None:
    read = validation(DX, edited((INBOX / DX).read_bytes(), E4=CORRECTED))
    assert read.problems == ()
    assert rows(
        read.dataset.tables["plans"], "plan_id start_fiscal_year end_fiscal_year department"
    ) == [("132012-dx", 2022, 2025, None)]
    nodes = rows(read.dataset.tables["policy_nodes"], "level number title node_id parent_node_id")
    levels = [level for level, *_ in nodes]
    assert {level: levels.count(level) for level in levels} == {
        "vision": 1,
        "policy": 3,
        "initiative": 18,
        "project": 34,
    }
    policies = [(number, title) for level, number, title, _, _ in nodes if level == "policy"]
    assert policies == [
        ("1", "市民視点の変革 ～人にやさしいDX～"),
        ("2", "地域課題の解消 ～DXによる安心で活力あるまちづくり～"),
        ("3", "行政の業務刷新 ～地域・現場から考える組織に～"),
    ]
    names = {node: title for _, _, title, node, _ in nodes}
    of = {
        title: [each for _, _, each, _, parent in nodes if names.get(parent) == title]
        for title in names.values()
    }
    assert [len(of[title]) for _, title in policies] == [6, 6, 6]
    assert of["職場環境の最適化"] == [
        "テレワークの実施",
        "フリーアドレス環境の導入",
        "オンライン会議の推進",
    ]
    assert of["窓口改革"] == ["申請書作成の負担軽減", "キャッシュレス化"]
    assert of["インバウンド対策"] == ["デジタル技術を活用した観光体験", "キャッシュレス化"]
    assert len({node for _, _, _, node, _ in nodes}) == len(nodes)


def test_the_other_way_to_correct_it_contradicts_the_four_years() -> None:
    content = edited((INBOX / DX).read_bytes(), E4="令和８年度（2026年度）")
    (error,) = validation(DX, content).problems
    assert (error.code, error.severity, error.place.cell) == ("period-mismatch", "error", "B5")
    assert "４年間" in error.message.ja.replace("4年間", "４年間") and "5年間" in error.message.ja


# --- 下野市 ---------------------------------------------------------------------------------------

SHIMOTSUKE_MEASURES = {
    "誰もが情報化の恩恵を享受できる情報化推進基盤の整備": [
        "市内情報通信ネットワーク基盤の強化",
        "市民向けICT講習会の充実",
    ],
    "電子市役所の推進による便利さを実感できる市民サービスの実現": [
        "ホームページの充実",
        "かんたん申請・申込の拡充",
        "施設予約システムの導入",
    ],
    "安全・安心な市民生活の実現": [
        "電子メールによる防犯情報の提供",
        "高齢者の見守りシステム等の整備",
    ],
    "行政事務の高度化・効率化": [
        "庁内情報共有化の強化",
        "個人情報保護対策の徹底",
        "全庁的推進体制の強化",
    ],
    "地域の一体感の醸成と豊かで活力あるまちづくりの推進": [
        "電子アンケートの実施",
        "自治会・NPO・ボランティア活動情報の提供",
        "市民ポータルサイトの整備",
    ],
}


def test_shimotsuke() -> None:
    assert example(SHIMOTSUKE).problems == ()
    assert table(SHIMOTSUKE, "plans", "plan_id start_fiscal_year end_fiscal_year department") == [
        ("092169-chiiki-johoka", 2008, 2011, "総合政策部総合政策課")
    ]
    nodes = table(SHIMOTSUKE, "policy_nodes", "level title node_id parent_node_id number")
    assert [title for level, title, *_ in nodes if level == "vision"] == [
        "誰もがICTを利用し、共に安心して暮らすことができる活力ある下野市の創造"
    ]
    policies = {title: node for level, title, node, _, _ in nodes if level == "policy"}
    assert {
        policy: [title for _, title, _, parent, _ in nodes if parent == node]
        for policy, node in policies.items()
    } == SHIMOTSUKE_MEASURES
    assert [number for level, *_, number in nodes if level == "policy"] == [*"12345"]
    assert sum(level == "measure" for level, *_ in nodes) == 13


# --- all five against their documents -------------------------------------------------------------

NOT_SAID = {
    NISHITOKYO: {"適用検討の段階にある重点取組"},  # 適用検討の段階と調査・研究の段階にある重点取組
    DX: {"みんなで紡ぐ幸せ 八王子ビジョン2022 活力ある魅力あふれるまちへ(2018基本計画改訂版)"},
}
"""Wordings that examples/README.md explains."""


def flat(text: str) -> str:
    """The text without layout: the documents were flattened, words are broken over lines."""
    return re.sub(r"[\s*•_\-―–()ー]", "", unicodedata.normalize("NFKC", text))


@pytest.mark.parametrize("place", NUMBERS)
def test_every_name_stands_in_the_document(place: str, shared: Path) -> None:
    (document,) = (shared / "seeds").glob(f"{NUMBERS[place]}_*.txt")
    said = flat(document.read_text(encoding="utf-8"))
    names = {
        name
        for table_name, fields in (
            ("plans", "title parent_plan predecessor_plan department"),
            ("policy_nodes", "title"),
            ("indicators", "name"),
            ("evaluation_counts", "goal rating"),
        )
        for row in table(place, table_name, fields)
        for name in row
        if name
    }
    assert {name for name in names if flat(name) not in said} == NOT_SAID.get(place, set())


@pytest.mark.parametrize("place", NUMBERS)
def test_every_value_remembers_a_cell_that_says_it(place: str) -> None:
    book = read(place.rpartition("/")[2], (INBOX / place).read_bytes())
    sheets = {one.name: one for one in book.sheets}
    read_values = 0
    for name, cells in example(place).dataset.cells.items():
        values = example(place).dataset.tables[name]
        assert cells.column_names == values.column_names
        for column in cells.column_names:
            pairs = zip(cells[column].to_pylist(), values[column].to_pylist(), strict=True)
            for cell, value in pairs:
                if cell is None or (column, value) == ("is_priority", False):  # a blank cell
                    continue
                sheet, _, address = cell.rpartition("!")
                letters, number = re.fullmatch(r"([A-Z]+)(\d+)", address).groups()  # type: ignore[union-attr]
                at = sum((ord(c) - 64) * 26**i for i, c in enumerate(reversed(letters))) - 1
                written = str(sheets[sheet].rows[int(number) - 1][at])
                assert written not in ("", "None")
                read_values += 1
                if column in ("title", "name", "department", "parent_plan", "goal"):
                    assert flat(str(value)) in flat(written)
    assert read_values > 10


# --- one table against a schema -------------------------------------------------------------------

SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "id", "type": "integer", "constraints": {"required": True}},
        {"name": "name", "type": "string", "constraints": {"minLength": 2, "unique": True}},
        {"name": "share", "type": "number", "constraints": {"maximum": 100}},
        {"name": "day", "type": "date"},
        {"name": "kind", "type": "string", "constraints": {"enum": ["a", "b"]}},
        {"name": "is_open", "type": "boolean"},
    ],
    "primaryKey": ["id"],
    "missingValues": ["", "-"],
}
HEAD = "id,name,share,day,kind,is_open\n"
TABLES = {
    "fine": HEAD + "1,ab,12.5,2024-04-01,a,true\n2,cd,,,b,false\n",
    "empty": HEAD,
    "types": HEAD + "x,ab,y,2024-13-01,a,maybe\n2,cd,1,2024/04/01,a,true\n",
    "constraints": HEAD + ",a,101,,c,true\n2,ab,1,,a,true\n3,ab,1,,a,true\n",
    "keys": HEAD + "1,ab,1,,a,true\n1,cd,1,,a,true\n01,ef,1,,a,true\n",
    "short and long": HEAD + "1,ab\n2,cd,1,,a,true,extra,more\n",
    "blank rows": HEAD + "1,ab,1,,a,true\n\n,,,,,\n2,cd,1,,b,true\n",
    "wrong header": "id,nam,share,day,kind,is_open\n1,ab,1,,a,true\n",
    "missing column": "id,name,share,day,kind\n1,ab,1,,a\n",
    "extra column": HEAD.replace("\n", ",note\n") + "1,ab,1,,a,true,x\n",
    "header twice": "id,name,name,day,kind,is_open\n1,ab,1,,a,true\n",
    "quoted": HEAD + '1,"a\nb",1,,a,true\n2,"c,d","1","","b","false"\nx,ef,1,,a,true\n',
    "wide digits": HEAD + "１,ab,１２．５,,a,true\n 2 ,cd, 3 ,,a,true\n",
    "missing values": HEAD + "1,-,-,-,-,-\n-,ab,1,,a,true\n",
    "nothing": "",
}


def frictionless(folder: Path, *more: str) -> tuple[bool, int, list[dict[str, Any]]]:
    """What `frictionless validate table.csv --schema schema.json` says."""
    program = Path(sys.executable).parent / "frictionless"
    result = subprocess.run(
        [program, "validate", "table.csv", "--schema", "schema.json", "--json", *more],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(result.stdout)
    errors = [*report["errors"], *(one for task in report["tasks"] for one in task["errors"])]
    shown = [
        {
            "type": one["type"],
            "rowNumber": one.get("rowNumber"),
            "fieldName": one.get("fieldName"),
            "note": one["note"],
        }
        for one in errors
    ]
    return report["valid"], sum(task["stats"].get("rows", 0) for task in report["tasks"]), shown


def written(folder: Path, table: str, schema: object = SCHEMA) -> tuple[Path, Path]:
    (folder / "table.csv").write_text(table, encoding="utf-8")
    (folder / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
    return folder / "table.csv", folder / "schema.json"


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_judged_as_frictionless_does(name: str, tmp_path: Path) -> None:
    report = validate_table(*written(tmp_path, TABLES[name])).to_json()
    assert (report["valid"], report["rows"], report["errors"]) == frictionless_in_process(tmp_path)


def frictionless_in_process(folder: Path) -> tuple[bool, int, list[dict[str, Any]]]:
    """The same as the program says, without waiting for a process each time."""
    from frictionless import Resource, Schema, system

    with system.use_context(trusted=True):
        schema = Schema.from_descriptor(str(folder / "schema.json"))
        report = Resource(path=str(folder / "table.csv"), schema=schema).validate()
    descriptor = report.to_descriptor()
    errors = [*descriptor["errors"], *(e for task in descriptor["tasks"] for e in task["errors"])]
    names = ("type", "rowNumber", "fieldName", "note")
    shown = [{name: each.get(name) for name in names} for each in errors]
    return report.valid, sum(task.stats.get("rows", 0) for task in report.tasks), shown


def test_the_program_says_the_same(tmp_path: Path) -> None:
    everything = HEAD + "".join(
        one.removeprefix(HEAD) for one in TABLES.values() if one.startswith(HEAD)
    )
    report = validate_table(*written(tmp_path, everything)).to_json()
    valid, count, errors = frictionless(tmp_path)
    assert (report["valid"], report["rows"], report["errors"]) == (valid, count, errors)
    assert len(errors) > 10


def test_errors_have_no_limit(tmp_path: Path) -> None:
    chance = random.Random(20)
    lines = "".join(f"{chance.choice(['x', 'y', n])},ab{n},z,,a,true\n" for n in range(1200))
    report = validate_table(*written(tmp_path, HEAD + lines))
    _, _, errors = frictionless(tmp_path, "--limit-errors", "100000")
    assert len(report.errors) > 1800
    assert report.to_json()["errors"] == errors


@pytest.mark.parametrize("schema", ["[]", "{", "", '{"fields": [{"name": "a", "type": "text"}]}'])
def test_a_schema_that_is_none(schema: str, tmp_path: Path) -> None:
    table, path = written(tmp_path, TABLES["fine"])
    path.write_text(schema)
    with pytest.raises(OpendataError) as caught:
        validate_table(table, path)
    assert caught.value.code == "broken-schema"


@pytest.mark.parametrize("name", ["table", "table.txt", "table.csv.txt"])
def test_what_is_no_table_by_its_name_is_not_called_valid(name: str, tmp_path: Path) -> None:
    table, schema = written(tmp_path, TABLES["types"])
    with pytest.raises(OpendataError) as caught:
        validate_table(table.rename(tmp_path / name), schema)
    assert caught.value.code == "not-a-table"


def test_files_that_are_not_there(tmp_path: Path) -> None:
    table, schema = written(tmp_path, TABLES["fine"])
    for pair in ((tmp_path / "no.csv", schema), (table, tmp_path / "no.json"), (tmp_path, schema)):
        with pytest.raises(OpendataError) as caught:
            validate_table(*pair)
        assert caught.value.code == "file-not-found"

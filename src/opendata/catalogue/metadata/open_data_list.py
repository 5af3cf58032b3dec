"""オープンデータ一覧, the list of open data of 自治体標準オープンデータセット: one row a file.

In its current form: columns about the dataset (データセット_…), then about the file (ファイル_…).
The older form had one row a dataset.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from opendata.catalogue.metadata.described import Described, Download
from opendata.catalogue.metadata.news import changes_of
from opendata.catalogue.model import Site
from opendata.catalogue.words import date_in_japan

_DATASET = """
ID 全国地方公共団体コード 地方公共団体名 タイトル サブタイトル 概要 キーワード 分類
ユニバーサルメニュー 公開日 最終更新日 バージョン 言語 URL 更新頻度 準拠する標準 関連ドキュメント
来歴情報 対象地域 対象期間 作成者 連絡先名称 連絡先メールアドレス 連絡先電話番号 連絡先内線番号
連絡先FormURL 連絡先備考（その他、SNSなど） 備考
"""
_FILE = """
ID タイトル アクセスURL ダウンロードURL 説明 形式 ライセンス ステータス サイズ 公開日 最終更新日
利用規約 関連ドキュメント 言語 準拠する標準 API対応有無 著作権表記
"""
_OWN = ("全国地方公共団体コード", "地方公共団体名")
"""Columns that are of neither."""
COLUMNS = (
    *(one if one in _OWN else f"データセット_{one}" for one in _DATASET.split()),
    *(f"ファイル_{one}" for one in _FILE.split()),
)


def open_data_list(datasets: Sequence[Described], site: Site) -> bytes:
    """opendata-list.csv, in UTF-8; without the site's base its addresses are left empty."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    for one in datasets:
        about = _dataset(one, site)
        for file in (*one.files, *(file for table in one.tables for file in table.files)):
            writer.writerow({**about, **_file(one, file, site)})
    return out.getvalue().encode()


def _dataset(one: Described, site: Site) -> Mapping[str, str]:
    who = one.publisher
    years = one.years
    return {
        "データセット_ID": one.name,
        "全国地方公共団体コード": who.code or "",
        "地方公共団体名": one.municipality,
        "データセット_タイトル": one.title.ja,
        "データセット_サブタイトル": one.title.en,
        "データセット_概要": one.description.ja,
        "データセット_キーワード": ";".join(one.keywords),
        "データセット_分類": ";".join(dict.fromkeys(theme.field for theme in one.themes)),
        "データセット_公開日": date_in_japan(one.first),
        "データセット_最終更新日": date_in_japan(one.created),
        "データセット_バージョン": one.version,
        "データセット_言語": "ja",
        "データセット_URL": _at(site, one.page),
        "データセット_更新頻度": one.frequency.words.ja,
        "データセット_準拠する標準": "Data Package 2.0",
        "データセット_関連ドキュメント": _at(site, f"{one.home}{one.version}/datapackage.json"),
        "データセット_来歴情報": one.provenance.ja + "；".join(_history(one)),
        "データセット_対象地域": ";".join(area.name for area in one.areas),
        "データセット_対象期間": f"{years[0]}-04-01/{years[1] + 1}-03-31" if years else "",
        "データセット_作成者": who.name,
        "データセット_連絡先名称": who.name,
        "データセット_連絡先メールアドレス": who.email or "",
        "データセット_備考": one.end.ja,
    }


def _history(one: Described) -> Iterator[str]:
    """The newest versions and what they brought."""
    for entry in list(one.history)[:-4:-1]:
        day = date_in_japan(str(entry["created"]))
        yield f"{day} {entry['version']}版：{changes_of(entry).ja}"


def _file(one: Described, file: Download, site: Site) -> Mapping[str, str]:
    return {
        "ファイル_ID": file.path.partition("/")[2],
        "ファイル_タイトル": file.title.ja,
        "ファイル_アクセスURL": _at(site, one.page),
        "ファイル_ダウンロードURL": _at(site, file.path),
        "ファイル_説明": file.description.ja,
        "ファイル_形式": file.format.upper(),
        "ファイル_ライセンス": _licence(one),
        "ファイル_ステータス": "配信終了" if one.ended else "配信中",
        "ファイル_サイズ": str(file.size),
        "ファイル_公開日": date_in_japan(one.created),
        "ファイル_最終更新日": date_in_japan(one.created),
        "ファイル_利用規約": (one.licence.iri if one.licence else None) or "",
        "ファイル_関連ドキュメント": _at(site, file.columns) if file.columns else "",
        "ファイル_言語": "ja",
        "ファイル_準拠する標準": "CSV on the Web" if file.columns else "",
        "ファイル_API対応有無": "有",
        "ファイル_著作権表記": one.attribution(site.base).ja,
    }


def _licence(one: Described) -> str:
    """What a licence is called in such lists."""
    if one.licence is None:
        return ""
    return {"CC-BY-4.0": "CC BY 4.0"}.get(one.licence.name, one.licence.title.ja)


def _at(site: Site, path: str) -> str:
    return f"{site.base}{path}" if site.base else ""

"""The terms of controlled vocabularies that we use, with what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from opendata.errors import Text

EU = "http://publications.europa.eu/resource/authority/"


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often a dataset is published: the European term, the interval as ISO 8601 writes what
    repeats (`R/P1Y`, None where there is none), and words."""

    term: str
    interval: str | None
    words: Text

    @property
    def iri(self) -> str:
        return f"{EU}frequency/{self.term}"


NEVER = Frequency("NEVER", None, Text("更新なし（公開終了）", "never: no longer published"))
"""Of a dataset that has ended."""
IRREGULAR = Frequency("IRREG", None, Text("随時", "irregular"))
FREQUENCIES: Mapping[str, Frequency] = {
    "daily": Frequency("DAILY", "R/P1D", Text("1日に1回", "daily")),
    "weekly": Frequency("WEEKLY", "R/P1W", Text("1週間に1回", "weekly")),
    "monthly": Frequency("MONTHLY", "R/P1M", Text("1か月に1回", "monthly")),
    "quarterly": Frequency("QUARTERLY", "R/P3M", Text("3か月に1回", "quarterly")),
    "annual": Frequency("ANNUAL", "R/P1Y", Text("1年に1回", "annual")),
    "irregular": IRREGULAR,
}
"""By what a package says in `accrualPeriodicity`."""


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme: the European term, what it is called, and the field of official statistics that a
    Japanese list of open data names."""

    term: str
    words: Text
    field: str

    @property
    def iri(self) -> str:
        return f"{EU}data-theme/{self.term}"


GOVERNMENT = Theme("GOVE", Text("行政・公共部門", "Government and public sector"), "行財政")
THEMES: Mapping[str, Theme] = {
    one.term: one
    for one in (
        Theme(
            "AGRI",
            Text("農業・漁業・林業・食料", "Agriculture, fisheries, forestry and food"),
            "農林水産業",
        ),
        Theme("ECON", Text("経済・金融", "Economy and finance"), "企業・家計・経済"),
        Theme(
            "EDUC",
            Text("教育・文化・スポーツ", "Education, culture and sport"),
            "教育・文化・スポーツ・生活",
        ),
        Theme("ENER", Text("エネルギー", "Energy"), "エネルギー・水"),
        Theme("ENVI", Text("環境", "Environment"), "司法・安全・環境"),
        GOVERNMENT,
        Theme("HEAL", Text("健康", "Health"), "社会保障・衛生"),
        Theme("INTR", Text("国際", "International issues"), "国際"),
        Theme(
            "JUST",
            Text("司法・安全", "Justice, legal system and public safety"),
            "司法・安全・環境",
        ),
        Theme("REGI", Text("地域・都市", "Regions and cities"), "国土・気象"),
        Theme("SOCI", Text("人口・社会", "Population and society"), "人口・世帯"),
        Theme("TECH", Text("科学技術", "Science and technology"), "情報通信・科学技術"),
        Theme("TRAN", Text("交通", "Transport"), "運輸・観光"),
    )
}
"""By what a package says in `themes`."""

FILE_TYPES: Mapping[str, str] = {
    "csv": "CSV",
    "json": "JSON",
    "parquet": "PARQUET",
    "xlsx": "XLSX",
}
"""The European terms for the formats of files."""

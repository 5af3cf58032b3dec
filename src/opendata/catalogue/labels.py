"""What a page of plans says of values and categories, in one language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from opendata.catalogue import words
from opendata.catalogue.model import Language
from opendata.catalogue.texts import texts
from opendata.catalogue.verdict import Row
from opendata.japanese import squash

Labels = Mapping[tuple[str, str], Mapping[str, str]]


def labels_of(descriptor: Mapping[str, Any]) -> Labels:
    """By table and field: from a category's value to its label."""
    return {
        (resource["name"], field["name"]): {
            str(one["value"]): str(one["label"])
            for one in field.get("categories", ())
            if isinstance(one, Mapping) and "label" in one
        }
        for resource in descriptor["resources"]
        for field in resource["schema"]["fields"]
    }


@dataclass(frozen=True)
class Voice:
    """Says values in one language. Categories by the package's own labels; in English by ours where
    we have one."""

    language: Language
    labels: Labels
    places: Mapping[str, str]

    def label(self, table: str, field: str, value: str | None) -> str:
        if value is None:
            return ""
        own = self.labels.get((table, field), {}).get(value)
        ours = texts().get(f"labels.{field}_{value}", {}).get(self.language)
        return (own or ours or value) if self.language == "ja" else (ours or own or value)

    def is_known(self, field: str, value: str | None) -> bool:
        """Whether a category has an English word: else it is said in Japanese."""
        return self.language == "ja" or f"labels.{field}_{value}" in texts()

    def place(self, code: str) -> str:
        return words.place(code, self.places, self.language)

    def year(self, year: int) -> str:
        return words.fiscal_year(year, self.language)

    def plain_year(self, year: int) -> str:
        return f"FY{year}" if self.language == "en" else f"{year}年度"

    def plain_years(self, first: int, last: int) -> str:
        if first == last:
            return self.plain_year(first)
        return f"FY{first}–{last}" if self.language == "en" else f"{first}〜{last}年度"

    def era(self, year: int) -> str:
        era = words.era_year(year, self.language)
        return era if self.language == "en" else f"{era}年度"

    def period(self, start: int | None, end: int | None) -> str:
        return words.period(start, end, self.language)

    def quantity(self, row: Row, unit: str | None) -> str:
        return words.quantity(row, unit, self.language)

    def computed(self, value: float, known: Sequence[float], unit: str | None) -> str:
        """An amount that was computed from those known."""
        return f"{words.computed(value, known)}{unit or ''}"

    def difference(self, value: Decimal, unit: str | None) -> str:
        """Of two amounts: between percentages lie points."""
        points = "ポイント" if self.language == "ja" else " points"
        return f"{words.figure(value)}{points if unit and squash(unit) == '%' else unit or ''}"

    def percent(self, ratio: float) -> str:
        return words.percent(ratio)

    def exact(self, value: float) -> str:
        return words.exact(value)

    def joined(self, parts: Sequence[str]) -> str:
        return ("、" if self.language == "ja" else ", ").join(parts)

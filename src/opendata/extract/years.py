"""Years that stand one after the other: one written without its era takes it from those before."""

from __future__ import annotations

from dataclasses import dataclass

from opendata.japanese import FiscalYear, find_fiscal_years, read_fiscal_year
from opendata.japanese.era import ERAS, find_era


@dataclass
class Years:
    """The years of a header from left to right, or of a column from top to bottom."""

    era: str | None = None
    """The era of the year before, 平成 or H."""
    last: int | None = None

    def read(self, text: str) -> FiscalYear | None:
        """The first year in a text; of a bare `26`, only where an era stands before.

        Behind 平成30年度 a 元年度 is the new era's, not one of thirty years before.
        """
        year = _first(text, self.era)
        if year is None:
            return None
        if year.era and self.last is not None and year.year < self.last and not _first(text, None):
            year = self._in_next_era(text, self.last) or year
        self.era, self.last = year.era or self.era, year.year
        return year

    def _in_next_era(self, text: str, last: int) -> FiscalYear | None:
        """The year as one of the era that followed, if it then follows the year before."""
        era = find_era(self.era or "")
        if era is None or era is ERAS[-1]:
            return None
        following = ERAS[ERAS.index(era) + 1]
        name = following.name if self.era == era.name else following.letter
        year = _first(text, name)
        return year if year and last < year.year <= last + 2 else None


def _first(text: str, era: str | None) -> FiscalYear | None:
    found = next(iter(find_fiscal_years(text, era)), None)
    if era and (found is None or not found.era):
        whole = read_fiscal_year(text, era)
        return whole if whole and (found is None or whole.era) else found
    return found

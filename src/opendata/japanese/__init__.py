"""Japanese as offices write it: eras and fiscal years, digits and signs, widths, units.

Pure functions of text. What a text does not say is None; nothing is guessed.
"""

from typing import TYPE_CHECKING

from opendata import opened

if TYPE_CHECKING:
    from opendata.japanese.codes import is_municipality_code
    from opendata.japanese.dates import read_date
    from opendata.japanese.fiscal_year import FiscalYear, find_fiscal_years, read_fiscal_year
    from opendata.japanese.flag import read_flag
    from opendata.japanese.heading import split_number
    from opendata.japanese.number import (
        Comparator,
        Quantity,
        Status,
        is_scale,
        read_quantity,
        read_signs,
        scale_of,
        split_mark,
        suggest_number,
    )
    from opendata.japanese.period import Period, read_duration, read_period
    from opendata.japanese.text import Folded, fold, squash, tidy
    from opendata.japanese.unit import bare_name, is_measure, is_unit, split_unit

__all__ = [
    "Comparator",
    "FiscalYear",
    "Folded",
    "Period",
    "Quantity",
    "Status",
    "bare_name",
    "find_fiscal_years",
    "fold",
    "is_measure",
    "is_municipality_code",
    "is_scale",
    "is_unit",
    "read_date",
    "read_duration",
    "read_fiscal_year",
    "read_flag",
    "read_period",
    "read_quantity",
    "read_signs",
    "scale_of",
    "split_mark",
    "split_number",
    "split_unit",
    "squash",
    "suggest_number",
    "tidy",
]

__getattr__ = opened(
    __name__,
    {
        "codes": "is_municipality_code",
        "dates": "read_date",
        "fiscal_year": "FiscalYear find_fiscal_years read_fiscal_year",
        "flag": "read_flag",
        "heading": "split_number",
        "number": "Comparator Quantity Status is_scale read_quantity read_signs scale_of "
        "split_mark suggest_number",
        "period": "Period read_duration read_period",
        "text": "Folded fold squash tidy",
        "unit": "bare_name is_measure is_unit split_unit",
    },
)

"""Extract, schema and rules in; typed tables and problems out."""

from typing import TYPE_CHECKING

from opendata import opened

if TYPE_CHECKING:
    from opendata.validate.answers import Answer
    from opendata.validate.dataset import Dataset, Validation
    from opendata.validate.formula_text import published_reason
    from opendata.validate.severities import rated
    from opendata.validate.table import TableError, TableReport, validate_table
    from opendata.validate.validation import derived, validate

__all__ = [
    "Answer",
    "Dataset",
    "TableError",
    "TableReport",
    "Validation",
    "derived",
    "published_reason",
    "rated",
    "validate",
    "validate_table",
]

__getattr__ = opened(
    __name__,
    {
        "answers": "Answer",
        "dataset": "Dataset Validation",
        "formula_text": "published_reason",
        "severities": "rated",
        "table": "TableError TableReport validate_table",
        "validation": "derived validate",
    },
)

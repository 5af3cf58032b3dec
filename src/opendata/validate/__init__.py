"""Extract, schema and rules in; typed tables and problems out."""

from opendata.validate.answers import Answer
from opendata.validate.dataset import Dataset, Validation
from opendata.validate.rated import rated
from opendata.validate.table import TableError, TableReport, validate_table
from opendata.validate.validate import validate

__all__ = [
    "Answer",
    "Dataset",
    "TableError",
    "TableReport",
    "Validation",
    "rated",
    "validate",
    "validate_table",
]

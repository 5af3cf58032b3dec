"""Extract, schema and rules in; typed tables and problems out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opendata.validate.answers import Answer
    from opendata.validate.dataset import Dataset, Validation
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
    "rated",
    "validate",
    "validate_table",
]

_HOMES = {  # no name of a module is a name here, or the module would stand in its place
    "Answer": "answers",
    "Dataset": "dataset",
    "TableError": "table",
    "TableReport": "table",
    "Validation": "dataset",
    "derived": "validation",
    "rated": "severities",
    "validate": "validation",
    "validate_table": "table",
}


def __getattr__(name: str) -> Any:
    """What is asked for is imported then: a table is judged sooner than all the rest is loaded."""
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

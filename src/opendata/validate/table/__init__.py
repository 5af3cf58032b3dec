"""A table against its Table Schema: frictionless's verdict, at the speed of parsing."""

from opendata.validate.table.report import TableError, TableReport
from opendata.validate.table.schema import read_schema
from opendata.validate.table.table import validate_table, validate_tables

__all__ = ["TableError", "TableReport", "read_schema", "validate_table", "validate_tables"]

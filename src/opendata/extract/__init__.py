"""Workbook and layout in, raw named values out, each remembering its cell."""

from opendata.extract.extract import Extract, HeaderRows, extract
from opendata.extract.layout import Layout, read_layout, read_layouts
from opendata.extract.records import ROLE, TOTALS
from opendata.extract.standard import known_layouts, standard_layout

__all__ = [
    "ROLE",
    "TOTALS",
    "Extract",
    "HeaderRows",
    "Layout",
    "extract",
    "known_layouts",
    "read_layout",
    "read_layouts",
    "standard_layout",
]

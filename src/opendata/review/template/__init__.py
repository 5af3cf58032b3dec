"""The blank workbook that is handed to a department: a layout, drawn so that it reads it back."""

from opendata.review.template.book import blank

__all__ = ["blank"]

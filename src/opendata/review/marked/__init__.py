"""The steward's own workbook, its wrong cells marked, and a sheet that lists them.

A package is changed in place: `archive` copies every part that is not touched as it is packed,
`markup` splices edits into the others, and `book`, `sheet`, `styles`, `comments` and `notes` know
what stands in them. `results` is the added sheet, `rendering` a package for files that are none.
"""

from opendata.review.marked.results import Names
from opendata.review.marked.returned import RESULTS, Returned, mark

__all__ = ["RESULTS", "Names", "Returned", "mark"]

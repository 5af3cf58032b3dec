"""A layout proposed for a workbook that no written layout fits."""

from opendata.extract.draft.draft import Draft, draft
from opendata.extract.draft.guess import Guess

__all__ = ["Draft", "Guess", "draft"]

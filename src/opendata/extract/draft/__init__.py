"""A layout proposed for a workbook that no written layout fits."""

from opendata.extract.draft.compose import Draft, draft
from opendata.extract.draft.tables import Guess

__all__ = ["Draft", "Guess", "draft"]

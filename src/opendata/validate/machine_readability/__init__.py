"""How machine-readable a workbook is, by the 30 rules of 令和8年: three levels, a score for each,
and the cells that break a rule."""

from opendata.validate.machine_readability.judge import judge
from opendata.validate.machine_readability.model import Places, Readability, Violation, mean, worst
from opendata.validate.machine_readability.rules import (
    LEVEL_NAMES,
    LEVELS,
    STANDARD,
    Kind,
    Rule,
    kinds,
    rules,
)

__all__ = [
    "LEVELS",
    "LEVEL_NAMES",
    "STANDARD",
    "Kind",
    "Places",
    "Readability",
    "Rule",
    "Violation",
    "judge",
    "kinds",
    "mean",
    "rules",
    "worst",
]

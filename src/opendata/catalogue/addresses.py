"""Where the pages of plans and indicators lie: paths without their endings, stable for ever."""

from __future__ import annotations

import hashlib

from opendata.catalogue.rendering import file_name
from opendata.japanese import squash

PROGRESS = "progress/index"
COMPARISONS = "compare/index"


def place_folder(code: str) -> str:
    """The folder of a municipality's pages: `places/092169`."""
    return f"places/{file_name(code)}"


def place_page(code: str) -> str:
    return f"{place_folder(code)}/index"


def plan_page(code: str, plan_id: str) -> str:
    return f"{place_folder(code)}/plans/{file_name(plan_id)}"


def indicator_page(code: str, indicator_id: str) -> str:
    return f"{place_folder(code)}/indicators/{file_name(indicator_id)}"


def kind_of(name: str, unit: str | None) -> str:
    """What indicators that measure the same have in common: a digest of their name and unit, with
    whichever widths, spaces and dashes they are typed."""
    same = f"{squash(name)}\n{squash(unit or '')}".casefold()
    return hashlib.sha256(same.encode()).hexdigest()[:12]


def comparison_folder(kind: str) -> str:
    """The folder of a comparison across municipalities: `compare/0a1b2c3d4e5f`."""
    return f"compare/{kind}"


def comparison_page(kind: str) -> str:
    return f"{comparison_folder(kind)}/index"

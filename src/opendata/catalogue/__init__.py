"""Releases -> metadata documents and the site. Pure: the same releases give the same bytes."""

from typing import TYPE_CHECKING

from opendata import opened

if TYPE_CHECKING:
    from opendata.catalogue.build import build
    from opendata.catalogue.gone import ended_keys, last_rows
    from opendata.catalogue.model import ORIGINS, Current, Pages, Rows, Section

__all__ = ["ORIGINS", "Current", "Pages", "Rows", "Section", "build", "ended_keys", "last_rows"]

__getattr__ = opened(
    __name__,
    {
        "build": "build",
        "gone": "ended_keys last_rows",
        "model": "ORIGINS Current Pages Rows Section",
    },
)

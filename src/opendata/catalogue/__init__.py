"""Releases -> metadata documents and the site. Pure: the same releases give the same bytes."""

from typing import TYPE_CHECKING

from opendata import opened

if TYPE_CHECKING:
    from opendata.catalogue.build import build
    from opendata.catalogue.model import ORIGINS, Current, Pages, Section

__all__ = ["ORIGINS", "Current", "Pages", "Section", "build"]

__getattr__ = opened(
    __name__,
    {
        "build": "build",
        "model": "ORIGINS Current Pages Section",
    },
)

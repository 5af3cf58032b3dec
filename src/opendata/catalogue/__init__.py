"""Releases -> metadata documents and the site. Pure: the same releases give the same bytes."""

from opendata.catalogue.build import build
from opendata.catalogue.model import Current, Pages, Section

__all__ = ["Current", "Pages", "Section", "build"]

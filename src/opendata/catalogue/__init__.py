"""Releases -> metadata documents and the site. Pure: the same releases give the same bytes."""

from opendata.catalogue.build import build
from opendata.catalogue.model import Current, Pages, Section
from opendata.catalogue.places import ORIGINS

__all__ = ["ORIGINS", "Current", "Pages", "Section", "build"]

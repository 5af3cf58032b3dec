"""What the pages of one municipality have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opendata.catalogue.labels import Voice, labels_of
from opendata.catalogue.metadata import Area, schema_org_part
from opendata.catalogue.model import LANGUAGES, Current, Language, Site
from opendata.catalogue.rendering import ENDINGS
from opendata.release import Licence, licence_of

MAIN = ("title", "licenses")
"""What the pages say of the package that the municipality's tables are a part of."""


@dataclass(frozen=True)
class Setting:
    """The site, the package and the municipality, how values are said, and of which kinds of
    indicators there is a comparison."""

    site: Site
    package: str
    licence: Licence | None
    code: str
    voices: Mapping[Language, Voice]
    compared: frozenset[str]

    @classmethod
    def of(cls, site: Site, current: Current, code: str, compared: frozenset[str]) -> Setting:
        labels = labels_of(current.descriptor)
        voices: Mapping[Language, Voice] = {
            one: Voice(one, labels, site.places) for one in LANGUAGES
        }
        return cls(site, current.name, licence_of(current.descriptor), code, voices, compared)

    @property
    def place(self) -> str:
        return self.voices["ja"].place(self.code)

    def linked(
        self,
        path: str,
        name: str,
        about: str,
        variables: Sequence[tuple[str, str | None]] = (),
        years: tuple[int, int] | None = None,
    ) -> Mapping[str, Any]:
        """The page for search engines: a part of the package's dataset, about this municipality."""
        return schema_org_part(
            self.site,
            of=self.package,
            path=path + ENDINGS["ja"],
            root="../" * path.count("/"),
            name=name,
            about=about,
            licence=self.licence,
            area=Area(self.code, self.place),
            years=years,
            variables=variables,
        )

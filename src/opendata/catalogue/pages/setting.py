"""What the pages of one municipality have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opendata.catalogue.labels import Voice, labels_of
from opendata.catalogue.model import LANGUAGES, Current, Language, Site

MAIN = ("title", "licenses")
"""What the pages say of the package that the municipality's tables are a part of."""


@dataclass(frozen=True)
class Setting:
    """The site, the municipality, how values are said, and of which kinds of indicators there is a
    comparison."""

    site: Site
    code: str
    voices: Mapping[Language, Voice]
    compared: frozenset[str]
    package: Mapping[str, Any]

    @classmethod
    def of(cls, site: Site, current: Current, code: str, compared: frozenset[str]) -> Setting:
        return cls(site, code, voices_of(site, current), compared, current.descriptor)

    def linked(
        self,
        name: str,
        description: str,
        measured: Any = None,
        years: tuple[int, int] | None = None,
    ) -> Mapping[str, Any]:
        """The page for search engines: a part of the package's dataset, about this municipality."""
        return part_of(
            self.site,
            self.package,
            name,
            description,
            variableMeasured=measured,
            temporalCoverage=f"{years[0]}-04-01/{years[1] + 1}-03-31" if years else None,
            spatialCoverage={
                "@type": "AdministrativeArea",
                "name": self.voices["ja"].place(self.code),
                "identifier": self.code,
            },
        )


def voices_of(site: Site, current: Current) -> Mapping[Language, Voice]:
    labels = labels_of(current.descriptor)
    return {one: Voice(one, labels, site.places) for one in LANGUAGES}


def part_of(
    site: Site, package: Mapping[str, Any], name: str, description: str, **more: Any
) -> Mapping[str, Any]:
    """A schema.org Dataset that is a part of a package's; without what is None."""
    home = f"{site.base}datasets/{package['name']}/index.html" if site.base else None
    licences = [one["path"] for one in package.get("licenses", ()) if "path" in one]
    whole = {"@type": "Dataset", "name": package.get("title", package["name"]), "url": home}
    document: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": name,
        "description": description,
        "inLanguage": "ja",
        "isAccessibleForFree": True,
        "license": licences[0] if licences else None,
        "creator": {"@type": "GovernmentOrganization", "name": site.publisher.name},
        "isPartOf": {key: value for key, value in whole.items() if value},
        **more,
    }
    return {key: value for key, value in document.items() if value is not None}

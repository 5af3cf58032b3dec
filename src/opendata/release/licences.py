"""The licences that data are published under."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from opendata.errors import Text

LicenceName = Literal["CC-BY-4.0", "PDL-1.0"]


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence; `iri` is its address, None where that is not known."""

    name: str
    title: Text
    iri: str | None

    @property
    def described(self) -> dict[str, str]:
        """As a Data Package names it."""
        named = {"name": self.name, "title": self.title.ja}
        return named | ({"path": self.iri} if self.iri else {})


LICENCES: Mapping[str, Licence] = {
    one.name: one
    for one in (
        Licence(
            "CC-BY-4.0",
            Text(
                "クリエイティブ・コモンズ 表示 4.0 国際",
                "Creative Commons Attribution 4.0 International",
            ),
            "https://creativecommons.org/licenses/by/4.0/",
        ),
        Licence(
            "PDL-1.0",
            Text("公共データ利用規約（第1.0版）", "Public Data License (Version 1.0)"),
            "https://www.digital.go.jp/resources/open_data/public_data_license_v1.0",
        ),
    )
}
"""Those a publisher may choose by name. A package may name any other of its own."""


_BY_ADDRESS = {str(one.iri): one for one in LICENCES.values()}


def licence_of(descriptor: Mapping[str, Any]) -> Licence | None:
    """The licence that a descriptor names first; None where it names none."""
    for one in descriptor.get("licenses", ()):
        name, address = str(one.get("name", "")), str(one.get("path", ""))
        known = LICENCES.get(name) or _BY_ADDRESS.get(address)
        if known is None:
            title = str(one.get("title") or name or address)
            return Licence(name, Text(title, title), address if "://" in address else None)
        title = str(one.get("title") or known.title.ja)
        return replace(known, title=known.title._replace(ja=title))
    return None

"""What the site shows, and what it is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pyarrow as pa

    from opendata.release import Files, Judged, Publisher

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows by table."""
Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = ("ja", "en")
ORIGINS: Mapping[str, Sequence[str]] = {
    "table": ("indicator_values",),
    "field": ("value", "raw"),
}
"""The lines of a lineage that say where values come from: where no figure stands, what is
written."""


@dataclass(frozen=True, slots=True)
class Current:
    """A package's current version: its `descriptor` as published, its `tables`, and the `history`
    of all its versions (`Release.entry`, oldest first).

    `cells` is its lineage (no more of it is needed than `ORIGINS`), `corrections` its
    register of corrections and `changes` the lines of its changes.csv, each with the columns of
    that file. `schema_changes` are by version those of
    earlier ones, as their descriptors tell them.
    """

    descriptor: Mapping[str, Any]
    history: Sequence[Mapping[str, Any]]
    tables: Mapping[str, pa.Table]
    cells: pa.Table | None = None
    corrections: pa.Table | None = None
    changes: pa.Table | None = None
    schema_changes: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    judged: Sequence[Judged] = ()
    """What its quality.json says of every source."""
    gone: Mapping[str, Rows] = field(default_factory=dict)
    """By the version that took them back, the plans and indicators that are no more, as the version
    before it had them (`gone.last_rows`)."""

    @property
    def name(self) -> str:
        return str(self.descriptor["name"])

    @property
    def version(self) -> str:
        return str(self.descriptor["version"])

    @property
    def created(self) -> str:
        """When the version was committed (UTC, ISO 8601): its own files do not carry it."""
        return str(self.history[-1]["created"])


@dataclass(frozen=True, slots=True)
class Site:
    """What every page knows. `base` is the site's URL with a slash at its end, None where it is not
    known; `places` gives municipalities' names by their codes; `has_plans` says whether there are
    plans to show."""

    publisher: Publisher
    base: str | None = None
    places: Mapping[str, str] = field(default_factory=dict)
    has_plans: bool = False

    @property
    def municipality(self) -> str:
        """What the publisher's municipality is called: by its code, else as the publisher is, whose
        department is left out (例市 情報政策課)."""
        return self.places.get(self.publisher.code or "") or municipality_of(self.publisher.name)


def municipality_of(publisher: str) -> str:
    """The municipality in a publisher's name: its first word where that ends like one."""
    first = publisher.split()[0] if publisher.split() else ""
    return first if first.endswith(("都", "道", "府", "県", "市", "区", "町", "村")) else publisher


@dataclass(frozen=True, slots=True)
class Section:
    """Pages that are made anew together, when what they are made of has changed.

    `digest` says what they are made of: where it is the same, so are the pages. `render` gives
    them, path to content. `folder` is the section's own; its SHA256SUMS, which lies there, names
    all of its pages.
    """

    folder: str
    digest: str
    render: Callable[[], Files]


@dataclass(frozen=True, slots=True)
class Pages:
    """The whole site: the `files` that depend on everything, and the sections."""

    files: Files
    sections: Sequence[Section] = ()

"""The page that explains to a programmer what there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from opendata.catalogue import metadata
from opendata.catalogue.addresses import kind_of
from opendata.catalogue.api import writing
from opendata.catalogue.api.writing import Links
from opendata.catalogue.model import Current, Site
from opendata.catalogue.pages.search import kinds
from opendata.catalogue.places import PLANS, has_plans, pc
from opendata.catalogue.releases import ended
from opendata.catalogue.rendering import render
from opendata.release import Files
from opendata.release.tables import CODE

UNKNOWN = "http://localhost:8000/"
"""Where the examples look when nobody has said where the site is: what a local web server says."""
EXAMPLES = ("values.py", "frames.py", "values.js")


@dataclass(frozen=True, slots=True)
class Address:
    """A document: its `form`, an `example` of it (from the page on), and the name of the text that
    says what it is."""

    form: str
    example: str | None
    says: str


@dataclass(frozen=True, slots=True)
class Example:
    name: str
    code: str

    @property
    def language(self) -> str:
        return {"py": "Python", "js": "JavaScript"}[self.name.rpartition(".")[2]]


def page(site: Site, datasets: Sequence[Current]) -> Files:
    """api/index.html in both languages."""
    path = writing.PAGE.removesuffix(".html")
    return render(
        site,
        path,
        "api.html",
        linked=metadata.in_brief(datasets, site),
        addresses=_addresses(datasets),
        examples=_examples(site, datasets),
        openapi=Links(Site(site.publisher), writing.PAGE).to(writing.OPENAPI),
    )


def _addresses(datasets: Sequence[Current]) -> list[Address]:
    name = _name(datasets)
    code = _code(datasets)
    kind = _kind(datasets)
    forms = (
        (writing.INDEX, writing.INDEX, "index"),
        (writing.DATASETS, writing.DATASETS, "datasets"),
        (writing.dataset_path("{name}"), name and writing.dataset_path(name), "dataset"),
        (writing.versions_path("{name}"), name and writing.versions_path(name), "versions"),
        (writing.PLACES, writing.PLACES, "places"),
        (writing.place_path("{code}"), code and writing.place_path(code), "place"),
        (writing.indicators_path("{code}"), code and writing.indicators_path(code), "indicators"),
        (writing.COMPARISONS, writing.COMPARISONS if code else None, "comparisons"),
        (writing.comparison_path("{kind}"), kind and writing.comparison_path(kind), "comparison"),
        (writing.OPENAPI, writing.OPENAPI, "openapi"),
    )
    return [Address(form, example, f"api.{says}") for form, example, says in forms]


def _name(datasets: Sequence[Current]) -> str | None:
    """The first dataset, of those that go on where any do."""
    going = [one for one in datasets if ended(one.descriptor, one.history) is None]
    return next((one.name for one in (*going, *datasets)), None)


def _code(datasets: Sequence[Current]) -> str | None:
    """The first municipality that has plans."""
    found: set[str] = set()
    for current in datasets:
        if has_plans(current):
            found |= {str(one) for one in pc.unique(current.tables[PLANS].column(CODE)).to_pylist()}
    return min(found, default=None)


def _kind(datasets: Sequence[Current]) -> str | None:
    """The kind of indicator that the most municipalities have; None where none has two."""
    most = next(iter(kinds(datasets)), None)
    return kind_of(most.name, most.unit) if most and len(most.codes) > 1 else None


def _examples(site: Site, datasets: Sequence[Current]) -> list[Example]:
    folder = files("opendata.catalogue.api").joinpath("snippets")
    environment = Environment(undefined=StrictUndefined)  # noqa: S701 - code, no markup
    known = {
        "site": site.base or UNKNOWN,
        "dataset": _name(datasets) or "NAME",
    }

    def filled(name: str) -> str:
        source = folder.joinpath(f"{name}.j2").read_text(encoding="utf-8")
        return environment.from_string(source).render(known)

    return [Example(name, filled(name)) for name in EXAMPLES]

"""The package's own form, derived from its schema: a sheet for every noun.

Its blank workbook is what `opendata template` makes, and with this layout what comes back is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from opendata.extract.layout import Layout, read_layout, read_layouts
from opendata.package import Field, Package, Resource
from opendata.package.contract import PRIVATE

NAME = "template"
"""The name under which the derived layout is known; a package may write its own of that name."""
EXAMPLE, GUIDE, CHOICES = "記入例", "記入のしかた", "選択肢"
"""The sheets of a template that are not read."""
SHEET_ROWS = 1_048_576
"""Blank rows end none of its tables: nothing stands below them."""
FROM_OUTSIDE = "municipality_code"
"""The field that the file's place fills in."""
_WITH_A_QUANTITY = frozenset({"comparator", "value_low", "value_high", "status", "raw"})
"""What reading a quantity (約1,500以上) says beside its value."""


def known_layouts(package: Package) -> tuple[Layout, ...]:
    """The layouts that files are held against: those written for the package, and its own form."""
    written = read_layouts(package)
    if NAME in package.layouts or (own := standard_layout(package)) is None:
        return written
    return (*written, own)


def standard_layout(package: Package) -> Layout | None:
    """The layout of the package's own form; None where nothing of it is read from workbooks.

    A record that a workbook tells of alone (`opendata:single`) is a form. Every other table has a
    row a record; where it is one of figures by year, its figures stand across, in the rows of what
    they belong to. A sheet that is not there says nothing.
    """
    blocks = [*_blocks(package)]
    if not blocks:
        return None
    marker = plain(title_of(package))
    document = {
        "title": f"{package.descriptor.get('title', package.name)}の標準様式",
        "requires": [f"{marker}*"],
        "ignore": [f"{marker}*"],
        "ignore_sheets": [EXAMPLE, GUIDE, CHOICES],
        "blocks": blocks,
    }
    return read_layout(package, NAME, document)


def title_of(package: Package) -> str:
    """The text with which every sheet of the form begins, and by which it is known."""
    return f"{str(package.descriptor.get('title', package.name))[:80]}　標準様式"


def _blocks(package: Package) -> Iterator[dict[str, Any]]:
    names = _sheet_names(package)
    across = {series.name: owner for owner, series in series_in(package)}
    for resource in package.read:
        if resource.name in across:
            continue
        fields = written_fields(package, resource)
        headings = _headings(package, resource, fields)
        parts = [
            {
                "to": f"{resource.name}.{one.name}",
                "required": resource.requires(one.name),
                "label" if resource.is_single else "header": spellings(headings[one.name]),
            }
            for one in fields
        ]
        if resource.is_single and parts:
            parts[0]["required"] = True
            yield {**_sheet_of(package, names[resource.name]), "form": parts}
        elif parts:
            parts[0]["required"] = True
            for owner, series in series_in(package):
                if owner == resource.name:
                    parts.append(_across(series))
            yield {
                **_sheet_of(package, names[resource.name]),
                "optional": True,
                "gap": SHEET_ROWS,
                "table": parts,
            }


def _sheet_of(package: Package, name: str) -> dict[str, Any]:
    """A block's sheet: by its name, or by its title where somebody has renamed it."""
    return {"sheet": [name], "titled": [plain(sheet_title(package, name))]}


def sheet_title(package: Package, name: str) -> str:
    """The text in the first cell of a sheet of the form."""
    return f"{title_of(package)}　{name}"


def spellings(heading: str) -> list[str]:
    """A heading as a layout names it, and as the templates mark it where it is required."""
    text = plain(heading)
    return [text, *(f"{text}{mark}" for mark in REQUIRED.values())]


REQUIRED: Mapping[str, str] = {"ja": "【必須】", "en": "(required)"}


def plain(text: str) -> str:
    """A text as a layout writes it: what has a meaning there, in full width."""
    return text.replace("/", "／").replace("$", "＄").replace("*", "＊")


def written_fields(package: Package, resource: Resource) -> tuple[Field, ...]:
    """The fields that a person has to write, those that no part of the house makes; what names a
    record before what stands above it."""
    single = {one.name for one in package.read if one.is_single}
    linked = {key.field for key in resource.foreign_keys if key.resource in single}
    made = {FROM_OUTSIDE} | linked
    if any(one.reading == "quantity" for one in resource.published):
        made |= _WITH_A_QUANTITY
    own = {one.field for one in resource.foreign_keys if one.resource == resource.name}
    named = naming_field(resource)
    written = [
        one
        for one in resource.published
        if one.name not in made
        and not one.id_forms
        and PRIVATE + "position_in" not in one.descriptor
    ]
    above = [one for one in written if one.name in own]
    rest = [one for one in written if one.name not in own]
    behind = rest.index(named) + 1 if named in rest else 0
    return (*rest[:behind], *above, *rest[behind:])


def naming_field(resource: Resource) -> Field | None:
    """The field by whose text people know a record: its title or name, else a key they write."""
    for name in ("title", "name"):
        if resource.has(name):
            return resource.field(name)
    keys = [resource.field(one) for one in resource.primary_key]
    return keys[0] if len(keys) == 1 and not keys[0].id_forms else None


def series_in(package: Package) -> Iterator[tuple[str, Resource]]:
    """The tables of figures by year, each with the name of the table that its figures belong to.

    Such a table has a key of that table's key, a fiscal year and at most a kind of value.
    """
    for resource in package.read:
        keys = {one.field: one.resource for one in resource.foreign_keys}
        rest = [resource.field(one) for one in resource.primary_key if one not in keys]
        years = [one for one in rest if one.reading == "fiscal_year"]
        kinds = [one for one in rest if one.enum]
        owners = [keys[one] for one in resource.primary_key if one in keys]
        figures = [one for one in resource.published if one.reading == "quantity"]
        if len(owners) == len(years) == len(figures) == 1 and len(kinds) == len(rest) - 1 <= 1:
            yield owners[0], resource


def _across(series: Resource) -> dict[str, Any]:
    """The columns of a series: a heading a kind of value, its year below."""
    year = next(one.name for one in series.published if one.reading == "fiscal_year")
    figure = next(one.name for one in series.published if one.reading == "quantity")
    keys = (series.field(one) for one in series.primary_key)
    kind = next((one for one in keys if one.enum), None)
    given = {year: "$year"} | ({kind.name: "$header"} if kind else {})
    return {
        "header": [plain(label) for label in kind.labels or kind.enum] if kind else ["$year"],
        "to": f"{series.name}.{figure}",
        "set": given,
        "required": False,
    }


def _headings(package: Package, resource: Resource, fields: tuple[Field, ...]) -> dict[str, str]:
    """A heading for each field: its title, of a reference without the word ID."""
    linked = {one.field for one in resource.foreign_keys}
    titles = {
        one.name: (re.sub("の?(ID|ＩＤ)$", "", one.title) or one.title)
        if one.name in linked
        else one.title
        for one in fields
    }
    known = list(titles.values())
    return {
        name: text if known.count(text) == 1 else f"{text} {name}" for name, text in titles.items()
    }


def _sheet_names(package: Package) -> dict[str, str]:
    """A name for each table's sheet that Excel takes: at most 31 characters, each once; without
    brackets, as what stands in them does not count when a layout looks for its sheet."""
    names: dict[str, str] = {}
    taken = {EXAMPLE, GUIDE, CHOICES}
    for resource in package.read:
        base = (
            re.sub(r"[\[\]:*?/\\'()（）【】]+", "_", resource.title).strip("_")[:27]
            or resource.name[:27]
        )
        name = base if base.casefold() not in taken else f"{base}_{len(taken)}"
        taken.add(name.casefold())
        names[resource.name] = name
    return names

"""What the fields of a table hold, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from opendata.catalogue.model import Language
from opendata.catalogue.texts import say, texts


@dataclass(frozen=True, slots=True)
class Field:
    """A field as a reader meets it. `categories` are its values with their labels, `rules` what it
    is held to, `kind` its type, `unit` what it counts, each in words."""

    name: str
    title: str
    about: str
    unit: Markup
    kind: Markup
    is_key: bool
    categories: tuple[tuple[str, str], ...]
    rules: tuple[Markup, ...]


def fields(schema: Mapping[str, Any], language: Language) -> tuple[Field, ...]:
    """The fields of a Table Schema."""
    key = schema.get("primaryKey", ())
    keys = {key} if isinstance(key, str) else {*key}
    leading = {name: to for names, to in _leading(schema) for name in names}
    return tuple(_field(one, keys, leading, language) for one in schema["fields"])


def _leading(schema: Mapping[str, Any]) -> Iterator[tuple[Sequence[str], str]]:
    """The fields that lead to another table, and its name."""
    for one in schema.get("foreignKeys", ()):
        names = one["fields"]
        yield [names] if isinstance(names, str) else names, one["reference"].get("resource", "")


def _field(
    field: Mapping[str, Any], keys: set[str], leading: Mapping[str, str], language: Language
) -> Field:
    t = say(language)
    kind = f"dataset.type_{field.get('type', 'any')}"
    rules = [t("dataset.key")] if field["name"] in keys else []
    if leading.get(field["name"]):
        rules.append(t("dataset.leads_to", table=leading[field["name"]]))
    return Field(
        name=str(field["name"]),
        title=str(field.get("title", field["name"])),
        about=str(field.get("description", "")),
        unit=_unit(field.get("unit"), language),
        kind=t(kind) if kind in texts() else Markup.escape(field.get("type", "")),
        is_key=field["name"] in keys,
        categories=tuple(_categories(field)),
        rules=(*rules, *_rules(field, language)),
    )


def _unit(unit: Any, language: Language) -> Markup:
    """A unit that all values have, or where each row's stands: a field of a table."""
    if isinstance(unit, Mapping):
        return say(language)("dataset.unit_of", **unit)
    return say(language)("dataset.unit", unit=unit) if unit else Markup()


def _categories(field: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for one in field.get("categories", ()):
        if isinstance(one, Mapping):
            yield str(one["value"]), str(one.get("label", one["value"]))
        else:
            yield str(one), str(one)


_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength")


def _rules(field: Mapping[str, Any], language: Language) -> Iterator[Markup]:
    t, held = say(language), field.get("constraints", {})
    for name in ("required", "unique"):
        if held.get(name):
            yield t(f"dataset.{name}")
    for name in _BOUNDS:
        if held.get(name) is not None:
            yield t(f"dataset.{name}", value=held[name])
    if held.get("pattern"):
        yield t("dataset.pattern", value=held["pattern"])
    if held.get("enum") and not field.get("categories"):
        yield t("dataset.one_of", values="、".join(map(str, held["enum"])))

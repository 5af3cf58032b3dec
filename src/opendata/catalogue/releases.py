"""The versions of all datasets: what each changed, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from opendata.catalogue.model import Current, Language
from opendata.release import reasons_of, withdrawn_of


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a dataset. The counts are of rows, but for `schema_changes`; those that are
    None were not counted when it was made."""

    dataset: str
    titles: Mapping[Language, str]
    version: str
    created: str
    is_first: bool
    added: int | None
    changed: int | None
    removed: int | None
    changed_rows: int
    schema_changes: int
    corrections: int
    """How many values were corrected or taken back."""
    restores: str | None
    """The version whose content this one restored."""
    reasons: tuple[str, ...]
    """Why it did."""
    withdrawn: Mapping[str, tuple[str, ...]]
    """By reason the files that were withdrawn: it is that of their rows, of no other changes."""
    is_newest: bool

    @property
    def counts(self) -> Mapping[str, int]:
        """What there is to count, by its name; what did not occur is not there."""
        found = {
            "added": self.added,
            "changed": self.changed,
            "removed": self.removed,
            # A row that was taken back stands among the corrections, too: it is told once.
            "corrections": self.corrections - (self.removed or 0),
            "schema_changes": self.schema_changes,
        }
        return {name: count for name, count in found.items() if count}

    @property
    def folder(self) -> str:
        return f"datasets/{self.dataset}/{self.version}/"


def versions(current: Current) -> tuple[Version, ...]:
    """All versions of a dataset, the newest first."""
    named = titles(current.descriptor)
    last = len(current.history) - 1
    found = [
        _version(current.name, named, entry, number == last)
        for number, entry in enumerate(current.history)
    ]
    return tuple(reversed(found))


def newest(datasets: Sequence[Current], count: int) -> tuple[Version, ...]:
    """The newest versions of all datasets, the newest first."""
    found = [one for current in datasets for one in versions(current)]
    return tuple(sorted(found, key=lambda one: one.created, reverse=True)[:count])


@dataclass(frozen=True, slots=True)
class Ended:
    """That a dataset is published no longer: the version that said so, when (UTC, ISO 8601), and
    why."""

    version: str
    created: str
    reasons: tuple[str, ...]


def ended(descriptor: Mapping[str, Any], history: Sequence[Mapping[str, Any]]) -> Ended | None:
    """The end of a dataset of which all files were withdrawn; None of one that goes on, and of one
    that never had a row."""
    if descriptor.get("sources"):
        return None
    empty = [*takewhile(lambda entry: entry.get("rows") == 0, reversed(history))]
    if not empty or len(empty) == len(history):
        return None
    last = empty[-1]
    return Ended(str(last["version"]), str(last["created"]), reasons_of(last))


def titles(descriptor: Mapping[str, Any]) -> Mapping[Language, str]:
    """A dataset's title in both languages; in English its Japanese one where it has no other."""
    return said(descriptor, "title", str(descriptor["name"]))


def said(descriptor: Mapping[str, Any], part: str, default: str = "") -> Mapping[Language, str]:
    """A part of a descriptor's words in both languages."""
    japanese = str(descriptor.get(part, default))
    english = descriptor.get("translations", {}).get("en", {})
    return {"ja": japanese, "en": str(english.get(part, japanese))}


def _version(
    name: str, named: Mapping[Language, str], entry: Mapping[str, Any], is_newest: bool
) -> Version:
    return Version(
        dataset=name,
        titles=named,
        version=str(entry["version"]),
        created=str(entry["created"]),
        is_first=entry.get("previous") is None,
        added=entry.get("added"),
        changed=entry.get("changed"),
        removed=entry.get("removed"),
        changed_rows=int(entry.get("changed_rows", entry.get("changes", 0))),
        schema_changes=int(entry.get("schema_changes", 0)),
        corrections=int(entry.get("corrections", 0)),
        restores=entry.get("restores"),
        reasons=() if withdrawn_of(entry) else reasons_of(entry),
        withdrawn=withdrawn_of(entry),
        is_newest=is_newest,
    )

"""The versions of a package: which there are, and what changed from one to another."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from opendata.errors import Text, UsageError, sentence
from opendata.errors.catalogue import Language
from opendata.pipeline.settings import Settings
from opendata.release import Files, Previous, SchemaChange, compare, counted, reasons_of
from opendata.store import Store, pending, read_state, release_files, unfinished

LATEST = "latest"
SHOWN = 40
"""How many changes a screen shows unless more are asked for."""
CHARACTERS = 60
"""How much of a value a screen shows."""

_KINDS = {"changed": "diff-changed", "removed": "diff-removed", "added": "diff-added"}
"""Kinds of changes and how they are told: what was corrected is looked for first."""

Entry = Mapping[str, Any]


def history_of(settings: Settings, state: Mapping[str, Any], package: str) -> Sequence[Entry]:
    """A package's versions as the state has them, oldest first. Raises UsageError."""
    known = {name: history for name, history in state.get("releases", {}).items() if history}
    if not known:
        raise UsageError("nothing-released", workspace=settings.workspace)
    if package not in known:
        raise UsageError("no-such-package", name=package, known=tuple(known))
    found: Sequence[Entry] = known[package]
    return found


def entry_of(package: str, history: Sequence[Entry], version: str) -> Entry:
    """The version of that number, or the `latest`. Raises UsageError with those there are."""
    if version == LATEST:
        return history[-1]
    for one in history:
        if one["version"] == version:
            return one
    known = tuple(str(one["version"]) for one in history[-12:])
    raise UsageError("unknown-version", package=package, version=version, known=known)


@dataclass(frozen=True)
class Shelf:
    """The versions of one package and where they lie."""

    package: str
    history: Sequence[Entry]
    workspace: Store
    public: Store
    state: Mapping[str, Any]
    pending: Mapping[tuple[str, str], str]
    """By package and version, where those are staged that are not in their place yet."""

    @classmethod
    def open(cls, settings: Settings, package: str) -> Shelf:
        """Raises UsageError for a package that has published nothing."""
        workspace, public = settings.stores()
        state, _ = read_state(workspace)
        history = history_of(settings, state, package)
        staged = pending(workspace, public, state)
        return cls(package, history, workspace, public, state, staged)

    def files(self, version: str) -> tuple[str, Files]:
        """A version's number and its files, each held against its checksum. Raises UsageError for
        one that there is not, StoreError for one that is damaged."""
        number = str(entry_of(self.package, self.history, version)["version"])
        staged = self.pending.get((self.package, number))
        place = self.workspace if staged else self.public
        return number, release_files(place, self.state, self.package, number, staged)


@dataclass(frozen=True)
class History:
    """What `opendata releases` tells."""

    package: str
    releases: Sequence[Entry]
    timezone: str
    unfinished: frozenset[str] = frozenset()
    """The versions that readers are not led to yet."""

    def to_json(self) -> dict[str, Any]:
        """The document that `releases --json` prints."""
        releases = [
            {**one, **({"unfinished": True} if one["version"] in self.unfinished else {})}
            for one in self.releases
        ]
        return {"package": self.package, "releases": releases}

    def table(self, language: Language) -> list[tuple[str, ...]]:
        """Heads and lines: version, when, rows, what changed."""
        heads = sentence("releases-heads").in_(language).split("|")
        return [tuple(heads), *(self._line(one, language) for one in self.releases)]

    def _line(self, one: Entry, language: Language) -> tuple[str, ...]:
        created = datetime.fromisoformat(str(one["created"])).astimezone(ZoneInfo(self.timezone))
        rows = f"{one['rows']:,}" if "rows" in one else ""
        hidden = one["version"] in self.unfinished
        changes = [*([sentence("releases-unfinished")] if hidden else []), *_changes(one)]
        told = [text.in_(language) for text in changes]
        shift = created.strftime("%z")
        when = f"{created:%Y-%m-%d %H:%M}{shift[:3]}:{shift[3:]}"
        return str(one["version"]), when, rows, ("、" if language == "ja" else ", ").join(told)


def _changes(one: Entry) -> Iterator[Text]:
    if one.get("restores"):
        yield sentence("releases-restores", version=one["restores"], reason=one.get("reason"))
    else:
        for why in reasons_of(one):
            yield sentence("releases-withdrawn", reason=why)
    if "rows" not in one:
        yield sentence("releases-rows", count=one.get("changed_rows", 0))
    for kind, name in (
        ("added", "releases-added"),
        ("removed", "releases-removed"),
        ("changed", "releases-changed"),
        ("corrections", "releases-corrections"),
        ("schema_changes", "releases-schema"),
    ):
        if one.get(kind):
            yield sentence(name, count=f"{one[kind]:,}")
    if not one.get("changes") and not one.get("restores"):
        yield sentence("releases-metadata")


def releases(settings: Settings, package: str) -> History:
    """Every version of a package. Raises UsageError for one that has published nothing."""
    workspace, public = settings.stores()
    state, _ = read_state(workspace)
    history = history_of(settings, state, package)
    hidden = {one[1] for one in unfinished(workspace, public, state) if one[0] == package}
    return History(package, history, settings.serve.timezone, frozenset(hidden))


@dataclass(frozen=True)
class Difference:
    """What changed from one version to another; `lines` are as those of `changes.csv`."""

    package: str
    before: str
    after: str
    schema: Sequence[SchemaChange]
    lines: pa.Table
    titles: Mapping[str, str]
    """Of tables (`plans`) and fields (`plans.title`), in Japanese."""

    def to_json(self) -> dict[str, Any]:
        """The document that `diff --json` prints."""
        return {
            "package": self.package,
            "before": self.before,
            "after": self.after,
            "counts": counted(self.lines),
            "schema": [one.to_json() for one in self.schema],
            "changes": self.lines.to_pylist(),
        }

    def sentences(self, language: Language, shown: int | None = SHOWN) -> list[str]:
        """Counts, changes of the schema, then each change; at most `shown`, all with None."""
        return [one.in_(language) for one in self._told(language, shown)]

    def _told(self, language: Language, shown: int | None) -> Iterator[Text]:
        yield sentence("diff-of", package=self.package, before=self.before, after=self.after)
        if not self.schema and not self.lines.num_rows:
            yield sentence("diff-none")
        for change in self.schema:
            yield sentence("diff-schema", change=change.words())
        for name, counts in counted(self.lines).items():
            told = {kind: f"{count:,}" for kind, count in counts.items()}
            yield sentence("diff-counts", table=self._title(name, language), **told)
        order = [*_KINDS].index
        kinds = pa.array(
            [order(str(one)) for one in self.lines.column("change").to_pylist()], pa.int8()
        )
        lines = self.lines.append_column("order", kinds).sort_by("order")
        for line in lines.slice(0, shown).to_pylist():
            yield self._line(line, language)
        hidden = 0 if shown is None else max(self.lines.num_rows - shown, 0)
        if hidden:
            yield sentence("diff-more", count=f"{hidden:,}")

    def _title(self, name: str, language: Language) -> str:
        title = self.titles.get(name)
        return f"{title}（{name}）" if language == "ja" and title else name.rpartition(".")[2]

    def _line(self, line: Mapping[str, Any], language: Language) -> Text:
        field = line["field"]
        told = {name: _short(line[name]) for name in ("before", "after")}
        name = _KINDS[line["change"]]
        at = f"{line['table']}.{field}"
        title = self.titles.get(at)
        shown = f"{title}（{field}）" if language == "ja" and title else field
        return sentence(name, **{**line, **told, "field": shown})


def _short(value: str | None) -> Text:
    """A value on one line, its beginning."""
    if value is None:
        return sentence("diff-empty")
    line = " ".join(value.split())
    line = line if len(line) <= CHARACTERS else f"{line[:CHARACTERS]}…"
    return Text(line, line)


def diff(settings: Settings, package: str, before: str, after: str) -> Difference:
    """What changed from one version of a package to another, whichever is the older.

    Raises UsageError for a version that there is not, StoreError for one that is damaged.
    """
    shelf = Shelf.open(settings, package)
    (old_number, old), (new_number, new) = shelf.files(before), shelf.files(after)
    found = compare(Previous.read(old), Previous.read(new))
    titles: dict[str, str] = {}
    for files in (old, new):
        for resource in json.loads(files["datapackage.json"])["resources"]:
            name = resource["name"]
            titles[name] = resource.get("title", name)
            for field in resource["schema"]["fields"]:
                if "title" in field:
                    titles[f"{name}.{field['name']}"] = field["title"]
    return Difference(package, old_number, new_number, found.schema, found.rows, titles)

"""The pages about all submissions: what has not changed is not written again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from typing import Any

from opendata.package import Package
from opendata.pipeline.accounts import Account, Accounts
from opendata.pipeline.settings import Settings
from opendata.review.department import Department, Entry, Names, Pass, departments, now
from opendata.review.folder import REVIEWS
from opendata.review.overview import TEMPLATES, department_pages, index_pages
from opendata.store import Store

PASSES = 60
"""How many passes that changed something are remembered, for each department and altogether."""
_DOCUMENT = f"{REVIEWS}/overview.json"
_ALL = "all"
"""Stands beside the names of folders, which are empty or have a slash."""


@dataclass(frozen=True)
class _Written:
    """A list as it was written last: what it was made from, its pages, and the passes it tells."""

    made_from: str = ""
    pages: tuple[str, ...] = ()
    passes: tuple[Pass, ...] = ()


@dataclass
class _Overview:
    """The pages in the workspace, and what is remembered of them."""

    store: Store
    names: Names
    moment: datetime
    before: Mapping[str, _Written]
    after: dict[str, _Written] = field(default_factory=dict)

    def department(self, it: Department, *, is_in_scope: bool) -> None:
        if not is_in_scope and it.folder in self.before:
            self.after[it.folder] = self.before[it.folder]
            return
        passes = self._passes(it.folder, it.entries)
        made_from = _digest(it, passes, self.names)
        self._write(it.folder, made_from, passes, department_pages(it, passes, self.names))

    def index(self, found: Sequence[Department]) -> None:
        passes = self._passes(_ALL, (one for part in found for one in part.entries))
        made_from = _digest(*(self.after[one.folder].made_from for one in found), passes)
        self._write(_ALL, made_from, passes, index_pages(found, passes, self.names))

    def clear(self) -> None:
        """Take away the pages that belong to no list any more."""
        kept = {page for one in self.after.values() for page in one.pages}
        for page in {page for one in self.before.values() for page in one.pages} - kept:
            self.store.delete(page)

    def _passes(self, key: str, entries: Iterable[Entry]) -> tuple[Pass, ...]:
        known = self._known(key).passes
        present = now(entries, self.moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
        if known and known[-1].counts == present.counts:
            return known
        return (*known, present)[-PASSES:]

    def _known(self, key: str) -> _Written:
        return self.before.get(key, _Written())

    def _write(
        self,
        key: str,
        made_from: str,
        passes: tuple[Pass, ...],
        pages: Iterator[tuple[str, bytes]],
    ) -> None:
        """Write a list's pages, unless they are there and made from the same."""
        known = self._known(key)
        if known.made_from == made_from and all(map(self.store.exists, known.pages)):
            self.after[key] = known
            return
        written = []
        for path, content in pages:
            written.append(path)
            if self.store.read(path) != content:
                self.store.replace(path, content)
        self.after[key] = _Written(made_from, tuple(written), passes)


def write_overview(
    workspace: Store,
    settings: Settings,
    contracts: Mapping[str, Package],
    accounts: Accounts,
    moment: datetime,
) -> None:
    """Renew the list of all submissions and those of the departments."""
    before = _read(content := workspace.read(_DOCUMENT))
    overview = _Overview(workspace, _names(settings, contracts), moment, before)
    found = departments(_entry(place, one) for place, one in accounts.submissions.items())
    for one in found:
        overview.department(one, is_in_scope=_is_in_scope(one, settings))
    overview.index(found)
    overview.clear()
    document = _to_bytes(overview.after)
    if document != content:
        workspace.replace(_DOCUMENT, document)


def _entry(place: str, account: Account) -> Entry:
    return Entry(
        file=place,
        state=account.state,
        received=datetime.fromisoformat(account.received),
        errors=account.errors,
        warnings=account.warnings,
        questions=account.questions,
        causes=account.causes,
        is_waiting=account.is_waiting,
        is_ended=account.withdrawn and account.ended is not None,
    )


def _is_in_scope(it: Department, settings: Settings) -> bool:
    """Whether the pass looks at the department's package and knows what it calls things."""
    return not settings.package or it.folder.partition("/")[0] in settings.package


def _names(settings: Settings, contracts: Mapping[str, Package]) -> Names:
    return Names(
        packages={name: str(one.descriptor.get("title", name)) for name, one in contracts.items()},
        municipalities=settings.municipalities,
        causes={rule.code: rule.message.title for one in contracts.values() for rule in one.rules},
    )


def _digest(*parts: object) -> str:
    return sha256(repr((version("opendata"), TEMPLATES, *parts)).encode()).hexdigest()


def _read(content: bytes | None) -> dict[str, _Written]:
    """What is remembered; nothing where it cannot be read: the pages are then made again."""
    try:
        return {key: _written(one) for key, one in json.loads(content or b"{}").items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _written(one: Mapping[str, Any]) -> _Written:
    passes = tuple(Pass(*numbers) for numbers in one["passes"])
    return _Written(one["made_from"], tuple(one["pages"]), passes)


def _to_bytes(lists: Mapping[str, _Written]) -> bytes:
    document = {
        key: {"made_from": one.made_from, "pages": one.pages, "passes": one.passes}
        for key, one in sorted(lists.items())
    }
    return (json.dumps(document, ensure_ascii=False, indent=None) + "\n").encode("utf-8", "replace")

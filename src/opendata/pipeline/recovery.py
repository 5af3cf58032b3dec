"""The accounts as far as what is published tells them: for a workspace that is lost, or older than
its public store because it came from a backup.

Nothing is taken on trust: a version counts where the root's SHA256SUMS name its own, and these are
what lies there. What was answered or kept out by a rollback since is in no public file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from opendata.errors import StoreError
from opendata.pipeline.accounts import Account, Accounts
from opendata.release import read_checksums, sha256
from opendata.store import Store
from opendata.store.layout import DESCRIPTOR, SUMS, VERSION, folder_of

Entry = dict[str, Any]
_TOLD = ("version", "previous", "created", "changed_rows", "rows", "added", "removed", "changed")
_COUNTS = ("corrections", "schema_changes", "restores")


def recovered(public: Store, accounts: Accounts) -> Accounts:
    """The accounts with the versions that were published since, and the files that the last of them
    was read from; these are judged again. Where a version is known that is not the published one,
    nothing is taken over: the accounts are of another public store."""
    root = read_checksums(lying(public, SUMS) or b"") or {}
    found = (VERSION.fullmatch(path) for path in root)
    for package in sorted({match[1] for match in found if match}):
        known = list(accounts.releases.get(package, ()))
        history = [*_history(public, package, root)]
        same = [(one["version"], one["sums"]) for one in history[: len(known)]]
        if len(history) > len(known) and same == [(one["version"], one["sums"]) for one in known]:
            accounts = _with(accounts, public, package, [*known, *history[len(known) :]])
    return accounts


def _with(accounts: Accounts, public: Store, package: str, history: list[Entry]) -> Accounts:
    last = history[-1]
    rollbacks = {name: one for name, one in accounts.rollbacks.items() if name != package}
    if last.get("restores"):
        rollbacks[package] = last["version"]
    submissions = dict(accounts.submissions)
    descriptor = _document(public, f"{folder_of(package, last['version'])}/{DESCRIPTOR}")
    for one in descriptor.get("sources", ()):
        place, digest = str(one["title"]), str(one["hash"]).removeprefix("sha256:")
        code = place.split("/")[1] if place.count("/") > 1 else ""
        made = Account(digest, "accepted", "accepted", package, code, last["created"])
        account = submissions.get(place, made)
        submissions[place] = account._replace(accepted=digest, dataset=None, again=True)
    releases = {**accounts.releases, package: history}
    return replace(accounts, releases=releases, rollbacks=rollbacks, submissions=submissions)


def _history(public: Store, package: str, root: Mapping[str, str]) -> Iterator[Entry]:
    """The versions of a package, the oldest first, as the site's API tells them; up to one that
    does not lie there as it was published."""
    path = f"api/datasets/{package}/versions.json"
    for one in reversed(_document(public, path, root.get(path, "")).get("versions", ())):
        folder = folder_of(package, one["version"])
        sums = root.get(f"{folder}/{SUMS}", "")
        names = read_checksums(_sound(public, f"{folder}/{SUMS}", sums) or b"") or {}
        about = _document(public, f"{folder}/{DESCRIPTOR}", names.get(DESCRIPTOR, ""))
        if not about:
            return
        lines = {each["name"]: each.get("rows", 0) for each in about["resources"]}
        reasons = one.get("reasons", ())
        yield {
            **{name: one.get(name) for name in _TOLD},
            **{name: one[name] for name in _COUNTS if name in one},
            **({"reason": reasons[0]} if len(reasons) == 1 else {}),
            "sums": sums,
            "changes": lines.get("changes", 0),
        }


def _document(public: Store, path: str, digest: str | None = None) -> dict[str, Any]:
    """A JSON document, with the checksum that it must have; empty where it is none."""
    content = lying(public, path) if digest is None else _sound(public, path, digest)
    try:
        found = json.loads(content or b"")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _sound(public: Store, path: str, digest: str) -> bytes | None:
    content = lying(public, path)
    return content if content is not None and sha256(content) == digest else None


def lying(place: Store, path: str) -> bytes | None:
    """What lies there; None where there is nothing or it cannot be read."""
    try:
        return place.read(path)
    except StoreError:
        return None

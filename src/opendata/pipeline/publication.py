"""Releases written, committed and shown: the same steps for a pass and for going back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any

from opendata import catalogue, release, store
from opendata.pipeline.accounts import Accounts
from opendata.pipeline.settings import Settings

LOCK_SECONDS = 60.0
"""How long one waits for another that works on the same workspace."""


def publish(
    settings: Settings,
    workspace: store.Store,
    public: store.Store,
    token: str | None,
    state: Mapping[str, Any],
    accounts: Accounts,
    releases: Sequence[release.Release],
    tell: Callable[[], None],
) -> str:
    """Write the releases, `tell` stewards, commit the accounts, which name the releases, and lead
    readers there. Gives the new state's token.

    Stewards are told before the commit, so that no verdict is ever untold; but after all that is
    large is written, so that a full or failing store does not tell them of what then never was.
    Raises ConflictError where somebody else has committed since `token` was read.
    """
    for one in releases:
        store.stage(workspace, public, state, one)
        # A version's descriptor names all of its files: with it they can be made again.
        workspace.put(record_of(one.package, one.sums), one.files["datapackage.json"])
    tell()
    token = store.commit(workspace, token, accounts.to_state())
    refresh(workspace, public, settings)
    store.remember_led(workspace, public, {"releases": accounts.releases}, about_pages(settings))
    return token


def record_of(package: str, sums: str) -> str:
    """Where in the workspace the descriptor of a version lies once more, by the checksum of its
    SHA256SUMS."""
    return f"releases/{package}/{sums}.json"


def with_releases(
    before: Mapping[str, list[dict[str, Any]]], new: Sequence[release.Release]
) -> dict[str, list[dict[str, Any]]]:
    """The versions there are, by package, with those that are new."""
    releases = {name: list(history) for name, history in before.items()}
    for one in new:
        releases.setdefault(one.package, []).append(dict(one.entry))
    return releases


def moment(
    releases: Mapping[str, Sequence[Mapping[str, Any]]], package: str, now: datetime
) -> datetime:
    """When the next version of a package is made: a clock that was set back does not make it older
    than the one before, or nobody who asks for what is new would find it."""
    history = releases.get(package, ())
    last = datetime.fromisoformat(str(history[-1]["created"])) if history else now
    return max(now, last)


def refresh(
    workspace: store.Store, public: store.Store, settings: Settings, *, is_thorough: bool = False
) -> None:
    """Make what readers follow say what was committed; also after a pass that died before it. With
    `is_thorough` every page is held against what it should be."""

    def pages(found: Sequence[catalogue.Current]) -> catalogue.Pages:
        return catalogue.build(
            found,
            publisher=settings.publisher_of(),
            base_url=settings.base_url,
            places=settings.municipalities,
        )

    store.refresh(workspace, public, pages, is_thorough=is_thorough)


def about_pages(settings: Settings) -> str:
    """What a release and the pages say that comes from no file and no package."""
    said = settings.model_dump_json(include={"publisher", "base_url", "municipalities"})
    return f"{version('opendata')}:{said}"

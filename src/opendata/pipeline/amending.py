"""One account amended between two passes: by an answer, or because a file is withdrawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from opendata.pipeline.accounts import Account, Accounts
from opendata.pipeline.publication import LOCK_SECONDS
from opendata.pipeline.settings import Settings
from opendata.store import Store, commit, complete, locked, read_state


@dataclass(frozen=True)
class Amending:
    """What is committed, while nobody else changes it."""

    workspace: Store
    public: Store
    state: Mapping[str, Any]
    token: str | None
    accounts: Accounts

    def amend(self, place: str, account: Account) -> None:
        """Commit another account of a place. Raises ConflictError where a pass was faster."""
        submissions = {**self.accounts.submissions, place: account}
        amended = replace(self.accounts, submissions=submissions)
        commit(self.workspace, self.token, amended.to_state())


@contextmanager
def amending(settings: Settings) -> Iterator[Amending]:
    """Keep others out, finish what a dead pass committed, and read the accounts."""
    workspace, public = settings.stores()
    with locked(workspace, LOCK_SECONDS):
        state, token = read_state(workspace)
        complete(workspace, public, state)
        yield Amending(workspace, public, state, token, Accounts.read(state))

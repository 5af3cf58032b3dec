"""The state document: the one commit point."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from opendata.errors import ConflictError, StoreError
from opendata.store.protocol import Store

STATE = "state.json"
STATE_COPY = "state.copy.json"
"""The state once more, written after it: whoever loses the one has the other."""
State = Mapping[str, Any]
SERIAL = "serial"
"""How many commits made the state: two states are never of one token, and a version that was
staged upon an earlier one can no longer be committed."""


@contextmanager
def locked(workspace: Store, wait_seconds: float = 0) -> Iterator[None]:
    """Keep other passes out of the workspace. Raises ConflictError where one stays in it.

    It spares two passes the same work. Nothing relies on it: whoever comes in all the same loses
    at `commit`.
    """
    with workspace.lock(wait_seconds):
        yield


def read_state(workspace: Store) -> tuple[dict[str, Any], str | None]:
    """The committed state and its token: `{}` and None before the first commit.

    Raises StoreError for a state that is not ours: nothing may be built upon it.
    """
    content, token = workspace.read_state(STATE)
    return ({}, None) if content is None else (parsed(content), token)


def parsed(content: bytes) -> dict[str, Any]:
    """The state that a document holds. Raises StoreError for what is none of ours."""
    try:
        state = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise StoreError("damaged-state", path=STATE, reason=str(error)) from error
    is_ours = (
        isinstance(state, dict)
        and _are_releases(state.get("releases", {}))
        and isinstance(state.get(SERIAL, 0), int)
    )
    if not is_ours:
        raise StoreError("damaged-state", path=STATE, reason="not a state document")
    found: dict[str, Any] = state
    return found


def _are_releases(releases: object) -> bool:
    return isinstance(releases, dict) and all(
        isinstance(history, list)
        and all(
            isinstance(one, dict) and {"version", "sums", "created"} <= one.keys()
            for one in history
        )
        for history in releases.values()
    )


def commit(workspace: Store, token: str | None, state: State) -> str:
    """Swap the state: the one step by which a release becomes published. Gives the new token.

    A state equal to the committed one writes nothing. Raises ConflictError where somebody else
    committed since `token` was read.
    """
    content, present = workspace.read_state(STATE)
    if present != token:
        raise ConflictError("state-conflict", path=STATE)
    serial = 0 if content is None else parsed(content).get(SERIAL, 0)
    document = _document(state, serial)
    if token is None or content != document:
        document = _document(state, serial + 1)
        token = workspace.swap_state(STATE, document, token)
    # Readers are led to what it says only afterwards: the copy is never behind what they see.
    if workspace.read(STATE_COPY) != document:
        workspace.replace(STATE_COPY, document)
    return token


def _document(state: State, serial: int) -> bytes:
    numbered = {**state, SERIAL: serial}
    return (json.dumps(numbered, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def is_current(workspace: Store, token: str | None) -> bool:
    """Whether nobody has committed since `token` was read."""
    return workspace.read_state(STATE)[1] == token

"""Whether readers were led to what is committed: remembered, so that a night on which nothing
changed need not read again all that was published."""

from __future__ import annotations

import json
from collections.abc import Sequence

from opendata.release import read_checksums, sha256
from opendata.store.layout import POINTER, SECTION, SUMS
from opendata.store.protocol import Store
from opendata.store.state import State

LED = "led.json"


def remember_led(workspace: Store, public: Store, state: State, about: str) -> None:
    """Remember that `refresh` has come to its end. `about` says what the catalogue depends on
    beside the releases."""
    sums = public.read(SUMS) or b""
    workspace.replace(LED, _mark(state, about, sums))


def is_led(workspace: Store, public: Store, state: State, about: str) -> bool:
    """Whether readers still find what they were led to at the last `refresh`, of these releases.

    Held against the root's checksums: every pointer by its content, everything else by being there,
    but for the sections of the site, which may be of many thousand pages. Whether all the rest is
    undamaged is for `verify` to say.
    """
    sums = public.read(SUMS) or b""
    if workspace.read(LED) != _mark(state, about, sums):
        return False
    listed = read_checksums(sums) or {}
    pointers = [path for path in listed if POINTER.fullmatch(path)]
    found = {path: public.read(path) for path in pointers}
    return all(
        content is not None and sha256(content) == listed[path] for path, content in found.items()
    ) and _are_there(public, [path for path in listed if not SECTION.fullmatch(path)])


def _are_there(public: Store, listed: Sequence[str]) -> bool:
    """One look into every folder of the root for all that is listed there."""
    folders = {path.partition("/")[0] for path in listed if "/" in path}
    present = {path for folder in folders for path in public.paths(f"{folder}/")}
    return all(path in present or ("/" not in path and public.exists(path)) for path in listed)


def _mark(state: State, about: str, sums: bytes) -> bytes:
    releases = json.dumps(state.get("releases", {}), sort_keys=True)
    known = {"releases": sha256(releases.encode()), "about": about, "sums": sha256(sums)}
    return (json.dumps(known, sort_keys=True) + "\n").encode()

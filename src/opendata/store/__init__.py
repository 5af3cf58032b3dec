"""The doors: folder (and later S3); publish = write immutable files, then swap the state.

One pass, under `locked(workspace, seconds)`:

    state, token = read_state(workspace)        # {} and None the first time
    before = previous(public, state, package.name)
    release = build(package, parts, previous=before, …)
    if release:
        publish(public, state, release)         # 1. immutable files, read back; no reader sees them
        state = …                               #    releases[package] + [release.entry]
    token = commit(workspace, token, state)     # 2. the commit point
    files = catalogue.build(current(public, state), …)
    refresh(public, state, files)               # 3. what readers follow, re-derived from the state

A run killed anywhere leaves the old state or the new one; the next pass does what is left. Of the
state these functions know only `releases`: package name to a list of `Release.entry`, oldest first.
"""

from opendata.store.folder import FolderStore
from opendata.store.open import open_store
from opendata.store.protocol import Store
from opendata.store.publish import (
    STATE,
    commit,
    current,
    locked,
    previous,
    publish,
    read_state,
    refresh,
    release_files,
)
from opendata.store.verify import verify

__all__ = [
    "STATE",
    "FolderStore",
    "Store",
    "commit",
    "current",
    "locked",
    "open_store",
    "previous",
    "publish",
    "read_state",
    "refresh",
    "release_files",
    "verify",
]

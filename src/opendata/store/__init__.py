"""The doors: folder and S3; publish = write immutable files, then swap the state.

One pass, under `locked(workspace, seconds)`:

    state, token = read_state(workspace)        # {} and None the first time
    complete(workspace, public, state)          # what a dead pass committed
    before = previous(public, state, package.name)
    release = build(package, parts, previous=before, …)
    if release:
        stage(workspace, public, state, release)  # 1. immutable files, read back; private
        state = …                               #    releases[package] + [release.entry]
    token = commit(workspace, token, state)     # 2. the commit point
    refresh(workspace, public, catalogue)       # 3. the version in its place, read back; then what
                                                #    readers follow, re-derived from the state

A run killed anywhere leaves the old state or the new one; the next pass does what is left. Of the
state these functions know only `releases`, package name to a list of `Release.entry`, oldest first,
and `serial`, which counts the commits.
"""

from typing import TYPE_CHECKING

from opendata import opened

if TYPE_CHECKING:
    from opendata.store.folder import FolderStore
    from opendata.store.led import is_led, remember_led
    from opendata.store.open import S3Options, apart, open_store
    from opendata.store.protocol import Store
    from opendata.store.publish import (
        complete,
        current,
        pending,
        previous,
        refresh,
        refuse_lost_state,
        release_files,
        stage,
        unfinished,
    )
    from opendata.store.state import (
        STATE,
        STATE_COPY,
        commit,
        is_current,
        locked,
        parsed,
        read_state,
    )
    from opendata.store.verify import derived_checksums, verify

__all__ = [
    "STATE",
    "STATE_COPY",
    "FolderStore",
    "S3Options",
    "Store",
    "apart",
    "commit",
    "complete",
    "current",
    "derived_checksums",
    "is_current",
    "is_led",
    "locked",
    "open_store",
    "parsed",
    "pending",
    "previous",
    "read_state",
    "refresh",
    "refuse_lost_state",
    "release_files",
    "remember_led",
    "stage",
    "unfinished",
    "verify",
]

__getattr__ = opened(
    __name__,
    {
        "folder": "FolderStore",
        "led": "is_led remember_led",
        "open": "S3Options apart open_store",
        "protocol": "Store",
        "publish": "complete current pending previous refresh refuse_lost_state release_files"
        " stage unfinished",
        "state": "STATE STATE_COPY commit is_current locked parsed read_state",
        "verify": "derived_checksums verify",
    },
)

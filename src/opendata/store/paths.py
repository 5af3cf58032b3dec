"""Which paths a store takes."""

from __future__ import annotations

from opendata.errors import StoreError

UNFINISHED = ".unfinished-"
"""Beginning of the name of a file that is being written."""

LOCK, SWAP_LOCK, PROBE = ".lock", ".swap-lock", ".probe"
OWN = frozenset({LOCK, SWAP_LOCK, PROBE})
"""Names that a store keeps for itself."""


def checked(path: str) -> tuple[str, ...]:
    """The segments of a path that stays inside its store. Raises StoreError for any other.

    Refused: absolute paths, `..`, `.`, empty segments, backslashes, control characters, and the
    names that the store keeps for itself.
    """
    segments = tuple(path.split("/"))
    if (
        any(one in ("", ".", "..") or one.startswith(UNFINISHED) for one in segments)
        or "\\" in path
        or any(ord(character) < 32 or ord(character) == 127 for character in path)
        or path in OWN
    ):
        raise StoreError("store-path", path=repr(path))
    return segments

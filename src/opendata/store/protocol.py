"""What a store can do, whatever it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol


class Store(Protocol):
    """Objects by path (posix, relative, no `..`). Everything raises StoreError where it fails.

    Writing is durable when the call returns, and a reader sees an object whole or not at all.
    """

    def read(self, path: str) -> bytes | None:
        """The content, or None where there is nothing."""

    def exists(self, path: str) -> bool:
        """Whether there is an object at the path."""

    def paths(self, prefix: str = "") -> Sequence[str]:
        """Every path that begins with `prefix`, sorted."""

    def empty_folders(self) -> Sequence[str]:
        """Folders with nothing in them, sorted; none in a store that has no folders."""

    def put(self, path: str, content: bytes) -> None:
        """Write an immutable object. The same content again is fine, any other is refused."""

    def replace(self, path: str, content: bytes) -> None:
        """Write or overwrite one object, atomically."""

    def replace_all(self, files: Mapping[str, bytes]) -> None:
        """Write those of many objects that are not there or differ, each atomically, in any
        order."""

    def delete(self, path: str) -> None:
        """Remove an object; nothing there is fine."""

    def read_state(self, path: str) -> tuple[bytes | None, str | None]:
        """The content together with the token that `swap_state` takes; None, None where there is
        nothing."""

    def swap_state(self, path: str, content: bytes, token: str | None) -> str:
        """Replace the object if it is still the one of the token (None: still absent), and give its
        new token. Raises ConflictError where it is not."""

    def sweep(self) -> None:
        """Remove what writers that were killed left half-written."""

    def lock(self, wait_seconds: float) -> AbstractContextManager[None]:
        """Keep other processes out. Raises ConflictError where one stays in for `wait_seconds`."""

"""What the pipeline and its worker processes say to each other."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from opendata.pipeline.submission import Received
from opendata.workbook import Limits

LENGTH = struct.Struct("!Q")


@dataclass(frozen=True)
class Job:
    """One submission to examine. `package` is the package's folder, None where it has none.

    `last` are the tables of the package's last release; None: the same as in the job before, since
    they may be far larger than the file.
    """

    received: Received
    package: Path | None
    last: Mapping[str, pa.Table] | None
    limits: Limits

    def with_(self, **known: Any) -> Job:
        """The same job with something else known of what was received."""
        return replace(self, received=replace(self.received, **known))


def send(stream: IO[bytes], message: object) -> None:
    content = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def receive(stream: IO[bytes]) -> object:
    """The next message. Raises EOFError where the other side is gone."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (length,) = LENGTH.unpack(head)
    content = stream.read(length)
    if len(content) < length:
        raise EOFError
    return pickle.loads(content)  # noqa: S301 - only our own two processes speak here

"""What the operator types to act on a review."""

from __future__ import annotations

import shlex


def accept_command(file: str, workspace: str | None) -> str:
    """What the operator types to accept the layout proposed for a submission, or for a file."""
    words = ["opendata", "draft", "--accept", file]
    return shlex.join(words if workspace is None else [*words, "--workspace", workspace])

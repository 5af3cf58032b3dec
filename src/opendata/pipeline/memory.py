"""How much memory a process may have."""

from __future__ import annotations

import resource


def limit_memory(amount: int) -> None:
    """Let this process have no more than so many bytes of memory."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))

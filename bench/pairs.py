"""Two commands that do the same work, held against each other.

They run in turn, each as a whole process, and CPU time is counted: on a shared machine the ratio
of a pair means something where seconds do not.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OURS = (f"{ROOT / 'src'}", f"{ROOT}")
"""Where a bench finds what it measures, whatever is installed."""


@dataclass(frozen=True)
class Pair:
    """CPU seconds of both, run by run."""

    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    @property
    def ratios(self) -> list[float]:
        """Ours over theirs, of every run, in order of size."""
        return sorted(mine / other for mine, other in zip(self.ours, self.theirs, strict=True))


def run_pair(ours: Sequence[str], theirs: Sequence[str], runs: int) -> Pair:
    """Run two Python modules with their arguments in turn, `runs` times each."""
    (pair,) = run_pairs(ours, [theirs], runs)
    return pair


def run_pairs(ours: Sequence[str], others: Sequence[Sequence[str]], runs: int) -> list[Pair]:
    """Run a Python module and several others in turn, `runs` times each: a pair with each."""
    turns = [(cpu_s(ours), [cpu_s(one) for one in others]) for _ in range(runs)]
    mine = tuple(own for own, _ in turns)
    return [Pair(mine, theirs) for theirs in zip(*(taken for _, taken in turns), strict=True)]


@dataclass(frozen=True)
class Spent:
    """What a command took, its own processes included: CPU seconds, and the memory of the largest
    of them."""

    cpu_s: float
    peak_mib: float


def spent(arguments: Sequence[str]) -> Spent:
    """Run `python -m …` once, its start included."""
    started = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([*OURS, os.environ.get("PYTHONPATH", "")])},
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(started.pid, 0)
    started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode:
        raise subprocess.CalledProcessError(started.returncode, arguments)
    return Spent(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def cpu_s(arguments: Sequence[str]) -> float:
    """User and system seconds of `python -m …`, its start included."""
    return spent(arguments).cpu_s


def print_pair(against: str, pair: Pair) -> None:
    """One line: the median ratio with its spread, and the median seconds of both."""
    ratios = pair.ratios
    ratio = statistics.median(ratios)
    told = f"{ratio:.2f} of" if ratio > 0.5 else f"1/{1 / ratio:.0f} of"
    print(
        f"  {told:>9} {against:<17}"
        f" ({ratios[0]:.3f}–{ratios[-1]:.3f}, {len(ratios)} pairs;"
        f" {statistics.median(pair.ours):.2f} s to {statistics.median(pair.theirs):.2f} s)"
    )


def print_machine(*packages: str) -> None:
    """What the figures were measured with."""
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    print(f"  Python {platform.python_version()}, {versions}")
    print(
        f"  {platform.system()} {platform.machine()}, {os.cpu_count()} processors: {_processor()}"
    )


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    lines = described.read_text(encoding="utf-8").splitlines() if described.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or "unknown")

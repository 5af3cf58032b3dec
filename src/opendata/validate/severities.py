"""What a package says of how bad a problem is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from opendata.errors import Problem
from opendata.package import Package


def rated(problems: Iterable[Problem], package: Package) -> list[Problem]:
    """Problems that no query found, with the severities that the package's rules give them, without
    those whose rule is off. What nobody may wave through is no question."""
    rules = {one.code: one for one in package.rules if one.found_by != "query"}
    kept = []
    for one in problems:
        rule = rules.get(one.code)
        if rule is None or (rule.severity is None and not rule.is_off):
            kept.append(one)
        elif rule.severity is not None:
            asked = None if rule.severity == "error" else one.subject
            kept.append(replace(one, severity=rule.severity, subject=asked))
    return kept

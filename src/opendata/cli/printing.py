"""Printing for people and programs."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from opendata.errors.catalogue import Language

if TYPE_CHECKING:
    from opendata.pipeline import Checked
    from opendata.validate import TableReport

_SEVERITIES = {
    "ja": {"error": "誤り", "warning": "確認", "notice": "お知らせ"},
    "en": {"error": "error", "warning": "warning", "notice": "notice"},
}


_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def say(*lines: str) -> None:
    """Print lines to standard output."""
    for line in lines:
        sys.stdout.write(f"{_printable(line)}\n")


def warn(line: str) -> None:
    """Print a line to standard error."""
    sys.stderr.write(f"{_printable(line)}\n")


def _printable(line: str) -> str:
    """A line without what would turn or move the words of a terminal: U+202E, escapes."""
    return _UNPRINTABLE.sub("\ufffd", line)


def print_json(document: Mapping[str, Any], *, indent: int | None = 1) -> None:
    """Print one JSON document; without `indent` in one line, which is soon done for a long one."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=indent))
    sys.stdout.write("\n")


def print_table(lines: Sequence[Sequence[str]]) -> None:
    """Print lines in columns as wide as their widest cell; a Japanese letter is two columns wide.

    Columns of figures stand to the right.
    """
    from rich.cells import cell_len

    columns = [*zip(*lines, strict=True)]
    widths = [max(map(cell_len, column)) for column in columns]
    figures = [all(one.replace(",", "").isdigit() for one in column[1:]) for column in columns]
    for line in lines:
        padded = [
            " " * (width - cell_len(cell)) + cell
            if right
            else cell + " " * (width - cell_len(cell))
            for cell, width, right in zip(line, widths, figures, strict=True)
        ]
        say("  ".join(padded).rstrip())


def print_problems(checked: Checked, language: Language) -> None:
    """Print every problem of every file, a line each, and a verdict per file."""
    words = _SEVERITIES[language]
    for outcome in checked.outcomes:
        for one in outcome.problems:
            where = " ".join(part for part in (one.place.sheet, one.place.cell) if part)
            proposed = f" → {one.suggestion}" if one.suggestion else ""
            text = f"{one.message.in_(language)} {one.remedy.in_(language)}"
            say(f"{outcome.place}: {where}: {words[one.severity]} [{one.code}] {text}{proposed}")
        counts = ", ".join(f"{name} {count}" for name, count in outcome.records.items() if count)
        if outcome.status == "accepted":
            verdict = _verdict(outcome.count("warning"), language)
        else:
            verdict = "このままでは公開できません" if language == "ja" else "would be refused"
        say(f"{outcome.place}: {verdict}" + (f" ({counts})" if counts else ""))


def _verdict(warnings: int, language: Language) -> str:
    """What becomes of a file without errors."""
    if language == "ja":
        asked = f"公開できます（ご確認いただきたいこと {warnings:,}件）"
        return asked if warnings else "問題なく公開できます"
    asked = f"would be published, with {warnings:,} to check"
    return asked if warnings else "would be published"


def print_report(report: TableReport, language: Language) -> None:
    """Print every error of a table (row, field, type, note, between tabs) and a verdict."""
    for error in report.errors:
        say(f"{error.row_number or '-'}\t{error.field_name or '-'}\t{error.type}\t{error.note}")
    count = len(report.errors)
    if language == "ja":
        say(
            f"誤り {count}件（{report.rows}行）"
            if count
            else f"誤りはありません（{report.rows}行）"
        )
    else:
        say(f"{'invalid' if count else 'valid'}: {report.rows} rows, {count} errors")

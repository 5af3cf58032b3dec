"""The command `validate`, read without Typer: on a small table, starting up is most of the work."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from opendata.cli.printing import print_json, print_report

SUMMARY = "Hold one table against a Table Schema; the errors are those of `frictionless validate`."
SUMMARY_JA = "1つの表を Table Schema と照らし合わせる。誤りは frictionless と同じ形で示す。"


def run(arguments: Sequence[str]) -> int:
    """Judge the table that the arguments name, and print it; gives the exit status. Raises
    OpendataError where a file is missing or none, SystemExit for arguments that are wrong."""
    given = _parser().parse_args(arguments)
    from opendata.validate import validate_table

    report = validate_table(
        given.table,
        given.schema,
        like_frictionless=given.like_frictionless,
        encoding=given.encoding,
        delimiter="\t" if given.delimiter == "\\t" else given.delimiter,
    )
    if given.json:
        print_json(report.to_json(), indent=None)
    else:
        print_report(report, given.lang)
    return 0 if report.is_valid else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "opendata validate",
        description=f"{SUMMARY} {SUMMARY_JA}",
        epilog="Example 例: opendata validate plans.csv --schema schema.json --strict",
        allow_abbrev=False,
    )
    parser.add_argument("table", type=Path, metavar="TABLE", help="a CSV, TSV or Parquet file")
    parser.add_argument("--schema", type=Path, required=True, help="a Table Schema (JSON or YAML)")
    parser.add_argument(
        "--like-frictionless",
        action="store_true",
        default=True,
        help="its very errors (the default)",
    )
    parser.add_argument(
        "--strict",
        action="store_false",
        dest="like_frictionless",
        help="also what Data Package v2 asks for and frictionless leaves undone",
    )
    parser.add_argument("--encoding", help="found in the file unless given")
    parser.add_argument("--delimiter", help="found in the file unless given")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON document and nothing else"
    )
    parser.add_argument("--lang", choices=("ja", "en"), default="ja", help="言語 / language")
    return parser

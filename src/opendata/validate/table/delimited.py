"""A delimited text as records, opened as frictionless opens it: encoding, delimiter and header
are found in its beginning unless they are given."""

from __future__ import annotations

import codecs
import csv
import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from opendata.validate.table.report import Unreadable

_LOOKED_AT_BYTES = 100_000
_LOOKED_AT = 100
"""How many lines, and how many records, are looked at to find what is not given."""
_DELIMITERS = ",\t;|"
_SURE = 0.5
_PRINTED = bytes([9, 10, 13, *range(32, 127)])
_MARKS = (b"~{", b"+", b"charset", b"coding")
"""What texts in ASCII bytes have that are something else: HZ, UTF-7, or what they declare."""


@dataclass(frozen=True, slots=True)
class Delimited:
    """A delimited file and how it is read. `header_row` is the number of the header's record."""

    path: Path
    encoding: str
    delimiter: str
    skips_spaces: bool
    header_row: int
    labels: tuple[str, ...]
    is_empty: bool
    first_width: int
    """How many cells the header has."""

    @property
    def newline(self) -> str | None:
        """How Python opens the text: only under .csv are its line ends left as they are."""
        return _newline(self.path)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every record after the header with its number. Raises Unreadable where reading ends
        before the file does."""
        with _text(self.path, self.encoding) as text, _telling():
            records = csv.reader(text, dialect(self.delimiter, self.skips_spaces))
            yield from islice(enumerate(records, 1), self.header_row, None)


def open_delimited(
    path: Path, encoding: str | None = None, delimiter: str | None = None
) -> Delimited:
    """Look at the beginning of a file. Raises Unreadable where that cannot be decoded or parsed."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 2))
    encoding = find_encoding(path, encoding)
    delimiter = delimiter or ("\t" if path.suffix.lower() == ".tsv" else None)
    with _text(path, encoding) as text, _telling():
        lines = list(islice(text, _LOOKED_AT))
        delimiter, skips_spaces = _find_delimiter(lines, delimiter)
        records = csv.reader(chain(lines, text), dialect(delimiter, skips_spaces))
        sample = list(islice(records, _LOOKED_AT))
    row = _find_header(sample)
    header = sample[row - 1] if sample else []
    labels = tuple(label.strip() for label in header)
    is_empty = not (labels or sample[row:])
    return Delimited(path, encoding, delimiter, skips_spaces, row, labels, is_empty, len(header))


def _newline(path: Path) -> str | None:
    return "" if path.suffix.lower() == ".csv" else None


@contextmanager
def _text(path: Path, encoding: str) -> Iterator[io.TextIOWrapper]:
    with path.open("rb") as stream:
        stream.read(_LOOKED_AT_BYTES)
        stream.seek(0)
        try:
            yield io.TextIOWrapper(stream, encoding, newline=_newline(path))
        except LookupError as error:
            raise Unreadable.because("encoding-error", error) from error


@contextmanager
def _telling() -> Iterator[None]:
    """What stops the reading, in frictionless's words."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise Unreadable.because("encoding-error", error) from error
    except (UnicodeError, csv.Error) as error:
        raise Unreadable.because("source-error", error) from error


def find_encoding(path: Path, encoding: str | None = None) -> str:
    """The Python name of a file's encoding: the one given, or what its beginning looks like.

    Raises Unreadable where Python knows no encoding of that name.
    """
    with path.open("rb") as stream:
        start = stream.read(_LOOKED_AT_BYTES)
    try:
        name = codecs.lookup(encoding or _guess_encoding(start)).name
    except LookupError as error:
        raise Unreadable.because("encoding-error", error) from error
    if name == "utf-8" and start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if (name == "utf-16-be" and start.startswith(codecs.BOM_UTF16_BE)) or (
        name == "utf-16-le" and start.startswith(codecs.BOM_UTF16_LE)
    ):
        return "utf-16"
    return name


def _guess_encoding(start: bytes) -> str:
    if _is_surely_utf8(start):
        return "utf-8"
    from chardet import UniversalDetector

    detector = UniversalDetector()
    for line in start.splitlines():
        detector.feed(line)
    found = detector.close()
    guess = found["encoding"] or "utf-8"
    if (found["confidence"] or 0) < _SURE and _decodes(start):
        return "utf-8"
    return "utf-8" if guess == "ascii" else guess


def _is_surely_utf8(start: bytes) -> bool:
    """Whether chardet, which takes its time, would find nothing else than ASCII or UTF-8."""
    if start.isascii():
        lower = start.lower()
        return not (start.translate(None, _PRINTED) or any(mark in lower for mark in _MARKS))
    if b"\0" in start or b"\x1b" in start:
        return False
    try:
        return not codecs.getincrementaldecoder("utf-8")().decode(start).isascii()
    except UnicodeDecodeError:
        return False


def _decodes(start: bytes) -> bool:
    try:
        start.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _find_delimiter(lines: Sequence[str], given: str | None) -> tuple[str, bool]:
    try:
        found = csv.Sniffer().sniff("".join(lines), given or _DELIMITERS)
    except csv.Error:
        return given or ",", False
    return given or found.delimiter, bool(found.skipinitialspace)


def dialect(delimiter: str, skips_spaces: bool) -> type[csv.Dialect]:
    """How Python's csv reads the text."""

    class Found(csv.excel):
        pass

    Found.delimiter = delimiter
    Found.skipinitialspace = skips_spaces
    return Found


def _find_header(sample: Sequence[Sequence[str]]) -> int:
    """The number of the first record about as wide as the records are on average, else 1."""
    if not sample:
        return 1
    width = round(sum(map(len, sample)) / len(sample))
    drift = max(round(width * 0.1), 1)
    near = (number for number, one in enumerate(sample, 1) if abs(len(one) - width) <= drift)
    return next(near, 1)

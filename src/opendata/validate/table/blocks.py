"""A delimited text in blocks of whole records, as UTF-8."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa

from opendata.validate.table.arrays import Numbers, buffer
from opendata.validate.table.delimited import Delimited, dialect

_BLOCK_BYTES = 1 << 22
_LONGEST_BYTES = 1 << 26
"""A record longer than this is none; more likely a quote was never closed."""
_QUOTE, _NEWLINE, _RETURN = b'"\n\r'


class Odd(Exception):
    """The text holds something that parsers read differently, so only Python's csv may read it."""


def read_blocks(source: Delimited) -> Iterator[bytes]:
    """The records after the header. Raises Odd where a block is not plainly what it seems.

    Plain is: valid in its encoding, no NUL, no carriage return but before a newline, every quote
    at the edge of its cell, or doubled, and no byte order mark, which Arrow takes from any start.
    """
    waiting = b""
    is_head = True
    for piece in _utf8(source.path, source.encoding):
        waiting += piece
        cut = _end_of_records(waiting)
        if is_head and (start := _after_header(waiting[:cut], source)):
            waiting, is_head, cut = waiting[start:], False, cut - start
        if cut and not is_head:
            yield _plain(waiting[:cut], source)
            waiting = waiting[cut:]
        elif len(waiting) > _LONGEST_BYTES:
            raise Odd
    if is_head:
        waiting = waiting[_after_header(waiting, source) or len(waiting) :]
    if waiting:
        yield _plain(waiting, source)


def _utf8(path: Path, encoding: str) -> Iterator[bytes]:
    """The file's bytes, transcoded where they are not UTF-8; a mark at their start left out."""
    with path.open("rb", buffering=0) as stream:
        if encoding in {"utf-8", "utf-8-sig"}:
            if encoding == "utf-8-sig" and stream.read(3) != codecs.BOM_UTF8:
                stream.seek(0)
            while piece := stream.read(_BLOCK_BYTES):
                yield piece
            return
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            while piece := stream.read(_BLOCK_BYTES):
                yield decoder.decode(piece).encode()
            yield decoder.decode(b"", final=True).encode()
        except UnicodeError as error:
            raise Odd from error


def _after_header(start: bytes, source: Delimited) -> int | None:
    """Where the first record after the header begins; None where the header is not whole yet."""
    try:
        text = start.decode()
    except UnicodeDecodeError as error:
        raise Odd from error
    consumed = 0

    def lines() -> Iterator[str]:
        nonlocal consumed
        for line in io.StringIO(text, newline=""):
            consumed += len(line.encode())
            yield line

    records = csv.reader(lines(), dialect(source.delimiter, source.skips_spaces))
    if sum(1 for _ in islice(records, source.header_row)) < source.header_row:
        return None
    if b'"' in start[:consumed] and not _has_plain_quotes(start[:consumed], ord(source.delimiter)):
        raise Odd
    return consumed


def _end_of_records(content: bytes) -> int:
    """Where the last whole record ends: behind the last newline outside of quotes, else 0."""
    cut = content.rfind(b"\n") + 1
    if b'"' in content:
        quotes = _places(content, _QUOTE)
        while cut and (before := int(np.searchsorted(quotes, cut))) % 2:
            cut = content.rfind(b"\n", 0, int(quotes[before - 1])) + 1
    return cut


def _plain(block: bytes, source: Delimited) -> bytes:
    """The block, if it is plain. Raises Odd."""
    is_plain = (
        b"\0" not in block
        and not block.startswith(codecs.BOM_UTF8)
        and (b"\r" not in block or _has_plain_returns(block, source))
        and (b'"' not in block or _has_plain_quotes(block, ord(source.delimiter)))
        and (block.isascii() or _is_utf8(block))
    )
    if not is_plain:
        raise Odd
    return block


def _has_plain_returns(block: bytes, source: Delimited) -> bool:
    return source.newline is not None and block.count(b"\r") == block.count(b"\r\n")


def _has_plain_quotes(block: bytes, delimiter: int) -> bool:
    """Whether quotes open at the start of a cell and close at its end, or are doubled within."""
    places = _places(block, _QUOTE)
    if len(places) % 2:
        return False
    around = np.frombuffer(b"\n" + block + b"\n", np.uint8)
    before, after = around[places[::2]], around[places[1::2] + 2]
    return bool(
        np.isin(before, (delimiter, _NEWLINE, _QUOTE)).all()
        and np.isin(after, (delimiter, _NEWLINE, _RETURN, _QUOTE)).all()
    )


def _places(content: bytes, byte: int) -> Numbers:
    return np.flatnonzero(np.frombuffer(content, np.uint8) == byte)


def _is_utf8(block: bytes) -> bool:
    """Arrow's own check, over the block as if it were one text: faster than decoding it."""
    edges = buffer(np.array([0, len(block)], np.int32))
    try:
        pa.StringArray.from_buffers(1, edges, pa.py_buffer(block)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True

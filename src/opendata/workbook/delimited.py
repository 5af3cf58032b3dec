"""Delimited text: its encoding, its delimiter, its records."""

from __future__ import annotations

import csv
import io
from collections import Counter
from itertools import islice

from opendata.errors import UnreadableWorkbook

_LOOKED_AT = 300
"""Records looked at to find the delimiter."""
_BOMS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_LONGEST = 1 << 17


def decode(content: bytes) -> str:
    """The text of a file: UTF-8, else code page 932; UTF-16 with its mark or where nothing else can
    be meant, ISO-2022-JP with its.

    EUC-JP is read where code page 932 would make half-width litter of it and EUC-JP none.

    Raises UnreadableWorkbook: undecodable-text, or not-a-spreadsheet for bytes that are no text.
    """
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError as error:
                raise _undecodable(content, error) from error
    if b"\0" in content:
        return _utf_16(content)
    if b"\x1b$" in content:
        return _iso_2022(content)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as failed:
        utf8_error = failed
    try:
        text = content.decode("cp932")
    except UnicodeDecodeError as error:
        further = error if error.start > utf8_error.start else utf8_error
        raise _undecodable(content, further) from error
    return content.decode("euc_jp") if _is_euc(content, text) else text


def _utf_16(content: bytes) -> str:
    """The text of a UTF-16 file without its mark: in one order of bytes it is text, in the other
    not."""
    texts = [
        text
        for encoding in ("utf-16-le", "utf-16-be")
        if (text := _decoded(content, encoding)) is not None and _is_written(text)
    ]
    if not texts:
        raise UnreadableWorkbook("not-a-spreadsheet", kind="—")
    if len(texts) > 1:
        raise UnreadableWorkbook("undecodable-text", line=1, encoding="UTF-16")
    return texts[0]


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_written(text: str) -> bool:
    """Whether a person may have written it: lines of characters that can be printed."""
    return "\n" in text.replace("\r", "\n") and all(
        one.isprintable() or one in "\t\r\n\u3000\xa0" for one in text
    )


def _iso_2022(content: bytes) -> str:
    """The text of a file that switches to Japanese by escape sequences, as old mail does."""
    try:
        return content.decode("iso2022_jp")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableWorkbook("undecodable-text", line=line, encoding="ISO-2022-JP") from error


def records(text: str, name: str) -> list[list[str]]:
    """The records of a delimited text, fields as written, without the empty records at its end.

    Raises UnreadableWorkbook (unclosed-quote) where a quote is opened and never closed.
    """
    found = _parse(text, delimiter_of(text, name))
    while found and not any(field.strip() for field in found[-1]):
        found.pop()
    return found


def delimiter_of(text: str, name: str = "") -> str:
    """Comma, tab or semicolon: the one that cuts most records into the same number of fields.

    One that leaves text behind a closing quote is taken only where all do.
    """
    delimiters = ("\t", ",", ";") if name.lower().endswith(".tsv") else (",", "\t", ";")
    return max(delimiters, key=lambda delimiter: _score(text, delimiter))


def _score(text: str, delimiter: str) -> tuple[bool, int, int]:
    """How well a delimiter fits: whether its quotes do, on how many records, how many fields."""
    widths: Counter[int] = Counter()
    fits = True
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    for _ in range(_LOOKED_AT):
        try:
            widths[len(next(reader))] += 1
        except StopIteration:
            break
        except csv.Error:
            fits = False
    width, count = max(
        ((width, count) for width, count in widths.items() if width > 1),
        key=lambda one: (one[1], one[0]),
        default=(0, 0),
    )
    return fits and width > 1, count, width


def looks_like_table(text: str) -> bool:
    """Whether a text whose name does not say so is delimited: several records, same width."""
    lines = list(islice(csv.reader(_lines(text), delimiter=delimiter_of(text)), 20))
    widths = Counter(len(record) for record in lines if record)
    width, count = widths.most_common(1)[0] if widths else (0, 0)
    return width > 1 and count > 1 and count * 2 > len(lines)


def _parse(text: str, delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(_lines(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end" in str(error) or "field larger" in str(error):
            raise UnreadableWorkbook(
                "unclosed-quote", line=_last_opened(text, delimiter)
            ) from error
    try:
        return list(csv.reader(_lines(text), delimiter=delimiter))
    except csv.Error as error:
        raise UnreadableWorkbook("unclosed-quote", line=_last_opened(text, delimiter)) from error


def _lines(text: str) -> io.StringIO:
    return io.StringIO(text, newline="")


def _last_opened(text: str, delimiter: str) -> int:
    """The line on which the record begins that never ends."""
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    line = 1
    try:
        for _ in reader:
            line = reader.line_num + 1
    except csv.Error:
        pass
    return line


def _undecodable(content: bytes, error: UnicodeDecodeError) -> UnreadableWorkbook:
    line = content.count(b"\n", 0, error.start) + 1
    return UnreadableWorkbook("undecodable-text", line=line, encoding="—")


def _is_euc(content: bytes, text: str) -> bool:
    """Whether what code page 932 made of the bytes is the half-width litter of EUC-JP."""
    litter = sum("｡" <= character <= "ﾟ" for character in text)
    if litter * 3 < sum(not character.isascii() for character in text):
        return False
    try:
        return not any("｡" <= character <= "ﾟ" for character in content.decode("euc_jp"))
    except UnicodeDecodeError:
        return False

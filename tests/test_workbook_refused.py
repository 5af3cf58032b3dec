"""Files that would cost too much or end the process are refused within their limits."""

from __future__ import annotations

import base64
import os
import random
import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt

from opendata.errors import UnreadableWorkbook
from opendata.workbook import Limits, read

ROOT = Path(__file__).resolve().parents[1]
SHEET = "xl/worksheets/sheet1.xml"
MEGABYTE = 1 << 20


def small() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["指標", "R5", "R6"])
    sheet.append(["あ", 1, 2.5])
    sheet["B2"].number_format = "0.0%"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def changed(parts: dict[str, Callable[[bytes], bytes] | bytes]) -> bytes:
    """The small workbook with some parts changed or added."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(small())) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            change = parts.pop(name, None)
            data = old.read(name)
            new.writestr(name, change(data) if callable(change) else change or data)
        for name, added in parts.items():
            new.writestr(name, added(b"") if callable(added) else added)
    return out.getvalue()


def cell(reference: str) -> bytes:
    """The small workbook with one more cell at any reference at all."""
    more = f'<row r="9"><c r="{reference}"><v>1</v></c></row></sheetData>'.encode()
    return changed({SHEET: lambda data: data.replace(b"</sheetData>", more)})


def xls(change: Callable[[bytearray], object] = lambda _: None) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    for row in range(40):
        sheet.write(row, 0, row * 1.5)
    out = BytesIO()
    book.save(out)
    content = bytearray(out.getvalue())
    change(content)
    return bytes(content)


def set_number(place: int, value: int) -> Callable[[bytearray], object]:
    return lambda content: struct.pack_into("<I", content, place, value)


def announce(content: bytearray) -> None:
    """Let the dimensions record announce four thousand million rows."""
    at = content.index(struct.pack("<HH", 0x0200, 14))
    struct.pack_into("<II", content, at + 4, 5, 2)


def loop(content: bytearray) -> None:
    """Let the sectors of the workbook follow each other in a circle."""
    fat = 512 * (struct.unpack_from("<I", content, 76)[0] + 1)
    for sector in range(128):
        if struct.unpack_from("<I", content, fat + 4 * sector)[0] == 0xFFFFFFFE:
            struct.pack_into("<I", content, fat + 4 * sector, max(sector - 2, 0))


LONG = b"<a>" + b"0" * (64 * MEGABYTE) + b"</a>"
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'

DANGEROUS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a part that expands a thousandfold": (
        "a.xlsx",
        lambda: changed({"xl/x.xml": LONG}),
        "zip-bomb",
    ),
    "the same in a picture": ("a.xlsx", lambda: changed({"xl/media/x.png": LONG}), "zip-bomb"),
    "many parts": (
        "a.xlsx",
        lambda: changed({f"xl/x{number}.xml": b"" for number in range(5_001)}),
        "zip-bomb",
    ),
    "declared entities": (
        "a.xlsx",
        lambda: changed({SHEET: lambda data: ENTITIES + data}),
        "unsafe-xml",
    ),
    "entities among the styles": (
        "a.xlsx",
        lambda: changed({"xl/styles.xml": lambda data: ENTITIES + data}),
        "unsafe-xml",
    ),
    "one cell at the far end": ("a.xlsx", lambda: cell("XFD1048576"), "too-many-cells"),
    "a cell in the last row": ("a.xlsx", lambda: cell("F1048576"), "too-many-cells"),
    "a column of four letters": ("a.xlsx", lambda: cell("AXFD1048576"), "damaged-file"),
    "a row of many digits": ("a.xlsx", lambda: cell("A4294967295"), "damaged-file"),
    "an address in character references": (
        "a.xlsx",
        lambda: cell("&#88;FD1048576"),
        "too-many-cells",
    ),
    "an address in small letters": ("a.xlsx", lambda: cell("xfd1048576"), "too-many-cells"),
    "a row that is far away": (
        "a.xlsx",
        lambda: changed(
            {SHEET: lambda data: data.replace(b'<row r="2"><c r="A2"', b'<row r="4000000000"><c')}
        ),
        "damaged-file",
    ),
    "a prefixed cell far away": (
        "a.xlsx",
        lambda: changed(
            {
                SHEET: lambda data: data.replace(
                    b"</row></sheetData>",
                    b'<y:c xmlns:y="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
                    b'r="XFD1048576"><y:v>1</y:v></y:c></row></sheetData>',
                )
            }
        ),
        "too-many-cells",
    ),
    "a cell hidden behind an attribute": (
        "a.xlsx",
        lambda: changed(
            {
                SHEET: lambda data: data.replace(
                    b"</sheetData>",
                    b'<row r="9"><c r="XFD1048576" x="/>"><v>1</v></c></row></sheetData>',
                )
            }
        ),
        "too-many-cells",
    ),
    "a made-up number of strings, for which no room is made": (
        "a.xlsx",
        lambda: changed({"xl/sharedStrings.xml": b'<sst uniqueCount = "4294967295"></sst>'}),
        "read",
    ),
    "the same name twice": (
        "a.xlsx",
        lambda: changed({SHEET.upper(): b"<worksheet/>"}),
        "damaged-file",
    ),
    "an encrypted archive": ("a.xlsx", lambda: _encrypted(small()), "password-protected"),
    "repeated cells": (
        "a.ods",
        lambda: _ods('<table:table-row table:number-rows-repeated="1048576">{}</table:table-row>'),
        "too-many-cells",
    ),
    "dimensions beyond reason": ("a.xls", lambda: xls(announce), "damaged-file"),
    "sectors in a circle": ("a.xls", lambda: xls(loop), "damaged-file"),
    "a table of small streams without end": (
        "a.xls",
        lambda: xls(set_number(64, 65_535)),
        "damaged-file",
    ),
    "a table of sectors in a circle": ("a.xls", lambda: xls(set_number(68, 0)), "damaged-file"),
    "a quote over everything": ("a.csv", lambda: b'a,b\n"' + b"x,y\n" * 100_000, "unclosed-quote"),
}


def _encrypted(content: bytes) -> bytes:
    data = bytearray(content)
    at = data.index(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(data)


def _ods(row: str) -> bytes:
    filled = (
        '<table:table-cell table:number-columns-repeated="16384" office:value-type="float" '
        'office:value="1"><text:p>1</text:p></table:table-cell>'
    )
    names = "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
        for prefix in ("office", "table", "text")
    )
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f"<office:document-content{names}><office:body><office:spreadsheet>"
            f'<table:table table:name="表">{row.format(filled)}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return out.getvalue()


READ_ALL = """
import base64, resource, sys
limit = 2 << 30
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
from opendata.errors import UnreadableWorkbook
from opendata.workbook import read
for line in sys.stdin:
    name, content = line.split()
    try:
        read(name, base64.b64decode(content))
        print("read", flush=True)
    except UnreadableWorkbook as error:
        print(error.code, flush=True)
"""


def codes_of(files: list[tuple[str, bytes]]) -> list[str]:
    """What reading each file ends in, in a process of 2 GB that must survive them all."""
    lines = "".join(f"{name} {base64.b64encode(content).decode()}\n" for name, content in files)
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL],
        input=lines,
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"RUST_BACKTRACE": "0"},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split()


def test_dangerous_files_are_refused_and_the_process_lives() -> None:
    files = [(name, make()) for name, make, _ in DANGEROUS.values()]
    found = dict(zip(DANGEROUS, codes_of(files), strict=True))
    assert found == {what: code for what, (_, _, code) in DANGEROUS.items()}


@pytest.mark.parametrize(
    ("name", "make", "limits", "code"),
    [
        ("a.xlsx", small, Limits(file_bytes=1_000), "too-large"),
        ("a.xlsx", small, Limits(entries=3), "zip-bomb"),
        ("a.xlsx", small, Limits(expanded_bytes=5_000), "zip-bomb"),
        ("a.xlsx", small, Limits(cells=5), "too-many-cells"),
        ("a.xls", xls, Limits(cells=39), "too-many-cells"),
        ("a.csv", lambda: b"a,b\n1,2\n", Limits(cells=3), "too-many-cells"),
        ("a.xlsx", lambda: _sheets(3), Limits(sheets=2), "too-many-sheets"),
    ],
)
def test_every_limit_is_kept(
    name: str, make: Callable[[], bytes], limits: Limits, code: str
) -> None:
    content = make()
    assert read(name, content).sheets
    with pytest.raises(UnreadableWorkbook) as caught:
        read(name, content, limits)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("make", "limits", "ja", "en"),
    [
        (
            lambda: changed({"xl/x.xml": bytes(90 << 20)}),
            Limits(),
            r"圧縮を解くと 90\.0 MB あり、受け付けられる 32\.0 MB を超える",
            r"Unpacked it has 90\.0 MB, and the limit is 32\.0 MB, so",
        ),
        (
            lambda: changed({"xl/x.xml": bytes(90 << 20)}),
            Limits(expansion=400),
            r"90\.0 MB あり、受け付けられる 3\d\.\d MB（ファイルの大きさ 0\.1 MB の400倍）",
            r"the limit is 3\d\.\d MB \(400 times the size of the file, 0\.1 MB\), so",
        ),
        (
            lambda: changed({"xl/x.xml": bytes(32 << 20)}),
            Limits(),
            r"圧縮を解くと 32\.0 MB を超える大きさがあり、受け付けられる 32\.0 MB を超える",
            r"Unpacked it has more than 32\.0 MB, and the limit is 32\.0 MB, so",
        ),
        (
            small,
            Limits(entries=3),
            r"圧縮を解くと 9 個の部品があり、受け付けられる 3 個を超える",
            r"Unpacked it has 9 parts, and the limit is 3 parts, so",
        ),
    ],
    ids=["size", "ratio", "hardly more", "parts"],
)
def test_what_expands_too_far_says_how_far_and_what_is_allowed(
    make: Callable[[], bytes], limits: Limits, ja: str, en: str
) -> None:
    with pytest.raises(UnreadableWorkbook) as caught:
        read("a.xlsx", make(), limits)
    assert caught.value.code == "zip-bomb"
    assert re.search(ja, caught.value.sentence().ja), caught.value.sentence().ja
    assert re.search(en, caught.value.sentence().en), caught.value.sentence().en


def _sheets(count: int) -> bytes:
    book = openpyxl.Workbook()
    for _ in range(count):
        book.create_sheet().append([1])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_far_cell_is_named_so_that_it_can_be_found() -> None:
    with pytest.raises(UnreadableWorkbook) as caught:
        read("表.xlsx", cell("XFD1048576"))
    assert "XFD1048576" in caught.value.sentence().ja


def mutated(content: bytes, chance: random.Random) -> bytes:
    """The bytes with some of them overwritten, removed, doubled or made large."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 3, 12))):
        at = chance.randrange(len(data))
        match chance.randrange(5):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                del data[at : at + chance.randrange(1, 40)]
            case 2:
                data[at:at] = data[at // 2 : at // 2 + chance.randrange(1, 90)]
            case 3:
                data[at : at + 4] = chance.choice((b"\xff" * 4, b"\0" * 4, b"9999"))
            case _:
                data[at:at] = chance.choice((b"<c>", b'r="XFD1048576"', b"&a;", b"\0", b"99999999"))
        if not data:
            return b"\0"
    return bytes(data)


def test_no_damage_raises_anything_else() -> None:
    """Three hundred damaged files, whole or inside one part, end in cells or in a named code."""
    chance = random.Random(20261120)
    files: list[tuple[str, bytes]] = []
    with zipfile.ZipFile(BytesIO(small())) as archive:
        parts: dict[str, Any] = {name: archive.read(name) for name in archive.namelist()}
    for number in range(300):
        if number % 3 == 0:
            files.append(("a.xlsx", mutated(small(), chance)))
        elif number % 3 == 1:
            part = chance.choice(sorted(parts))
            files.append(("a.xlsx", changed({part: mutated(parts[part], chance)})))
        else:
            files.append(("a.xls", mutated(xls(), chance)))
    codes = codes_of(files)
    assert len(codes) == len(files)
    assert "read" in codes
    assert "damaged-file" in codes

"""Widths, spaces, dashes and line breaks: one text in the many ways it is typed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

WAVES = "~～〜∼∽˜"
DASHES = "-‐‑‒–—―−─━ｰ－﹣⁃"
LONG_VOWEL = "ー"

_BREAK = re.compile(r"(?:_x000D_|_x000d_)?(?:\r\n|\r|\n|\u2028|\u2029|\v|\f)|_x000D_|_x000d_")
_SPACES = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_SPACE_OR_BREAK = re.compile(r"\s+")
_LONE_VOWEL = re.compile(r"(?<![\u3041-\u3096\u30a1-\u30fa])ー")
_FOLD = str.maketrans(
    dict.fromkeys(WAVES, "~") | dict.fromkeys(DASHES, "-") | {"〔": "[", "〕": "]"}
)


def tidy(text: str) -> str:
    """Text fit to be published: the words as written, without the layout of the sheet.

    Line breaks (also Excel's `_x000D_`) and runs of spaces, full-width ones included, become one
    space; the ends are trimmed; invisible characters go. Widths and signs stay as they are.
    """
    if text.isascii() and "\n" not in text and "  " not in text and "_x000" not in text:
        return text.strip()
    return _SPACES.sub(" ", _INVISIBLE.sub("", _BREAK.sub(" ", text))).strip()


@lru_cache(maxsize=65536)
def squash(text: str) -> str:
    """A copy for comparing headings: NFKC, one kind of dash and wave, no spaces or breaks.

    A long vowel sign (データ) stays; standing where no vowel can be lengthened it is a dash.
    """
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", _BREAK.sub(" ", text)))
    joined = unicodedata.normalize("NFKC", _SPACE_OR_BREAK.sub("", plain))
    return _LONE_VOWEL.sub("-", joined.translate(_FOLD))


@dataclass(frozen=True, slots=True)
class Folded:
    """A copy of a text made for parsing, which remembers where each character came from."""

    source: str
    text: str
    origin: tuple[int, ...]

    def written(self, start: int, end: int) -> str:
        """The source text of a stretch of the copy."""
        if start >= end:
            return ""
        return self.source[self.origin[start] : self.origin[end - 1] + 1]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a non-empty stretch of the copy stands in the source."""
        return self.origin[start], self.origin[end - 1] + 1


@lru_cache(maxsize=65536)
def fold(text: str) -> Folded:
    """NFKC character by character, with one kind of dash, wave, bracket and apostrophe.

    Superscripts, circled digits, Roman numerals and fractions are left alone: 10² is not 102.
    """
    if text.isascii():
        return Folded(text, text, tuple(range(len(text))))
    pieces: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(text):
        piece = _fold_one(character)
        if character == LONG_VOWEL and not _lengthens(text, index):
            piece = "-"
        pieces.append(piece)
        origin.extend([index] * len(piece))
    return Folded(text, "".join(pieces), tuple(origin))


def _lengthens(text: str, index: int) -> bool:
    """Whether the ー at this place follows a kana."""
    before = text[index - 1] if index else ""
    return "\u3041" <= before <= "\u30fa" or before == LONG_VOWEL


@lru_cache(maxsize=8192)
def _fold_one(character: str) -> str:
    if character in "’‘＇´`′":
        return "'"
    if _INVISIBLE.match(character):
        return ""
    if unicodedata.category(character) in ("No", "Nl"):
        return character
    return unicodedata.normalize("NFKC", character).translate(_FOLD)


def wide_like(digits: str, pattern: str) -> str:
    """Write ASCII letters and digits in the width the pattern is written in."""
    if any("！" <= character <= "～" for character in pattern):
        return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in digits)
    return digits

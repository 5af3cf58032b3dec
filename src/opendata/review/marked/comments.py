"""The comments of one worksheet: the steward's stay, ours are put beneath them."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from opendata.review.causes import position
from opendata.review.marked.markup import (
    Edit,
    Element,
    Unpatchable,
    attribute,
    child,
    children,
    escaped,
    grown,
    legal,
    root,
    spliced,
)
from opendata.workbook.markup import unescaped
from opendata.workbook.types import RESULTS_RULE, address, own_length

Place = tuple[int, int]

RULE = RESULTS_RULE
"""What our part of a comment begins with; from here on it makes way at the next check."""
AUTHOR = "確認結果"
_TEXT = re.compile(rb"<(?:[^\s/>!?]+:)?t(?:\s[^>]*)?(?<!/)>(.*?)</", re.S)


class Comments:
    """The part that holds the comments of a sheet."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._root = root(data)
        self._prefix = self._root.prefix
        authors = child(data, self._root, b"authors")
        listed = child(data, self._root, b"commentList")
        if authors is None or listed is None:
            raise Unpatchable("comments without authors or list")
        self._authors, self._list = authors, listed
        self._by_place: dict[Place, Element] = {}
        for one in children(data, listed):
            reference = attribute(one.tag(data), b"ref") or b""
            place = position(reference.decode("ascii", "replace").strip().upper())
            if place is not None:
                self._by_place[place] = one

    def told(self, texts: Mapping[Place, str]) -> tuple[bytes, set[Place]]:
        """The part with our texts, ours of an earlier check gone, and the places that it then has
        comments at."""
        edits: list[Edit] = []
        places = set(self._by_place)
        for place, one in self._by_place.items():
            kept, has_ours = self._kept(one)
            if place not in texts and not has_ours:
                continue
            if not kept and place not in texts:
                edits.append(Edit(one.start, one.end, b""))
                places.discard(place)
                continue
            runs = kept + self._run(texts[place], after=kept) if place in texts else kept
            edits += self._rewritten(one, runs)
        new = [place for place in sorted(texts) if place not in places]
        if new:
            authors = list(children(self._data, self._authors))
            name = b"<%sauthor>%s</%sauthor>" % (self._prefix, escaped(AUTHOR), self._prefix)
            edits += grown(self._data, self._authors, last=name)
            made = b"".join(self._made(place, texts[place], len(authors)) for place in new)
            edits += grown(self._data, self._list, last=made)
        return spliced(self._data, edits), places | set(new)

    def ours(self) -> set[Place]:
        """The cells at which an earlier check has left something."""
        return {place for place, one in self._by_place.items() if self._kept(one)[1]}

    def _made(self, place: Place, text: str, author: int) -> bytes:
        start = b'<%scomment ref="%s" authorId="%d">' % (
            self._prefix, address(*place).encode(), author,
        )  # fmt: skip
        p = self._prefix
        return start + b"<%stext>%s</%stext></%scomment>" % (p, self._run(text), p, p)

    def _run(self, text: str, *, after: bytes = b"") -> bytes:
        text = f"\n\n{RULE}\n{text}" if after else f"{RULE}\n{text}"
        p = self._prefix
        return b'<%sr><%st xml:space="preserve">%s</%st></%sr>' % (
            p, p, escaped(legal(text)), p, p,
        )  # fmt: skip

    def _text(self, one: Element) -> Element:
        return child(self._data, one, b"text") or _no_text()

    def _rewritten(self, one: Element, runs: bytes) -> list[Edit]:
        """The edits that put runs where a comment has its own; phonetic notes stay behind them."""
        text = self._text(one)
        if text.inner == text.end:
            return grown(self._data, text, last=runs)
        parts = self._runs(text)
        if not parts:
            return [Edit(text.inner, text.inner, runs)]
        return [Edit(parts[0].start, parts[-1].end, runs)]

    def _runs(self, text: Element) -> list[Element]:
        return [one for one in children(self._data, text) if one.local in (b"t", b"r")]

    def _kept(self, one: Element) -> tuple[bytes, bool]:
        """The runs of a comment that are the steward's, and whether others of ours follow.

        Programs divide a text into runs anew, so our first line may reach over several.
        """
        p = self._prefix
        runs = self._runs(self._text(one))
        texts = [self._plain(run) for run in runs]
        whole = "".join(texts)
        left = own_length(whole)
        has_ours = left < len(whole)
        if has_ours:
            left = len(whole[:left].rstrip())
        kept = b""
        for run, text in zip(runs, texts, strict=True):
            raw = self._data[run.start : run.end]
            if len(text) > left:
                own = escaped(legal(text[:left]))
                raw = b'<%st xml:space="preserve">%s</%st>' % (p, own, p) if own else b""
            if raw:
                is_run = run.local == b"r" and len(text) <= left
                kept += raw if is_run else b"<%sr>%s</%sr>" % (p, raw, p)
            left -= len(text)
            if left <= 0 and has_ours:
                break
        return kept, has_ours

    def _plain(self, run: Element) -> str:
        """What a run says."""
        found = _TEXT.findall(self._data[run.start : run.end])
        return unescaped("".join(html.unescape(one.decode("utf-8", "replace")) for one in found))


def _no_text() -> Element:
    raise Unpatchable("a comment without text")


def empty(namespace: str) -> bytes:
    """A part for a sheet without comments."""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<comments xmlns="{namespace}"><authors></authors><commentList></commentList></comments>'
    ).encode()

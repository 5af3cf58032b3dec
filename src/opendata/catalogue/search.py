"""The search's index: what can be found, by every one and two letters that follow each other.

Japanese has no spaces between words, so that no word need be known to be found. The index is cut
into small files, of which a search loads the few that it needs: `search/words/letters-<n>.js` say
in which documents letters stand, `search/words/pages-<n>.js` what the documents are. They are
programs of one call, not JSON, because a page that was opened as a file may load those only.

What several municipalities have alike is one document. `search/words/held-<n>.js` say of each
municipality which of those it holds and where, so that they are found beside its name, too.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from opendata.release import Files

PLACE = "place"
"""The kind of what may hold documents; all of that kind stand together."""
PAGES = 100
"""How many documents stand in a file."""
HOLDERS = 5
"""Of how many municipalities a file tells what they hold."""
POSTINGS = 6_000
"""About how many numbers of documents stand in a file of letters."""
_HIRAGANA = {code: code - 0x60 for code in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)}


class Held(NamedTuple):
    """A page about a document's matter in one place: the paths of the place's page and of its own,
    the place on it, and what tells it from others of that place."""

    place: str
    path: str
    part: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """What can be found: its `kind` (dataset, place, indicator, plan, node, field), its title, what
    else is said of it, and the path of its page without the ending; `part` is the place on the
    page. `english` are title and words in English, where there are any; `more` is searched, not
    shown. `held` says where several places have it, each with a page of its own."""

    kind: str
    title: str
    about: str
    path: str
    part: str = ""
    english: tuple[str, str] = ("", "")
    more: str = ""
    held: Sequence[Held] = ()


@dataclass(frozen=True, slots=True)
class Index:
    """An index that can be made: of how many files of `letters`, and a `mark` that is another one
    for every content. What uses the index must know both."""

    documents: Sequence[Document]
    letters: int
    mark: str

    @classmethod
    def of(cls, documents: Iterable[Document]) -> Index:
        """The index of documents; those that come first are shown first."""
        known, sink, length = [*documents], hashlib.sha256(), 0
        for one in known:
            sink.update(json.dumps([_shown(one), one.held]).encode())
            length += sum(map(len, _texts(one)))
        return cls(known, 1 + 2 * length // POSTINGS, sink.hexdigest()[:12])

    def files(self) -> Files:
        """Path to content."""
        buckets: list[dict[str, list[int]]] = [{} for _ in range(self.letters)]
        for letters, found in sorted(_postings(self.documents).items()):
            buckets[bucket(letters, self.letters)][letters] = _steps(found)
        files = {
            f"search/words/letters-{number}.js": _call(f"letters-{number}", content)
            for number, content in enumerate(buckets)
        }
        for number, start in enumerate(range(0, len(self.documents), PAGES)):
            shown = [_shown(one) for one in self.documents[start : start + PAGES]]
            files[f"search/words/pages-{number}.js"] = _call(f"pages-{number}", shown)
        for number, held in enumerate(_held(self.documents)):
            files[f"search/words/held-{number}.js"] = _call(f"held-{number}", held)
        return files

    @property
    def places(self) -> tuple[int, int]:
        """The number of the first place, and of how many, one after the other."""
        numbers = [number for number, one in enumerate(self.documents) if one.kind == PLACE]
        return (numbers[0] if numbers else 0), len(numbers)


def normalized(text: str) -> str:
    """A text as it is compared: widths, case and kana made alike, without spaces and signs.

    `search.js` does the same to what is searched.
    """
    alike = unicodedata.normalize("NFKC", text).lower().translate(_HIRAGANA)
    return "".join(one for one in alike if unicodedata.category(one)[0] in "LNM")


def bucket(letters: str, count: int) -> int:
    """Which file letters stand in. `search.js` computes the same."""
    found = 0
    for one in letters:
        found = (found * 31 + ord(one)) % 2**31
    return found % count


def _postings(documents: Iterable[Document]) -> dict[str, list[int]]:
    """In which documents, by number, letters and pairs of letters stand."""
    postings: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(documents):
        letters = {found for text in _texts(one) for found in _letters(normalized(text))}
        for found in letters:
            postings[found].append(number)
    return postings


def _held(documents: Sequence[Document]) -> Iterator[list[list[list[Any]]]]:
    """File by file and place by place, which documents it holds: number, path, part, and where it
    holds several what it says of each."""
    found: dict[str, list[list[Any]]] = {one.path: [] for one in documents if one.kind == PLACE}
    for number, one in enumerate(documents):
        several = Counter(held.place for held in one.held)
        for place, path, part, about in one.held:
            found[place].append([number, path, part, *([about] if several[place] > 1 else ())])
    places = [*found.values()]
    for start in range(0, len(places), HOLDERS):
        yield places[start : start + HOLDERS]


def _texts(one: Document) -> tuple[str, ...]:
    return (one.title, one.about, *one.english, one.more)


def _letters(text: str) -> Iterable[str]:
    yield from text
    yield from (text[start : start + 2] for start in range(len(text) - 1))


def _steps(numbers: Sequence[int]) -> list[int]:
    """Rising numbers as the steps between them, which are shorter to write."""
    before = [0, *numbers]
    return [one - last for last, one in zip(before, numbers, strict=False)]


def _shown(one: Document) -> list[str]:
    return [one.kind, one.title, one.about, one.path, one.part, *one.english, one.more]


def _call(name: str, content: Any) -> bytes:
    said = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return f"opendataFound({json.dumps(name)},{said})\n".encode()

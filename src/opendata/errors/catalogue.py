"""The message catalogue: every code with its severity and its words in both languages, and the
sentences that commands say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "notice"]
Language = Literal["ja", "en"]


_STOPS = tuple(end + mark for end in "。．.！!？?…" for mark in ("", '"', "」", "）", ")"))
"""How a sentence ends."""


class Text(NamedTuple):
    """The same words in Japanese and English."""

    ja: str
    en: str

    def in_(self, language: Language) -> str:
        """The words in one language."""
        return self.ja if language == "ja" else self.en

    def fill(self, details: Mapping[str, object]) -> Text:
        """Put details into the `{name}` places; a place without a detail reads `—`.

        A detail that is a Text itself is told in the language of the sentence, and a list or tuple
        as that language lists things. `{count:row|rows}` is the count with the word for it.
        """
        return Text(
            self.ja.format_map(_Details(_told(details, "ja"))),
            self.en.format_map(_Details(_told(details, "en"))),
        )


class _Details(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "—"


def _told(details: Mapping[str, object], language: Language) -> dict[str, object]:
    return {name: _Counted(_in(detail, language)) for name, detail in details.items()}


def _in(detail: object, language: Language) -> str:
    if isinstance(detail, Text):
        return detail.in_(language)
    if isinstance(detail, (list, tuple)):
        return ("、" if language == "ja" else ", ").join(_in(one, language) for one in detail)
    return str(detail)


class _Counted(str):
    """A detail, which may be a count with the words for one thing and for several."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        one, both, more = spec.partition("|")
        return f"{self!s} {one if self == '1' else more}" if both else super().__format__(spec)


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of the catalogue.

    `title` is the cause in a few words, `text` says what was found and what was expected,
    `remedy` what to do; `text` and `remedy` hold `{value}`, `{suggestion}` and other places.
    """

    code: str
    severity: Severity
    title: Text
    text: Text
    remedy: Text

    @classmethod
    def read(cls, code: str, entry: Mapping[str, object]) -> Message:
        """Build a message from its YAML form. Raises KeyError or TypeError on a broken entry."""

        def words(name: str) -> Text:
            both = entry[name]
            if not isinstance(both, Mapping):
                raise TypeError(f"{code}: {name} must have ja and en")
            return Text(str(both["ja"]).strip(), str(both["en"]).strip())

        severity = entry["severity"]
        if severity not in ("error", "warning", "notice"):
            raise TypeError(f"{code}: severity {severity!r}")
        return cls(code, severity, words("title"), words("text"), words("remedy"))

    def fill(self, details: Mapping[str, object]) -> tuple[Text, Text]:
        """The text and the remedy with their details. The text ends as a sentence even where a
        detail stands last (`…: Read-only file system`), for the remedy is said after it."""
        text = self.text.fill(details)
        return Text(_closed(text.ja, "。"), _closed(text.en, ".")), self.remedy.fill(details)


def _closed(words: str, stop: str) -> str:
    words = words.rstrip()
    return words if not words or words.endswith(_STOPS) else f"{words}{stop}"


@cache
def messages() -> Mapping[str, Message]:
    """Every message of the catalogue, by code."""
    return {
        code: Message.read(code, entry) for code, entry in _entries().items() if "severity" in entry
    }


@cache
def sentences() -> Mapping[str, Text]:
    """Every sentence that is no problem's, by its name."""
    return {
        name: Text(str(entry["ja"]), str(entry["en"]))
        for name, entry in _entries().items()
        if "severity" not in entry
    }


def sentence(name: str, **details: object) -> Text:
    """A sentence with its details filled in. Raises KeyError for one the catalogue has not."""
    return _sentence(name).fill(details)


@cache
def _sentence(name: str) -> Text:
    """One sentence, its own lines read alone: a command says a few, and there are hundreds."""
    lines = re.search(rf"(?m)^{re.escape(name)}:.*\n(?: .*\n)*", _source())
    if lines is None:
        raise KeyError(name)
    entry = _parsed(lines[0])[name]
    return Text(str(entry["ja"]), str(entry["en"]))


@cache
def _entries() -> Mapping[str, Mapping[str, object]]:
    return _parsed(_source())


@cache
def _source() -> str:
    from importlib.resources import files

    return files("opendata.errors").joinpath("messages.yaml").read_text(encoding="utf-8")


def _parsed(source: str) -> Mapping[str, Mapping[str, object]]:
    # imported here: where nothing goes wrong no message is needed, and YAML takes time to load
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one written in C, where it is
    entries: dict[str, dict[str, object]] = yaml.load(source, loader)  # noqa: S506 - a safe one
    return entries


def message(code: str) -> Message:
    """The message of a code. Raises KeyError for a code the catalogue does not have."""
    return messages()[code]

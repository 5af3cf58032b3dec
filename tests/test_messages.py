"""The message catalogue is complete, in both languages, and holds every code we use."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

from opendata.errors import (
    Message,
    Place,
    StoreError,
    Text,
    UsageError,
    messages,
    sentence,
    sentences,
)
from opendata.pipeline.inbox import Why

ROOT = Path(__file__).parents[1]
SOURCES = sorted(ROOT.joinpath("src").rglob("*.py"))
# The errors of `validate` on a table are frictionless's own types, not codes of ours.
USED = re.compile(
    r"""(?:\bproblem|(?<!Table)Error|\bUnreadableWorkbook)\(\s*["']([a-z0-9-]+)["']"""
)


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def is_japanese(text: str) -> bool:
    return re.search(r"[ぁ-ヿ一-鿿]", text) is not None


@pytest.mark.parametrize("message", messages().values(), ids=lambda message: message.code)
def test_an_entry_says_the_same_in_both_languages(message: Message) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", message.code)
    for words in (message.title, message.text, message.remedy):
        assert words.ja and words.en
        assert is_japanese(words.ja), words.ja
        assert places(words.ja) == places(words.en), (words.ja, words.en)
        assert all(re.fullmatch(r"[a-z_]+", name) for name in places(words.ja))
    assert not places(message.title.ja), "a title stands for many problems, so it has no details"


@pytest.mark.parametrize("words", sentences().values(), ids=sentences())
def test_a_sentence_says_the_same_in_both_languages(words: Text) -> None:
    assert words.ja and words.en
    assert places(words.ja) == places(words.en)


def test_every_sentence_is_said() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    kinds = [name for name in sentences() if name.startswith("passed-over-")]
    assert [name for name in sentences() if f'"{name}"' not in source and name not in kinds] == []
    assert sorted(kinds) == sorted(f"passed-over-{why}" for why in get_args(Why))


def test_japanese_sentences_end_like_sentences() -> None:
    for message in messages().values():
        assert message.remedy.ja.endswith("。"), message.code


@pytest.mark.parametrize(
    ("reason", "ja", "en"),
    [
        ("Read-only file system", "Read-only file system。空き", "Read-only file system. Check"),
        ("line 1 (char 1)", "line 1 (char 1)。空き", "line 1 (char 1). Check"),
        ("It is full.", "It is full.空き", "It is full. Check"),
        ("満杯です。", "満杯です。空き", "満杯です。 Check"),
    ],
)
def test_a_cause_ends_before_its_remedy_begins(reason: str, ja: str, en: str) -> None:
    error = StoreError("store-error", path="x", reason=reason)
    assert ja in error.sentence().ja
    assert en in error.sentence().en
    told = error.problem(Place())
    assert en in str(told.to_json("en")["message"])


@pytest.mark.parametrize(("count", "words"), [(1, "1 row changed"), ("2", "2 rows changed")])
def test_one_thing_is_told_as_one(count: object, words: str) -> None:
    assert sentence("releases-changed", count=count).en == words
    assert sentence("releases-changed", count=count).ja == f"変更 {count} 行"


def test_each_language_lists_things_in_its_own_way() -> None:
    error = UsageError("no-such-package", name="x", known=("a", Text("乙", "b")))
    assert "a、乙 です" in error.sentence().ja
    assert "a, b." in error.sentence().en


def test_no_code_is_written_twice() -> None:
    """YAML would quietly keep the second."""
    source = ROOT.joinpath("src/opendata/errors/messages.yaml").read_text(encoding="utf-8")
    codes = re.findall(r"(?m)^([^\s#].*?):", source)
    assert sorted(codes) == sorted([*messages(), *sentences()])


def test_every_code_used_in_the_source_is_in_the_catalogue() -> None:
    used = {
        code: path.name
        for path in SOURCES
        for code in USED.findall(path.read_text(encoding="utf-8"))
    }
    assert {code: where for code, where in used.items() if code not in messages()} == {}

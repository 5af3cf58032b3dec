"""What is wrong with a layout, in words for the person who wrote it: where, what, and what else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from opendata.errors import Text
from opendata.package import Package

_KINDS = {
    "string": Text("文字列（数字や日付は引用符で囲む）", "a text (figures and dates in quotes)"),
    "bool": Text("true か false", "true or false"),
    "int": Text("整数", "a whole number"),
    "greater_than_equal": Text("1以上の整数", "a whole number from 1"),
    "dict": Text("「項目: 値」の並び", "keys with values"),
    "model": Text("「項目: 値」の並び", "keys with values"),
    "tuple": Text("一覧（先頭に「- 」を付けた行の並び）", "a list (lines that begin with `- `)"),
}
"""What was expected, by the beginning of the validator's error type."""


def told(error: ValidationError, document: Mapping[str, Any], kinds: Kinds) -> Text:
    """Every mistake that validation found in a layout, each with its place in the document."""
    return joined(_told(one, document, kinds) for one in error.errors())


def joined(texts: Iterable[Text]) -> Text:
    """Several mistakes as one text."""
    every = list(dict.fromkeys(texts))
    return Text("／".join(one.ja for one in every), "; ".join(one.en for one in every))


def at(where: str, texts: Iterable[Text]) -> Iterator[Text]:
    """The mistakes of one place, the place before them."""
    for one in texts:
        yield Text(f"{where}：{one.ja}", f"{where}: {one.en}")


Kinds = Mapping[str, type[BaseModel]]
"""The parts of a layout by the word before their keys in the validator's path."""


def _told(one: ErrorDetails, document: Mapping[str, Any], kinds: Kinds) -> Text:
    path, kind = _written(one["loc"]), one["type"]
    where = place(path, document)
    if kind == "extra_forbidden":
        key, known = str(path[-1]), _known_keys(one["loc"], kinds)
        return Text(
            f"{where}：「{key}」という項目はありません{_hint(key, known).ja}。",
            f'{where}: there is no key "{key}"{_hint(key, known).en}.',
        )
    if kind == "missing" and len(path) == 3 and path[0] == "blocks":
        block = place(path[:2], document)
        return Text(
            f"{block}：ブロックには table か form が要ります。",
            f"{block}: a block has a `table` or a `form`.",
        )
    if kind == "missing":
        return Text(f"{where}：これを書いてください。", f"{where}: this is missing.")
    if kind == "value_error":
        reason = one.get("ctx", {}).get("error")
        ja, en = reason.args if isinstance(reason, Mistake) else (one["msg"], one["msg"])
        return Text(f"{where}：{ja}" if where else ja, f"{where}: {en}" if where else en)
    expected = _expected(one)
    found = _shown(one["input"])
    return Text(
        f"{where}：「{found}」ではなく、{expected.ja}を書いてください。",
        f'{where}: found "{found}", expected {expected.en}.',
    )


def _expected(one: ErrorDetails) -> Text:
    if one["type"] in ("literal_error", "enum"):
        choices = str(one.get("ctx", {}).get("expected", ""))
        plain = choices.replace("'", "").replace(" or ", ", ")
        return Text(f"{plain} のどれか", f"one of {plain}")
    for beginning, text in _KINDS.items():
        if one["type"].startswith(beginning):
            return text
    return Text(one["msg"], one["msg"])


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def place(path: Sequence[str | int], document: Any) -> str:
    """A place in the document as its author finds it: `blocks[2].table[3](現状値).fill`.

    Lists count from 1; a label or header names its own text.
    """
    told, here = "", document
    for part in path:
        if isinstance(part, str):
            here = here.get(part) if isinstance(here, Mapping) else None
            told = f"{told}.{part}" if told else part
        elif isinstance(here, list):
            here = here[part]
            told += f"[{part + 1}]{_named(here)}"
    return told


def _written(path: Sequence[str | int]) -> tuple[str | int, ...]:
    """The validator's path without its own word for the kind of a block, which nobody wrote."""
    return (*path[:2], *path[3:]) if path[:1] == ("blocks",) else tuple(path)


def _named(part: Any) -> str:
    """The text by which a label, a column, a line or a row is known."""
    if not isinstance(part, Mapping):
        return ""
    name = next((part[key] for key in ("label", "header", "under", "row") if key in part), "")
    first = name[0] if isinstance(name, list) and name else name
    return f"({first})" if isinstance(first, str) and first else ""


def _known_keys(path: Sequence[str | int], kinds: Kinds) -> tuple[str, ...]:
    """The keys that are known where an unknown one stands."""
    owners = [part for part in path[:-1] if isinstance(part, str)]
    is_of_block = owners[:1] == ["blocks"] and len(path) == 4
    kind = kinds[".".join(owners) if is_of_block else owners[-1] if owners else ""]
    return tuple(name for name in kind.model_fields if name != "name")


def _hint(word: str, known: Sequence[str]) -> Text:
    """The word that was perhaps meant, else all that there are."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return Text(f"（「{near[0]}」のことですか）", f' (did you mean "{near[0]}"?)')
    if not known:
        return Text("", "")
    every = ", ".join(known)
    return Text(f"（あるのは {every}）", f" (there are: {every})")


def unknown_word(word: str, known: Iterable[str]) -> Text:
    """A `$word` that stands for nothing where it is used."""
    hint = _hint(word, sorted(known))
    return Text(
        f"「{word}」に当たるものがここにはありません{hint.ja}。",
        f'nothing says "{word}" here{hint.en}.',
    )


def unknown_target(target: str, package: Package) -> Text | None:
    """What is wrong with a `table.field`; None where the package reads it."""
    table, dot, field = target.partition(".")
    tables = {one.name: one for one in package.read}
    derived = [one.name for one in package if one.is_derived]
    if table in derived:
        return Text(
            f"「{target}」：表「{table}」は計算で作る表なので、シートからは読みません。",
            f'"{target}": the table "{table}" is computed and never read from a sheet.',
        )
    if table not in tables:
        hint = _hint(table, [*tables])
        what = f"「{target}」：" if dot else f"「{target}」は「表.項目」ではありません。"
        return Text(
            f"{what}「{table}」という表はありません{hint.ja}。",
            f'"{target}": there is no table "{table}"{hint.en}.',
        )
    if tables[table].has(field):
        return None
    hint = _hint(field, [one.name for one in tables[table].fields])
    return Text(
        f"「{target}」：表「{table}」に「{field}」という項目はありません{hint.ja}。",
        f'"{target}": the table "{table}" has no field "{field}"{hint.en}.',
    )


def unknown_value(target: str, text: str, known: Sequence[str]) -> Text:
    """A constant that its field does not know."""
    hint = _hint(text, known)
    return Text(
        f"「{target}」に「{text}」という値はありません{hint.ja}。",
        f'"{target}" has no value "{text}"{hint.en}.',
    )


class Mistake(ValueError):
    """A mistake that a part of a layout finds in itself, in both languages."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(ja, en)

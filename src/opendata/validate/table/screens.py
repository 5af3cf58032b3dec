"""A whole column against its field at once: which cells are surely right, and a number for every
value, equal for equal values. Cells that are not sure are asked of the column's memory."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from opendata.validate.table.arrays import (
    Array,
    Numbers,
    Texts,
    buffer,
    indexed,
    is_figures,
    is_indexed,
    is_text,
    mask,
    numbers,
    place_array,
    places,
    text_array,
    text_buffers,
)
from opendata.validate.table.cells import TYPE, Memory
from opendata.validate.table.hashes import (
    NONE,
    Hashes,
    hash_floats,
    hash_integers,
    hash_texts,
    hash_values,
)
from opendata.validate.table.schema import Field

Mask = np.ndarray[Any, np.dtype[np.bool_]]

_FEW = 64
"""So few texts are sooner read than screened."""
_SURE_DIGITS = 15
"""Two decimal figures of so many digits differ as floats where they differ at all."""
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a column: which cells are wrong, which say that there is no value (None for
    none of them), and a number for each cell where they are wanted."""

    wrong: Mask | None
    empty: Mask | None
    codes: Hashes | None

    def spread(self, indices: Numbers) -> Verdict:
        """The same of all cells, this being of the distinct ones."""
        return Verdict(
            None if self.wrong is None else self.wrong[indices],
            None if self.empty is None else self.empty[indices],
            None if self.codes is None else self.codes[indices],
        )


@dataclass(frozen=True, slots=True)
class _Screened:
    """Which texts are values without fault, which are missing, and the codes of the former."""

    sure: Mask
    missing: Mask
    codes: Hashes | None


_Judge = Callable[[Texts, bool], _Screened]


class Screen:
    """Judges the columns of one field, batch by batch. `is_key`: its values are compared."""

    def __init__(self, memory: Memory, *, is_key: bool) -> None:
        self._memory = memory
        self._is_key = is_key
        self._screen = _screen_of(memory)
        self._figures = _values_screen(memory)

    @property
    def reads_texts(self) -> bool:
        """Whether it has to read every distinct text of a column."""
        return self._screen is None

    def judge(self, column: Array) -> Verdict:
        """The verdict on a column of texts, plain or dictionary-encoded, or of values."""
        if not is_indexed(column) and not (is_text(column) and column.null_count == 0):
            return self._of_values(column)
        if self._screen is not None and not is_indexed(column):
            return self._screened(self._screen, column)
        known = indexed(column)
        return self._of_distinct(known.dictionary).spread(places(known))

    def _of_values(self, column: Array) -> Verdict:
        """Of what another format holds: figures, days, texts among which are nulls."""
        if self._figures is not None and not self._is_key and is_figures(column):
            sure = self._figures(column)
            if sure.all():
                return Verdict(None, None, None)
            unsure = np.flatnonzero(~sure)
            read = self._of_repeated(column.take(place_array(unsure)))
            count = len(column)
            return Verdict(
                _put(None, unsure, read.wrong, count), _put(None, unsure, read.empty, count), None
            )
        return self._of_repeated(column)

    def _of_distinct(self, texts: Texts) -> Verdict:
        if self._screen is None or len(texts) <= _FEW:
            return self._read(texts)
        return self._screened(self._screen, texts)

    def _screened(self, screen: _Judge, texts: Texts) -> Verdict:
        found = screen(texts, self._is_key)
        count = len(texts)
        codes, empty, wrong = found.codes, None, None
        if found.missing.any():
            empty = found.missing
            wrong = found.missing.copy() if self._memory[None][1] else None
            if codes is not None:
                codes[empty] = NONE
        unsure = np.flatnonzero(~(found.sure | found.missing))
        if len(unsure):
            read = self._of_repeated(texts.take(place_array(unsure)))
            wrong = _put(wrong, unsure, read.wrong, count)
            empty = _put(empty, unsure, read.empty, count)
            if codes is not None and read.codes is not None:
                codes[unsure] = read.codes
        return Verdict(wrong, empty, codes)

    def _of_repeated(self, texts: Texts) -> Verdict:
        distinct: Any = pc.dictionary_encode(texts, null_encoding="encode")
        return self._read(distinct.dictionary).spread(places(distinct))

    def _read(self, texts: Texts) -> Verdict:
        cells = [self._memory.cell(content) for content in texts.to_pylist()]
        wrong = [bool(notes) for _, notes in cells]
        empty = [value is None and not (notes and notes[0][0] == TYPE) for value, notes in cells]
        codes = None
        if self._is_key:
            codes = hash_values([value for value, _ in cells], self._memory.field.type)
        return Verdict(
            np.array(wrong, bool) if any(wrong) else None,
            np.array(empty, bool) if any(empty) else None,
            codes,
        )


def _put(whole: Mask | None, at: Numbers, found: Mask | None, count: int) -> Mask | None:
    if found is None:
        return whole
    mask = np.zeros(count, bool) if whole is None else whole
    mask[at] = found
    return mask


def _screen_of(memory: Memory) -> _Judge | None:
    """The screen of a field; None where all its cells must be read."""
    field = memory.field
    if "enum" in field.constraints or memory.is_stricter:
        return None
    if field.type == "string" and field.format == "default":
        return _text_screen(field)
    is_plain_figure = not {"bareNumber", "decimalChar", "groupChar"} & set(field.descriptor)
    if field.type in {"integer", "number"} and is_plain_figure:
        return _figure_screen(field)
    return None


def _missing(field: Field) -> Callable[[Texts], Mask]:
    if not field.missing:
        return lambda texts: np.zeros(len(texts), bool)
    if field.missing == {""}:
        return lambda texts: text_buffers(texts)[1] == 0
    values = text_array(sorted(field.missing))
    return lambda texts: mask(pc.is_in(texts, values))


# --- texts: how long they are, and whether they match ---


def _text_screen(field: Field) -> _Judge | None:
    pattern = field.constraints.get("pattern")
    if pattern is not None and not _is_common(pattern):
        return None
    is_missing = _missing(field)
    at_least, at_most = (field.constraints.get(name) for name in ("minLength", "maxLength"))

    def judge(texts: Texts, is_key: bool) -> _Screened:
        sure = np.ones(len(texts), bool)
        if at_least is not None or at_most is not None:
            sizes = numbers(pc.utf8_length(texts), np.int32)
            sure &= (sizes >= (at_least or 0)) & (
                sizes <= (_LARGEST if at_most is None else at_most)
            )
        if pattern is not None:
            sure &= mask(pc.match_substring_regex(texts, f"^(?:^{pattern}$)"))
        return _Screened(sure, is_missing(texts), hash_texts(texts) if is_key else None)

    return judge


_IN_BRACKETS = r"[^\\\]\[^]|\\[dws]|\\[^\w\s]"
_QUANTIFIER = r"(?:[+*?]|\{\d{1,3}(?:,\d{0,3})?\})(?![+*?{])"
_COMMON = re.compile(
    rf"(?:[^\\\]\[(){{}}+*?]|\\[dws]|\\[^\w\s]|\[(?:{_IN_BRACKETS})+\]"
    rf"|\(\?:|\((?!\?)|\)|{_QUANTIFIER})*"
)
"""Literals, classes, groups, alternatives, repetitions, anchors: nothing that looks around."""


def _is_common(pattern: str) -> bool:
    """Whether all that Arrow's regular expressions match by it is matched by Python's too."""
    if not pattern.isascii() or not _COMMON.fullmatch(pattern):
        return False
    try:
        pc.match_substring_regex(text_array([""]), f"^(?:^{pattern}$)")
    except pa.ArrowInvalid:
        return False
    return True


# --- figures: within their bounds ---

_BOUNDS: dict[str, tuple[Callable[[Any, Any], Any], bool]] = {
    "minimum": (operator.gt, True),
    "maximum": (operator.lt, True),
    "exclusiveMinimum": (operator.gt, False),
    "exclusiveMaximum": (operator.lt, False),
}
_FIGURES = {"integer": r"^-?[0-9]{1,18}$", "number": r"^-?[0-9]{1,300}(?:\.[0-9]{1,300})?$"}


def _figure_screen(field: Field) -> _Judge | None:
    bounds = {name: field.constraints[name] for name in _BOUNDS if name in field.constraints}
    if not all(_is_short(bound) for bound in bounds.values()):
        return None
    within = [partial(_within, *_BOUNDS[name], float(bound)) for name, bound in bounds.items()]
    is_missing = _missing(field)
    hashed = hash_integers if field.type == "integer" else hash_floats

    def judge(texts: Texts, is_key: bool) -> _Screened:
        missing = is_missing(texts)
        figures, sure = _figures(texts, ~missing, field.type)
        sizes = text_buffers(texts)[1]
        for one in within:
            sure &= one(figures, sizes)
        return _Screened(sure, missing, hashed(figures) if is_key else None)

    return judge


def _values_screen(memory: Memory) -> Callable[[Array], Mask] | None:
    """Which figures of a column of such are surely within their field's bounds."""
    field = memory.field
    if field.type not in _FIGURES or "enum" in field.constraints or field.missing - {""}:
        return None
    bounds = {name: field.constraints[name] for name in _BOUNDS if name in field.constraints}
    if memory.is_stricter or not all(_is_short(bound) for bound in bounds.values()):
        return None

    def judge(column: Array) -> Mask:
        is_whole = pa.types.is_integer(column.type)
        figures = numbers(pc.cast(column, pa.float64(), safe=False), np.float64)
        sure: Mask = np.full(len(figures), True) if is_whole else np.isfinite(figures)
        if field.type == "integer" and not is_whole:
            sure &= figures == np.floor(figures)
        for name, bound in bounds.items():
            sure &= _BOUNDS[name][0](figures, float(bound))
        return sure

    return judge


def _is_short(bound: Any) -> bool:
    """Whether a bound is the same as a float: a few plain digits."""
    return re.fullmatch(r"-?[0-9]{1,15}|-?(?=.{3,15}$)[0-9]+\.[0-9]+", str(bound)) is not None


def _within(
    beyond: Callable[[Any, Any], Any], takes_bound: bool, bound: float, figures: Any, sizes: Any
) -> Mask:
    """Rounding to floats keeps the order of figures; only those that meet at the bound may have
    been different, if they have many digits."""
    mask: Mask = beyond(figures, bound)
    if takes_bound:
        mask |= (figures == bound) & (sizes <= _SURE_DIGITS)
    return mask


def _figures(texts: Texts, wanted: Mask, kind: str) -> tuple[Numbers, Mask]:
    """The wanted texts as 64-bit figures, and which of them are written as plain ones."""
    sure = wanted
    figures = _cast(texts, sure, kind) if _has_no_letters(texts) else None
    if figures is None:
        sure = wanted & mask(pc.match_substring_regex(texts, _FIGURES[kind]))
        figures = _cast(texts, sure, kind)
    if figures is None:
        return np.zeros(len(texts), np.int64 if kind == "integer" else float), sure & False
    return figures, sure


def _has_no_letters(texts: Texts) -> bool:
    """Letters in figures are read by some and not by others: 0x1F, 1e3, NaN."""
    content = text_buffers(texts)[2]
    return int(content.max(initial=0)) <= ord("9")


def _cast(texts: Texts, wanted: Mask, kind: str) -> Numbers | None:
    """Texts as figures, whatever at those that are not wanted; None where one is no figure."""
    valid = buffer(np.packbits(wanted, bitorder="little"))
    chosen = pa.Array.from_buffers(pa.string(), len(texts), [valid, *texts.buffers()[1:]])
    is_integer = kind == "integer"
    try:
        cast = pc.cast(chosen, pa.int64() if is_integer else pa.float64())
    except pa.ArrowInvalid:
        return None
    return numbers(cast, np.int64 if is_integer else np.float64)

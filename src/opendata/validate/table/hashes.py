"""64-bit numbers for values and keys, equal for equal values; another process has others."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from opendata.validate.table.arrays import Numbers, Texts, text_array, text_buffers

Hashes = np.ndarray[Any, np.dtype[np.uint64]]

_WORD_BYTES = 8
_ALL = 2**64 - 1
_SEED, _FACTOR = (np.uint64(secrets.randbits(64) | 1) for _ in range(2))
_SHIFT = np.uint64(29)
_MASKS = np.array([(1 << (8 * count)) - 1 for count in range(_WORD_BYTES)] + [_ALL], np.uint64)
NONE = np.uint64(secrets.randbits(64))
"""Stands for no value."""


def mix(numbers: Hashes) -> Hashes:
    """Spread numbers over all 64 bits."""
    mixed = (numbers ^ (numbers >> _SHIFT)) * _FACTOR
    mixed ^= mixed >> _SHIFT
    return mixed * _SEED


def join(codes: Sequence[Hashes]) -> Hashes:
    """The codes of a key's parts as codes of the key."""
    joined = codes[0]
    for code in codes[1:]:
        joined = mix(joined) + code
    return joined


def hash_texts(texts: Texts) -> Hashes:
    """Codes of the texts of an Arrow array without nulls, eight bytes of all of them at a time."""
    starts, sizes, data = text_buffers(texts)
    padded = np.zeros(len(data) + _WORD_BYTES, np.uint8)
    padded[: len(data)] = data
    words: Hashes = np.ndarray((len(data) + 1,), np.uint64, padded.data, strides=(1,))
    hashes = sizes.astype(np.uint64) + _SEED
    waiting = np.flatnonzero(sizes)
    done = 0
    while len(waiting):
        left = sizes[waiting] - done
        word = words[starts[waiting] + done] & _MASKS[np.minimum(left, _WORD_BYTES)]
        hashes[waiting] = mix(hashes[waiting] ^ word)
        waiting = waiting[left > _WORD_BYTES]
        done += _WORD_BYTES
    return hashes


def hash_floats(floats: Numbers) -> Hashes:
    """Codes of figures; 0 and -0 are one."""
    return mix((floats + 0.0).view(np.uint64))


def hash_integers(integers: Numbers) -> Hashes:
    """Codes of 64-bit integers."""
    return mix(integers.view(np.uint64))


def hash_values(values: Sequence[Any], kind: str) -> Hashes:
    """Codes of a field's values as it reads them, the same as the above give for its type."""
    codes = _BY_TYPE.get(kind, _of_objects)(values)
    codes[np.array([value is None for value in values], bool)] = NONE
    return codes


def _of_texts(values: Sequence[Any]) -> Hashes:
    return hash_texts(text_array(value or "" for value in values))


def _of_integers(values: Sequence[Any]) -> Hashes:
    return mix(np.array([(value or 0) & _ALL for value in values], np.uint64))


def _of_numbers(values: Sequence[Any]) -> Hashes:
    return hash_floats(np.array([_as_float(value) for value in values], np.float64))


def _as_float(value: Any) -> float:
    try:
        return float(value or 0)
    except (ValueError, ArithmeticError):  # one that signals, or more than a float can hold
        return 0.0


def _of_objects(values: Sequence[Any]) -> Hashes:
    return mix(np.array([_object_hash(value) & _ALL for value in values], np.uint64))


def _object_hash(value: Any) -> int:
    try:
        return hash(value)
    except TypeError:  # lists and objects; equal ones are told apart when they are looked at
        return 0


_BY_TYPE: dict[str, Callable[[Sequence[Any]], Hashes]] = {
    "string": _of_texts,
    "integer": _of_integers,
    "number": _of_numbers,
}

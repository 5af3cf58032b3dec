"""Arrow arrays of texts and what they are made of.

`pyarrow.array` and `to_numpy` import pandas where it is installed, which costs more than many a
table takes; here buffers are handed over instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa

Array = Any
Texts = Any
"""Texts without nulls, one after the other."""
Indexed = Any
"""Distinct texts in `dictionary`, and where each cell's stands in `indices`."""
Numbers = np.ndarray[Any, np.dtype[Any]]


def text_array(texts: Iterable[str]) -> Texts:
    """Texts as an Arrow array. Lone surrogates are kept: no text is refused here."""
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    edges = np.zeros(len(encoded) + 1, np.int32)
    np.cumsum([len(one) for one in encoded], out=edges[1:])
    buffers = [None, buffer(edges), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(encoded), buffers)


def place_array(places: Numbers) -> Array:
    """Places to take from an array."""
    return pa.Array.from_buffers(pa.int64(), len(places), [None, buffer(places.astype(np.int64))])


def text_buffers(texts: Texts) -> tuple[Numbers, Numbers, Numbers]:
    """Where every text starts in the bytes of all, how many bytes it has, and these bytes."""
    _, edges, data = texts.buffers()
    offsets = np.frombuffer(as_bytes(edges), np.int32)
    offsets = offsets[texts.offset : texts.offset + len(texts) + 1]
    starts = offsets[:-1].astype(np.int64)
    content = np.frombuffer(as_bytes(data), np.uint8)
    return starts, np.diff(offsets).astype(np.int64), content


def numbers(array: Array, kind: Any) -> Numbers:
    """The numbers of an Arrow array of that NumPy type; whatever where it has nulls."""
    found = np.frombuffer(as_bytes(array.buffers()[1]), kind)
    return found[array.offset : array.offset + len(array)]


def mask(array: Array) -> Numbers:
    """An Arrow array of booleans without nulls."""
    bits = np.frombuffer(as_bytes(array.buffers()[1]), np.uint8)
    ends = array.offset + len(array)
    return np.unpackbits(bits, count=ends, bitorder="little")[array.offset :].view(np.bool_)


def places(column: Indexed) -> Numbers:
    """Where each cell's text stands among the distinct ones."""
    return numbers(column.indices, np.int32)


def is_indexed(column: Array) -> bool:
    """Whether a column comes as its distinct texts and where each of them stands."""
    return pa.types.is_dictionary(column.type)


def is_text(column: Array) -> bool:
    """Whether a column holds texts."""
    return pa.types.is_string(column.type)


def is_figures(column: Array) -> bool:
    """Whether a column holds 64-bit figures."""
    return pa.types.is_integer(column.type) or pa.types.is_float64(column.type)


def indexed(column: Array) -> Indexed:
    """The column by its distinct texts."""
    return column if is_indexed(column) else column.dictionary_encode()


def buffer(numbers: Numbers) -> Any:
    """An array's memory as Arrow takes it."""
    return pa.py_buffer(numbers.data)


def as_bytes(data: Any) -> Any:
    """Arrow's memory as NumPy takes it; none as no bytes."""
    return b"" if data is None else data

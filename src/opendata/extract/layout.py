"""The layout language: where each field stands on a department's sheets.

A layout is a YAML document of a package (`layouts/*.yaml`). It says what a sheet looks like, never
how to process it: blocks found by their heading or label texts, and which field each feeds.
The language is described with drawn examples in `docs/layouts.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    model_validator,
)

from opendata.errors import PackageError
from opendata.japanese import Status
from opendata.package import Package


def _listed(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) else [value]


Split = Literal["number", "period", "unit"]
Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""One text or several alternatives. `*` stands for any text, `$year` for any written year."""


WORDS = frozenset({"$header", "$band", "$year", "$unit", "$text", "$cell"})
"""What a column's `set` may take from the sheet: of its header, and of the value's own cell."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(_Strict):
    """A form's label cell and the field its value cell feeds.

    Several fields in `to` take the same text; with `split` each takes its part of it. A label with
    a gap (`$text　進捗管理表`) is a sentence whose gap is the value.
    """

    label: Texts
    to: Texts = ()
    split: Split | None = None
    set: dict[str, str] = Field(default_factory=dict)
    words: dict[str, str] = Field(default_factory=dict)
    value: Literal["right", "below", "inline"] = "right"
    required: bool = False


class Column(_Strict):
    """A table's column and the field it feeds.

    `header` may be a path, `実績/$year`: a text under a band. `set` gives fields of the same record
    a constant, the header's text (`$header`), the one above it (`$band`), its year (`$year`) or
    unit (`$unit`), the value's own text (`$text`) or the year in it (`$cell`), or what a title says
    (`$title.year`); a field of another table (`indicators.name`) makes a record that this one hangs
    on. A column whose `set` uses the header may stand several times. `role: total` marks a column
    of row totals.
    """

    header: Texts
    to: Texts = ()
    split: Split | None = None
    set: dict[str, str] = Field(default_factory=dict)
    words: dict[str, str] = Field(default_factory=dict)
    """What the form's own words mean: ②確保方策 is a target. Nothing is a word for a blank."""
    fill: Literal["down"] | None = None
    indent: tuple[str, ...] = ()
    """The levels of a hierarchy that is written by indenting its texts, or below one heading over
    several columns; outermost first. In a column of indicators the rows without values are it."""
    blank: str | None = None
    """What a blank cell means, where it means something (a ○ that is not there)."""
    required: bool = True
    role: Literal["total"] | None = None

    @property
    def repeats(self) -> bool:
        """Whether the column may stand more than once."""
        return any(value in ("$header", "$band", "$year", "$unit") for value in self.set.values())


class Line(_Strict):
    """A row that is one text across the table, to which the rows below it belong.

    `under` is the header below which the text begins.
    """

    under: Texts
    to: Texts = ()
    split: Split | None = None
    set: dict[str, str] = Field(default_factory=dict)


class Row(_Strict):
    """A row of another kind: what `set` says of its values goes before what their columns say."""

    row: Texts
    set: dict[str, str]


class Rows(_Strict):
    """Rows that are not records like the others, named by the text of any of their cells."""

    ignore: Texts = ()
    total: Texts = ()
    ratio: Texts = ()
    other: tuple[Row, ...] = ()


class Form(_Strict):
    """A block of label cells, each beside its value cell."""

    form: tuple[Label, ...]
    sheet: Texts = ("*",)
    repeat: bool = False
    """Whether the form stands on several sheets; the tables of a sheet belong to its form."""
    titles: Texts = ()


class Table(_Strict):
    """A block with a header of one or more rows and records below."""

    table: tuple[Column, ...]
    sheet: Texts = ("*",)
    repeat: bool = False
    """Whether the table may stand again: below, beside, or on other sheets."""
    titles: Texts = ()
    """Texts above the table with gaps: `（単位：$unit）`, `（$year実績）`, `Ⅰ　$text`."""
    era: str | None = None
    """The era of years that are written without one."""
    lines: tuple[Line, ...] = ()
    rows: Rows = Rows()
    ignore: Texts = ()
    """Headers of columns that are deliberately not read."""
    gap: int = 1
    """The number of blank rows that ends the table."""


def _kind(block: Any) -> str:
    """Which kind of block is meant, so that what is wrong with it can be named."""
    is_form = "form" in block if isinstance(block, Mapping) else isinstance(block, Form)
    return "form" if is_form else "table"


Block = Annotated[
    Annotated[Form, Tag("form")] | Annotated[Table, Tag("table")], Discriminator(_kind)
]


class Layout(_Strict):
    """One form of workbook."""

    name: str
    title: str
    blocks: tuple[Block, ...]
    set: dict[str, str] = Field(default_factory=dict)
    """Constants by `table.field`, used where the workbook says nothing."""
    slugs: dict[str, str] = Field(default_factory=dict)
    """The short name of a plan by its title."""
    ignore: Texts = ()
    """Texts outside the blocks that are deliberately not read."""
    ignore_sheets: Texts = ()
    signs: dict[str, Status] = Field(default_factory=dict)
    """What a sign means in this form, where its own notes do not say it."""

    @model_validator(mode="after")
    def _something(self) -> Layout:
        if not any(_required(block) for block in self.blocks):
            raise ValueError(
                "no block with a required label or header: the layout would fit any file"
            )
        return self

    def fed(self) -> Iterator[str]:
        """Every `table.field` that may be fed more than once: by tables and repeated forms."""
        blocks = (one for one in self.blocks if isinstance(one, Table) or one.repeat)
        yield from (target for block in blocks for part in _parts(block) for target in part.to)

    def unknown_words(self) -> Iterator[str]:
        """The `$words` of every `set` that stand for nothing: misspelt, or no title has the gap."""
        for block in self.blocks:
            titles = "".join(block.titles)
            known = {f"$title.{gap}" for gap in ("text", "year", "unit") if f"${gap}" in titles}
            if isinstance(block, Table):
                known |= WORDS
            for part in _parts(block):
                yield from (w for w in part.set.values() if w.startswith("$") and w not in known)

    def targets(self) -> Iterator[str]:
        """Every `table.field` that the layout feeds."""
        yield from self.set
        for block in self.blocks:
            for part in (*_parts(block), *(block.lines if isinstance(block, Table) else ())):
                yield from part.to
                table = f"{part.to[0].partition('.')[0]}." if part.to else ""
                yield from (name if "." in name else table + name for name in part.set)
                if isinstance(part, Column) and part.indent:
                    yield from ("policy_nodes.title", "policy_nodes.level")


def _parts(block: Form | Table) -> tuple[Label | Column, ...]:
    return block.form if isinstance(block, Form) else block.table


def _required(block: Form | Table) -> bool:
    return any(part.required for part in _parts(block))


def read_layouts(package: Package) -> tuple[Layout, ...]:
    """The package's layouts. Raises PackageError naming the layout and what is wrong with it."""
    return tuple(read_layout(package, name, document) for name, document in package.layouts.items())


def read_layout(package: Package, name: str, document: Any) -> Layout:
    """One layout from its YAML form, its targets checked against the package's fields."""
    if not isinstance(document, Mapping):
        raise PackageError("broken-layout", layout=name, reason="not a mapping")
    try:
        layout = Layout.model_validate({"name": name, **document})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(part for part, _ in groupby(str(part) for part in first["loc"]))
        raise PackageError(
            "broken-layout", layout=name, reason=f"{where}: {first['msg']}"
        ) from error
    for word in layout.unknown_words():
        raise PackageError("broken-layout", layout=name, reason=f"nothing says {word!r}")
    for target in layout.targets():
        table, _, field = target.partition(".")
        if not any(one.name == table and one.has(field) for one in package.read):
            raise PackageError("broken-layout", layout=name, reason=f"no field {target!r}")
    return layout

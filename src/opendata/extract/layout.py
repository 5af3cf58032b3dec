"""The layout language: where each field stands on a department's sheets.

A layout is a YAML document of a package (`layouts/*.yaml`). It says what a sheet looks like, never
how to process it: blocks found by their heading or label texts, and which field each feeds.
The language is described with drawn examples in `docs/layouts.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    model_validator,
)

from opendata.errors import PackageError, Text
from opendata.extract.mistake import (
    Kinds,
    Mistake,
    at,
    joined,
    told,
    unknown_target,
    unknown_value,
    unknown_word,
)
from opendata.japanese import Status
from opendata.japanese.era import find_era
from opendata.package import Package


def _listed(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) else [value]


Split = Literal["number", "period", "unit"]


def _some(texts: tuple[str, ...]) -> tuple[str, ...]:
    if not texts or not all(text.strip() for text in texts):
        raise Mistake("文字が書かれていません。", "there is no text.")
    return texts


def _path(texts: tuple[str, ...]) -> tuple[str, ...]:
    if not all(part.strip() for text in texts for part in text.split("/")):
        raise Mistake("「/」の前か後ろに文字がありません。", "nothing stands beside a `/`.")
    return texts


def _era(text: str) -> str:
    if find_era(text) is None:
        raise Mistake(f"「{text}」という元号はありません。", f'there is no era "{text}".')
    return text


def _gaps_of(*known: str) -> AfterValidator:
    """Texts in which only these `$words` may stand."""

    def check(texts: tuple[str, ...]) -> tuple[str, ...]:
        for word in (word for text in texts for word in _WORD.findall(text)):
            if word not in known:
                raise Mistake(*unknown_word(word, known))
        return texts

    return AfterValidator(check)


_WORD = re.compile(r"\$[A-Za-z][A-Za-z.]*")
Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""One text or several alternatives. `*` stands for any text."""
Anchor = Annotated[Texts, AfterValidator(_some)]
"""Texts that are looked for on a sheet."""
Header = Annotated[Anchor, AfterValidator(_path), _gaps_of("$year", "$unit")]
"""`$year` stands for any written year, `$unit` for a unit in a row of its own."""
Sentence = Annotated[Anchor, _gaps_of("$text", "$year", "$unit")]
Titles = Annotated[Texts, _gaps_of("$text", "$year", "$unit")]
Required = Annotated[Anchor, _gaps_of()]


LABEL_WORDS = frozenset({"$cell", "$beside"})
"""What a label's `set` may take from the sheet: the year in the value's own cell, or beside it."""
WORDS = LABEL_WORDS | {"$header", "$band", "$year", "$unit", "$text"}
"""What a column's `set` may take from the sheet: of its header, and of the value's own cell."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(_Strict):
    """A form's label cell and the field its value cell feeds.

    Several fields in `to` take the same text; with `split` each takes its part of it. A label with
    a gap (`$text　進捗管理表`) is a sentence whose gap is the value.
    """

    label: Sentence
    to: Texts = ()
    split: Split | None = None
    set: dict[str, str] = Field(default_factory=dict)
    words: dict[str, str] = Field(default_factory=dict)
    value: Literal["right", "left", "below", "above", "inline"] = "right"
    named: bool = False
    """Whether the text is told behind its label: 今後の方向性：拡充. Several may feed one field."""
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

    header: Header
    to: Texts = ()
    split: Split | None = None
    set: dict[str, str] = Field(default_factory=dict)
    words: dict[str, str] = Field(default_factory=dict)
    """What the form's own words mean: ②確保方策 is a target. Nothing is a word for a blank."""
    fill: Literal["down"] | None = None
    indent: tuple[str, ...] = ()
    """The levels of a hierarchy that is written by indenting its texts, or below one heading over
    several columns; outermost first. In a column of indicators the rows without values are it."""
    named: bool = False
    """Whether the text is told behind its header, as several that feed one field have to be."""
    stacked: tuple[str, ...] = ()
    """The kinds of values in the rows of one indicator, from top to bottom, where no cell tells."""
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

    under: Anchor
    to: Texts = ()
    split: Split | None = None
    set: dict[str, str] = Field(default_factory=dict)


class Row(_Strict):
    """A row of another kind: what `set` says of its values goes before what their columns say."""

    row: Anchor
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
    titled: Texts = ()
    """What a sheet may say that is meant, too, whatever its name."""
    repeat: bool = False
    """Whether the form stands on several sheets, or below itself: then a copy begins at its first
    required label. Tables belong to the form of their sheet, of several to the nearest above."""
    titles: Titles = ()


class Table(_Strict):
    """A block with a header of one or more rows and records below."""

    table: tuple[Column, ...]
    sheet: Texts = ("*",)
    titled: Texts = ()
    """What a sheet may say that is meant, too, whatever its name."""
    repeat: bool = False
    """Whether the table may stand again: below, beside, or on other sheets."""
    optional: bool = False
    """Whether a workbook without it is of this form all the same."""
    titles: Titles = ()
    """Texts above the table with gaps: `（単位：$unit）`, `（$year実績）`, `Ⅰ　$text`."""
    era: Annotated[str, AfterValidator(_era)] | None = None
    """The era of years that are written without one."""
    lines: tuple[Line, ...] = ()
    rows: Rows = Rows()
    ignore: Texts = ()
    """Headers of columns that are deliberately not read."""
    gap: int = Field(default=1, ge=1)
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
    requires: Required = ()
    """Texts that all stand on a workbook of this form, such as the name of the one plan that the
    constants tell of. A workbook without one of them is another form."""
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
            raise Mistake(
                "必ずあるラベルや見出し（required: true）を持つブロックがありません。"
                "このままではどのファイルにも合ってしまいます。",
                "no block with a required label or header: the layout would fit any file.",
            )
        return self

    def fed(self) -> Iterator[str]:
        """Every `table.field` that may be fed more than once: by tables and repeated forms."""
        blocks = (one for one in self.blocks if isinstance(one, Table) or one.repeat)
        yield from (target for block in blocks for part in _parts(block) for target in part.to)


def _parts(block: Form | Table) -> tuple[Label | Column, ...]:
    return block.form if isinstance(block, Form) else block.table


def _required(block: Form | Table) -> bool:
    return any(part.required for part in _parts(block))


def mistakes(layout: Layout, package: Package) -> Iterator[Text]:
    """What the layout says that the package, or its own titles, know nothing of."""
    yield from at("set", _wrong_values(package, "", layout.set))
    for number, block in enumerate(layout.blocks, start=1):
        kind = "form" if isinstance(block, Form) else "table"
        words = _words_of(block)
        for index, part in enumerate(_parts(block), start=1):
            place = f"blocks[{number}].{kind}[{index}]({_text_of(part)})"
            yield from at(place, _wrong_part(package, part, words))
        for index, line in enumerate(block.lines if isinstance(block, Table) else (), start=1):
            place = f"blocks[{number}].lines[{index}]({line.under[0]})"
            yield from at(place, _wrong_part(package, line, frozenset()))


def _words_of(block: Form | Table) -> frozenset[str]:
    """The `$words` that a block's `set` may use."""
    titles = "".join(block.titles)
    said = {f"$title.{gap}" for gap in ("text", "year", "unit") if f"${gap}" in titles}
    return frozenset(said | (WORDS if isinstance(block, Table) else LABEL_WORDS))


def _text_of(part: Label | Column) -> str:
    return part.label[0] if isinstance(part, Label) else part.header[0]


def _wrong_part(
    package: Package, part: Label | Column | Line, words: frozenset[str]
) -> Iterator[Text]:
    own = part.to[0].partition(".")[0] if part.to else ""
    given = {name: text for name, text in part.set.items() if not text.startswith("$")}
    yield from (
        unknown_word(word, words)
        for word in part.set.values()
        if word.startswith("$") and word not in words
    )
    yield from _wrong_split(part)
    wrong = [unknown for one in part.to if (unknown := unknown_target(one, package))]
    yield from wrong
    if wrong or not part.to:
        return
    yield from _wrong_values(package, own, dict.fromkeys(part.set.keys() - given.keys(), ""))
    yield from _wrong_values(package, own, given)
    if not isinstance(part, Line):
        for text in part.words.values():
            yield from _wrong_values(package, "", {part.to[0]: text})
    if isinstance(part, Column):
        for kind in part.stacked:
            yield from _wrong_values(package, own, {"value_type": kind})
        for level in part.indent:
            yield from _wrong_values(package, "policy_nodes", {"level": level})


def _wrong_split(part: Label | Column | Line) -> Iterator[Text]:
    """A text that is split has no more parts than this."""
    most = {None: len(part.to), "number": 2, "unit": 2, "period": 3}[part.split]
    if len(part.to) > most:
        yield Text(
            f"split: {part.split} で分かれるのは{most}つまでです。to には{most}項目まで書けます。",
            f"`split: {part.split}` makes {most} parts, so `to` has at most {most} fields.",
        )


def _wrong_values(package: Package, table: str, given: Mapping[str, str]) -> Iterator[Text]:
    """The fields that there are not, and the constants that their fields do not know."""
    for name, text in given.items():
        target = name if "." in name else f"{table}.{name}"
        if unknown := unknown_target(target, package):
            yield unknown
        elif text:
            owner, _, field = target.partition(".")
            known = package.resource(owner).field(field)
            if known.enum and text not in known.enum and text not in known.labels:
                yield unknown_value(target, text, [*known.labels, *known.enum])


def read_layouts(package: Package) -> tuple[Layout, ...]:
    """The package's layouts. Raises PackageError naming the layout and what is wrong with it."""
    return tuple(read_layout(package, name, document) for name, document in package.layouts.items())


def read_layout(package: Package, name: str, document: Any) -> Layout:
    """One layout from its YAML form, its targets checked against the package's fields."""

    def broken(reason: Text) -> PackageError:
        file = f"{package.name}/layouts/{name}.yaml"
        return PackageError("broken-layout", layout=name, file=file, reason=reason)

    if not isinstance(document, Mapping):
        ja = "「項目: 値」の並びではありません。"
        raise broken(Text(ja, "not a mapping of keys and values."))
    try:
        layout = Layout.model_validate({"name": name, **document})
    except ValidationError as error:
        raise broken(told(error, document, _KINDS)) from error
    if wrong := [*mistakes(layout, package)]:
        raise broken(joined(wrong))
    return layout


_KINDS: Kinds = {
    "": Layout,
    "blocks.form": Form,
    "blocks.table": Table,
    "form": Label,
    "table": Column,
    "lines": Line,
    "rows": Rows,
    "other": Row,
}
"""The parts of a layout by the word before their keys in the validator's path."""

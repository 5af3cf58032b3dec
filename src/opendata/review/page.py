"""The page a steward reads: one file, both languages, nothing fetched from anywhere."""

from __future__ import annotations

import shlex
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from types import SimpleNamespace

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from opendata.errors import Problem, Severity, Text
from opendata.errors.catalogue import Language
from opendata.review.causes import RANK, Cause, Cells, Finding, causes, cells, position
from opendata.review.drawing import Drawing, draw
from opendata.review.marked import Names
from opendata.review.privacy import Mask
from opendata.review.readability import shown
from opendata.review.reviewed import Reviewed, plural
from opendata.review.shown import clean, in_japan, sheet_of
from opendata.review.state import STANDINGS
from opendata.review.verdict import next_steps, reassurance, verdict

MOST = SimpleNamespace(told=3, others=100, opened=20, drawings=40, ranges=500)
"""Per cause: findings told in full, in short, and how many of these unfolded; per page: drawings;
per list: ranges of cells."""

_WORDS, _VALUE = 600, 200
_INLINED = {
    "style": "house.css",
    "script": "house.js",
    "list_style": "list.css",
    "list_script": "list.js",
}
_OF_LAYOUT = frozenset({"unknown-layout", "nearly-known-layout", "draftable-layout"})


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as the page shows it; `drawing` only where it is told in full."""

    sheet: str | None
    cell: str | None
    count: int
    message: Text
    remedy: Text
    value: str | None
    suggestion: str | None
    places: tuple[Cells, ...]
    drawing: Drawing | None = None

    @property
    def label(self) -> str:
        """What a screen reader says of the drawing."""
        return f"{clean(self.sheet or '', 60)} {self.cell or ''}".strip()

    @property
    def reference(self) -> str:
        """The cell as the name box of a spreadsheet program takes it, to be taken there."""
        if not self.sheet:
            return self.cell or ""
        return "'{}'!{}".format(self.sheet.replace("'", "''"), self.cell)


@dataclass(frozen=True, slots=True)
class ToldCause:
    """A cause as the page shows it: some findings in full, some in short, of the rest the cells.

    `remedy` is set where it is the same for all, and then told once. `untold` counts the rest.
    """

    title: Text
    severity: Severity
    count: int
    remedy: Text | None
    findings: tuple[Told, ...]
    others: tuple[Told, ...]
    other_count: int
    untold: int
    rest: tuple[Cells, ...]


def report(
    reviewed: Reviewed, mask: Mask, names: Names | None, *, language: Language = "ja"
) -> bytes:
    """Render the page. `names` are those of the marked workbooks beside it."""
    checked, proposed, repaired = (
        (names.checked, names.proposed, names.repaired) if names is not None else (None, None, 0)
    )
    return render(
        "report.html",
        language,
        Text(f"確認結果：{reviewed.name}", f"Review: {reviewed.name}"),
        it=reviewed,
        checked=checked,
        proposed=proposed,
        verdict=verdict(reviewed),
        reassurance=reassurance(reviewed),
        steps=next_steps(reviewed, checked, proposed, repaired),
        proposal=_proposed(reviewed),
        shown_causes=_told(reviewed, mask),
        readability=shown(reviewed.readability),
        most=MOST,
    )


def _proposed(reviewed: Reviewed) -> Mapping[str, object] | None:
    """What the page says of a proposed layout: how sure it is, and what it would read."""
    proposal = reviewed.proposal
    if proposal is None:
        return None
    return {
        "layout": reviewed.layout_name,
        "picture": reviewed.picture_name,
        "confidence": f"{proposal.draft.confidence:.2f}",
        "columns": len(proposal.draft.guesses),
        "records": {name: count for name, count in proposal.records.items() if count},
        "errors": proposal.count("error"),
        "warnings": proposal.count("warning"),
        "causes": causes(proposal.problems),
        "command": reviewed.accept_command,
        "edited": shlex.join(
            ["opendata", "draft", "--accept", reviewed.layout_name]
            + (["--package", reviewed.package] if reviewed.package else [])
        ),
    }


def _told(reviewed: Reviewed, mask: Mask) -> list[ToldCause]:
    marks = _marks(reviewed.problems)
    drawings = MOST.drawings
    told = []
    for cause in causes(reviewed.problems):
        if reviewed.is_waiting and cause.code in _OF_LAYOUT:
            continue  # the page says all of it already, to each reader what is theirs
        full: list[Told] = []
        for finding in cause.findings[: MOST.told]:
            drawing = _drawing(reviewed, finding, mask, marks) if drawings else None
            drawings -= drawing is not None
            full.append(_tell(finding, drawing))
        told.append(_tell_cause(cause, full))
    return told


def _tell_cause(cause: Cause, full: Sequence[Told]) -> ToldCause:
    others = [_tell(finding) for finding in cause.findings[MOST.told :][: MOST.others]]
    rest = cause.findings[MOST.told + MOST.others :]
    remedies = {finding.problem.remedy for finding in cause.findings}
    other_count = cause.count - sum(one.count for one in full)
    return ToldCause(
        cause.title,
        cause.severity,
        cause.count,
        full[0].remedy if len(remedies) == 1 and len(cause.findings) > 1 else None,
        tuple(full),
        tuple(others),
        other_count,
        sum(len(one.places) for one in rest),
        cells(place for one in rest for place in one.places),
    )


def _tell(finding: Finding, drawing: Drawing | None = None) -> Told:
    one = finding.problem
    return Told(
        one.place.sheet,
        one.place.cell,
        len(finding.places),
        cut(one.message, _WORDS),
        cut(one.remedy, _WORDS),
        None if one.value is None else clean(one.value, _VALUE),
        None if one.suggestion is None else clean(one.suggestion, _VALUE),
        cells(finding.places),
        drawing,
    )


def cut(text: Text, limit: int) -> Text:
    """Words fit for a page, in both languages."""
    return Text(clean(text.ja, limit), clean(text.en, limit))


def _drawing(
    reviewed: Reviewed,
    finding: Finding,
    mask: Mask,
    marks: Mapping[str | None, Mapping[tuple[int, int], Severity]],
) -> Drawing | None:
    place = finding.problem.place
    at, sheet = position(place.cell), sheet_of(reviewed.workbook, place)
    if at is None or sheet is None:
        return None
    return draw(sheet, *at, mask, marks.get(place.sheet, {}))


def _marks(problems: Iterable[Problem]) -> dict[str | None, dict[tuple[int, int], Severity]]:
    """By sheet, the cells with a problem and the gravest severity there."""
    found: dict[str | None, dict[tuple[int, int], Severity]] = {}
    for one in sorted(problems, key=lambda one: -RANK[one.severity]):
        at = position(one.place.cell)
        if at is not None:
            found.setdefault(one.place.sheet, {})[at] = one.severity
    return found


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("opendata.review"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["clean"] = clean
    environment.filters["japan"] = in_japan
    for name, file in _INLINED.items():
        text = files("opendata.review").joinpath(f"templates/{file}").read_text("utf-8")
        digest = b64encode(sha256(text.encode()).digest()).decode()
        # Ours, not the steward's: the only text that is not escaped.
        environment.globals[name] = Markup(text)  # noqa: S704
        environment.globals[f"{name}_hash"] = Markup(f"sha256-{digest}")  # noqa: S704
    environment.globals["plural"] = plural
    environment.globals["standings"] = STANDINGS
    return environment


def render(template: str, language: Language, title: Text, **content: object) -> bytes:
    page = (
        _environment()
        .get_template(template)
        .render(language=language, title=cut(title, 150), **content)
    )
    return page.encode("utf-8", "replace")


def fragment(template: str, **content: object) -> Markup:
    """A part of a page, to stand in one that is made already."""
    return Markup(_environment().get_template(template).render(**content))  # noqa: S704


def templates() -> str:
    """A digest of every template: pages made from others look different."""
    found = files("opendata.review").joinpath("templates").iterdir()
    texts = sorted((one.name, one.read_text("utf-8")) for one in found if one.is_file())
    return sha256(repr(texts).encode()).hexdigest()

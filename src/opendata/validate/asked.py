"""What rules ask of records, and what the answers make of them.

Until a person has said that it is right, a record that a rule asks about is held: readers see it as
it was last published. A yes publishes it, with its reason as a note; a no to "is this another one?"
gives it the key of the one it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from opendata.errors import Problem, Text, sentence
from opendata.extract import TOTALS
from opendata.package import Package, Rule, dependents
from opendata.validate.answers import Answer, is_settled
from opendata.validate.formula_text import published_reason
from opendata.validate.personal_data import MASK, personal_data
from opendata.validate.records import Columns
from opendata.validate.rules import Hit, subject_of

Tables = Mapping[str, Columns]
Answers = Mapping[str, Answer]
_BETWEEN = "／"
"""Stands between a note that is written in the workbook and the reason of an answer."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A record that a rule may ask about."""

    rule: Rule
    row: int
    subject: str


def same_as_before(hits: Iterable[Hit], answers: Answers) -> dict[str, Answer]:
    """The answers that have just been found to say which record of the last release one is."""
    found = {}
    for hit in hits:
        answer = answers.get(hit.problem.subject or "")
        if hit.was and answer and not answer.is_right and not answer.was:
            found[answer.subject] = replace(answer, was=hit.was)
    return found


def keep_keys(tables: Tables, package: Package, answers: Answers) -> Answers:
    """Give the records of which somebody has said so the keys that they had; in place.

    The answers given are also those to the same questions about the same values under these keys.
    """
    if not any(one.was for one in answers.values()):
        return answers
    before = list(_askable(tables, package.rules))
    for one in before:
        answer = answers.get(one.subject)
        if one.rule.asks and answer and answer.was and not answer.is_right:
            _rename(tables, package, one.rule.table, one.row, answer.was)
    after = _askable(tables, package.rules)
    moved = {
        now.subject: replace(answers[was.subject], subject=now.subject)
        for was, now in zip(before, after, strict=True)
        if was.subject in answers and now.subject != was.subject
    }
    return {**moved, **answers}


def _askable(tables: Tables, rules: Iterable[Rule]) -> Iterator[_Asked]:
    """Every record of which one of the rules may ask whether it is right."""
    for rule in rules:
        if rule.query and not rule.is_off and rule.message.severity == "warning":
            columns = tables[rule.table]
            for row in range(len(columns)):
                yield _Asked(rule, row, subject_of(rule, columns, row, rule.field))


def _rename(tables: Tables, package: Package, name: str, row: int, key: str) -> None:
    """Put another key into a record and into all that refers to it, unless it is taken."""
    (field,) = tables[name].resource.primary_key
    keys = tables[name].values[field]
    known = keys[row]
    if key in keys or known is None:
        return
    keys[row] = key
    for resource in package.read:
        pointing = [
            k.field for k in resource.foreign_keys if (k.resource, k.reference) == (name, field)
        ]
        for columns in (tables[resource.name], tables[resource.name + TOTALS]):
            for one in pointing:
                columns.values[one] = [key if v == known else v for v in columns.values[one]]


def waiting(hits: Iterable[Hit], answers: Answers) -> list[Hit]:
    """Those whose records are held."""
    return [one for one in hits if one.rule.asks and not is_settled(one.problem, answers)]


def told(hit: Hit, tables: Tables, last: Mapping[str, pa.Table], answers: Answers) -> Problem:
    """The problem with what readers see until it is answered, and what a no asks for."""
    if not hit.rule.asks:
        return hit.problem
    found = hit.problem
    answer = answers.get(found.subject or "")
    is_denied = answer is not None and not answer.is_right
    remedy = sentence("denied") if is_denied else found.remedy
    known = _published(hit, tables, last.get(hit.rule.table))
    if known is None:
        until = sentence("held-back")
    else:
        shown = known[hit.rule.field]
        value = _figure(shown) if shown is not None else ""
        until = sentence("held-as-it-was" if value else "held-without-value", value=value)
    both = Text(f"{remedy.ja}{until.ja}", f"{remedy.en} {until.en}")
    return replace(found, remedy=both, holds="nothing" if known is None else "last")


def _figure(value: object) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _published(hit: Hit, tables: Tables, last: pa.Table | None) -> Mapping[str, Any] | None:
    """The record of the last release that stands for the one asked about."""
    columns = tables[hit.rule.table]
    names = columns.resource.primary_key
    own = [columns.values[name][hit.row] for name in names]
    for key in ([hit.was], own) if hit.was else (own,):
        rows = last
        for name, value in zip(names, key, strict=True):
            if rows is None or name not in rows.column_names or value is None:
                return None
            texts = pc.cast(rows.column(name), pa.string())
            rows = rows.filter(pc.equal(texts, pa.scalar(value)))
        if rows is not None and rows.num_rows and hit.rule.field in rows.column_names:
            record: Mapping[str, Any] = rows.slice(0, 1).to_pylist()[0]
            return record
    return None


def held(
    hits: Iterable[Hit], tables: Mapping[str, pa.Table], package: Package
) -> dict[str, pa.Table]:
    """The keys of the records that wait, by table (see `Dataset.held`)."""
    found: dict[str, list[Hit]] = {}
    for hit in hits:
        found.setdefault(hit.rule.table, []).append(hit)
    keys = {}
    for name, those in sorted(found.items()):
        own = tables[name].select(package.resource(name).primary_key)
        before = [{own.column_names[0]: one.was} for one in those if one.was]
        rows = own.take(sorted({one.row for one in those}))
        keys[name] = pa.concat_tables([rows, pa.Table.from_pylist(before, own.schema)])
    return keys


def note_reasons(tables: Tables, package: Package, answers: Answers) -> bool:
    """Put the reasons of what people have said is right into the records' notes, in place; whether
    there was any.

    A reason that holds personal data, or that is only its mask, is never published.
    """
    reasons = {
        one.subject: published_reason(one.reason)
        for one in answers.values()
        if one.is_right and MASK not in one.reason and not personal_data(one.reason)
    }
    if not any(reasons.values()):
        return False
    has_any = False

    @cache
    def values_of(table: str, field: str) -> Sequence[object]:
        return tables[table].values[field]

    for one in _askable(tables, (rule for rule in package.rules if rule.note)):
        reason = reasons.get(one.subject)
        if reason and one.rule.note:
            table, field = one.rule.note
            rows = dependents(package, values_of, {one.rule.table: {one.row}})
            notes = tables[table].values[field]
            for row in rows.get(table, ()):
                notes[row] = _with(notes[row], reason)
                has_any = True
    return has_any


def _with(note: str | None, reason: str) -> str:
    if not note:
        return reason
    return note if reason in note else f"{note}{_BETWEEN}{reason}"

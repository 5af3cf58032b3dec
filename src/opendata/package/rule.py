"""Reading a rule: what a package holds its data to beyond types and keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from opendata.errors import Message, PackageError, Text, messages
from opendata.package.contract import FoundBy, Resource, Rule

OFF = "off"
TOTALS = "_totals"
"""Suffix of the table that holds a table's total and ratio rows."""
_WORDS = ("title", "text", "remedy")


def read_rule(stem: str, document: Mapping[str, Any], resources: Sequence[Resource]) -> Rule:
    """A rule from its file, whose name up to the first dot is its code.

    What the file leaves out of its words is as in the house's own messages. Raises PackageError
    naming the rule and what is wrong with it.
    """
    try:
        rule = _rule(stem.partition(".")[0], document)
    except (KeyError, TypeError) as error:
        raise PackageError("broken-rule", rule=stem, reason=str(error)) from error
    if (reason := _broken(rule, resources)) is not None:
        raise PackageError("broken-rule", rule=stem, reason=reason)
    return rule


def _rule(code: str, document: Mapping[str, Any]) -> Rule:
    known = messages().get(code)
    words = {one: getattr(known, one)._asdict() for one in _WORDS} if known else {}
    words |= {one: document[one] for one in _WORDS if one in document}
    given = document.get("severity")
    is_off = given in (OFF, False)  # a bare `off` is false in YAML
    severity = known.severity if known and (given is None or is_off) else given
    found_by: FoundBy = "query" if "query" in document else document["found_by"]
    return Rule(
        message=Message.read(code, {**words, "severity": "warning" if is_off else severity}),
        found_by=found_by,
        severity=None if given is None or is_off else given,
        is_off=is_off,
        table=str(document["table"]) if found_by == "query" else "",
        field=str(document["field"]) if found_by == "query" else "",
        query=str(document.get("query", "")),
        asks=bool(document.get("asks", False)),
        question=_question(document),
        note=_note(document),
        holds_in_doubt=bool(document.get("holds_in_doubt", False)),
        examples=tuple(document.get("examples", ())),
    )


def _question(document: Mapping[str, Any]) -> Text | None:
    words = document.get("question")
    return None if words is None else Text(str(words["ja"]), str(words["en"]))


def _note(document: Mapping[str, Any]) -> tuple[str, str] | None:
    """`note`, a field of the rule's own table, or `indicator_values.note`, of another."""
    if "note" not in document:
        return None
    table, _, field = str(document["note"]).rpartition(".")
    return table or str(document["table"]), field


def _broken(rule: Rule, resources: Sequence[Resource]) -> str | None:
    """What keeps the rule from holding anywhere."""
    if rule.found_by not in get_args(FoundBy):
        return f"found_by: {rule.found_by!r}"
    if rule.found_by != "query" and rule.code not in messages():
        return f"nothing finds {rule.code!r} without a query"
    if rule.found_by == "screening" and rule.is_off:
        return "personal data is always looked for"
    table = rule.table.removesuffix(TOTALS)
    if rule.query and not any(one.name == table and one.has(rule.field) for one in resources):
        return f"no field {rule.table}.{rule.field}"
    return _broken_question(rule, resources)


def _broken_question(rule: Rule, resources: Sequence[Resource]) -> str | None:
    """What keeps the rule from asking, or its answer from being noted."""
    if rule.asks and (not rule.query or rule.table.endswith(TOTALS)):
        return "only a query over records can ask"
    if rule.asks and not rule.is_off and rule.message.severity != "warning":
        return "what asks is a warning"
    if rule.question and not rule.asks:
        return "a question of a rule that does not ask"
    if rule.note is None:
        return None
    table, name = rule.note
    texts = [
        field
        for one in resources
        for field in one.published
        if (one.name, field.name, field.type) == (table, name, "string")
    ]
    return None if rule.asks and texts else f"no note {table}.{name}"

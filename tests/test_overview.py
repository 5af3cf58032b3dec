"""What becomes of a submission, told afterwards: its state, its history and the overview of all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opendata.pipeline.accounts import Account

ACCOUNT = Account("0" * 64, "accepted", "accepted", "municipal-plans", "132012", "2026-11-20")


@pytest.mark.parametrize(
    ("known", "state"),
    [
        ({}, "accepted"),
        ({"warnings": 3}, "accepted"),
        ({"warnings": 3, "questions": 2}, "asked"),
        ({"questions": 1, "withdrawn": True}, "withdrawn"),
        ({"status": "rejected", "errors": 1, "questions": 1}, "refused"),
        ({"status": "unreadable", "errors": 1}, "refused"),
        ({"status": "rejected", "errors": 1, "again": True}, "received"),
    ],
)
def test_where_a_submission_stands(known: dict[str, object], state: str) -> None:
    assert replace(ACCOUNT, **known).state == state  # type: ignore[arg-type]


def test_a_form_that_waits_for_the_operator_is_refused_and_waiting() -> None:
    waiting = replace(ACCOUNT, status="rejected", proposal="計画.layout.yaml")
    assert (waiting.state, waiting.is_waiting) == ("refused", True)
    assert not replace(waiting, status="accepted").is_waiting

"""Who is to know what became of the inbox, and what they have been told of it.

Level-triggered, as everything: what somebody knows is held against what there is to know, and the
difference is news, until it has been told. Who has never been told anything of a file knows it as
it was before the pass: neither the first pass with mail nor a new address is flooded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from opendata.errors import Text
from opendata.pipeline.accounts import Account, Accounts
from opendata.pipeline.settings import Settings

Known = Mapping[str, str]
"""By subject (`file <place>`, `release <package>`, `mail <address>`) what somebody knows of it; an
empty text where they know nothing."""

FILE, RELEASE, UNDELIVERED = "file ", "release ", "mail "


class Reader(NamedTuple):
    """Somebody who is told things: a steward of their own files, an operator of everything."""

    role: Literal["steward", "operator"]
    address: str

    @property
    def key(self) -> str:
        """Under which the state remembers what they know."""
        return f"{self.role} {self.address}"


@dataclass(frozen=True, slots=True)
class Mailed:
    """How many messages a pass sent, and by address why others did not reach their server."""

    sent: int = 0
    undelivered: Mapping[str, Text] = field(default_factory=dict)


def readers(settings: Settings) -> list[Reader]:
    """Everybody the settings name, operators last: they are also told of what went wrong in
    telling the others."""
    stewards = sorted({one for some in settings.responsible.values() for one in some})
    operators = dict.fromkeys(settings.mail.operator)
    return [
        *(Reader("steward", one) for one in stewards),
        *(Reader("operator", one) for one in operators),
    ]


def owed(settings: Settings, before: Accounts, after: Accounts) -> Accounts:
    """The accounts after a pass, with what everybody knows of them before they are told.

    It is committed together with the pass, so that news outlive whatever happens in between.
    With mail off nothing is remembered.
    """
    if not settings.mail.is_on:
        return replace(after, told={})
    told = {}
    for reader in readers(settings):
        known = after.told.get(reader.key, {})
        was = to_know(reader, settings, before)
        now = to_know(reader, settings, after)
        told[reader.key] = {
            **{subject: known.get(subject, was.get(subject, "")) for subject in now},
            **{one: known[one] for one in known if one.startswith(UNDELIVERED)},
        }
    return replace(after, told=told)


def to_know(reader: Reader, settings: Settings, accounts: Accounts) -> dict[str, str]:
    """Everything a reader is to know, by subject."""
    if reader.role == "steward":
        return {
            f"{FILE}{place}": condition(account)
            for place, account in accounts.submissions.items()
            if reader.address in settings.responsible_for(place)
        }
    files = {f"{FILE}{place}": condition(one) for place, one in accounts.submissions.items()}
    releases = {
        f"{RELEASE}{package}": str(history[-1]["version"])
        for package, history in accounts.releases.items()
        if history
    }
    return {**files, **releases}


def condition(account: Account) -> str:
    """What there is to know of a file: its state, and a digest of what else would be news. The
    same file judged anew with the same result is none."""
    facts = (
        account.sha256,
        account.is_waiting,
        account.errors if account.state == "refused" else 0,
        account.questions if account.state == "asked" else 0,
        account.ended,
    )
    return f"{account.state} {hashlib.sha256(repr(facts).encode()).hexdigest()[:16]}"


def news(known: Known, now: Known) -> dict[str, str]:
    """What differs from what somebody knows, by subject: what they knew of it."""
    return {
        subject: known.get(subject, "") for subject in now if known.get(subject, "") != now[subject]
    }

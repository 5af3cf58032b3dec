"""Mail to stewards and to the operator: whatever they have not been told yet, a message each.

A message that does not reach the server stays owed, and the next pass sends it. Each is remembered
as soon as it is sent: a pass that is killed sends one message twice at worst, under the same
Message-ID.
"""

from __future__ import annotations

import hashlib
import json
import traceback
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote

from opendata.errors import OpendataError, Text, sentence
from opendata.pipeline.accounts import Account, Accounts
from opendata.pipeline.post import Post
from opendata.pipeline.settings import Settings
from opendata.pipeline.told import (
    FILE,
    RELEASE,
    UNDELIVERED,
    Known,
    Mailed,
    Reader,
    news,
    readers,
    to_know,
)
from opendata.review import (
    Digest,
    Envelope,
    Item,
    News,
    Version,
    accept_command,
    failure_letter,
    operator_letter,
    review_folder,
    steward_letter,
)
from opendata.review.folder import REVIEWS
from opendata.review.shown import clean
from opendata.store import Store, commit

_FAILURE = "mail/failure.json"
"""Where the workspace remembers which failure of a pass was told, and to whom."""
_ATTACHED = ("refused", "asked")
_ENDINGS = (".checked.xlsx", ".proposed.xlsx")


class _Desk(NamedTuple):
    """What every message of a pass is made from."""

    settings: Settings
    workspace: Store
    accounts: Accounts
    now: datetime


def send_owed(
    settings: Settings, workspace: Store, token: str, accounts: Accounts, now: datetime
) -> Mailed:
    """Tell everybody what they have not been told of the committed `accounts`, and remember it.

    To be called in the workspace's lock, with the token of the commit. Whatever a mail server does
    is part of the result; raises StoreError where the workspace fails.
    """
    sent = 0
    failures: dict[str, Text] = {}
    keys: dict[str, str] = {}
    failed_before = workspace.read(_FAILURE) is not None
    with Post(settings.mail) as post:
        for reader in readers(settings):
            desk = _Desk(settings, workspace, accounts, now)
            now_known = to_know(reader, settings, accounts)
            if reader.role == "operator":
                now_known |= {f"{UNDELIVERED}{one}": key for one, key in keys.items()}
            known = accounts.told.get(reader.key, {})
            fresh = news(known, now_known)
            recovered = failed_before and reader.role == "operator"
            if fresh or recovered:
                letter = _Letter(desk, reader, fresh, now_known, failures, recovered)
                failure = post.send(reader.address, letter.made)
                if failure is not None:
                    failures[reader.address], keys[reader.address] = failure.reason, failure.key
                    continue
                sent += 1
            if known != now_known:  # also what is gone, and no news
                accounts = replace(accounts, told={**accounts.told, reader.key: now_known})
                token = commit(workspace, token, accounts.to_state())
    if failed_before and not any(one in failures for one in settings.mail.operator):
        workspace.delete(_FAILURE)
    return Mailed(sent, failures)


@dataclass(frozen=True, slots=True)
class _Letter:
    """One message to be: news for a reader."""

    desk: _Desk
    reader: Reader
    fresh: Known
    now: Known
    failures: Mapping[str, Text]
    recovered: bool

    def made(self, attach: bool) -> EmailMessage:
        """The message, with attachments where the settings want them and it may have them."""
        settings, accounts = self.desk.settings, self.desk.accounts
        places = [one.removeprefix(FILE) for one in self.fresh if one.startswith(FILE)]
        envelope = _envelope(settings, self.reader.address, self.desk.now, self._identity())
        if self.reader.role == "steward":
            room = settings.mail.attach_megabytes * 2**20 if attach else 0
            items = []
            for place in places:
                one = _item(self.desk, place, self.fresh[f"{FILE}{place}"])
                if settings.mail.attach and one.news in _ATTACHED:
                    one = _with_files(one, self.desk.workspace, room)
                    room -= sum(map(len, one.attached.values()))
                items.append(one)
            return steward_letter(items, envelope)
        packages = [one.removeprefix(RELEASE) for one in self.fresh if one.startswith(RELEASE)]
        told = [one.removeprefix(UNDELIVERED) for one in self.fresh if one.startswith(UNDELIVERED)]
        digest = Digest(
            items=[_item(self.desk, place, self.fresh[f"{FILE}{place}"]) for place in places],
            counts=Counter(_news(one, "") for one in accounts.submissions.values()),
            versions=[_version(accounts.releases[package][-1], package) for package in packages],
            undelivered={one: self.failures[one] for one in told},
            has_recovered=self.recovered,
        )
        return operator_letter(digest, envelope)

    def _identity(self) -> str:
        """What the message says, in short, and of when: the same news at another time is other."""
        submissions = self.desk.accounts.submissions
        facts = []
        for subject, was in sorted(self.fresh.items()):
            account = submissions.get(subject.removeprefix(FILE))
            facts.append((subject, was, self.now[subject], account and account.received))
        return repr((self.reader.role, self.recovered, facts))


def _envelope(settings: Settings, to: str, now: datetime, identity: str) -> Envelope:
    mail, publisher = settings.mail, settings.publisher
    return Envelope(
        sender=str(mail.sender),
        to=to,
        date=now,
        identity=identity,
        language=mail.language,
        publisher=publisher.name if "name" in publisher.model_fields_set else "",
        reply_to=() if to in mail.operator else mail.operator,
    )


def _news(account: Account, known: str) -> News:
    state = account.state
    if account.is_waiting:
        return "waiting"
    if account.ended is not None:
        return "ended"
    if state == "accepted" and known.partition(" ")[0] in ("refused", "received"):
        return "fixed"
    return "accepted" if state == "superseded" else state


def _item(desk: _Desk, place: str, known: str) -> Item:
    settings, account = desk.settings, desk.accounts.submissions[place]
    history = desk.accounts.releases.get(account.package) or [{}]
    content = desk.workspace.read(f"{review_folder(place)}/report.json")
    news_of = _news(account, known)
    waits = account.is_waiting
    return Item(
        file=place,
        news=news_of,
        record=json.loads(content) if content else {},
        version=history[-1].get("version"),
        is_new=history[-1].get("created") == account.received,
        why=account.ended,
        data=settings.base_url,
        where=_where(settings, place),
        responsible=settings.responsible_for(place),
        accept=accept_command(place, settings.workspace) if waits else None,
    )


def _with_files(item: Item, workspace: Store, room: float) -> Item:
    """The item with its page and marked workbooks, as far as they fit into `room` bytes.

    A workbook with personal data stays in the workspace, and so does one with macros, for which
    mail servers turn a whole message down.
    """
    folder = f"{review_folder(item.file)}/"
    within = (path.removeprefix(folder) for path in workspace.paths(folder))
    names = [name for name in within if "/" not in name]  # earlier reviews lie deeper
    books = [name for end in _ENDINGS for name in names if name.endswith(end)]
    problems = item.record.get("problems", ())
    is_private = any(one.get("code") == "personal-data" for one in problems)
    attached: dict[str, bytes] = {}
    left_out = [one for one in names if one.endswith((".checked.xlsm", ".proposed.xlsm"))]
    for name in ("report.html", *books):
        content = workspace.read(f"{folder}{name}") or b""
        if content and len(content) <= room and not (is_private and name in books):
            attached[name] = content
            room -= len(content)
        elif content:
            left_out.append(name)
    return replace(item, attached=attached, left_out=tuple(left_out))


_LONGEST_PATH = 32_000
"""Windows opens no longer one."""


def _where(settings: Settings, place: str) -> str | None:
    """Where a steward opens the page of a review, as the settings name the folder of reviews."""
    base = settings.mail.reviews_url
    if base is None:
        return None
    path = f"{review_folder(place).removeprefix(f'{REVIEWS}/')}/report.html"
    if "\\" in base:
        return clean("\\".join([base.rstrip("\\"), *path.split("/")]), _LONGEST_PATH)
    return f"{base.rstrip('/')}/{quote(path.encode('utf-8', 'replace'))}"


def _version(entry: Mapping[str, Any], package: str) -> Version:
    return Version(
        package=package,
        version=entry["version"],
        previous=entry["previous"],
        rows=entry["changed_rows"],
    )


# --- what could not be done at all ---------------------------------------------------------------


def tell_failure(settings: Settings, error: Exception) -> None:
    """Mail the operator, once per distinct error, why a pass could not be completed. The mail
    server's own failure is nobody's."""
    if isinstance(error, OpendataError):
        reason, key = error.sentence(), error.sentence().en
    else:  # its message may hold what stands in a cell
        kind = type(error).__name__
        reason = sentence("mail-failed-unforeseen", kind=kind)
        key = "".join(traceback.format_tb(error.__traceback__)) + kind
    digest = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
    workspace = _opened(settings)
    told = _told_failure(workspace, digest)
    now = datetime.now(UTC)
    reached = []
    with Post(settings.mail) as post:
        for address in dict.fromkeys(settings.mail.operator):
            if address in told:
                continue
            envelope = _envelope(settings, address, now, f"{digest} {now}")
            if post.send(address, partial(_failure_letter, reason, envelope)) is None:
                reached.append(address)
    if reached and workspace is not None:
        document = {"failure": digest, "told": sorted([*told, *reached])}
        with suppress(OpendataError):
            workspace.replace(_FAILURE, json.dumps(document).encode())


def _failure_letter(reason: Text, envelope: Envelope, _attach: bool) -> EmailMessage:
    return failure_letter(reason, envelope)


def _opened(settings: Settings) -> Store | None:
    with suppress(OpendataError):
        return settings.workspace_store()
    return None


def _told_failure(workspace: Store | None, digest: str) -> Sequence[str]:
    """Who has been told of this failure already."""
    if workspace is None:
        return ()
    with suppress(OpendataError, ValueError, KeyError, TypeError):
        document = json.loads(workspace.read(_FAILURE) or b"")
        if document["failure"] == digest:
            return list(document["told"])
    return ()

"""Mail: what became of files, to whoever is responsible for them and to the operator."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from itertools import islice
from pathlib import PurePosixPath
from typing import Any, Literal

from opendata.errors import Text, sentence
from opendata.review.shown import clean, in_japan

News = Literal["refused", "waiting", "received", "asked", "fixed", "accepted", "withdrawn", "ended"]
"""What became of a file: its standing, or `fixed` where it was told to be refused before."""
Words = Literal["ja", "en", "both"]

_TITLES: Mapping[News, str] = {
    "refused": "mail-refused",
    "asked": "mail-asked",
    "withdrawn": "mail-withdrawn",
    "received": "mail-received",
    "waiting": "mail-waiting",
    "fixed": "mail-fixed",
    "accepted": "mail-accepted",
    "ended": "mail-ended",
}
"""The sentence that names each, what somebody has to do something about first."""
_PAGE = "report.html"
_PUBLISHED = ("asked", "fixed", "accepted")
_CAUSES = 5
_FILES = 20
_LINE = 400
_NAME = 120
_SUBJECT = 150
_GAP = Text("", "")
_DOCUMENT = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What became of one file, and where its review lies."""

    file: str
    """Its place in the inbox."""
    news: News
    record: Mapping[str, Any] = field(default_factory=dict)
    """Its `report.json`."""
    version: str | None = None
    """The version that publishes it."""
    is_new: bool = False
    """Whether the version was made for it."""
    why: str | None = None
    """Why its data are published no longer."""
    data: str | None = None
    """The site that publishes it, where the settings say."""
    where: str | None = None
    """Where its page can be opened; None where nobody has said so."""
    attached: Mapping[str, bytes] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    """What was to be attached and is not: too large, or not fit for mail."""
    responsible: tuple[str, ...] = ()
    """Who has been written to about it."""
    accept: str | None = None
    """What the operator types to accept the form that is proposed for it."""

    @property
    def name(self) -> str:
        return one_line(PurePosixPath(self.file).name, _NAME)

    @property
    def is_published(self) -> bool:
        return self.news in _PUBLISHED


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version that was published; `rows` of it differ from the `previous` one."""

    package: str
    version: str
    previous: str | None
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What a pass did, for the operator. `counts` are those of the whole inbox, by state;
    `undelivered` says by address why a message did not reach it."""

    items: Sequence[Item]
    counts: Mapping[str, int]
    versions: Sequence[Version] = ()
    undelivered: Mapping[str, Text] = field(default_factory=dict)
    has_recovered: bool = False
    """Whether the pass before could not be completed, and the operator was told so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """From whom a message is, to whom and of when. The same `identity` makes the same
    Message-ID: a message that is sent once more can be known again."""

    sender: str
    to: str
    date: datetime
    identity: str
    language: Words = "ja"
    publisher: str = ""
    reply_to: tuple[str, ...] = ()


def steward_letter(items: Sequence[Item], envelope: Envelope) -> EmailMessage:
    """The message about the files that somebody is responsible for."""
    ordered = _with_pages_told_apart(
        sorted(items, key=lambda one: (list(_TITLES).index(one.news), one.file))
    )
    body = [sentence("mail-greeting"), _GAP]
    for one in ordered[:_FILES]:
        body += [*_told(one), _GAP]
    body += _rest(len(ordered) - _FILES)
    body += _closing(envelope)
    message = _message(_subject(ordered), body, envelope)
    for one in ordered:
        for name, content in one.attached.items():
            _attach(message, name, content)
    return message


def operator_letter(digest: Digest, envelope: Envelope) -> EmailMessage:
    """The digest of a pass."""
    counts = _joined(
        sentence("mail-count", title=_title(news), count=digest.counts[news])
        for news in _TITLES
        if digest.counts.get(news)
    )
    moment = f"{in_japan(envelope.date):%Y-%m-%d %H:%M}"
    body = [sentence("mail-digest", moment=moment)]
    if digest.has_recovered:
        body.append(sentence("mail-recovered"))
    body += [sentence("mail-inbox", count=sum(digest.counts.values()), counts=counts), _GAP]
    if digest.versions:
        body.append(sentence("mail-section", title=sentence("mail-versions")))
        body += [sentence("mail-line", text=_version(one)) for one in digest.versions]
        body.append(_GAP)
    for news in _TITLES:
        body += _section(news, [one for one in digest.items if one.news == news])
    if digest.undelivered:
        body.append(sentence("mail-section", title=sentence("mail-undelivered")))
        for address, reason in islice(digest.undelivered.items(), _FILES):
            body.append(sentence("mail-undelivered-to", address=address, reason=reason))
        body += [*_rest(len(digest.undelivered) - _FILES), _GAP]
    return _message(_digest_subject(digest), [*body, *_closing(envelope)], envelope)


def failure_letter(reason: Text, envelope: Envelope) -> EmailMessage:
    """To the operator: a pass could not be completed, and why."""
    body = [sentence("mail-failed"), _GAP, _text(reason), _GAP, sentence("mail-failed-again"), _GAP]
    return _message(sentence("mail-failed-subject"), [*body, *_closing(envelope)], envelope)


def one_line(text: str, limit: int) -> str:
    """Text that cannot end a line: a name may hold anything, and a header ends with its line."""
    return clean(" ".join(text.split()), limit)


# --- one file ------------------------------------------------------------------------------------


def _with_pages_told_apart(items: Iterable[Item]) -> list[Item]:
    """The items, the page of each called after its file: one message may bring several. The
    workbooks keep their names, under which they can be put back."""
    named: list[Item] = []
    taken: set[str] = set()
    for it in items:
        name = own = f"{PurePosixPath(it.file).stem[:_NAME]}.{_PAGE}"
        number = 1
        while name in taken:
            number += 1
            name = f"{number}.{own}"
        taken.add(name)
        attached = {name if one == _PAGE else one: data for one, data in it.attached.items()}
        left_out = tuple(name if one == _PAGE else one for one in it.left_out)
        named.append(replace(it, attached=attached, left_out=left_out))
    return named


def _told(it: Item) -> Iterator[Text]:
    """A file's part of a steward's message."""
    folder = one_line(str(PurePosixPath(it.file).parent), _LINE)
    yield sentence("mail-file", title=_title(it.news), file=it.name)
    yield sentence("mail-folder", folder=folder)
    if it.news == "withdrawn":
        yield sentence("mail-withdrawn-why", version=it.version or "—")
        yield sentence("mail-withdrawn-next")
        return
    if it.news == "ended":
        yield sentence("mail-ended-why", reason=one_line(it.why or "—", _LINE))
        return
    for part in ("verdict", "reassurance"):
        if words := _both(it.record.get(part)):
            yield sentence("mail-line", text=words)
    if it.version and it.is_published:
        name = "mail-version" if it.is_new else "mail-same-version"
        yield sentence(name, version=it.version)
        if it.data:
            yield sentence("mail-data", where=it.data)
    yield from _causes(it)
    steps = [_both(one) for one in it.record.get("next_steps", ())]
    if steps and it.news != "accepted":
        yield from (_GAP, sentence("mail-next"))
        for number, step in enumerate(steps, 1):
            yield sentence("mail-step", number=number, step=step or _GAP)
    yield from _where(it)


def _causes(it: Item) -> Iterator[Text]:
    """What is wrong or asked, each cause at its first cell; errors leave the rest to the review."""
    problems = it.record.get("problems", ())
    wrong = [one for one in problems if one.get("severity") == "error"]
    asked = [one for one in problems if one.get("is_question")]
    chosen = wrong or asked or [one for one in problems if one.get("severity") == "warning"]
    if it.news == "waiting" or not chosen:
        return
    heading = "mail-wrong" if wrong else "mail-questions" if asked else "mail-look"
    yield from (_GAP, sentence(heading))
    first = {one.get("code"): one for one in reversed(chosen)}
    counts = Counter(one.get("code") for one in chosen)
    for code, count in islice(counts.items(), _CAUSES):
        yield from _cause(first[code], count - 1)
    yield from _rest(len(counts) - _CAUSES, "mail-more-causes")


def _cause(found: Mapping[str, Any], more: int) -> Iterator[Text]:
    where = one_line(" ".join(filter(None, (found.get("sheet"), found.get("cell")))), _NAME)
    ja, en = found.get("message") or "", found.get("message_en") or found.get("message") or ""
    words = Text(one_line(ja.replace("。 ", "。"), _LINE), one_line(en, _LINE))
    yield sentence("mail-cause-at" if where else "mail-cause", place=where, text=words)
    if found.get("suggestion"):
        yield sentence("mail-suggestion", value=one_line(str(found["suggestion"]), _NAME))
    if more:
        yield sentence("mail-more-cells", count=more)


def _where(it: Item) -> Iterator[Text]:
    yield _GAP
    if it.attached:
        names = [one_line(one, _NAME) for one in it.attached]
        yield sentence("mail-attached", names=names)
    if it.left_out:
        names = [one_line(one, _NAME) for one in it.left_out]
        yield sentence("mail-left-out", names=names)
    if it.where:
        yield sentence("mail-review", where=it.where)
    elif it.left_out or (it.news in ("refused", "received", "asked") and not it.attached):
        yield sentence("mail-ask")


# --- the operator's digest -----------------------------------------------------------------------


def _section(news: News, items: Sequence[Item]) -> Iterator[Text]:
    if not items:
        return
    yield sentence("mail-section", title=_title(news))
    for one in sorted(items, key=lambda one: one.file)[:_FILES]:
        yield sentence("mail-digest-file", file=one_line(one.file, _LINE))
        if news in ("refused", "received"):
            wrong = (p for p in one.record.get("problems", ()) if p.get("severity") == "error")
            for found in islice(wrong, 1):
                yield from _cause(found, 0)
        if one.is_published and news != "asked":
            continue
        if one.where:
            yield sentence("mail-review", where=one.where)
        if one.accept:
            yield sentence("mail-accept", command=one_line(one.accept, _LINE))
        who = ", ".join(one.responsible)
        yield sentence("mail-responsible", who=who) if who else sentence("mail-nobody")
    yield from _rest(len(items) - _FILES)
    yield _GAP


def _version(one: Version) -> Text:
    name = "run-published-after" if one.previous else "run-published"
    return sentence(
        name, package=one.package, version=one.version, previous=one.previous, rows=one.rows
    )


def _digest_subject(digest: Digest) -> Text:
    counts = Counter(one.news for one in digest.items)
    parts = [Text(f"{one.package} {one.version}", f"{one.package} {one.version}")
             for one in digest.versions]  # fmt: skip
    parts += [
        sentence("mail-count", title=_title(news), count=counts[news])
        for news in _TITLES
        if counts[news]
    ]
    if digest.undelivered:
        title = sentence("mail-undelivered")
        parts.append(sentence("mail-count", title=title, count=len(digest.undelivered)))
    return sentence("mail-digest-subject", news=_joined(parts) or sentence("mail-recovered"))


# --- every message -------------------------------------------------------------------------------


def _subject(items: Sequence[Item]) -> Text:
    if len(items) == 1:
        return sentence("mail-subject-one", title=_title(items[0].news), file=items[0].name)
    counts = Counter(one.news for one in items)
    parts = (
        sentence("mail-count", title=_title(news), count=counts[news])
        for news in _TITLES
        if counts[news]
    )
    return sentence("mail-subject", news=_joined(parts))


def _closing(envelope: Envelope) -> Iterator[Text]:
    yield Text("─" * 20, "-" * 40)
    name = "mail-closing-reply" if envelope.reply_to else "mail-closing"
    yield sentence(name, publisher=one_line(envelope.publisher, _NAME))


def _message(subject: Text, body: Iterable[Text], envelope: Envelope) -> EmailMessage:
    ways: Sequence[Callable[[Text], str]] = {
        "ja": (_ja,), "en": (_en,), "both": (_ja, _en)
    }[envelope.language]  # fmt: skip
    lines = list(body)
    texts = ("\n".join(way(one) for one in lines).strip() for way in ways)
    text = re.sub(r"\n{3,}", "\n\n", "\n\n".join(texts))
    domain = envelope.sender.rpartition("@")[2]
    digest = sha256(f"{envelope.to}\n{envelope.identity}".encode("utf-8", "replace"))
    message = EmailMessage(policy=SMTP)
    message["Date"] = format_datetime(in_japan(envelope.date))
    message["From"] = _address(envelope.publisher, envelope.sender)
    message["To"] = _address("", envelope.to)
    if envelope.reply_to:
        message["Reply-To"] = [_address("", one) for one in envelope.reply_to]
    message["Subject"] = one_line(ways[0](subject), _SUBJECT)
    message["Message-ID"] = f"<opendata.{digest.hexdigest()[:40]}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    # base64: whatever relays it, no line is too long and no letter needs eight bits
    message.set_content(f"{text}\n", cte="base64")
    return message


def _address(name: str, address: str) -> Address:
    user, _, domain = address.rpartition("@")
    return Address(one_line(name, _NAME), user, domain)


def _attach(message: EmailMessage, name: str, content: bytes) -> None:
    main, sub = ("text", "html") if name.endswith(".html") else _DOCUMENT
    message.add_attachment(
        content, maintype=main, subtype=sub, filename=one_line(name, 255),
        params={"charset": "utf-8"} if main == "text" else None,
    )  # fmt: skip


def _ja(text: Text) -> str:
    return text.ja


def _en(text: Text) -> str:
    return text.en


def _title(news: News) -> Text:
    return sentence(_TITLES[news])


def _rest(count: int, name: str = "mail-more") -> Iterator[Text]:
    if count > 0:
        yield sentence(name, count=count)


def _joined(words: Iterable[Text]) -> Text | None:
    found = list(words)
    if not found:
        return None
    return Text("、".join(one.ja for one in found), ", ".join(one.en for one in found))


def _both(words: object) -> Text | None:
    """Words of a `report.json`, which may be of an earlier version of ours."""
    if not isinstance(words, Mapping):
        return None
    return _text(Text(str(words.get("ja", "")), str(words.get("en", ""))))


def _text(words: Text) -> Text:
    return Text(one_line(words.ja, _LINE), one_line(words.en, _LINE))

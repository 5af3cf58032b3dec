"""What became of a place's files one after the other: every judgement, and its page."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import PurePosixPath

from markupsafe import Markup

from opendata.review.folder import HISTORY
from opendata.review.page import fragment
from opendata.review.state import State

KEPT = 100
"""How many judgements of a place are remembered, with their pages."""
_FILLED = re.compile(r"<!--(top|earlier)-->.*?<!--/\1-->", re.DOTALL)
_PRESENT = re.compile(r"<!--now-->.*?<!--/now-->", re.DOTALL)
_STANDING = re.compile(r"<!--standing-->.*?<!--/standing-->", re.DOTALL)
"""Parts of a report's page. What a steward wrote stands there escaped and opens no comment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What was found about a file, and when; of a file that is gone, that it is.

    `causes` counts its errors and warnings by code; `version` is the one that published it.
    """

    judged: str
    received: str
    sha256: str
    state: State
    errors: int = 0
    warnings: int = 0
    questions: int = 0
    causes: Mapping[str, int] = field(default_factory=dict)
    version: str | None = None
    why: str | None = None
    """Why its data are published no longer."""

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.judged)

    @property
    def folder(self) -> str | None:
        """Where its page lies once another judgement has followed, below the present page."""
        if self.state == "withdrawn":
            return None  # its page is that of the judgement before
        time = re.sub(r"[^0-9TZ]", "", self.judged)
        return f"{HISTORY}/{time}-{self.sha256[:8] or 'unread'}"

    def says_the_same(self, other: Judgement) -> bool:
        """Whether nothing has changed but the time and what else was published since."""
        return _said(self) == _said(other)


def _said(one: Judgement) -> tuple[object, ...]:
    return (
        one.sha256, one.state, one.errors, one.warnings, one.questions, dict(one.causes), one.why
    )  # fmt: skip


def continued(known: Sequence[Judgement], new: Judgement) -> tuple[Judgement, ...]:
    """The judgements of a place with one more, unless it says what the last one said."""
    if known and known[-1].says_the_same(new):
        return tuple(known)
    return (*known, new)[-KEPT:]


def read_history(content: bytes | None) -> tuple[Judgement, ...]:
    """The judgements of a place, the present one last; none where nothing readable is kept."""
    try:
        return tuple(Judgement(**one) for one in json.loads(content or b"{}")["judgements"])
    except (ValueError, KeyError, TypeError):
        return ()


def to_bytes(file: str, judgements: Sequence[Judgement]) -> bytes:
    """The document `history.json`."""
    document = {"file": file, "judgements": [asdict(one) for one in judgements]}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def as_present(page: bytes, judgements: Sequence[Judgement], file: str, workspace: str) -> bytes:
    """A report's page as the present one of its place: with the way to those before it and, where
    the file is gone, with the question that is."""
    *earlier, present = judgements
    top = fragment(
        "withdrawn.html",
        present=present,
        folder=str(PurePosixPath(file).parent),
        command=shlex.join(["opendata", "withdraw", file, "--workspace", workspace]),
    )
    linked = [one for one in reversed(earlier) if one.folder]
    bottom = fragment("earlier.html", judgements=linked) if linked else Markup()
    if present.why is not None:
        ended = fragment("ended.html", name=PurePosixPath(file).name)
        page = _STANDING.sub(lambda _: ended, page.decode()).encode()
    return _filled(page, top if present.state == "withdrawn" else Markup(), bottom)


def as_earlier(page: bytes, judgement: Judgement) -> bytes:
    """A report's page as one of the past: without the files that lay beside it."""
    text = _PRESENT.sub("", page.decode())
    return _filled(text.encode(), fragment("superseded.html", judgement=judgement), Markup())


def _filled(page: bytes, top: str, bottom: str) -> bytes:
    content = {"top": top, "earlier": bottom}

    def fill(slot: re.Match[str]) -> str:
        return f"<!--{slot[1]}-->{content[slot[1]]}<!--/{slot[1]}-->"

    return _FILLED.sub(fill, page.decode()).encode()

"""What a pass did, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from opendata.errors.catalogue import Language
from opendata.pipeline.accounts import Account, Accounts
from opendata.pipeline.settings import Settings
from opendata.pipeline.submission import Outcome
from opendata.release import Release

Status = Literal["accepted", "rejected", "unreadable", "unchanged"]


@dataclass(frozen=True)
class Line:
    """One submission in the summary. `standing` is its verdict, also where nothing changed."""

    file: str
    status: Status
    standing: str
    account: Account


@dataclass(frozen=True)
class Published:
    """A new version."""

    package: str
    version: str
    previous: str | None
    changed_rows: int


@dataclass(frozen=True)
class Summary:
    """What a pass found and did. `current` names the version that readers now see, by package."""

    submissions: tuple[Line, ...]
    releases: tuple[Published, ...]
    current: Mapping[str, str]
    withdrawn: tuple[str, ...]
    workspace: str
    public: str

    def to_json(self) -> dict[str, Any]:
        """The document that `run --json` prints."""
        return {
            "submissions": [
                {"file": one.file, "status": one.status, "problems": one.account.problems}
                for one in self.submissions
            ],
            "releases": [
                {
                    "package": one.package,
                    "version": one.version,
                    "previous": one.previous,
                    "changed_rows": one.changed_rows,
                }
                for one in self.releases
            ],
        }

    def sentences(self, language: Language = "ja") -> list[str]:
        """The summary for people, a line each."""
        return list(_japanese(self) if language == "ja" else _english(self))

    def with_standing(self, *standings: str) -> list[Line]:
        return [one for one in self.submissions if one.standing in standings]

    @property
    def has_news(self) -> bool:
        """Whether anything differs from the pass before."""
        changed = any(one.status != "unchanged" for one in self.submissions)
        return changed or bool(self.releases) or bool(self.withdrawn)


def summarize(
    settings: Settings,
    before: Accounts,
    after: Accounts,
    told: Sequence[Outcome],
    releases: Sequence[Release],
) -> Summary:
    """Put a pass into words, from the accounts before and after it."""
    changed = {one.place for one in told}
    lines = []
    for place, account in sorted(after.submissions.items()):
        if not account.withdrawn:
            status: Any = account.status if place in changed else "unchanged"
            lines.append(Line(place, status, account.status, account))
    gone = [place for place, one in after.submissions.items() if one.withdrawn]
    fresh = [p for p in gone if p in before.submissions and not before.submissions[p].withdrawn]
    return Summary(
        submissions=tuple(lines),
        releases=tuple(
            Published(one.package, one.version, one.previous, one.changed_rows) for one in releases
        ),
        current={
            name: history[-1]["version"] for name, history in after.releases.items() if history
        },
        withdrawn=tuple(sorted(fresh)),
        workspace=settings.workspace,
        public=settings.public,
    )


def _japanese(it: Summary) -> Iterator[str]:
    accepted = it.with_standing("accepted")
    refused = it.with_standing("rejected", "unreadable")
    news = sum(one.status != "unchanged" for one in it.submissions)
    yield f"提出ファイル {len(it.submissions)} 件（うち今回新しく確認したもの {news} 件）"
    yield f"受理 {len(accepted)} 件"
    for one in accepted:
        notes = f"（確認してほしい点 {one.account.warnings} 件）" if one.account.warnings else ""
        yield f"  ○ {one.file}{notes}"
    yield f"差し戻し {len(refused)} 件"
    for one in refused:
        yield f"  × {one.file}"
        if one.account.reason:
            where = f"［{one.account.reason.place}］" if one.account.reason.place else ""
            yield f"      {where}{one.account.reason.ja}"
        yield f"      確認結果: {it.workspace}/reviews/{one.file}/report.html"
    for place in it.withdrawn:
        yield f"  ？ {place} は受付フォルダーからなくなりました（公開中のデータはそのままです）"
    if it.releases:
        for new in it.releases:
            since = (
                f"（前の版 {new.previous}、変わった行 {new.changed_rows}）" if new.previous else ""
            )
            yield f"公開しました: {new.package} {new.version}{since}"
    elif it.current:
        now = "、".join(f"{name} {version}" for name, version in it.current.items())
        yield f"新しく公開するものはありません（公開中: {now}）"
    else:
        yield "公開するものはまだありません"
    for name in it.current:
        yield f"  データ（CSV）: {it.public}/datasets/{name}/latest/"
    if it.current:
        yield f"  サイト: {it.public}/index.html"


def _english(it: Summary) -> Iterator[str]:
    accepted = it.with_standing("accepted")
    refused = it.with_standing("rejected", "unreadable")
    news = sum(one.status != "unchanged" for one in it.submissions)
    yield f"{len(it.submissions)} submissions, {news} of them new or changed"
    yield f"accepted: {len(accepted)}"
    for one in accepted:
        notes = f"  ({one.account.warnings} to look at)" if one.account.warnings else ""
        yield f"  ✓ {one.file}{notes}"
    yield f"refused: {len(refused)}"
    for one in refused:
        yield f"  ✗ {one.file}"
        if one.account.reason:
            where = f"[{one.account.reason.place}] " if one.account.reason.place else ""
            yield f"      {where}{one.account.reason.en}"
        yield f"      review: {it.workspace}/reviews/{one.file}/report.html"
    for place in it.withdrawn:
        yield f"  ? {place} is no longer in the inbox (what it published stays)"
    if it.releases:
        for new in it.releases:
            since = (
                f" (after {new.previous}, {new.changed_rows} rows changed)" if new.previous else ""
            )
            yield f"published: {new.package} {new.version}{since}"
    elif it.current:
        now = ", ".join(f"{name} {version}" for name, version in it.current.items())
        yield f"nothing new to publish (current: {now})"
    else:
        yield "nothing to publish yet"
    for name in it.current:
        yield f"  data (CSV): {it.public}/datasets/{name}/latest/"
    if it.current:
        yield f"  site: {it.public}/index.html"

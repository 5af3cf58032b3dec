"""What a review is made from: one submission and all that was found out about it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Literal

from opendata.errors import Problem, Text
from opendata.extract.draft import Draft
from opendata.workbook.types import RESULTS_SHEET, Workbook

Status = Literal["accepted", "rejected", "unreadable"]
LONGEST_NAME = 255
"""How many bytes a file's name may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A layout drafted for a file that no written one fits, and what it makes of the file:
    `records` per table, `problems` of the reading."""

    draft: Draft
    records: Mapping[str, int]
    problems: tuple[Problem, ...]

    def count(self, severity: str) -> int:
        """How many problems of a severity there are."""
        return sum(one.severity == severity for one in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One submission after its check.

    `file` is its place in the inbox, with slashes. `workbook` is None where the content could not
    be read. `records` counts the records per table, `titles` names tables in Japanese. `last_good`
    is the version that is published at this moment, None where there is none.
    """

    file: str
    status: Status
    problems: tuple[Problem, ...]
    content: bytes
    received: datetime
    workbook: Workbook | None = None
    layout: str | None = None
    package: str | None = None
    municipality_code: str | None = None
    records: Mapping[str, int] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    last_good: str | None = None
    numeric: frozenset[tuple[str, str]] = frozenset()
    """The fields that hold numbers, as (table, field)."""
    proposal: Proposal | None = None
    workspace: str | None = None
    """Where the review will lie, for the operator's command; None for a file that was no
    submission."""

    @property
    def name(self) -> str:
        """The file's own name."""
        return PurePosixPath(self.file).name

    @property
    def folder(self) -> str:
        """The inbox folder it lies in."""
        return str(PurePosixPath(self.file).parent)

    @property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()

    @property
    def layout_name(self) -> str:
        """The name of the proposed layout."""
        return self.beside(".layout.yaml")

    @property
    def picture_name(self) -> str:
        """The name of the page that shows what each cell was taken for."""
        return self.beside(".layout.html")

    @property
    def is_waiting(self) -> bool:
        """Whether an operator has to look at it, rather than the steward."""
        return self.proposal is not None and self.status != "accepted"

    @property
    def is_no_plan(self) -> bool:
        """Whether no layout is known for it, nor could be proposed."""
        return any(one.code == "not-a-plan" for one in self.problems)

    @property
    def accept_command(self) -> str:
        """What the operator types to accept the proposed layout."""
        return accept_command(self.file, self.workspace)

    def beside(self, ending: str) -> str:
        """The file's own name with another ending, no longer than a file system takes."""
        stem = PurePosixPath(self.file).stem.encode()[: LONGEST_NAME - len(ending)]
        return stem.decode("utf-8", "ignore") + ending

    def count(self, severity: str) -> int:
        """How many problems of a severity there are."""
        return sum(one.severity == severity for one in self.problems)

    @property
    def held(self) -> int:
        """How many records are published as they were before, until somebody answers."""
        return sum(one.holds == "last" for one in self.problems)

    @property
    def held_back(self) -> int:
        """How many records are not published until somebody answers."""
        return sum(one.holds == "nothing" for one in self.problems)


def accept_command(file: str, workspace: str | None) -> str:
    """What the operator types to accept the layout proposed for a submission, or for a file."""
    words = ["opendata", "draft", "--accept", file]
    return shlex.join(words if workspace is None else [*words, "--workspace", workspace])


def verdict(reviewed: Reviewed) -> Text:
    """What became of the file, in one sentence."""
    errors, warnings = reviewed.count("error"), reviewed.count("warning")
    if reviewed.status == "unreadable":
        return Text("ファイルを読み取れませんでした。", "The file could not be read.")
    if reviewed.is_waiting:
        return Text("この様式の登録を待っています。", "Waiting until this form is known.")
    if reviewed.is_no_plan:
        return Text(
            "計画や指標の表ではないようなので、公開していません。",
            "Not published: this looks like neither a plan nor a table of indicators.",
        )
    if reviewed.status == "rejected" and not errors:
        return Text("このままでは公開できません。", "This cannot be published yet.")
    if reviewed.status == "rejected":
        return Text(
            f"このままでは公開できません。{errors:,}件の修正をお願いします。",
            f"This cannot be published yet: {plural(errors, 'thing')} to correct.",
        )
    if reviewed.held or reviewed.held_back:
        return _but_held(reviewed.held, reviewed.held_back, warnings)
    if warnings:
        return Text(
            f"公開されました。{warnings:,}件、念のためご確認ください。",
            f"Published. Please look at {plural(warnings, 'point')} when you can.",
        )
    return Text(
        "公開されました。直していただくところはありません。", "Published. Nothing to correct."
    )


def _but_held(as_before: int, not_at_all: int, warnings: int) -> Text:
    """The verdict on a file of which some records wait for an answer."""
    ja, en = [], []
    if as_before:
        ja.append(f"{as_before:,}件は前回の値のまま")
        en.append(f"{plural(as_before, 'value')} as before")
    if not_at_all:
        ja.append(f"{not_at_all:,}件は未公開のまま")
        en.append(f"{plural(not_at_all, 'value')} left out")
    verdict = Text(
        f"公開されました。ただし、確認のご回答をいただくまで、{'、'.join(ja)}です。",
        f"Published, with {' and '.join(en)} until you answer.",
    )
    others = warnings - as_before - not_at_all
    if not others:
        return verdict
    return Text(
        f"{verdict.ja}ほかに{others:,}件、念のためご確認ください。",
        f"{verdict.en} Please look at {plural(others, 'other point')} when you can.",
    )


def reassurance(reviewed: Reviewed) -> Text | None:
    """What still stands while the file is refused."""
    if reviewed.status == "accepted":
        return None
    if reviewed.last_good is None:
        return Text(
            "お預かりしたファイルは保管してあります。",
            "The file we received is kept.",
        )
    return Text(
        "お預かりしたファイルは保管してあります。"
        f"前回までに公開したデータ（{reviewed.last_good}）は、そのまま公開されています。",
        "The file we received is kept. "
        f"What was published before ({reviewed.last_good}) stays published.",
    )


def next_steps(
    reviewed: Reviewed, checked: str | None = None, proposed: str | None = None
) -> tuple[Text, ...]:
    """What the steward does now, in order; empty when there is nothing to do.

    `checked` and `proposed` name the marked workbook and the one with the proposals written in.
    """
    if reviewed.status == "accepted":
        return _answering(reviewed, checked) if reviewed.held or reviewed.held_back else ()
    if reviewed.is_waiting:
        return _while_waiting(reviewed)
    if reviewed.is_no_plan:
        return _NO_PLAN
    if any(one.code == "undrafted-layout" for one in reviewed.problems):
        return (_UNDRAFTED,)
    errors = [one for one in reviewed.problems if one.severity == "error"]
    if errors and all(one.code == "unexpected-error" for one in errors):
        return (
            Text(
                "ファイルを直す必要はありません。受付番号を運用担当者にお伝えください。",
                "There is nothing to repair. Give the reference to the operator.",
            ),
        )
    again = Text(
        f"保存して、同じ名前のまま受付フォルダー「{reviewed.folder}」に入れ直してください。"
        "自動でもう一度確認し、問題がなければ公開します。",
        f'Save it and put it back into the inbox folder "{reviewed.folder}" under the same name. '
        "It is checked again by itself, and published once nothing is wrong.",
    )
    if checked is None or not any(one.place.cell for one in errors):
        return (
            Text("確認結果の説明をお読みになり、元のファイルを直してください。",
                 "Read what the review says and repair your file."),
            again,
        )  # fmt: skip
    steps = (
        Text(
            f"「{checked}」を開くと、直すセルに色とコメントが付いています。",
            f'Open "{checked}": the cells to correct are coloured and commented.',
        ),
        Text(
            "元のファイルの同じセルを直してください。", "Correct the same cells in your own file."
        ),
        again,
    )
    return steps if proposed is None else (*steps, _accepting(proposed))


def _answering(reviewed: Reviewed, checked: str | None) -> tuple[Text, ...]:
    """How to answer what is asked."""
    opened = checked or reviewed.name
    return (
        Text(
            f"「{opened}」を開き、シート「{RESULTS_SHEET}」の黄色い欄に、はい・いいえと理由を"
            "お書きください。値の誤りであれば、答える代わりにセルを直してください。",
            f'Open "{opened}" and fill in the yellow cells of its sheet {RESULTS_SHEET}: Yes or '
            "No, and why. If a value is wrong, correct its cell instead.",
        ),
        Text(
            f"保存して、「{reviewed.name}」の名前で受付フォルダー「{reviewed.folder}」に"
            "入れ直してください。次の確認のときに公開します。",
            f'Save it and put it back into the inbox folder "{reviewed.folder}" as '
            f'"{reviewed.name}". It is published when it is checked next.',
        ),
    )


def _accepting(proposed: str) -> Text:
    """The short way, where proposals can be taken as they are."""
    return Text(
        f"「{proposed}」は、提案した値を書き込んだものです（変えたセルは青色）。確かめてよければ、"
        "直す代わりに、このファイルをそのまま同じ受付フォルダーに入れることもできます。",
        f'"{proposed}" has the proposed values written in (changed cells are blue). If they are '
        "right, you may put it into the same inbox folder as it is instead.",
    )


_HEADINGS = Text(
    "決められた様式をお使いになった場合は、見出しの文字や並びが変わっていないかお確かめください。",
    "If you used one of the agreed forms, check that its headings are as they were.",
)
_NO_PLAN = (
    Text(
        "計画や指標のファイルでない場合は、受付フォルダーから取り除いてください。",
        "If it is no file of a plan or its indicators, take it out of the inbox.",
    ),
    _HEADINGS,
    Text(
        "計画や指標の新しい様式の場合は、運用担当者に様式の作成をご依頼ください。",
        "If it is a new form for a plan or indicators, ask the operator to write a layout for it.",
    ),
)
_UNDRAFTED = Text(
    "ファイルを直す必要はありません。運用担当者に様式の作成をご依頼ください。",
    "There is nothing to repair. Ask the operator to write a layout for this form.",
)


def _while_waiting(reviewed: Reviewed) -> tuple[Text, ...]:
    """For a form that nobody has described yet: the next step is the operator's."""
    nothing = Text(
        "新しい様式のファイルの場合、提出された方にしていただくことはありません。運用担当者が確認結果の"
        "「様式の案」を確かめて登録すると、次の実行のときに自動で読み取ります（入れ直しは不要です）。",
        "If this is a new form, there is nothing for you to do. Once the operator has checked and "
        "accepted the layout that the review proposes, the next run reads the file by itself.",
    )
    missing = next((one for one in reviewed.problems if one.code == "nearly-known-layout"), None)
    if missing is None:
        kept = _HEADINGS
    else:
        kept = Text(
            f"決められた様式をお使いになった場合は、見出しを元に戻してください。{missing.message.ja}",
            f"If you used an agreed form, put its headings back. {missing.message.en}",
        )
    return nothing, kept


def plural(count: int, noun: str) -> str:
    """An English count: `1 cell`, `2,000 cells`."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")

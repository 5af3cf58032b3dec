"""What a review says first: what became of the file, and what the steward does next.

After a check, which receives and publishes nothing, the same is said of what a run would do.
"""

from __future__ import annotations

from opendata.errors import Text
from opendata.review.reviewed import Reviewed, plural
from opendata.workbook.types import RESULTS_SHEET


def verdict(reviewed: Reviewed) -> Text:
    """What became of the file, or after a check would become of it, in one sentence."""
    errors = reviewed.count("error")
    if reviewed.status == "unreadable":
        return Text("ファイルを読み取れませんでした。", "The file could not be read.")
    if reviewed.is_waiting:
        return _WOULD_WAIT if reviewed.is_check else _WAITING
    if reviewed.is_no_plan:
        return _NOT_TO_BE_PUBLISHED if reviewed.is_check else _NOT_PUBLISHED
    if reviewed.status == "rejected" and not errors:
        return Text("このままでは公開できません。", "This cannot be published yet.")
    if reviewed.status == "rejected":
        return Text(
            f"このままでは公開できません。{errors:,}件の修正をお願いします。",
            f"This cannot be published yet: {plural(errors, 'thing')} to correct.",
        )
    return _published(reviewed)


_WAITING = Text("この様式の登録を待っています。", "Waiting until this form is known.")
_WOULD_WAIT = Text(
    "この様式はまだ登録されていないため、このままでは公開できません。",
    "This cannot be published yet: its form is not known.",
)
_NOT_PUBLISHED = Text(
    "計画や指標の表ではないようなので、公開していません。",
    "Not published: this looks like neither a plan nor a table of indicators.",
)
_NOT_TO_BE_PUBLISHED = Text(
    "計画や指標の表ではないようなので、公開できません。",
    "This cannot be published: it looks like neither a plan nor a table of indicators.",
)


def _published(reviewed: Reviewed) -> Text:
    """The verdict on a file that nothing stands against, with what is to be looked at."""
    done = Text("公開されました。", "Published")
    if reviewed.is_check:
        done = Text("このまま公開できます。", "This can be published as it is")
    held = reviewed.held + reviewed.held_back
    others = reviewed.count("warning") - held
    if held:
        done = _but_held(reviewed, done)
    if not others:
        return done if held else Text(
            f"{done.ja}直していただくところはありません。", f"{done.en}. Nothing to correct."
        )  # fmt: skip
    also, other = ("ほかに", "other point") if held else ("", "point")
    return Text(
        f"{done.ja}{also}{others:,}件、念のためご確認ください。",
        f"{done.en}{'' if held else '.'} Please look at {plural(others, other)} when you can.",
    )


def _but_held(reviewed: Reviewed, done: Text) -> Text:
    """The same of a file of which some records wait for an answer."""
    as_before, not_at_all = reviewed.held, reviewed.held_back
    until = _until(reviewed)
    if reviewed.is_check:
        # A check does not look at what is published, so it cannot tell the two apart.
        waiting = as_before + not_at_all
        return Text(
            f"{done.ja}ただし、{until.ja}、{waiting:,}件は前回の値のまま"
            "（前回がなければ未公開）になります。",
            f"{done.en}, but {plural(waiting, 'value')} would stay as before, or be left out where "
            f"there is none, {until.en}.",
        )
    ja, en = [], []
    if as_before:
        ja.append(f"{as_before:,}件は前回の値のまま")
        en.append(f"{plural(as_before, 'value')} as before")
    if not_at_all:
        ja.append(f"{not_at_all:,}件は未公開のまま")
        en.append(f"{plural(not_at_all, 'value')} left out")
    return Text(
        f"{done.ja}ただし、{until.ja}、{'、'.join(ja)}です。",
        f"{done.en}, with {' and '.join(en)} {until.en}.",
    )


def _until(reviewed: Reviewed) -> Text:
    """What ends the waiting: an answer, or a corrected cell where somebody has said No."""
    if not reviewed.denied:
        return Text("確認のご回答をいただくまで", "until you answer")
    if reviewed.denied == reviewed.held + reviewed.held_back:
        return Text(
            "「いいえ」とご回答のセルを直していただくまで",
            "until you correct the cells that you said No to",
        )
    return Text(
        "確認のご回答か、「いいえ」とご回答のセルの修正をいただくまで",
        "until you answer, or correct the cells that you said No to",
    )


def reassurance(reviewed: Reviewed) -> Text | None:
    """What stands whatever the verdict: what is kept and published, or that it was only a check."""
    if reviewed.is_check:
        return Text(
            "事前の確認です。ファイルの受け付けも公開もしていません。",
            "This was only a check: the file was neither received nor published.",
        )
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
    reviewed: Reviewed,
    checked: str | None = None,
    proposed: str | None = None,
    repaired: int = 0,
) -> tuple[Text, ...]:
    """What the steward does now, in order; empty when there is nothing to do.

    `checked` and `proposed` name the marked workbook and the one with the proposals written in,
    which puts `repaired` of the errors right.
    """
    if reviewed.status == "accepted":
        return _once_accepted(reviewed, checked)
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
    again = _dropping(reviewed)
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
    return (
        steps
        if proposed is None
        else (*steps, _accepting(proposed, repaired, len(errors) - repaired))
    )


def _dropping(reviewed: Reviewed) -> Text:
    """How a corrected file gets published."""
    if reviewed.is_check:
        return Text(
            "保存して、受付フォルダーに入れてください。自動でもう一度確認し、問題がなければ公開します。",
            "Save it and put it into the inbox. It is checked again by itself, and published once "
            "nothing is wrong.",
        )
    return Text(
        f"保存して、同じ名前のまま受付フォルダー「{reviewed.folder}」に入れ直してください。"
        "自動でもう一度確認し、問題がなければ公開します。",
        f'Save it and put it back into the inbox folder "{reviewed.folder}" under the same name. '
        "It is checked again by itself, and published once nothing is wrong.",
    )


def _once_accepted(reviewed: Reviewed, checked: str | None) -> tuple[Text, ...]:
    """What is left to do where nothing is to be corrected."""
    if reviewed.held or reviewed.held_back or (reviewed.asks and not reviewed.is_check):
        return _answering(reviewed, checked)
    if not reviewed.is_check:
        return ()
    return (Text("受付フォルダーに入れると公開されます。", "Put it into the inbox to publish it."),)


def _answering(reviewed: Reviewed, checked: str | None) -> tuple[Text, ...]:
    """How to answer what is asked."""
    opened = checked or reviewed.name
    waits = reviewed.held + reviewed.held_back
    if waits and reviewed.denied == sum(one.subject is not None for one in reviewed.problems):
        answer = Text(
            f"「{opened}」を開き、「いいえ」とご回答のセルを正しい内容に直してください。",
            f'Open "{opened}" and correct the cells that you said No to.',
        )
    else:
        answer = _ANSWER.fill({"opened": opened})
    if reviewed.is_check:
        drop = Text(
            f"保存して、「{reviewed.name}」の名前で受付フォルダーに入れてください。",
            f'Save it and put it into the inbox as "{reviewed.name}".',
        )
    else:
        then = _THEN_PUBLISHED if waits else Text("", "")
        drop = Text(
            f"保存して、「{reviewed.name}」の名前で受付フォルダー「{reviewed.folder}」に"
            f"入れ直してください。{then.ja}",
            f'Save it and put it back into the inbox folder "{reviewed.folder}" as '
            f'"{reviewed.name}".{then.en}',
        )
    return answer, drop


_ANSWER = Text(
    f"「{{opened}}」を開き、シート「{RESULTS_SHEET}」の黄色い欄に、はい・いいえと理由を"
    "お書きください。値の誤りであれば、答える代わりにセルを直してください。",
    f'Open "{{opened}}" and fill in the yellow cells of its sheet {RESULTS_SHEET}: Yes or '
    "No, and why. If a value is wrong, correct its cell instead.",
)
_THEN_PUBLISHED = Text("次の確認のときに公開します。", " It is published when it is checked next.")


def _accepting(proposed: str, repaired: int, left: int) -> Text:
    """The short way, where proposals can be taken as they are; a part of it, where they are not
    all that is to be corrected."""
    if left > 0:
        return Text(
            f"「{proposed}」は、提案した値を書き込んだものです（変えたセルは青色）。このファイルで"
            f"{repaired:,}件が直ります。残り{left:,}件は直りません。元のファイルの代わりに、この"
            "ファイルの残りを直して、同じ受付フォルダーに入れることもできます。",
            f'"{proposed}" has the proposed values written in (changed cells are blue). It puts '
            f"{plural(repaired, 'error')} right; {left:,} remain. Instead of your own file you may "
            "correct what remains in this one, and put it into the same inbox folder.",
        )
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
    then = Text("自動で読み取ります（入れ直しは不要です）", "the next run reads the file by itself")
    if reviewed.is_check:
        then = Text(
            "受付フォルダーに入れたファイルを読み取ります", "the next run reads it from the inbox"
        )
    nothing = Text(
        "新しい様式のファイルの場合、提出された方にしていただくことはありません。運用担当者が確認結果の"
        f"「様式の案」を確かめて登録すると、次の実行のときに{then.ja}。",
        "If this is a new form, there is nothing for you to do. Once the operator has checked and "
        f"accepted the layout that the review proposes, {then.en}.",
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

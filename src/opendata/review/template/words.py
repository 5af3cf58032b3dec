"""What a template says in its notes, prompts and instructions, in Japanese and English."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from opendata.errors import Text
from opendata.extract.standard import EXAMPLE, GUIDE
from opendata.package import Package
from opendata.review.template.plan import Block, Entry, place_of_names, referred

REQUIRED = Text("必須", "Required")
ASKED = Text("なるべく記入", "Please fill in")
KIND = Text("値の種類（一覧から選べます）", "the kind of value (choose from the list)")
YEAR = Text("この列の年度（西暦4桁）", "the fiscal year of this column (4 digits)")
GUIDANCE = Text(
    "※ 必須の欄は必ず記入してください。それ以外は分かるものだけで構いません。"
    "書き方は、欄を選ぶと表示されます。",
    "※ What is required must be filled in; leave the rest blank where you know nothing. "
    "Select a cell to see how to fill it in.",
)
SEE_EXAMPLE = Text(
    f"見本は「{EXAMPLE}」シートにあります。",
    f' The sheet "{EXAMPLE}" shows an example.',
)
EXAMPLE_NOTE = Text(
    "※ 架空の見本です。このシートは読み取られません。",
    "※ Invented, to show how to fill in the sheets. This sheet is not read.",
)
FIGURES = Text("年度ごとの値", "Figures by year")
SPLIT = {
    "number": Text("番号と名称を（例 1-1　窓口）。", "Number and name (1-1　窓口)."),
    "period": Text("期間を（例 令和6年度～令和10年度）。", "A period (令和6年度～令和10年度)."),
    "unit": Text("名称と単位を（例 来館者数（人））。", "Name and unit (来館者数（人）)."),
}
HEADS = (
    Text("シート", "Sheet"),
    Text("項目", "Item"),
    Text("必須", "Required"),
    Text("書き方", "How to fill it in"),
)
NOT_LISTED = Text("一覧にない値です", "Not in the list")
OUT_OF_RANGE = Text("この欄に書ける値ではありません", "Not a value for this cell")
CHOOSE = Text("一覧から選んでください。", "Choose from the list.")
MEANT = Text(
    "数値ではありません。「約100」「－（値なし）」のように意図して書いたものであれば、このまま入力できます。",
    'This is no figure. If you mean it ("約100", or a dash for no value), you may keep it.',
)
TOPMOST = Text(
    "いちばん上の行には、これより上に書かれたものがありません。空のままにしてください。",
    "Nothing stands above the first row. Leave this cell blank.",
)
TWICE = Text(
    "同じものがほかの行にもあります。別のものであれば、このまま入力できます。",
    "Another row says the same. If they are different things, you may keep it.",
)
TWICE_REFUSED = Text(
    "同じものがほかの行にもあります。行ごとに違うものを書いてください。",
    "Another row says the same. Every row needs its own.",
)


def note(entry: Entry, package: Package, blocks: Sequence[Block]) -> Text:
    """How an entry is filled in: what it means, and what may stand there."""
    field = entry.field
    ja, en = [], []
    if entry.is_required:
        ja.append("必須。")
        en.append("Required.")
    elif _is_asked(entry, package):
        ja.append(f"{ASKED.ja}。")
        en.append(f"{ASKED.en}.")
    if field is not None:
        text = str(field.descriptor.get("description", "")).strip()
        if text and entry.reference is None:
            ja.append(text if text.endswith(("。", "）", "」")) else f"{text}。")
        en.append(f"{field.name}.")
        for one in _bounds(entry, blocks):
            ja.append(one.ja)
            en.append(one.en)
    if entry.part.split and entry.part.to:
        told = SPLIT[entry.part.split]
        ja.append(told.ja)
        en.append(told.en)
    return Text("".join(ja), " ".join(en))


def _is_asked(entry: Entry, package: Package) -> bool:
    """Whether a rule of the package asks for what the schema leaves free."""
    return any(
        rule.message.code.startswith("missing-") and not rule.is_off
        for rule in package.rules
        if entry.resource and entry.field and not entry.is_across
        if (rule.table, rule.field) == (entry.resource.name, entry.field.name)
    )


def _bounds(entry: Entry, blocks: Sequence[Block]) -> Iterator[Text]:
    field = entry.field
    if field is None or entry.resource is None:
        return
    constraints = field.constraints
    if (key := entry.reference) is not None:
        owner = referred(entry, blocks)
        names = place_of_names(blocks, owner) if owner else None
        if names and key.resource == entry.resource.name:
            yield Text(
                f"上の行の「{names[3]}」から選びます。",
                f'Choose from what stands below "{names[3]}" in the rows above.',
            )
        elif names:
            sheet, _, _, heading = names
            yield Text(
                f"「{sheet}」シートの「{heading}」に書いたものから選びます。",
                f'Choose from what stands below "{heading}" on the sheet "{sheet}".',
            )
    elif field.enum or field.reading == "flag":
        yield Text("一覧から選びます。", "Choose from the list.")
    elif field.reading == "fiscal_year":
        yield Text("西暦4桁で（令和7年度は2025）。", "4 digits (令和7年度 is 2025).")
    elif field.is_day:
        yield Text("日付で（例 2025/3/31）。", "A date (such as 2025/3/31).")
    elif field.reading == "quantity":
        yield Text(
            "数値で。値がないときは「－」、まだ分からないときは空のままにします。",
            "A figure; a dash where there is none; blank where it is not known yet.",
        )
    elif field.descriptor.get("format") == "uri":
        yield Text("https:// で始まるアドレスを。", "An address that begins with https://.")
    elif field.type == "year":
        yield Text("西暦4桁で（令和7年は2025）。", "4 digits (令和7年 is 2025).")
    elif field.is_figure:
        yield Text(
            "整数で。" if field.type == "integer" else "数値で。",
            "A whole number." if field.type == "integer" else "A number.",
        )
    yield from _limits(entry)
    pattern = constraints.get("pattern")
    if pattern and field.reading == "text" and not field.enum:
        yield Text(f"決まった書き方（{pattern}）で。", f"Written as {pattern}.")


def _limits(entry: Entry) -> Iterator[Text]:
    field = entry.field
    if field is None or field.reading == "fiscal_year" or field.enum:
        return
    low, high = field.constraints.get("minimum"), field.constraints.get("maximum")
    if low is not None and high is not None:
        yield Text(f"{low}から{high}まで。", f"From {low} to {high}.")
    elif low is not None:
        yield Text(f"{low}以上。", f"{low} or more.")
    elif high is not None:
        yield Text(f"{high}以下。", f"{high} or less.")
    if (longest := field.constraints.get("maxLength")) is not None:
        yield Text(f"{longest}文字まで。", f"At most {longest} characters.")
    if (shortest := field.constraints.get("minLength")) is not None:
        yield Text(f"{shortest}文字以上。", f"At least {shortest} characters.")


def instructions(package: Package, blocks: Sequence[Block]) -> Iterator[tuple[Text, Text]]:
    """The headings of the instructions, and what stands below each."""
    title = str(package.descriptor.get("title", package.name))
    title_en = str(package.descriptor.get("opendata:title_en", package.name))
    yield (
        Text("このファイルについて", "About this file"),
        Text(
            f"「{title}」をオープンデータとして公開するための様式です。"
            "各シートに記入し、受付フォルダーに入れてください。"
            "内容に問題がなければ、そのまま公開用のデータになります。",
            f'The form for publishing "{title_en}" as open data. Fill in the sheets and put the '
            "file into the inbox. If nothing is wrong, it is published as it is.",
        ),
    )
    names = "、".join(f"「{one}」" for one in dict.fromkeys(block.sheet for block in blocks))
    yield (
        Text("記入するシート", "Sheets to fill in"),
        Text(
            f"{names}のうち、関係のあるシートだけに記入します。使わないシートは空のままにしておいてください。"
            f"「{EXAMPLE}」と「{GUIDE}」は読み取られません。",
            f"Fill in those of {names} that concern you and leave the others blank. "
            f"「{EXAMPLE}」 and 「{GUIDE}」 are not read.",
        ),
    )
    yield (
        Text("必須の欄", "Required cells"),
        Text(
            "見出しに【必須】とある欄は必ず記入してください（見出しの色も濃くなっています）。"
            "それ以外の欄は、分かるものだけで構いません。"
            "記入中に赤くなった欄は、必須なのに空か、同じ行がほかにもあることを表します。",
            "Cells whose heading says (required), on darker ground, must be filled in. "
            "The others may stay blank. A cell that turns red is required and empty, or its row is "
            "there twice.",
        ),
    )
    yield (
        Text("選ぶ欄と決まった範囲", "Lists and ranges"),
        Text(
            "一覧から選ぶ欄は、セルを選ぶと右に ▼ が出ます。"
            "一覧にない言葉や、範囲を外れた年度・数値を入力すると、その場でお知らせします。ほかの表から貼り付けたときは知らせが出ないことがありますが、"
            "提出後の確認で、直すところをセルごとにお返しします。",
            "Cells with a list show ▼ beside them when selected. A word that is not in the list, "
            "or a year or figure out of range, is told at once. What you paste is not checked by "
            "Excel, but after submission: you get the workbook back with its wrong cells marked.",
        ),
    )
    yield (
        Text("行と列", "Rows and columns"),
        Text(
            "行は足りなければそのまま下に書き足せます。行の挿入・削除、並べ替え、色や幅の変更、印刷の設定も自由です。"
            "途中の空行は読み飛ばします。行を隠すと、その行は読み取られません。",
            "Write on below the last row; insert, delete and sort rows, change colours and widths "
            "as you like. Blank rows are passed over. Hidden rows are not read.",
        ),
    )
    if any(entry.year is not None for block in blocks for entry in block.entries):
        yield (
            Text("年度ごとの値", "Figures by year"),
            Text(
                "値の列の見出し（値の種類と年度）は、計画に合わせて書き換えてください。"
                "列が足りないときは、列を挿入して見出しを書きます。使わない列は空のままで構いません。",
                "Write over the headings of the figures (kind and year) as your plan needs. "
                "Insert columns for more years; leave those that you do not need blank.",
            ),
        )
    yield (
        Text("見出しの保護", "Protected headings"),
        Text(
            "見出しだけを、誤って書き換えないように保護しています。パスワードはかかっていません"
            "（「校閲」の「シート保護の解除」で外せます）。見出しの文字を変えると読み取れなくなるのでご注意ください。",
            "Only the headings are protected, without a password (Review, Unprotect Sheet). "
            "With other headings the file cannot be read.",
        ),
    )

"""One help page per problem code, generated from the message catalogue and the packages' rules.

`python -m opendata.review.help docs/problems datapackages` writes them, and removes those of codes
that are gone. A test holds them equal to their sources.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml

from opendata.errors import Message, Severity, Text, messages
from opendata.package import available, load

INDEX = "index.md"
_KIND: Mapping[Severity, Text] = {
    "error": Text("修正が必要（直すまで公開されません）", "error: not published until corrected"),
    "warning": Text("ご確認を（公開はされます）", "warning: published, but please check"),
    "notice": Text("お知らせ", "notice"),
}
_HELD = Text(
    "ご確認を（その値は、ご回答まで前回のまま公開されます。前回がなければ公開されません）",
    "warning: until you answer, the value stays as it was last published, or unpublished",
)
_COMMAND = "python -m opendata.review.help docs/problems datapackages"
_GENERATED = f"<!-- Generated from the message catalogue: {_COMMAND} -->"


def pages(packages: Path) -> dict[str, str]:
    """The pages by file name: one per code of ours or of a package's rules, and the index."""
    examples = _examples()
    catalogue: dict[str, list[Message]] = {}
    asking: set[str] = set()
    for name in available(packages):
        rules = load(packages / name).rules
        asking |= {rule.code for rule in rules if rule.asks}
        for rule in (one for one in rules if one.query):
            catalogue.setdefault(rule.code, []).append(rule.message)
    catalogue |= {code: [one] for code, one in messages().items()}
    made = {
        f"{code}.md": _page(same, examples.get(code, {}), holds=code in asking)
        for code, same in sorted(catalogue.items())
    }
    made[INDEX] = _index(catalogue[code][-1] for code in sorted(catalogue))
    return made


def write(folder: Path, packages: Path) -> None:
    """Bring a folder of help pages up to date."""
    folder.mkdir(parents=True, exist_ok=True)
    made = pages(packages)
    for old in folder.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        folder.joinpath(name).write_text(text, encoding="utf-8")


def _examples() -> Mapping[str, Mapping[str, object]]:
    """The example of every code that has one: what fills the places of its message."""
    source = files("opendata.errors").joinpath("messages.yaml").read_text(encoding="utf-8")
    return {code: entry.get("example", {}) for code, entry in yaml.safe_load(source).items()}


@cache
def _written() -> Mapping[str, Sequence[object]]:
    source = files("opendata.errors").joinpath("examples.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Sequence[object]] = yaml.safe_load(source)
    return found


def repaired(code: str, example: Mapping[str, object]) -> tuple[Text, Text]:
    """The example of a code: as it stood, and once it is right. Raises KeyError without one."""
    if "value" in example and "suggestion" in example:
        pair = [example["value"], example["suggestion"]]
    else:
        pair = [*_written()[code]]
    ja, en = pair[:2], pair[2:] or pair
    return Text(str(ja[0]), str(en[0])), Text(str(ja[1]), str(en[1]))


def _page(same: Sequence[Message], example: Mapping[str, object], *, holds: bool) -> str:
    """The page of a code: what several rules of one code say stands below one another."""
    message = same[-1]
    text = _paragraphs([one.text for one in same], example, "\n>\n> ")
    remedy = _paragraphs([one.remedy for one in same], example, "\n\n")
    kinds = [_HELD] if holds else [_KIND[one.severity] for one in same]
    kind = _paragraphs(kinds, {}, " / ")
    japanese = [
        f"# {message.title.ja}",
        f"`{message.code}` ・ {kind.ja}",
        "## どんなときに出るか",
        f"> {text.ja}",
        "## 直し方",
        remedy.ja,
    ]
    english = [
        f"# {message.title.en}",
        f"`{message.code}` · {kind.en}",
        "## When it occurs",
        f"> {text.en}",
        "## How to fix it",
        remedy.en,
    ]
    before, after = repaired(message.code, example)
    japanese += ["## 例", f"| 直す前 | 直した後 |\n| --- | --- |\n| {before.ja} | {after.ja} |"]
    english += ["## Example", f"| before | after |\n| --- | --- |\n| {before.en} | {after.en} |"]
    return "\n\n".join([_GENERATED, *japanese, "---", *english]) + "\n"


def _paragraphs(said: Iterable[Text], example: Mapping[str, object], between: str) -> Text:
    """Different words once each, their places filled with the example."""
    every = [*dict.fromkeys(said)]
    return Text(
        between.join(one.ja.format_map(defaultdict(lambda: "○○", example)) for one in every),
        between.join(one.en.format_map(defaultdict(lambda: "…", example)) for one in every),
    )


def _index(shown: Iterable[Message]) -> str:
    rows = [
        f"| [`{one.code}`]({one.code}.md) | {one.severity} | {one.title.ja} | {one.title.en} |"
        for one in shown
    ]
    table = "\n".join(
        ["| code | severity | 日本語 | English |", "| --- | --- | --- | --- |", *rows]
    )
    said = "確認結果に出る項目の説明です。 Every problem a review may name, and how to fix it."
    return f"{_GENERATED}\n\n# 確認結果の説明 / Problems\n\n{said}\n\n{table}\n"


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))

"""A layout as YAML for people: one line a column, its confidence and reasons above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

_BESIDE = ("repeat", "titles", "lines", "rows", "era", "gap")
"""What a block says beside its labels or columns."""


def written(
    document: Mapping[str, Any], comments: Sequence[Sequence[str]], titles: Sequence[str]
) -> str:
    """The YAML text of a layout. `comments` has one per part of each block."""
    lines = [
        "# 様式の案です。見出しの言葉・年度・値・結合のしかたから推し量りました。",
        "# 行ごとの「確からしさ」（0～1）と理由を確かめ、直してから使ってください。",
        f"title: {_flow(document['title'])}",
    ]
    if "set" in document:
        lines.append("set:  # シートの題名などから読み取った定数")
        lines.extend(f"  {key}: {_flow(value)}" for key, value in document["set"].items())
    if "requires" in document:
        lines.append(
            "# 定数はこの文字のあるファイルのものです。ないファイルはこの様式では読みません。"
        )
        lines.append(f"requires: {_flow(document['requires'])}")
    if "ignore" in document:
        lines.append(f"ignore: {_flow(document['ignore'])}")
    lines.append("blocks:")
    for block, told, title in zip(document["blocks"], comments, titles, strict=True):
        lines.append(f"  # {_plain(title)}")
        kind = "form" if "form" in block else "table"
        start = "  - "
        if "sheet" in block:
            lines.append(f"{start}sheet: {_flow(block['sheet'])}")
            start = "    "
        lines.append(f"{start}{kind}:")
        for part, comment in zip(block[kind], told, strict=True):
            lines.append(f"      # {_plain(comment)}")
            lines.append(f"      - {_flow(part)}")
        lines.extend(
            f"    {key}: {_flow(block[key])}"
            for key in ("lines", "rows", "era", "gap")
            if key in block
        )
    return "\n".join(lines) + "\n"


def _flow(value: Any) -> str:
    """A value on one line."""
    text = yaml.safe_dump(
        value, default_flow_style=True, allow_unicode=True, width=10**9, sort_keys=False
    )
    return text.removesuffix("\n").removesuffix("\n...").strip()


def _plain(text: str) -> str:
    return " ".join(text.split())

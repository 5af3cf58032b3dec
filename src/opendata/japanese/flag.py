"""Marks that mean yes or no."""

from __future__ import annotations

from opendata.japanese.text import squash

_YES = {
    "○",
    "◯",
    "〇",
    "◎",
    "●",
    "⚪",
    "⭕",
    "✓",
    "✔",
    "☑",
    "レ",
    "★",
    "☆",
    "はい",
    "有",
    "有り",
    "あり",
    "重点",
    "該当",
    "対象",
    "true",
    "yes",
    "y",
    "1",
    "1.0",
    "重点施策",
    "重点事業",
    "重点取組",
    "■",
}
_NO = {
    "",
    "×",
    "✕",
    "✖",
    "x",
    "-",
    "―",
    "なし",
    "無",
    "無し",
    "いいえ",
    "非該当",
    "対象外",
    "false",
    "no",
    "n",
    "0",
    "0.0",
    "□",
    "☐",
}


def read_flag(text: str | float | bool | None) -> bool | None:
    """Whether a mark says yes (○ 有 重点) or no (× - blank); None where it says neither."""
    if text is None or isinstance(text, bool):
        return bool(text)
    mark = squash(str(text)).lower()
    if mark in _YES:
        return True
    return False if mark in _NO else None

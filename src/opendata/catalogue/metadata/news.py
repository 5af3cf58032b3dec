"""What a version brought, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from opendata.errors import Text
from opendata.release import reasons_of, withdrawn_of

_COUNTED = {
    "added": Text("{n}行を追加", "{n:row|rows} added"),
    "removed": Text("{n}行を削除", "{n:row|rows} removed"),
    "changed": Text("{n}行を変更", "{n:row|rows} changed"),
    "corrections": Text("訂正{n}件", "{n:correction|corrections}"),
    "schema_changes": Text(
        "表や項目の定義の変更{n}件", "{n:change of the schema|changes of the schema}"
    ),
}
"""What an entry of the history counts."""


def changes_of(entry: Mapping[str, Any]) -> Text:
    """What an entry of a package's history says: counts, then the reason."""
    found = list(_changes(entry)) or [Text("説明だけの変更", "only descriptions changed")]
    return Text("、".join(one.ja for one in found), ", ".join(one.en for one in found))


def _changes(entry: Mapping[str, Any]) -> Iterator[Text]:
    if entry.get("restores"):
        old = entry["restores"]
        yield Text(f"{old}版の内容に戻した", f"content of version {old} restored")
    for name, words in _COUNTED.items():
        if entry.get(name):
            yield words.fill({"n": f"{entry[name]:,}"})
    if withdrawn := withdrawn_of(entry):
        for why, files in withdrawn.items():
            yield Text(
                f"ファイル{len(files)}件を取り下げ（理由：{why}）",
                f"{len(files)} {'file' if len(files) == 1 else 'files'} withdrawn (reason: {why})",
            )
    else:
        for why in reasons_of(entry):
            yield Text(f"理由：{why}", f"reason: {why}")

"""The tables that come with the data of every version, as Table Schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CHANGES_SCHEMA: Mapping[str, Any] = {
    "fields": [
        {
            "name": "table",
            "title": "表",
            "type": "string",
            "description": "空なら、表の並びの変更。",
        },
        {
            "name": "key",
            "title": "行の主キー",
            "type": "string",
            "description": "主キーの値を「|」でつないだもの。表や項目の定義の変更では空。",
        },
        {
            "name": "field",
            "title": "項目",
            "type": "string",
            "description": "空なら、行または表の全体。",
        },
        {"name": "before", "title": "変更前", "type": "string"},
        {"name": "after", "title": "変更後", "type": "string"},
        {
            "name": "change",
            "title": "変更の種類",
            "type": "string",
            "categories": [
                {"value": "added", "label": "行の追加"},
                {"value": "removed", "label": "行の削除"},
                {"value": "changed", "label": "値の変更"},
                {"value": "schema-added", "label": "定義の追加"},
                {"value": "schema-removed", "label": "定義の削除"},
                {"value": "schema-changed", "label": "定義の変更"},
            ],
            "constraints": {
                "required": True,
                "enum": [
                    *("added", "removed", "changed"),
                    *("schema-added", "schema-removed", "schema-changed"),
                ],
            },
        },
    ],
    "missingValues": [""],
}

CORRECTIONS_SCHEMA: Mapping[str, Any] = {
    "fields": [
        {
            "name": "version",
            "title": "訂正した版",
            "type": "string",
            "constraints": {"required": True},
        },
        {"name": "table", "title": "表", "type": "string", "constraints": {"required": True}},
        {
            "name": "key",
            "title": "行の主キー",
            "type": "string",
            "description": "主キーの値を「|」でつないだもの。",
        },
        {
            "name": "field",
            "title": "項目",
            "type": "string",
            "description": "空なら、行の全体（取り下げた行）。",
        },
        {"name": "before", "title": "訂正前", "type": "string"},
        {"name": "after", "title": "訂正後", "type": "string"},
        {
            "name": "change",
            "title": "訂正の種類",
            "type": "string",
            "categories": [
                {"value": "changed", "label": "変更"},
                {"value": "removed", "label": "取り下げ"},
            ],
            "constraints": {"required": True, "enum": ["changed", "removed"]},
        },
        {
            "name": "reason",
            "title": "理由",
            "type": "string",
            "description": "差し戻し（rollback）や取り下げ（withdraw）の理由、"
            "または値とともに書かれた備考。空なら、理由が示されていない。",
        },
    ],
    "missingValues": [""],
}

LINEAGE_SCHEMA: Mapping[str, Any] = {
    "fields": [
        {"name": "table", "title": "表", "type": "string"},
        {"name": "key", "title": "行の主キー（「|」でつないだもの）", "type": "string"},
        {"name": "field", "title": "項目", "type": "string"},
        {
            "name": "how",
            "title": "どのようにして",
            "type": "string",
            "categories": [
                {"value": "read", "label": "このセルから読んだ"},
                {
                    "value": "made",
                    "label": "このセルの記録について作った（ID、参照、様式で決まる値）",
                },
                {"value": "computed", "label": "このセルの値から計算した（1つの値に複数行）"},
                {"value": "folder", "label": "ファイルの置き場所からわかる（セルなし）"},
            ],
        },
        {"name": "sha256", "title": "もとのファイルのSHA-256", "type": "string"},
        {"name": "file", "title": "もとのファイルの置き場所", "type": "string"},
        {"name": "sheet", "title": "シート（CSVでは空文字）", "type": "string"},
        {"name": "cell", "title": "セル", "type": "string"},
    ]
}
"""What the columns of `lineage.parquet` mean."""

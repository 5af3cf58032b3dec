"""The Data Package descriptor of a version, the pointer to it, and the checksums."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from opendata.package import Package
from opendata.package.contract import PRIVATE, published
from opendata.release.csvw import GROUP, SUFFIX
from opendata.release.csvw import MEDIA_TYPE as CSVW_TYPE
from opendata.release.licences import LICENCES
from opendata.release.model import QUALITY, Files, Publisher, Source
from opendata.release.schemas import CHANGES_SCHEMA, CORRECTIONS_SCHEMA, LINEAGE_SCHEMA

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
MEDIA_TYPES = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
DIALECT = {
    "header": True,
    "delimiter": ",",
    "lineTerminator": "\n",
    "quoteChar": '"',
    "doubleQuote": True,
}

CSV_POLICY = {
    "formulaLikeText": "unchanged",
    "ja": "値は書かれたとおりに出力しています。=、+、-、@ やタブで始まる文字は、"
    "表計算ソフトで開くと数式として扱われることがあります。文字として保存したExcel版もあります。",
    "en": "Values stand as they were written. A spreadsheet may take text that starts with "
    "=, +, -, @ or a tab for a formula; the Excel edition stores it as text.",
}
"""What our CSV files do about text that a spreadsheet would calculate."""


def sha256(content: bytes) -> str:
    """The SHA-256 of some bytes in hex."""
    return hashlib.sha256(content).hexdigest()


def document(value: Any) -> bytes:
    """A JSON document as we write it."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def contract(package: Package, publisher: Publisher, base_url: str | None) -> dict[str, Any]:
    """What a version says about itself before its data are known.

    Two versions with equal tables and equal contracts are the same version.
    """
    source = published(package.descriptor)
    descriptor: dict[str, Any] = {"$schema": PROFILE, "name": package.name}
    descriptor |= {name: source[name] for name in ("title", "description") if name in source}
    english = {
        name: package.descriptor[f"{PRIVATE}{name}_en"]
        for name in ("title", "description")
        if f"{PRIVATE}{name}_en" in package.descriptor
    }
    if english:
        descriptor["translations"] = {"en": english}
    if base_url:
        descriptor["homepage"] = base_url.rstrip("/") + "/"
    rest = {
        name: value
        for name, value in source.items()
        if name not in (*descriptor, "resources", "contributors", "sources", "version", "created")
    }
    person = {"title": publisher.name, "roles": ["publisher"]}
    person |= {"path": publisher.homepage} if publisher.homepage else {}
    person |= {"email": publisher.email} if publisher.email else {}
    descriptor |= rest | {"contributors": [person, *source.get("contributors", ())]}
    if publisher.licence:
        descriptor["licenses"] = [LICENCES[publisher.licence].described]
    descriptor["csvPolicy"] = CSV_POLICY
    descriptor["resources"] = [_resource(one["name"], one) for one in source["resources"]] + RECORDS
    plain: dict[str, Any] = json.loads(document(descriptor))
    return plain


def _resource(name: str, source: Mapping[str, Any]) -> dict[str, Any]:
    words = {part: source[part] for part in ("title", "description") if part in source}
    rest = {
        part: value
        for part, value in source.items()
        if part not in ("name", *words, "schema", "path")
    }
    return {
        "name": name,
        "type": "table",
        **words,
        "path": f"{name}.csv",
        "format": "csv",
        "mediatype": MEDIA_TYPES["csv"],
        "encoding": "utf-8",
        "dialect": DIALECT,
        **rest,
        "schema": source["schema"],
    }


RECORDS = [
    _resource(
        "changes",
        {
            "title": "前の版からの変更",
            "description": "1行が1つの変更。",
            "schema": CHANGES_SCHEMA,
        },
    ),
    _resource(
        "corrections",
        {
            "title": "訂正の記録",
            "description": "公開した値を後の版で改めたり取り下げたりしたもの。"
            "1行が1つの訂正で、すべての版の分を重ねて残す。",
            "schema": CORRECTIONS_SCHEMA,
        },
    ),
]
"""What every version tells beside its data."""

OURS = frozenset({*(str(one["name"]) for one in RECORDS), "lineage"})
"""Names that no resource of a package may have."""

DATED = (
    *("version", "created", "sources", "schemaChanges"),
    *("alternates", "lineage", "csvw", "quality"),
)
MEASURED = ("bytes", "hash", "rows", "alternates", "csvw")


def without_data(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """A version's descriptor reduced to its contract.

    `created` is what the pointer says beside it.
    """
    plain = {name: value for name, value in descriptor.items() if name not in DATED}
    plain["resources"] = [
        {name: value for name, value in one.items() if name not in MEASURED}
        for one in descriptor["resources"]
    ]
    return plain


def sources(parts: Sequence[Source]) -> list[dict[str, str]]:
    """The files that the data were read from."""
    return [
        {"title": file, "hash": f"sha256:{source}"}
        for file, source in sorted({(part.file, part.source) for part in parts})
    ]


def describe(
    contract: Mapping[str, Any], data: Files, rows: Mapping[str, int], quality: Mapping[str, Any]
) -> dict[str, Any]:
    """The contract together with the size, checksum and row count of every file, and what there is
    to say of the quality."""

    def measured(path: str) -> dict[str, Any]:
        return {"bytes": len(data[path]), "hash": f"sha256:{sha256(data[path])}"}

    def other(path: str) -> dict[str, Any]:
        ending = path.rpartition(".")[2]
        return {"path": path, "format": ending, "mediatype": MEDIA_TYPES[ending], **measured(path)}

    def csvw(path: str) -> dict[str, Any]:
        return {"path": path, "format": "json", "mediatype": CSVW_TYPE, **measured(path)}

    resources = []
    for one in contract["resources"]:
        name = str(one["name"])
        # The schema is long: what is looked for first stands before it.
        head = {part: value for part, value in one.items() if part != "schema"}
        head |= measured(str(one["path"])) | {"rows": rows[name]}
        if f"{name}.parquet" in data:
            head["alternates"] = [other(f"{name}.parquet")]
        head["csvw"] = csvw(f"{one['path']}{SUFFIX}")
        resources.append(head | {"schema": one["schema"]})
    return {
        **{part: value for part, value in contract.items() if part != "resources"},
        "resources": resources,
        "alternates": [other(f"{contract['name']}.xlsx")],
        "lineage": other("lineage.parquet") | {"schema": LINEAGE_SCHEMA},
        "csvw": csvw(GROUP),
        "quality": {**other(QUALITY), **quality},
    }


def ordered(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """What a reader looks for first, first."""
    first = ("$schema", "name", "title", "description", "version", "created", "homepage")
    last = (
        *("sources", "schemaChanges", "resources", "alternates", "lineage"),
        *("csvw", "quality"),
    )
    middle = [name for name in descriptor if name not in (*first, *last)]
    return {name: descriptor[name] for name in (*first, *middle, *last) if name in descriptor}


def pointer(descriptor: Mapping[str, Any], created: str) -> bytes:
    """The descriptor one folder up: the same version, its paths starting with `<version>/`.

    It carries `created`, the time of the commit. A version's own files carry no time, so that the
    same input makes the same bytes on any day.
    """
    folder = str(descriptor["version"])

    def moved(value: Any) -> Any:
        if isinstance(value, Mapping) and "path" in value and "hash" in value:
            value = {**value, "path": f"{folder}/{value['path']}"}
        if isinstance(value, Mapping):
            return {name: moved(part) for name, part in value.items()}
        return [moved(part) for part in value] if isinstance(value, list) else value

    return document(ordered(moved(descriptor) | {"created": created}))


def unpointed(content: bytes) -> bytes | None:
    """The descriptor that a pointer was made of; None for what is no pointer."""
    try:
        found = json.loads(content)
        folder = f"{found['version']}/"
    except (ValueError, RecursionError, KeyError, TypeError):
        return None

    def back(value: Any) -> Any:
        if isinstance(value, Mapping) and "path" in value and "hash" in value:
            value = {**value, "path": str(value["path"]).removeprefix(folder)}
        if isinstance(value, Mapping):
            return {name: back(part) for name, part in value.items()}
        return [back(part) for part in value] if isinstance(value, list) else value

    return document({name: back(part) for name, part in found.items() if name != "created"})


def checksums(files: Mapping[str, str]) -> bytes:
    """`SHA256SUMS` for `sha256sum -c`: one line per path, sorted."""
    return "".join(f"{files[path]}  {path}\n" for path in sorted(files)).encode()


LINE = re.compile(r"([0-9a-f]{64})  ([^\n]+)")


def read_checksums(content: bytes) -> dict[str, str] | None:
    """Path to sha256; None where these are not checksums."""
    try:
        lines = content.decode().split("\n")
    except UnicodeDecodeError:
        return None
    found = [LINE.fullmatch(line) for line in lines[:-1]]
    if lines[-1] or not all(found):
        return None
    return {match[2]: match[1] for match in found if match}

"""From a URL of the settings to a store."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from opendata.errors import ConfigurationError, StoreError, Text
from opendata.store.folder import FolderStore
from opendata.store.paths import checked
from opendata.store.protocol import Store

_NAME = re.compile(r"[\w.-]+")
"""What is meant as a bucket's name, and holds no key that was to stay secret."""
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class S3Options:
    """How to speak to an S3 server. Who we are comes from its own chain: environment, profile."""

    endpoint_url: str | None = None
    region: str | None = None
    profile: str | None = None
    addressing: Literal["auto", "path", "virtual"] = "auto"
    checksums: Literal["when_required", "when_supported"] = "when_required"
    multipart_bytes: int = 64 * 2**20
    """Larger objects are sent in parts of this size."""
    connect_seconds: float = 10.0
    read_seconds: float = 60.0
    attempts: int = 5
    lease_seconds: float = 20.0
    """A pass that has shown no sign of life for so long no longer keeps others out."""


def open_store(url: str, s3: S3Options | None = None, *, is_private: bool = False) -> Store:
    """The store at a path, a `file://` URL or `s3://bucket/prefix`; a private one tells caches to
    keep nothing. Raises ConfigurationError for anything else."""
    place = _place(url)
    if isinstance(place, Path):
        return FolderStore(place)
    # boto3 takes half a second to load: for those who use it.
    from opendata.store.s3 import S3Store

    return S3Store(*place, s3 or S3Options(), is_private=is_private)


def apart(**places: str) -> None:
    """Raise ConfigurationError where one of two places, by the names of their settings, lies inside
    the other: what is private would be served, or what is served taken for something else."""
    (_, first), (_, second) = places.items()
    inner, outer = _place(first), _place(second)
    if isinstance(inner, Path) and isinstance(outer, Path):
        one, other = inner.resolve(), outer.resolve()
        is_nested = one.is_relative_to(other) or other.is_relative_to(one)
    elif isinstance(inner, tuple) and isinstance(outer, tuple):
        is_nested = inner[0] == outer[0] and _is_nested(inner[1], outer[1])
    else:
        is_nested = False
    if is_nested:
        raise ConfigurationError(
            "configuration-error",
            setting=", ".join(places),
            reason=Text(
                f"一方が他方の中にあります（{first}、{second}）。"
                "公開してはならないものがあるので、別々の場所にしてください",
                f"one lies inside the other ({first}, {second}); not everything there is for the"
                " public, so they must be apart",
            ),
        )


def _is_nested(one: str, other: str) -> bool:
    first, second = f"{one}/".lstrip("/"), f"{other}/".lstrip("/")
    return first.startswith(second) or second.startswith(first)


def _place(url: str) -> Path | tuple[str, str]:
    """A folder, or a bucket and a prefix ("" or "a/b")."""
    if "\0" in url or not url.strip():
        raise _unusable(url, Text("場所の形ではありません", "not a path"))
    if "://" not in url:
        return Path(url).expanduser()
    scheme, host, path, query, fragment = urlsplit(url)
    if scheme == "s3":
        return _bucket(url)
    if scheme != "file":
        raise _unusable(url, Text(f"{scheme}:// は使えません", f"no store speaks {scheme}://"))
    if host not in ("", "localhost") or not path or query or fragment:
        form = "file:///folder"
        raise _unusable(url, Text(f"{form} の形で書きます", f"a file URL has the form {form}"))
    return Path(unquote(path))


def _bucket(url: str) -> tuple[str, str]:
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    prefix = prefix.removesuffix("/")
    try:
        if prefix:
            checked(prefix)
    except StoreError:
        bucket = ""
    if not _BUCKET.fullmatch(bucket):
        if _NAME.fullmatch(bucket):
            raise _unusable(url, _no_bucket(bucket))
        # What stands before an @ may be a key that was meant to stay secret.
        shown = re.sub(r"//[^/]*@", "//…@", url)
        form = "s3://bucket/prefix"
        raise _unusable(shown, Text(f"{form} の形で書きます", f"an S3 URL has the form {form}"))
    return bucket, prefix


def _no_bucket(name: str) -> Text:
    return Text(
        f"「{name}」はバケットの名前になりません。3～63文字の英小文字、数字、「-」「.」で、"
        "両端は英小文字か数字です",
        f'"{name}" is no name of a bucket, which has 3 to 63 small letters, figures, hyphens and'
        " dots, and begins and ends with a letter or figure",
    )


def _unusable(url: str, reason: Text) -> ConfigurationError:
    return ConfigurationError("configuration-error", setting=url, reason=reason)

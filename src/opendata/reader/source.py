"""Where published files are read from: a web server, S3, or a folder."""

from __future__ import annotations

import http.client
import posixpath
import re
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from opendata.errors import ReadError

SECONDS = 60.0
"""How long a server may say nothing."""
_PAGES = re.compile(r"index(\.en)?\.html|datapackage\.json|SHA256SUMS")


@dataclass(frozen=True, slots=True)
class Source:
    """A folder of published files. `url` is that of the folder (http, https, s3, file) with a slash
    at its end, or its path."""

    url: str

    @property
    def is_remote(self) -> bool:
        return "://" in self.url

    def parent(self) -> Source:
        """The folder that this one lies in."""
        if not self.is_remote:
            return Source(str(Path(self.url).absolute().parent))
        scheme, host, path, _, _ = urlsplit(self.url)
        above = posixpath.dirname(path.rstrip("/")).rstrip("/")
        return Source(urlunsplit((scheme, host, f"{above}/", "", "")))

    def at(self, path: str) -> str:
        """The address of a file: `path` is relative to the folder."""
        return f"{self.url}{quote(path)}" if self.is_remote else str(Path(self.url) / path)

    def read(self, path: str) -> bytes | None:
        """A file; None where there is none. Raises ReadError."""
        address = self.at(path)
        try:
            return _read(address)
        except ReadError:
            raise
        # Whatever a server, a proxy or a disk can do ends in one sentence.
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ReadError("cannot-read", url=address, reason=str(error) or repr(error)) from error


def source(place: str | Path) -> Source:
    """The folder that somebody means: by its own address, or by that of the page or the descriptor
    in it. Raises ReadError for what is no address."""
    if isinstance(place, Path) or "://" not in place:
        path = Path(place).expanduser()
        return Source(str(path.parent if _PAGES.fullmatch(path.name) else path))
    try:
        scheme, host, path_, _, _ = urlsplit(place)
    except ValueError as error:
        raise ReadError("cannot-read-from", url=place) from error
    if scheme.lower() not in ("http", "https", "s3", "file") or (scheme != "file" and not host):
        raise ReadError("cannot-read-from", url=place)
    folder, _, name = path_.rpartition("/")
    if not _PAGES.fullmatch(name):
        folder = path_.rstrip("/")
    return Source(urlunsplit((scheme.lower(), host, f"{folder}/", "", "")))


def _read(address: str) -> bytes | None:
    scheme = urlsplit(address).scheme if "://" in address else ""
    if scheme in ("http", "https"):
        return _over_http(address)
    if scheme == "s3":
        return _from_s3(address)
    path = Path(unquote(urlsplit(address).path)) if scheme == "file" else Path(address)
    return path.read_bytes() if path.is_file() else None


def _over_http(address: str) -> bytes | None:
    # Only http and https come here, and redirections lead nowhere else.
    request = urllib.request.Request(address, headers={"User-Agent": "opendata"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            content: bytes = answer.read()
            return content
    except HTTPError as error:
        with error:
            if error.code in (404, 410):
                return None
            raise ReadError(
                "cannot-read", url=address, reason=f"{error.code} {error.reason}"
            ) from error


def _from_s3(address: str) -> bytes | None:
    """Keys, region and endpoint are those of the environment (AWS_…), as for every program; without
    keys it is asked for as by anybody."""
    # boto3 takes half a second to load: for those who use it.
    import boto3
    from botocore import UNSIGNED
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    _, bucket, path, _, _ = urlsplit(address)
    options: dict[str, Any] = {"response_checksum_validation": "when_required"}
    try:
        session: Any = boto3.Session()
        if session.get_credentials() is None:
            options["signature_version"] = UNSIGNED
        client: Any = session.client("s3", config=Config(**options))
        found = client.get_object(Bucket=bucket, Key=unquote(path).lstrip("/"))
        content: bytes = found["Body"].read()
    except (BotoCoreError, ClientError) as error:
        answer = getattr(error, "response", {}).get("Error", {})
        if answer.get("Code") in ("NoSuchKey", "404"):
            return None
        raise ReadError("cannot-read", url=address, reason=str(error)) from error
    return content

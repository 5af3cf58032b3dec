"""A bucket, or a part of one, as a store."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from itertools import count
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from opendata.errors import ConflictError, StoreError
from opendata.store.lease import leased
from opendata.store.media import cache_control, media_type
from opendata.store.open import S3Options
from opendata.store.paths import LOCK, OWN, PROBE, checked
from opendata.store.s3_errors import code_of, reported, unusable

ABANDONED = timedelta(days=1)
"""Parts of an object that nobody has put together for so long are of a writer that died."""
PAUSE_SECONDS = 0.2
WRITERS = 8
"""Of many objects so many are on their way at once: a distant server is mostly waited for."""
NO_TOKEN = "0" * 32
"""An ETag that no object has."""


class S3Store:
    """Objects below `s3://bucket/prefix`.

    An immutable object is put with If-None-Match, the state with If-Match. Objects larger than
    `multipart_bytes` go in parts; there some servers heed no condition, so what lies there is read
    before and after. Tokens are ETags without their quotes: some servers (Ceph before 2024) take
    them in If-Match only so, others only with.
    """

    def __init__(
        self, bucket: str, prefix: str, options: S3Options, *, is_private: bool = False
    ) -> None:
        self.bucket, self.prefix = bucket, f"{prefix}/" if prefix else ""
        self.options, self.is_private = options, is_private
        with unusable(options):
            self._client = _client(options)
        self._quotes = '"'

    def __repr__(self) -> str:
        return f"S3Store({self.url!r})"

    @property
    def url(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"

    def read(self, path: str) -> bytes | None:
        return self._get(self._key(path))[0]

    def exists(self, path: str) -> bool:
        key = self._key(path)
        with reported(self.url, path):
            try:
                self._client.head_object(Bucket=self.bucket, Key=key)
            except ClientError as error:
                if code_of(error) in ("404", "NoSuchKey", "NotFound"):
                    return False
                raise
        return True

    def paths(self, prefix: str = "") -> Sequence[str]:
        return sorted(
            path for path in self._listed(prefix) if path not in OWN and not path.endswith("/")
        )

    def empty_folders(self) -> Sequence[str]:
        """Objects by which some programs pretend that there are folders."""
        return sorted(path[:-1] for path in self._listed("") if path.endswith("/"))

    def put(self, path: str, content: bytes) -> None:
        key = self._key(path)
        if len(content) > self.options.multipart_bytes:
            present = self.read(path)
            if present is None:
                self._put_in_parts(key, content, {"IfNoneMatch": "*"})
                present = self.read(path)
            is_there = present == content
        else:
            is_there = self._put_new(key, content) is not None or self.read(path) == content
        if not is_there:
            raise StoreError("store-immutable", path=path)

    def replace(self, path: str, content: bytes) -> None:
        key = self._key(path)
        if len(content) > self.options.multipart_bytes:
            self._put_in_parts(key, content, {})
        else:
            with reported(self.url, path):
                self._put(key, content)

    def replace_all(self, files: Mapping[str, bytes]) -> None:
        def write(one: tuple[str, bytes]) -> None:
            if self.read(one[0]) != one[1]:
                self.replace(*one)

        with ThreadPoolExecutor(WRITERS) as writers:
            for _ in writers.map(write, sorted(files.items())):
                pass

    def delete(self, path: str) -> None:
        key = self._key(path)
        with reported(self.url, path):
            self._client.delete_object(Bucket=self.bucket, Key=key)

    def read_state(self, path: str) -> tuple[bytes | None, str | None]:
        return self._get(self._key(path))

    def swap_state(self, path: str, content: bytes, token: str | None) -> str:
        return self._swap(self._key(path), content, token)

    def sweep(self) -> None:
        with reported(self.url, ""):
            answer = self._client.list_multipart_uploads(Bucket=self.bucket, Prefix=self.prefix)
            # Both times are the server's: ours may be wrong.
            now = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
            for one in answer.get("Uploads", ()):
                if now - one["Initiated"] > ABANDONED:
                    self._client.abort_multipart_upload(
                        Bucket=self.bucket, Key=one["Key"], UploadId=one["UploadId"]
                    )

    def lock(self, wait_seconds: float) -> AbstractContextManager[None]:
        self._refuse_unconditional()
        return leased(_Cell(self, self.prefix + LOCK), self.options.lease_seconds, wait_seconds)

    def _key(self, path: str) -> str:
        checked(path)
        return self.prefix + path

    def _listed(self, prefix: str) -> Iterator[str]:
        with reported(self.url, prefix):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=self.prefix + prefix
            )
            for page in pages:
                for one in page.get("Contents", ()):
                    if path := str(one["Key"]).removeprefix(self.prefix):
                        yield path

    def _get(self, key: str) -> tuple[bytes | None, str | None]:
        """Content and ETag, read once more where the connection breaks in between."""
        with reported(self.url, key.removeprefix(self.prefix)):
            for attempt in count(1):
                try:
                    answer = self._client.get_object(Bucket=self.bucket, Key=key)
                    return answer["Body"].read(), _token(answer)
                except (ClientError, BotoCoreError) as error:
                    code = code_of(error) if isinstance(error, ClientError) else None
                    if code == "NoSuchKey":
                        return None, None
                    # Of an answer cut off, a bare 404 is left: it does not say what is not there.
                    if code not in (None, "404") or attempt >= self.options.attempts:
                        raise
                    time.sleep(PAUSE_SECONDS * 2**attempt)
        raise AssertionError

    def _put(self, key: str, content: bytes, **condition: str) -> str:
        answer = self._client.put_object(
            Bucket=self.bucket,
            Key=key,
            Body=content,
            ContentMD5=_md5(content),
            **self._headers(key),
            **condition,
        )
        return _token(answer)

    def _headers(self, key: str) -> dict[str, str]:
        path = key.removeprefix(self.prefix)
        return {
            "ContentType": media_type(path),
            "CacheControl": cache_control(path, is_private=self.is_private),
        }

    def _put_new(self, key: str, content: bytes) -> str | None:
        """The token of an object that was not there; None where there was one."""
        return self._put_if(key, content, IfNoneMatch="*")

    def _put_if(self, key: str, content: bytes, **condition: str) -> str | None:
        """The new token; None where the server says that the condition does not hold."""
        with reported(self.url, key.removeprefix(self.prefix)):
            for attempt in count(1):
                try:
                    return self._put(key, content, **condition)
                except ClientError as error:
                    code = code_of(error)
                    if code in ("PreconditionFailed", "412", "NoSuchKey"):
                        return None
                    # Another write was under way, and may yet fail.
                    if code != "ConditionalRequestConflict" or attempt >= self.options.attempts:
                        raise
                    time.sleep(PAUSE_SECONDS * attempt)
        raise AssertionError

    def _swap(self, key: str, content: bytes, token: str | None) -> str:
        if token is None:
            new = self._put_new(key, content)
        else:
            new = self._put_if(key, content, IfMatch=f"{self._quotes}{token}{self._quotes}")
        if new is not None:
            return new
        present, found = self._get(key)
        if present == content and found is not None:  # our own write, whose answer got lost
            return found
        if found is not None and found == token:  # refused for its quotes, or for lack of them
            other = "" if self._quotes else '"'
            new = self._put_if(key, content, IfMatch=f"{other}{token}{other}")
            if new is not None:
                self._quotes = other
                return new
        raise ConflictError("state-conflict", path=key.removeprefix(self.prefix))

    def _refuse_unconditional(self) -> None:
        """Raise StoreError where the server heeds no conditions: no commit would be safe."""
        key = self.prefix + PROBE
        self._put_new(key, b"")
        conditions = ({"IfNoneMatch": "*"}, {"IfMatch": f'"{NO_TOKEN}"'}, {"IfMatch": NO_TOKEN})
        if any(self._put_if(key, b"", **one) is not None for one in conditions):
            raise StoreError("store-unconditional", url=self.url)

    def _put_in_parts(self, key: str, content: bytes, condition: Mapping[str, str]) -> None:
        with reported(self.url, key.removeprefix(self.prefix)):
            upload = {"Bucket": self.bucket, "Key": key}
            started = self._client.create_multipart_upload(**upload, **self._headers(key))
            upload["UploadId"] = started["UploadId"]
            try:
                parts = [
                    {"PartNumber": number, "ETag": self._put_part(upload, number, part)}
                    for number, part in enumerate(self._parts(content), start=1)
                ]
                self._client.complete_multipart_upload(
                    **upload, MultipartUpload={"Parts": parts}, **condition
                )
            except ClientError as error:
                self._client.abort_multipart_upload(**upload)
                if code_of(error) not in ("PreconditionFailed", "412"):
                    raise

    def _put_part(self, upload: Mapping[str, str], number: int, part: bytes) -> str:
        answer = self._client.upload_part(
            **upload, PartNumber=number, Body=part, ContentMD5=_md5(part)
        )
        return str(answer["ETag"])

    def _parts(self, content: bytes) -> Iterator[bytes]:
        for start in range(0, len(content), self.options.multipart_bytes):
            yield content[start : start + self.options.multipart_bytes]


@dataclass(frozen=True)
class _Cell:
    """The object of the lock, which no path names."""

    store: S3Store
    key: str

    def read(self) -> tuple[bytes | None, str | None]:
        return self.store._get(self.key)

    def swap(self, content: bytes, token: str | None) -> str:
        return self.store._swap(self.key, content, token)


@cache
def _client(options: S3Options) -> Any:
    config = Config(
        connect_timeout=options.connect_seconds,
        read_timeout=options.read_seconds,
        retries={"mode": "standard", "total_max_attempts": options.attempts},
        request_checksum_calculation=options.checksums,
        response_checksum_validation=options.checksums,
        s3={"addressing_style": options.addressing},
    )
    session = boto3.session.Session(profile_name=options.profile, region_name=options.region)
    region = session.region_name or ("us-east-1" if options.endpoint_url else None)
    return session.client(
        "s3", endpoint_url=options.endpoint_url, region_name=region, config=config
    )


def _token(answer: Mapping[str, Any]) -> str:
    return str(answer["ETag"]).strip('"')


def _md5(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()

"""Buckets and stores on the test servers."""

from __future__ import annotations

import secrets
from typing import Any

import boto3
from botocore.config import Config

from opendata.store import S3Options, Store, open_store
from tests.ceph import KEY, SECRET

KEYS = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
"""The environment that opens the test servers."""
FAST = {"connect_seconds": 5.0, "read_seconds": 20.0, "attempts": 2, "lease_seconds": 1.0}
"""Options for tests: nobody waits long for what does not come."""


def client(endpoint: str) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        config=Config(request_checksum_calculation="when_required"),
    )


def new_bucket(endpoint: str) -> str:
    name = f"test-{secrets.token_hex(6)}"
    client(endpoint).create_bucket(Bucket=name)
    return name


def s3_store(endpoint: str, place: str, *, is_private: bool = False, **options: Any) -> Store:
    """The store at `bucket/prefix`; the keys must be in the environment."""
    chosen = S3Options(endpoint_url=endpoint, **{**FAST, **options})
    return open_store(f"s3://{place}", chosen, is_private=is_private)

"""What a server or the way to it refuses, in sentences.

Nothing of what boto3 says is repeated but the server's own code: the rest may hold addresses with
keys in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSLError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

from opendata.errors import ConfigurationError, StoreError, Text
from opendata.store.open import S3Options

_NO_KEYS = (
    CredentialRetrievalError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)
_DENIED = frozenset(
    {
        "403",
        "AccessDenied",
        "AccountProblem",
        "AllAccessDisabled",
        "ExpiredToken",
        "Forbidden",
        "InvalidAccessKeyId",
        "InvalidToken",
        "SignatureDoesNotMatch",
        "TokenRefreshRequired",
    }
)
_ABSENT = frozenset({"NoSuchBucket", "PermanentRedirect", "301", "AuthorizationHeaderMalformed"})
_FULL = frozenset({"QuotaExceeded", "EntityTooLarge", "InsufficientStorage", "507"})


@contextmanager
def reported(url: str, path: str) -> Iterator[None]:
    """Turn what boto3 raises about one object into a StoreError."""
    try:
        yield
    except ClientError as error:
        raise _refusal(error, url, path) from error
    except _NO_KEYS as error:
        raise StoreError("store-no-keys", url=url) from error
    except SSLError as error:
        raise StoreError("store-unsafe", url=url) from error
    except BotoCoreError as error:
        raise StoreError("store-unreachable", url=url, reason=type(error).__name__) from error


def code_of(error: ClientError) -> str:
    """The server's own word for what is wrong; else the HTTP status."""
    answer = error.response
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", "")
    return str(answer.get("Error", {}).get("Code") or status)


def _refusal(error: ClientError, url: str, path: str) -> StoreError:
    code = code_of(error)
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code == "RequestTimeTooSkewed":
        return StoreError("store-clock", url=url)
    if code in _DENIED or status in (401, 403):
        return StoreError("store-denied", url=url, reason=code)
    if code in _ABSENT:
        return StoreError("store-no-bucket", url=url, reason=code)
    if status in (429, 500, 502, 503, 504) and code not in _FULL:
        return StoreError("store-failing", url=url, reason=code)
    return StoreError("store-error", path=url + path, reason=code)


@contextmanager
def unusable(options: S3Options) -> Iterator[None]:
    """Turn what boto3 says of the settings themselves into a ConfigurationError."""
    try:
        yield
    except ProfileNotFound as error:
        name = options.profile
        raise _setting(
            "s3.profile",
            Text(f"{name} という名前はありません", f"there is no profile {name}"),
        ) from error
    except (BotoCoreError, ValueError) as error:
        raise _setting(
            "s3.endpoint_url, s3.region",
            Text("S3 の接続先として使えません", "they name no S3 server"),
        ) from error


def _setting(name: str, reason: Text) -> ConfigurationError:
    return ConfigurationError("configuration-error", setting=name, reason=reason)

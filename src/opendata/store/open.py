"""From a URL of the settings to a store."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from opendata.errors import ConfigurationError, Text
from opendata.store.folder import FolderStore
from opendata.store.protocol import Store


def open_store(url: str) -> Store:
    """The store at a path or `file://` URL. Raises ConfigurationError for anything else."""
    if "\0" in url or not url.strip():
        raise _unusable(url, Text("場所の形ではありません", "not a path"))
    if "://" not in url:
        return FolderStore(Path(url).expanduser())
    scheme, host, path, query, fragment = urlsplit(url)
    if scheme == "s3":
        raise ConfigurationError("store-not-yet", value=url)
    if scheme != "file":
        raise _unusable(url, Text(f"{scheme}:// は使えません", f"no store speaks {scheme}://"))
    if host not in ("", "localhost") or not path or query or fragment:
        form = "file:///folder"
        raise _unusable(url, Text(f"{form} の形で書きます", f"a file URL has the form {form}"))
    return FolderStore(Path(unquote(path)))


def _unusable(url: str, reason: Text) -> ConfigurationError:
    return ConfigurationError("configuration-error", setting=url, reason=reason)

"""How a document of the API is written: its addresses, its values, its bytes."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opendata.catalogue.model import Site

VERSION = 1
"""Of the API. Properties and documents may be added to it; to remove one, or to change what it
means, takes the next."""
ROOT = "api"
DATASETS = f"{ROOT}/datasets.json"
INDEX = f"{ROOT}/index.json"
OPENAPI = f"{ROOT}/openapi.json"
PAGE = f"{ROOT}/index.html"
PLACES = f"{ROOT}/places.json"
COMPARISONS = f"{ROOT}/compare.json"


def dataset_path(name: str) -> str:
    return f"{ROOT}/datasets/{name}.json"


def versions_path(name: str) -> str:
    return f"{ROOT}/datasets/{name}/versions.json"


def place_path(code: str) -> str:
    return f"{ROOT}/places/{code}.json"


def indicators_path(code: str) -> str:
    return f"{ROOT}/places/{code}/indicators.json"


def comparison_path(kind: str) -> str:
    return f"{ROOT}/compare/{kind}.json"


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses as the document at `path` writes them: whole where the site's is known, else from
    the document on."""

    site: Site
    path: str

    def to(self, path: str) -> str:
        """The address of a file of the site."""
        if self.site.base:
            return f"{self.site.base}{path}"
        return posixpath.relpath(f"/{path}", posixpath.dirname(f"/{self.path}"))


def written(**content: Any) -> bytes:
    """A document. What has no value is left out."""
    text = json.dumps(
        {"api": VERSION, **known(content)}, ensure_ascii=False, separators=(",", ":"), default=str
    )
    return f"{text}\n".encode()


def known(row: Mapping[str, Any]) -> dict[str, Any]:
    """Without what has no value."""
    return {name: value for name, value in row.items() if value is not None}

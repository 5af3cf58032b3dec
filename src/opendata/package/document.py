"""One YAML document of a package, read strictly: what is wrong is told with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import yaml

from opendata.errors import PackageError, Text

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The loader written in C, where there is one, is ten times as fast."""


class _Twice(yaml.YAMLError):
    """A key that stands twice in one mapping; YAML itself would keep the last one silently."""

    def __init__(self, key: str, first: int, second: int) -> None:
        self.key, self.first, self.second = key, first, second


class _Loader(_LOADER):  # type: ignore[misc]
    # A day stays as it is written, as in JSON: descriptors are published as JSON.
    yaml_implicit_resolvers: ClassVar[dict[str, list[Any]]] = {
        first: [one for one in known if one[0] != "tag:yaml.org,2002:timestamp"]
        for first, known in _LOADER.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen: dict[str, int] = {}
        for key, _ in node.value:
            line = key.start_mark.line + 1
            if key.value in seen and isinstance(key, yaml.ScalarNode):
                raise _Twice(key.value, seen[key.value], line)
            if isinstance(key, yaml.ScalarNode):
                seen[key.value] = line
        return super().construct_mapping(node, deep=deep)


def read_document(path: Path) -> dict[str, Any]:
    """The mapping that a YAML file holds. Raises PackageError with the file, the line and why."""
    try:
        document = parse(path.read_bytes())
    except OSError as error:
        raise _broken(path, Text("読めません", str(error.strerror))) from error
    except UnicodeDecodeError as error:
        raise _broken(path, _not_utf8(error)) from error
    except yaml.YAMLError as error:
        raise _broken(path, _not_yaml(error)) from error
    if document is None:
        raise _broken(path, Text("ファイルに何も書かれていません。", "the file says nothing."))
    if not isinstance(document, dict):
        ja = "「項目: 値」の並びであるべきところ、別のものが書かれています。"
        raise _broken(path, Text(ja, "not a mapping of keys and values."))
    return document


def parse(content: bytes) -> Any:
    """What a YAML text says. Raises yaml.YAMLError, UnicodeDecodeError."""
    return yaml.load(content.decode("utf-8-sig"), _Loader)  # noqa: S506 - a safe one


def _broken(path: Path, reason: Text) -> PackageError:
    return PackageError("broken-package", path=str(path), reason=reason)


def _not_utf8(error: UnicodeDecodeError) -> Text:
    line = error.object[: error.start].count(b"\n") + 1
    return Text(
        f"{line}行目が UTF-8 ではありません。文字コード UTF-8 で保存し直してください。",
        f"line {line} is not UTF-8. Save the file as UTF-8.",
    )


def _not_yaml(error: yaml.YAMLError) -> Text:
    if isinstance(error, _Twice):
        return Text(
            f"{error.second}行目の「{error.key}」は{error.first}行目にもあります。"
            "同じ項目は一度だけ書いてください。",
            f'line {error.second}: "{error.key}" stands in line {error.first} already. '
            "Write a key once.",
        )
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    if mark is None:
        return Text(f"YAML として読めません（{problem}）。", f"not YAML ({problem}).")
    line, column = mark.line + 1, mark.column + 1
    return Text(
        f"{line}行目の{column}文字目から YAML として読めません（{problem}）。"
        "字下げ（タブは使えません）、コロンの後の空白、括弧と引用符の対応を確かめてください。",
        f"line {line}, character {column} is not YAML ({problem}). Look at the indentation (no "
        "tabs), the space after colons, and whether brackets and quotes are closed.",
    )

"""The site's own words in Japanese and English: texts/*.yaml, a file for each kind of page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files

import yaml
from markupsafe import Markup

from opendata.catalogue.model import LANGUAGES, Language

Say = Callable[..., Markup]


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """Every text by its name, `<file>.<key>`, and language."""
    found: dict[str, dict[str, str]] = {}
    for path in files("opendata.catalogue").joinpath("texts").iterdir():
        if path.name.endswith(".yaml"):
            page = path.name.removesuffix(".yaml")
            for key, said in yaml.safe_load(path.read_text(encoding="utf-8")).items():
                if {*said} != {*LANGUAGES}:  # a comma in a text without quotes begins another key
                    raise ValueError(f"{path.name}: {key}: {[*said]}")
                found[f"{page}.{key}"] = {one: str(said[one]) for one in LANGUAGES}
    return found


def say(language: Language) -> Say:
    """`t("start.lead", count=3)` in a template; values are escaped, the text itself is HTML.

    `{n:row|rows}` is the number with the word for it, `{n:-row|rows}` the word alone. Raises
    KeyError for a text that is not there.
    """
    known = _marked(language)

    def said(name: str, /, **values: object) -> Markup:
        # The texts are ours; only what is put into them comes from elsewhere.
        told = {key: _counted(value) for key, value in values.items()}
        return known[name].format(**told) if values else known[name]

    return said


class _Count(str):
    """A number, which may stand with the word for one thing or for several, or leave it that."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        one, both, more = spec.removeprefix("-").partition("|")
        if not both:
            return super().__format__(spec)
        word = one if self == "1" else more
        return word if spec.startswith("-") else f"{self!s} {word}"


def _counted(value: object) -> object:
    """Numbers come as they are or written already; what is HTML stays what it is."""
    is_number = isinstance(value, (str, int)) and not hasattr(value, "__html__")
    return _Count(value) if is_number else value


@cache
def _marked(language: Language) -> Mapping[str, Markup]:
    """The texts of a language as the HTML that they are."""
    return {name: Markup(both[language]) for name, both in texts().items()}  # noqa: S704

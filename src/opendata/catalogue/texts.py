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
                found[f"{page}.{key}"] = {one: str(said[one]) for one in LANGUAGES}
    return found


def say(language: Language) -> Say:
    """`t("start.lead", count=3)` in a template; values are escaped, the text itself is HTML.

    Raises KeyError for a text that is not there.
    """
    known = _marked(language)

    def said(name: str, /, **values: object) -> Markup:
        # The texts are ours; only what is put into them comes from elsewhere.
        return known[name].format(**values) if values else known[name]

    return said


@cache
def _marked(language: Language) -> Mapping[str, Markup]:
    """The texts of a language as the HTML that they are."""
    return {name: Markup(both[language]) for name, both in texts().items()}  # noqa: S704

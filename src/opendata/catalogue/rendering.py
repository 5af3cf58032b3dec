"""Pages from templates: the same frame around each, in both languages."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup

from opendata.catalogue.model import LANGUAGES, Language, Site
from opendata.catalogue.texts import say
from opendata.catalogue.words import day
from opendata.release import Files

ENDINGS: Mapping[Language, str] = {"ja": ".html", "en": ".en.html"}
"""How the addresses of pages end: `index.html` in Japanese, `index.en.html` in English."""
OTHER: Mapping[Language, Language] = {"ja": "en", "en": "ja"}
_IN_JAPANESE = Markup(' lang="ja"')
_PLAIN_TEXT = re.compile(r"""\{\{ t\((?:"([\w.]+)"|'([\w.]+)')\) \}\}""")
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


def file_name(name: str) -> str:
    """An id as part of a path: as it is where it is plain, else a digest of it."""
    if _SAFE.fullmatch(name):
        return name
    return "x-" + hashlib.sha256(name.encode()).hexdigest()[:16]


def render(site: Site, path: str, template: str, linked: Any = None, **values: Any) -> Files:
    """A page in both languages: `path` without its ending (`datasets/libraries/index`).

    The template extends `base.html`. It knows `language`, `t` (see `texts.say`), `site`, `root`
    (the way up to the site's first folder, "" or "../../"), `path`, `ja` (an attribute that says
    that an element is in Japanese where the page is not) and what is given in `values`; `linked`
    stands on the page as JSON-LD. Values that depend on the language are functions of it:
    called with `language` before the template sees them.
    """
    root = "../" * path.count("/")
    return {
        path + ENDINGS[language]: _environment(language)
        .get_template(template)
        .render(
            site=site,
            root=root,
            path=path,
            language=language,
            ending=ENDINGS[language],
            other=OTHER[language],
            other_ending=ENDINGS[OTHER[language]],
            ja=_IN_JAPANESE if language == "en" else Markup(),
            t=say(language),
            linked=script(linked(language) if callable(linked) else linked) if linked else None,
            **{
                name: value(language) if callable(value) else value
                for name, value in values.items()
            },
        )
        .encode()
        for language in LANGUAGES
    }


def navigation(site: Site) -> Sequence[tuple[str, str]]:
    """The site's first pages: the key of each one's name among the texts, and its path."""
    plans = [("progress", "progress/index")] if site.has_plans else []
    return [
        ("start", "index"),
        *plans,
        ("changes", "changes/index"),
        ("api", "api/index"),
        ("search", "search/index"),
    ]


def script(document: Any) -> Markup:
    """JSON to stand inside <script>: there only "<" can do harm, and JSON can write it apart."""
    return Markup(json.dumps(document, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704


@cache
def made_by() -> str:
    """A digest of the program and the templates that make the pages: pages of another are made
    anew."""
    sink = hashlib.sha256()
    for path, content in sorted(_sources(files("opendata.catalogue"), "")):
        sink.update(f"{path}\n".encode() + hashlib.sha256(content).digest())
    return sink.hexdigest()


def _sources(folder: Traversable, at: str) -> list[tuple[str, bytes]]:
    found = []
    for one in folder.iterdir():
        if one.is_dir() and one.name != "__pycache__":
            found += _sources(one, f"{at}{one.name}/")
        elif one.is_file():
            found.append((f"{at}{one.name}", one.read_bytes()))
    return found


class _Worded(Extension):
    """Texts that depend on nothing stand in the templates of their language themselves: a page of
    an indicator has fifty, and there are many such pages."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        said = say("en" if self.environment.globals["language"] == "en" else "ja")
        return _PLAIN_TEXT.sub(lambda match: said(match[1] or match[2]), source)


@cache
def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=PackageLoader("opendata.catalogue"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,  # or every page would look after its templates' files
    )
    environment.globals["language"] = language
    environment.add_extension(_Worded)
    environment.filters["day"] = day
    environment.globals["navigation"] = navigation
    environment.filters["count"] = lambda number: f"{number:,}"
    environment.filters["file_name"] = file_name
    return environment

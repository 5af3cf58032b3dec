"""Atom feeds: releases, and changes of the schema, each in Japanese and in English.

An entry's id is made of what it is about, not of where the site lies: it stays what it is when the
site moves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5
from xml.sax import saxutils

from opendata.catalogue.metadata.described import Described
from opendata.catalogue.metadata.linked import safe
from opendata.catalogue.metadata.news import changes_of
from opendata.catalogue.model import LANGUAGES, Language, Site
from opendata.catalogue.rendering import ENDINGS
from opendata.errors import Text
from opendata.release import Files

NEWEST = 100
"""So many entries a feed holds."""
NEVER = "1970-01-01T00:00:00Z"
"""When a feed was last changed that tells of nothing yet: it must say so."""
OURS = UUID("5f0e4ba4-6c0e-5f25-9c0d-7f1d1f6f2b63")
"""The namespace of our ids."""

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML may hold, however they are written."""

RELEASES = Text("公開と更新のお知らせ", "Releases")
SCHEMAS = Text("表や項目の定義の変更", "Changes of the schema")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened to a dataset: a version of it, made at `moment` (ISO 8601, UTC). No
    two have the same `key`."""

    key: str
    of: Described
    version: str
    moment: str
    title: Text
    summary: Text
    lines: tuple[Text, ...] = ()


def feeds(datasets: Sequence[Described], site: Site) -> Files:
    """feed.atom and schema-changes.atom, and the same in English (`feed.en.atom`)."""
    kinds: tuple[tuple[str, Text, Callable[[Described], Iterator[Entry]]], ...] = (
        ("feed", RELEASES, _releases),
        ("schema-changes", SCHEMAS, _schema_changes),
    )
    files = {}
    for name, title, entries_of in kinds:
        found = [entry for one in datasets for entry in entries_of(one)]
        newest = sorted(found, key=lambda one: (one.moment, one.key), reverse=True)[:NEWEST]
        since = min((one.first for one in datasets), default=NEVER)
        for language in LANGUAGES:
            path = f"{name}{ENDINGS[language].removesuffix('html')}atom"
            feed = _feed(site, path, title, newest, since, language)
            files[path] = feed.encode()
    return files


def _releases(one: Described) -> Iterator[Entry]:
    for entry in one.history:
        version = str(entry["version"])
        yield Entry(
            key=f"release {one.name} {version} {entry['sums']}",
            of=one,
            version=version,
            moment=str(entry["created"]),
            title=Text(f"{one.title.ja} {version}", f"{one.title.en} {version}"),
            summary=changes_of(entry),
        )


def _schema_changes(one: Described) -> Iterator[Entry]:
    for entry in one.history:
        version = str(entry["version"])
        changes = one.schema_changes.get(version, ())
        if changes or entry.get("schema_changes"):
            yield Entry(
                key=f"schema {one.name} {version} {entry['sums']}",
                of=one,
                version=version,
                moment=str(entry["created"]),
                title=Text(
                    f"{one.title.ja} {version}：表や項目の定義の変更",
                    f"{one.title.en} {version}: changes of the schema",
                ),
                summary=changes_of(entry),
                lines=tuple(Text(**change["words"]) for change in changes),
            )


def _feed(
    site: Site, path: str, title: Text, entries: Sequence[Entry], since: str, language: Language
) -> str:
    who = site.publisher
    root = site.base or ""
    name = path.removesuffix(".atom")
    updated = max((one.moment for one in entries), default=since)
    author = f"<name>{_xml(who.name)}</name>"
    author += f"<uri>{_xml(safe(who.homepage))}</uri>" if who.homepage else ""
    author += f"<email>{_xml(who.email)}</email>" if who.email else ""
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">',
        f"  <id>{_id(f'feed {who.code or who.name} {name}')}</id>",
        f"  <title>{_xml(f'{who.name} {title.in_(language)}')}</title>",
        f"  <updated>{updated}</updated>",
        f"  <author>{author}</author>",
        _link("self", f"{root}{path}", "application/atom+xml"),
        _link("alternate", f"{root}index{ENDINGS[language]}", "text/html"),
    )
    return "\n".join([*head, *(_entry(one, root, language) for one in entries), "</feed>", ""])


def _entry(one: Entry, root: str, language: Language) -> str:
    home = f"{root}{one.of.home}"
    rights = one.of.licence.iri if one.of.licence else None
    lines = [
        "  <entry>",
        f"    <id>{_id(f'{one.key} {language}')}</id>",
        f"    <title>{_xml(one.title.in_(language))}</title>",
        f"    <updated>{one.moment}</updated>",
        f"    <published>{one.moment}</published>",
        "  " + _link("alternate", f"{home}index{ENDINGS[language]}", "text/html"),
        "  " + _link("related", f"{home}{one.version}/datapackage.json", "application/json"),
        "  " + _link("related", f"{home}{one.version}/changes.csv", "text/csv"),
        *(["  " + _link("license", rights)] if rights else ()),
        f"    <summary>{_xml(one.summary.in_(language))}</summary>",
    ]
    if one.lines:
        said = "".join(f"<li>{_html(line.in_(language))}</li>" for line in one.lines)
        lines.append(f'    <content type="html">{_xml(f"<ul>{said}</ul>")}</content>')
    return "\n".join([*lines, "  </entry>"])


def _link(relation: str, address: str, kind: str | None = None) -> str:
    said = f' type="{kind}"' if kind else ""
    return f'  <link rel="{relation}"{said} href={saxutils.quoteattr(safe(address))}/>'


def _id(name: str) -> str:
    return uuid5(OURS, name).urn


def _xml(text: str) -> str:
    """As a document of XML 1.0 may hold it."""
    return saxutils.escape(_FORBIDDEN.sub("", text))


def _html(text: str) -> str:
    return saxutils.escape(text)

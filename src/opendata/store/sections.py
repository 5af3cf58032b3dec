"""The sections of the site: pages made anew only where what they are made of has changed.

What every section was made of is remembered in the workspace. Of one that is about to be written it
is forgotten first, so that what a pass that died has left half-written is made anew by the next.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from opendata.catalogue import Section
from opendata.release import checksums, read_checksums, sha256
from opendata.store.layout import IN_SECTION, SECTION, SUMS
from opendata.store.protocol import Store

BUILT = "site.json"
"""In the workspace: what each section is made of, and the checksum of its SHA256SUMS."""


def lead_to_sections(
    workspace: Store, public: Store, sections: Sequence[Section], *, is_thorough: bool
) -> dict[str, str]:
    """Write the sections that are not as they should be, and remove those that are no more. Gives
    the checksum of every section's SHA256SUMS by its path.

    With `is_thorough` every page is made and compared, whatever is remembered.
    """
    built = _built(workspace)
    known = read_checksums(public.read(SUMS) or b"") or {}
    wanted, outdated = {}, []
    for one in sections:
        made_of, sums = built.get(one.folder, ("", ""))
        path = f"{one.folder}/{SUMS}"
        if is_thorough or made_of != one.digest or known.get(path) != sums:
            outdated.append(one)
        else:
            wanted[path] = sums
    gone = {
        *(match[1] for path in known if (match := SECTION.fullmatch(path))),
        *built,
    } - {one.folder for one in sections}
    if not outdated and not gone:
        return wanted
    unsure = {*gone, *(one.folder for one in outdated)}
    _remember(workspace, {**built, **dict.fromkeys(unsure, ("", ""))})
    for one in outdated:
        wanted[f"{one.folder}/{SUMS}"] = _write(public, one)
    for folder in sorted(gone):
        _delete(public, _named(public, f"{folder}/{SUMS}"))
        public.delete(f"{folder}/{SUMS}")
    made = {one.folder: (one.digest, wanted[f"{one.folder}/{SUMS}"]) for one in sections}
    _remember(workspace, made)
    return wanted


def _write(public: Store, section: Section) -> str:
    """Write a section's pages, those that differ; the checksum of its SHA256SUMS.

    These name at every moment what there is or may be: before a page comes or goes, both.
    """
    path = f"{section.folder}/{SUMS}"
    files = section.render()
    sums = {name: sha256(content) for name, content in files.items()}
    before = _named(public, path)
    if before.keys() != sums.keys():
        public.replace(path, checksums({**before, **sums}))
    public.replace_all(files)
    _delete(public, before.keys() - sums.keys())
    if public.read(path) != checksums(sums):
        public.replace(path, checksums(sums))
    return sha256(checksums(sums))


def _named(public: Store, path: str) -> dict[str, str]:
    """The pages that a section's SHA256SUMS name, with their checksums."""
    named = read_checksums(public.read(path) or b"") or {}
    return {name: digest for name, digest in named.items() if IN_SECTION.fullmatch(name)}


def _delete(public: Store, paths: Collection[str]) -> None:
    for path in sorted(paths):
        public.delete(path)


def _built(workspace: Store) -> dict[str, tuple[str, str]]:
    """What is remembered; nothing where that cannot be read."""
    try:
        found = json.loads(workspace.read(BUILT) or b"{}")
        return {
            name: (str(one[0]), str(one[1]))
            for name, one in found.items()
            if SECTION.fullmatch(f"{name}/{SUMS}")  # nothing else may ever be taken for gone
        }
    except (ValueError, TypeError, AttributeError, IndexError, RecursionError):
        return {}


def _remember(workspace: Store, built: Mapping[str, tuple[str, str]]) -> None:
    content = json.dumps(built, sort_keys=True, indent=0).encode()
    if workspace.read(BUILT) != content:
        workspace.replace(BUILT, content)

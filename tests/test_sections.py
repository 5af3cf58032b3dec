"""Sections of the site are made anew where what they are of has changed, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from opendata.catalogue import Current, Pages, Section
from opendata.release import Files, read_checksums
from opendata.store import FolderStore, Store, refresh, verify
from tests.test_store_publish import Killed, stores

Wanted = Mapping[str, Files]
"""What a site is to be: folder of a section to its pages."""

BEFORE: Wanted = {
    "places/132012": {
        "places/132012/index.html": b"one",
        "places/132012/plans/a.html": b"two",
        "api/places/132012.json": b"{}",
    },
    "places/141500": {"places/141500/index.html": b"three"},
    "compare/k1": {"compare/k1/index.html": b"both"},
}
AFTER: Wanted = {
    "places/132012": {
        "places/132012/index.html": b"ONE",
        "places/132012/plans/b.html": b"new",
        "api/places/132012.json": b"{}",
    },
    "places/141500": BEFORE["places/141500"],
    "places/092169": {"places/092169/index.html": b"another"},
}


class Builder:
    """A catalogue that remembers which sections it was asked to render."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted, self.rendered = wanted, list[str]()

    def __call__(self, _: Sequence[Current]) -> Pages:
        sections = [self._section(folder) for folder in self.wanted]
        return Pages({"index.html": repr(sorted(self.wanted)).encode()}, sections)

    def _section(self, folder: str) -> Section:
        def render() -> Files:
            self.rendered.append(folder)
            return self.wanted[folder]

        return Section(folder, repr(self.wanted[folder]), render)

    @property
    def files(self) -> dict[str, bytes]:
        found = {path: page for pages in self.wanted.values() for path, page in pages.items()}
        return {"index.html": repr(sorted(self.wanted)).encode(), **found}


def pages(public: Store) -> dict[str, bytes]:
    """What there is to read, checksums apart."""
    return {
        path: public.read(path) or b""
        for path in public.paths()
        if not path.endswith(("SHA256SUMS", "SHA256SUMS.next"))
    }


def led(root: Path, wanted: Wanted, *, is_thorough: bool = False) -> Builder:
    public, workspace = stores(root)
    builder = Builder(wanted)
    refresh(workspace, public, builder, is_thorough=is_thorough)
    assert pages(public) == builder.files
    assert verify(public) == []
    return builder


def test_only_what_changed_is_rendered(tmp_path: Path) -> None:
    assert sorted(led(tmp_path, BEFORE).rendered) == sorted(BEFORE)
    assert led(tmp_path, BEFORE).rendered == []
    assert led(tmp_path, AFTER).rendered == ["places/132012", "places/092169"]
    assert led(tmp_path, BEFORE).rendered == ["places/132012", "compare/k1"]


def test_the_root_names_sections_and_they_name_their_pages(tmp_path: Path) -> None:
    led(tmp_path, BEFORE)
    public = stores(tmp_path)[0]
    root = read_checksums(public.read("SHA256SUMS") or b"") or {}
    assert set(root) == {"index.html", *(f"{folder}/SHA256SUMS" for folder in BEFORE)}
    own = read_checksums(public.read("places/132012/SHA256SUMS") or b"") or {}
    assert set(own) == set(BEFORE["places/132012"])


@pytest.mark.parametrize(
    ("path", "content", "code"),
    [
        ("places/132012/plans/a.html", b"flipped", "checksum-mismatch"),
        ("places/132012/plans/a.html", None, "missing-file"),
        ("api/places/132012.json", None, "missing-file"),
        ("places/132012/SHA256SUMS", None, "missing-file"),
        ("places/132012/SHA256SUMS", b"nonsense", "checksum-mismatch"),
        ("places/132012/stray.html", b"?", "stray-file"),
    ],
)
def test_damage_is_named_once_and_made_good(
    tmp_path: Path, path: str, content: bytes | None, code: str
) -> None:
    led(tmp_path, BEFORE)
    public, workspace = stores(tmp_path)
    if content is None:
        public.delete(path)
    else:
        public.replace(path, content)
    assert [(one.code, one.place.file) for one in verify(public)] == [(code, path)]
    if code == "stray-file":
        return  # nobody's file is removed
    refresh(workspace, public, Builder(BEFORE), is_thorough=True)
    assert pages(public) == Builder(BEFORE).files
    assert verify(public) == []


@pytest.mark.parametrize("forgotten", [b"{", b"[]", b'{"places/132012": 1}', None])
def test_what_is_remembered_may_be_lost(tmp_path: Path, forgotten: bytes | None) -> None:
    led(tmp_path, BEFORE)
    _, workspace = stores(tmp_path)
    if forgotten is None:
        workspace.delete("site.json")
    else:
        workspace.replace("site.json", forgotten)
    assert sorted(led(tmp_path, BEFORE).rendered) == sorted(BEFORE)


def test_no_memory_makes_anything_but_a_section_go(tmp_path: Path) -> None:
    led(tmp_path, BEFORE)
    public, workspace = stores(tmp_path)
    version = "datasets/municipal-plans/1.0.0"
    public.put(f"{version}/SHA256SUMS", b"")
    workspace.replace("site.json", f'{{"{version}": ["", ""]}}'.encode())
    refresh(workspace, public, Builder(BEFORE))
    assert public.exists(f"{version}/SHA256SUMS")


def test_killed_at_any_effect_the_next_one_makes_it_whole(tmp_path: Path) -> None:
    """Even where what is wanted meanwhile is again what it was before."""
    effects = 0
    while True:
        root = tmp_path / str(effects)
        led(root, BEFORE)
        public, workspace = stores(root, [effects])
        try:
            refresh(workspace, public, Builder(AFTER))
        except Killed:
            codes = {one.code for one in verify(FolderStore(root / "public"))}
            assert codes <= {"unfinished-publication"}, effects
            led(root, AFTER if effects % 2 else BEFORE)
        else:
            break
        effects += 1
    assert effects > 15

"""Every kind of damage to what is published is found, named once, and says what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from opendata.release import checksums, read_checksums, sha256
from opendata.store import FolderStore, verify
from tests.release_samples import libraries
from tests.test_store_publish import two_versions

HOME = "datasets/libraries"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("verify")
    public, _ = two_versions(root, libraries(root / "contract"))
    return public.root


@pytest.fixture
def public(original: Path, tmp_path: Path) -> FolderStore:
    return FolderStore(Path(shutil.copytree(original, tmp_path / "public")))


def found(public: FolderStore) -> list[tuple[str, str]]:
    return [(one.code, one.place.file) for one in verify(public)]


def test_what_was_published_is_as_it_was(public: FolderStore) -> None:
    assert found(public) == []


def test_nothing_published(tmp_path: Path) -> None:
    assert found(FolderStore(tmp_path)) == [("nothing-published", "")]
    assert found(FolderStore(tmp_path / "absent")) == [("nothing-published", "")]


ALL = [
    f"{HOME}/{folder}/{name}"
    for folder in ("1.0.0", "1.1.0", "latest")
    for name in ("branches.csv", "branches.parquet", "changes.csv", "libraries.xlsx")
] + [
    f"{HOME}/1.0.0/SHA256SUMS",
    f"{HOME}/1.1.0/datapackage.json",
    f"{HOME}/1.1.0/lineage.parquet",
    "index.html",
]


@pytest.mark.parametrize("path", ALL)
def test_a_flipped_byte(public: FolderStore, path: str) -> None:
    content = bytearray(public.read(path) or b"")
    content[len(content) // 2] ^= 1
    public.replace(path, bytes(content))
    (one,) = verify(public)
    assert (one.code, one.place.file) == ("checksum-mismatch", path)
    assert path in one.message.ja
    assert one.remedy.ja


@pytest.mark.parametrize("path", ALL)
def test_a_truncated_file(public: FolderStore, path: str) -> None:
    size = len(public.read(path) or b"")
    public.replace(path, (public.read(path) or b"")[:-1])
    (one,) = verify(public)
    assert one.place.file == path
    if path.endswith((".csv", ".parquet", ".xlsx")):
        assert one.code == "cut-short" and f"{size - 1} of {size} bytes" in one.message.en
    else:  # nothing that is sound tells how long it was
        assert one.code in ("cut-short", "checksum-mismatch")


@pytest.mark.parametrize("path", [*ALL, f"{HOME}/datapackage.json", "SHA256SUMS"])
def test_a_missing_file(public: FolderStore, path: str) -> None:
    public.delete(path)
    assert found(public) == [("missing-file", path)]


@pytest.mark.parametrize(
    "path",
    [
        "x.html",
        f"{HOME}/README",
        f"{HOME}/1.0.0/branches のコピー.csv",
        f"{HOME}/1.0.0/deep/er.csv",
        f"{HOME}/latest/SHA256SUMS",
        "datasets/other/datapackage.json",
    ],
)
def test_a_stray_file(public: FolderStore, path: str) -> None:
    public.put(path, b"?")
    assert found(public) == [("stray-file", path)]


@pytest.mark.parametrize("folder", [f"{HOME}/9.9.9/", "datasets/other/1.0.0/"])
def test_a_version_that_nothing_names_is_nothing_to_remove(
    public: FolderStore, folder: str
) -> None:
    for name in ("SHA256SUMS", "a.csv"):
        public.put(f"{folder}{name}", b"?")
    (one,) = verify(public)
    assert (one.code, one.place.file) == ("unlisted-version", folder)
    assert "opendata run" in one.remedy.ja and "opendata run" in one.remedy.en


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"version": "7.0.0"}',
        b'{"version": ["1.1.0"]}',
        b'{"version": "1.1.0"}',
        b'{"version": "1.1.0", "resources": 7}',
    ],
)
def test_a_pointer_to_nowhere(public: FolderStore, content: bytes) -> None:
    public.replace(f"{HOME}/datapackage.json", content)
    assert found(public) == [("broken-pointer", f"{HOME}/datapackage.json")]


def test_a_pointer_to_an_older_version_disagrees_with_the_copies(public: FolderStore) -> None:
    old = public.read(f"{HOME}/1.0.0/datapackage.json") or b""
    public.replace(f"{HOME}/datapackage.json", old)
    assert ("broken-pointer", f"{HOME}/datapackage.json") in found(public)


@pytest.mark.parametrize("content", [b"", b"\xff", b"junk\n", b"\0" * 200])
def test_unreadable_checksums(public: FolderStore, content: bytes) -> None:
    public.replace("SHA256SUMS", content)
    assert found(public)[0] == ("broken-checksums", "SHA256SUMS")


def test_a_wrong_line_of_the_root_does_not_accuse_a_whole_version(public: FolderStore) -> None:
    lines = (public.read("SHA256SUMS") or b"").decode().splitlines(keepends=True)
    changed = [("0" * 64) + line[64:] if "1.0.0/SHA256SUMS" in line else line for line in lines]
    public.replace("SHA256SUMS", "".join(changed).encode())
    (one,) = verify(public)
    assert (one.code, one.place.file) == ("wrong-checksum", "SHA256SUMS")
    assert f"{HOME}/1.0.0/SHA256SUMS" in one.message.ja


@pytest.mark.parametrize(
    "path", [f"{HOME}/latest/branches.csv", f"{HOME}/datapackage.json", f"{HOME}/1.1.0/SHA256SUMS"]
)
def test_a_wrong_line_of_the_root_is_named(public: FolderStore, path: str) -> None:
    root = read_checksums(public.read("SHA256SUMS") or b"") or {}
    public.replace("SHA256SUMS", checksums({**root, path: "0" * 64}))
    (one,) = verify(public)
    assert (one.code, one.place.file, one.value) == ("wrong-checksum", "SHA256SUMS", "0" * 64)
    assert path in one.message.ja and path in one.message.en


@pytest.mark.parametrize("path", [*ALL, f"{HOME}/datapackage.json", "SHA256SUMS"])
def test_a_link_that_leads_out_is_one_problem_among_others(public: FolderStore, path: str) -> None:
    place = public.root / path
    place.rename(public.root.parent / "outside")
    place.symlink_to(public.root.parent / "outside")
    public.put("x.html", b"?")
    stray = [("stray-file", "x.html")] if path != "SHA256SUMS" else []
    assert found(public) == [("store-path", path), *stray]


def test_a_version_that_is_a_link(public: FolderStore) -> None:
    (public.root / HOME / "1.0.0").rename(public.root.parent / "outside")
    (public.root / HOME / "1.0.0").symlink_to(public.root.parent / "outside")
    # The link itself is named, too: nothing is made again where it leads to.
    assert found(public) == [
        ("missing-file", f"{HOME}/1.0.0/SHA256SUMS"),
        ("stray-file", f"{HOME}/1.0.0"),
    ]


def test_a_folder_of_ours_that_lost_its_files_is_no_stray(public: FolderStore) -> None:
    folder = public.root / HOME / "1.0.0"
    for path in folder.iterdir():
        path.unlink()
    assert {code for code, _ in found(public)} == {"missing-file"}


def test_a_folder_that_holds_nothing(public: FolderStore) -> None:
    (public.root / HOME / "7.0.0").mkdir()
    assert found(public) == [("stray-folder", f"{HOME}/7.0.0/")]


def test_a_version_changed_with_all_its_checksums_is_still_found(public: FolderStore) -> None:
    """The root's checksums name those of every version."""
    sums = (public.read(f"{HOME}/1.0.0/SHA256SUMS") or b"").decode()
    listed = read_checksums(sums.encode()) or {}
    public.replace(f"{HOME}/1.0.0/branches.csv", b"forged\n")
    forged = checksums({**listed, "branches.csv": sha256(b"forged\n")})
    public.replace(f"{HOME}/1.0.0/SHA256SUMS", forged)
    assert found(public)


def test_a_descriptor_that_disagrees_with_its_files(public: FolderStore) -> None:
    folder = f"{HOME}/1.0.0"
    content = (public.read(f"{folder}/datapackage.json") or b"").replace(
        b'"bytes": ', b'"bytes": 1'
    )
    public.replace(f"{folder}/datapackage.json", content)
    listed = read_checksums(public.read(f"{folder}/SHA256SUMS") or b"") or {}
    sums = checksums({**listed, "datapackage.json": sha256(content)})
    public.replace(f"{folder}/SHA256SUMS", sums)
    root = read_checksums(public.read("SHA256SUMS") or b"") or {}
    public.replace("SHA256SUMS", checksums({**root, f"{folder}/SHA256SUMS": sha256(sums)}))
    assert set(found(public)) == {("broken-descriptor", f"{folder}/datapackage.json")}

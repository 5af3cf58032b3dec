"""Whatever is damaged is named, made again where it can be, and nothing else is touched."""

from __future__ import annotations

import json
import random
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opendata.errors import StoreError
from opendata.pipeline import (
    diff,
    guard,
    inspect,
    load_settings,
    pending,
    releases,
    repair,
    roll_back,
    run_pass,
)
from opendata.pipeline.guard import Worker
from opendata.store import FolderStore, verify
from tests.builders import INBOX, SAGAMIHARA, SHIMOTSUKE, edited

NAME = "municipal-plans"
HOME = f"public/datasets/{NAME}"
START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def settings_of(root: Path) -> Any:
    stores = {name: str(root / name) for name in ("workspace", "public")}
    return load_settings(**{"inbox": root / "inbox", "workers": 1, **stores})


@pytest.fixture(autouse=True)
def _one_worker(lasting: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "Worker", lambda log: lasting)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, lasting: Worker) -> Path:
    """1.0.0; a corrected value; back again: three versions."""
    root = tmp_path_factory.mktemp("repair")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "Worker", lambda log: lasting)
        for place in (SAGAMIHARA, SHIMOTSUKE):
            (root / "inbox" / place).parent.mkdir(parents=True)
            shutil.copy(INBOX / place, root / "inbox" / place)
        run_pass(settings_of(root), now=START)
        content = edited((INBOX / SAGAMIHARA).read_bytes(), "成果指標", E6=33.5)
        (root / "inbox" / SAGAMIHARA).write_bytes(content)
        run_pass(settings_of(root), now=START + timedelta(days=1))
        roll_back(settings_of(root), NAME, "1.0.0", "誤り", now=START + timedelta(days=2))
    return root


@pytest.fixture
def desk(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "desk"))


def contents(root: Path, *folders: str) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for folder in folders or ("public", "workspace")
        for path in sorted((root / folder).rglob("*"))
        if path.is_file() and "lock" not in path.name and "logs" not in path.parts
    }


def named(desk: Path) -> set[str]:
    """The paths that are told, below the desk."""
    paths = (one.place.file for one in inspect(settings_of(desk)))
    prefix = f"{desk}/"
    return {
        one.removeprefix(prefix) if one.startswith(prefix) else f"public/{one}" for one in paths
    }


def flip(path: Path, at: float = 0.5) -> None:
    content = bytearray(path.read_bytes())
    content[int((len(content) - 1) * at)] ^= 1
    path.write_bytes(bytes(content))


def test_nothing_is_wrong_with_what_was_published(desk: Path) -> None:
    before = contents(desk)
    assert named(desk) == set()
    done = repair(settings_of(desk))
    assert (done.fixed, done.left) == ((), ())
    assert contents(desk) == before


DAMAGED = [
    f"{HOME}/{version}/{name}"
    for version in ("1.0.0", "1.0.1", "1.0.2")
    for name in (
        *("plans.csv", "plans.parquet", "changes.csv", "corrections.csv", "lineage.parquet"),
        *(f"{NAME}.xlsx", "datapackage.json", "SHA256SUMS"),
    )
] + [
    f"{HOME}/1.0.1/plans.csv-metadata.json",
    f"{HOME}/1.0.1/csv-metadata.json",
    f"{HOME}/datapackage.json",
    f"{HOME}/latest/indicator_values.csv",
    "public/SHA256SUMS",
    "public/index.html",
    "public/catalog.jsonld",
    "workspace/state.json",
]


@pytest.mark.parametrize("path", DAMAGED)
@pytest.mark.parametrize("how", ["flipped", "gone"])
def test_one_damaged_file_is_named_and_made_again(desk: Path, path: str, how: str) -> None:
    before = contents(desk)
    if how == "flipped":
        (desk / path).write_bytes(b"\xff" + (desk / path).read_bytes()[1:])
    else:
        (desk / path).unlink()
    assert named(desk) == {path}
    done = repair(settings_of(desk))
    assert done.left == ()
    assert len(done.fixed) == 1 and done.fixed[0].remedy.ja
    assert contents(desk) == before


def test_each_damage_is_named_beside_damaged_checksums_and_descriptor(desk: Path) -> None:
    before = contents(desk)
    names = ["SHA256SUMS", "changes.csv", "datapackage.json", "plans.csv"]
    for name in names:
        flip(desk / HOME / "1.0.1" / name)
    short = desk / HOME / "1.0.1" / "plans.parquet"
    short.write_bytes(short.read_bytes()[:-5])
    damaged = {f"{HOME}/1.0.1/{name}" for name in [*names, short.name]}
    assert named(desk) == damaged
    codes = {one.place.file.rpartition("/")[2]: one.code for one in inspect(settings_of(desk))}
    assert codes == {**dict.fromkeys(names, "checksum-mismatch"), short.name: "cut-short"}
    done = repair(settings_of(desk))
    assert {f"public/{one.place.file}" for one in done.fixed} == damaged and done.left == ()
    assert contents(desk) == before


@pytest.mark.parametrize("version", ["1.0.0", "1.0.1", "1.0.2"])
def test_a_version_that_is_gone_is_made_again_from_the_archive(desk: Path, version: str) -> None:
    before = contents(desk)
    shutil.rmtree(desk / HOME / version)
    if version == "1.0.2":
        shutil.rmtree(desk / HOME / "latest")
        (desk / HOME / "datapackage.json").unlink()
    for path in (desk / "public/datasets").rglob("lineage.parquet"):
        path.unlink()
    assert repair(settings_of(desk)).left == ()
    assert contents(desk) == before


def test_the_whole_public_store_is_made_again(desk: Path) -> None:
    before = contents(desk, "public")
    shutil.rmtree(desk / "public")
    assert repair(settings_of(desk)).left == ()
    assert contents(desk, "public") == before


def test_what_lies_in_the_inbox_goes_back_into_the_archive(desk: Path) -> None:
    before = contents(desk)
    archived = sorted((desk / "workspace/archive").iterdir())
    in_inbox = {path.read_bytes() for path in (desk / "inbox").rglob("*.xlsx")}
    for path in archived:
        flip(path)
    assert named(desk) == {path.relative_to(desk).as_posix() for path in archived}
    done = repair(settings_of(desk))
    lost = {
        path.name for path in archived if before[f"workspace/archive/{path.name}"] not in in_inbox
    }
    assert len(lost) == 1, "the file that was replaced since"
    assert {one.place.file.rpartition("/")[2] for one in done.left} == lost
    assert all("opendata verify --repair" in one.remedy.en for one in done.left)
    (desk / "workspace/archive" / lost.pop()).unlink()
    assert [one.code for one in repair(settings_of(desk)).left] == ["missing-archive"]


def test_a_flipped_byte_of_a_kept_reading_is_never_published(desk: Path) -> None:
    extracts = sorted((desk / "workspace/extracts").iterdir())
    for path in extracts:
        flip(path)
    assert named(desk) == {path.relative_to(desk).as_posix() for path in extracts}
    public = contents(desk, "public")
    run_pass(settings_of(desk), now=START + timedelta(days=5))
    assert contents(desk, "public") == public
    assert repair(settings_of(desk)).left == ()


def test_strays_are_told_and_left_where_they_are(desk: Path) -> None:
    stray = desk / HOME / "1.0.0" / "plans のコピー.csv"
    stray.write_bytes(b"?")
    (desk / HOME / "9.9.9").mkdir()
    assert named(desk) == {stray.relative_to(desk).as_posix(), f"{HOME}/9.9.9/"}
    done = repair(settings_of(desk))
    assert [one.code for one in done.fixed] == ["stray-folder"]
    assert [(one.code, one.place.file) for one in done.left] == [
        ("stray-file", stray.relative_to(desk / "public").as_posix())
    ]
    assert stray.read_bytes() == b"?", "whoever reads it may go on"


def test_what_cannot_be_made_again_is_said(desk: Path) -> None:
    """Every copy of a figure is gone, and so is the file it came from."""
    lost = desk / HOME / "1.0.1"
    for name in ("indicator_values.csv", "indicator_values.parquet", "lineage.parquet"):
        (lost / name).unlink()
    shutil.rmtree(desk / "workspace/archive")
    shutil.rmtree(desk / "workspace/extracts")
    (desk / "inbox" / SAGAMIHARA).unlink()
    done = repair(settings_of(desk))
    left = {one.place.file for one in done.left if not one.place.file.startswith(str(desk))}
    assert left == {
        f"datasets/{NAME}/1.0.1/{name}"
        for name in ("indicator_values.csv", "indicator_values.parquet", "lineage.parquet")
    }
    assert all(one.remedy.ja and one.remedy.en for one in done.left)


def test_a_pointer_to_an_old_version_is_put_right(desk: Path) -> None:
    before = contents(desk)
    old = (desk / HOME / "1.0.0/datapackage.json").read_bytes()
    (desk / HOME / "datapackage.json").write_bytes(old)
    assert f"{HOME}/datapackage.json" in named(desk)
    assert repair(settings_of(desk)).left == ()
    assert contents(desk) == before


@pytest.mark.parametrize("by", ["repair", "run"])
def test_a_pointer_to_a_version_that_never_was_is_put_right(desk: Path, by: str) -> None:
    before = contents(desk, "public")
    pointer = desk / HOME / "datapackage.json"
    pointer.write_bytes(pointer.read_bytes().replace(b"1.0.2", b"9.9.9"))
    (one,) = inspect(settings_of(desk))
    assert one.code == "broken-pointer" and "opendata verify --repair" in one.remedy.ja
    if by == "run":
        run_pass(settings_of(desk), now=START + timedelta(days=5))
    else:
        assert repair(settings_of(desk)).left == ()
    assert contents(desk, "public") == before


def test_a_wrong_day_in_the_pointer_is_found(desk: Path) -> None:
    """No file of a version knows the day: the state does."""
    path = desk / HOME / "datapackage.json"
    before = path.read_bytes()
    path.write_bytes(before.replace(b"2026-11-22T", b"2026-11-23T"))
    assert path.read_bytes() != before
    assert named(desk) == {f"{HOME}/datapackage.json"}
    repair(settings_of(desk))
    assert path.read_bytes() == before


def history(desk: Path) -> Any:
    return json.loads((desk / "workspace/state.json").read_bytes())["releases"][NAME]


def test_both_states_damaged_are_told_again_by_what_is_published(desk: Path) -> None:
    public, known = contents(desk, "public"), history(desk)
    for name in ("state.json", "state.copy.json"):
        (desk / "workspace" / name).write_bytes(b"{")
    assert named(desk) == {"workspace/state.json", "workspace/state.copy.json"}
    assert repair(settings_of(desk)).left == ()
    assert history(desk) == known
    assert contents(desk, "public") == public


def test_a_lost_workspace_goes_on_from_what_is_published(desk: Path) -> None:
    """What is gone from the inbox, too, stays published as long as the archive has it."""
    known = history(desk)
    archive = contents(desk, "workspace/archive")
    shutil.rmtree(desk / "workspace")
    for path, content in archive.items():
        (desk / path).parent.mkdir(parents=True, exist_ok=True)
        (desk / path).write_bytes(content)
    (desk / "inbox" / SHIMOTSUKE).unlink()
    with pytest.raises(StoreError) as raised:
        run_pass(settings_of(desk), now=START + timedelta(days=3))
    assert raised.value.code == "unknown-release"

    assert repair(settings_of(desk)).left == ()
    assert history(desk) == known
    run_pass(settings_of(desk), now=START + timedelta(days=4))
    shown = (desk / HOME / "latest/plans.csv").read_bytes()
    assert shown == (desk / HOME / "1.0.0/plans.csv").read_bytes()
    assert named(desk) == set()


def test_a_workspace_from_a_backup_takes_over_what_was_published_since(desk: Path) -> None:
    kept = shutil.copytree(desk / "workspace", desk / "backup")
    content = edited((INBOX / SHIMOTSUKE).read_bytes(), C6="別の計画")
    (desk / "inbox" / SHIMOTSUKE).write_bytes(content)
    run_pass(settings_of(desk), now=START + timedelta(days=3))
    known, public = history(desk), contents(desk, "public")
    shutil.rmtree(desk / "workspace")
    kept.rename(desk / "workspace")
    repair(settings_of(desk))
    assert history(desk) == known
    run_pass(settings_of(desk), now=START + timedelta(days=4))
    assert history(desk) == known
    assert contents(desk, "public") == public
    assert named(desk) == set()


def test_a_state_of_another_public_store_takes_nothing_over(desk: Path) -> None:
    path = desk / "workspace/state.json"
    state = json.loads(path.read_bytes())
    (first, *_) = state["releases"][NAME]
    state["releases"][NAME] = [{**first, "sums": "0" * 64}]
    path.write_text(json.dumps(state), "utf-8")
    repair(settings_of(desk))
    assert len(history(desk)) == 1


def test_a_state_that_is_gone_with_its_copy_is_told(desk: Path) -> None:
    for name in ("state.copy.json", "state.json"):
        (desk / "workspace" / name).unlink()
        assert named(desk) == {f"workspace/{name}"}
    assert repair(settings_of(desk)).left == ()
    assert history(desk)


def test_a_copy_of_the_state_that_is_gone_is_told_and_written_anew(desk: Path) -> None:
    before = contents(desk)
    (desk / "workspace/state.copy.json").unlink()
    assert named(desk) == {"workspace/state.copy.json"}
    assert repair(settings_of(desk)).left == ()
    assert contents(desk) == before


def test_a_link_to_a_folder_is_a_stray(desk: Path, tmp_path: Path) -> None:
    (desk / "public/elsewhere").symlink_to(tmp_path, target_is_directory=True)
    assert named(desk) == {"public/elsewhere"}


def damage(desk: Path, chance: random.Random) -> set[str]:
    """Damage a few files of versions, copies and pages; gives their paths."""
    paths = [
        one
        for one in contents(desk)
        if one.startswith((f"{HOME}/1", f"{HOME}/latest", "public/catalog", "workspace/state.json"))
    ]
    chosen = chance.sample(paths, chance.randint(1, 6))
    for one in chosen:
        path, how = desk / one, chance.choice(("flip", "cut", "gone", "empty"))
        if how == "gone":
            path.unlink()
        elif how == "flip":
            flip(path, chance.random())
        else:
            content = path.read_bytes()
            path.write_bytes(content[: chance.randrange(len(content))] if how == "cut" else b"")
    return set(chosen)


def test_the_roots_checksums_are_the_ones_to_blame(desk: Path) -> None:
    """A line changed in its path accuses neither the file it named nor the one it names now."""
    root = desk / "public/SHA256SUMS"
    before = root.read_bytes()
    for old, new in ((b"site.css", b"sitf.css"), (b"1.0.0/SHA256SUMS", b"1.0.9/SHA256SUMS")):
        assert old in before
        root.write_bytes(before.replace(old, new))
        assert named(desk) == {"public/SHA256SUMS"}
    lines = before.splitlines(keepends=True)
    root.write_bytes(b"".join(one for one in lines if b"1.0.1/SHA256SUMS" not in one))
    assert named(desk) == {"public/SHA256SUMS"}
    assert repair(settings_of(desk)).left == ()
    assert root.read_bytes() == before


@pytest.mark.parametrize("seed", range(10))
def test_random_damage_is_named_exactly_and_made_again(desk: Path, seed: int) -> None:
    before = contents(desk)
    damaged = damage(desk, random.Random(seed))
    changed = {one for one in damaged if contents(desk).get(one) != before[one]}
    assert named(desk) == changed
    assert repair(settings_of(desk)).left == ()
    assert contents(desk) == before


class Killed(BaseException):
    """What a SIGKILL looks like from inside."""


def test_a_repair_killed_anywhere_does_no_harm(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(desk)
    damage(desk, random.Random(4711))
    shutil.rmtree(desk / HOME / "1.0.1")
    sound = {one: content for one, content in contents(desk).items() if before[one] == content}
    write, life = FolderStore._write, [0]

    def mortal(self: FolderStore, path: str, content: bytes) -> None:
        life[0] -= 1
        if life[0] < 0:
            raise Killed
        write(self, path, content)

    monkeypatch.setattr(FolderStore, "_write", mortal)
    for lives in range(0, 40, 7):
        trial = Path(shutil.copytree(desk, tmp_path / f"trial{lives}"))
        life[0] = lives
        try:
            repair(settings_of(trial))
        except Killed:
            after = contents(trial)
            assert {one for one in sound if after.get(one) != sound[one]} == set()
        life[0] = 10_000
        assert repair(settings_of(trial)).left == ()
        assert contents(trial) == before
        shutil.rmtree(trial)


def test_a_repaired_desk_goes_on(desk: Path) -> None:
    (desk / HOME / "1.0.2/plans.parquet").unlink()
    (desk / "workspace/state.json").unlink()
    repair(settings_of(desk))
    run_pass(settings_of(desk), now=START + timedelta(days=9))
    assert not pending(settings_of(desk))
    assert named(desk) == set()


def changed_again(desk: Path, value: float) -> None:
    content = edited((INBOX / SAGAMIHARA).read_bytes(), "成果指標", E6=value)
    (desk / "inbox" / SAGAMIHARA).write_bytes(content)


def interrupted(desk: Path, monkeypatch: pytest.MonkeyPatch, after: int, days: int) -> None:
    """A pass whose public store is full after that many files."""
    put, left = FolderStore.put, [after]

    def full(self: FolderStore, path: str, content: bytes) -> None:
        if self.root == desk / "public":
            left[0] -= 1
            if left[0] < 0:
                raise StoreError("store-error", path=path, reason="full")
        put(self, path, content)

    def refused(self: FolderStore, path: str, content: bytes) -> None:
        if self.root == desk / "public" and left[0] <= 0:
            raise StoreError("store-error", path=path, reason="full")
        replace(self, path, content)

    replace = FolderStore.replace
    with monkeypatch.context() as patch:
        patch.setattr(FolderStore, "put", full)
        patch.setattr(FolderStore, "replace", refused)
        with pytest.raises(StoreError):
            run_pass(settings_of(desk), now=START + timedelta(days=days))


@pytest.mark.parametrize("after", [0, 4])
@pytest.mark.parametrize("by", ["repair", "run"])
def test_a_publication_that_was_interrupted_is_told_and_finished(
    desk: Path, monkeypatch: pytest.MonkeyPatch, after: int, by: str
) -> None:
    changed_again(desk, 34.5)
    interrupted(desk, monkeypatch, after, 5)
    before = contents(desk, "public")
    problems = inspect(settings_of(desk))
    assert {one.code for one in problems} == {"unfinished-publication"}
    assert f"datasets/{NAME}/1.0.3/" in {one.place.file for one in problems}
    told = releases(settings_of(desk), NAME).to_json()["releases"]
    assert [one["version"] for one in told if one.get("unfinished")] == ["1.0.3"]
    assert diff(settings_of(desk), NAME, "1.0.2", "1.0.3").lines.num_rows
    assert contents(desk, "public") == before, "who reads writes nothing"
    if by == "repair":
        assert repair(settings_of(desk)).left == ()
    else:
        summary = run_pass(settings_of(desk), now=START + timedelta(days=6))
        assert summary.finished == (f"{NAME} 1.0.3",)
        assert any("1.0.3" in one and "済ませ" in one for one in summary.sentences("ja"))
    assert inspect(settings_of(desk)) == []


def test_two_first_publications_that_were_interrupted_leave_no_strays(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The public store is full in the midst of the first version, then of the second."""
    for name in ("public", "workspace"):
        shutil.rmtree(desk / name)
    interrupted(desk, monkeypatch, 4, 5)
    changed_again(desk, 36.5)
    interrupted(desk, monkeypatch, 30, 6)
    public = settings_of(desk).stores()[1]
    assert {path.split("/")[2] for path in public.paths("datasets/")} >= {"1.0.0", "1.0.1"}
    assert {one.code for one in inspect(settings_of(desk))} == {"unfinished-publication"}
    assert {one.code for one in verify(public)} == {"unfinished-publication"}
    run_pass(settings_of(desk), now=START + timedelta(days=7))
    assert inspect(settings_of(desk)) == []

"""The commands with both stores on S3, as an operator gives them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from opendata.pipeline import guard
from opendata.pipeline.guard import Worker
from tests.builders import DX, INBOX, REGISTER, SHIMOTSUKE, Lasting
from tests.s3 import KEYS, client, new_bucket
from tests.test_cli import Terminal

SETTINGS = """
workspace = "s3://{bucket}/private/ワーク"
public = "s3://{bucket}/public"
base_url = "https://opendata.example.jp"
workers = 1

[s3]
endpoint_url = "{endpoint}"
addressing = "path"
"""


@pytest.fixture
def opendata(
    moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Terminal]:
    bucket = new_bucket(moto)
    folder = tmp_path / "desk"
    for place in (SHIMOTSUKE, REGISTER, DX):
        (folder / "inbox" / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(INBOX / place, folder / "inbox" / place)
    (folder / "opendata.toml").write_text(
        SETTINGS.format(bucket=bucket, endpoint=moto), encoding="utf-8"
    )
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    worker = Lasting(tmp_path / "worker.log")
    monkeypatch.setattr(guard, "Worker", lambda log: worker)
    yield Terminal(folder, monkeypatch, capsys)
    Worker.end(worker)


def test_a_day_on_s3(opendata: Terminal, moto: str, tmp_path: Path) -> None:
    said = opendata("run", "--lang", "en")
    assert (said.status, said.err) == (0, "")
    bucket = said.out.partition("s3://")[2].partition("/")[0]
    assert f"review: s3://{bucket}/private/ワーク/reviews/{DX}/report.html" in said.out
    assert f"site: s3://{bucket}/public/index.html" in said.out
    assert "Nothing new is published" not in said.out

    objects = {str(one["Key"]) for one in client(moto).list_objects_v2(Bucket=bucket)["Contents"]}
    assert f"private/ワーク/reviews/{DX}/report.html" in objects
    assert "public/datasets/municipal-plans/1.0.0/SHA256SUMS" in objects
    assert {one.partition("/")[0] for one in objects} == {"private", "public"}
    assert not any("/staged/" in one for one in objects)

    again = opendata("run", "--json").document
    assert {one["status"] for one in again["submissions"]} == {"unchanged"}
    assert again["releases"] == []
    assert opendata("verify", "--lang", "en").out == "Everything published is sound.\n"
    (release,) = opendata("releases", "municipal-plans", "--json").document["releases"]
    assert release["version"] == "1.0.0"
    checked = opendata("check", f"inbox/{SHIMOTSUKE}", "--json")
    assert (checked.status, checked.document["files"][0]["problems"]) == (0, [])
    # Nothing is asked of it; to know that, it was judged again as it lies in the archive.
    answered = opendata("answer", REGISTER, "--why", "計画書のとおり", "--json")
    assert (answered.status, answered.out) == (2, "")
    assert REGISTER in answered.err

    opendata.folder.joinpath("inbox", SHIMOTSUKE).write_bytes(
        opendata.folder.joinpath("inbox", REGISTER).read_bytes()
    )
    shutil.copy(INBOX / SHIMOTSUKE, opendata.folder / "inbox" / f"{SHIMOTSUKE[:-5]}2.xlsx")
    assert opendata("run", "--json").status == 0
    assert opendata("verify").status == 0

    # What a person with the keys may do to a bucket is found and named.
    client(moto).put_object(
        Bucket=bucket, Key="public/datasets/municipal-plans/1.0.0/plans.csv", Body=b"x"
    )
    client(moto).delete_object(Bucket=bucket, Key="public/index.html")
    found = opendata("verify", "--json")
    assert found.status == 1
    codes = {(one["code"], one["file"]) for one in found.document["problems"]}
    assert ("cut-short", "datasets/municipal-plans/1.0.0/plans.csv") in codes
    assert ("missing-file", "index.html") in codes
    # Nothing of the workspace lies on this machine.
    assert {one.name for one in opendata.folder.iterdir()} == {"inbox", "opendata.toml"}


def test_versions_on_s3(opendata: Terminal) -> None:
    assert opendata("run", "--json").status == 0
    (opendata.folder / "inbox" / REGISTER).unlink()
    shutil.copy(INBOX / SHIMOTSUKE, opendata.folder / "inbox" / SHIMOTSUKE)
    assert opendata("withdraw", REGISTER, "--why", "廃止のため", "--json").status == 0
    (made,) = opendata("run", "--json").document["releases"]
    told = opendata("diff", "municipal-plans", "1.0.0", made["version"], "--json")
    assert told.status == 0
    back = opendata("rollback", "municipal-plans", "1.0.0", "--why", "誤って取り下げた", "--json")
    assert (back.status, back.document["restores"]) == (0, "1.0.0")
    assert opendata("verify").status == 0
    listed = opendata("releases", "municipal-plans", "--json").document["releases"]
    assert [one["version"] for one in listed][:2] == ["1.0.0", made["version"]]
    assert len(listed) == 3

"""The command line keeps its contract: documents, exit statuses, sentences, settings."""

from __future__ import annotations

import csv
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from opendata import cli, pipeline
from opendata.pipeline import guard
from opendata.pipeline.guard import Worker
from tests.builders import DX, INBOX, PACKAGE, REGISTER, SAGAMIHARA, SHIMOTSUKE, edited

PROGRAM = Path(sys.executable).parent / "opendata"
PROBLEM = [
    *("file", "sheet", "cell", "table", "field", "code", "severity", "value", "message"),
    "suggestion",
]


@dataclass
class Said:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


@dataclass
class Terminal:
    """Commands in a folder of their own, in this process."""

    folder: Path
    patch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str | Path) -> Said:
        self.patch.setattr(sys, "argv", ["opendata", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = self.capture.readouterr()
        for text in (out, err):
            assert "Traceback" not in text
        status = ended.value.code
        assert isinstance(status, int)
        return Said(status, out, err)


@pytest.fixture
def opendata(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    lasting: Worker,
) -> Terminal:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENDATA_WORKERS", "1")
    monkeypatch.setattr(guard, "Worker", lambda log: lasting)
    return Terminal(tmp_path, monkeypatch, capsys)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the stores after a pass over two of the examples, one of them refused."""
    root = tmp_path_factory.mktemp("published")
    for place in (SHIMOTSUKE, DX):
        (root / "inbox" / place).parent.mkdir(parents=True)
        shutil.copy(INBOX / place, root / "inbox" / place)
    subprocess.run([PROGRAM, "run"], cwd=root, check=True, stdout=subprocess.DEVNULL)
    return root


@pytest.fixture
def stores(opendata: Terminal, published: Path) -> Path:
    """A copy of them where the command is run."""
    shutil.copytree(published, opendata.folder, dirs_exist_ok=True)
    return opendata.folder


# --- run ------------------------------------------------------------------------------------------


def test_run_prints_the_contracted_document(opendata: Terminal) -> None:
    for place in (SHIMOTSUKE, REGISTER, DX):
        (opendata.folder / "inbox" / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(INBOX / place, opendata.folder / "inbox" / place)
    (opendata.folder / "inbox" / "municipal-plans/132012/空.xlsx").write_bytes(b"")

    said = opendata("run", "--json")
    assert (said.status, said.err) == (0, "")
    assert said.document == {
        "submissions": [
            {"file": SHIMOTSUKE, "status": "accepted", "problems": 0},
            {"file": DX, "status": "rejected", "problems": 1},
            {"file": REGISTER, "status": "accepted", "problems": 1},
            {"file": "municipal-plans/132012/空.xlsx", "status": "unreadable", "problems": 1},
        ],
        "releases": [
            {
                "package": "municipal-plans",
                "version": "1.0.0",
                "previous": None,
                "changed_rows": 2 + 19 + 3,
            }
        ],
    }

    again = opendata("run", "--json")
    assert again.status == 0
    assert {one["status"] for one in again.document["submissions"]} == {"unchanged"}
    assert again.document["releases"] == []

    (opendata.folder / "inbox" / DX).write_bytes(
        edited((INBOX / DX).read_bytes(), E4="令和７年度（2025年度）")
    )
    assert opendata("run", "--json").document["releases"] == [
        {
            "package": "municipal-plans",
            "version": "1.1.0",
            "previous": "1.0.0",
            "changed_rows": 57,
        }
    ]


def test_run_tells_people_what_happened_and_where_to_look(opendata: Terminal, stores: Path) -> None:
    said = opendata("run")
    assert said.status == 0
    assert "受理 1 件" in said.out and "差し戻し 1 件" in said.out
    assert "［取組一覧 E4］" in said.out and "令和７年度（2026年度）" in said.out
    assert f"workspace/reviews/{DX}/report.html" in said.out
    assert (stores / f"workspace/reviews/{DX}/report.html").is_file()
    assert "新しく公開するものはありません（公開中: municipal-plans 1.0.0）" in said.out
    assert "public/datasets/municipal-plans/latest/" in said.out

    english = opendata("run", "--lang", "en")
    assert "accepted: 1" in english.out and "refused: 1" in english.out
    assert "nothing new to publish (current: municipal-plans 1.0.0)" in english.out
    assert not [c for c in english.out.replace(DX, "").replace(SHIMOTSUKE, "") if "ぁ" <= c <= "ん"]


def test_run_takes_its_places_from_its_options(opendata: Terminal) -> None:
    inbox = opendata.folder / "受付"
    (inbox / SHIMOTSUKE).parent.mkdir(parents=True)
    shutil.copy(INBOX / SHIMOTSUKE, inbox / SHIMOTSUKE)
    said = opendata(
        *("run", "--json", "--inbox", inbox, "--workspace", "作業", "--public", "公開"),
        *("--package", "municipal-plans"),
    )
    assert said.status == 0
    assert (opendata.folder / "作業/state.json").is_file()
    assert (opendata.folder / "公開/datasets/municipal-plans/datapackage.json").is_file()


# --- check ----------------------------------------------------------------------------------------


def test_check_prints_the_contracted_document(opendata: Terminal) -> None:
    said = opendata("check", INBOX / DX, INBOX / SHIMOTSUKE, "--json")
    assert (said.status, said.err) == (1, "")
    refused, accepted = said.document["files"]
    assert list(said.document) == ["files"]
    assert list(refused) == ["file", "package", "layout", "drafted", "problems", "records"]
    (problem,) = refused.pop("problems")
    assert list(problem) == PROBLEM
    assert {name: value for name, value in problem.items() if name != "message"} == {
        "file": str(INBOX / DX),
        "sheet": "取組一覧",
        "cell": "E4",
        "table": "plans",
        "field": "end_fiscal_year",
        "code": "era-year-mismatch",
        "severity": "error",
        "value": "令和７年度（2026年度）",
        "suggestion": "令和７年度（2025年度）",
    }
    assert "2025年度" in problem["message"] and "2026年度" in problem["message"]
    records = dict.fromkeys(
        ("indicators", "indicator_values", "progress", "evaluation_counts", "indicator_progress"),
        0,
    )
    assert refused == {
        "file": str(INBOX / DX),
        "package": "municipal-plans",
        "layout": "action-list",
        "drafted": False,
        "records": {"plans": 1, "policy_nodes": 56, **records},
    }
    assert accepted == {
        "file": str(INBOX / SHIMOTSUKE),
        "package": "municipal-plans",
        "layout": "policy-measure-list",
        "drafted": False,
        "problems": [],
        "records": {"plans": 1, "policy_nodes": 19, **records},
    }


def test_check_publishes_and_leaves_nothing(opendata: Terminal) -> None:
    assert opendata("check", INBOX / SHIMOTSUKE).status == 0
    assert list(opendata.folder.iterdir()) == []


def test_check_tells_people_in_their_language(opendata: Terminal) -> None:
    japanese, english = opendata("check", INBOX / DX), opendata("check", INBOX / DX, "--lang=en")
    assert (japanese.status, english.status) == (1, 1)
    assert "取組一覧 E4: 誤り [era-year-mismatch]" in japanese.out
    assert "→ 令和７年度（2025年度）" in japanese.out
    assert "このままでは公開できません" in japanese.out
    assert "取組一覧 E4: error [era-year-mismatch]" in english.out
    assert "reads as fiscal year 2025 by its era year and as 2026" in english.out
    assert "would be refused" in english.out


def test_check_of_warnings_alone_is_sound(opendata: Terminal) -> None:
    said = opendata("check", INBOX / REGISTER, "--json")
    assert said.status == 0
    assert [one["severity"] for one in said.document["files"][0]["problems"]] == ["warning"]


def test_check_of_a_file_that_cannot_be_read(opendata: Terminal) -> None:
    path = opendata.folder / "壊れた.xlsx"
    path.write_bytes((INBOX / DX).read_bytes()[:9000])
    said = opendata("check", path, "--json")
    assert said.status == 1
    (one,) = said.document["files"]
    assert (one["layout"], one["records"]) == (None, {})
    assert [each["code"] for each in one["problems"]] == ["damaged-file"]


def test_check_of_a_path_that_is_not_there_checks_the_others(opendata: Terminal) -> None:
    said = opendata("check", "ない.xlsx", INBOX / REGISTER, "無\u202eい.xlsx")
    assert said.status == 2
    assert "「ない.xlsx」" in said.err
    assert "「無\ufffdい.xlsx」" in said.err
    assert f"{INBOX / REGISTER}: 公開できます" in said.out
    said = opendata("check", "ない.xlsx", INBOX / REGISTER, "--json")
    assert (said.status, len(said.document["files"])) == (2, 1)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def test_check_writes_records_and_their_lineage(opendata: Terminal) -> None:
    said = opendata("check", INBOX / SAGAMIHARA, INBOX / DX, "--records", "out", "--json")
    assert said.status == 1
    files = {one.name: one.read_bytes().decode("utf-8") for one in Path("out").iterdir()}
    tables = {name.removesuffix(".csv"): table(text) for name, text in files.items()}
    counts: dict[str, int] = {}
    for one in said.document["files"]:
        for name, count in one["records"].items():
            counts[name] = counts.get(name, 0) + count
    lineage = tables.pop("lineage")
    assert {name: len(rows) for name, rows in tables.items()} == counts
    assert list(tables["plans"][0]) == [
        one.name
        for one in pipeline.packages(pipeline.load_settings())["municipal-plans"]
        .resource("plans")
        .published
    ]
    assert list(lineage[0]) == ["table", "row", "field", "sheet", "cell"]
    where = {
        (one["table"], one["row"], one["field"]): (one["sheet"], one["cell"]) for one in lineage
    }
    assert len(where) == len(lineage)
    # Row 1 is the first data row; the second file's rows stand below the first's.
    assert tables["plans"][1]["end_fiscal_year"] == "2025"
    assert where["plans", "2", "end_fiscal_year"] == ("取組一覧", "E4")
    (row,) = [
        number
        for number, one in enumerate(tables["indicator_values"], start=1)
        if one["value"] == "49.8"
    ]
    assert where["indicator_values", str(row), "value"] == ("成果指標", "F6")
    assert where["indicator_values", str(row), "fiscal_year"] == ("成果指標", "F5")
    for name, number, field in where:
        assert tables[name][int(number) - 1][field] != ""
    assert not any(text.startswith("\ufeff") or "\r" in text for text in files.values())


def test_check_writes_the_review(opendata: Terminal) -> None:
    opendata("check", INBOX / DX, INBOX / SHIMOTSUKE, "--report", "reviews")
    for place, given_back in ((DX, ("checked", "proposed")), (SHIMOTSUKE, ("checked",))):
        folder = Path("reviews") / Path(place).name
        assert sorted(one.name for one in folder.iterdir()) == [
            "report.html",
            "report.json",
            *(f"{Path(place).stem}.{one}.xlsx" for one in given_back),
        ]


def test_reviews_of_files_of_one_name_do_not_hide_each_other(opendata: Terminal) -> None:
    paths = []
    for folder, place in (("a", DX), ("b", SHIMOTSUKE)):
        path = Path(folder) / "計画.xlsx"
        path.parent.mkdir()
        shutil.copy(INBOX / place, path)
        paths.append(path)
    opendata("check", *paths, "--report", "reviews")
    found = [json.loads(one.read_text("utf-8")) for one in Path("reviews").rglob("report.json")]
    assert sorted(one["layout"] for one in found) == ["action-list", "policy-measure-list"]


# --- validate -------------------------------------------------------------------------------------

SCHEMA = {
    "fields": [
        {"name": "id", "type": "integer"},
        {"name": "share", "type": "number", "constraints": {"maximum": 100}},
    ],
    "primaryKey": ["id"],
}


def test_validate_prints_the_contracted_document(opendata: Terminal) -> None:
    Path("schema.json").write_text(json.dumps(SCHEMA))
    Path("good.csv").write_text("id,share\n1,50\n")
    Path("bad.csv").write_text("id,share\n1,50\n1,x\n2,101\n")

    good = opendata("validate", "good.csv", "--schema", "schema.json", "--json")
    assert (good.status, good.document) == (0, {"valid": True, "rows": 1, "errors": []})

    bad = opendata("validate", "bad.csv", "--schema", "schema.json", "--json")
    assert bad.status == 1
    assert bad.document == {
        "valid": False,
        "rows": 3,
        "errors": [
            {
                "type": "type-error",
                "rowNumber": 3,
                "fieldName": "share",
                "note": 'type is "number/default"',
            },
            {
                "type": "primary-key",
                "rowNumber": 3,
                "fieldName": None,
                "note": "the same as in the row at position 2",
            },
            {
                "type": "constraint-error",
                "rowNumber": 4,
                "fieldName": "share",
                "note": 'constraint "maximum" is "100"',
            },
        ],
    }

    said = opendata("validate", "bad.csv", "--schema", "schema.json")
    assert (said.status, said.out.splitlines()[-1]) == (1, "誤り 3件（3行）")
    said = opendata("validate", "bad.csv", "--schema", "schema.json", "--lang", "en")
    assert (said.status, said.out.splitlines()[-1]) == (1, "invalid: 3 rows, 3 errors")
    said = opendata("validate", "good.csv", "--schema", "schema.json")
    assert (said.status, said.out) == (0, "誤りはありません（1行）\n")


def test_validate_prints_every_error(opendata: Terminal) -> None:
    Path("schema.json").write_text(json.dumps(SCHEMA))
    Path("bad.csv").write_text("id,share\n" + "".join(f"{n},x\n" for n in range(1500)))
    said = opendata("validate", "bad.csv", "--schema", "schema.json", "--json")
    assert len(said.document["errors"]) == 1500


# --- verify and releases --------------------------------------------------------------------------


def test_verify_says_whether_what_is_published_is_sound(opendata: Terminal, stores: Path) -> None:
    assert opendata("verify").status == 0
    assert opendata("verify", "--json").document == {"problems": []}

    plans = stores / "public/datasets/municipal-plans/1.0.0/plans.csv"
    plans.write_bytes(plans.read_bytes().replace(b"2008", b"2009"))
    (stores / "public/datasets/municipal-plans/1.0.0/stray.csv").write_text("a\n")
    (stores / "public/datasets/municipal-plans/latest/indicators.csv").unlink()
    said = opendata("verify", "--json")
    assert said.status == 1
    problems = said.document["problems"]
    assert all(list(one) == PROBLEM for one in problems)
    assert {
        (one["code"], one["file"].removeprefix("datasets/municipal-plans/")) for one in problems
    } >= {
        ("checksum-mismatch", "1.0.0/plans.csv"),
        ("stray-file", "1.0.0/stray.csv"),
        ("missing-file", "latest/indicators.csv"),
    }
    assert "[checksum-mismatch]" in opendata("verify", "--lang", "en").out


def test_verify_of_nothing(opendata: Terminal) -> None:
    said = opendata("verify", "--public", "nowhere", "--json")
    assert said.status == 1
    assert [one["code"] for one in said.document["problems"]] == ["nothing-published"]
    assert opendata("verify", "--public", "nowhere").out.startswith("[nothing-published] ")


def test_releases_lists_the_versions(opendata: Terminal, stores: Path) -> None:
    said = opendata("releases", "municipal-plans", "--json")
    assert said.status == 0
    (release,) = said.document["releases"]
    assert (release["version"], release["changed_rows"]) == ("1.0.0", 20)
    heads, line = opendata("releases", "municipal-plans").out.splitlines()
    assert heads.split() == ["版", "公開日時", "行数", "変更"]
    assert line.startswith("1.0.0  ") and line.endswith("  20  追加 20 行")
    unknown = opendata("releases", "nothing")
    assert (unknown.status, "あるのは municipal-plans です" in unknown.err) == (2, True)


def test_releases_of_a_workspace_that_published_nothing(opendata: Terminal) -> None:
    said = opendata("releases", "municipal-plans", "--workspace", "empty")
    assert (said.status, said.out) == (2, "")
    assert "empty の記録では、まだ何も公開していません。" in said.err


def test_versions_are_compared_gone_back_to_and_traced(opendata: Terminal, stores: Path) -> None:
    content = edited((INBOX / SHIMOTSUKE).read_bytes(), C10="情報政策課")
    (stores / "inbox" / SHIMOTSUKE).write_bytes(content)
    assert opendata("run").status == 0
    said = opendata("diff", "municipal-plans", "1.0.0", "latest", "--lang", "en")
    assert said.status == 0 and "総合政策部総合政策課 → 情報政策課" in said.out
    document = opendata("diff", "municipal-plans", "1.0.0", "1.0.1", "--json").document
    assert [one["field"] for one in document["changes"]] == ["department"]
    said = opendata("rollback", "municipal-plans", "1.0.0", "--why", "誤記", "--json")
    assert (said.status, said.document["version"], said.document["restores"]) == (
        *(0, "1.0.2"),
        "1.0.0",
    )
    assert "誤記" in opendata("releases", "municipal-plans", "--lang", "en").out
    said = opendata("lineage", "municipal-plans", "latest", "--key", "092169-chiiki-johoka")
    assert said.status == 0 and "C10 (department)" in said.out
    keyed = ("--key", "plan_id=092169-chiiki-johoka", "--field", "department", "--table", "plans")
    (one,) = opendata("lineage", "municipal-plans", "1.0.1", *keyed, "--json").document["origins"]
    assert (one["value"], one["sheet"], one["cell"]) == ("情報政策課", "施策一覧", "C10")
    assert opendata("rollback", "municipal-plans", "--end").status == 0
    for wrong in (
        ("diff", "municipal-plans", "1.0.0", "8.0.0"),
        ("rollback", "municipal-plans", "1.0.0"),
        ("rollback", "municipal-plans"),
        ("rollback", "municipal-plans", "1.0.0", "--end"),
        ("lineage", "municipal-plans", "latest", "--key", "x"),
    ):
        assert opendata(*wrong).status == 2, wrong


# --- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing"],
        ["run", "--nothing"],
        ["run", "--lang", "fr"],
        ["run", "stray"],
        ["check"],
        ["validate", "x.csv"],
        ["check", "no.xlsx"],
        ["check", "."],
        ["validate", "no.csv", "--schema", "no.json"],
        ["run"],
        ["run", "--inbox", "nowhere", "--json"],
        ["run", "--inbox", ".", "--package", "no-package"],
        ["releases", "municipal-plans"],
        ["run", "--inbox", ".", "--workspace", "gopher://x"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_a_sentence_and_status_2(
    opendata: Terminal, arguments: Sequence[str]
) -> None:
    said = opendata(*arguments)
    assert said.status == 2
    assert said.out == ""
    assert len(said.err.strip()) > 10


def test_the_version_is_that_of_the_program(opendata: Terminal) -> None:
    assert opendata("--version") == Said(0, f"opendata {version('opendata')}\n", "")


def test_every_command_is_explained_in_both_languages_with_an_example() -> None:
    from opendata.cli.commands import app

    for command in app.registered_commands:
        name = (command.callback.__name__ if command.callback else "") or str(command.name)
        told = str(command.help)
        assert re.match(r"[A-Z]", told) and re.search(r"[ぁ-ん]", told), name
        if name != "validate":  # its arguments are read elsewhere
            examples = str(command.epilog).split("\n\n")[1:]
            assert examples, name
            assert all(one.startswith(f"opendata {name} ") or name in ("run", "verify")
                       for one in examples), name  # fmt: skip


def test_without_arguments_it_helps(opendata: Terminal) -> None:
    said = opendata()
    assert "Usage" in said.out + said.err
    assert all(name in said.out + said.err for name in ("run", "check", "validate", "verify"))
    assert opendata("--help").status == 0
    assert opendata("run", "--help").status == 0


def test_sentences_are_in_the_language_asked_for(opendata: Terminal) -> None:
    assert "というファイルまたはフォルダーはありません" in opendata("check", "no.xlsx").err
    assert "There is no file or folder" in opendata("check", "no.xlsx", "--lang", "en").err


def test_a_broken_package_is_named(opendata: Terminal, stores: Path) -> None:
    folder = stores / "own"
    shutil.copytree(PACKAGE, folder / "municipal-plans", ignore=shutil.ignore_patterns("examples"))
    layout = folder / "municipal-plans/layouts/action-list.yaml"
    layout.write_text(layout.read_text("utf-8").replace("plans.title", "plans.titel"))
    (stores / "opendata.toml").write_text(f'packages_folder = "{folder}"\n')

    for command in (["run"], ["check", INBOX / DX]):
        said = opendata(*command, "--lang", "en")
        assert (said.status, said.out) == (2, "")
        assert 'The layout "action-list"' in said.err
        assert "plans.titel" in said.err


def test_what_nobody_foresaw_is_one_sentence(
    opendata: Terminal, stores: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"090-{0:04}-{0:04}")

    monkeypatch.setattr(pipeline, "run_pass", broken)
    said = opendata("run", "--json")
    assert (said.status, said.out) == (1, "")
    assert "0000" not in said.err
    (log,) = [
        word for word in said.err.replace("「", " ").replace("」", " ").split() if ".log" in word
    ]
    kept = Path(log).read_text("utf-8")
    assert "RuntimeError" in kept and "broken" in kept and "090-0000" not in kept
    Path(log).unlink()


def test_an_interruption_is_no_error_of_ours(
    opendata: Terminal, stores: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "run_pass", interrupted)
    assert opendata("run").status == 130


def test_the_program_itself_ends_with_the_same_statuses(tmp_path: Path) -> None:
    for arguments, status in ((["run", "--nothing"], 2), (["verify"], 1), (["--help"], 0)):
        ended = subprocess.run(
            [PROGRAM, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert ended.returncode == status, ended.stderr
        assert "Traceback" not in ended.stderr


def test_whoever_reads_the_output_may_stop_reading(tmp_path: Path) -> None:
    with subprocess.Popen(
        [PROGRAM, "verify", "--json"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


# --- settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("inboxes = 'x'", "inboxes"),
        ("[limits]\nsecond = 3", "limits.second"),
        ("[publisher]\nname = 3", "publisher.name"),
        ("[limits]\nseconds = 'many'", "limits.seconds"),
        ("[nothing]\nx = 1", "nothing"),
        ("inbox = ", "opendata.toml"),
        ("packages_folder = 'nowhere'", "packages_folder"),
    ],
)
def test_a_wrong_setting_is_named(opendata: Terminal, content: str, named: str) -> None:
    Path("opendata.toml").write_text(content)
    said = opendata("run", "--inbox", ".")
    assert (said.status, said.out) == (2, "")
    assert f"設定「{named}」" in said.err


@pytest.mark.parametrize(
    ("content", "ja", "en"),
    [
        ("bogus = 1", "この名前の設定はありません", "there is no setting of this name"),
        ("[limits]\nseconds = 'many'", "「many」は数ではありません", '"many" is not a number'),
        ("[limits]\ncells = 1.5", "「1.5」は整数ではありません", '"1.5" is not a whole number'),
        ("packages_folder = 3", "「3」は場所の文字列ではありません", '"3" is not a path in quotes'),
        ("package = 'x'", "「x」は角かっこ [ ] の並びではありません", '"x" is not a list in [ ]'),
        ("limits = []", "名前と値の組ではありません", "not a table of names and values"),
        ("workers = 1\ninbox = \n", "2行目を TOML として読めません", "line 2 is not TOML"),
        ("packages_folder = 'x'", "パッケージのフォルダーがありません", "no folder of packages"),
        ("public = 'gopher://x'", "gopher:// は使えません", "no store speaks gopher://"),
    ],
)
def test_why_a_setting_is_wrong_is_told_in_one_language(
    opendata: Terminal, monkeypatch: pytest.MonkeyPatch, content: str, ja: str, en: str
) -> None:
    monkeypatch.setenv("OPENDATA_CONFIG", "else.toml")
    Path("else.toml").write_text(content)
    said = opendata("run", "--inbox", ".").err
    assert f"（{ja}）。設定ファイル else.toml または環境変数" in said
    said = opendata("run", "--inbox", ".", "--lang", "en").err
    assert f"({en}). Correct it in the settings file else.toml or" in said


@pytest.mark.parametrize(
    "name",
    ["OPENDATA_XYZ", "OPENDATA_LIMIT__SECONDS", "OPENDATA_INBOX__X", "OPENDATA_PACKAGE"],
)
def test_a_wrong_variable_is_named(
    opendata: Terminal, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "x")
    said = opendata("verify")
    assert (said.status, said.out) == (2, "")
    assert f"設定「{name}」" in said.err


def test_variables_that_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "OPENDATA_LANG": "ja",
        "OPENDATA_MUNICIPALITIES__132012": "八王子市",
        "OPENDATA_PUBLISHER__NAME": "例市",
        "OPENDATA_PACKAGE": '["x"]',
    }.items():
        monkeypatch.setenv(name, value)
    settings = pipeline.load_settings()
    assert settings.municipalities == {"132012": "八王子市"}
    assert (settings.publisher.name, settings.package) == ("例市", ("x",))


def test_a_setting_in_bytes_that_are_no_text(opendata: Terminal) -> None:
    Path("opendata.toml").write_bytes('[publisher]\nname = "八王子市"\n'.encode("cp932"))
    said = opendata("run", "--inbox", ".")
    assert said.status == 2
    assert "opendata.toml" in said.err


def test_the_environment_overrides_the_file_and_options_both(
    opendata: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        Path(name).mkdir()
        (Path(name) / f"{name}.xlsx").write_bytes(b"")
    Path("opendata.toml").write_text("inbox = 'a'\n[limits]\nseconds = 5\n")

    def files(*more: str) -> list[str]:
        document = opendata("run", "--json", *more).document
        return [one["file"] for one in document["submissions"]]

    assert files("--workspace", "w1") == ["a.xlsx"]
    monkeypatch.setenv("OPENDATA_INBOX", "b")
    monkeypatch.setenv("OPENDATA_LIMITS__SECONDS", "7")
    assert files("--workspace", "w2") == ["b.xlsx"]
    assert pipeline.load_settings().limits.seconds == 7
    assert files("--workspace", "w3", "--inbox", "c") == ["c.xlsx"]
    monkeypatch.setenv("OPENDATA_LIMITS__SECONDS", "many")
    assert opendata("run").status == 2


def test_another_file_of_settings(opendata: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("else.toml").write_text("inbox = 'a'\n")
    Path("a").mkdir()
    monkeypatch.setenv("OPENDATA_CONFIG", "else.toml")
    assert opendata("run", "--json").status == 0
    monkeypatch.setenv("OPENDATA_CONFIG", "nowhere.toml")
    assert opendata("run", "--json").status == 2


@pytest.mark.parametrize("name", ["README.md", "README.ja.md"])
def test_the_readme_says_how_to_look_at_what_make_run_made(
    opendata: Terminal, stores: Path, name: str
) -> None:
    """Its commands, where the stores are those of `make run`."""
    (stores / "var").mkdir()
    for store in ("public", "workspace"):
        (stores / store).rename(stores / "var" / store)
    text = Path(__file__).parents[1].joinpath(name).read_text("utf-8")
    commands = re.findall(r"`\.venv/bin/opendata ((?:verify|releases) [^`]*var/[^`]*)`", text)
    assert [opendata(*command.split()).status for command in commands] == [0, 0]


def test_a_template_is_made_and_never_written_over(opendata: Terminal) -> None:
    made = opendata("template", "municipal-plans", "-o", "様式.xlsx", "--json")
    told = {"package": "municipal-plans", "layout": "template", "file": "様式.xlsx"}
    assert (made.status, made.document) == (0, told)
    again = opendata("template", "municipal-plans", "-o", "様式.xlsx", "--lang", "en")
    assert again.status == 2
    assert "exists already" in again.err
    assert "--force" in again.err
    checked = opendata("check", "様式.xlsx", "--package", "municipal-plans", "--json")
    (file,) = checked.document["files"]
    assert (checked.status, file["layout"], file["drafted"]) == (1, "template", False)
    assert [one["code"] for one in file["problems"]] == ["nothing-filled-in"]


@pytest.mark.parametrize(
    ("lang", "said"), [("ja", "理由が必要です"), ("en", "is given. Give it with --why.")]
)
@pytest.mark.parametrize("command", ["answer", "withdraw"])
def test_without_a_reason_nothing_is_answered_nor_withdrawn(
    opendata: Terminal, command: str, lang: str, said: str
) -> None:
    done = opendata(command, SHIMOTSUKE, "--lang", lang)
    assert (done.status, said in done.err) == (2, True), done.err


def test_the_commands_of_the_page_on_versions_work_on_the_examples(opendata: Terminal) -> None:
    shutil.copytree(INBOX, opendata.folder / "inbox")
    assert opendata("run").status == 0
    (opendata.folder / "inbox" / SHIMOTSUKE).unlink()
    assert opendata("withdraw", SHIMOTSUKE, "--why", "廃止").status == 0
    assert opendata("run").status == 0
    page = (Path(__file__).parent.parent / "docs/versions.md").read_text("utf-8")
    written = "\n".join(re.findall(r"^```sh\n(.*?)^```", page, re.DOTALL | re.MULTILINE))
    commands = [shlex.split(line, comments=True) for line in written.splitlines() if line]
    assert {one[1] for one in commands} >= {"releases", "diff", "lineage", "rollback", "verify"}
    for program, *arguments in commands:
        assert program == "opendata"
        done = opendata(*arguments)
        assert (done.status, done.err) == (0, ""), arguments
        assert done.out, arguments

"""The command `opendata`. Each command parses, calls one function and prints.

Exit status: `run` 0 when the pass completed, 1 when not; `check` 0 no errors, 1 errors found;
`validate` and `verify` 0 sound, 1 not; everywhere 2 for usage and configuration.
"""

from __future__ import annotations

import gc
import inspect
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from importlib.metadata import version as installed
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from opendata.cli import validating
from opendata.cli.printing import print_json, print_problems, print_table, say, warn
from opendata.errors import (
    OpendataError,
    UsageError,
    has_errors,
    sentence,
)

if TYPE_CHECKING:  # each command loads what it needs: one table is judged in the time all takes
    from opendata.errors import Problem
    from opendata.pipeline import Checked

app = typer.Typer(
    name="opendata",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Lang = Annotated[Literal["ja", "en"], typer.Option("--lang", help="言語 / language")]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON document and nothing else. JSON だけを出力")
]
Inbox = Annotated[
    Path | None, typer.Option(help="The folder people put workbooks into. 受付フォルダー")
]
Workspace = Annotated[
    str | None, typer.Option(help="The private store: archive, reviews, state. 作業用の保存先")
]
Public = Annotated[
    str | None, typer.Option(help="The public store: what readers see. 公開用の保存先")
]
Packages = Annotated[
    list[str] | None, typer.Option("--package", help="Only this package. このデータの種類だけ")
]


DAILY = "Every day 毎日の処理"
FORMS = "Forms 様式"
STEWARDS = "What stewards are asked 確認事項"
PUBLISHED = "What is published 公開したもの"


def _command(
    panel: str, ja: str, *examples: str
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a command of a function: its help is the docstring, the same in Japanese, examples."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        summary, *more = inspect.cleandoc(function.__doc__ or "").split("\n\n")
        told = "\n\n".join((f"{' '.join(summary.split())}\n{ja}", *more))
        epilog = "\n\n".join(("Examples 例:", *examples))
        return app.command(help=told, epilog=epilog, rich_help_panel=panel)(function)

    return register


TOKYO = timezone(timedelta(hours=9))
"""Where a fiscal year begins on the first of April."""


def _say_version(is_asked: bool) -> None:
    if is_asked:
        say(f"opendata {installed('opendata')}")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            is_eager=True,
            callback=_say_version,
            help="Print the version and stop. バージョンを表示",
        ),
    ] = False,
) -> None:
    """A city's spreadsheets, published as open data. 表計算ファイルからオープンデータへ。"""


@_command(
    DAILY,
    "受付フォルダーの新しいファイルを確認し、変わったものを公開する。",
    "opendata run",
    "opendata run --inbox inbox --workspace workspace --public public --lang en",
)
def run(
    inbox: Inbox = None,
    workspace: Workspace = None,
    public: Public = None,
    package: Packages = None,
    json: AsJson = False,
    lang: Lang = "ja",
) -> None:
    """One full pass: read what is new in the inbox, review it, publish what changed."""
    from opendata.pipeline import load_settings, run_pass, telling_failure

    settings = load_settings(
        inbox=inbox, workspace=workspace, public=public, package=tuple(package) if package else None
    )
    gc.freeze()  # what is loaded by now stays: to look through it at the end takes its time
    with (
        telling_failure(settings),
        _progress("確認中" if lang == "ja" else "reading", quiet=json) as step,
    ):
        summary = run_pass(settings, progress=step)
    if json:
        print_json(summary.to_json())
    else:
        say(*summary.sentences(lang))


@_command(
    DAILY,
    "公開せずに、ファイルの確認結果だけを知らせる。",
    "opendata check 計画.xlsx",
    "opendata check 計画.xlsx --report 確認結果 --records 表",
)
def check(
    files: Annotated[
        list[Path], typer.Argument(help="Workbooks to check. 確認するファイル", show_default=False)
    ],
    package: Packages = None,
    report: Annotated[
        Path | None,
        typer.Option(help="Write each file's review here. 確認結果を書き出すフォルダー"),
    ] = None,
    records: Annotated[
        Path | None,
        typer.Option(help="Write the extracted tables here. 読み取った表を書き出すフォルダー"),
    ] = None,
    no_draft: Annotated[
        bool, typer.Option("--no-draft", help="Only written layouts. 様式の案では読み取らない")
    ] = False,
    json: AsJson = False,
    lang: Lang = "ja",
) -> None:
    """Say what a run would say about these files. Publishes nothing."""
    from opendata.pipeline import check as check_files
    from opendata.pipeline import load_settings

    settings = load_settings(package=tuple(package) if package else None)
    found = [one for one in files if one.is_file()]
    missing = [one for one in files if one not in found]
    if missing and not found:
        raise UsageError("file-not-found", path=str(missing[0]))
    for one in missing:
        warn(UsageError("file-not-found", path=str(one)).sentence().in_(lang))
    try:
        with _progress("確認中" if lang == "ja" else "reading", quiet=json) as step:
            checked = check_files(
                settings, found, now=datetime.now(UTC), progress=step, draft=not no_draft
            )
        if records is not None:
            _write(records, checked.records())
        if report is not None:
            for folder, outcome in zip(_folders(checked), checked.outcomes, strict=True):
                _write(report / folder, outcome.review)
    except OSError as error:
        raise OpendataError("store-error", path=str(error.filename), reason=str(error)) from error
    if json:
        print_json(checked.to_json(lang))
    else:
        print_problems(checked, lang)
    raise typer.Exit(2 if missing else int(checked.has_errors))


@_command(
    FORMS,
    "まだ登録されていない様式の案を、列ごとの確からしさと理由を添えて作る。",
    "opendata draft 計画.xlsx -o 様式.yaml --picture 図.html",
    "opendata draft --accept municipal-plans/132012/計画.xlsx",
)
def draft(
    file: Annotated[
        Path,
        typer.Argument(
            help="A workbook that no layout fits. To accept also a layout (YAML), or the place in"
            " the inbox of a submission whose review proposes one."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Write the layout here; with --accept, name it so."),
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="Draw what each cell was taken for here (HTML).")
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Save it among the package's layouts.")
    ] = False,
    workspace: Workspace = None,
    package: Packages = None,
    json: AsJson = False,
    lang: Lang = "ja",
) -> None:
    """Propose a layout for an unknown workbook, with a confidence and reasons for every column."""
    from opendata.pipeline import accept_layout, draft_file, load_settings

    settings = load_settings(workspace=workspace, package=tuple(package) if package else None)
    name = output.stem if output else None
    try:
        if accept:
            accepted = accept_layout(settings, file, name)
            print_json(accepted.to_json()) if json else say(*accepted.sentences(lang))
            return
        drafted = draft_file(settings, file, name)
        if picture is not None:
            picture.write_bytes(drafted.picture(lang))
        if output is not None and drafted.draft.layout:
            output.write_text(drafted.source, encoding="utf-8")
    except OSError as error:
        raise OpendataError("store-error", path=str(error.filename), reason=str(error)) from error
    told = drafted.to_json(lang)
    if json:
        print_json(told)
    elif drafted.draft.layout is None:
        warn(f"{file}: {told['problems'][0]['message']}")
    elif output is None:
        say(drafted.source.rstrip("\n"))
    else:
        say(f"{output}")
    raise typer.Exit(0 if drafted.draft.layout else 1)


@_command(
    FORMS,
    "部署に配る空の様式を作る。エラーなく記入できれば、そのまま公開できる。",
    "opendata template municipal-plans -o 様式.xlsx",
)
def template(
    package: Annotated[str, typer.Argument(help="The package's name. データの種類")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The workbook to write (.xlsx).")],
    layout: Annotated[
        str | None, typer.Option(help="A blank of this layout instead of the package's own form.")
    ] = None,
    year: Annotated[
        int | None,
        typer.Option(
            min=1912,
            max=2100,
            help="The first fiscal year of the columns by year; the present one unless given.",
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option("--force", help="Replace a file that exists. すでにあるファイルを置き換える"),
    ] = False,
    json: AsJson = False,
    lang: Lang = "ja",
) -> None:
    """Make the blank workbook to hand to a department: what is filled in without error is valid."""
    from opendata.errors.catalogue import sentence
    from opendata.pipeline import load_settings, make_template

    today = datetime.now(TOKYO).date()
    made = make_template(
        load_settings(),
        package,
        output,
        today=today,
        layout=layout,
        year=year,
        language=lang,
        replace=force,
    )
    if json:
        print_json({"package": package, "layout": layout or "template", "file": str(made)})
    else:
        say(sentence("template-made", path=made, package=package).in_(lang))


@_command(
    STEWARDS,
    "確認事項に「正しい」か「いいえ」と答える。次の実行で確認し直す。",
    "opendata answer municipal-plans/132012/計画.xlsx --cell B4 --why 議会で修正したため",
)
def answer(
    file: Annotated[str, typer.Argument(help="A submission: its place below the inbox.")],
    why: Annotated[
        str, typer.Option(help="Why. It is remembered, and published where asked.")
    ] = "",
    cell: Annotated[
        str | None, typer.Option(help="Only what is asked of this cell: B4 or 計画!B4.")
    ] = None,
    code: Annotated[str | None, typer.Option(help="Only questions of this code.")] = None,
    no: Annotated[
        bool, typer.Option("--no", help="It is not right: what was published stays.")
    ] = False,
    workspace: Workspace = None,
    public: Public = None,
    json: AsJson = False,
    lang: Lang = "ja",
) -> None:
    """Say that what a review asks about is right, or not. The next run judges anew.

    A steward answers in the workbook itself, on the sheet 確認結果.
    """
    from opendata.pipeline import answer as answer_questions
    from opendata.pipeline import load_settings

    settings = load_settings(workspace=workspace, public=public)
    answered = answer_questions(settings, file, why, cell=cell, code=code, is_right=not no)
    print_json(answered.to_json()) if json else say(*answered.sentences(lang))


@_command(
    STEWARDS,
    "受付フォルダーからなくなったファイルの公開を、次の実行でやめる。",
    "opendata withdraw municipal-plans/132012/計画.xlsx --why 計画を廃止したため",
)
def withdraw(
    file: Annotated[str, typer.Argument(help="A submission: its place below the inbox.")],
    why: Annotated[str, typer.Option(help="Why it is published no longer. It is published.")] = "",
    inbox: Inbox = None,
    workspace: Workspace = None,
    public: Public = None,
    json: AsJson = False,
    lang: Lang = "ja",
) -> None:
    """Publish the data of a file that is gone from the inbox no longer. The next run does it."""
    from opendata.pipeline import load_settings
    from opendata.pipeline import withdraw as withdraw_file

    settings = load_settings(inbox=inbox, workspace=workspace, public=public)
    withdrawn = withdraw_file(settings, file, why)
    print_json(withdrawn.to_json()) if json else say(*withdrawn.sentences(lang))


@app.command(
    help=f"{validating.SUMMARY}\n{validating.SUMMARY_JA}",
    rich_help_panel=PUBLISHED,
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
def validate(context: typer.Context) -> None:
    """Listed with the others; its arguments are read by `validating`."""
    raise typer.Exit(validating.run(context.args))


@_command(
    PUBLISHED,
    "公開したものをすべて読み直し、壊れ・不足・余分がないか確かめる。",
    "opendata verify",
    "opendata verify --repair",
)
def verify(
    public: Public = None,
    workspace: Workspace = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Make again what can be, and say what cannot.")
    ] = False,
    json: AsJson = False,
    lang: Lang = "ja",
) -> None:
    """Read everything published again: checksums, descriptors, pointers, strays; and what the
    workspace keeps, unless only --public is given."""
    from opendata.pipeline import inspect, load_settings
    from opendata.pipeline import repair as make_again
    from opendata.store import verify as verify_store

    settings = load_settings(public=public, workspace=workspace)
    fixed: tuple[Problem, ...] = ()
    if repair:
        done = make_again(settings)
        fixed, problems = done.fixed, list(done.left)
    elif public is not None and workspace is None:
        problems = verify_store(settings.public_store())
    else:
        problems = inspect(settings)
    if json:
        told = {"repaired": [one.to_json(lang) for one in fixed]} if repair else {}
        print_json({**told, "problems": [one.to_json(lang) for one in problems]})
        raise typer.Exit(1 if has_errors(problems) else 0)
    for one in fixed:
        say(sentence("repaired", file=one.place.file, title=one.title).in_(lang))
    if problems:
        for one in problems:
            where = f"{one.place.file}: " if one.place.file else ""
            say(f"{where}[{one.code}] {one.message.in_(lang)} {one.remedy.in_(lang)}")
    else:
        say("公開物はすべて正常です。" if lang == "ja" else "Everything published is sound.")
    raise typer.Exit(1 if has_errors(problems) else 0)


@_command(
    DAILY,
    "動き続けて受付フォルダーを見張り、夜間処理も行う。",
    'opendata serve --cron "0 2 * * *"',
)
def serve(
    inbox: Inbox = None,
    workspace: Workspace = None,
    public: Public = None,
    package: Packages = None,
    cron: Annotated[
        str | None, typer.Option(help="When the nightly run starts. 夜間処理の時刻")
    ] = None,
    settle: Annotated[
        float | None, typer.Option(help="Seconds a file must lie still before it counts.")
    ] = None,
    lang: Lang = "ja",
) -> None:
    """Stay up: watch the inbox, run every night, publish what is dropped."""
    from opendata.pipeline import load_settings

    load_settings(inbox=inbox, workspace=workspace, public=public)
    options: list[tuple[str, object]] = [
        ("--inbox", inbox),
        ("--workspace", workspace),
        ("--public", public),
        ("--cron", cron),
        ("--settle", settle),
        ("--lang", lang),
        *(("--package", name) for name in package or ()),
    ]
    given = [part for name, value in options if value is not None for part in (name, str(value))]
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "flows.serve", *given])  # noqa: S606


@_command(
    PUBLISHED,
    "版の一覧（日時、行数、変わったこと）を古い順に示す。",
    "opendata releases municipal-plans",
)
def releases(
    package: Annotated[str, typer.Argument(help="The package's name. データの種類")],
    workspace: Workspace = None,
    public: Public = None,
    json: AsJson = False,
    lang: Lang = "ja",
) -> None:
    """The versions of a package, oldest first: when, how many rows, what changed."""
    from opendata.pipeline import load_settings
    from opendata.pipeline import releases as released

    history = released(load_settings(workspace=workspace, public=public), package)
    print_json(history.to_json()) if json else print_table(history.table(lang))


@_command(
    PUBLISHED,
    "ある版から別の版までに変わった行、値、定義を示す。",
    "opendata diff municipal-plans 1.0.0 latest",
)
def diff(
    package: Annotated[str, typer.Argument(help="The package's name. データの種類")],
    before: Annotated[
        str, typer.Argument(metavar="V1", help="A version, or latest. 版、または latest")
    ],
    after: Annotated[str, typer.Argument(metavar="V2", help="Another one.")] = "latest",
    every: Annotated[
        bool, typer.Option("--all", help="Show every change. 変更をすべて表示")
    ] = False,
    workspace: Workspace = None,
    public: Public = None,
    json: AsJson = False,
    lang: Lang = "ja",
) -> None:
    """What changed from one version of a package to another: rows, values, schema."""
    from opendata.pipeline import diff as differences
    from opendata.pipeline import load_settings
    from opendata.pipeline.versions import SHOWN

    settings = load_settings(workspace=workspace, public=public)
    found = differences(settings, package, before, after)
    if json:
        print_json(found.to_json())
    else:
        say(*found.sentences(lang, None if every else SHOWN))


@_command(
    PUBLISHED,
    "前の版の内容を、新しい版としてもう一度公開する。ファイルが変わるまで続く。",
    "opendata rollback municipal-plans 1.0.0 --why 誤った表を公開したため",
    "opendata rollback municipal-plans --end",
)
def rollback(
    package: Annotated[str, typer.Argument(help="The package's name. データの種類")],
    version: Annotated[str | None, typer.Argument(help="The version to go back to.")] = None,
    why: Annotated[str, typer.Option(help="The reason. It is published.")] = "",
    end: Annotated[
        bool, typer.Option("--end", help="Publish what lies in the inbox after all.")
    ] = False,
    workspace: Workspace = None,
    public: Public = None,
    json: AsJson = False,
    lang: Lang = "ja",
) -> None:
    """Publish the content of an old version again, as a new one. It stands until a file changes."""
    from opendata.pipeline import end_rollback, load_settings, roll_back

    settings = load_settings(workspace=workspace, public=public)
    if end == (version is not None):
        raise UsageError("rollback-or-end")
    if version is None:
        ended = end_rollback(settings, package)
        print_json(ended.to_json()) if json else say(*ended.sentences(lang))
    else:
        made = roll_back(settings, package, version, why, now=datetime.now(UTC))
        print_json(made.to_json()) if json else say(*made.sentences(lang))


@_command(
    PUBLISHED,
    "公開した値の出どころ（ファイル、シート、セル）を示す。",
    "opendata lineage municipal-plans latest --table plans --key 132012-000 --field title",
)
def lineage(
    package: Annotated[str, typer.Argument(help="The package's name. データの種類")],
    version: Annotated[str, typer.Argument(help="A version, or latest. 版、または latest")],
    key: Annotated[
        list[str],
        typer.Option(help="The row's key: a/b/c, or field=value (more than once)."),
    ],
    table: Annotated[str | None, typer.Option(help="Only in this table.")] = None,
    field: Annotated[str | None, typer.Option(help="Only this value of the row.")] = None,
    workspace: Workspace = None,
    public: Public = None,
    json: AsJson = False,
    lang: Lang = "ja",
) -> None:
    """Where a published number comes from: file, sheet and cell."""
    from opendata.pipeline import lineage as origins
    from opendata.pipeline import load_settings

    settings = load_settings(workspace=workspace, public=public)
    found = origins(settings, package, version, key, table=table, field=field)
    print_json(found.to_json()) if json else say(*found.sentences(lang))


def _folders(checked: Checked) -> Iterator[str]:
    """A folder for each file's review, named as the file; of one name, the later are numbered."""
    taken: set[str] = set()
    for outcome in checked.outcomes:
        name = Path(outcome.place).name
        numbered = (f"{name}-{number}" for number in count(2))
        folder = next(one for one in chain((name,), numbered) if one not in taken)
        taken.add(folder)
        yield folder


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


@contextmanager
def _progress(title: str, *, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar where a terminal is attached, nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def step(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield step

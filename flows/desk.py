"""The operator's desk: options in, sentences out, everything else into the log.

Nothing here knows Prefect: it must be set up before Prefect is imported.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from opendata.errors import (
    ConfigurationError,
    OpendataError,
    PackageError,
    StoreError,
    Text,
    UsageError,
)
from opendata.pipeline import Settings, load_settings, packages, pending

Language = Literal["ja", "en"]

_USAGE = (UsageError, ConfigurationError, PackageError)
_LOG_LIMIT = 10_000_000  # bytes; then the log of before is kept once, as .1

WORDS = {
    "starting": Text(
        "Prefect を起動しています（初回は30秒ほどかかります）…",
        "Starting Prefect (half a minute the first time) …",
    ),
    "unexpected": Text(
        "処理を完了できませんでした。公開済みのデータはそのままです。詳細はログにあります: {log}",
        "This could not be completed; what was published stands. The details are in {log}",
    ),
    "stopped": Text(
        "中断しました。次回の実行で続きを処理します。", "Stopped; the next run goes on."
    ),
    "server-died": Text(
        "Prefect サーバーが起動しないか、停止しました。詳細はログにあります: {log}",
        "The Prefect server did not start, or stopped. The details are in {log}",
    ),
    "already-serving": Text(
        "この作業フォルダーでは opendata serve が既に動いています: {home}",
        "opendata serve is already running for this workspace: {home}",
    ),
    "serving": Text(
        "受付フォルダーを見ています: {inbox}\n"
        "夜間処理: {cron}（{timezone}）\n"
        "実行履歴（Prefect）: {ui}\n"
        "ログ: {log}\n"
        "準備ができました。終了するには Ctrl-C を押してください。",
        "Watching the inbox: {inbox}\n"
        "Nightly run: {cron} ({timezone})\n"
        "Run history (Prefect): {ui}\n"
        "Log: {log}\n"
        "Ready. Press Ctrl-C to stop.",
    ),
    "stopping": Text("終了します。", "Stopping."),
}


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator asked for; None leaves it to `opendata.toml`, the environment, defaults."""

    inbox: str | None = None
    workspace: str | None = None
    public: str | None = None
    packages: list[str] | None = None
    language: Language = "ja"

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> Options:
        """The options among parsed arguments."""
        return cls(
            arguments.inbox,
            arguments.workspace,
            arguments.public,
            arguments.package or None,
            arguments.lang,
        )

    def parameters(self) -> dict[str, Any]:
        """The options as parameters of a flow."""
        return {
            "inbox": self.inbox,
            "workspace": self.workspace,
            "public": self.public,
            "packages": self.packages,
            "language": self.language,
        }

    def settings(self) -> Settings:
        """The settings with these options over them. Raises ConfigurationError."""
        return load_settings(
            inbox=self.inbox, workspace=self.workspace, public=self.public, package=self.packages
        )

    def checked(self) -> tuple[Settings, Path]:
        """The settings and the log, once all that a pass needs is there: what is missing is said
        before the seconds that Prefect takes. Raises OpendataError.
        """
        settings = self.settings()
        packages(settings)
        pending(settings)
        return settings, log_file(settings)


def arguments(program: str, description: str) -> argparse.ArgumentParser:
    """A parser with the options that every flow takes."""
    parser = argparse.ArgumentParser(program, description=description)
    parser.add_argument("--inbox", metavar="DIR", help="where departments put their files")
    parser.add_argument("--workspace", metavar="URL", help="private: archive, reviews, state")
    parser.add_argument("--public", metavar="URL", help="what the web server shows")
    parser.add_argument(
        "--package", metavar="NAME", action="append", default=[], help="only this one; repeatable"
    )
    parser.add_argument("--lang", choices=("ja", "en"), default="ja", help="default: ja")
    return parser


def say(words: str | Text, language: Language = "ja", **details: object) -> None:
    """Tell the operator, now."""
    text = words if isinstance(words, str) else words.fill(details).in_(language)
    print(text, flush=True)


class Told(Exception):  # what it says, it has said: nobody is to say it again
    """Work could not be completed, and the operator has been told; carries the exit status."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence, status)
        self.status = status

    def __str__(self) -> str:
        return str(self.args[0])


@contextmanager
def telling(language: Language, log: Path | None = None) -> Iterator[None]:
    """Turn whatever goes wrong inside into one sentence for the operator and a `Told`."""
    try:
        yield
    except Told:
        raise
    except OpendataError as error:
        usage = isinstance(error, _USAGE) or error.code == "file-not-found"
        raise _tell(error.sentence().in_(language), 2 if usage else 1) from error
    except Exception as error:
        traceback.print_exc()  # stderr is the log by now
        details = {"log": log or "—"}
        raise _tell(WORDS["unexpected"].fill(details).in_(language), 1) from error


def _tell(sentence: str, status: int) -> Told:
    say(sentence)
    return Told(sentence, status)


def refuse(words: Text, language: Language, status: int = 1, **details: object) -> Told:
    """Tell why work cannot go on, and make the error to raise."""
    return _tell(words.fill(details).in_(language), status)


def prefect_home(settings: Settings) -> Path:
    """Prefect's own folder: where the operator says, or in the workspace."""
    given = os.environ.get("PREFECT_HOME")
    return _made(Path(given) if given else settings.own_folder() / "prefect")


def log_file(settings: Settings) -> Path:
    """The one log of all flows."""
    return _made(settings.own_folder() / "logs") / "opendata.log"


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError("store-error", path=str(folder), reason=str(error)) from error
    return folder


def log_to(path: Path) -> None:
    """Send stderr, ours and that of every process we start, to the end of `path`."""
    if path.exists() and path.stat().st_size > _LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))
    sys.stderr.flush()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    os.dup2(descriptor, 2)
    os.close(descriptor)

"""Mail to stewards and the operator, through a real SMTP server with STARTTLS and a login."""

from __future__ import annotations

import json
import logging
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import desk as flow_desk
from flows.nightly import set_up
from opendata.cli import main
from opendata.errors import ConfigurationError, StoreError, Text, UsageError
from opendata.pipeline import (
    Summary,
    answer,
    guard,
    load_settings,
    post,
    run_pass,
    telling_failure,
)
from opendata.pipeline.guard import Worker
from opendata.pipeline.mail import _where
from opendata.pipeline.settings import Settings
from opendata.review import Digest, Envelope, Item, News, operator_letter, steward_letter
from opendata.review.letter import failure_letter
from tests.builders import DX, INBOX, REGISTER, SAGAMIHARA, edited
from tests.sinks import PASSWORD, USER, Sink, certificate, free_port, rogue, sink

START = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
STEWARD, OTHER, OPERATOR = "kikaku@example.jp", "joho@example.jp", "unyo@example.jp"
CORRECTED = "令和７年度（2025年度）"
RESPONSIBLE = {"municipal-plans/132012": [STEWARD], "municipal-plans/141500": [OTHER]}


@dataclass
class Office:
    """An inbox, its stores and the mail settings; every pass is a day later."""

    root: Path
    keys: tuple[Path, Path]
    port: int
    day: int = 0

    def settings(self, mail: dict[str, Any] | None = None, **more: Any) -> Any:
        told = {
            "host": "127.0.0.1",
            "port": self.port,
            "username": USER,
            "password": PASSWORD,
            "ca_file": self.keys[0],
            "sender": "opendata@example.jp",
            "operator": [OPERATOR],
            **(mail or {}),
        }
        return load_settings(
            **{
                "inbox": self.root / "inbox",
                "workspace": str(self.root / "workspace"),
                "public": str(self.root / "public"),
                "workers": 1,
                "responsible": RESPONSIBLE,
                "mail": {name: value for name, value in told.items() if value is not None},
                **more,
            }
        )

    def run(self, mail: dict[str, Any] | None = None, **more: Any) -> Summary:
        self.day += 1
        return run_pass(self.settings(mail, **more), now=START + timedelta(days=self.day))

    def put(self, place: str, content: bytes | None = None) -> None:
        path = self.root / "inbox" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((INBOX / place).read_bytes() if content is None else content)

    def remove(self, place: str) -> None:
        (self.root / "inbox" / place).unlink()

    def correct(self) -> None:
        self.put(DX, edited((INBOX / DX).read_bytes(), "取組一覧", E4=CORRECTED))

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.root / "workspace/state.json").read_text("utf-8"))
        return found


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def server(keys: tuple[Path, Path]) -> Iterator[Sink]:
    with sink(keys) as kept:
        yield kept


@pytest.fixture
def mail(server: Sink) -> Sink:
    server.take()
    server.logins.clear()
    server.on_rcpt = lambda _: None
    server.on_data = lambda _: None
    return server


@pytest.fixture
def office(
    tmp_path: Path,
    keys: tuple[Path, Path],
    mail: Sink,
    lasting: Worker,
    monkeypatch: pytest.MonkeyPatch,
) -> Office:
    """A refused file in the inbox, and no pass yet."""
    monkeypatch.setattr(guard, "Worker", lambda log: lasting)
    made = Office(tmp_path, keys, mail.port)
    made.put(DX)
    return made


def text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def attached(message: EmailMessage) -> dict[str, Any]:
    return {str(one.get_filename()): one.get_content() for one in message.iter_attachments()}


def by_recipient(kept: Sink) -> dict[str, EmailMessage]:
    """The messages since the last look; nobody gets two, and nobody another's."""
    recipients = list(kept.recipients)
    found = dict(zip(recipients, kept.take(), strict=True))
    assert len(found) == len(recipients)
    assert all(message["To"] == to for to, message in found.items())
    return found


# --- a pass and its messages ---------------------------------------------------------------------


def test_a_refused_file_reaches_its_steward_with_the_review(office: Office, mail: Sink) -> None:
    summary = office.run({"reviews_url": r"\\fs01\reviews"}, publisher={"name": "例市 情報政策課"})
    assert summary.mailed.sent == 2
    assert "メールを送りました: 2 通" in summary.sentences()
    assert set(mail.logins) == {(USER.encode(), PASSWORD.encode(), True)}
    told = by_recipient(mail)
    assert list(told) == [STEWARD, OPERATOR]

    message = told[STEWARD]
    name = DX.rpartition("/")[2]
    stem = name.removesuffix(".xlsx")
    assert message["Subject"] == f"【オープンデータ】差し戻し：{name}"
    assert message["From"] == "例市 情報政策課 <opendata@example.jp>"
    assert message["Reply-To"] == OPERATOR
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == START + timedelta(days=1)
    said = text(message)
    assert "このままでは公開できません。1件の修正をお願いします。" in said
    assert "・［取組一覧 E4］「令和７年度（2026年度）」は、" in said
    assert f"→ 案：{CORRECTED}" in said
    assert f"1. 「{stem}.checked.xlsx」を開くと" in said
    where = DX.replace("/", "\\")
    assert f"確認結果：\\\\fs01\\reviews\\{where}\\report.html" in said
    review = office.root / "workspace/reviews" / DX
    files = attached(message)
    assert sorted(files) == sorted(
        [f"{stem}.report.html", f"{stem}.checked.xlsx", f"{stem}.proposed.xlsx"]
    )
    assert files[f"{stem}.checked.xlsx"] == (review / f"{stem}.checked.xlsx").read_bytes()
    page = files[f"{stem}.report.html"]
    assert page == (review / "report.html").read_text("utf-8")

    digest = told[OPERATOR]
    assert digest["Subject"] == "【オープンデータ運用】差し戻し 1件"
    assert digest["Reply-To"] is None
    assert DX in text(digest)
    assert f"お知らせ先：{STEWARD}" in text(digest)
    assert not attached(digest)


def test_an_unchanged_night_sends_nothing(office: Office, mail: Sink) -> None:
    office.run()
    mail.take()
    before = office.state()
    summary = office.run()
    assert (summary.mailed.sent, summary.has_news, mail.take()) == (0, False, [])
    assert office.state() == before


def test_only_who_is_responsible_is_told_what_changed(office: Office, mail: Sink) -> None:
    office.put(SAGAMIHARA)
    office.run()
    told = by_recipient(mail)
    assert told[OTHER]["Subject"] == f"【オープンデータ】公開：{SAGAMIHARA.rpartition('/')[2]}"
    assert "公開した版：1.0.0" in text(told[OTHER])
    assert not attached(told[OTHER])
    office.correct()
    office.run(base_url="https://data.example.jp/")
    told = by_recipient(mail)
    assert list(told) == [STEWARD, OPERATOR]
    assert "修正を確認して公開" in told[STEWARD]["Subject"]
    assert "公開した版：1.1.0\n　公開先：https://data.example.jp/" in text(told[STEWARD])
    assert "municipal-plans 1.1.0、修正を確認して公開 1件" in told[OPERATOR]["Subject"]
    assert "公開しました: municipal-plans 1.1.0（前の版 1.0.0" in text(told[OPERATOR])


def test_a_file_dropped_again_without_a_change_in_its_data(office: Office, mail: Sink) -> None:
    office.correct()
    office.run()
    mail.take()
    book = openpyxl.load_workbook(office.root / "inbox" / DX)
    book.properties.title = "another"
    book.save(office.root / "inbox" / DX)
    office.run()
    told = by_recipient(mail)
    assert list(told) == [STEWARD, OPERATOR]
    assert "公開中のデータ（版 1.0.0）に変わりはありません。" in text(told[STEWARD])


def test_a_file_that_is_gone_is_asked_about(office: Office, mail: Sink) -> None:
    office.put(REGISTER)
    office.run()
    mail.take()
    office.remove(REGISTER)
    office.run()
    told = by_recipient(mail)
    assert "受付フォルダーにないファイル" in told[STEWARD]["Subject"]
    assert "データは公開したままです（版 1.0.0）" in text(told[STEWARD])
    assert REGISTER in text(told[OPERATOR])
    office.put(REGISTER)
    office.run()
    assert list(by_recipient(mail)) == [STEWARD, OPERATOR]


def test_a_refused_file_taken_away_is_no_news(office: Office, mail: Sink) -> None:
    office.run()
    mail.take()
    office.remove(DX)
    assert office.run().mailed.sent == 0


def test_an_answered_question_is_told_once(office: Office, mail: Sink) -> None:
    """And a workbook with personal data does not travel by mail."""
    office.put(REGISTER, edited((INBOX / REGISTER).read_bytes(), C9="連絡先 042-620-7210"))
    office.run({"reviews_url": "https://intra.example.jp/reviews/"})
    message = by_recipient(mail)[STEWARD]
    assert "042-620-7210" not in text(message)
    names = [name for name in attached(message) if "登録票" in name]
    assert not [name for name in names if not name.endswith(".report.html")]
    assert "八王子市情報化計画_登録票.checked.xlsx" in text(message)
    assert "https://intra.example.jp/reviews/municipal-plans/132012/%E5%85%AB" in text(message)
    answer(office.settings(), REGISTER, "代表番号", code="personal-data")
    office.run()
    told = by_recipient(mail)
    assert "042-620-7210" not in text(told[STEWARD])
    assert list(told) == [STEWARD, OPERATOR]


def test_an_open_question_comes_with_the_workbook_to_answer_in(office: Office, mail: Sink) -> None:
    office.put(SAGAMIHARA)
    office.run()
    mail.take()
    renamed = edited(
        (INBOX / SAGAMIHARA).read_bytes(), "成果指標", C7="必要な情報を得やすいと思う人の割合"
    )
    office.put(SAGAMIHARA, renamed)
    office.run()
    told = by_recipient(mail)
    assert list(told) == [OTHER, OPERATOR]
    message = told[OTHER]
    assert "ご確認のお願い：" in message["Subject"]
    assert "▼おたずねしたいところ\n　・［成果指標 C7］" in text(message)
    assert (
        "▼次にしていただくこと\n　1. 「情報マネジメント推進計画_進捗管理.checked.xlsx」を開き"
        in (text(message))
    )
    assert "情報マネジメント推進計画_進捗管理.checked.xlsx" in attached(message)


# --- who is responsible --------------------------------------------------------------------------


def test_the_longest_folder_says_who_is_responsible() -> None:
    settings = load_settings(
        responsible={
            "": ["all@example.jp"],
            "municipal-plans/092169": ["city@example.jp"],
            "municipal-plans/092169/企画課/": ["kikaku@example.jp", "kikaku@example.jp"],
            "municipal-plans/092169/ガス課": ["gas@example.jp"],
            "municipal-plans/092169/企画課/下書き": [],
        }
    )
    folder = "municipal-plans/092169"
    assert {
        place: settings.responsible_for(place)
        for place in (
            f"{folder}/企画課/計画.xlsx",
            f"{folder}/企画課/下書き/計画.xlsx",
            f"{folder}/企画課2/計画.xlsx",
            f"{folder}/\u30ab\u3099ス課/計画.xlsx",  # as a Mac writes ガ
            "計画.xlsx",
        )
    } == {
        f"{folder}/企画課/計画.xlsx": ("kikaku@example.jp",),
        f"{folder}/企画課/下書き/計画.xlsx": (),
        f"{folder}/企画課2/計画.xlsx": ("city@example.jp",),
        f"{folder}/\u30ab\u3099ス課/計画.xlsx": ("gas@example.jp",),
        "計画.xlsx": ("all@example.jp",),
    }
    assert load_settings().responsible_for("計画.xlsx") == ()


def test_what_nobody_is_responsible_for_reaches_the_operator(office: Office, mail: Sink) -> None:
    office.run(responsible={})
    told = by_recipient(mail)
    assert list(told) == [OPERATOR]
    assert "お知らせ先の設定がありません" in text(told[OPERATOR])


# --- what is remembered --------------------------------------------------------------------------


def test_mail_switched_on_later_brings_no_old_news(office: Office, mail: Sink) -> None:
    summary = office.run({"host": None})
    assert "told" not in office.state()
    assert summary.mailed.sent == 0
    assert office.run().mailed.sent == 0
    office.correct()
    office.run()
    assert list(by_recipient(mail)) == [STEWARD, OPERATOR]
    office.run({"host": None})
    assert "told" not in office.state()


def test_a_new_address_is_told_what_happens_from_then_on(office: Office, mail: Sink) -> None:
    office.run()
    mail.take()
    more = {"municipal-plans/132012": [STEWARD, OTHER]}
    assert office.run(responsible=more).mailed.sent == 0
    office.correct()
    office.run(responsible=more)
    assert sorted(by_recipient(mail)) == sorted([STEWARD, OTHER, OPERATOR])


def test_a_pass_killed_before_its_messages_leaves_them_to_the_next(
    office: Office, mail: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("opendata.pipeline.mail.send_owed", _die)
        with pytest.raises(_Killed):
            office.run()
    assert mail.take() == []
    office.run()
    assert list(by_recipient(mail)) == [STEWARD, OPERATOR]
    assert office.run().mailed.sent == 0


def test_a_pass_killed_between_two_messages_repeats_none(
    office: Office, mail: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = post.Post.send

    def send(self: post.Post, to: str, made: Any) -> Any:
        return _die() if to == OPERATOR else real(self, to, made)

    with monkeypatch.context() as patch:
        patch.setattr(post.Post, "send", send)
        with pytest.raises(_Killed):
            office.run()
    assert list(by_recipient(mail)) == [STEWARD]
    office.run()
    assert list(by_recipient(mail)) == [OPERATOR]


def test_a_message_whose_receipt_was_lost_comes_again_under_the_same_name(
    office: Office, mail: Sink
) -> None:
    lost: list[bytes] = []

    def drop(content: bytes) -> str | None:
        lost.append(content)
        return "421 going down"  # after it has taken the message

    mail.on_data = drop
    summary = office.run()
    assert set(summary.mailed.undelivered) == {STEWARD, OPERATOR}
    mail.on_data = lambda _: None
    office.run()
    again = by_recipient(mail)[STEWARD]
    first: Any = message_from_bytes(lost[0], policy=default)
    assert first["To"] == STEWARD
    assert first["Message-ID"] == again["Message-ID"]
    assert text(first) == text(again)


def test_the_same_verdict_at_another_time_is_another_message(office: Office, mail: Sink) -> None:
    office.run()
    first = by_recipient(mail)[STEWARD]
    office.correct()
    office.run()
    mail.take()
    office.put(DX)
    office.run()
    again = by_recipient(mail)[STEWARD]
    assert first["Subject"] == again["Subject"]
    assert first["Message-ID"] != again["Message-ID"]


class _Killed(BaseException):
    pass


def _die(*_: object) -> Any:
    raise _Killed


# --- servers that do not do as they should -------------------------------------------------------


def test_a_server_that_is_down_keeps_nothing_from_being_published(
    office: Office, mail: Sink
) -> None:
    office.correct()
    summary = office.run({"port": free_port()})
    assert [one.version for one in summary.releases] == ["1.0.0"]
    assert list(summary.mailed.undelivered) == [STEWARD, OPERATOR]
    said = "\n".join(summary.sentences())
    assert f"届けられなかったメール: {STEWARD}：メールサーバー（127.0.0.1:" in said
    assert summary.has_news
    office.put(REGISTER)
    office.run()
    told = by_recipient(mail)
    assert "公開 2件" in told[STEWARD]["Subject"]
    assert "届けられなかった" not in text(told[OPERATOR])
    assert office.run().mailed.sent == 0


def test_a_recipient_that_is_refused_stops_no_other(office: Office, mail: Sink) -> None:
    office.put(SAGAMIHARA)
    mail.on_rcpt = lambda address: "550 no such user" if address == OTHER else None
    summary = office.run()
    assert list(summary.mailed.undelivered) == [OTHER]
    told = by_recipient(mail)
    assert list(told) == [STEWARD, OPERATOR]
    assert f"{OTHER}：メールサーバーが受け付けませんでした（550 no such user）" in text(
        told[OPERATOR]
    )
    summary = office.run()  # it is tried again, and the operator knows
    assert (summary.mailed.sent, list(summary.mailed.undelivered)) == (0, [OTHER])
    mail.on_rcpt = lambda _: None
    office.run()
    assert list(by_recipient(mail)) == [OTHER]
    assert office.run().mailed.sent == 0


def test_what_a_server_does_not_take_with_attachments_comes_without(
    office: Office, mail: Sink
) -> None:
    mail.on_data = lambda content: "552 too big" if b"multipart" in content else None
    summary = office.run()
    assert summary.mailed.undelivered == {}
    message = by_recipient(mail)[STEWARD]
    assert not attached(message)
    said = text(message)
    assert (
        "添付していないもの：八王子市DX推進計画_取組一覧.report.html、八王子市DX推進計画_取組一覧.checked.xlsx"
        in said
    )
    assert "確認結果のファイルは、運用担当者にご請求ください。" in said


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ({"attach": False}, []),
        ({"attach_megabytes": 0}, []),
        ({"attach_megabytes": 0.045}, ["八王子市DX推進計画_取組一覧.report.html"]),
    ],
)
def test_no_more_is_attached_than_the_settings_want(
    office: Office, mail: Sink, more: dict[str, Any], names: list[str]
) -> None:
    office.run(more)
    assert list(attached(by_recipient(mail)[STEWARD])) == names


def hangs(connection: socket.socket, _: int) -> None:
    connection.recv(1)


def drips(connection: socket.socket, _: int) -> None:
    while True:
        connection.send(b"x")
        time.sleep(0.02)


def refuses(connection: socket.socket, _: int) -> None:
    connection.sendall(b"554 go away\r\n")
    connection.close()


def drops_in_the_message(connection: socket.socket, _: int) -> None:
    connection.sendall(b"220 ready\r\n")
    lines = connection.makefile("rb")
    for line in lines:
        if line.upper().startswith(b"DATA"):
            connection.sendall(b"354 go on\r\n")
            lines.readline()
            connection.shutdown(socket.SHUT_RDWR)
            return
        connection.sendall(b"250 yes\r\n")


def hangs_in_the_message(connection: socket.socket, _: int) -> None:
    connection.sendall(b"220 ready\r\n")
    lines = connection.makefile("rb")
    for line in lines:
        if line.upper().startswith(b"DATA"):
            connection.sendall(b"354 go on\r\n")
            for _line in lines:
                pass
            return
        connection.sendall(b"250 yes\r\n")


def posted(office: Office, *recipients: str, **mail: Any) -> list[str | None]:
    """What becomes of a message to each: None, or why it was not sent."""
    failures = []
    with post.Post(office.settings(mail).mail) as opened:
        for to in recipients:
            message = steward_letter([], _envelope(to))
            failures.append(opened.send(to, partial(_as_it_is, message)))
    return [failure and failure.reason.ja for failure in failures]


def _as_it_is(message: EmailMessage, _attach: bool) -> EmailMessage:
    return message


def _envelope(to: str) -> Envelope:
    return Envelope(sender="opendata@example.jp", to=to, date=START, identity="x")


UNENCRYPTED = {"security": "none", "username": None, "password": None}


@pytest.mark.parametrize(
    ("behave", "reason"),
    [
        (hangs, "つながりません（timeout）"),
        (drips, "つながりません（not an answer of SMTP）"),
        (refuses, "つながりません（554）"),
        (drops_in_the_message, "送る途中で通信が切れました"),
        (hangs_in_the_message, "送る途中で通信が切れました（timeout）"),
    ],
)
def test_a_rogue_server_is_left_alone_soon(
    office: Office, monkeypatch: pytest.MonkeyPatch, behave: Any, reason: str
) -> None:
    monkeypatch.setattr(post, "PATIENCE", 3)
    with rogue(behave) as port:
        told = posted(office, *[STEWARD] * 50, port=port, timeout_seconds=0.2, **UNENCRYPTED)
    assert all(one is not None and reason in one for one in told)


def test_a_pass_goes_on_when_the_server_drops_the_message(office: Office, mail: Sink) -> None:
    with rogue(drops_in_the_message) as port:
        summary = office.run({"port": port, **UNENCRYPTED})
    assert list(summary.mailed.undelivered) == [STEWARD, OPERATOR]
    office.run()
    assert list(by_recipient(mail)) == [STEWARD, OPERATOR]


def test_a_connection_dropped_once_is_made_again(office: Office) -> None:
    def once(connection: socket.socket, number: int) -> None:
        if number == 0:
            drops_in_the_message(connection, number)
            return
        connection.sendall(b"220 ready\r\n")
        lines, is_data = connection.makefile("rb"), False
        for line in lines:
            if is_data and line != b".\r\n":
                continue
            is_data = line.upper().startswith(b"DATA")
            connection.sendall(b"354 go on\r\n" if is_data else b"250 yes\r\n")

    with rogue(once) as port:
        first, *others = posted(office, STEWARD, OTHER, OPERATOR, port=port, **UNENCRYPTED)
    assert first is not None
    assert others == [None, None]


def test_what_takes_too_long_is_left_to_the_next_pass(
    office: Office, mail: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "PATIENCE", 0)
    assert posted(office, STEWARD) == ["時間がかかりすぎるため、残りは次の処理で送ります。"]
    assert mail.raw == []


def test_nothing_is_sent_where_the_connection_cannot_be_encrypted(office: Office) -> None:
    with sink() as plain:
        (told,) = posted(office, STEWARD, port=plain.port)
        assert "暗号化した通信ができません（not supported）" in str(told)
        assert (plain.raw, plain.logins) == ([], [])


def test_without_a_login_a_relay_may_be_unencrypted(office: Office) -> None:
    with sink() as plain:
        assert posted(office, STEWARD, port=plain.port, **UNENCRYPTED) == [None]
        assert plain.recipients == [STEWARD]


def test_a_password_never_goes_over_a_connection_that_is_not_encrypted(office: Office) -> None:
    """Not even where the settings were put together by hand."""
    settings = office.settings().mail.model_copy(update={"security": "none"})
    with sink() as plain, post.Post(settings.model_copy(update={"port": plain.port})) as opened:
        failure = opened.send(STEWARD, lambda _: steward_letter([], ENVELOPE))
        assert failure is not None
        assert (failure.key, plain.logins, plain.raw) == ("mail-login", [], [])


def test_a_certificate_that_nobody_vouches_for_is_not_believed(office: Office, mail: Sink) -> None:
    (told,) = posted(office, STEWARD, ca_file=None)
    assert "暗号化した通信ができません（self-signed certificate）" in str(told)
    assert (mail.raw, mail.logins) == ([], [])


def test_a_certificate_of_another_name_is_not_believed(office: Office, mail: Sink) -> None:
    (told,) = posted(office, STEWARD, host="localhost")
    assert "暗号化した通信ができません（Hostname mismatch" in str(told)
    assert (mail.raw, mail.logins) == ([], [])


def test_tls_from_the_first_byte(office: Office, keys: tuple[Path, Path]) -> None:
    with sink(keys, tls=True) as kept:
        assert posted(office, STEWARD, port=kept.port, security="tls") == [None]
        assert [login[:2] for login in kept.logins] == [(USER.encode(), PASSWORD.encode())]


@pytest.mark.parametrize("wrong", ["ひみつのことば-9x7", "9x7-wrong-Pass"])
def test_a_wrong_password_is_told_and_never_shown(
    office: Office,
    mail: Sink,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    wrong: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    said = str(posted(office, STEWARD, password=wrong))
    assert "利用者名とパスワードを受け付けません" in said
    said += repr(office.settings({"password": wrong})) + "".join(capfd.readouterr())
    assert "9x7" not in said + caplog.text
    assert mail.raw == []


def test_the_password_may_stand_in_a_file(office: Office, mail: Sink, tmp_path: Path) -> None:
    path = tmp_path / "password"
    more = {"password": None, "password_file": path}
    assert "パスワードのファイル" in str(posted(office, STEWARD, **more))
    path.write_text(f"{PASSWORD}\n")
    assert posted(office, STEWARD, **more) == [None]
    assert mail.recipients == [STEWARD]


# --- a pass that could not be completed ----------------------------------------------------------


def test_a_failed_pass_is_told_once_and_so_is_that_it_works_again(
    office: Office, mail: Sink
) -> None:
    def fail(error: Exception, **more: Any) -> None:
        settings = office.settings(**more)
        with pytest.raises(type(error)), telling_failure(settings):
            raise error

    full = StoreError("store-error", path="state.json", reason="No space left on device")
    office.run()
    mail.take()
    fail(full, mail={"port": free_port()})
    fail(full)
    told = by_recipient(mail)
    assert list(told) == [OPERATOR]
    assert told[OPERATOR]["Subject"] == "【オープンデータ運用】処理を完了できませんでした"
    assert "No space left on device" in text(told[OPERATOR])
    fail(full)
    fail(UsageError("no-reason"))
    assert mail.take() == []
    fail(ValueError("the text of a cell"))
    told = by_recipient(mail)
    assert "（ValueError）" in text(told[OPERATOR])
    assert "the text of a cell" not in text(told[OPERATOR])
    office.run()
    told = by_recipient(mail)
    assert list(told) == [OPERATOR]
    assert "前回は完了できませんでしたが、今回の処理は完了しました。" in text(told[OPERATOR])
    assert office.run().mailed.sent == 0
    fail(full)
    assert list(by_recipient(mail)) == [OPERATOR]


def test_commands_and_flows_tell_of_failures(
    office: Office, mail: Sink, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = tmp_path / "opendata.toml"
    config.write_text(
        f"""
        inbox = "{tmp_path / "nowhere"}"
        workspace = "{tmp_path / "workspace"}"
        public = "{tmp_path / "public"}"
        [mail]
        host = "127.0.0.1"
        port = {mail.port}
        username = "{USER}"
        ca_file = "{office.keys[0]}"
        sender = "opendata@example.jp"
        operator = ["{OPERATOR}"]
        """
    )
    monkeypatch.setenv("OPENDATA_CONFIG", str(config))
    monkeypatch.setenv("OPENDATA_MAIL__PASSWORD", PASSWORD)
    monkeypatch.setattr("sys.argv", ["opendata", "run"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code != 0
    assert "nowhere" in text(by_recipient(mail)[OPERATOR])
    with pytest.raises(flow_desk.Told), set_up(flow_desk.Options()):
        raise StoreError("store-error", path="x", reason="the share is gone")
    assert "the share is gone" in text(by_recipient(mail)[OPERATOR])


# --- settings ------------------------------------------------------------------------------------

SOUND = {"host": "mx.example.jp", "sender": "a@example.jp", "operator": ["b@example.jp"]}


@pytest.mark.parametrize(
    ("mail", "setting", "reason"),
    [
        ({"sender": None}, "mail.sender", "the sender's address is missing"),
        ({"operator": []}, "mail.operator", "there is nobody to write to"),
        ({"operator": ["b@example.jp\nBcc: c@example.jp"]}, "mail.operator", "no mail address"),
        ({"operator": ["企画課@example.jp"]}, "mail.operator", "no mail address"),
        ({"sender": "企画課 <a@example.jp>"}, "mail.sender", "no mail address"),
        ({"password": "x"}, "mail.username", "there is a password without it"),
        ({"username": "x"}, "mail.password", "there is a user name without it"),
        ({"username": "x", "password": "y", "security": "none"}, "mail.security", "unencrypted"),
        ({"username": "x", "password": "y", "password_file": "z"}, "mail.password_file", "both"),
        ({"security": "ssl"}, "mail.security", "starttls"),
        ({"port": 0}, "mail.port", "greater than"),
        ({"smtp": "x"}, "mail.smtp", "there is no setting of this name"),
        ({"timeout_seconds": 0}, "mail.timeout_seconds", "greater than"),
    ],
)
def test_settings_that_cannot_work_are_named(
    mail: dict[str, Any], setting: str, reason: str
) -> None:
    told = {name: value for name, value in {**SOUND, **mail}.items() if value is not None}
    with pytest.raises(ConfigurationError) as found:
        load_settings(mail=told)
    assert found.value.details["setting"] == setting
    assert reason in found.value.details["reason"].en


def test_an_address_among_the_responsible_is_looked_at() -> None:
    with pytest.raises(ConfigurationError, match="is no mail address"):
        load_settings(responsible={"municipal-plans": ["kikaku"]})


@pytest.mark.parametrize("password", [12345678, ["12345678"]])
def test_a_password_of_the_wrong_kind_is_not_shown(password: object) -> None:
    with pytest.raises(ConfigurationError) as found:
        load_settings(mail={**SOUND, "username": "x", "password": password})
    assert "12345678" not in str(found.value) + str(found.value.__cause__)


def test_mail_is_off_and_a_password_in_the_environment_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not load_settings().mail.is_on
    monkeypatch.setenv("OPENDATA_MAIL__PASSWORD", "x")
    assert not load_settings().mail.is_on
    monkeypatch.delenv("OPENDATA_MAIL__PASSWORD")
    assert {
        security: load_settings(mail={**SOUND, "security": security}).mail.port_of()
        for security in ("starttls", "tls", "none")
    } == {"starttls": 587, "tls": 465, "none": 25}


# --- letters -------------------------------------------------------------------------------------

ENVELOPE = Envelope(sender="opendata@example.jp", to=STEWARD, date=START, identity="x")
NEWS: tuple[News, ...] = (
    "refused", "waiting", "received", "asked", "fixed", "accepted", "withdrawn", "ended"
)  # fmt: skip


def relayed(message: EmailMessage) -> EmailMessage:
    """The message as the other side reads it; nothing in it needs eight bits or long lines."""
    raw = message.as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")
    read: Any = message_from_bytes(raw, policy=default)
    return read  # type: ignore[no-any-return]


@given(
    name=st.text(min_size=1, max_size=300),
    news=st.sampled_from(NEWS),
    publisher=st.text(max_size=80),
)
def test_whatever_a_file_is_called_it_stays_in_its_place(
    name: str, news: News, publisher: str
) -> None:
    envelope = Envelope(
        sender="opendata@example.jp", to=STEWARD, date=START, identity=name,
        publisher=publisher, reply_to=(OPERATOR,), language="both",
    )  # fmt: skip
    record = {
        "verdict": {"ja": name, "en": name},
        "next_steps": [{"ja": name, "en": name}],
        "problems": [
            {"severity": "error", "code": "x", "sheet": name, "cell": "A1", "message": name,
             "message_en": name, "suggestion": name}
        ],
    }  # fmt: skip
    item = Item(
        file=f"municipal-plans/132012/{name}", news=news, record=record, version="1.0.0",
        attached={f"{name}.checked.xlsx": b"PK", "report.html": b"<html>"},
        responsible=(STEWARD,), accept=name,
    )  # fmt: skip
    letters = [
        relayed(steward_letter([item], envelope)),
        relayed(steward_letter([item, item], envelope)),
        relayed(operator_letter(Digest(items=[item], counts={news: 1}), envelope)),
        relayed(failure_letter(Text(name, name), envelope)),
    ]
    known = {
        "Date", "From", "To", "Reply-To", "Subject", "Message-ID", "Auto-Submitted",
        "X-Auto-Response-Suppress", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
    }  # fmt: skip
    for one in letters:
        assert set(one.keys()) <= known
        assert [str(one["To"]), str(one["Reply-To"])] == [STEWARD, OPERATOR]
        assert one["From"].addresses[0].addr_spec == "opendata@example.jp"
        assert not one.defects
        assert text(one)
    assert len(list(letters[0].iter_attachments())) == 2


def test_the_pages_of_several_files_have_names_of_their_own() -> None:
    places = ("p/1/計画.xlsx", "p/2/計画.xlsx", "p/1/指標.xlsx")
    items = [
        Item(file=one, news="refused", attached={"report.html": one.encode()}) for one in places
    ]
    files = attached(relayed(steward_letter(items, ENVELOPE)))

    assert files == {
        "計画.report.html": "p/1/計画.xlsx",
        "2.計画.report.html": "p/2/計画.xlsx",
        "指標.report.html": "p/1/指標.xlsx",
    }


def test_a_name_with_line_breaks_and_turned_letters() -> None:
    name = "計画\r\nBcc: x@example.jp\u202e\udc80.xlsx"
    message = relayed(steward_letter([Item(file=f"p/1/{name}", news="refused")], ENVELOPE))
    assert (
        message["Subject"] == "【オープンデータ】差し戻し：計画 Bcc: x@example.jp\ufffd\ufffd.xlsx"
    )
    assert message["Bcc"] is None
    assert "\nBcc" not in text(message)


def test_a_message_is_known_again_by_what_it_says() -> None:
    item = Item(file="p/1/a.xlsx", news="refused")
    later = Envelope(**{**_parts(ENVELOPE), "date": START + timedelta(days=1)})
    other = Envelope(**{**_parts(ENVELOPE), "identity": "y"})
    else_to = Envelope(**{**_parts(ENVELOPE), "to": OTHER})
    first, again, *others = (
        steward_letter([item], one)["Message-ID"] for one in (ENVELOPE, later, other, else_to)
    )
    assert first == again
    assert len({first, *others}) == 3


def _parts(envelope: Envelope) -> dict[str, Any]:
    return {name: getattr(envelope, name) for name in Envelope.__slots__}


def test_many_causes_and_many_files_make_a_short_message() -> None:
    problems = [
        {"severity": "error", "code": f"c{n % 9}", "sheet": "表", "cell": f"A{n}",
         "message": "x" * 2000}
        for n in range(900)
    ]  # fmt: skip
    items = [
        Item(file=f"p/1/{n:03}.xlsx", news="refused", record={"problems": problems})
        for n in range(50)
    ]
    message = steward_letter(items, ENVELOPE)
    assert message["Subject"] == "【オープンデータ】差し戻し 50件"
    said = text(message)
    assert said.count("■") == 20
    assert "…ほか 30 件" in said
    assert said.count("（同じことが、ほかに 99 か所）") == 100
    assert said.count("ほかに 4 種類あります") == 20
    assert len(said) < 60_000


def test_a_letter_in_both_languages_tells_the_same_twice() -> None:
    both = Envelope(**{**_parts(ENVELOPE), "language": "both"})
    english = Envelope(**{**_parts(ENVELOPE), "language": "en"})
    item = Item(file="p/1/計画.xlsx", news="withdrawn", version="1.2.0")
    japanese, in_english = (
        text(steward_letter([item], one)).rstrip("\n") for one in (ENVELOPE, english)
    )
    assert text(steward_letter([item], both)).rstrip("\n") == f"{japanese}\n\n{in_english}"
    assert "Its data stay published (version 1.2.0)." in in_english
    assert (
        steward_letter([item], english)["Subject"] == "[open data] gone from the inbox: 計画.xlsx"
    )


def test_a_folder_of_a_misleading_name_turns_no_words_of_the_mail() -> None:
    settings = Settings.model_validate(
        {"publisher": {"name": "例市"}, "mail": {"reviews_url": r"\\fs01\reviews"}}
    )
    where = _where(settings, "municipal-plans/132012/無\u202ea.xlsx")
    assert where is not None
    assert where.startswith(r"\\fs01\reviews")
    assert "無\ufffda.xlsx" in where

"""The way to the mail server: one connection for a pass's messages, encrypted, within limits."""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from threading import Timer
from typing import NamedTuple

from opendata.errors import Text, sentence
from opendata.pipeline.settings import MailSettings
from opendata.review import one_line

PATIENCE = 10
"""How many times `timeout_seconds` all messages of a pass may take together: as long as they are
sent, no other pass can commit."""
_TRIES = 2
"""How many connections in a row may be lost before the server is left alone."""


class Failure(NamedTuple):
    """Why a message did not reach the server. `key` stays the same as long as the reason does."""

    key: str
    reason: Text


class Post:
    """Sends messages over one connection, made when the first is sent.

    Nothing is ever raised: what the server does becomes a Failure. A recipient or a message that it
    turns down concerns no other; a server that cannot be reached, hangs, or drops the connection
    twice in a row is left alone for this pass. A context manager.
    """

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._smtp: smtplib.SMTP | None = None
        self._given_up: Failure | None = None
        self._lost = 0
        self._server = f"{settings.host}:{settings.port_of()}"
        self._end = time.monotonic() + PATIENCE * settings.timeout_seconds
        self._timer: Timer | None = None

    def __enter__(self) -> Post:
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._smtp is not None:
            with suppress(smtplib.SMTPException, OSError, ValueError):
                self._smtp.quit()
        self._leave()

    def send(self, to: str, made: Callable[[bool], EmailMessage]) -> Failure | None:
        """Send one message. `made` makes it with attachments or, where the server does not take
        it with them, without."""
        if (smtp := self._connected()) is None:
            return self._given_up
        message = made(True)
        failure = self._sent(smtp, to, message)
        if failure is not None and failure.key == _UNFIT and message.is_multipart():
            smtp = self._connected() or smtp
            failure = self._given_up or self._sent(smtp, to, made(False))
        return failure

    def _connected(self) -> smtplib.SMTP | None:
        """The connection; None once the server is given up."""
        if time.monotonic() >= self._end and self._given_up is None:
            self._given_up = Failure("late", sentence("mail-out-of-time"))
        if self._given_up is None and self._smtp is None:
            self._connect()
        return None if self._given_up else self._smtp

    def _sent(self, smtp: smtplib.SMTP, to: str, message: EmailMessage) -> Failure | None:
        try:
            smtp.sendmail(str(self._settings.sender), [to], message.as_bytes())
        except smtplib.SMTPRecipientsRefused as error:
            failure = _turned_down("recipient", *error.recipients[to])
        except smtplib.SMTPSenderRefused as error:
            # Also what is larger than the server says it takes is turned down here.
            unfit = error.smtp_code == 552
            failure = _turned_down(_UNFIT if unfit else "sender", error.smtp_code, error.smtp_error)
        except smtplib.SMTPDataError as error:
            unfit = error.smtp_code >= 500
            failure = _turned_down(_UNFIT if unfit else "later", error.smtp_code, error.smtp_error)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            return self._lose(error)
        else:
            self._lost = 0
            return None
        self._lost = 0
        if smtp.sock is None:  # it said 421 and is gone
            self._leave()
        return failure

    def _connect(self) -> None:
        settings, name = self._settings, "mail-unreachable"
        if self._timer is None:
            # An answer may come a letter at a time, each within the time for one.
            self._timer = Timer(max(0, self._end - time.monotonic()), self._cut)
            self._timer.daemon = True
            self._timer.start()
        try:
            password = self._password()
            context = ssl.create_default_context(cafile=settings.ca_file)
            smtp = self._smtp = self._unconnected(context)
            greeting = smtp.connect(str(settings.host), settings.port_of())
            if greeting[0] != 220:
                raise smtplib.SMTPConnectError(*greeting)
            if settings.security == "starttls":
                name = "mail-no-tls"
                smtp.starttls(context=context)
            if settings.username is not None:
                name = "mail-login"
                if settings.security == "none":  # the settings are not even read with both
                    raise smtplib.SMTPNotSupportedError
                smtp.login(settings.username, password)
        except _Unreadable as error:
            self._give_up("mail-password-file", str(error), path=str(settings.password_file))
        except ssl.SSLError as error:
            self._give_up("mail-no-tls", _words(error), server=self._server)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            lost = isinstance(error, smtplib.SMTPServerDisconnected)
            self._give_up("mail-unreachable" if lost else name, _words(error), server=self._server)

    def _unconnected(self, context: ssl.SSLContext) -> smtplib.SMTP:
        # Given the host, the constructor would connect: `_cut` could not reach what hangs then.
        settings = self._settings
        domain = str(settings.sender).rpartition("@")[2]
        smtp: smtplib.SMTP
        if settings.security == "tls":
            smtp = smtplib.SMTP_SSL(
                local_hostname=domain, timeout=settings.timeout_seconds, context=context
            )
        else:
            smtp = smtplib.SMTP(local_hostname=domain, timeout=settings.timeout_seconds)
        vars(smtp)["_host"] = settings.host  # whom the certificate must name
        return smtp

    def _password(self) -> str:
        settings = self._settings
        if settings.password is not None:
            return settings.password.get_secret_value()
        if settings.password_file is None:
            return ""
        try:
            return settings.password_file.read_text(encoding="utf-8").strip("\r\n")
        except (OSError, ValueError) as error:
            raise _Unreadable(_words(error)) from error

    def _give_up(self, name: str, reason: str, **details: str) -> None:
        self._leave()
        self._given_up = Failure(name, sentence(name, reason=reason, **details))

    def _lose(self, error: Exception) -> Failure:
        """The connection is lost; the next message tries another one, unless the server hangs."""
        self._leave()
        self._lost += 1
        failure = Failure("mail-lost", sentence("mail-lost", reason=_words(error)))
        if _is_hang(error) or self._lost >= _TRIES:
            self._given_up = failure
        return failure

    def _leave(self) -> None:
        if self._smtp is not None:
            with suppress(OSError):
                self._smtp.close()
        self._smtp = None

    def _cut(self) -> None:
        smtp = self._smtp
        if smtp is not None and smtp.sock is not None:
            with suppress(OSError):  # below TLS, which is in use by the thread that waits
                socket.socket.shutdown(smtp.sock, socket.SHUT_RDWR)


_UNFIT = "message"
"""The key of what a server turns down for what the message is, whoever it is for."""


class _Unreadable(Exception):  # the file of the password
    pass


def _turned_down(what: str, code: int, answer: bytes | str) -> Failure:
    said = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    reason = one_line(f"{code} {said}", 200)
    key = what if what == _UNFIT else f"{what} {code}"
    return Failure(key, sentence("mail-turned-down", reason=reason))


def _is_hang(error: BaseException) -> bool:
    """Whether nothing came in time; smtplib tells it as a connection that was closed."""
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def _words(error: Exception) -> str:
    """An error in the system's own words; a value is never repeated: it may be the password."""
    if _is_hang(error):
        return "timeout"
    if isinstance(error, smtplib.SMTPResponseException):
        return str(error.smtp_code) if error.smtp_code > 0 else "not an answer of SMTP"
    if isinstance(error, ssl.SSLCertVerificationError):
        return one_line(error.verify_message, 200)
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "disconnected"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "not supported"
    if isinstance(error, OSError):
        return one_line(error.strerror or type(error).__name__, 200)
    return type(error).__name__

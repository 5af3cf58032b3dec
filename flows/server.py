"""A Prefect server of our own, for where none is given: on loopback, and gone when we are.

Prefect's own ephemeral server takes 1.4 times as long and can be neither chosen a port for nor
outlived by a hard kill. Nothing here imports Prefect in the process that starts the server, so
that Prefect is imported with the right settings, and while the server is still coming up.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType, TracebackType

from flows import desk

_LOOPBACK = "127.0.0.1"
_START_SECONDS = 180.0
_STOP_SECONDS = 5.0
_ADDRESS = "server.url"
_LEADER = "FLOWS_LEADER"


def environment(home: Path) -> None:
    """Set what Prefect reads once, at its first import. What the operator has set stays."""
    for name, value in {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_RUNNER_POLL_FREQUENCY": "1",
    }.items():
        os.environ.setdefault(name, value)
    for name in ("NO_PROXY", "no_proxy"):  # an office's proxy does not know our loopback
        known = os.environ.get(name, "")
        if _LOOPBACK not in known.split(","):
            os.environ[name] = ",".join(filter(None, (known, _LOOPBACK, "localhost")))


class Server:
    """The server as a child process; entered, it is starting; `wait` until it answers.

    `port` is taken when it is free, any other when it is not. `advertise` tells other commands of
    the same home to use this server rather than start their own beside its database.
    """

    def __init__(self, home: Path, *, port: int = 0, advertise: bool = False) -> None:
        self._home = home
        self._port = port
        self._advertise = advertise
        self._child: subprocess.Popen[bytes] | None = None
        self.address = ""

    def __enter__(self) -> Server:
        # The listening socket is made here and handed over, so no other process can take the
        # port in between, and early requests wait instead of failing.
        with _listen(self._port) as listener:
            port = listener.getsockname()[1]
            self.address = f"http://{_LOOPBACK}:{port}"
            self._child = subprocess.Popen(  # noqa: S603  # our own interpreter and module
                [sys.executable, "-m", "flows.server", str(listener.fileno()), str(os.getpid())],
                env=os.environ
                | {
                    "PREFECT_SERVER_API_HOST": _LOOPBACK,
                    "PREFECT_SERVER_API_PORT": str(port),
                    "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
                    "PREFECT_UI_API_URL": f"{self.address}/api",
                },
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr.fileno(),
                pass_fds=[listener.fileno()],
                start_new_session=True,  # a terminal's Ctrl-C is ours to handle
            )
        os.environ["PREFECT_API_URL"] = f"{self.address}/api"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.environ.pop("PREFECT_API_URL", None)
        if self._advertise:
            (self._home / _ADDRESS).unlink(missing_ok=True)
        if self._child is None:
            return
        self._child.send_signal(signal.SIGINT)
        try:
            self._child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    @property
    def alive(self) -> bool:
        """Whether the child process is there."""
        return self._child is not None and self._child.poll() is None

    def wait(self) -> bool:
        """Wait until the server answers; False when it died or took too long."""
        deadline = time.monotonic() + _START_SECONDS
        while self.alive and time.monotonic() < deadline:
            if _healthy(self.address):
                if self._advertise:
                    (self._home / _ADDRESS).write_text(self.address, encoding="utf-8")
                return True
            time.sleep(0.1)
        return False


@contextmanager
def provided(
    home: Path, language: desk.Language, log: Path, *, port: int = 0, lasting: bool = False
) -> Iterator[Server | None]:
    """A Prefect API for the time inside, in PREFECT_API_URL: the one given there, the one that
    `opendata serve` already runs for this home, or our own, which is what is yielded then.
    """
    environment(home)
    if os.environ.get("PREFECT_API_URL"):
        yield None
    elif not lasting and (address := _advertised(home)):
        os.environ["PREFECT_API_URL"] = f"{address}/api"
        yield None
    else:
        desk.say(desk.WORDS["starting"], language)
        with Server(home, port=port, advertise=lasting) as own:
            import prefect  # noqa: F401  # a second or more, while the server needs several

            if not own.wait():
                raise desk.refuse(desk.WORDS["server-died"], language, log=log)
            yield own


def _advertised(home: Path) -> str | None:
    with suppress(OSError):
        address = (home / _ADDRESS).read_text(encoding="utf-8")
        if address.startswith(f"http://{_LOOPBACK}:") and _healthy(address):
            return address
    return None


def follow(parent: int) -> None:
    """End this process as soon as `parent` is no longer its parent, however that one ended."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, name="follow", daemon=True).start()


def lead() -> None:
    """Make the processes that call `follow_leader` end when this one does."""
    os.environ[_LEADER] = str(os.getpid())


def follow_leader() -> None:
    """Follow the process that started this one, if it leads."""
    leader = int(os.environ.get(_LEADER, os.getpid()))
    if leader != os.getpid():
        follow(leader)


def _listen(port: int) -> socket.socket:
    for choice in dict.fromkeys((port, 0)):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((_LOOPBACK, choice))
            listener.listen(128)
        except OSError:
            listener.close()
            if choice == 0:
                raise
        else:
            return listener
    raise AssertionError("unreachable: port 0 is bound or raises")


def _healthy(address: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{address}/api/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:  # not yet listening, closed, timed out, an HTTP error: all are OSErrors
        return False


def _serve(descriptor: int, leader: int) -> None:
    follow(leader)
    import uvicorn
    from prefect.server.api.server import create_app

    class Led(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            if sig == signal.SIGTERM:
                return  # sent to the whole family, by systemd say: the leader still needs us
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # what is cut off is ours
            super().handle_exit(sig, frame)

    config = uvicorn.Config(
        create_app(final=True),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    with suppress(KeyboardInterrupt):  # it is told to end, and raises that once it has
        Led(config).run(sockets=[socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]))

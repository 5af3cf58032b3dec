"""A real S3 server for tests: Ceph's RADOS Gateway over one monitor and one store in memory.

Everything listens on free ports of the loopback alone, keeps its data in memory, and ends with the
process that started it, however that ends. As a program (`python -m tests.ceph`) it says where the
server is and stays up until its input ends.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

PROGRAMS = ("ceph", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin", "setpriv")
KEY, SECRET = "AK", "SK"
ATTEMPTS = 3
START_SECONDS = 90
COMMAND_SECONDS = 30
END_WITH_PARENT = ("setpriv", "--pdeathsig", "KILL")

CONFIGURATION = """
[global]
fsid = {fsid}
mon initial members = a
mon host = v1:127.0.0.1:{mon}
public addr = 127.0.0.1
ms bind msgr2 = false
auth cluster required = none
auth service required = none
auth client required = none
mon allow pool size one = true
mon max pg per osd = 1000
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd objectstore = memstore
memstore device bytes = 4294967296
run dir = {home}
log to file = false
admin socket =
pid file =
[mon.a]
mon data = {home}/mon
[osd.0]
osd data = {home}/osd
[client.gateway]
rgw frontends = beast endpoint=127.0.0.1:{port} tcp_nodelay=1
rgw data = {home}/gateway
"""


def missing() -> list[str]:
    """The programs it needs that are not on this machine."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


@contextmanager
def server() -> Iterator[str]:
    """Start it; gives its URL. The keys are KEY and SECRET."""
    with ExitStack() as stack:
        yield _started(stack, ATTEMPTS)


def _started(stack: ExitStack, attempts: int) -> str:
    home = Path(stack.enter_context(TemporaryDirectory(prefix="opendata-ceph-")))
    started: list[subprocess.Popen[bytes]] = []
    stack.callback(_end, started)
    try:
        return _start(home, started)
    except RuntimeError:  # somebody took a port first, or a daemon waits for ever
        if attempts == 1:
            raise
        _end(started)
        return _started(stack, attempts - 1)


def _end(started: list[subprocess.Popen[bytes]]) -> None:
    for process in reversed(started):
        process.kill()
        process.wait()


def _start(home: Path, started: list[subprocess.Popen[bytes]]) -> str:
    mon, port = _free_ports(2)
    fsid = str(uuid.uuid4())
    conf = home / "ceph.conf"
    conf.write_text(CONFIGURATION.format(fsid=fsid, mon=mon, port=port, home=home))
    for folder in ("mon", "osd", "gateway"):
        home.joinpath(folder).mkdir()

    def run(*command: str) -> bool:
        try:
            done = subprocess.run(
                [command[0], "-c", str(conf), *command[1:]],
                cwd=home,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=COMMAND_SECONDS,
            )
        except subprocess.TimeoutExpired:  # they wait for ever for what went missing
            return False
        return done.returncode == 0

    def stay(*command: str) -> None:
        with home.joinpath(f"{command[0]}.out").open("wb") as out:
            started.append(
                subprocess.Popen(
                    [*END_WITH_PARENT, command[0], "-c", str(conf), "-f", *command[1:]],
                    cwd=home,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                )
            )

    made = ["monmaptool", "--create", "--fsid", fsid, "--addv", "a", f"[v1:127.0.0.1:{mon}]", "map"]
    subprocess.run(made, cwd=home, check=True, stdout=subprocess.DEVNULL)
    run("ceph-mon", "--mkfs", "-i", "a", "--monmap", "map")
    stay("ceph-mon", "-i", "a")
    identity = str(uuid.uuid4())
    _until(lambda: run("ceph", "--connect-timeout", "5", "osd", "new", identity), started)
    run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", identity)
    stay("ceph-osd", "-i", "0")
    stay("radosgw", "-n", "client.gateway")
    url = f"http://127.0.0.1:{port}"
    _until(lambda: _answers(url), started)
    admin = ("radosgw-admin", "-n", "client.gateway", "user")
    new = ("--display-name=t", f"--access-key={KEY}", f"--secret-key={SECRET}")
    _until(
        lambda: run(*admin, "create", "--uid=t", *new) or run(*admin, "info", "--uid=t"), started
    )
    return url


def _free_ports(number: int) -> list[int]:
    found = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [one.getsockname()[1] for one in found]
    for one in found:
        one.close()
    return ports


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _until(done: Callable[[], bool], started: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not done():
        if time.monotonic() > deadline or any(one.poll() is not None for one in started):
            raise RuntimeError("the S3 server does not start")
        time.sleep(0.2)


if __name__ == "__main__":
    with server() as url:
        print(url, f"{KEY}:{SECRET}", os.getpid(), flush=True)
        sys.stdin.read()

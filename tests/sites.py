"""A site in a folder, and over HTTP: a real web server with the settings of infra/nginx."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from opendata import catalogue
from opendata.release import Release
from opendata.store import FolderStore, commit, refresh, stage
from tests.release_samples import PUBLISHER
from tests.sinks import free_port

SETTINGS = Path(__file__).parents[1] / "infra/nginx/opendata.conf"
TYPES = Path("/etc/nginx/mime.types")


def publish_site(root: Path, *releases: Release, base_url: str | None = None) -> FolderStore:
    """`root`/public with these releases, each of its own package, and the site."""
    public, workspace = FolderStore(root / "public"), FolderStore(root / "workspace")
    for one in releases:
        stage(workspace, public, {}, one)
    commit(workspace, None, {"releases": {one.package: [one.entry] for one in releases}})
    refresh(
        workspace,
        public,
        lambda found: catalogue.build(found, publisher=PUBLISHER, base_url=base_url),
    )
    return public


class Request(NamedTuple):
    """What somebody asked for: `part` is the Range header, "-" where all was asked for."""

    method: str
    path: str
    status: int
    bytes: int
    part: str


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: `url` has a slash at its end."""

    url: str
    log: Path

    def requests(self) -> list[Request]:
        """Everything that was asked for up to now."""
        lines = (one.split("\t") for one in self.log.read_text(encoding="utf-8").splitlines())
        return [Request(one[0], one[1], int(one[2]), int(one[3]), one[4]) for one in lines]


OVER_HTTP = """
import json, pathlib, sys
import duckdb, duckdb_extension_httpfs
folder = pathlib.Path(duckdb_extension_httpfs.__file__).parent
(extension,) = folder.rglob("httpfs.duckdb_extension")
database = duckdb.connect()
database.execute(f"LOAD '{extension}'")
print(json.dumps(database.sql(sys.argv[1]).fetchall(), default=str))
"""
HTTPFS = Path(sys.prefix) / "httpfs"
"""DuckDB in the version that its extension for HTTP is to be had for: requirements/httpfs.in."""


def duckdb_over_http(query: str) -> list[list[Any]]:
    """What DuckDB's own HTTP client finds: the rows of a query that reads addresses."""
    if not HTTPFS.is_dir():
        pytest.skip("no DuckDB with httpfs (make venv)")
    ran = subprocess.run(
        [sys.executable, "-c", OVER_HTTP, query],
        env={"PYTHONPATH": str(HTTPFS), "HOME": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    rows: list[list[Any]] = json.loads(ran.stdout)
    return rows


def find_nginx() -> str | None:
    """Debian keeps it where only root's PATH looks."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def served(folder: Path, nginx: str, scratch: Path) -> Iterator[Server]:
    """Serve a folder under the settings that the documentation gives out, on a port of its own.

    `scratch` is an empty folder for the server's own files.
    """
    port, log = free_port(), scratch / "access.log"
    shutil.copy(TYPES, scratch / "mime.types")
    text = SETTINGS.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^(\s*listen) 8080;", rf"\1 127.0.0.1:{port};", text)
    text = re.sub(r"(?m)^(\s*root) [^;]+;", rf'\1 "{folder}";', text)
    (scratch / "site.conf").write_text(text, encoding="utf-8")
    (scratch / "nginx.conf").write_text(_main(scratch, log), encoding="utf-8")
    errors = scratch / "error.log"
    command = [nginx, "-p", str(scratch), "-c", str(scratch / "nginx.conf"), "-e", str(errors)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        try:
            _wait(process, f"http://127.0.0.1:{port}/robots.txt", errors)
            log.write_text("")  # the waiting itself is nobody's request
            yield Server(f"http://127.0.0.1:{port}/", log)
        finally:
            process.terminate()


def _main(scratch: Path, log: Path) -> str:
    """The frame that a distribution puts around a site's settings. Root's server must read what
    only root may: the folders of the tests are private."""
    user = "user root;" if os.geteuid() == 0 else ""
    places = "".join(
        f'{name}_temp_path "{scratch / name}";'
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"""{user}
daemon off;
worker_processes 2;
pid "{scratch / "pid"}";
events {{}}
http {{
    {places}
    log_format tabs "$request_method\\t$request_uri\\t$status\\t$body_bytes_sent\\t$asked";
    map $http_range $asked {{ "" "-"; default $http_range; }}
    access_log "{log}" tabs;
    include site.conf;
}}
"""


def _wait(process: subprocess.Popen[bytes], url: str, errors: Path) -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError(errors.read_text(encoding="utf-8"))
        try:
            urlopen(url).close()
        except HTTPError:  # an answer, too
            return
        except URLError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"{url} does not answer")

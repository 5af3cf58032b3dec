"""What every test may use, and one rule: in CI nothing is skipped silently.

Fixtures: `shared` (the folder beside the checkout), `chromium`, `soffice` and `nginx` (their
paths), `browser` (Playwright), `ceph` and `moto` (the URLs of S3 servers), `lasting` (a worker
process that the passes of one module share).
"""

import gc
import logging
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from moto.server import ThreadedMotoServer
from playwright.sync_api import Browser, sync_playwright

import tests.ceph
from opendata.pipeline.guard import Worker
from tests.builders import Lasting
from tests.sites import find_nginx

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
CI = os.environ.get("CI") == "true"

CHROMIUM_ARGS = (
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# Before anything imports Prefect: a home of its own for every test run, and no telemetry.
_prefect_home = tempfile.TemporaryDirectory(prefix="opendata-tests-prefect-")
os.environ["PREFECT_HOME"] = _prefect_home.name
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
os.environ["DO_NOT_TRACK"] = "1"
# The tests start hundreds of processes: none of them is to compile the whole house anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
for _name in [name for name in os.environ if name.startswith(("OPENDATA_", "AWS_"))]:
    del os.environ[_name]
# Whoever develops here may have keys of real stores: no test is to find them.
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

# A shared machine is slow now and then, and CI must fail only for what was changed.
settings.register_profile("house", deadline=None, derandomize=CI)
settings.load_profile("house")


def pytest_report_header() -> list[str]:
    return [] if SHARED.is_dir() else [f"deselected: tests of the material in {SHARED}: absent"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Material that is no part of the repository cannot be asked of a fresh clone in CI."""
    if not CI or SHARED.is_dir():
        return
    needy = [one for one in items if "shared" in getattr(one, "fixturenames", ())]
    config.hook.pytest_deselected(items=needy)
    items[:] = [one for one in items if one not in needy]


def pytest_unconfigure() -> None:
    """A command that was run in this process froze what was loaded (opendata.cli.commands.run)."""
    gc.unfreeze()


def _skips_fail(report: pytest.TestReport | pytest.CollectReport) -> None:
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"in CI a skip is a failure: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _skips_fail(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _skips_fail(report)
    return report


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder `shared` beside the checkout: seeds, standards, real workbooks."""
    if not SHARED.is_dir():
        pytest.skip(f"no folder {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def ceph() -> Iterator[str]:
    """The URL of a real S3 server, one for the session; see tests/s3.py."""
    if missing := tests.ceph.missing():
        names = ", ".join(missing)
        pytest.skip(f"no {names} (Debian: apt-get install radosgw ceph-mon ceph-osd ceph-common)")
    with tests.ceph.server() as url:
        yield url


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """The URL of moto's S3 server: fine for the API, not for races nor for who may enter."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line a request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium; run it with CHROMIUM_ARGS."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no chromium on the PATH (Debian: apt-get install chromium)")
    return path


@pytest.fixture(scope="session")
def soffice() -> str:
    """The path of LibreOffice; give every run a profile of its own."""
    path = shutil.which("soffice")
    if path is None:
        pytest.skip("no soffice on the PATH (Debian: apt-get install libreoffice-calc-nogui)")
    return path


@pytest.fixture(scope="session")
def nginx() -> str:
    """The path of nginx; see tests/sites.py."""
    path = find_nginx()
    if path is None:
        pytest.skip("no nginx (Debian: apt-get install nginx-light)")
    return path


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium under Playwright; a module's, as its event loop must not outlive those tests."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """Put in the place of `guard.Worker`, for passes with one worker only."""
    worker = Lasting(tmp_path_factory.mktemp("worker") / "worker.log")
    yield worker
    Worker.end(worker)

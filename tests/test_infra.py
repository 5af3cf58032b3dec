"""infra/ and the scripts, checked without a network."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import crossplane
import pytest
import yaml

from tests.s3 import client, new_bucket
from tests.sites import Server, served

ROOT = Path(__file__).resolve().parent.parent
INFRA = ROOT / "infra"
BIN = Path(sys.executable).parent

COMPOSE: dict[str, Any] = yaml.safe_load((INFRA / "compose.yaml").read_text())


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )


def test_the_compose_file_follows_its_specification() -> None:
    checked = run(
        BIN / "check-jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        INFRA / "compose.yaml",
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_a_container_has_no_privileges_and_says_whether_it_is_well(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["healthcheck"]["test"]


def test_only_the_pipeline_writes_and_it_cannot_write_the_inbox() -> None:
    volumes = {name: one["volumes"] for name, one in COMPOSE["services"].items()}
    written = [one for mounts in volumes.values() for one in mounts if not one.endswith(":ro")]
    assert written == ["workspace:/var/lib/opendata", "public:/srv/opendata/public"]
    assert set(written) <= set(volumes["opendata"])


def test_the_image_is_installed_from_the_lock_and_does_not_run_as_root() -> None:
    lines = (INFRA / "Containerfile").read_text().replace("\\\n", " ").splitlines()
    installs = [" ".join(one.split()) for one in lines if "pip install" in one]
    assert len(installs) == 2
    assert "--require-hashes" in installs[0]
    assert "-r requirements/run.txt" in installs[0]
    assert "--no-deps --no-build-isolation" in installs[1]
    assert "USER 10001:10001" in lines


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a program that exists here; systemd-analyze looks for it."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze on the PATH (Debian: apt-get install systemd)")
    copy = tmp_path / "opendata.service"
    text = (INFRA / "systemd/opendata.service").read_text()
    copy.write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", text))
    return copy


def test_systemd_knows_every_line_of_the_unit(unit: Path) -> None:
    checked = run("systemd-analyze", "verify", unit)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_systemd_finds_the_unit_hardly_exposed(unit: Path) -> None:
    checked = run("systemd-analyze", "security", "--offline=true", "--threshold=20", unit)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_place_has_the_same_name_on_a_host_and_in_a_container() -> None:
    unit_text = (INFRA / "systemd/opendata.service").read_text()
    image = (INFRA / "Containerfile").read_text()
    variable = r"(OPENDATA_[A-Z]+|PREFECT_HOME)=(/\S+)"
    assert dict(re.findall(variable, unit_text)) == dict(re.findall(variable, image))


def nginx() -> list[dict[str, Any]]:
    parsed = crossplane.parse(str(INFRA / "nginx/opendata.conf"), single=True, check_ctx=False)
    assert parsed["errors"] == []
    directives: list[dict[str, Any]] = parsed["config"][0]["parsed"]
    return directives


def block(directives: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    (found,) = [one for one in directives if one["directive"] == name]
    inside: list[dict[str, Any]] = found["block"]
    return inside


@pytest.mark.parametrize(
    ("path", "immutable"),
    [
        ("/datasets/municipal-plans/1.0.0/plans.csv", True),
        ("/datasets/municipal-plans/12.3.45/datapackage.json", True),
        ("/datasets/municipal-plans/datapackage.json", False),
        ("/datasets/municipal-plans/latest/plans.csv", False),
        ("/index.html", False),
        ("/catalog.jsonld", False),
    ],
)
def test_a_version_is_cached_for_good_and_nothing_else(path: str, immutable: bool) -> None:
    lines = {one["directive"]: one["args"][0] for one in block(nginx(), "map")}
    default = lines.pop("default")
    chosen = [value for key, value in lines.items() if re.search(key.removeprefix("~"), path)]
    assert ("immutable" in (chosen or [default])[0]) is immutable


def test_no_location_drops_the_headers_of_the_server() -> None:
    server = block(nginx(), "server")
    headers = {one["args"][0] for one in server if one["directive"] == "add_header"}
    assert {"Access-Control-Allow-Origin", "Cache-Control", "X-Content-Type-Options"} <= headers
    inner = [inside for one in server for inside in one.get("block", ())]
    assert not [one for one in inner if one["directive"] == "add_header"]


@pytest.fixture(scope="module")
def server(nginx: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A small public folder under our settings."""
    folder, scratch = tmp_path_factory.mktemp("public"), tmp_path_factory.mktemp("nginx")
    about = "datasets/a/latest/a.csv-metadata.json"
    for path in ("api/index.json", "datasets/a/1.0.0/a.parquet", "datasets/a/latest/a.csv", about):
        folder.joinpath(path).parent.mkdir(parents=True, exist_ok=True)
        folder.joinpath(path).write_text("0123456789")
    with served(folder, nginx, scratch) as running:
        yield running


def asked(url: str, method: str = "GET", **headers: str) -> tuple[int, Message, bytes]:
    request = Request(url, method=method, headers={"Origin": "https://elsewhere.example"} | headers)
    try:
        with urlopen(request) as answer:
            return answer.status, answer.headers, answer.read()
    except HTTPError as error:
        return error.code, error.headers, error.read()


@pytest.mark.parametrize(
    ("path", "kind", "cached"),
    [
        ("api/index.json", "application/json; charset=utf-8", "public, max-age=300"),
        ("datasets/a/latest/a.csv", "text/csv; charset=utf-8", "public, max-age=300"),
        (
            "datasets/a/latest/a.csv-metadata.json",
            "application/csvm+json",
            "public, max-age=300",
        ),
        (
            "datasets/a/1.0.0/a.parquet",
            "application/vnd.apache.parquet",
            "public, max-age=31536000, immutable",
        ),
    ],
)
def test_a_program_on_another_site_may_read_all_of_it(
    server: Server, path: str, kind: str, cached: str
) -> None:
    status, headers, content = asked(server.url + path)
    assert (status, content) == (200, b"0123456789")
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert (headers["Content-Type"], headers["Cache-Control"]) == (kind, cached)
    status, headers, content = asked(server.url + path, Range="bytes=2-4")
    assert (status, content, headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    assert "Content-Range" in headers["Access-Control-Expose-Headers"]


def test_a_browser_may_ask_before_it_reads_a_part(server: Server) -> None:
    status, headers, _ = asked(
        server.url + "api/index.json", "OPTIONS", **{"Access-Control-Request-Headers": "range"}
    )
    assert status == 204
    assert "Range" in headers["Access-Control-Allow-Headers"]


def test_a_page_that_is_not_there_may_be_read_as_such(server: Server) -> None:
    status, headers, _ = asked(server.url + "api/none.json")
    assert (status, headers["Access-Control-Allow-Origin"]) == (404, "*")


def test_nothing_can_be_sent_to_it(server: Server) -> None:
    assert asked(server.url + "api/index.json", "POST")[0] == 405


def test_a_bucket_lets_pages_of_other_sites_read_it(ceph: str) -> None:
    rules = json.loads((INFRA / "s3/cors.json").read_text())
    bucket = new_bucket(ceph)
    s3 = client(ceph)
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration=rules)
    s3.put_object(Bucket=bucket, Key="api/index.json", Body=b"0123456789", ACL="public-read")
    url = f"{ceph}/{bucket}/api/index.json"
    status, headers, content = asked(url, Range="bytes=2-4")
    assert (status, content) == (206, b"234")
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Content-Range" in headers["Access-Control-Expose-Headers"]
    before = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "range"}
    status, headers, _ = asked(url, "OPTIONS", **before)
    assert (status, headers["Access-Control-Allow-Headers"]) == (200, "range")


def test_the_documentation_gives_out_the_same_rules_for_a_bucket() -> None:
    text = (ROOT / "docs/read.md").read_text(encoding="utf-8")
    (given,) = re.findall(r"```json\n(.*?)```", text, re.S)
    assert json.loads(given) == json.loads((INFRA / "s3/cors.json").read_text())


def shell_scripts() -> list[str]:
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").stdout
    files = [one for one in listed.split("\0") if one and (ROOT / one).is_file()]
    return [one for one in files if re.match(rb"#!.*\b(ba)?sh\n", (ROOT / one).read_bytes()[:40])]


def test_shellcheck_has_nothing_to_say() -> None:
    scripts = shell_scripts()
    assert {".ci/run", "scripts/venv.sh"} <= set(scripts)
    checked = run(BIN / "shellcheck", *scripts)
    assert checked.returncode == 0, checked.stdout + checked.stderr

"""The rules of the house (CONTRIBUTING.md), each held by a test."""

import ast
import importlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def tracked() -> list[Path]:
    listed = run("git", "ls-files", "-z")
    assert listed.returncode == 0, listed.stderr
    return [ROOT / one for one in listed.stdout.split("\0") if one and (ROOT / one).is_file()]


def imports(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


# --- rooms ---------------------------------------------------------------------------------------


def test_imports_point_down_the_list_of_rooms() -> None:
    checked = run(Path(sys.executable).parent / "lint-imports", "--no-cache")
    assert checked.returncode == 0, checked.stdout


def test_only_flows_imports_prefect() -> None:
    sources = [*ROOT.glob("src/**/*.py"), *ROOT.glob("datapackages/**/*.py")]
    guilty = [
        str(source.relative_to(ROOT))
        for source in sources
        if any(name.split(".")[0] == "prefect" for name in imports(source))
    ]
    assert guilty == []


OPENED = [
    one.parent
    for one in sorted(ROOT.glob("src/opendata/*/__init__.py"))
    if "__getattr__ = opened(" in one.read_text("utf-8")
]


def offered(room: Path) -> set[str]:
    return set(importlib.import_module(f"opendata.{room.name}").__all__)


@pytest.mark.parametrize("room", OPENED, ids=lambda one: one.name)
def test_a_room_tells_type_checkers_and_callers_alike_what_it_offers(room: Path) -> None:
    tree = ast.parse((room / "__init__.py").read_bytes())
    (typed,) = (one for one in tree.body if isinstance(one, ast.If))
    homes = {
        str(one.module).rpartition(".")[2]: {name.name for name in one.names}
        for one in typed.body
        if isinstance(one, ast.ImportFrom)
    }
    (call,) = (one for one in ast.walk(tree) if isinstance(one, ast.Call))
    told = {module: set(names.split()) for module, names in ast.literal_eval(call.args[1]).items()}
    assert told == homes
    assert offered(room) == set().union(*homes.values())


def test_a_module_named_as_what_its_room_offers_is_entered_through_the_room() -> None:
    """Imported past the room, `store.verify` would be the module from then on."""
    modules = {
        f"opendata.{room.name}.{one.stem}"
        for room in OPENED
        for one in room.iterdir()
        if one.stem in offered(room)
    }
    assert "opendata.store.verify" in modules
    past = re.compile(rf"(?m)^\s*(?:from|import) (?:{'|'.join(map(re.escape, modules))})\b")
    sources = [one for one in tracked() if one.suffix == ".py" and one.name != "__init__.py"]
    guilty = [str(one.relative_to(ROOT)) for one in sources if past.search(one.read_text("utf-8"))]
    assert guilty == []


def test_the_top_level_is_fixed() -> None:
    found = {one.relative_to(ROOT).parts[0] for one in tracked()}
    visible = {one for one in found if not one.startswith(".")}
    assert visible <= {
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "Makefile",
        "README.ja.md",
        "README.md",
        "bench",
        "datapackages",
        "docs",
        "flows",
        "infra",
        "pyproject.toml",
        "requirements",
        "scripts",
        "src",
        "tests",
    }
    for name in ("README.md", "CONTRIBUTING.md", "LICENSE", ".ci/run"):
        assert (ROOT / name).is_file(), name


def test_the_wheel_carries_the_contracts_and_not_the_examples(tmp_path: Path) -> None:
    built = run(
        *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"),
        *("--no-build-isolation", "--wheel-dir", tmp_path, "."),
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "opendata/py.typed" in names
    assert "opendata/_datapackages/municipal-plans/datapackage.yaml" in names
    assert any(one.startswith("flows/") for one in names)
    assert not [one for one in names if "/examples/" in one]


# --- the lock ------------------------------------------------------------------------------------

PIN = re.compile(r"(?m)^([\w.-]+)==(\S+)(?: ; ([^\\\n]+?))? \\\n((?:    --hash=\S+(?: \\)?\n)+)")


def lock(name: str) -> dict[tuple[str, str], str]:
    """(package, marker) → version; every line of the lock is a comment or a pin with hashes."""
    text = (ROOT / f"requirements/{name}.txt").read_text()
    rest = PIN.sub("", text)
    assert not [one for one in rest.splitlines() if one and not one.lstrip().startswith("#")]
    return {(one[1], one[3] or ""): one[2] for one in PIN.finditer(text)}


@pytest.mark.parametrize("name", ["run", "dev"])
def test_every_pin_has_hashes(name: str) -> None:
    assert len(lock(name)) > 50


def test_the_lock_answers_the_project() -> None:
    for name, wanted in (
        ("run", PROJECT["dependencies"]),
        ("dev", PROJECT["optional-dependencies"]["dev"]),
    ):
        pins = {package: version for (package, _), version in lock(name).items()}
        for requirement in map(Requirement, wanted):
            version = pins.get(canonicalize_name(requirement.name))
            assert version is not None, f"{requirement} is not in {name}.txt: make lock"
            assert requirement.specifier.contains(version), f"{requirement}: make lock"


def test_the_dev_lock_is_the_run_lock_and_more() -> None:
    dev = {(package, version) for (package, _), version in lock("dev").items()}
    assert {(package, version) for (package, _), version in lock("run").items()} <= dev


def test_no_file_names_a_registry_or_this_machine() -> None:
    """No tracked file says where this checkout lies, and no lock where packages come from."""
    places = [str(ROOT), str(Path.home()) + "/", sys.prefix]
    guilty = [
        f"{one.relative_to(ROOT)}: {place}"
        for one in tracked()
        for place in places
        if place.encode() in one.read_bytes()
    ]
    assert guilty == []
    for one in ROOT.glob("requirements/**/*.*"):
        assert not re.search("https?://|index-url", one.read_text()), one


# --- one command ---------------------------------------------------------------------------------


def test_ci_is_make_test_and_nothing_else() -> None:
    lines = (ROOT / ".ci/run").read_text().splitlines()
    assert lines[1:] == ["set -euo pipefail", 'cd "$(dirname "$0")/.."', "make test"]


def test_scripts_can_be_run() -> None:
    for script in (ROOT / ".ci/run", *ROOT.glob("scripts/*.sh")):
        assert os.access(script, os.X_OK), script


@pytest.mark.parametrize(("ci", "summary"), [("true", "1 failed"), ("", "1 skipped")])
def test_in_ci_a_skip_is_a_failure(tmp_path: Path, ci: str, summary: str) -> None:
    shutil.copy(ROOT / "tests/conftest.py", tmp_path)
    (tmp_path / "test_it.py").write_text("import pytest\ndef test_it(): pytest.skip('so')\n")
    result = run(
        *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider"),
        *("--rootdir", tmp_path, "-c", "/dev/null", tmp_path),
        CI=ci,
    )
    assert summary in result.stdout.splitlines()[-1]


def test_the_documentation_lists_its_pages_and_leads_nowhere_else() -> None:
    index = (ROOT / "docs" / "index.md").read_text("utf-8")
    pages = sorted((ROOT / "docs").glob("*.md"))
    assert [
        one.name for one in pages if one.name != "index.md" and f"({one.name})" not in index
    ] == []
    lost = [
        f"{page.name}: {target}"
        for page in (*pages, *ROOT.glob("*.md"))
        for target in re.findall(
            r"\]\(([^)#:\s]*[./][^)#:\s]*)(?:#[^)]*)?\)", page.read_text("utf-8")
        )
        if not (page.parent / target).exists()
    ]
    assert lost == []


def test_no_picture_is_heavy() -> None:
    pictures = [*(ROOT / "docs" / "images").iterdir()]
    assert {one.name: one.stat().st_size for one in pictures if one.stat().st_size > 150_000} == {}
    told = "".join(one.read_text("utf-8") for one in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")))
    assert [one.name for one in pictures if f"images/{one.name}" not in told] == []

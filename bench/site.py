"""What the site of all Japan costs: 1,741 municipalities with a plan of 100 indicators each.

A published version is made straight from its tables and the cell behind every value. Then the site
is made from nothing; once more with nothing changed; and after a version in which one value of one
municipality is another. `SITE=100 make bench ONLY=site` takes fewer municipalities.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import inbox
from bench.pairs import OURS, ROOT, print_machine

INDICATORS = 100
GOALS, MEASURES = 5, 20
YEARS = (2020, 2021, 2022, 2023)
"""Of the actual values; beside them a baseline, a midterm target and a target."""
GZIPPED = 300
"""Of so many pages, the largest of all, it is told how large they are on their way to a reader."""


def main() -> None:
    count = int(os.environ.get("SITE", "1741"))
    values = count * INDICATORS * (len(YEARS) + 3)
    print(f"site: {count:,} municipalities, {count * INDICATORS:,} indicators, {values:,} values")
    with tempfile.TemporaryDirectory() as made:
        _run("publish", made, count)
        full = _run("lead", made, count)
        _told("the whole site", full)
        _print_pages(Path(made) / "public")
        _told("nothing changed", _run("lead", made, count))
        before = _written(Path(made) / "public")
        _run("correct", made, count)
        one = _run("lead", made, count)
        _told("one value corrected", one)
        print(f"    1/{full['cpu_s'] / one['cpu_s']:.0f} of the whole site's CPU")
        after = _written(Path(made) / "public")
        _print_changed(before, after)
    print_machine("pyarrow", "jinja2")


def _run(work: str, folder: str, count: int) -> Mapping[str, float]:
    """Do one piece of work in a process of its own; what it says that it took."""
    ran = subprocess.run(
        [sys.executable, "-m", "bench.site", work, folder, str(count)],
        check=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([*OURS, os.environ.get("PYTHONPATH", "")])},
        stdout=subprocess.PIPE,
    )
    told: Mapping[str, float] = json.loads(ran.stdout)
    return told


def _told(what: str, taken: Mapping[str, float]) -> None:
    print(f"  {what}: {taken['cpu_s']:.1f} s of CPU, {taken['peak_mib']:,.0f} MiB", flush=True)


# --- what it made --------------------------------------------------------------------------------


def _pages(public: Path) -> Iterator[Path]:
    """All files but those of the datasets."""
    for folder, folders, names in os.walk(public):
        if Path(folder) == public and "datasets" in folders:
            yield from public.glob("datasets/*/*.html")
            folders.remove("datasets")
        yield from (Path(folder) / name for name in names)


def _print_pages(public: Path) -> None:
    sizes = {one: one.stat().st_size for one in _pages(public)}
    kinds = Counter(_kind(one.relative_to(public)) for one in sizes)
    total = sum(sizes.values())
    told = ", ".join(f"{number:,} {kind}" for kind, number in kinds.most_common())
    print(f"    {len(sizes):,} files of {total / 1e6:,.0f} MB: {told}")
    largest = sorted(sizes, key=lambda one: -sizes[one])[:GZIPPED]
    heavy = {one: len(gzip.compress(one.read_bytes())) for one in largest if _is_page(one)}
    worst = max(heavy, key=lambda one: heavy[one])
    print(f"    largest page: {worst.relative_to(public)}, {heavy[worst] / 1e3:.1f} kB gzipped")
    documents = {one: len(gzip.compress(one.read_bytes())) for one in largest if not _is_page(one)}
    for one in sorted(documents, key=lambda one: -documents[one])[:3]:
        print(
            f"    largest other: {one.relative_to(public)}, {documents[one] / 1e3:.1f} kB gzipped"
        )


def _is_page(path: Path) -> bool:
    return path.suffix == ".html"


def _kind(path: Path) -> str:
    """`places/…/indicators/….html`."""
    parts = [path.parts[0], *(one for one in path.parts[1:-1] if one.isalpha())]
    return "/".join(parts) if len(path.parts) > 1 else "others"


def _written(public: Path) -> dict[Path, int]:
    return {one: one.stat().st_mtime_ns for one in _pages(public)}


def _print_changed(before: Mapping[Path, int], after: Mapping[Path, int]) -> None:
    changed = [one for one in after if before.get(one) != after[one]]
    print(f"    {len(changed):,} of {len(after):,} files written")


# --- the work ------------------------------------------------------------------------------------


def publish(folder: Path, count: int) -> None:
    """The first version, committed."""
    _commit(folder, _tables(count), ())


def correct(folder: Path, count: int) -> None:
    """Another in which one value is another; as a dead pass leaves it, before readers are led to
    it."""
    import pyarrow as pa

    from opendata.store import read_state

    state, _ = read_state(_stores(folder)[1])
    history = state["releases"][inbox.PACKAGE]
    tables = _tables(count)
    values = tables["indicator_values"]
    figures = values.column("value").to_pylist()
    figures[len(figures) // 2] += 1
    at = values.schema.get_field_index("value")
    tables["indicator_values"] = values.set_column(at, "value", pa.array(figures, pa.float64()))
    _commit(folder, tables, history)


def lead(folder: Path, count: int) -> None:
    """Make the site say what is committed."""
    from opendata import catalogue
    from opendata.release import Publisher
    from opendata.store import refresh

    public, workspace = _stores(folder)
    publisher = Publisher("例示県", "470007", "data@pref.example.jp", "https://pref.example.jp/")
    base = "https://data.pref.example.jp/"
    refresh(
        workspace,
        public,
        lambda found: catalogue.build(found, publisher=publisher, base_url=base),
    )


def _stores(folder: Path) -> Any:
    from opendata.store import FolderStore

    return FolderStore(folder / "public"), FolderStore(folder / "workspace")


def _commit(folder: Path, tables: Mapping[str, Any], history: Sequence[Any]) -> None:
    """Put a version of these tables where readers look, and commit it."""
    from opendata.store import commit, read_state

    public, workspace = _stores(folder)
    state, token = read_state(workspace)
    version = f"1.0.{len(history)}"
    files = _files(tables, version)
    for name, content in files.items():
        public.put(f"datasets/{inbox.PACKAGE}/{version}/{name}", content)
    entry = {
        "version": version,
        "previous": history[-1]["version"] if history else None,
        "created": f"2026-04-0{1 + len(history)}T00:00:00Z",
        "sums": hashlib.sha256(files["SHA256SUMS"]).hexdigest(),
        "changes": 0,
        "changed_rows": 0,
    }
    commit(workspace, token, {**state, "releases": {inbox.PACKAGE: [*history, entry]}})


def _files(tables: Mapping[str, Any], version: str) -> Mapping[str, bytes]:
    """Of the Excel edition the site reads only how large it is: none is made."""
    from opendata.package import load
    from opendata.release import Publisher, build, rebuild
    from opendata.release.descriptor import contract

    sys.modules[build.__module__].__dict__["to_excel"] = lambda *_: b""
    package = load(ROOT / "datapackages" / inbox.PACKAGE)
    codes = tables["plans"].column("municipality_code").to_pylist()
    sources = [{"title": _source(one), "hash": f"sha256:{_digest(one)}"} for one in codes]
    plain = contract(package, Publisher("例示県"), None)
    described = {**plain, "version": version, "sources": sources}
    return rebuild(described, tables, _lineage(tables), None, None)


def _source(code: str) -> str:
    return f"{inbox.PACKAGE}/{code}/指標一覧.xlsx"


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _tables(count: int) -> dict[str, Any]:
    """Every table of the package, sorted by its key."""
    import pyarrow as pa

    from opendata.package import load
    from opendata.release.tables import schema
    from opendata.validate.progress import indicator_progress

    package = load(ROOT / "datapackages" / inbox.PACKAGE)
    rows: dict[str, list[dict[str, Any]]] = {one.name: [] for one in package}
    for code, _ in zip(inbox.codes(), range(count), strict=False):
        for name, row in _municipality(code):
            rows[name].append(row)
    tables = {
        one.name: pa.Table.from_pylist(rows.pop(one.name), schema=schema(one)) for one in package
    }
    progress = indicator_progress(tables)
    tables["indicator_progress"] = progress.cast(schema(package.resource("indicator_progress")))
    return {
        one.name: tables[one.name].sort_by([(name, "ascending") for name in one.primary_key])
        for one in package
    }


def _municipality(code: str) -> Iterator[tuple[str, dict[str, Any]]]:
    plan = f"{code}-sogo"
    yield (
        "plans",
        {
            "plan_id": plan,
            "municipality_code": code,
            "title": f"第{int(code[2:5]) % 7 + 1}次総合計画（{code}）",
            "plan_type": "basic_plan",
            "start_fiscal_year": 2020,
            "end_fiscal_year": 2026,
            "department": "企画部企画課",
        },
    )
    for goal in range(1, GOALS + 1):
        node = f"{plan}-{goal}"
        about = {"node_id": node, "plan_id": plan, "level": "goal", "number": str(goal)}
        yield (
            "policy_nodes",
            {**about, "position": goal, "title": f"目標{goal} 安心して暮らせるまち"},
        )
        for measure in range(1, MEASURES // GOALS + 1):
            yield from _measure(plan, node, goal, measure)


def _measure(
    plan: str, goal_id: str, goal: int, measure: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    node = f"{goal_id}-{measure}"
    about = {"node_id": node, "plan_id": plan, "parent_node_id": goal_id, "level": "measure"}
    title = f"施策{goal}-{measure} 地域で支え合うしくみづくりの推進"
    number = f"{goal}-{measure}"
    yield "policy_nodes", {**about, "number": number, "position": measure, "title": title}
    for year in YEARS[-2:]:
        rated = {"node_id": node, "fiscal_year": year, "rating": "B", "rating_class": "on_track"}
        yield "progress", {**rated, "note": "予定した取組をおおむね実施した。"}
    for place in range(INDICATORS // MEASURES):
        yield from _indicator(plan, node, place + 5 * (measure + 4 * goal))


def _indicator(plan: str, node: str, number: int) -> Iterator[tuple[str, dict[str, Any]]]:
    key = f"{node}-k-{number:08x}"
    yield (
        "indicators",
        {
            "indicator_id": key,
            "plan_id": plan,
            "node_id": node,
            "name": f"指標{number} 市民意識調査で満足と答えた人の割合",
            "kind": "outcome",
            "unit": ("%", "件", "人")[number % 3],
            "direction": ("up", "down")[number % 2],
            "definition": "市民意識調査で「満足」「やや満足」と答えた人の、回答者に占める割合",
            "data_source": "市民意識調査",
        },
    )
    way = 1 if number % 2 == 0 else -1
    start = 50.0 + number % 17 + int(plan[2:5]) % 11
    drawn = [("baseline", 2019, start), ("midterm_target", 2023, start + way * 5)]
    drawn.append(("target", 2026, start + way * 10))
    drawn += [("actual", year, start + way * (at + number % 3)) for at, year in enumerate(YEARS)]
    for kind, year, value in drawn:
        about = {"indicator_id": key, "value_type": kind, "fiscal_year": year, "value": value}
        yield (
            "indicator_values",
            {**about, "comparator": "eq", "status": "normal", "raw": str(value)},
        )


def _lineage(tables: Mapping[str, Any]) -> Any:
    """The cells of the values, a field as the other, as a real version has them."""
    import pyarrow as pa

    from opendata.release.tables import LINEAGE, key_text, pc

    values = tables["indicator_values"]
    keys = key_text(values, ("indicator_id", "value_type", "fiscal_year")).combine_chunks()
    count = len(keys)
    codes = pc.utf8_slice_codeunits(keys, 0, 6)
    known = pc.unique(codes)
    at = pc.index_in(codes, known)
    places = pa.array([_source(one) for one in known.to_pylist()]).take(at)
    digests = pa.array([_digest(one) for one in known.to_pylist()]).take(at)
    cells = pa.array([f"{'HIJKLMN'[at % 7]}{at // 7 % INDICATORS + 5}" for at in range(count)])

    def same(text: str) -> Any:
        return pa.repeat(pa.scalar(text), count)

    pieces = []
    for field in (
        "indicator_id",
        "value_type",
        "fiscal_year",
        "value",
        "comparator",
        "status",
        "raw",
    ):
        how = same("made" if field == "indicator_id" else "read")
        head = (same("indicator_values"), keys, same(field), how)
        columns = [*head, digests, places, same("KPI一覧"), cells]
        pieces.append(pa.Table.from_arrays(columns, schema=LINEAGE))
    return pa.concat_tables(pieces)


if __name__ == "__main__":
    work, folder, count = sys.argv[1:]
    {"publish": publish, "correct": correct, "lead": lead}[work](Path(folder), int(count))
    spent = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps({"cpu_s": spent.ru_utime + spent.ru_stime, "peak_mib": spent.ru_maxrss / 1024})
    )

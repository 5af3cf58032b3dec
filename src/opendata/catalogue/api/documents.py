"""The documents about all of it: what there is, every dataset, its versions, the municipalities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from opendata.catalogue import words
from opendata.catalogue.addresses import place_page
from opendata.catalogue.api import writing
from opendata.catalogue.api.openapi import description
from opendata.catalogue.api.page import page
from opendata.catalogue.api.writing import Links, known, written
from opendata.catalogue.model import Current, Site
from opendata.catalogue.places import PLANS, has_plans, pc
from opendata.catalogue.releases import ended
from opendata.release import Files, reasons_of, withdrawn_of
from opendata.release.tables import CODE


def api_files(site: Site, datasets: Sequence[Current]) -> Files:
    """Every document that is about more than one municipality, the description of all, and the
    page that explains them."""
    files = {
        writing.INDEX: _index(site, datasets),
        writing.OPENAPI: description(site, datasets),
        writing.DATASETS: _datasets(site, datasets),
        writing.PLACES: _places(site, datasets),
        **page(site, datasets),
    }
    for current in datasets:
        files[writing.dataset_path(current.name)] = _dataset(site, current)
        files[writing.versions_path(current.name)] = _versions(site, current)
    return files


def _index(site: Site, datasets: Sequence[Current]) -> bytes:
    links = Links(site, writing.INDEX)
    publisher = site.publisher
    return written(
        title=f"{publisher.name} オープンデータ",
        publisher=known(
            {
                "name": publisher.name,
                "code": publisher.code,
                "email": publisher.email,
                "homepage": publisher.homepage,
            }
        ),
        modified=max((one.created for one in datasets), default=None),
        datasets=links.to(writing.DATASETS),
        places=links.to(writing.PLACES),
        comparisons=links.to(writing.COMPARISONS) if site.has_plans else None,
        openapi=links.to(writing.OPENAPI),
        documentation=links.to(writing.PAGE),
        catalog=links.to("catalog.jsonld"),
    )


def _datasets(site: Site, datasets: Sequence[Current]) -> bytes:
    links = Links(site, writing.DATASETS)
    return written(datasets=[_summary(links, one) for one in datasets])


def _summary(links: Links, current: Current) -> dict[str, Any]:
    """What stands of a dataset in the list, and first in its own document."""
    descriptor = current.descriptor
    english = descriptor.get("translations", {}).get("en", {})
    return known(
        {
            "name": current.name,
            "title": descriptor.get("title", current.name),
            "title_en": english.get("title"),
            "description": descriptor.get("description"),
            "description_en": english.get("description"),
            "version": current.version,
            "created": current.created,
            "ended": _ended(current),
            "licenses": descriptor.get("licenses"),
            "url": links.to(writing.dataset_path(current.name)),
            "versions": links.to(writing.versions_path(current.name)),
            "page": links.to(f"datasets/{current.name}/index.html"),
            "descriptor": links.to(f"datasets/{current.name}/datapackage.json"),
        }
    )


def _ended(current: Current) -> dict[str, Any] | None:
    """When and why a dataset ended."""
    end = ended(current.descriptor, current.history)
    if end is None:
        return None
    return {"version": end.version, "created": end.created, "reasons": [*end.reasons]}


def _dataset(site: Site, current: Current) -> bytes:
    links = Links(site, writing.dataset_path(current.name))
    descriptor = current.descriptor
    folder = f"datasets/{current.name}/{current.version}/"
    return written(
        **_summary(links, current),
        keywords=descriptor.get("keywords"),
        publisher=known({"name": site.publisher.name, "code": site.publisher.code}),
        quality=_quality(links, descriptor.get("quality"), folder),
        checksums=links.to(f"{folder}SHA256SUMS"),
        resources=[_resource(links, one, folder) for one in descriptor["resources"]],
        files=[_file(links, one, folder) for one in descriptor.get("alternates", ())],
        lineage=_file(links, descriptor["lineage"], folder),
    )


def _resource(links: Links, resource: Mapping[str, Any], folder: str) -> dict[str, Any]:
    schema = resource["schema"]
    return known(
        {
            "name": resource["name"],
            "title": resource.get("title"),
            "description": resource.get("description"),
            "rows": resource["rows"],
            "fields": schema["fields"],
            "primary_key": schema.get("primaryKey"),
            "foreign_keys": schema.get("foreignKeys"),
            "files": [
                _file(links, one, folder) for one in (resource, *resource.get("alternates", ()))
            ],
        }
    )


def _file(links: Links, described: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """A file of the version, and where the current version's is always found."""
    name = described["path"]
    latest = f"{folder.rstrip('/').rpartition('/')[0]}/latest/{name}"
    return {
        "format": described["format"],
        "mediatype": described["mediatype"],
        "url": links.to(f"{folder}{name}"),
        "latest": links.to(latest),
        "bytes": described["bytes"],
        "sha256": str(described["hash"]).removeprefix("sha256:"),
    }


def _quality(links: Links, quality: Mapping[str, Any] | None, folder: str) -> dict[str, Any] | None:
    """What the descriptor says of all sources together, and where what it says of each stands."""
    if quality is None:
        return None
    readable = quality.get("machineReadability", {})
    return known(
        {
            "standard": readable.get("standard"),
            "mean": readable.get("mean"),
            "worst": readable.get("worst"),
            "completeness": quality.get("completeness"),
            "details": links.to(f"{folder}{quality['path']}") if "path" in quality else None,
        }
    )


def _versions(site: Site, current: Current) -> bytes:
    links = Links(site, writing.versions_path(current.name))
    return written(
        dataset=current.name,
        url=links.to(writing.dataset_path(current.name)),
        versions=[_version(links, current.name, one) for one in reversed(current.history)],
    )


def _version(links: Links, name: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    folder = f"datasets/{name}/{entry['version']}/"
    counts = ("rows", "added", "removed", "changed", "corrections", "schema_changes")
    return known(
        {
            "version": entry["version"],
            "previous": entry.get("previous"),
            "created": entry["created"],
            "changed_rows": entry.get("changed_rows", entry.get("changes", 0)),
            **{one: entry.get(one) for one in counts},
            "restores": entry.get("restores"),
            "reasons": [*reasons_of(entry)] or None,
            "withdrawn": [
                {"file": file, "reason": why}
                for why, files in withdrawn_of(entry).items()
                for file in files
            ]
            or None,
            "descriptor": links.to(f"{folder}datapackage.json"),
            "changes": links.to(f"{folder}changes.csv"),
            "checksums": links.to(f"{folder}SHA256SUMS"),
        }
    )


def _places(site: Site, datasets: Sequence[Current]) -> bytes:
    links = Links(site, writing.PLACES)
    return written(
        places=[
            {
                "code": code,
                "name": words.place(code, site.places),
                "dataset": current.name,
                "plans": plans,
                "indicators": indicators,
                "url": links.to(writing.place_path(code)),
                "indicators_url": links.to(writing.indicators_path(code)),
                "page": links.to(place_page(code) + ".html"),
            }
            for current in datasets
            if has_plans(current)
            for code, plans, indicators in _counted(current)
        ]
    )


def _counted(current: Current) -> list[tuple[str, int, int]]:
    """Every municipality's code, and how many plans and indicators it has."""
    plans = current.tables[PLANS]
    codes = plans.column(CODE).combine_chunks()
    ids = plans.column("plan_id").combine_chunks()
    owned = current.tables["indicators"].column("plan_id").combine_chunks()
    indicators = Counter(map(str, codes.take(pc.index_in(owned, ids)).to_pylist()))
    counted = Counter(map(str, codes.to_pylist()))
    return [(code, counted[code], indicators[code]) for code in sorted(counted)]

"""The pages of plans and indicators that were published and are no more: their addresses stay, and
say where what they told can still be read."""

from __future__ import annotations

import pyarrow as pa

from opendata.catalogue import addresses
from opendata.catalogue.pages.setting import Setting
from opendata.catalogue.rendering import render
from opendata.release import Files

_PAGES = {"plans": addresses.plan_page, "indicators": addresses.indicator_page}


def ended_pages(setting: Setting, ended: pa.Table) -> Files:
    """A page for each, at the address it always had. `ended` is as in `places.Place`."""
    files: dict[str, bytes] = {}
    for line in ended.to_pylist():  # of one that went more than once, the last time
        files |= render(
            setting.site,
            _PAGES[line["table"]](setting.code, line["key"]),
            "ended.html",
            setting.linked(
                _PAGES[line["table"]](setting.code, line["key"]),
                line["key"],
                f"{setting.place}が公開を終えた計画または指標（{line['key']}）。",
            ),
            code=setting.code,
            package=setting.package,
            line=line,
            place_page=addresses.place_page(setting.code),
            v=setting.voices.__getitem__,
        )
    return files

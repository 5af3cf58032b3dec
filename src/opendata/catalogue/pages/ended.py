"""The pages of plans and indicators that were published and are no more: their addresses stay, and
say what they were, why they are not there any longer and where what they told can still be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from opendata.catalogue import addresses
from opendata.catalogue.gone import Ended
from opendata.catalogue.pages.setting import Setting
from opendata.catalogue.pages.values import kinds_of, year_lines
from opendata.catalogue.rendering import render
from opendata.release import Files


def ended_pages(setting: Setting, ended: Sequence[Ended], plans: frozenset[str]) -> Files:
    """A page for each, at the address it always had. `plans` are the ids of those that are still
    published."""
    files: dict[str, bytes] = {}
    titles = {one.key: one for one in ended if one.table == "plans"}
    for one in ended:
        path = page_of(setting, one)
        files |= render(
            setting.site,
            path,
            "ended.html",
            _linked(setting, one, path),
            code=setting.code,
            package=setting.package,
            one=one,
            folder=addresses.place_folder(setting.code),
            place_page=addresses.place_page(setting.code),
            indicators=of_plan(ended, one.key) if one.table == "plans" else (),
            has_plan_page=one.plan is not None
            and (one.plan["plan_id"] in plans or one.plan["plan_id"] in titles),
            kinds=kinds_of(one.values),
            years=year_lines(one.values),
            v=setting.voices.__getitem__,
        )
    return files


def page_of(setting: Setting, one: Ended) -> str:
    """Where its page lies."""
    page = addresses.plan_page if one.table == "plans" else addresses.indicator_page
    return page(setting.code, one.key)


def of_plan(ended: Sequence[Ended], plan_id: str) -> Sequence[Ended]:
    """The indicators of a plan that are no more."""
    return [one for one in ended if one.plan is not None and one.plan["plan_id"] == plan_id]


def _linked(setting: Setting, one: Ended, path: str) -> Mapping[str, Any]:
    name = one.title or one.key
    return setting.linked(path, name, f"{setting.place}が公開を終えた計画または指標（{name}）。")

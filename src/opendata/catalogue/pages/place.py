"""The pages of one municipality: its plans, each plan, each indicator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from opendata.catalogue import addresses
from opendata.catalogue.gone import Ended
from opendata.catalogue.model import Current, Site
from opendata.catalogue.municipality import Municipality, Node, Plan
from opendata.catalogue.pages.ended import ended_pages
from opendata.catalogue.pages.indicator import indicator_page
from opendata.catalogue.pages.plan import counted, is_extended, plan_page, shares_of
from opendata.catalogue.pages.setting import Setting
from opendata.catalogue.places import Place
from opendata.catalogue.rendering import render
from opendata.catalogue.timeline import timeline
from opendata.catalogue.verdict import Row
from opendata.release import Files


def render_place(
    site: Site, current: Current, place: Place, compared: frozenset[str] = frozenset()
) -> Files:
    """Everything in `places/<code>/`.

    Nothing here may depend on more than the place, the site, the package's schemas, title and
    licences and which of its indicators have a comparison (`compared`: their kinds): pages of
    places where nothing changed are not made anew. So no version and no date of a release.
    """
    setting = Setting.of(site, current, place.code, compared)
    everything = Municipality.of(place)
    ids = frozenset(one.id for one in everything.plans)
    files = {
        **ended_pages(setting, place.ended, ids),
        **_place_page(setting, everything, place.ended),
    }
    for plan in everything.plans:
        files |= plan_page(setting, plan, everything.lineage(plan), place.ended)
        above = dict(_above(plan.nodes, ()))
        for indicator in plan.indicators:
            files |= indicator_page(setting, plan, indicator, above.get(indicator.id, ()))
    return files


def _above(nodes: Sequence[Node], path: tuple[Row, ...]) -> Iterator[tuple[str, Sequence[Row]]]:
    """By indicator, the nodes that it belongs to, the topmost first."""
    for node in nodes:
        here = (*path, node.row)
        for indicator in node.indicators:
            yield indicator.id, here
        yield from _above(node.children, here)


def _place_page(setting: Setting, everything: Municipality, ended: Sequence[Ended]) -> Files:
    indicators = [one for plan in everything.plans for one in plan.indicators]
    return render(
        setting.site,
        addresses.place_page(setting.code),
        "place.html",
        _linked(setting, everything.plans),
        code=setting.code,
        package=setting.package,
        ended=[one for one in ended if one.table == "plans"],
        plans=[(one, counted(one.indicators), _goals(one)) for one in everything.plans],
        folder=addresses.place_folder(setting.code),
        indicators=len(indicators),
        shares=shares_of(indicators),
        timeline=timeline([plan.row for plan in everything.plans]),
        extended=any(is_extended(plan.row) for plan in everything.plans),
        v=setting.voices.__getitem__,
    )


def _goals(plan: Plan) -> Sequence[Node]:
    """What a plan is about at a glance: its topmost nodes, or those below a single one."""
    nodes = plan.nodes
    while len(nodes) == 1 and nodes[0].children:
        nodes = nodes[0].children
    return nodes


def _linked(setting: Setting, plans: Sequence[Plan]) -> Mapping[str, Any]:
    place = setting.place
    about = f"{place}の計画と、その指標の目標値、実績値、達成状況。"
    titles = "、".join(plan.title for plan in plans[:20])
    path = addresses.place_page(setting.code)
    return setting.linked(path, f"{place}の計画と指標", f"{about}{titles}")

"""How all plans stand: by municipality, plan and goal; of many municipalities, by prefecture."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opendata.catalogue import addresses, metadata
from opendata.catalogue.labels import Voice
from opendata.catalogue.metadata import schema_org_part
from opendata.catalogue.model import LANGUAGES, Current, Language, Section, Site
from opendata.catalogue.overview import PlaceLine, summed
from opendata.catalogue.rendering import ENDINGS, made_by, render
from opendata.catalogue.verdict import Share, shares
from opendata.catalogue.words import prefecture
from opendata.release import Files, licence_of

ROOM = 600
"""So many plans and goals one page shows; of more, each prefecture has a page of its own."""
_ELSEWHERE = "00"


@dataclass(frozen=True)
class Group:
    """The municipalities of one prefecture, or all there are. `number` is the prefecture's."""

    number: str
    places: Sequence[PlaceLine]

    @property
    def plans(self) -> int:
        return sum(len(one.plans) for one in self.places)

    @property
    def indicators(self) -> int:
        return sum(one.indicators for one in self.places)

    @property
    def shares(self) -> Sequence[Share]:
        causes = summed(one.causes for one in self.places)
        return shares(summed(one.counts for one in self.places), causes)

    @property
    def rows(self) -> int:
        """How many plans and goals there are."""
        return sum(1 + len(plan.goals) for place in self.places for plan in place.plans)

    @property
    def has_room_for_goals(self) -> bool:
        return self.rows <= 2 * ROOM

    def name(self, voice: Voice) -> str:
        return prefecture(self.number, voice.language) or ""


def groups(places: Sequence[PlaceLine]) -> list[Group]:
    """The municipalities by prefecture, from north to south; last those of none."""
    found: dict[str, list[PlaceLine]] = {}
    for one in places:
        number = one.code[:2] if prefecture(one.code) else _ELSEWHERE
        found.setdefault(number, []).append(one)
    ordered = sorted(found, key=lambda number: (number == _ELSEWHERE, number))
    return [Group(number, found[number]) for number in ordered]


def is_large(places: Sequence[PlaceLine]) -> bool:
    """Whether there is more than one page can show."""
    return Group("", places).rows > ROOM


def render_overview(
    site: Site, datasets: Sequence[Current], places: Sequence[PlaceLine], has_comparisons: bool
) -> Files:
    """progress/index.html: with everything, or with the prefectures and their municipalities."""
    everything = Group("", places)
    return render(
        site,
        addresses.PROGRESS,
        "progress.html",
        metadata.in_brief(datasets, site),
        everything=everything,
        groups=groups(places) if is_large(places) else [],
        has_comparisons=has_comparisons,
        v=_voices(site).__getitem__,
        shares_of=lambda _: shares,
    )


def prefectures(site: Site, package: Current, places: Sequence[PlaceLine]) -> Iterator[Section]:
    """A section for each prefecture where one page cannot show everything; a part of `package`."""
    for one in groups(places) if is_large(places) else ():
        page = f"progress/{one.number}/index"
        linked = schema_org_part(
            site,
            of=package.name,
            path=f"{page}{ENDINGS['ja']}",
            root="../../",
            name=f"計画と進捗（{prefecture(one.number) or one.number}）",
            about="自治体の計画ごと、目標ごとにまとめた、指標の達成状況。",
            licence=licence_of(package.descriptor),
        )
        known = f"{made_by()}\n{site!r}\n{one!r}\n{linked!r}"
        yield Section(
            f"progress/{one.number}",
            hashlib.sha256(known.encode()).hexdigest(),
            _renderer(site, page, one, linked),
        )


def _renderer(
    site: Site, page: str, group: Group, linked: Mapping[str, Any]
) -> Callable[[], Files]:
    return lambda: render(
        site,
        page,
        "prefecture.html",
        linked,
        group=group,
        v=_voices(site).__getitem__,
        shares_of=lambda _: shares,
    )


def _voices(site: Site) -> Mapping[Language, Voice]:
    return {one: Voice(one, {}, site.places) for one in LANGUAGES}

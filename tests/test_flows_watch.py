"""When a change in the inbox has come to rest, and how often the watcher wakes somebody."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from flows import watch
from flows.watch import Settling, look

BIG, SMALL = (2, 0), (1, 0)


def told(
    *looks: tuple[float, dict[str, tuple[int, int]]], known: tuple[str, ...] = ()
) -> list[float]:
    """The moments at which the operator's flow is woken, given what is seen when."""
    settling = Settling(dict.fromkeys(known, SMALL), settle=2, patience=10)
    return [now for now, seen in looks if settling.settled(now, seen)]


def test_a_file_counts_when_it_has_stopped_changing() -> None:
    half, whole = {"a": SMALL}, {"a": BIG}
    looks = ((0, half), (1, half), (1.5, whole), (3, whole), (3.5, whole), (4, whole), (9, whole))
    assert told(*looks) == [3.5]


def test_a_burst_is_told_once_when_all_of_it_has_settled() -> None:
    assert told(
        (0, {"a": BIG}), (1, {"a": BIG, "b": BIG}), (2, {"a": BIG, "b": BIG}),
        (3, {"a": BIG, "b": BIG}), (4, {"a": BIG, "b": BIG}),
    ) == [3]  # fmt: skip


def test_a_file_that_never_settles_keeps_the_others_waiting_only_so_long() -> None:
    looks = [(float(now), {"a": SMALL, "growing": (now, now)}) for now in range(40)]
    assert told(*looks) == [12]


def test_changes_moves_and_deletions_count() -> None:
    assert told((0, {}), (2, {}), (4, {}), known=("gone",)) == [2]
    assert told((0, {"new": SMALL}), (2, {"new": SMALL}), known=("old",)) == [2]
    assert told((0, {"a": BIG}), (2, {"a": BIG}), known=("a",)) == [2]


def test_what_came_and_went_is_not_told() -> None:
    assert told((0, {"a": SMALL}), (1, {}), (3, {}), (5, {})) == []


def test_traces_of_office_programs_are_not_seen(tmp_path: Path) -> None:
    for name in ("~$plan.xlsx", ".~lock.plan.xlsx#", ".hidden", "plan.tmp", "plan.xlsx.part"):
        (tmp_path / name).write_bytes(b"x")
    assert look(tmp_path) == {}


def woken(
    inbox: Path,
    act: Callable[[], None],
    *,
    times: int,
    pending: Callable[[], bool],
    poll: bool = False,
) -> list[bool]:
    """What the watcher asks for after `act`, until it has asked so often and half a second on."""
    asked: list[bool] = []

    async def wake(fresh: bool) -> None:
        asked.append(fresh)

    async def watched() -> None:
        watching = asyncio.create_task(
            watch.watch(inbox, settle=0.2, poll=poll, pending=pending, wake=wake)
        )
        await asyncio.sleep(0.5)
        await asyncio.to_thread(act)
        async with asyncio.timeout(30):
            while len(asked) < times:
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)
        watching.cancel()
        await asyncio.wait([watching])

    asyncio.run(watched())
    return asked


@pytest.mark.parametrize("poll", [False, True], ids=["reported by the system", "polled"])
def test_a_folder_created_and_filled_later_wakes_once(tmp_path: Path, poll: bool) -> None:
    def act() -> None:
        folder = tmp_path / "municipal-plans" / "132012"
        folder.mkdir(parents=True)
        for number in range(20):
            (folder / f"{number}.csv").write_text("a,b\n")

    assert woken(tmp_path, act, times=1, pending=lambda: False, poll=poll) == [True]


def test_a_lost_event_is_made_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_AGAIN", (0.2, 0.4, 0.8))
    left = iter([True, True, True])
    asked = woken(tmp_path, lambda: None, times=3, pending=lambda: next(left, False))
    assert asked == [False, False, False]


def test_an_inbox_that_cannot_be_read_for_a_while_is_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_AGAIN", (0.2,))
    answers = iter([OSError("the share is away"), OSError("still"), True])

    def pending() -> bool:
        answer = next(answers, False)
        if isinstance(answer, OSError):
            raise answer
        return bool(answer)

    assert woken(tmp_path, lambda: None, times=1, pending=pending) == [False]

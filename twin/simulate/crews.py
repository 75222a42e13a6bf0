"""Which quay crane works which bays of which ship, and where the others stand with their booms up."""

from functools import cache

import numpy as np

from twin.simulate.apron import Frame
from twin.simulate.cranes import Crane
from twin.simulate.quay_cranes import QuayCrane
from twin.simulate.setting import Setting, crane_of, machines, quay_frame
from twin.simulate.ships import Ship

APART = 31.0  # metres between the middles of neighbouring quay cranes: 27 over the buffers, and to spare
MOST = ((390.0, 4), (300.0, 4), (200.0, 2), (0.0, 1))  # (length of a ship, cranes that work it)
Shared = tuple[float, tuple[int | None, ...]]
Job = tuple[float, float, int, tuple[int, ...]]  # s of the first and last place to stand, ship number, bays


def crew(setting: Setting, ships: list[Ship]) -> None:
    """Send quay cranes to the ships, two bays each; the others stand clear, booms up."""
    every = [crane_of(setting.terminal, row, kind) for row, kind in machines(setting.terminal, ("sts",))]
    every = [c for c in every if {"trolley", "hoist"} <= {j.name for j in c.kind.joints}]
    setting.cranes += every
    if not ships or not every:
        return
    frame = quay_frame(ships[0].quay)
    every.sort(key=lambda c: frame.local(c.x, c.y)[0])
    homes = tuple(frame.local(c.x, c.y)[0] for c in every)
    low, high = _ends(setting, frame, homes)
    jobs = sorted(job for n, ship in enumerate(ships) for job in _jobs(n, ship, frame, low, high))
    chosen = _assigned(homes, jobs, low, high)
    places = _stands(homes, [jobs[j] if j is not None else None for j in chosen], high)
    for i, (crane, j) in enumerate(zip(every, chosen)):
        if j is None:
            _rest(crane, crane.reach(*frame.site(max(places[i], low), frame.local(crane.x, crane.y)[1]))[0])
        else:
            _begin(setting, crane, ships[jobs[j][2]], jobs[j][3], i)


def _ends(setting: Setting, frame: Frame, homes: tuple[float, ...]) -> tuple[float, float]:
    """Where along the quay the outermost cranes may stand."""
    ends = [
        frame.local(x, y)[0] for r in setting.terminal.rails if r.kind == "sts" for x, y in ((r.x0, r.y0), (r.x1, r.y1))
    ]
    return (min(ends) + 14, max(ends) - 14) if ends else (homes[0], homes[-1])


def _jobs(number: int, ship: Ship, frame: Frame, low: float, high: float) -> list[Job]:
    """Pairs of neighbouring bays, well apart, none of them far forward or aft."""
    half = ship.kind.length / 2
    most = next(n for length, n in MOST if ship.kind.length >= length)
    stand = {
        k: frame.local(*ship.place(k, 0))[0] for k, x in enumerate(ship.kind.bays) if -0.8 * half < x < 0.75 * half
    }
    good = [k for k, s in stand.items() if low <= s <= high]
    out: list[Job] = []
    for n in range(most):
        i = int((n + 0.3) * len(good) / most)
        bays = tuple(k for k in good[i : i + 2] if abs(stand[k] - stand[good[i]]) < 16)
        s = [stand[k] for k in bays]
        if bays and all(min(s) - o[1] > APART or o[0] - max(s) > APART for o in out):
            out.append((min(s), max(s), number, bays))
    return out


def _assigned(homes: tuple[float, ...], jobs: list[Job], low: float, high: float) -> list[int | None]:
    """The job of each crane (by s) or None: none crosses another, all fit on the rail, and they go little."""
    while jobs:
        cost, found = _shared(homes, tuple(jobs), low, high)
        if np.isfinite(cost):
            return list(found)
        jobs.pop()
    return [None] * len(homes)


def _shared(homes: tuple[float, ...], jobs: tuple[Job, ...], low: float, high: float) -> Shared:
    """Metres to go in all, and who goes to which job; infinite where they do not fit."""
    edges = zip([low - APART, *(j[1] for j in jobs)], [*(j[0] for j in jobs), high + APART], strict=True)
    room = [
        int((b - a) / APART + 1e-9) - 1 for a, b in edges
    ]  # idle cranes that fit before each job, and after the last

    @cache
    def best(i: int, j: int, idle: int) -> Shared:
        if i == len(homes):
            return (0.0, ()) if j == len(jobs) else (np.inf, ())
        options: list[Shared] = [(np.inf, ())]
        if j < len(jobs):
            cost, rest = best(i + 1, j + 1, 0)
            options.append((cost + abs(homes[i] - jobs[j][0]), (j, *rest)))
        if idle < room[j]:
            cost, rest = best(i + 1, j, idle + 1)
            options.append((cost, (None, *rest)))
        return min(options, key=lambda o: o[0])

    return best(0, 0, 0)


def _stands(homes: tuple[float, ...], jobs: list[Job | None], high: float) -> list[float]:
    """Where each crane stands: the idle ones near home, clear of the others."""
    out, last = [], -np.inf
    for i, job in enumerate(jobs):
        following = [k for k in range(i, len(jobs)) if jobs[k] is not None]
        beyond = jobs[following[0]] if following else None
        limit = (beyond[0] - APART * (following[0] - i)) if beyond is not None else high - APART * (len(jobs) - 1 - i)
        s = min(max(homes[i], last + APART), limit) if job is None else job[0]
        out.append(s)
        last = job[1] if job is not None else s
    return out


def _rest(crane: Crane, gantry: float) -> None:
    crane.stand(gantry, trolley=crane.joint("trolley").rest, hoist=crane.joint("hoist").rest)
    if "boom" in crane.joints:
        boom = crane.joints["boom"]
        boom.first = boom.value = crane.joint("boom").high


def _begin(setting: Setting, crane: Crane, ship: Ship, bays: tuple[int, ...], number: int) -> None:
    rail = quay_frame(ship.quay).local(crane.x, crane.y)[1]
    lanes = tuple(v - rail for v in setting.transfer)
    random = setting.maker.random
    noses = any(spot.form == "nose" for spots in setting.spots.values() for spot in spots)
    discharging = bool(random.random() < 0.65) or not noses
    work = QuayCrane(crane, ship, list(bays), lanes, setting.maker.boxes, discharging, int(random.integers(5, 10)))
    crane.stand(work.gantry, trolley=8.0 + 6 * (number % 3), hoist=28.0)
    setting.quay_cranes.append(work)

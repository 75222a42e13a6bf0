"""Ten minutes of made-up work at a terminal, to record, publish and replay; and a moment said as a number."""

from collections.abc import Iterator
from hashlib import sha256

import numpy as np

from tests.worlds import T0, at_second, described
from twin.facts import Batch, DescribedVessels, PlaceKind, Roster, Vessels, places, poses, quantised
from twin.moment import Moment
from twin.terminal import Terminal


def shift(terminal: Terminal, roster: Roster, *, seconds: int = 600, boxes: int = 40) -> Iterator[list[Batch]]:
    """Said each second: every machine's pose, late by up to 0.9 s, now and then a box moved, a drifting ship."""
    rng = np.random.default_rng(7)
    names = [f"TSTU{i:07d}" for i in range(boxes)]
    about = described(roster, names)
    machine = np.arange(len(terminal.machines))
    ship = roster.vessels.rows(["Anna"])
    n, since = np.arange(boxes), np.full(boxes, T0 - 10**12)
    size = np.array([120.0]), np.array([20.0]), np.array([6.0])
    yield [
        about,
        quantised(DescribedVessels(since[:1], ship, ("Anna",), ("small",), *size)),
        places(since, about.container, 1, n % 2, bay=1 + 2 * (n // 8), row=1 + n // 2 % 3, tier=1),
    ]
    x = rng.uniform(0, 200, len(machine))
    for s in range(seconds):
        x = x + rng.normal(0, 0.8, len(machine))
        late = rng.integers(0, 900, len(machine)) * 10**6
        joints = np.stack([x, x / 2], axis=1)
        said: list[Batch] = [poses(at_second(s) - late, machine, x, 3 * machine, yaw=x / 50, joints=joints)]
        if s % 5 == 0:
            box = about.container[rng.integers(boxes)]
            said.append(places(at_second(s), box, PlaceKind.MACHINE, 0))
            said.append(places(at_second(s + 3), box, PlaceKind.SLOT, 1, bay=int(rng.integers(1, 9)), row=2, tier=2))
        if s % 10 == 0:
            here, none = np.array([at_second(s)]), np.zeros(1)
            said.append(quantised(Vessels(here, ship, x[:1], none - 20, none, none, np.array([6]))))
        yield said


def hashed(moment: Moment) -> str:
    """The same for two moments only if the same boxes, machines and vessels are at the same places, to the bit."""
    out, roster = sha256(), moment.roster
    c, m, v = moment.containers, moment.machines, moment.vessels
    base, yaw = moment.positions
    by_name = sorted((roster.containers.name[i], i) for i in range(len(c)) if c.kind[i])
    rows = np.array([i for _, i in by_name], np.int64)
    out.update(repr([name for name, _ in by_name]).encode())
    out.update(repr([(c.about.code[i], c.about.line[i]) for i in rows]).encode())
    for values in (c.kind, c.bay, c.row, c.tier, base + 0.0, yaw + 0.0, c.since, c.about.mass):
        out.update(np.ascontiguousarray(values[rows]).tobytes())
    for states in (m, v):
        order = np.argsort(list(states.name), kind="stable")
        out.update(repr([(states.name[i], states.kind[i]) for i in order]).encode())
        for values in (states.x, states.y, states.z, states.yaw, states.status, states.heard):
            out.update(np.ascontiguousarray(values[order] + 0).tobytes())
    out.update(np.ascontiguousarray(m.joints[np.argsort(list(m.name), kind="stable")] + 0.0).tobytes())
    return out.hexdigest()

"""Small terminals and worlds made in Python, without a file, for tests that need something to stand on."""

import numpy as np

from twin.catalogue import Catalogue, Hold, Joint, Kind, Part, VesselClass
from twin.facts import DescribedContainers, Roster, quantised
from twin.geometry import Site
from twin.terminal import Berth, Blocks, Machines, Quay, Terminal
from twin.units import SECOND, time_from_text

T0 = time_from_text("2026-03-01T06:00Z")


def at_second(s: float) -> int:
    """*s* seconds after T0, ns."""
    return T0 + round(s * SECOND)


def tiny_catalogue() -> Catalogue:
    """A gantry crane (trolley along y, hoist along z, one hold), a cart, and a ship of three bays."""
    joints = (Joint("trolley", -60, 20, 0, 4, 4, 0.5), Joint("hoist", -15, 46, 30, 1.5, 3, 0.5))
    portal = Part("portal", (0.0, 0.0, 0.0), boxes=((-13, -1, 0, -12, 1, 40), (12, -1, 0, 13, 1, 40)))
    spreader = Part("spreader", (0.0, 0.0, 0.0), move=((0, 1, 0), (0, 0, 1)), boxes=((-6.1, -1.2, 0, 6.1, 1.2, 1.0),))
    crane = Kind(
        "crane",
        "Crane",
        "sts",
        joints,
        (portal, spreader),
        (Hold("spreader", 1, (0, 0, 0), "top"),),
        height=46,
        length=26,
        width=2,
    )
    deck = Part("deck", (0.0, 0.0, 0.0), boxes=((-7, -1.5, 0, 7, 1.5, 1.7),))
    cart = Kind(
        "cart", "Cart", "agv", (), (deck,), (Hold("middle", 0, (0, 0, 1.7), "bottom"),), length=14, width=3, height=1.7
    )
    ship = VesselClass(
        "small", "Small ship", 300, 120.0, 20.0, 6.0, 10.0, 7, 4, 2, (30.0, 16.0, 2.0), -45.0, -50.0, 11.0, 1.5, 2.5
    )
    return Catalogue({"crane": crane, "cart": cart}, {"small": ship})


def tiny_terminal(*, blocks: int = 2, bays: int = 5, rows: int = 3, tiers: int = 4) -> Terminal:
    """A 200 m quay along x, blocks behind it with bays along x, crane Q1 at x 50, cart C1 at (50, 20)."""
    n = np.arange(blocks)
    yard = Blocks(
        name=tuple(f"B{i + 1}" for i in n),
        x=np.full(blocks, 10.0),
        y=40.0 + 20.0 * n,
        z=np.zeros(blocks),
        yaw=np.zeros(blocks),
        bays=np.full(blocks, bays),
        rows=np.full(blocks, rows),
        tiers=np.full(blocks, tiers),
        bay_pitch=np.full(blocks, 6.5),
        row_pitch=np.full(blocks, 2.8),
        row_sign=np.ones(blocks),
        kind=("rtg",) * blocks,
    )
    machines = Machines(
        ("Q1", "C1"), ("crane", "cart"), np.array([50.0, 50.0]), np.array([3.0, 20.0]), np.zeros(2), np.zeros(2)
    )
    return Terminal(
        "tiny",
        "Tiny terminal",
        Site(lon_deg=10.0, lat_deg=53.5),
        yard,
        (Quay("Q", 0, 0, 200, 0),),
        (Berth("1", "Q", 0, 200),),
        (),
        (),
        (),
        (),
        machines,
        tiny_catalogue(),
        text="name: tiny",
    )


def described(
    roster: Roster, names: list[str], *, code: str = "22G1", line: str = "MSK", t: int = T0
) -> DescribedContainers:
    """A description of containers *names*, all alike."""
    n = len(names)
    rows = roster.containers.rows(names)
    return quantised(DescribedContainers(np.full(n, t), rows, tuple(names), (code,) * n, (line,) * n, np.zeros(n)))

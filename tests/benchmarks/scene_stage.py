"""What all painters of the drawing benchmark paint: uneven stacks, 300 machines of six parts, a camera on its way.

Stacks are one to five high at random, which leaves more faces to be seen than a real yard's.
"""

from dataclasses import dataclass

import numpy as np

from twin import facts
from twin.catalogue import Catalogue, Joint, Kind, Part, Shape
from twin.facts import DescribedContainers, PlaceKind
from twin.geometry import Floats, Site
from twin.terminal import Area, Blocks, Machines, Quay, Terminal
from twin.units import SECOND
from twin.world import World

SIZE = (1280, 720)
BAYS, ROWS, TIERS = 20, 10, 5
MACHINES, PARTS = 300, 6
PITCH = (6.5, 2.8)
T0 = 1_772_000_000 * SECOND
SECONDS = 40


@dataclass(frozen=True)
class Stage:
    """A world, and its boxes (n) as the peers take them: centres, sizes, colours 0..1."""

    world: World
    centre: Floats
    size: Floats
    rgb: Floats
    middle: Floats
    reach: float  # metres across the yard

    def camera(self, frame: int) -> tuple[Floats, Floats]:
        """Eye and target of *frame*, on an arc over the yard that fills the picture."""
        reach = self.reach
        turn = -2.0 + 0.01 * frame
        return self.middle + reach * np.array([0.52 * np.cos(turn), 0.52 * np.sin(turn), 0.24]), self.middle


def stage(boxes: int, machines: int = MACHINES) -> Stage:
    """*boxes* containers in blocks of 200 slots, and *machines* that move all the time."""
    rng = np.random.default_rng(1)
    heights = rng.integers(1, TIERS + 1, 2 * boxes)
    heights = heights[: int(np.searchsorted(np.cumsum(heights), boxes)) + 1]
    slot = np.repeat(np.arange(len(heights)), heights)[:boxes]
    tier = (np.concatenate([np.arange(h) for h in heights]) + 1)[:boxes]
    block, bay, row = slot // (BAYS * ROWS), slot % BAYS, slot // BAYS % ROWS
    world = World(_terminal(int(block.max()) + 1, machines))
    names = tuple(f"{('MSKU', 'MSCU', 'CMAU', 'HLCU', 'COSU')[i % 5]}{i:07d}" for i in range(boxes))
    rows = world.roster.containers.rows(names)
    world.hear(DescribedContainers(np.full(boxes, T0), rows, names, ("22G1",) * boxes, ("",) * boxes, np.zeros(boxes)))
    world.hear(facts.places(T0, rows, PlaceKind.SLOT, block, bay=2 * bay + 1, row=row + 1, tier=tier))
    _drive(world, machines)
    moment = world.at(T0)
    base, about = moment.positions[0], moment.containers.about
    size = np.stack([about.length, about.width, about.height], axis=1)
    centre = base + np.stack([np.zeros(boxes), np.zeros(boxes), about.height / 2], axis=1)
    return Stage(world, centre, size, rng.uniform(0.2, 0.9, (boxes, 3)), np.append(centre[:, :2].mean(0), 0.0),
                 float(np.hypot(*np.ptp(centre[:, :2], axis=0))))  # fmt: skip


def _drive(world: World, machines: int) -> None:
    m, own = np.arange(machines), world.terminal.machines
    for s in range(SECONDS):
        joints = np.stack([10 * np.sin(s / 9 + m), 15 + 6 * np.cos(s / 7 + m)], axis=1)
        x, y = own.x + 3 * s, own.y + 0.3 * s
        world.hear(facts.poses(T0 + s * SECOND, m, x, y, yaw=own.yaw + 0.02 * s, joints=joints))


def _terminal(blocks: int, machines: int) -> Terminal:
    across = max(1, round(blocks**0.5))
    n = np.arange(blocks)
    x, y = (n % across) * (BAYS * PITCH[0] + 20), 80 + (n // across) * (ROWS * PITCH[1] + 18)
    whole = np.ones(blocks, np.int64)
    names = tuple(f"B{i}" for i in n)
    zero = n * 0.0
    yard = Blocks(
        *(names, x * 1.0, y * 1.0, zero, zero, whole * BAYS, whole * ROWS, whole * TIERS),
        *(zero + PITCH[0], zero + PITCH[1], zero + 1.0, ("rtg",) * blocks),
    )
    m = np.arange(machines)
    wide, deep = float(x.max() + 150), float(y.max() + 60)
    x, y = m % 20 * wide / 20, 30 + m // 20 * deep / 16
    own = Machines(tuple(f"M{i}" for i in m), tuple(f"k{i % 3}" for i in m), x, y, m * 0.0, m * 0.1)
    ground = Area("ground", "pavement", ((-20, 0), (wide, 0), (wide, deep), (-20, deep)))
    quays = (Quay("Q", -20, 0, wide, 0),)
    return Terminal("bench", "", Site(), yard, quays, (), (), (ground,), (), (), own, Catalogue(_kinds(), {}))


def _kinds() -> dict[str, Kind]:
    """Three kinds of six parts of 192 triangles, 60 from afar; all parts move on their own."""
    joints = (Joint("trolley", -60, 60, 0, 4, 4, 0.5), Joint("hoist", 0, 46, 10, 1, 3, 0.5))
    kinds = {}
    for k in range(3):
        parts = []
        for p in range(PARTS):
            bars = tuple(
                Shape("box", (-6 + b * 0.8, -2, b * 0.4, -5.4 + b * 0.8, 2, b * 0.4 + 1), "crane_blue", int(b >= 5))
                for b in range(16)
            )
            move = ((0.0, 0.1 * p, 0.0), (0.0, 0.0, 0.15 * (p + 1)))
            parts.append(Part(f"p{p}", (0.0, 0.0, 3.0 * p), move=move, shapes=bars))
        kinds[f"k{k}"] = Kind(f"k{k}", "", "rtg", joints, tuple(parts), length=12, width=4, height=20)
    return kinds

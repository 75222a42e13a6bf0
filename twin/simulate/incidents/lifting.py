"""A box taken up and set down again where it was, as an incident needs it."""

from typing import Protocol

from twin.facts import Status
from twin.simulate.book import Place, on_machine
from twin.simulate.handover import Process
from twin.simulate.incidents.hook import Hook
from twin.simulate.works import Works

SPREAD = {20: 6.058, 40: 12.192}  # metres, of the spreader.  ISO 668


class Liftable(Protocol):
    """A box that stands somewhere: number, length in feet, the height of its foot and top (m, site frame)."""

    @property
    def box(self) -> int: ...
    @property
    def feet(self) -> int: ...
    @property
    def foot(self) -> float: ...
    @property
    def top(self) -> float: ...


def pick(works: Works, hook: Hook, one: Liftable, at: tuple[float, float], over: float, above: float) -> Process:
    """Fetch a box from gantry and trolley *at*: it then hangs from the spreader, hoisted to *above*.

    The empty spreader travels at *over* (metres of hoist) at the least.
    """
    env, boxes = works.env, works.book.boxes
    t = hook.carry(hook.ready(env.now, over, SPREAD[one.feet]), *at, over=over, loaded=False)
    landed = hook.hoist(t, one.top - hook.crane.z)
    handed, locked = hook.grip(landed, boxes.mass[one.box], lift=True)
    up = hook.hoist(locked, above, loaded=True)
    yield env.timeout(handed - env.now)
    works.book.hand(handed, one.box, on_machine(hook.crane.row))
    yield env.timeout(up - env.now)


def bring_back(
    works: Works, hook: Hook, one: Liftable, at: tuple[float, float], home: Place, over: float, above: float
) -> Process:
    """Bring it back to *home*, travelling at *above*, and be clear of it, hoisted to *over*."""
    env = works.env
    t = hook.carry(env.now, *at, over=above, loaded=True)
    landed = hook.hoist(t, one.top - hook.crane.z, loaded=True)
    handed, free = hook.grip(landed, 0, lift=False)
    up = hook.hoist(free, over)
    yield env.timeout(handed - env.now)
    works.book.hand(handed, one.box, home)
    hook.crane.says(env.now, Status.WORKING, up)
    yield env.timeout(up - env.now)

"""The cheapest stack of a block for a box: seconds of travel, and penalties in seconds.  All weights are made up."""

import numpy as np

from twin.geometry import Bools, Floats
from twin.simulate.stacking import ANYTIME, Stacks, covered

GROUND = 25.0  # seconds: on bare ground, which is then no longer free for others
MIXED = 60.0  # on a box of another group
SOONER = 300.0  # above a box that leaves sooner
LIGHTER = 40.0  # on a box lighter than it by more than `HEAVIER`
HEAVIER = 2000  # kg
SPOILT = 30.0  # a 20' box on one half of a free 40' place
PLUGGED = 400.0  # a reefer where no plugs are; half of it for others where plugs are
TIER = 3.0  # for each box below it


def cheapest(
    s: Stacks, box: int, far: Floats, avoid: tuple[int, int] | None = None, within: Bools | None = None
) -> tuple[int, int] | None:
    """Bay and row of the cheapest stack for *box*; *far* (columns,) is what each column costs in seconds.

    *avoid*: a bay and row that it must not be; *within* (columns,): where it may be.  None: there is none.
    """
    feet, height = s.boxes.feet(box), s.boxes.height(box)
    fits = _where_allowed(s, s.open(feet, height), feet, avoid, within)
    if not fits.any() and feet == 40:
        fits = _where_allowed(s, s.open(feet, height, capping=True), feet, avoid, within)
    if not fits.any():
        return None
    cost = np.where(fits, _cost(s, box, far), np.inf)
    n, r = divmod(int(cost.argmin()), cost.shape[1])
    return (2 * n + 1 if feet == 20 else 4 * n + 2), r + 1


def _cost(s: Stacks, box: int, far: Floats) -> Floats:
    """Seconds (columns, rows) for a 20' box, (columns // 2, rows) for others."""
    plugged = np.where(s.plugs, 0.0, PLUGGED) if s.boxes.is_reefer(box) else np.where(s.plugs, PLUGGED / 2, 0.0)
    column = (far + plugged)[:, None]
    count, group, mass, soon = s.next_count, s.group, s.mass, s.soon
    if s.boxes.feet(box) == 20:
        a, b = s.pairs(count == 0)
        cost = column + np.zeros(count.shape)
        cost[: 2 * len(a)] += np.repeat(np.where(a & b, SPOILT, 0.0), 2, axis=0)
    else:
        count, group, mass, soon = (s.pairs(array)[0] for array in (count, group, mass, soon))
        cost = column[0 : 2 * len(count) : 2] + np.zeros(count.shape)
    due, own = s.cards.due.get(box, ANYTIME), s.cards.group.get(box, 0)
    cost += np.where(count == 0, GROUND, np.where(group == own, 0.0, MIXED)) + TIER * count
    cost += np.where(soon < due, SOONER, 0.0) + np.where(mass + HEAVIER < s.boxes.mass[box], LIGHTER, 0.0)
    return np.asarray(cost)


def _where_allowed(s: Stacks, fits: Bools, feet: int, avoid: tuple[int, int] | None, within: Bools | None) -> Bools:
    """*fits* but for the bay and row to *avoid*, and *within* those columns only."""
    if avoid is not None:
        c = covered(avoid[0])
        if feet == 20:
            fits[c, avoid[1] - 1] = False
        else:
            fits[min(c[0] // 2, len(fits) - 1), avoid[1] - 1] = False
    if within is not None:
        a, b = s.pairs(within)
        fits &= (within if feet == 20 else a & b)[:, None]
    return fits

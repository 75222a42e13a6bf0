"""The closest pairs of things.  No Qt here."""

from dataclasses import fields, replace

import numpy as np

from twin.moment import Moment
from twin.spatial.clearances import KINDS, Clearances, clearances

WITHIN = 15.0  # metres
LONGEST = 50  # pairs


def closest(moment: Moment, kinds: tuple[str, ...]) -> Clearances:
    """The nearest pairs of machines and things of *kinds*, their words and points worked out."""
    found = clearances(moment, WITHIN)
    keep = np.flatnonzero(np.isin(found.kind, [KINDS.index(kind) for kind in kinds]))[:LONGEST]
    rows = {f.name: getattr(found, f.name)[keep] for f in fields(found) if f.name not in ("moment", "moving")}
    some = replace(found, **rows)
    _ = some.who_a, some.who_b, some.part_a, some.part_b, some.p1
    return some


def nearest_machines(moment: Moment) -> float:
    """Metres between the two machines nearest to each other; NaN where none are within `WITHIN`."""
    found = clearances(moment, WITHIN)
    metres = found.metres[found.kind == KINDS.index("machine")]
    return float(metres[0]) if len(metres) else float("nan")

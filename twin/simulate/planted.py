"""Which entities a planted incident may name, and how large it usually is: one row a kind of `scenario.INCIDENTS`."""

from dataclasses import dataclass

CRANES = ("rtg", "armg")
VEHICLES = ("agv", "tractor", "truck", "straddle")


@dataclass(frozen=True)
class Role:
    """One of those an incident names: a 'machine' of some *groups* (any where there are none), a 'block' or a 'ship'."""

    of: str
    groups: tuple[str, ...] = ()
    needed: bool = True  # once anybody is named at all; whoever is not named is chosen by the run

    def __str__(self) -> str:
        return f"{self.of} ({' or '.join(self.groups)})" if self.groups else self.of


@dataclass(frozen=True)
class Planting:
    """*roles* in order; *amount*: the usual size in metres and the largest, None where the incident has no size."""

    about: str
    roles: tuple[Role, ...] = ()
    amount: tuple[float, float] | None = None


_CRANE = Role("machine", CRANES)
_BLOCK = Role("block", needed=False)

PLANTED = {
    "cranes-close": Planting(
        "two cranes come as close as `amount` on one rail or runway",
        (Role("machine", ("rtg", "armg", "sts")), Role("machine", ("rtg", "armg", "sts"))),
        (0.8, 5.0),
    ),
    "spreader-dragged": Planting("a spreader is dragged through the top of a stack, `amount` deep", (_CRANE, _BLOCK), (0.3, 2.0)),
    "boom-down": Planting("a boom stays down while a ship berths", (Role("machine", ("sts",)), Role("ship", needed=False))),
    "truck-under-load": Planting(
        "a vehicle stands under a suspended load",
        (Role("machine", ("rtg", "armg", "sts")), Role("machine", VEHICLES, needed=False)),
    ),
    "corner-cut": Planting(
        "a vehicle passes `amount` from a block's corner", (Role("machine", VEHICLES), _BLOCK), (0.3, 5.0)
    ),
    "slot-occupied": Planting("a box is set down where one stands", (Role("machine", (*CRANES, "straddle")), _BLOCK)),
    "position-jump": Planting("a machine's reported place is off by `amount` for a while", (Role("machine"),), (60.0, 5000.0)),
    "silent": Planting("a machine says nothing for a while", (Role("machine"),)),
    "wrong-number": Planting("a box with a wrong check digit appears in a block", (_BLOCK,)),
    "twenty-on-forty": Planting("a 20' box is set on a 40'", (Role("machine", (*CRANES, "straddle")), _BLOCK)),
}  # fmt: skip
"""By kind.  The usual sizes are those the issue asks for where it names one; the others are made up."""

"""What is to happen: ships, trucks, fill, faults, planted incidents, the faults of the messages themselves.

Times are seconds from the scenario's start; what lies before it has happened already.
"""

from dataclasses import dataclass, field

from twin.units import HOUR, SECOND

INCIDENTS = (
    "cranes-close", "spreader-dragged", "boom-down", "truck-under-load", "corner-cut", "slot-occupied", "position-jump",
    "silent", "wrong-number", "twenty-on-forty",
)  # fmt: skip
"""Kinds of planted incident; see `twin.simulate.incidents`."""


@dataclass(frozen=True)
class Call:
    """A ship's call: *arrival* is when she is to be alongside, *discharge* and *load* count boxes (not TEU).

    *kind*: a class of `assets/vessels`; *berth*: a berth's name; *along*: metres from the berth's start to the ship's
    nearer end, None: wherever there is room (every reader of scenarios puts the number there); *bow*: 'start' or 'end'
    of the quay that the bow points to; *cranes*: quay cranes that work her at most, 0: as many as fit; *port*: where
    she goes next.  A ship that came before the run begins has *discharge* and *load* still to do then.
    """

    ship: str
    kind: str
    berth: str
    arrival: float
    discharge: int
    load: int
    along: float | None = None
    bow: str = "start"
    cranes: int = 0
    port: str = ""
    twenties: float = 0.3  # share of the boxes that are 20'
    reefers: float = 0.06
    fill: float = 0.7  # share of her places that are stowed when she arrives
    draught: float = 0.0  # metres, 0: the usual share of what her class is built for, `moorings.LADEN`
    line: int = 0  # of the scenario file, for messages


@dataclass(frozen=True)
class Window:
    """Trucks between *start* and *end* (seconds): *per_hour* come; with *slots*, no more than so many an hour."""

    start: float
    end: float
    per_hour: float
    slots: float = 0.0
    line: int = 0


@dataclass(frozen=True)
class Gate:
    """The gate: when trucks come, what for, and how long they are held."""

    windows: tuple[Window, ...] = ()
    fetching: float = 0.55  # share that comes for a box; the others bring one
    verify_s: tuple[float, float] = (25.0, 60.0)  # at the booth, from and to.  Made up
    late: float = 0.1  # share that misses its appointment window, and waits at the gate for the next free slot


@dataclass(frozen=True)
class Fault:
    """A machine that breaks down for a while."""

    machine: str
    at: float
    lasts: float
    line: int = 0


@dataclass(frozen=True)
class Incident:
    """A planted incident of one of `INCIDENTS`: when, *who* is in it; *amount* is its size (metres), NaN: usual."""

    kind: str
    at: float
    who: tuple[str, ...] = ()
    amount: float = float("nan")
    lasts: float = 30.0
    line: int = 0


@dataclass(frozen=True)
class Imperfections:
    """What befalls the messages on their way; nothing by default.

    *noise*: standard deviation (m) of positions of vehicles; *jitter*: of the time stamps (s); *loss*, *duplicates*:
    shares of messages; *late*: share that comes up to *late_by* seconds later than it should; *skew*: seconds that a
    machine's clock is off, at most.
    """

    noise: float = 0.0
    jitter: float = 0.0
    loss: float = 0.0
    duplicates: float = 0.0
    late: float = 0.0
    late_by: float = 2.0
    skew: float = 0.0

    @property
    def none(self) -> bool:
        """Whether messages come as they were sent."""
        return not (self.noise or self.jitter or self.loss or self.duplicates or self.late or self.skew)


@dataclass(frozen=True)
class Scenario:
    """Everything that a run is made from, together with the layout and the seed."""

    name: str
    start: int  # ns UTC
    hours: float
    seed: int = 1
    warm_up: float = 1800.0  # seconds worked before the start, so that all is under way
    fill: float = 0.5  # share of the yard's positions that hold a box at the start
    calls: tuple[Call, ...] = ()
    gate: Gate = field(default_factory=Gate)
    out_of_service: tuple[str, ...] = ()  # machines
    faults: tuple[Fault, ...] = ()
    incidents: tuple[Incident, ...] = ()
    imperfections: Imperfections = field(default_factory=Imperfections)
    standing_every: float = 0.0  # seconds between reports of a machine at rest; 0: as often as of one that moves
    path: str = ""
    notes: tuple[str, ...] = ()  # what the reader wants said

    @property
    def end(self) -> int:
        """ns UTC."""
        return self.start + round(self.hours * HOUR / SECOND) * SECOND

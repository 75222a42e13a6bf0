"""What AIS messages say of the ships near one terminal: hulls of true length and beam, in the site frame.

A report places the ship's *antenna*; types 5, 19 and 24 say how far bow, stern, port and starboard are from it, and
heading turns that into a hull.  A vessel whose size has not been heard is told with length 0 at its antenna, until it
is.  A vessel is called what it called itself when first told, or `MMSI 477888000`; a second ship of one name carries
its MMSI behind it.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from twin.facts import Batch, DescribedVessels, NavStatus, Roster, Vessels, quantised
from twin.feeds.ais_lines import AisCounts, Heard, report_time
from twin.geometry import Floats
from twin.terminal import Terminal
from twin.units import SECOND

RADIUS = 15_000.0  # metres from the site origin within which a ship becomes a vessel of the twin
MOVING = 1.0  # knots; below it a ship's course is the noise of its GPS, not where its bow points
POSITIONS = (1, 2, 3, 18, 19)  # 9 is aircraft; 27 is too coarse (185 m) to lay a hull alongside
DESCRIPTIONS = (5, 19, 24)
NO_HEADING, NO_COURSE, NO_SPEED = 511, 360.0, 102.3  # ITU-R M.1371 "not available"


@dataclass(frozen=True)
class Ship:
    """What a ship says of itself: metres from the antenna to bow, stern, port, starboard; draught m.  0: not known."""

    name: str = ""
    bow: float = 0.0
    stern: float = 0.0
    port: float = 0.0
    starboard: float = 0.0
    draught: float = 0.0

    @property
    def length(self) -> float:
        return self.bow + self.stern

    @property
    def beam(self) -> float:
        return self.port + self.starboard

    @property
    def centre(self) -> tuple[float, float]:
        """Midships, metres ahead of and to port of the antenna; (0, 0) where bow and port are 0: antenna not known."""
        if self.bow == 0 and self.port == 0:
            return 0.0, 0.0
        return (self.bow - self.stern) / 2, (self.port - self.starboard) / 2


@dataclass(frozen=True)
class Report:
    """One position: *bearing* is where the bow points (degrees from north) or None, *t* ns UTC."""

    t: int
    mmsi: int
    lon: float
    lat: float
    bearing: float | None
    status: int


@dataclass
class Traffic:
    """What has been heard of the ships, and who of them is a vessel of this terminal."""

    terminal: Terminal
    roster: Roster
    counts: AisCounts = field(default_factory=AisCounts)
    radius: float = RADIUS
    ships: dict[int, Ship] = field(default_factory=dict)
    told: dict[int, Ship] = field(default_factory=dict)  # as last described to the twin
    called: dict[int, str] = field(default_factory=dict)
    bearing: dict[int, float] = field(default_factory=dict)
    recent: dict[int, deque[int]] = field(default_factory=dict)  # report times: many are heard over two stations

    def tell(self, heard: Iterable[Heard]) -> list[Batch]:
        """The facts in some messages: descriptions of vessels new or changed, then positions.  Counts every message."""
        reports: list[Report] = []
        for one in heard:
            fate = self.describe(one.message) if one.message.msg_type in DESCRIPTIONS else "other message"
            report = self._report(one) if one.message.msg_type in POSITIONS else fate
            if isinstance(report, Report):
                reports.append(report)
            else:
                self.counts.fates[report] += 1
        return self._batches(reports)

    def describe(self, message: Any) -> str:
        """Takes in a message of type 5, 19 or 24; its fate."""
        if message.mmsi == 0:
            return "no MMSI"
        if message.msg_type in (5, 19) and message.to_starboard is None:  # cut off: what came before is noise
            return "cannot decode"
        self.ships[message.mmsi] = described(self.ships.get(message.mmsi, Ship()), message)
        return "description"

    def _report(self, heard: Heard) -> Report | str:
        """The position in a message, or what became of it."""
        m = heard.message
        if m.lon is None or m.lat is None or m.speed is None or m.course is None:
            return "cannot decode"
        if m.mmsi == 0:
            return "no MMSI"
        if m.lon == 181 or m.lat == 91:
            return "position not available"
        if abs(m.lon) > 180 or abs(m.lat) > 90:
            return "position out of range"
        if heard.t is None:
            return "no time"
        status = int(getattr(m, "status", -1)) + 1
        status = status if status <= 15 else NavStatus.UNKNOWN  # 15 of AIS: not defined
        return Report(self._time(heard.t, m), m.mmsi, m.lon, m.lat, self._bearing(m), status)

    def _time(self, received: int, message: Any) -> int:
        if message.second is None or message.second >= 60:  # 60 to 63: not available, manual, estimated, inoperative
            return received
        t = report_time(received, message.second)
        if t is None:
            self.counts.remarks["second disagrees"] += 1
        return received if t is None else t

    def _bearing(self, message: Any) -> float | None:
        """Degrees from north: the heading, else the course of a moving ship, else as last known, else None."""
        if message.heading is not None and message.heading < 360:
            self.bearing[message.mmsi] = float(message.heading)
            return self.bearing[message.mmsi]
        self.counts.remarks["heading 511"] += 1
        if message.course < NO_COURSE and MOVING <= message.speed < NO_SPEED:
            self.bearing[message.mmsi] = float(message.course)
        return self.bearing.get(message.mmsi)

    def _batches(self, reports: list[Report]) -> list[Batch]:
        if not reports:
            return []
        site = self.terminal.site
        x, y = site.site_from_lonlat(np.array([r.lon for r in reports]), np.array([r.lat for r in reports]))
        near = np.hypot(x, y) <= self.radius
        kept = [i for i, report in enumerate(reports) if self._keep(report, bool(near[i]))]
        if not kept:
            return []
        chosen = [reports[i] for i in kept]
        new = self._new(chosen)
        return [*([new] if new else []), self._vessels(chosen, x[kept], y[kept])]

    def _keep(self, report: Report, near: bool) -> bool:
        fate = "position" if near else "far away"
        if near and report.bearing is None:
            fate = "direction not known"
        elif near and report.t in self.recent.setdefault(report.mmsi, deque(maxlen=32)):
            fate = "duplicate"
        elif near:
            self.recent[report.mmsi].append(report.t)
        self.counts.fates[fate] += 1
        return fate == "position"

    def _new(self, reports: list[Report]) -> DescribedVessels | None:
        """Descriptions, from their first report here on, of the vessels that have none or an older one."""
        first: dict[int, int] = {}
        for report in reports:
            first[report.mmsi] = min(report.t, first.get(report.mmsi, report.t))
        rows = {mmsi: t for mmsi, t in first.items() if self.told.get(mmsi) != self.ships.get(mmsi, Ship())}
        if not rows:
            return None
        ships = [self.ships.get(mmsi, Ship()) for mmsi in rows]
        self.told.update(zip(rows, ships, strict=True))
        return quantised(DescribedVessels(
            t=np.array(list(rows.values())), vessel=self.roster.vessels.rows([self._name(mmsi) for mmsi in rows]),
            name=tuple(self._name(mmsi) for mmsi in rows), kind=("",) * len(rows),
            length=np.array([s.length for s in ships]), beam=np.array([s.beam for s in ships]),
            draught=np.array([s.draught for s in ships])))  # fmt: skip

    def _name(self, mmsi: int) -> str:
        if mmsi not in self.called:
            name = self.ships.get(mmsi, Ship()).name or f"MMSI {mmsi}"
            self.called[mmsi] = f"{name} ({mmsi})" if name in self.called.values() else name
        return self.called[mmsi]

    def _vessels(self, reports: list[Report], x: Floats, y: Floats) -> Vessels:
        ships = [self.ships.get(report.mmsi, Ship()) for report in reports]
        self.counts.remarks.update("size not known" for ship in ships if not ship.length)
        self.counts.remarks.update("antenna not known" for ship in ships if ship.length and not (ship.bow or ship.port))
        yaw = self.terminal.site.yaw_from_bearing(np.array([report.bearing for report in reports], np.float64))
        x, y = midships(x, y, yaw, np.array([ship.centre for ship in ships]))
        return quantised(Vessels(
            t=np.array([r.t for r in reports]), vessel=self.roster.vessels.rows([self._name(r.mmsi) for r in reports]),
            x=x, y=y, yaw=yaw, draught=np.array([ship.draught for ship in ships]),
            status=np.array([r.status for r in reports])))  # fmt: skip


def midships(x: Floats, y: Floats, yaw: Floats, centre: Floats) -> tuple[Floats, Floats]:
    """Site x, y (n,) of the middle of hulls, antennas at x, y, bow towards yaw; *centre* (n, 2) as `Ship.centre`."""
    cos, sin = np.cos(yaw), np.sin(yaw)
    return x + cos * centre[:, 0] - sin * centre[:, 1], y + sin * centre[:, 0] + cos * centre[:, 1]


def described(before: Ship, message: Any) -> Ship:
    """*before* with what a message of type 5, 19 or 24 (part A: name, part B: size) adds."""
    said: dict[str, Any] = {}
    if name := (getattr(message, "shipname", None) or "").strip():
        said["name"] = name
    sides = {"bow": "to_bow", "stern": "to_stern", "port": "to_port", "starboard": "to_starboard"}
    size = {side: float(getattr(message, key, None) or 0) for side, key in sides.items()}
    if any(size.values()):
        said.update(size)
    if draught := getattr(message, "draught", None):
        said["draught"] = float(draught)
    return replace(before, **said)


def told(heard: Iterable[Heard], traffic: Traffic) -> Iterator[list[Batch]]:
    """The facts of a stream of messages, gathered by second of receive time."""
    second: list[Heard] = []
    for one in heard:
        if second and (one.t or 0) // SECOND != (second[0].t or 0) // SECOND:
            if batches := traffic.tell(second):
                yield batches
            second = []
        second.append(one)
    if batches := traffic.tell(second):
        yield batches

"""What a scenario file may say, as a table: the reader, the README's tables and their test come from these rows.

A *form* 'time' is hours:minutes[:seconds] after the start (before it with a minus), or a time with its UTC offset; a
'span' of it the same without a sign.  The other forms are those of `twin.layout.grammar`.
"""

from dataclasses import fields
from typing import Any

from twin.layout.grammar import Key
from twin.simulate.scenario import INCIDENTS, Call, Gate, Imperfections, Incident, Scenario, Window

LONGEST = 744.0  # hours, 31 days
OLDEST = 168.0  # hours before the start that a ship may have come; nobody works one for longer
MOST_BOXES = 30_000  # of one call; more than the largest ship has room for


def _usual(of: type, name: str) -> Any:
    """The default of a field, so that it stands in one place only."""
    return next(field.default for field in fields(of) if field.name == name)


def _share(of: type, name: str, about: str, high: float = 1.0) -> Key:
    return Key(name, "number", about, _usual(of, name), low=0, high=high)


HEAD = (
    Key("name", "text", "short name", None),
    Key("terminal", "text", "name of the layout it is written for; another is refused", None),
    Key("start", "text", "when it starts, with its UTC offset"),
    Key("hours", "number", "how long it lasts", above=0, high=LONGEST),
    Key("seed", "whole", "what chance begins with; the same seed gives the same run", _usual(Scenario, "seed"),
        low=0, high=999_999_999),
    Key("warm_up", "span", "worked before the start, so that all is under way", None),
    _share(Scenario, "fill", "share of the yard's TEU places that is taken at the start"),
    Key("out_of_service", "names", "machines that take no part, e.g. AGV80..AGV84 or a list", ()),
    Key("standing_every", "number", "seconds between reports of a machine at rest; 0: as often as of one that moves",
        _usual(Scenario, "standing_every"), low=0, high=3600),
)  # fmt: skip

CALLS = (
    Key("ship", "text", "her name"),
    Key("kind", "text", "a class of assets/vessels"),
    Key("berth", "text", "a berth of the layout; her middle lies in it"),
    Key("arrival", "time", "when she is to be alongside"),
    Key("discharge", "whole", "boxes to take ashore, from the run's beginning on", low=0, high=MOST_BOXES),
    Key("load", "whole", "boxes to take aboard, from the run's beginning on", low=0, high=MOST_BOXES),
    Key("along", "number", "metres from the berth's start to her nearer end; else the first place that is free", None),
    Key("bow", "choice", "the end of the quay her bow points to", _usual(Call, "bow"), options=("start", "end")),
    Key("cranes", "whole", "quay cranes that work her at most; 0: as many as fit", _usual(Call, "cranes"),
        low=0, high=30),
    Key("port", "text", "where she goes next", _usual(Call, "port")),
    _share(Call, "twenties", "share of her boxes that are 20'"),
    _share(Call, "reefers", "share of her boxes that are cooled"),
    _share(Call, "fill", "share of her places that are taken when she comes"),
    Key("draught", "number", "metres; 0: 85 % of what her class is built for", _usual(Call, "draught"), low=0, high=30),
)  # fmt: skip

GATE = (
    _share(Gate, "fetching", "share of the trucks that come for a box; the others bring one"),
    Key("verify_s", "pair", "seconds a truck is held at the booth, from and to", _usual(Gate, "verify_s")),
    _share(Gate, "late", "share that misses its appointment and waits for the next free one"),
)

WINDOWS = (
    Key("start", "time", "from when"),
    Key("end", "time", "until when"),
    Key("per_hour", "number", "trucks that come an hour", low=0, high=2000),
    Key("slots", "number", "appointments an hour; 0: none are needed", _usual(Window, "slots"), low=0, high=2000),
)

FAULTS = (
    Key("machine", "text", "a machine of the layout"),
    Key("at", "time", "when it breaks down"),
    Key("lasts", "span", "how long it is out of order"),
)

INCIDENT = (
    Key("kind", "choice", "what happens, see below", options=INCIDENTS),
    Key("at", "time", "when"),
    Key("who", "texts", "who is in it, see below; else the run chooses", ()),
    Key("amount", "number", "its size in metres, see below; else the usual one", None, above=0),
    Key("lasts", "span", "how long it goes on", None),
)

MESSAGES = (
    Key("noise", "number", "metres, standard deviation of vehicles' positions", _usual(Imperfections, "noise"),
        low=0, high=100),
    Key("jitter", "number", "seconds, standard deviation of time stamps", _usual(Imperfections, "jitter"),
        low=0, high=60),
    _share(Imperfections, "loss", "share of the messages that is lost", 0.99),
    _share(Imperfections, "duplicates", "share of the messages that comes twice"),
    _share(Imperfections, "late", "share of the messages that comes late, so out of order"),
    Key("late_by", "number", "seconds that they are late, at most", _usual(Imperfections, "late_by"),
        above=0, high=600),
    Key("skew", "number", "seconds that a machine's clock is off, at most", _usual(Imperfections, "skew"),
        low=0, high=600),
)  # fmt: skip

INCIDENT_USUAL = {key: _usual(Incident, key) for key in ("amount", "lasts")}
SECTIONS: dict[str, tuple[Key, ...]] = {
    "": HEAD, "calls": CALLS, "gate": GATE, "gate.windows": WINDOWS, "faults": FAULTS, "incidents": INCIDENT,
    "messages": MESSAGES,
}  # fmt: skip
TOP = (*(key.name for key in HEAD), "calls", "gate", "faults", "incidents", "messages")

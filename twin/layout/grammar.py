"""What a layout file may say, as a table: the reader, the JSON Schema and the docs come from these rows.

Lengths are metres, angles degrees (their keys end in ``_deg``), coordinates those of the file (see `site.origin`).
"""

from dataclasses import dataclass
from math import inf
from typing import Any, Final

NEEDED: Final[Any] = object()  # stands for "this key must be there"
FARTHEST = 20_000.0  # metres from the site origin; no terminal is larger, and float32 in the picture is then fine
MOST_NAMES = 10_000  # of one series

BLOCK_KINDS = ("armg", "rtg", "straddle", "reach_stacker", "empty", "reefer")
RAIL_KINDS = ("sts", "armg", "rtg")
AREA_KINDS = ("pavement", "apron", "road", "lane", "interchange", "gate", "grass", "rail")
LANE_KINDS = ("agv", "truck", "tractor", "straddle")
STRUCTURE_KINDS = ("building", "mast", "gate", "rack", "tank", "fence")


@dataclass(frozen=True)
class Key:
    """One key of an entry.

    *form*: 'text', 'texts', 'number', 'whole', 'choice'; 'pair' (two numbers that are no place); 'place' ([x, y] or
    [x, y, z]), 'line' (a list of [x, y]), 'box' ([x0, y0, x1, y1]), which move with a series and with the origin;
    'size' ([length, width, height]); 'span' (a name, or as many as the series has, as in ``A01..A26``).
    """

    name: str
    form: str
    about: str
    default: Any = NEEDED
    low: float = -inf
    high: float = inf
    above: float = -inf
    options: tuple[str, ...] = ()


def _angle(name: str, about: str, default: Any = 0.0) -> Key:
    return Key(name, "number", about, default, low=-360, high=360)


SITE = (
    Key("lon_deg", "number", "longitude of the origin, WGS 84", None, low=-180, high=180),
    Key("lat_deg", "number", "latitude of the origin, WGS 84", None, low=-90, high=90),
    _angle("bearing_deg", "bearing of +x, clockwise from true north (with epsg: from grid north)", 90.0),
    Key("origin", "pair", "subtracted from every coordinate of the file", None),
    Key("epsg", "whole", "code of the coordinate system of the file", None, low=1024, high=32767),
    Key("water_level", "number", "metres above the quay deck, so less than 0", -4.0, low=-50, high=0),
    Key("source", "text", "where the place comes from", ""),
)

SERIES = (
    Key("name", "text", "the name of a single one", None),
    Key("names", "names", "a series: 'A01..A26', or a list of names", None),
    Key("step", "pair", "metres [dx, dy] from one of the series to the next", None),
)

_SPACING = Key("spacing", "number", "metres along the quay or rail from one of the series to the next", None)

SECTIONS: dict[str, tuple[Key, ...]] = {
    "quays": (
        *SERIES,
        Key("from", "place", "start of the wall; going to its end, the water is on the right"),
        Key("to", "place", "end of the wall"),
        Key("fender_spacing", "number", "metres", 15.0, low=1),
        Key("bollard_spacing", "number", "metres", 20.0, low=1),
    ),
    "berths": (
        *SERIES[:2],
        _SPACING,
        Key("quay", "text", "the quay it lies at"),
        Key("start", "number", "metres from the start of the quay", low=0),
        Key("end", "number", "metres from the start of the quay", above=0),
        Key("depth", "number", "metres of water", 0.0, low=0, high=50),
    ),
    "blocks": (
        *SERIES,
        Key("kind", "choice", "what works it", options=BLOCK_KINDS),
        Key("at", "place", "outer corner of bay 1, row 1"),
        _angle("yaw_deg", "the way the bays run, counter-clockwise from +x"),
        Key("row_side", "choice", "where row 2 lies, looking along the bays", "left", options=("left", "right")),
        Key("bays", "whole", "TEU bays", low=1, high=500),
        Key("rows", "whole", "rows", low=1, high=200),
        Key("tiers", "whole", "highest tier", low=1, high=12),
        Key("outer_tiers", "whole", "highest tier in the two outer rows", None, low=1, high=12),
        Key("bay_pitch", "number", "metres a TEU bay; a 20' box is 6.058", 6.5, low=6.058, high=20),
        Key("row_pitch", "number", "metres a row; a box is 2.438", 2.77, low=2.438, high=20),
        Key("first_row", "text", "how row 1 is written in addresses: 1 or A", "1"),
    ),
    "rails": (
        *SERIES,
        Key("kind", "choice", "what runs on it", options=RAIL_KINDS),
        Key("from", "place", "start of the first rail; the second lies to its left"),
        Key("to", "place", "end of the first rail"),
        Key("gauge", "number", "metres between the rails", above=0, high=200),
        Key("block", "span", "the block it serves", None),
    ),
    "areas": (
        *SERIES,
        Key("kind", "choice", "what it is", options=AREA_KINDS),
        Key("ring", "line", "its corners in order", None),
        Key("box", "box", "instead of a ring: [x0, y0, x1, y1]", None),
    ),
    "lanes": (
        *SERIES,
        Key("kind", "choice", "who drives there", options=LANE_KINDS),
        Key("points", "line", "its centre line in driving order"),
        Key("width", "number", "metres", 4.0, above=0, high=100),
    ),
    "structures": (
        *SERIES,
        Key("kind", "choice", "what it is", options=STRUCTURE_KINDS),
        Key("at", "place", "centre of its base"),
        _angle("yaw_deg", "the way its length lies, counter-clockwise from +x"),
        Key("size", "size", "[length, width, height] in metres", above=0, high=5_000),
    ),
    "machines": (
        *SERIES,
        _SPACING,
        Key("kind", "text", "a kind of the catalogue"),
        Key("at", "place", "where it stands before anything is heard", None),
        _angle("yaw_deg", "the way it looks, counter-clockwise from +x", None),
        Key("rail", "span", "instead of a place: the rail it runs on", None),
        Key("along", "number", "metres from the start of that rail", None, low=0),
    ),
}  # fmt: skip

HEAD = (
    Key("name", "text", "short name"),
    Key("title", "text", "full name", ""),
    Key("sources", "texts", "where the figures come from", ()),
)

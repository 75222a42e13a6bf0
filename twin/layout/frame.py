"""From the file's coordinates to the site frame: which origin is subtracted, and where on earth that is."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from twin.geometry import Site
from twin.layout.entries import Entry, Place, read_keys
from twin.layout.grammar import FARTHEST, SECTIONS, SITE
from twin.yamlfile import Node

Entries = dict[str, list[Entry]]
_FORMS = ("place", "line", "box")


@dataclass(frozen=True)
class Frame:
    """Subtracts the origin from decimals, then rounds once: UTM coordinates and local ones end as the same bits."""

    origin: Place

    def point(self, entry: Entry, key: str, place: Place) -> tuple[float, float]:
        """Site x, y of *place*.  Raises `BadFile` where that is no place on this terminal."""
        x, y = float(place[0] - self.origin[0]), float(place[1] - self.origin[1])
        if max(abs(x), abs(y)) > FARTHEST:
            away = max(abs(x), abs(y)) / 1000
            entry.node.fail(
                key,
                f"[{place[0]}, {place[1]}] lies {away:,.0f} km from the origin of the site, more than "
                f"{FARTHEST / 1000:g}; are all coordinates of this file in one system?",
            )
        return x, y

    def at(self, entry: Entry, key: str = "at") -> tuple[float, float, float]:
        """Site x, y, z of the entry's *key*."""
        place = entry[key]
        return *self.point(entry, key, place), float(place[2]) if len(place) > 2 else 0.0

    def line(self, entry: Entry, key: str) -> tuple[tuple[float, float], ...]:
        """Site x, y of each point of the entry's *key*."""
        return tuple(self.point(entry, key, place) for place in entry[key])


def frame_and_site(top: Node, found: Entries) -> tuple[Frame, Site, list[str]]:
    """The frame, the site and what to say about them.  Raises `BadFile`."""
    entry = read_keys(top.child("site"), SITE) if top.has("site") else None
    said: dict[str, Any] = entry.values if entry else {key.name: key.default for key in SITE}
    notes: list[str] = []
    origin = said["origin"]
    if origin is None:
        origin, notes = _own_origin(found)
    site = Site(**said | {"origin": (float(origin[0]), float(origin[1]))})
    if entry:
        site = _placed(entry, site)
    return Frame(origin), site, notes


def _own_origin(found: Entries) -> tuple[Place, list[str]]:
    """(0, 0), or where coordinates are far from it the first thing of the file, and a note that says so."""
    nothing = (Decimal(0), Decimal(0))
    if all(max(abs(p[0]), abs(p[1])) <= FARTHEST for p in _places(found)):
        return nothing, []
    for section, key in (("quays", "from"), ("blocks", "at")):
        if found[section]:
            entry = found[section][0]
            first = entry[key]
            what = f"the start of quay {entry.name}" if section == "quays" else f"the corner of block {entry.name}"
            break
    else:
        first, what = next(iter(_places(found))), "its first coordinate"
    return first[:2], [f"coordinates are more than {FARTHEST / 1000:g} km from 0, 0 and the file gives no site.origin: "
                       f"{what}, [{first[0]}, {first[1]}], is taken"]  # fmt: skip


def _places(found: Entries) -> Iterable[Place]:
    for section, keys in SECTIONS.items():
        for entry in found[section]:
            for key in keys:
                value = entry[key.name]
                if key.form in _FORMS and value is not None:
                    yield from (value,) if key.form == "place" else value


def _placed(entry: Entry, site: Site) -> Site:
    """*site*, its lon/lat taken from the origin where only the coordinate system is given.  Raises `BadFile`."""
    node = entry.node
    if (site.lon_deg is None) != (site.lat_deg is None):
        there, missing = ("lon_deg", "lat_deg") if site.lat_deg is None else ("lat_deg", "lon_deg")
        node.fail(there, f"needs {missing} beside it")
    if site.epsg is None:
        return site
    return _in_system(node, site, site.epsg)


def _in_system(node: Node, site: Site, epsg: int) -> Site:
    from dataclasses import replace

    from pyproj import CRS, Transformer
    from pyproj.exceptions import CRSError

    try:
        crs = CRS.from_epsg(epsg)
    except CRSError:
        node.fail("epsg", f"{epsg} is not a coordinate system; UTM zone 32 north is 25832 or 32632")
    if not crs.is_projected:
        node.fail("epsg", f"{epsg} ({crs.name}) is not in metres; UTM zone 32 north is 25832 or 32632")
    if site.known or site.origin == (0.0, 0.0):
        return site
    lon, lat = Transformer.from_crs(crs, 4326, always_xy=True).transform(*site.origin)
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        node.fail("epsg", f"in {epsg} ({crs.name}) the origin {list(site.origin)} is nowhere on earth")
    return replace(site, lon_deg=float(lon), lat_deg=float(lat))

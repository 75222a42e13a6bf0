"""Poses, yaw boxes, footprints; the site frame and its georeference.

The site frame: metres, x along the quay, y landward, z up from the quay deck, right-handed.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from pyproj import Transformer

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

BOX_COLUMNS = ("cx", "cy", "z0", "z1", "hx", "hy", "cos", "sin")  # one yaw box is one row of these


def turned(x: Floats, y: Floats, yaw: Floats) -> tuple[Floats, Floats]:
    """(x, y) turned by *yaw* (radians, counter-clockwise seen from above)."""
    cos, sin = np.cos(yaw), np.sin(yaw)
    return cos * x - sin * y, sin * x + cos * y


def lerp_angle(a: Floats, b: Floats, u: Floats) -> Floats:
    """Angle a fraction *u* of the way from *a* to *b*, the short way round (radians)."""
    return a + u * wrapped(b - a)


def wrapped(angle: Floats) -> Floats:
    """*angle* brought into [-pi, pi)."""
    return (angle + np.pi) % (2 * np.pi) - np.pi


def boxes_at(x: Floats, y: Floats, z: Floats, yaw: Floats, local: Floats) -> Floats:
    """(n, 8) yaw boxes of *local* boxes (n, 6: x0 y0 z0 x1 y1 z1, metres) standing at the poses x, y, z, yaw (n,)."""
    cos, sin = np.cos(yaw), np.sin(yaw)
    mx, my = (local[:, 0] + local[:, 3]) / 2, (local[:, 1] + local[:, 4]) / 2
    out = np.empty((len(local), 8))
    out[:, 0] = x + cos * mx - sin * my
    out[:, 1] = y + sin * mx + cos * my
    out[:, 2], out[:, 3] = z + local[:, 2], z + local[:, 5]
    out[:, 4], out[:, 5] = (local[:, 3] - local[:, 0]) / 2, (local[:, 4] - local[:, 1]) / 2
    out[:, 6], out[:, 7] = cos, sin
    return out


def corners(boxes: Floats) -> Floats:
    """(n, 4, 2) planar corners, counter-clockwise, of yaw boxes (n, 8)."""
    sx, sy = np.array([-1.0, 1, 1, -1]), np.array([-1.0, -1, 1, 1])
    lx, ly = boxes[:, 4, None] * sx, boxes[:, 5, None] * sy
    cos, sin = boxes[:, 6, None], boxes[:, 7, None]
    return np.stack([boxes[:, 0, None] + cos * lx - sin * ly, boxes[:, 1, None] + sin * lx + cos * ly], axis=-1)


@dataclass(frozen=True)
class Site:
    """Where the site frame lies on the earth.

    *origin* is subtracted from a file's coordinates before anything else sees them, so that UTM numbers
    never reach the picture.  *bearing_deg* is the bearing of +x, clockwise from true north (with an *epsg*
    code: from grid north).  Without *lon_deg*/*lat_deg* the terminal lies nowhere in particular.
    """

    lon_deg: float | None = None
    lat_deg: float | None = None
    bearing_deg: float = 90.0
    origin: tuple[float, float] = (0.0, 0.0)
    epsg: int | None = None
    water_level: float = -4.0  # metres; freeboard 4 m, OpenTISim container defaults
    source: str = ""

    @property
    def known(self) -> bool:
        return self.lon_deg is not None and self.lat_deg is not None

    @cached_property
    def _projection(self) -> "Transformer":
        """lon/lat -> metres east and north of the origin: the declared CRS, else azimuthal equidistant about it."""
        from pyproj import CRS, Transformer

        crs = (
            CRS.from_epsg(self.epsg)
            if self.epsg
            else CRS.from_proj4(f"+proj=aeqd +lat_0={self.lat_deg} +lon_0={self.lon_deg} +datum=WGS84 +units=m")
        )
        return Transformer.from_crs(4326, crs, always_xy=True)

    @cached_property
    def _anchor(self) -> tuple[float, float]:
        east, north = self._projection.transform(self.lon_deg, self.lat_deg)
        return float(east), float(north)

    def site_from_lonlat(self, lon_deg: Floats, lat_deg: Floats) -> tuple[Floats, Floats]:
        """Site x, y (metres) of longitudes and latitudes (degrees, WGS 84, GeoJSON's order)."""
        east, north = self._projection.transform(np.asarray(lon_deg, float), np.asarray(lat_deg, float))
        turn = np.radians(self.bearing_deg - 90)
        return turned(np.asarray(east) - self._anchor[0], np.asarray(north) - self._anchor[1], np.asarray(turn))

    def lonlat_from_site(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Longitudes and latitudes (degrees, WGS 84) of site x, y (metres)."""
        turn = np.radians(90 - self.bearing_deg)
        east, north = turned(np.asarray(x, float), np.asarray(y, float), np.asarray(turn))
        lon, lat = self._projection.transform(east + self._anchor[0], north + self._anchor[1], direction="INVERSE")
        return np.asarray(lon), np.asarray(lat)

    def yaw_from_bearing(self, bearing_deg: Floats) -> Floats:
        """Site yaw (radians, counter-clockwise from +x) of a compass bearing (degrees, clockwise from north)."""
        return np.radians(self.bearing_deg - np.asarray(bearing_deg, float))

"""The kernels compiled by numba.  Importing this module loads numba and compiles, or reads the cache: seconds, not ms.

Signatures are spelled out so that a strided or float32 array is an error here, never another 10 s of compiling.
No fastmath: the sums must round as `_numpy` rounds them.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from twin.geometry import Floats, Ints
from twin.spatial.grid import SLACK, Grid

NAME = "numba"

Found = tuple[Ints, Ints, Floats]


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
_inner: Decorator = njit(**OPTIONS)


def _kernel(signature: str) -> Decorator:
    def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
        try:
            kernel: Callable[..., Any] = njit(signature, cache=True, **OPTIONS)(function)
        except (RuntimeError, OSError):  # nowhere to write the cache, or no room: compile each time
            kernel = njit(signature, **OPTIONS)(function)
        return kernel

    return compiled


@_inner
def _outside(x, y, hx, hy):  # type: ignore[no-untyped-def]
    gx, gy = max(abs(x) - hx, 0.0), max(abs(y) - hy, 0.0)
    return gx * gx + gy * gy


@_inner
def _nearest_corner(x, y, xx, xy, yx, yy, hx, hy):  # type: ignore[no-untyped-def]
    px, py = xx - xy, yx + yy
    qx, qy = xx + xy, yx - yy
    return min(
        min(_outside(x + px, y + py, hx, hy), _outside(x - px, y - py, hx, hy)),
        min(_outside(x + qx, y + qy, hx, hy), _outside(x - qx, y - qy, hx, hy)),
    )


@_inner
def _distance(a, b):  # type: ignore[no-untyped-def]
    ahx, ahy, ac, asn = a[4], a[5], a[6], a[7]
    bhx, bhy, bc, bsn = b[4], b[5], b[6], b[7]
    dx, dy = b[0] - a[0], b[1] - a[1]
    c, s = ac * bc + asn * bsn, ac * bsn - asn * bc
    x, y = dx * ac + dy * asn, dy * ac - dx * asn
    u, v = -(dx * bc + dy * bsn), dx * bsn - dy * bc
    planar = min(
        _nearest_corner(x, y, bhx * c, bhy * s, bhx * s, bhy * c, ahx, ahy),
        _nearest_corner(u, v, ahx * c, -(ahy * s), -(ahx * s), ahy * c, bhx, bhy),
    )
    c, s = abs(c), abs(s)
    apart = max(
        max(abs(x) - (ahx + (bhx * c + bhy * s)), abs(y) - (ahy + (bhx * s + bhy * c))),
        max(abs(u) - (bhx + (ahx * c + ahy * s)), abs(v) - (bhy + (ahx * s + ahy * c))),
    )
    if not apart > 0:
        planar = 0.0
    gap = max(max(b[2] - a[3], a[2] - b[3]), 0.0)
    return np.sqrt(planar + gap * gap)


@_inner
def _meet(a, b, reach):  # type: ignore[no-untyped-def]
    return (
        a[2] <= b[5] + reach and b[2] <= a[5] + reach
        and a[0] <= b[3] + reach and b[0] <= a[3] + reach
        and a[1] <= b[4] + reach and b[1] <= a[4] + reach
    )  # fmt: skip


@_kernel("void(f8[:, ::1], f8[:, ::1], f8[::1])")
def _distance_pairs(a, b, out):  # type: ignore[no-untyped-def]
    for k in range(len(a)):
        out[k] = _distance(a[k], b[k])


@_kernel("i8(f8[:,::1], f8[:,::1], i8[::1], f8[:,::1], i8[::1], f8, f8, i8[::1], i8[::1], f8[::1])")
def _sweep(boxes, bounds, starts, around, order, within, reach, i_out, j_out, d_out):  # type: ignore[no-untyped-def]
    """Found pairs are counted on past the end of the outputs: the caller grows them and asks again."""
    found, room = 0, len(d_out)
    for p in range(len(order)):
        a = order[p]
        for q in range(p + 1, len(order)):
            b = order[q]
            if around[b, 0] > around[a, 3] + reach:
                break
            if not _meet(around[a], around[b], reach):
                continue
            for i in range(starts[a], starts[a + 1]):
                for j in range(starts[b], starts[b + 1]):
                    if not _meet(bounds[i], bounds[j], reach):
                        continue
                    d = _distance(boxes[i], boxes[j])
                    if d <= within:
                        if found < room:
                            i_out[found], j_out[found], d_out[found] = i, j, d
                        found += 1
    return found


@_kernel(
    "i8(f8[:,::1], f8[:,::1], f8[:,::1], f8[:,::1], i8, i8[::1], i8[::1], i8[:,::1], f8, f8, i8[::1], i8[::1], f8[::1])"
)
def _between(  # type: ignore[no-untyped-def]
    boxes, bounds, grid_boxes, grid_bounds, columns, start, order, spans, within, reach, i_out, j_out, d_out
):
    found, room = 0, len(d_out)
    for i in range(len(boxes)):
        for line in range(spans[i, 1], spans[i, 3] + 1):
            for k in range(start[line * columns + spans[i, 0]], start[line * columns + spans[i, 2] + 1]):
                j = order[k]
                if not _meet(bounds[i], grid_bounds[j], reach):
                    continue
                d = _distance(boxes[i], grid_boxes[j])
                if d <= within:
                    if found < room:
                        i_out[found], j_out[found], d_out[found] = i, j, d
                    found += 1
    return found


def distance_pairs(a: Floats, b: Floats) -> Floats:
    """Distance (n,) in metres between yaw boxes *a* and *b* (n, 8), row by row."""
    out = np.empty(len(a))
    _distance_pairs(a, b, out)
    return out


def sweep(boxes: Floats, bounds: Floats, starts: Ints, around: Floats, order: Ints, within: float) -> Found:
    """As `_numpy.sweep`."""
    asked = boxes, bounds, starts, around, order, within, within + SLACK
    return _grown(lambda *out: _sweep(*asked, *out), 4 * len(boxes))


def between(boxes: Floats, bounds: Floats, grid: Grid, spans: Ints, within: float) -> Found:
    """As `_numpy.between`."""
    asked = boxes, bounds, grid.boxes, grid.bounds, grid.columns, grid.start, grid.order, spans, within, within + SLACK
    return _grown(lambda *out: _between(*asked, *out), 4 * len(boxes))


def _grown(fill: Callable[..., int], room: int) -> Found:
    """What *fill* finds, asked a second time with room for it all if the first guess was too small."""
    while True:
        i, j, d = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room)
        found = fill(i, j, d)
        if found <= room:
            return i[:found], j[:found], d[:found]
        room = found

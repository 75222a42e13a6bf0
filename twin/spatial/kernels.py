"""Exact distances between yaw boxes, and the pairs of them that are close.

A yaw box is a rectangle times a height interval, so its 3D distance is the root of the squared planar
distance plus the squared height gap, exactly.  Boxes are rows (n, 8) `geometry.BOX_COLUMNS`, metres, site frame.

numpy answers at once.  `warm_up` compiles the same kernels with numba behind its back and then changes over;
both give equal numbers and equal pairs, so nobody can tell but by the clock.
"""

import logging
import threading
from types import ModuleType

import numpy as np

from twin.errors import BadBox
from twin.geometry import BOX_COLUMNS, Floats, Ints
from twin.spatial import _numpy
from twin.spatial.grid import Grid, bounds, gridded, owner_bounds
from twin.spatial.points import depth, nearest_points

__all__ = [
    "Grid", "bounds", "check_boxes", "close_between", "close_pairs", "depth", "distance_pairs", "grid",
    "nearest_points", "ready", "warm_up",
]  # fmt: skip

log = logging.getLogger(__name__)

UNIT = 1e-9  # how far cos^2 + sin^2 may be from 1: 1e-9 of a 100 m boom is 50 nm

_kernels: ModuleType = _numpy  # one name, changed once: every call sees either all of numpy or all of numba
_warming: threading.Thread | None = None
_lock = threading.Lock()


def __getattr__(name: str) -> str:
    if name == "backend":  # "numpy" or "numba": who answers now
        return str(_kernels.NAME)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def ready() -> bool:
    """Whether the compiled kernels answer."""
    return _kernels is not _numpy


def warm_up() -> threading.Thread:
    """Start changing over to the compiled kernels; returns the thread, for whoever wants to join it.

    Call it after the first picture, not before: loading numba (1 s; 2 to 3 s the first time after installing, when
    it compiles and writes its cache) takes the interpreter's lock for up to 60 ms at a time.  Without numba the
    thread ends and numpy goes on.
    """
    global _warming
    with _lock:
        if _warming is None:
            _warming = threading.Thread(target=_change_over, name="twin-kernels", daemon=True)
            _warming.start()
        return _warming


def _change_over() -> None:
    global _kernels
    try:
        from twin.spatial import _numba
    except ImportError as missing:
        log.info("kernels stay in numpy: %s", missing)
        return
    _kernels = _numba
    log.info("kernels are compiled")


def check_boxes(boxes: Floats) -> Floats:
    """*boxes* as contiguous float64 (n, 8); raises `BadBox` naming the first row that is not a yaw box."""
    boxes = np.ascontiguousarray(boxes, np.float64)
    if boxes.ndim != 2 or boxes.shape[1] != len(BOX_COLUMNS):
        raise BadBox(f"boxes have the shape {boxes.shape}; they must be (n, 8): {', '.join(BOX_COLUMNS)}")
    for wrong, right in (
        (~np.isfinite(boxes), "must be finite"),
        (boxes[:, 4:6] < 0, "hx and hy must not be negative"),
        ((boxes[:, 3] < boxes[:, 2])[:, None], "z1 must not be below z0"),
        ((np.abs(boxes[:, 6] ** 2 + boxes[:, 7] ** 2 - 1) > UNIT)[:, None], "cos and sin must be a unit vector"),
    ):
        if wrong.any():
            row = int(wrong.any(axis=1).argmax())
            said = ", ".join(f"{name} {value:g}" for name, value in zip(BOX_COLUMNS, boxes[row], strict=True))
            raise BadBox(f"box {row}: {right}; it is {said}")
    return boxes


def distance_pairs(a: Floats, b: Floats) -> Floats:
    """Distance (n,) in metres between *a* and *b* (n, 8), row by row; 0 where they touch or overlap.

    Touching is exact only where the directions are (cos 1, sin 0); elsewhere it may be some 1e-15 m: alarm at 1 mm.
    Boxes are believed; `check_boxes` is for whoever brings them in.
    """
    pair: Floats = _kernels.distance_pairs(np.ascontiguousarray(a, np.float64), np.ascontiguousarray(b, np.float64))
    return pair


def close_pairs(boxes: Floats, owner: Ints, within: float) -> tuple[Ints, Ints, Floats]:
    """Pairs (i, j, metres) of *boxes* (n, 8) of different owners (n,) at most *within* metres apart.

    i < j, sorted by i then j.  Raises `BadBox`.
    """
    boxes, owner = check_boxes(boxes), np.asarray(owner)
    if not len(boxes):
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    by_owner = np.argsort(owner, kind="stable")
    boxes, owner = boxes[by_owner], owner[by_owner]
    starts = np.concatenate([[0], np.flatnonzero(np.diff(owner)) + 1, [len(owner)]]).astype(np.int64)
    each = bounds(boxes)
    around = owner_bounds(each, starts[:-1])
    i, j, d = _kernels.sweep(boxes, each, starts, around, np.argsort(around[:, 0], kind="stable"), float(within))
    i, j = by_owner[i], by_owner[j]
    return _sorted(np.minimum(i, j), np.maximum(i, j), d)


def grid(boxes: Floats) -> Grid:
    """*boxes* (n, 8) laid out for `close_between`: build it when they move, ask it every frame.  Raises `BadBox`."""
    return gridded(check_boxes(boxes))


def close_between(boxes: Floats, others: Grid, within: float) -> tuple[Ints, Ints, Floats]:
    """Pairs (i, j, metres): *boxes* i (n, 8) and boxes j of *others* at most *within* apart; sorted.

    Raises `BadBox`.
    """
    boxes = check_boxes(boxes)
    each = bounds(boxes)
    return _sorted(*_kernels.between(boxes, each, others, others.span(each, within), float(within)))


def _sorted(i: Ints, j: Ints, d: Floats) -> tuple[Ints, Ints, Floats]:
    order = np.lexsort((j, i))
    return i[order], j[order], d[order]

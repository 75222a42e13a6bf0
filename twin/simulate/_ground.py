"""Kernels of the ground, compiled by numba: rounded paths, timed drives, who meets whom, shortest ways.

Without numba the same functions run in plain Python: equal answers, a hundred times slower.
"""

from collections.abc import Callable
from math import atan2, ceil, cos, hypot, inf, pi, sin, sqrt, tan
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from twin.geometry import Bools, Floats, Ints

Function = TypeVar("Function", bound=Callable[..., Any])
Singles = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int32]

STRAIGHT, ARC = 1.0, 0.25  # metres between points of a path: on an arc of 8 m a millimetre off its chord
MOST = 2.1  # radians, the sharpest corner
KEPT = 4096  # instants of the future that are kept; a power of two
DT = 0.25  # seconds between instants
FASTEST = 8.4  # m/s, no vehicle of the catalogue is faster
PARTS = 16  # into how many parts an interval is cut where two vehicles pass a corner of each other


def compiled(function: Function) -> Function:
    """*function* compiled, or as it is where numba is missing."""
    try:
        from numba import njit
    except ImportError:
        return function
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    try:
        return cast(Function, njit(cache=True, **options)(function))
    except (RuntimeError, OSError):  # nowhere to write the cache: compile each time
        return cast(Function, njit(**options)(function))


@compiled
def rounded(p: Floats, radius: float) -> Floats:
    """(k, 4): x, y, heading and bend (1/m) along points (n, 2), corners rounded; empty where an arc finds no room."""
    n = len(p)
    none = np.empty((0, 4))
    length, heading, cut = np.empty(n), np.empty(n), np.zeros(n + 1)
    for i in range(n - 1):
        dx, dy = p[i + 1, 0] - p[i, 0], p[i + 1, 1] - p[i, 1]
        length[i] = hypot(dx, dy)
        if length[i] < 1e-9:
            return none
        heading[i] = atan2(dy, dx)
        if i:
            turn = (heading[i] - heading[i - 1] + pi) % (2 * pi) - pi
            heading[i] = heading[i - 1] + turn
            if abs(turn) > MOST:
                return none
            cut[i] = radius * tan(abs(turn) / 2)
    total = 1
    for i in range(n - 1):
        room = length[i] - cut[i] - cut[i + 1]
        if room < -1e-6:
            return none
        length[i] = max(room, 0.0)
        total += ceil(length[i] / STRAIGHT)
        if i < n - 2:
            total += ceil(abs(heading[i + 1] - heading[i]) * radius / ARC)
    out = np.empty((total, 4))
    k = 0
    for i in range(n - 1):
        ux, uy = cos(heading[i]), sin(heading[i])
        x, y = p[i, 0] + ux * cut[i], p[i, 1] + uy * cut[i]
        pieces = ceil(length[i] / STRAIGHT)
        for j in range(pieces):
            s = length[i] * j / pieces
            out[k, 0], out[k, 1], out[k, 2], out[k, 3] = x + ux * s, y + uy * s, heading[i], 0.0
            k += 1
        if i < n - 2:
            turn = heading[i + 1] - heading[i]
            pieces = ceil(abs(turn) * radius / ARC)
            side = radius if turn > 0 else -radius
            x, y = p[i + 1, 0] - ux * cut[i + 1], p[i + 1, 1] - uy * cut[i + 1]
            for j in range(pieces):
                a = heading[i] + turn * j / pieces
                out[k, 0] = x + side * (sin(a) - sin(heading[i]))
                out[k, 1] = y - side * (cos(a) - cos(heading[i]))
                out[k, 2], out[k, 3] = a, 1 / radius
                k += 1
    out[k, 0], out[k, 1], out[k, 2], out[k, 3] = p[n - 1, 0], p[n - 1, 1], heading[n - 2], 0.0
    return out[: k + 1]


@compiled
def timed(path: Floats, speed: float, acceleration: float, sideways: float) -> Floats:
    """(k, 3): seconds, metres, m/s at the points of a *path*, from rest to rest, slow where it bends."""
    n = len(path)
    out, v2 = np.zeros((n, 3)), np.empty(n)
    for i in range(n):
        bend = max(path[i, 3], path[i - 1, 3]) if i else path[i, 3]
        v2[i] = min(speed * speed, sideways / bend) if bend > 0 else speed * speed
        if i:
            out[i, 1] = out[i - 1, 1] + hypot(path[i, 0] - path[i - 1, 0], path[i, 1] - path[i - 1, 1])
    v2[0] = v2[n - 1] = 0.0
    for i in range(1, n):
        v2[i] = min(v2[i], v2[i - 1] + 2 * acceleration * (out[i, 1] - out[i - 1, 1]))
    for i in range(n - 2, -1, -1):
        v2[i] = min(v2[i], v2[i + 1] + 2 * acceleration * (out[i + 1, 1] - out[i, 1]))
    for i in range(n):
        out[i, 2] = sqrt(v2[i])
        if i:
            out[i, 0] = out[i - 1, 0] + 2 * (out[i, 1] - out[i - 1, 1]) / max(out[i, 2] + out[i - 1, 2], 1e-6)
    return out


@compiled
def sampled(drive: Floats, t: Floats) -> Floats:
    """(n, 3): x, y, yaw at rising seconds *t* of a *drive* (k, 6): seconds, metres, m/s, x, y, yaw."""
    out, last, i = np.empty((len(t), 3)), len(drive) - 1, 0
    for k in range(len(t)):
        while i < last and drive[i + 1, 0] <= t[k]:
            i += 1
        u = 0.0
        if i < last and t[k] > drive[i, 0]:
            way, whole, passed = drive[i + 1, 1] - drive[i, 1], drive[i + 1, 0] - drive[i, 0], t[k] - drive[i, 0]
            if way > 0:
                gain = (drive[i + 1, 2] - drive[i, 2]) / whole
                u = min((drive[i, 2] * passed + gain * passed * passed / 2) / way, 1.0)
        j = min(i + 1, last)
        for c in range(3):
            out[k, c] = drive[i, 3 + c] + (drive[j, 3 + c] - drive[i, 3 + c]) * u
    return out


@compiled
def sides(ax: float, ay: float, aw: float, al: float, ab: float, bx: float, by: float, bw: float, bl: float,
          bb: float, ahead: float, beside: float) -> int:  # fmt: skip
    """Which lines part two rectangles (centre, yaw, half length, half breadth), as bits: 4 axes, two sides of each.

    They are parted if there are *ahead* metres between them along either, or *beside* metres across both.
    """
    ca, sa, cb, sb = cos(aw), sin(aw), cos(bw), sin(bw)
    c, s = abs(ca * cb + sa * sb), abs(sa * cb - ca * sb)
    dx, dy = bx - ax, by - ay
    across = max(beside, min(ahead, s * ahead + c * beside))
    found = 0
    d, need = dx * ca + dy * sa, al + bl * c + bb * s + ahead
    found |= 1 if d >= need else (2 if d <= -need else 0)
    d, need = dy * ca - dx * sa, ab + bl * s + bb * c + across
    found |= 4 if d >= need else (8 if d <= -need else 0)
    d, need = dx * cb + dy * sb, bl + al * c + ab * s + ahead
    found |= 16 if d >= need else (32 if d <= -need else 0)
    d, need = dy * cb - dx * sb, bb + al * s + ab * c + across
    found |= 64 if d >= need else (128 if d <= -need else 0)
    return found


@compiled
def parted(a0: Floats, a1: Floats, al: float, ab: float, b0: Floats, b1: Floats, bl: float, bb: float,
           ahead: float, beside: float) -> bool:  # fmt: skip
    """Whether two rectangles stay apart all the while they go from poses a0, b0 to a1, b1 (3,) in the same time.

    A line that parts them before and after parts them in between, for a straight movement.
    """
    before = sides(a0[0], a0[1], a0[2], al, ab, b0[0], b0[1], b0[2], bl, bb, ahead, beside)
    after = sides(a1[0], a1[1], a1[2], al, ab, b1[0], b1[1], b1[2], bl, bb, ahead, beside)
    if before & after:
        return True
    if not before or not after:
        return False
    for k in range(1, PARTS + 1):
        u = k / PARTS
        now = sides(
            a0[0] + (a1[0] - a0[0]) * u, a0[1] + (a1[1] - a0[1]) * u, a0[2] + (a1[2] - a0[2]) * u, al, ab,
            b0[0] + (b1[0] - b0[0]) * u, b0[1] + (b1[1] - b0[1]) * u, b0[2] + (b1[2] - b0[2]) * u, bl, bb,
            ahead, beside,
        )  # fmt: skip
        if not (before & now):
            return False
        before = now
    return True


@compiled
def touches(path: Floats, al: float, ab: float, boxes: Floats, margin: float) -> int:
    """The first of yaw *boxes* (b, 5: x, y, yaw, half length, half breadth) nearer than *margin* to a rectangle that
    goes along *path* (k, 3); -1: none."""
    reach, n = hypot(al, ab) + margin, len(path)
    low_x, high_x, low_y, high_y = path[0, 0], path[0, 0], path[0, 1], path[0, 1]
    for i in range(n):
        low_x, high_x = min(low_x, path[i, 0]), max(high_x, path[i, 0])
        low_y, high_y = min(low_y, path[i, 1]), max(high_y, path[i, 1])
    for b in range(len(boxes)):
        box = boxes[b]
        around = reach + hypot(box[3], box[4])
        if box[0] < low_x - around or box[0] > high_x + around or box[1] < low_y - around or box[1] > high_y + around:
            continue
        c, s = cos(box[2]), sin(box[2])
        i = 0
        while True:
            dx, dy = path[i, 0] - box[0], path[i, 1] - box[1]
            gx = max(abs(c * dx + s * dy) - box[3], 0.0)
            gy = max(abs(c * dy - s * dx) - box[4], 0.0)
            gap = hypot(gx, gy) - reach
            if gap > STRAIGHT:
                i += int(gap / STRAIGHT)
            else:
                if not parted(
                    path[i], path[min(i + 1, n - 1)], al, ab, box[:3], box[:3], box[3], box[4], margin, margin
                ):
                    return b
                i += 1
            if i >= n - 1:
                break
    return -1


@compiled
def meets(mine: Floats, first: int, al: float, ab: float, theirs: Singles, until: int, rest: Floats, bl: float,
          bb: float, ahead: float, beside: float) -> bool:  # fmt: skip
    """Whether a vehicle that takes poses *mine* (n, 3) from instant *first*, and then stands, meets another.

    The other takes poses *theirs* (KEPT, 3), by instant, up to *until* and then stands at *rest*.
    """
    n, reach = len(mine), hypot(al, ab) + hypot(bl, bb) + ahead
    last = first + n - 1
    end = max(last, until, first + 1)
    a0, a1, b0, b1 = np.empty(3), np.empty(3), np.empty(3), np.empty(3)
    k = first
    while k < end:
        i = min(k - first, n - 1)
        at = k & (KEPT - 1)
        moving = k < until
        bx, by = (theirs[at, 0], theirs[at, 1]) if moving else (rest[0], rest[1])
        gap = hypot(mine[i, 0] - bx, mine[i, 1] - by) - reach
        nearer = FASTEST * DT * ((1.0 if moving else 0.0) + (1.0 if k < last else 0.0))
        if nearer == 0.0 and gap >= 0:
            return False  # both stand
        if nearer > 0 and gap >= nearer:
            k += int(gap / nearer)
            continue
        j, on = min(i + 1, n - 1), (k + 1) & (KEPT - 1)
        for c in range(3):
            a0[c], a1[c] = mine[i, c], mine[j, c]
            b0[c] = theirs[at, c] if moving else rest[c]
            b1[c] = theirs[on, c] if k + 1 < until else rest[c]
        if not parted(a0, a1, al, ab, b0, b1, bl, bb, ahead, beside):
            return True
        k += 1
    return False


@compiled
def earliest(me: int, mine: Floats, first: int, waits: Ints, half: Floats, theirs: Singles, until: Ints, rest: Floats,
             there: Bools, around: Floats, ahead: float, beside: float, blockers: Ints) -> int:  # fmt: skip
    """Which of *waits* (instants) is the first after which vehicle *me* may begin poses *mine* (n, 3) and meet nobody.

    -1: none; *blockers* then has who is in the way after each.  *around*: low x, low y, high x, high y of all ways.
    """
    al, ab = half[me, 0], half[me, 1]
    low_x, high_x, low_y, high_y = inf, -inf, inf, -inf
    for i in range(len(mine)):
        low_x, high_x = min(low_x, mine[i, 0]), max(high_x, mine[i, 0])
        low_y, high_y = min(low_y, mine[i, 1]), max(high_y, mine[i, 1])
    near = np.empty(len(half), np.int64)
    count = 0
    for o in range(len(half)):
        reach = hypot(al, ab) + hypot(half[o, 0], half[o, 1]) + ahead
        if (
            there[o]
            and o != me
            and around[o, 0] - reach <= high_x
            and around[o, 2] + reach >= low_x
            and around[o, 1] - reach <= high_y
            and around[o, 3] + reach >= low_y
        ):
            near[count] = o
            count += 1
    for w in range(len(waits)):
        blocked = False
        for i in range(count):
            o = near[i]
            if meets(
                mine, first + waits[w], al, ab, theirs[o], until[o], rest[o], half[o, 0], half[o, 1], ahead, beside
            ):
                blocked, blockers[w] = True, o
                near[i], near[0] = near[0], o  # ask it first next time
                break
        if not blocked:
            return w
    return -1


@compiled
def tree(begin: Ints, source: Ints, cost: Floats, target: int, nodes: int) -> tuple[Floats, Ints]:
    """Seconds from each node to *target*, and the edge to take there, -1: none.

    Edges are sorted by the node they lead to: those into node n are *begin*[n] to *begin*[n + 1].
    """
    far, edge = np.full(nodes, inf), np.full(nodes, -1)
    heap_cost, heap_node = np.empty(len(source) + 2), np.empty(len(source) + 2, np.int64)
    far[target] = 0.0
    heap_cost[0], heap_node[0], size = 0.0, target, 1
    while size:
        c, n = heap_cost[0], heap_node[0]
        size -= 1
        last_cost, last_node, i = heap_cost[size], heap_node[size], 0
        while True:  # the last one sinks from the top
            child = 2 * i + 1
            if child >= size:
                break
            if child + 1 < size and heap_cost[child + 1] < heap_cost[child]:
                child += 1
            if heap_cost[child] >= last_cost:
                break
            heap_cost[i], heap_node[i] = heap_cost[child], heap_node[child]
            i = child
        heap_cost[i], heap_node[i] = last_cost, last_node
        if c > far[n]:
            continue
        for e in range(begin[n], begin[n + 1]):
            other, total = source[e], c + cost[e]
            if total < far[other]:
                far[other], edge[other] = total, e
                i = size
                size += 1
                while i and heap_cost[(i - 1) // 2] > total:
                    heap_cost[i], heap_node[i] = heap_cost[(i - 1) // 2], heap_node[(i - 1) // 2]
                    i = (i - 1) // 2
                heap_cost[i], heap_node[i] = total, other
    return far, edge

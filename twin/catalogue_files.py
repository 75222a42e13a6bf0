"""assets/equipment/*.yaml and assets/vessels/*.yaml -> `Catalogue`, every value checked where it is read.

Shapes and boxes are tables, one a line: ``beam crane_blue 10 0 3  10 0 56  1.6 1.4  mirror-x near``.  *mirror-x* and
*mirror-y* add the same thing reflected; *near* is detail 1.  Among the boxes, ``bar x0 y0 z0 x1 y1 z1 width pieces``
covers a slanting bar with that many upright boxes.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

from twin.catalogue import MAX_JOINTS, Catalogue, Hold, Joint, Kind, Part, Rope, Shape, VesselClass
from twin.errors import BadFile, offer
from twin.samples import sample
from twin.yamlfile import Node, Row, checked, read_yaml

GROUPS = ("sts", "armg", "rtg", "straddle", "agv", "tractor", "truck", "reach_stacker", "empty_handler", "hatch")
CARRIED = ("hatch",)  # groups that others move: their files say no drive
JOINTS = ("trolley", "hoist", "boom", "extend", "spread")
FORMS = {"box": 6, "beam": 8, "tube": 7}  # numbers each is written with
NEAR, FAR = 200, 60  # triangles of one part, near and far.  300 machines of 6 such parts: reference frame times
MARKS = ("[E]", "[B]", "[D]")  # evidence read, background knowledge, derived
_LARGEST = 500.0  # metres; nothing on a terminal is longer

Triple = tuple[float, float, float]


@cache
def sample_catalogue() -> Catalogue:
    """The catalogue that comes with the program."""
    return read_catalogue()


def read_catalogue(folder: Path | None = None) -> Catalogue:
    """The kinds and vessel classes under *folder* (the program's own `assets`).  Raises `BadFile`."""
    home = sample("assets") if folder is None else folder
    kinds = [read_kind(path) for path in _files(home / "equipment")]
    vessels = [read_vessel(path) for path in _files(home / "vessels")]
    return Catalogue({kind.name: kind for kind in kinds}, {vessel.name: vessel for vessel in vessels})


def _files(folder: Path) -> list[Path]:
    found = sorted(folder.glob("*.yaml"))
    if not found:
        raise BadFile(folder, "holds no *.yaml file; a catalogue has its kinds there, one a file")
    return found


def read_kind(path: Path) -> Kind:
    """One kind of machine; its name is the file's.  Raises `BadFile`."""
    node = read_yaml(path)
    joints = _joints(node)
    parts = tuple(_part(child, joints) for child in node.children("parts"))
    names = _unique(node, "parts", tuple(part.name for part in parts))
    kind = Kind(
        name=path.stem,
        title=node.text("title"),
        group=node.choice("group", GROUPS),
        joints=joints,
        parts=parts,
        holds=tuple(_hold(child, names) for child in node.children("holds")),
        ropes=tuple(_rope(node, row, names) for row in node.table("ropes")),
        length=node.number("length", above=0, high=_LARGEST),
        width=node.number("width", above=0, high=_LARGEST),
        height=node.number("height", above=0, high=_LARGEST),
        **_drive(node),
        facts=_facts(node),
        path=str(path),
    )
    node.done()
    return kind


def _drive(node: Node) -> dict[str, float]:
    if node.text("group") in CARRIED:
        return {}
    drive = node.child("drive")
    out = {
        "drive_loaded": drive.number("loaded", above=0),
        "drive_empty": drive.number("empty", above=0),
        "drive_acceleration": drive.number("acceleration", above=0),
        "turning_radius": drive.number("turning_radius", 0.0, low=0),
    }
    _source(drive)
    drive.done()
    return out


def _joints(node: Node) -> tuple[Joint, ...]:
    joints = tuple(_joint(child) for child in node.children("joints"))
    if len(joints) > MAX_JOINTS:
        node.fail("joints", f"has {len(joints)} joints; a machine has no more than {MAX_JOINTS}")
    _unique(node, "joints", tuple(joint.name for joint in joints))
    return joints


def _joint(node: Node) -> Joint:
    low = node.number("low")
    high = node.number("high")
    if high < low:
        node.fail("high", f"{high:g} is less than low, {low:g}")
    joint = Joint(
        name=node.choice("name", JOINTS),
        low=low,
        high=high,
        rest=node.number("rest"),
        speed_loaded=node.number("loaded", above=0),
        speed_empty=node.number("empty", above=0),
        acceleration=node.number("acceleration", above=0),
        source=_source(node),
    )
    if not low <= joint.rest <= high:
        node.fail("rest", f"{joint.rest:g} is outside the limits {low:g} to {high:g}")
    node.done()
    return joint


def _part(node: Node, joints: tuple[Joint, ...]) -> Part:
    part = Part(
        name=node.text("name"),
        at=_triple(node, "at"),
        move=_moves(node, "move", joints),
        pitch=_pitch(node, joints),
        yaw=float(np.radians(node.number("yaw_deg", 0.0, low=-360, high=360))),
        arm=_triple(node, "arm"),
        arm_move=_moves(node, "arm_move", joints),
        level=node.flag("level", False),
        boxes=tuple(box for row in node.table("boxes") for box in _boxes(node, row)),
        shapes=tuple(shape for row in node.table("shapes") for shape in _shapes(node, row)),
    )
    _budget(node, part)
    node.done()
    return part


def _budget(node: Node, part: Part) -> None:
    far = sum(shape.triangles for shape in part.shapes if shape.detail == 0)
    near = sum(shape.triangles for shape in part.shapes)
    if far > FAR:
        node.fail(
            "shapes", f"{far} triangles are drawn far off; {FAR} at most: mark some `near`, or split {part.name!r}"
        )
    if near > NEAR:
        node.fail("shapes", f"{near} triangles are drawn; {NEAR} at most: split {part.name!r} in two")


def _triple(node: Node, key: str) -> Triple:
    x, y, z = node.numbers(key, 3, (0.0, 0.0, 0.0))
    return x, y, z


def _moves(node: Node, key: str, joints: tuple[Joint, ...]) -> tuple[Triple, ...]:
    """Metres per unit of each joint, in the joints' order; () where nothing moves it."""
    if not node.has(key):
        return ()
    child = node.child(key)
    out = tuple(_triple(child, joint.name) for joint in joints)
    child.done()
    return out


def _pitch(node: Node, joints: tuple[Joint, ...]) -> tuple[float, ...]:
    if not node.has("pitch"):
        return ()
    child = node.child("pitch")
    out = tuple(child.number(joint.name, 0.0) for joint in joints)
    child.done()
    return out


def _shapes(node: Node, row: Row) -> Iterator[Shape]:
    words, mirrors, near = _flags(row)
    if len(words) < 2 or words[0] not in FORMS:
        node.fail("shapes", f"{' '.join(words)!r}: a shape starts with box, beam or tube, and a colour", line=row.line)
    numbers = _row_numbers(node, "shapes", words[2:], FORMS[words[0]], row.line)
    _sized(node, "shapes", words[0], numbers, row.line)
    for mirrored in _mirrored(numbers, mirrors, box=words[0] == "box"):
        yield Shape(words[0], mirrored, words[1], int(near))


def _boxes(node: Node, row: Row) -> Iterator[tuple[float, ...]]:
    words, mirrors, _ = _flags(row)
    if words[0] == "bar":
        bar = _row_numbers(node, "boxes", words[1:], 8, row.line)
        _sized(node, "boxes", "bar", bar, row.line)
        boxes = _bar(bar)
    else:
        boxes = [_row_numbers(node, "boxes", words, 6, row.line)]
        _sized(node, "boxes", "box", boxes[0], row.line)
    for numbers in boxes:
        yield from _mirrored(numbers, mirrors, box=True)


def _bar(n: tuple[float, ...]) -> list[tuple[float, ...]]:
    """Upright boxes around the pieces of a bar from n[:3] to n[3:6], n[6] wide, in n[7] pieces."""
    ends = np.linspace(n[:3], n[3:6], max(1, round(n[7])) + 1)
    # Where the bar runs along an axis its ends are square: nothing sticks out beyond them.
    unit = (ends[-1] - ends[0]) / np.linalg.norm(ends[-1] - ends[0])
    half = n[6] / 2 * np.sqrt(np.maximum(0.0, 1 - unit**2))
    low, high = np.minimum(ends[:-1], ends[1:]) - half, np.maximum(ends[:-1], ends[1:]) + half
    return [tuple(row) for row in np.hstack([low, high]).tolist()]


def _flags(row: Row) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    words = tuple(word for word in row.words if word not in ("mirror-x", "mirror-y", "near"))
    return words, tuple(word for word in row.words if word in ("mirror-x", "mirror-y")), "near" in row.words


def _row_numbers(node: Node, key: str, words: tuple[str, ...], count: int, line: int) -> tuple[float, ...]:
    if len(words) != count:
        node.fail(key, f"has {len(words)} numbers; {count} are needed", line=line)
    return tuple(checked(node, key, word, low=-_LARGEST, high=_LARGEST, line=line) for word in words)


def _sized(node: Node, key: str, form: str, n: tuple[float, ...], line: int) -> None:
    """Complain about a thing of no size, or with its corners in the wrong order."""
    if form == "box" and not (n[0] < n[3] and n[1] < n[4] and n[2] < n[5]):
        node.fail(key, "a box is written x0 y0 z0 x1 y1 z1 with x0 < x1, y0 < y1, z0 < z1", line=line)
    if form != "box" and (n[:3] == n[3:6] or min(n[6:]) <= 0):
        node.fail(key, f"a {form} needs two different ends, and sizes across that are more than 0", line=line)


def _mirrored(n: tuple[float, ...], mirrors: tuple[str, ...], *, box: bool) -> list[tuple[float, ...]]:
    out = [n]
    for axis in (word == "mirror-y" for word in mirrors):
        out += [_reflected(numbers, int(axis), box) for numbers in out]
    return out


def _reflected(n: tuple[float, ...], axis: int, box: bool) -> tuple[float, ...]:
    out = list(n)
    out[axis], out[axis + 3] = (-n[axis + 3], -n[axis]) if box else (-n[axis], -n[axis + 3])
    return tuple(out)


def _hold(node: Node, names: tuple[str, ...]) -> Hold:
    hold = Hold(
        node.text("name"),
        _part_row(node, "part", node.text("part"), names),
        _triple(node, "at"),
        node.choice("by", ("top", "bottom")),
    )
    node.done()
    return hold


def _rope(node: Node, row: Row, names: tuple[str, ...]) -> Rope:
    """``trolley 1 0 0  headblock 1 0 0.5  [width [colour]]``"""
    words = row.words
    if not 8 <= len(words) <= 10:
        node.fail("ropes", "a rope is written: part x y z  part x y z  [width [colour]]", line=row.line)
    a = _row_numbers(node, "ropes", words[1:4], 3, row.line)
    b = _row_numbers(node, "ropes", words[5:8], 3, row.line)
    width = checked(node, "ropes", words[8], above=0, high=2, line=row.line) if len(words) > 8 else Rope.width
    return Rope(
        _part_row(node, "ropes", words[0], names, row.line), (a[0], a[1], a[2]),
        _part_row(node, "ropes", words[4], names, row.line), (b[0], b[1], b[2]),
        width, words[9] if len(words) > 9 else Rope.colour,
    )  # fmt: skip


def _part_row(node: Node, key: str, name: str, names: tuple[str, ...], line: int | None = None) -> int:
    if name not in names:
        node.fail(key, f"no part named {name!r}; {offer('part', name, list(names))}", line=line)
    return names.index(name)


def _unique(node: Node, key: str, names: tuple[str, ...]) -> tuple[str, ...]:
    for i, name in enumerate(names):
        if name in names[:i]:
            node.fail(key, f"{name!r} is here twice")
    return names


def _facts(node: Node) -> dict[str, tuple[float, str]]:
    out = {}
    for name, fact in node.named("facts").items():
        out[name] = (fact.number("value"), _source(fact))
        fact.done()
    return out


def _source(node: Node) -> str:
    source = node.text("source")
    if not source.startswith(MARKS):
        node.fail("source", f"{source!r} does not start with how sure it is: {', '.join(MARKS)}")
    return source


def read_vessel(path: Path) -> VesselClass:
    """One class of container ship; its name is the file's.  Raises `BadFile`."""
    node = read_yaml(path)
    length = node.number("length", above=0, high=_LARGEST)
    vessel = VesselClass(
        name=path.stem,
        title=node.text("title"),
        teu=node.whole("teu", low=1),
        length=length,
        beam=node.number("beam", above=0, high=100),
        draught=node.number("draught", above=0, high=30),
        depth=node.number("depth", above=0, high=60),
        rows=node.whole("rows", low=1, high=40),
        deck_tiers=node.whole("deck_tiers", low=0, high=20),
        hold_tiers=node.whole("hold_tiers", low=0, high=20),
        bays=node.numbers("bays", low=-length / 2, high=length / 2),
        bridge_x=node.number("bridge_x", low=-length / 2, high=length / 2),
        funnel_x=node.number("funnel_x", low=-length / 2, high=length / 2),
        deck_z=node.number("deck_z", above=0),
        hold_z=node.number("hold_z", above=0),
        row_pitch=node.number("row_pitch", above=0, high=5),
        facts=_facts(node),
        path=str(path),
    )
    _fits(node, vessel)
    node.done()
    return vessel


def _fits(node: Node, vessel: VesselClass) -> None:
    """Complain about a ship that is not one: afloat over its depth, stacks over the side, bays out of order."""
    if vessel.draught >= vessel.depth:
        node.fail("draught", f"{vessel.draught:g} is not less than the depth, {vessel.depth:g}")
    if (width := vessel.rows * vessel.row_pitch) > vessel.beam + 0.01:
        node.fail(
            "rows", f"{vessel.rows} rows of {vessel.row_pitch:g} are {width:.1f} wide; the beam is {vessel.beam:g}"
        )
    if any(ahead <= behind for ahead, behind in zip(vessel.bays, vessel.bays[1:])):
        node.fail("bays", "the bays are not written bow first, from larger x to smaller")

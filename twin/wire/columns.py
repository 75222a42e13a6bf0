"""Batches of facts <-> protobuf, column by column, as `facts.proto` says.

What comes out of `decode` has the bits that `facts.quantised` gives; rows are still the sender's (see `names`).
Everything that cannot be believed is a `BadMessage`; no other exception leaves `decode`.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from twin.catalogue import MAX_JOINTS
from twin.errors import BadMessage
from twin.facts import (
    STEPS,
    Batch,
    DescribedContainers,
    DescribedMachines,
    DescribedVessels,
    Events,
    NavStatus,
    PlaceKind,
    Places,
    Poses,
    Status,
    Vessels,
)
from twin.units import MS
from twin.wire.protobuf import Fields, chunk, garbled, texts

MAX_ROWS = 1_000_000  # facts in one batch: left-out columns cost nothing on the wire but memory here
FACTS_BATCH = 1
_I32 = np.iinfo(np.int32)
_TIMES = (-(2**63) // MS + 1, 2**63 // MS - 1)  # milliseconds that fit into nanoseconds
_WORDS = 20  # the field of the first column's words
_POSITIVE = ("machine", "container", "vessel", "load", "mass", "accuracy", "draught", "length", "beam")
_RANGE = {"kind": (0, max(PlaceKind)), "where": (-1, _I32.max)} | dict.fromkeys(_POSITIVE, (0, _I32.max))
# All other columns hold whatever 32 bits hold, for the world believes what it is told.
_STATUS = {Poses: (0, max(Status)), Vessels: (0, max(NavStatus))}  # AIS navigation status 0-15, + 1, and GONE
_WHOLE = {"machine", "container", "vessel", "kind", "where", "bay", "row", "tier", "status", "load"}


class Column(NamedTuple):
    """One column of a batch: its field(s), its *form*, what one is worth here, the least and greatest number."""

    name: str
    number: int
    form: str  # 'time', 'whole', 'step', 'joints', 'names', 'words'
    step: float = 1.0
    low: int = _I32.min
    high: int = _I32.max
    needed: bool = False
    words: int = 0


def _columns(kind: type, names: str, words: tuple[str, ...] = ()) -> tuple[Column, ...]:
    out = []
    for number, name in enumerate(names.split(), start=1):
        low, high = _STATUS[kind] if name == "status" else _RANGE.get(name, (_I32.min, _I32.max))
        needed = name in ("machine", "container", "vessel")
        if name == "t":
            out.append(Column(name, number, "time", low=_TIMES[0], high=_TIMES[1], needed=True))
        elif name in words:
            out.append(Column(name, number, "words", low=0, words=_WORDS + words.index(name)))
        elif name == "joints":
            out.append(Column(name, number, "joints", step=STEPS[name]))
        elif name in STEPS:
            out.append(Column(name, number, "step", STEPS[name], low, high))
        elif name in _WHOLE:
            out.append(Column(name, number, "whole", 1.0, low, high, needed))
        else:
            out.append(Column(name, number, "names"))
    return tuple(out)


SHAPES: dict[type, tuple[Column, ...]] = {
    Poses: _columns(Poses, "t machine x y z yaw joints status load"),
    Places: _columns(Places, "t container kind where bay row tier x y z yaw accuracy"),
    DescribedContainers: _columns(DescribedContainers, "t container name code line mass", ("code", "line")),
    DescribedMachines: _columns(DescribedMachines, "t machine name kind", ("kind",)),
    DescribedVessels: _columns(DescribedVessels, "t vessel name kind length beam draught", ("kind",)),
    Vessels: _columns(Vessels, "t vessel x y yaw draught status"),
    Events: _columns(Events, "t kind who text", ("kind",)),
}  # field numbers are the order here
_NUMBER: dict[type, int] = {kind: number for number, kind in enumerate(SHAPES, start=1)}  # in the oneof of Batch
_KIND = {number: kind for kind, number in _NUMBER.items()}
assert set(SHAPES) == set(get_args(Batch))


# -- to bytes


def encode(batches: Iterable[Batch]) -> bytes:
    """A `Facts` message of *batches*, in their order.  Raises `BadMessage` ('range') where a value does not fit."""
    return b"".join(chunk(FACTS_BATCH, chunk(_NUMBER[type(b)], _encoded(b))) for b in batches if len(b.t))


def _encoded(batch: Batch) -> bytes:
    columns = ((column, getattr(batch, column.name)) for column in SHAPES[type(batch)])
    return b"".join(_column_bytes(column, values) for column, values in columns)


def _column_bytes(column: Column, values: Any) -> bytes:
    match column.form:
        case "time":
            return chunk(column.number, (np.asarray(values, np.int64) // MS).astype("<i8").tobytes())
        case "names":
            return texts(column.number, values)
        case "words":
            index: dict[str, int] = {}
            rows = [index.setdefault(value, len(index)) for value in values]
            return _packed(column, np.array(rows, np.int64)) + texts(column.words, list(index))
        case "joints":
            return _packed(column, np.asarray(values, np.float64).T[: _used(values)])
        case _:
            return _packed(column, np.asarray(values))


def _used(joints: npt.NDArray[np.float64]) -> int:
    """How many joint columns are left when those that are all zero are cut off the end."""
    return int(np.flatnonzero(np.asarray(joints).any(axis=0)).max(initial=-1)) + 1


def _packed(column: Column, values: npt.NDArray[Any]) -> bytes:
    if not values.any() and not column.needed:
        return b""  # a column of zeros is left out
    whole = np.rint(values / column.step) if values.dtype.kind == "f" else values
    if not (np.all(whole >= column.low) and np.all(whole <= column.high)):  # written so that NaN is out of range too
        raise out_of_range(column, values[~((whole >= column.low) & (whole <= column.high))].flat[0])
    return chunk(column.number, whole.astype("<i4").tobytes())


def out_of_range(column: Column, value: float) -> BadMessage:
    low, high = column.low * column.step, column.high * column.step
    return BadMessage("range", f"{column.name} {value} is not from {low:g} to {high:g}")


# -- from bytes


def decode(data: bytes) -> list[Batch]:
    """The batches of a `Facts` message, with the sender's rows.  Raises `BadMessage`."""
    return [batch for said in Fields(data).messages(FACTS_BATCH) for batch in _decoded_batch(Fields(said))]


def _decoded_batch(said: Fields) -> list[Batch]:
    """One batch; none where a newer sender says something this reader has no word for."""
    return [_decoded(_KIND[number], said.message(number)) for number in said.pieces if number in _KIND]


def _decoded(kind: type, message: Fields) -> Batch:
    t = message.array(1, "<i8")
    if len(t) > MAX_ROWS:
        raise BadMessage("too long", f"a batch of {len(t)} facts; at most {MAX_ROWS} are read")
    return kind(**{column.name: _column(message, column, len(t)) for column in SHAPES[kind]})  # type: ignore[no-any-return]


def _column(message: Fields, column: Column, n: int) -> Any:
    match column.form:
        case "time":
            return _within(column, message.array(column.number, "<i8").astype(np.int64)) * MS
        case "names":
            return _equally_long(column, message.texts(column.number), n)
        case "words":
            words, rows = message.texts(column.words), _numbers(message, column, n)
            if n and (rows.max() >= len(words)):
                raise BadMessage("range", f"{column.name} word {int(rows.max())} of {len(words)} words")
            return tuple(map(words.__getitem__, rows.tolist()))
        case "joints":
            return _joints(message, column, n)
        case "step":
            return _numbers(message, column, n) * column.step
        case _:
            return _numbers(message, column, n)


def _numbers(message: Fields, column: Column, n: int) -> npt.NDArray[np.int64]:
    values = message.array(column.number, "<i4")
    if not len(values) and not (n and column.needed):
        return np.zeros(n, np.int64)
    return _within(column, _equally_long(column, values, n).astype(np.int64))


def _within(column: Column, values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    if len(values) and (values.min() < column.low or values.max() > column.high):
        raise out_of_range(column, values[(values < column.low) | (values > column.high)][0] * column.step)
    return values


def _equally_long(column: Column, values: Any, n: int) -> Any:
    if len(values) != n:
        raise BadMessage("columns", f"{len(values)} values of {column.name} for {n} times; columns are equally long")
    return values


def _joints(message: Fields, column: Column, n: int) -> npt.NDArray[np.float64]:
    flat = message.array(column.number, "<i4")
    out = np.zeros((n, MAX_JOINTS))
    if not len(flat):
        return out
    if n == 0 or len(flat) % n or len(flat) // n > MAX_JOINTS:
        raise garbled(f"{len(flat)} joint values for {n} poses; that is not up to {MAX_JOINTS} for each")
    out[:, : len(flat) // n] = flat.reshape(-1, n).T * column.step
    return out

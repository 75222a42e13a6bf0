"""Protobuf's wire format with numpy: fields in, fields out, nothing of what they mean.

A packed fixed-width field is a plain little-endian array on the wire, so numpy can lay over it without parsing.
Everything malformed is a `BadMessage` of kind 'garbled'; no other exception leaves this module.
Source: protobuf.dev/programming-guides/encoding.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from twin.errors import BadMessage

MAX_PAYLOAD = 16 << 20  # bytes; the longest message anybody may send
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5  # wire types
_RUN = 4  # so many neighbours alike and it pays to look for a run with numpy


class Piece(NamedTuple):
    """*times* values of *length* bytes, one every *stride* bytes from *start* on."""

    start: int
    length: int
    stride: int
    times: int

    @property
    def starts(self) -> range:
        return range(self.start, self.start + self.times * self.stride, self.stride)


def garbled(message: str) -> BadMessage:
    return BadMessage("garbled", message)


def varint(value: int) -> bytes:
    """*value* (>= 0) in protobuf's variable length."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def chunk(number: int, data: bytes) -> bytes:
    """Field *number* holding bytes, a text, a message or a packed array."""
    return varint(number << 3 | _BYTES) + varint(len(data)) + data


def text(number: int, value: str) -> bytes:
    return chunk(number, _utf8(value))


def texts(number: int, values: Sequence[str]) -> bytes:
    """Repeated field *number*."""
    tag = varint(number << 3 | _BYTES)
    whole = "".join(values)
    if len({*map(len, values)}) == 1 and whole.isascii():  # container numbers, by the ten thousand
        return _alike(tag + varint(len(values[0])), whole.encode("ascii"), len(values))
    heads: dict[int, bytes] = {}
    out: list[bytes] = []
    for value in values:
        data = _utf8(value)
        head = heads.get(len(data))
        if head is None:
            head = heads[len(data)] = tag + varint(len(data))
        out.append(head)
        out.append(data)
    return b"".join(out)


def _alike(head: bytes, whole: bytes, n: int) -> bytes:
    """*n* texts of one length, end to end in *whole*, each behind *head*."""
    out = np.empty((n, len(head) + len(whole) // n), np.uint8)
    out[:, : len(head)] = np.frombuffer(head, np.uint8)
    out[:, len(head) :] = np.frombuffer(whole, np.uint8).reshape(n, -1)
    return out.tobytes()


def _utf8(value: str) -> bytes:
    return value.encode("utf-8", "replace")  # half a surrogate pair becomes '?': protobuf text is UTF-8


def fixed64(number: int, value: int) -> bytes:
    """Field *number*, fixed64 or sfixed64."""
    return varint(number << 3 | _FIXED64) + (value & 0xFFFF_FFFF_FFFF_FFFF).to_bytes(8, "little")


def fixed32(number: int, value: int) -> bytes:
    return varint(number << 3 | _FIXED32) + (value & 0xFFFF_FFFF).to_bytes(4, "little")


class Fields:
    """The fields of one message, unread: field number -> pieces of *data*.  Raises `BadMessage`."""

    def __init__(self, data: bytes | memoryview) -> None:
        if len(data) > MAX_PAYLOAD:
            raise BadMessage("too long", f"a message of {len(data)} bytes; at most {MAX_PAYLOAD} are read")
        self.data = bytes(data)
        self.pieces: dict[int, list[Piece]] = {}
        self._read()

    def _read(self) -> None:
        data, at = self.data, 0
        while at < len(data):
            head = at
            tag, at = _read_varint(data, at)
            number, wire = tag >> 3, tag & 7
            if number == 0:
                raise garbled("a field with number 0")
            piece, at = self._piece(head, at, wire)
            if piece is not None:
                self.pieces.setdefault(number, []).append(piece)
                at = piece.start + piece.length + (piece.times - 1) * piece.stride

    def _piece(self, head: int, at: int, wire: int) -> tuple[Piece | None, int]:
        data = self.data
        if wire == _VARINT:
            return None, _read_varint(data, at)[1]  # nothing here is a varint: a newer sender's field, passed over
        if wire == _BYTES:
            length, at = _read_varint(data, at)
        elif wire in (_FIXED32, _FIXED64):
            length = 4 if wire == _FIXED32 else 8
        else:
            raise garbled(f"wire type {wire}, which protobuf 3 does not have")
        if length > len(data) - at:
            raise garbled(f"a field of {length} bytes where {len(data) - at} are left")
        return Piece(at, length, at + length - head, _run(data, head, at, length)), at

    def raw(self, number: int) -> bytes:
        """The bytes of field *number*, all its pieces after one another."""
        return b"".join(self.messages(number))

    def array(self, number: int, dtype: str) -> npt.NDArray[Any]:
        """Packed (or not packed) fixed-width field *number*, read only."""
        data = self.raw(number)
        if len(data) % np.dtype(dtype).itemsize:
            raise garbled(f"field {number} has {len(data)} bytes, which is no whole number of values")
        return np.frombuffer(data, dtype)

    def messages(self, number: int) -> list[bytes]:
        """Repeated field *number*, each value as it came."""
        return [self.data[at : at + p.length] for p in self.pieces.get(number, []) for at in p.starts]

    def message(self, number: int) -> "Fields":
        """Field *number*, a message; empty where it was left out."""
        return Fields(self.raw(number))

    def whole(self, number: int, dtype: str) -> int:
        """Fixed-width field *number*, a single number; 0 where it was left out, the last where it was said twice."""
        values = self.array(number, dtype)
        return int(values[-1]) if len(values) else 0

    def texts(self, number: int) -> tuple[str, ...]:
        """Repeated text field *number*."""
        out: list[str] = []
        try:
            for p in self.pieces.get(number, []):
                out += self._run_texts(p) if p.times > 1 else [self.data[p.start : p.start + p.length].decode()]
        except UnicodeDecodeError:
            raise garbled(f"field {number} is not UTF-8 text") from None
        return tuple(out)

    def text(self, number: int) -> str:
        """Text field *number*; '' where it was left out, the last where it was said twice."""
        return ("", *self.texts(number))[-1]

    def _run_texts(self, p: Piece) -> list[str]:
        grid = _strided(self.data, p.start, p.length, p.stride, p.times)
        if p.length and grid.max() < 0x80:  # ASCII: as many signs as bytes
            row = grid.tobytes().decode("ascii")
            return [row[i : i + p.length] for i in range(0, len(row), p.length)]
        return [self.data[at : at + p.length].decode() for at in p.starts]


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data):
            raise garbled("the message ends in the middle of a number")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise garbled("a number of more than 64 bits")


def _run(data: bytes, head: int, at: int, length: int) -> int:
    """How many fields of the very same tag and length follow one another from *head* on; names are often so."""
    stride = at + length - head
    mark = data[head:at]
    if any(data[head + i * stride : at + i * stride] != mark for i in range(1, _RUN)):
        return 1
    room, count = (len(data) - head) // stride, _RUN
    while count < room:
        ahead = min(count * 8, room)
        same = (_strided(data, head, at - head, stride, ahead) == np.frombuffer(mark, np.uint8)).all(axis=1)
        if not same.all():
            return int(np.argmin(same))
        count = ahead
    return count


def _strided(data: bytes, start: int, length: int, stride: int, count: int) -> npt.NDArray[np.uint8]:
    whole = np.frombuffer(data, np.uint8)
    return np.lib.stride_tricks.as_strided(whole[start:], (count, length), (stride, 1), writeable=False)

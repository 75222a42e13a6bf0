"""What goes over the sockets: two parts, a topic and a header with its payload; addresses and their two ports.

Every message says who sent it (*epoch*), which it is of all (*seq*) and which of its topic (*topic_seq*), so that a
loss is seen; ZeroMQ drops silently where a reader is slow.  A heartbeat says the last number of each topic, for a lost
last message shows in no later one.
"""

import re
import struct
import zlib
from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

import zmq

from twin.errors import BadMessage, NoFeed
from twin.facts import Batch, DescribedContainers, DescribedMachines, DescribedVessels, Events, Places, Poses, Vessels
from twin.units import MS
from twin.wire import MAX_PAYLOAD
from twin.wire.protobuf import Fields, chunk, fixed64, text, texts

DEFAULT = "tcp://127.0.0.1:7701"
MAGIC, VERSION = 0x7477, 1
HEADER = struct.Struct("<HBBIQQI")  # magic, version, kind, payload bytes, epoch, seq, topic_seq; then the CRC of it all
_CRC = struct.Struct("<I")
HEADER_BYTES = HEADER.size + _CRC.size
MAX_MESSAGE = MAX_PAYLOAD + HEADER_BYTES
SNAP = b"SNAP"  # what a late joiner asks
MOVING, PLACED, HAPPENED, NAMES, BEAT, STATE = b"m/", b"c/", b"e/", b"d/", b"hb/", b"s/"
TOPICS = (MOVING, PLACED, HAPPENED, NAMES)  # those with numbers of their own
SAID_ON: dict[type[Batch], bytes] = {
    Poses: MOVING,
    Vessels: MOVING,
    Places: PLACED,
    DescribedContainers: PLACED,
    DescribedMachines: PLACED,
    DescribedVessels: PLACED,
    Events: HAPPENED,
}
_HERE = re.compile(r"tcp://127(\.\d{1,3}){3}:\d+")  # names can lead anywhere


class Said(IntEnum):
    """What kind of payload a message has."""

    FACTS = 1
    DICTIONARY = 2
    HEARTBEAT = 3
    SNAPSHOT = 4


class Parcel(NamedTuple):
    """One message, its header believed."""

    topic: bytes
    kind: Said
    epoch: int
    seq: int
    topic_seq: int
    payload: bytes


class Snapshot(NamedTuple):
    """Everything the sender knew after message *seq*; *marks*: the last number sent of each topic."""

    seq: int
    terminal: str
    fingerprint: str
    marks: dict[bytes, int]
    dictionary: bytes
    facts: bytes
    layout: str = ""


def pack(parcel: Parcel) -> list[bytes]:
    """The two parts of a message."""
    _, kind, epoch, seq, topic_seq, payload = parcel
    head = HEADER.pack(MAGIC, VERSION, kind, len(payload), epoch, seq, topic_seq & 0xFFFF_FFFF)
    return [parcel.topic, head + _CRC.pack(zlib.crc32(payload, zlib.crc32(head))) + payload]


def unpack(parts: Sequence[bytes]) -> Parcel:
    """The message in *parts*.  Raises `BadMessage`."""
    if len(parts) != 2 or len(parts[1]) < HEADER_BYTES:
        raise BadMessage("garbled", f"a message of {len(parts)} parts that is none of ours")
    topic, data = parts
    magic, version, kind, size, epoch, seq, topic_seq = HEADER.unpack_from(data)
    if magic != MAGIC or kind not in list(Said):
        raise BadMessage("garbled", "a message that is none of ours")
    if version != VERSION:
        raise BadMessage("version", f"a message of version {version}; this program reads {VERSION}: take a newer one")
    payload = data[HEADER_BYTES:]
    crc = zlib.crc32(payload, zlib.crc32(data[: HEADER.size]))
    if size != len(payload) or _CRC.unpack_from(data, HEADER.size)[0] != crc:
        raise BadMessage("crc", "a message whose CRC is wrong")
    if topic not in (*TOPICS, BEAT, STATE):
        raise BadMessage("topic", f"a message on topic {topic!r}, which is not known here")
    return Parcel(bytes(topic), Said(kind), epoch, seq, topic_seq, payload)


def heartbeat(wall: int, marks: dict[bytes, int]) -> bytes:
    return fixed64(1, wall // MS) + chunk(2, _marks(marks))


def marks_of_heartbeat(payload: bytes) -> dict[bytes, int]:
    """Topic -> the last number sent on it.  Raises `BadMessage`."""
    return _read_marks(Fields(payload).message(2))


def snapshot(said: Snapshot) -> bytes:
    head = fixed64(1, said.seq) + text(2, said.terminal) + text(3, said.fingerprint)
    return head + chunk(4, _marks(said.marks)) + chunk(5, said.dictionary) + chunk(6, said.facts) + text(7, said.layout)


def read_snapshot(payload: bytes) -> Snapshot:
    """Raises `BadMessage`."""
    said = Fields(payload)
    marks = _read_marks(said.message(4))
    return Snapshot(said.whole(1, "<u8"), said.text(2), said.text(3), marks, said.raw(5), said.raw(6), said.text(7))


def _marks(marks: dict[bytes, int]) -> bytes:
    numbers = b"".join(_CRC.pack(number & 0xFFFF_FFFF) for number in marks.values())
    return texts(1, [topic.decode() for topic in marks]) + chunk(2, numbers)


def _read_marks(marks: Fields) -> dict[bytes, int]:
    topics, numbers = marks.texts(1), marks.array(2, "<u4").tolist()
    if len(topics) != len(numbers):
        raise BadMessage("columns", f"{len(numbers)} numbers for {len(topics)} topics")
    return {topic.encode(): number for topic, number in zip(topics, numbers, strict=True)}


def addresses(uri: str) -> tuple[str, str]:
    """Where facts are said, and where their state is asked for: the next port, or the socket file's name and '.snap'.

    Nothing is encrypted here and anybody could listen or lie, so only addresses on this machine will do.
    Raises `NoFeed`.
    """
    uri = uri.replace("//localhost:", "//127.0.0.1:")
    if uri.startswith("ipc://") and len(uri) > len("ipc://"):
        return uri, f"{uri}.snap"
    stem, _, port = uri.rpartition(":")
    if not uri.startswith("tcp://") or not re.fullmatch(r"[1-9][0-9]{0,4}", port) or int(port) >= 65535:
        raise NoFeed(f"{uri!r} is not an address of a live feed; write e.g. {DEFAULT} or ipc:///run/twin")
    if not _HERE.fullmatch(uri):
        raise NoFeed(
            f"{uri} is not on this machine, and a live feed is neither encrypted nor signed yet; "
            f"use {DEFAULT}, and between machines a tunnel: ssh -L 7701:127.0.0.1:7701 -L 7702:127.0.0.1:7702 HOST"
        )
    return uri, f"{stem}:{int(port) + 1}"


def limited(socket: "zmq.Socket[bytes]", *, hwm: int, longest: int) -> "zmq.Socket[bytes]":
    """*socket* with what each of ours has: bounded queues, bounded messages, a peer that is gone is noticed."""
    socket.set(zmq.LINGER, 0)
    socket.set(zmq.SNDHWM, hwm)
    socket.set(zmq.RCVHWM, hwm)
    socket.set(zmq.MAXMSGSIZE, longest)
    socket.set(zmq.HEARTBEAT_IVL, 1000)  # ms
    socket.set(zmq.HEARTBEAT_TIMEOUT, 3000)
    socket.set(zmq.RECONNECT_IVL_MAX, 1000)
    return socket

"""What an MCAP file holds, checked: where its chunks and attachments lie, and the messages of a chunk.

Nothing is believed without its CRC.  A sealed file is found through its summary; a file without one (its writer was
killed, or is still writing) by hopping from record to record, with every chunk read once.
Source: mcap.dev/spec.
"""

import os
import struct
import zlib
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import zstandard
from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.records import Attachment, AttachmentIndex, ChunkIndex, Header, Statistics

from twin.errors import BadFile, TwinError
from twin.recording.channels import CHUNKS, DELTAS, FORMAT, NEVER, PROFILE

MAGIC = b"\x89MCAP0\r\n"
MAX_CHUNK = 256 << 20  # bytes, unpacked; nothing bigger is unpacked on a file's word
_RECORD = struct.Struct("<BQ")  # opcode, length
_CHUNK = struct.Struct("<QQQI")  # log_time of the first and the last message, unpacked size, its CRC
_FOOTER = struct.Struct("<BQQQI")
_MESSAGE = struct.Struct("<HIQQ")  # channel, sequence, log_time, publish_time
_TAIL = _FOOTER.size + len(MAGIC)
# What parsing noise raises.
_BROKEN = (McapError, struct.error, ValueError, MemoryError, OverflowError, zstandard.ZstdError)


class Message(NamedTuple):
    """One message: *log_time* and *earliest* fact in ns."""

    channel: int
    log_time: int
    earliest: int
    data: bytes


class Chunk(NamedTuple):
    """Where a chunk lies, when its messages were logged, its *earliest* fact (ns), and the channels it has."""

    offset: int
    length: int
    start: int
    end: int
    earliest: int
    channels: frozenset[int]


class Damage(NamedTuple):
    """Twin time *start* to *end* (ns, None: to the end) of which something is lost, and why."""

    start: int
    end: int | None
    why: str


@dataclass
class Contents:
    """An MCAP file, found: its chunks in file order, its attachments by name, how many *messages*, what is lost."""

    chunks: list[Chunk] = field(default_factory=list)
    attachments: dict[str, bytes] = field(default_factory=dict)
    messages: int = 0
    sealed: bool = True
    damaged: list[Damage] = field(default_factory=list)


class Unreadable(TwinError):
    """A piece of a file that its CRC or its form does not vouch for."""


class McapFile:
    """An open MCAP file of ours.  Raises `BadFile`, with a sentence for whatever else it may be."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        try:
            self._file = self.path.open("rb")
            self.size = os.fstat(self._file.fileno()).st_size
            start = self._file.read(4096)
        except FileNotFoundError:
            raise BadFile(path, "there is no such file") from None
        except OSError as wrong:
            raise BadFile(path, f"cannot be read: {wrong.strerror}") from None
        try:
            self._first = self._after_header(start)
        except BadFile:
            self.close()
            raise

    def close(self) -> None:
        self._file.close()

    def _after_header(self, start: bytes) -> int:
        """Where the first record after the header lies."""
        if not start:
            raise BadFile(self.path, "is empty; a recording starts with the MCAP magic")
        if not start.startswith(MAGIC):
            raise BadFile(self.path, "is not a recording: it does not start as an MCAP file does")
        try:
            opcode, length = _RECORD.unpack_from(start, len(MAGIC))
            profile = Header.read(ReadDataStream(BytesIO(start[len(MAGIC) + _RECORD.size :]))).profile
        except _BROKEN:
            raise BadFile(self.path, "is an MCAP file broken in its first record") from None
        self._ours(profile if opcode == Opcode.HEADER else "")
        return len(MAGIC) + _RECORD.size + int(length)

    def _ours(self, profile: str) -> None:
        ours = f"{PROFILE}{FORMAT}"
        if not profile.startswith(PROFILE):
            raise BadFile(self.path, f"is an MCAP file of someone else's: its profile is {profile!r}, not {ours!r}")
        if profile != ours:
            raise BadFile(self.path, f"has format {profile!r}, and this program reads {ours!r}: take a newer one")

    # -- finding

    def contents(self) -> Contents:
        """All that can be found, every byte of it checked."""
        summary = self._summary()
        return self._hopped() if summary is None else self._summed_up(summary)

    def _summary(self) -> bytes | None:
        """The summary section of a sealed file, or None where there is none to be believed."""
        tail = self._bytes(max(self.size - _TAIL, 0), _TAIL)
        if len(tail) < _TAIL or tail[-len(MAGIC) :] != MAGIC:
            return None
        opcode, _, start, _, crc = _FOOTER.unpack_from(tail)
        if opcode != Opcode.FOOTER or not 0 < start <= self.size - _TAIL:
            return None
        checked = self._bytes(start, self.size - len(MAGIC) - 4 - start)  # up to the CRC itself
        return checked[: -(_FOOTER.size - 4)] if crc == zlib.crc32(checked) else None

    def _summed_up(self, summary: bytes) -> Contents:
        out, at, where = Contents(), 0, list[ChunkIndex]()
        while at + _RECORD.size <= len(summary):
            opcode, length = _RECORD.unpack_from(summary, at)
            at += _RECORD.size
            stream = ReadDataStream(BytesIO(summary[at : at + length]))
            at += length
            if opcode == Opcode.CHUNK_INDEX:
                where.append(ChunkIndex.read(stream))
            elif opcode == Opcode.ATTACHMENT_INDEX:
                index = AttachmentIndex.read(stream)
                self._attach(out, index.offset, index.length)
            elif opcode == Opcode.STATISTICS:
                out.messages = Statistics.read(stream).message_count
        earliest = out.attachments.get(CHUNKS, b"")
        if len(earliest) != 8 * len(where):
            return self._hopped()
        times = struct.unpack(f"<{len(where)}q", earliest)
        out.chunks = [_indexed(index, first) for index, first in zip(where, times, strict=True)]
        return out

    def _attach(self, out: Contents, offset: int, length: int) -> None:
        """Takes up the attachment at *offset*, if its CRC is right."""
        data = self._bytes(offset + _RECORD.size, length - _RECORD.size)
        if len(data) > 4 and zlib.crc32(data[:-4]) == int.from_bytes(data[-4:], "little"):
            attachment = Attachment.read(ReadDataStream(BytesIO(data)))
            out.attachments[attachment.name] = attachment.data

    def _hopped(self) -> Contents:
        """The contents of a file without a summary, from record to record."""
        out, at, lost = Contents(sealed=False), self._first, ""
        while at < self.size:
            head = self._bytes(at, _RECORD.size)
            opcode, length = _RECORD.unpack(head) if len(head) == _RECORD.size else (0, self.size)
            end = at + _RECORD.size + length
            if opcode in (Opcode.DATA_END, Opcode.FOOTER) and not lost:
                return out
            if end > self.size or not 0 < opcode <= Opcode.DATA_END:
                lost = f"the file breaks off or is garbled from byte {at} on"
                break
            if opcode == Opcode.ATTACHMENT:
                self._attach(out, at, end - at)
            elif opcode == Opcode.CHUNK:
                lost = self._hop_chunk(out, at, end - at, lost)
            at = end
        if lost:
            out.damaged.append(Damage(out.chunks[-1].end if out.chunks else 0, None, lost))
        return out

    def _hop_chunk(self, out: Contents, at: int, length: int, lost: str) -> str:
        """Takes up the chunk at *at*; what is the matter with it, '' where nothing is."""
        try:
            messages = self.messages(at, length)
        except Unreadable as wrong:
            return str(wrong)
        if messages:
            times = [message.log_time for message in messages]
            if lost:
                out.damaged.append(Damage(out.chunks[-1].end if out.chunks else 0, min(times), lost))
            earliest = min((m.earliest for m in messages if m.channel in DELTAS), default=NEVER)
            channels = frozenset(m.channel for m in messages)
            out.chunks.append(Chunk(at, length, min(times), max(times), earliest, channels))
            out.messages += len(messages)
        return ""

    # -- reading

    def _bytes(self, offset: int, length: int) -> bytes:
        return os.pread(self._file.fileno(), max(length, 0), offset)  # not mmap: a file may be cut while it is read

    def messages(self, offset: int, length: int) -> list[Message]:
        """The messages of the chunk at *offset*, in file order.  Raises `Unreadable`."""
        records = self._unpacked(offset, length)
        out, at = [], 0
        while at < len(records):
            opcode, size = _RECORD.unpack_from(records, at)
            at += _RECORD.size
            if opcode == Opcode.MESSAGE:
                channel, _, logged, earliest = _MESSAGE.unpack_from(records, at)
                out.append(Message(channel, logged, earliest, records[at + _MESSAGE.size : at + size]))
            at += size
        return out

    def _unpacked(self, offset: int, length: int) -> bytes:
        data = self._bytes(offset, length)
        where = f"the chunk at byte {offset}"
        try:
            opcode, size = _RECORD.unpack_from(data)
            _, _, full, crc = _CHUNK.unpack_from(data, _RECORD.size)
            at = _RECORD.size + _CHUNK.size
            named = int.from_bytes(data[at : at + 4], "little")
            packing, packed = data[at + 4 : at + 4 + named], data[at + 4 + named + 8 : length]
            if opcode != Opcode.CHUNK or size != length - _RECORD.size or len(data) != length or full > MAX_CHUNK:
                raise Unreadable(f"{where} has lost its form")
            records = _inflated(bytes(packing), packed, full)
        except _BROKEN as wrong:
            raise Unreadable(f"{where} cannot be unpacked: {wrong}") from None
        if len(records) != full or zlib.crc32(records) != crc:
            raise Unreadable(f"{where} fails its CRC")
        return records


def _inflated(packing: bytes, packed: bytes, full: int) -> bytes:
    if packing == b"":
        return packed
    if packing != b"zstd":
        raise Unreadable(f"packing {packing!r} is not read here; zstd is")
    if zstandard.frame_content_size(packed) != full:  # before anything is allocated on its word
        raise Unreadable("a chunk that says two sizes of itself")
    return zstandard.ZstdDecompressor().decompress(packed)


def _indexed(index: ChunkIndex, earliest: int) -> Chunk:
    channels = frozenset(index.message_index_offsets)
    times = index.message_start_time, index.message_end_time
    return Chunk(index.chunk_start_offset, index.chunk_length, *times, earliest, channels)

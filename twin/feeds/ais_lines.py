"""Lines of NMEA into AIS messages; every line is counted once, under what became of it, and none stops the feed.

Time.  A position report says only its UTC second of the minute, so the minute comes from what surrounds it: a tag block
(`\\s:…,c:1418169601*37\\`), a Unix time after the checksum (`*30,1327664821`), the receiver's own GPS (`$GPZDA`,
`$GPRMC`), or, where a file has none of these, the base stations (types 4 and 11).  `$PSHI` and `$AIVSI` say a time of
day too, but of several receivers, so it steps back now and then: not used.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from twin.units import MINUTE, SECOND

FATES = {  # what can become of a line: its meaning, and whether it is bad.  One each, so they add up to the lines.
    "position": ("a position that was told", False),
    "description": ("a vessel's name or size, heard", False),
    "fragment": ("the earlier part of a message counted at its last part", False),
    "duplicate": ("the same message or report, heard within the last minute", False),
    "far away": ("a position outside the radius", False),
    "other message": ("AIS that says nothing of a vessel here: base stations, aids, texts, aircraft", False),
    "not AIS": ("another sentence: $GPZDA, $AIVSI, $PSHI, !AIPWR …", False),
    "not NMEA": ("an empty line, a comment, other text", False),
    "wrong checksum": ("the sum of the line is not the one it carries", True),
    "missing checksum": ("cut off before its checksum", True),
    "damaged talker": ("the two letters after ! are not letters: !=IVDM", True),
    "malformed": ("not seven fields, or a payload that is not six-bit text", True),
    "empty payload": ("an AIS sentence with nothing in it", True),
    "unknown type": ("a message type that does not exist", True),
    "cannot decode": ("too short for its type, or a field that makes no sense", True),
    "fragment without partner": ("part of a message whose other parts never came", True),
    "no MMSI": ("a report of vessel 0", True),
    "position not available": ("longitude 181 or latitude 91", True),
    "position out of range": ("longitude beyond 180 or latitude beyond 90", True),
    "direction not known": ("no heading, and no course to take it from: the hull cannot be laid down", True),
    "no time": ("no time of day known yet", True),
}
REMARKS = {  # said of a message besides its fate; any number each
    "heading 511": "no heading: the course if moving, else the last heading, else the direction is not known",
    "size not known": "told with length 0, at its antenna",
    "antenna not known": "bow and port 0: the position was taken for midships",
    "second disagrees": "report second not within 15 s before the receive time: the receive time was taken",
    "tag block damaged": "the tag block's own checksum is wrong: the block was passed over",
}
DUPLICATE_WITHIN = MINUTE
PARTNER_WITHIN = MINUTE
_SENTENCE = re.compile(rb"!(..)(VDM|VDO),(\d),(\d),(\d?),([^,]?),([0-W`-w]*),[0-5]\*..", re.DOTALL)
_FORMATTER = re.compile(rb"!..(VDM|VDO),", re.DOTALL)
_TAG = re.compile(rb"\\([^\\]*)\*([0-9A-Fa-f]{2})\\")
_UNIX = re.compile(rb",(\d{10})(?:\.\d*)?$")
_ZDA = re.compile(rb"\$..ZDA,(\d\d)(\d\d)(\d\d)(\.\d+)?,(\d\d),(\d\d),(\d{4}),")
_RMC = re.compile(rb"\$..RMC,(\d\d)(\d\d)(\d\d)(\.\d+)?,A,(?:[^,]*,){6}(\d\d)(\d\d)(\d\d),")


@dataclass
class AisCounts:
    """What became of every line (`FATES`, adding up to *lines* once the listener is closed), and remarks besides."""

    lines: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)
    heads: Counter[str] = field(default_factory=Counter)  # lines by what they begin with: '!AIVDM', '$GPZDA'
    types: Counter[int] = field(default_factory=Counter)  # decoded messages by AIS message type

    @property
    def bad(self) -> int:
        """Lines that could not be used through a fault of their own."""
        return sum(n for fate, n in self.fates.items() if FATES[fate][1])

    def as_dict(self) -> dict[str, object]:
        """The counts as plain values, commonest first."""
        return {"lines": self.lines, "bad": self.bad, "fates": dict(self.fates.most_common()),
                "remarks": dict(self.remarks.most_common()), "heads": dict(self.heads.most_common()),
                "types": {str(kind): n for kind, n in sorted(self.types.items())}}  # fmt: skip

    def text(self) -> str:
        """The counts as a table for a person."""
        rows = [f"{n:>8,}  {fate:<25} {FATES[fate][0]}" for bad in (False, True)
                for fate, n in self.fates.most_common() if FATES[fate][1] is bad]  # fmt: skip
        notes = [f"{n:>8,}  {remark:<25} {REMARKS[remark]}" for remark, n in self.remarks.most_common()]
        return "\n".join([*rows, f"{self.lines:>8,}  lines, {self.bad:,} of them bad", *notes])


@dataclass(frozen=True)
class Heard:
    """One AIS message: when it was received (ns UTC, None where nothing says) and its pyais object."""

    t: int | None
    message: Any


class Listener:
    """Takes lines, hands out messages, counts.  `close` when the lines are over: waiting fragments are counted then."""

    def __init__(self, counts: AisCounts | None = None, *, now: int | None = None) -> None:
        from pyais import decode  # 0.1 s: only where a feed is read
        from pyais.exceptions import AISBaseException

        self.counts = AisCounts() if counts is None else counts
        self.now = now  # ns UTC, the newest time said so far
        self._stamped = False
        self._decode, self._failure = decode, (AISBaseException, ValueError)
        self._waiting: dict[tuple[bytes, ...], tuple[int, dict[int, bytes]]] = {}
        self._seen: dict[bytes, int] = {}

    def hear(self, raw: bytes) -> Heard | None:
        """The message that *raw* completes, if any.  Its fate is the caller's to count: see `AisCounts.fates`."""
        self.counts.lines += 1
        line, t = self._without_tag(raw.strip())
        self.counts.heads[line[:6].decode("latin-1")] += 1
        if line[:1] != b"!":
            self._set_clock(_time_of_gps(line))
            return self._lost("not AIS" if line[:1] == b"$" else "not NMEA")
        if fault := _fault(line):
            return self._lost(fault)
        return self._message(line, t)

    def close(self) -> None:
        """Counts what still waits for a partner."""
        for key in list(self._waiting):
            self._drop(key)

    def _without_tag(self, line: bytes) -> tuple[bytes, int | None]:
        """The sentence without its tag block, and the receive time that the block or the line's tail says."""
        t = None
        if found := _TAG.match(line):
            line = line[found.end() :]
            if checksum(found[1]) == int(found[2], 16):
                t = _time_of_tag(found[1])
            else:
                self.counts.remarks["tag block damaged"] += 1
        if t is None and line[:1] == b"!" and (tail := _UNIX.search(line)):
            t = int(tail[1]) * SECOND
        self._set_clock(t)
        return line, t

    def _set_clock(self, t: int | None) -> None:
        # Receivers differ by seconds, and stamps arrive out of order: the newest wins, unless it was far off.
        if t is not None:
            self._stamped = True
            if self.now is None or t > self.now or t < self.now - 10 * MINUTE:
                self.now = t

    def _message(self, line: bytes, t: int | None) -> Heard | None:
        sentence = line[: line.index(b"*") + 3]
        found = _SENTENCE.fullmatch(sentence)
        if not found or not 1 <= int(found[4]) <= int(found[3]):
            return self._lost("malformed")
        parts = [sentence] if found[3] == b"1" else self._assembled(found, sentence)
        if parts is None:
            return None
        if len(parts) > 1:
            self.counts.fates["fragment"] += len(parts) - 1
        return self._decoded(parts, self.now if t is None else t)

    def _assembled(self, found: re.Match[bytes], sentence: bytes) -> list[bytes] | None:
        """All parts of the message, in order, once the last of them is here."""
        key, number, now = (found[1], found[2], found[3], found[5], found[6]), int(found[4]), self.now or 0
        for other in [k for k, (since, _) in self._waiting.items() if now - since > PARTNER_WITHIN]:
            self._drop(other)
        held = self._waiting.get(key)
        if held and number in held[1]:
            if held[1][number] == sentence:
                self._lost("duplicate")
                return None
            self._drop(key)
        parts = self._waiting.setdefault(key, (now, {}))[1]
        parts[number] = sentence
        if len(parts) < int(found[3]):
            return None
        del self._waiting[key]
        return [parts[n] for n in sorted(parts)]

    def _drop(self, key: tuple[bytes, ...]) -> None:
        self.counts.fates["fragment without partner"] += len(self._waiting.pop(key)[1])

    def _decoded(self, parts: list[bytes], t: int | None) -> Heard | None:
        payloads = [part.rsplit(b",", 2)[1] for part in parts]
        payload = b"".join(payloads)
        if not payloads[0]:  # pyais would take the type from nowhere
            return self._lost("empty payload")
        if not 1 <= _type_of(payload) <= 27:
            return self._lost("unknown type")
        if self._again(payload):
            return self._lost("duplicate")
        try:
            message = self._decode(*parts)
        except self._failure:
            return self._lost("cannot decode")
        self.counts.types[int(message.msg_type)] += 1
        if message.msg_type in (4, 11) and not self._stamped:
            self.now = _time_of_base(message) or self.now
        return Heard(t, message)

    def _again(self, payload: bytes) -> bool:
        now = self.now or 0
        before = self._seen.get(payload)
        self._seen[payload] = now
        if len(self._seen) > 50_000:
            self._seen = {key: since for key, since in self._seen.items() if now - since <= DUPLICATE_WITHIN}
        return before is not None and now - before <= DUPLICATE_WITHIN

    def _lost(self, fate: str) -> Heard | None:
        """Counts a line that ends here, and answers None."""
        self.counts.fates[fate] += 1
        return None


def checksum(text: bytes) -> int:
    """The NMEA checksum: all bytes between ! and *, exclusive or."""
    total = 0
    for byte in text:
        total ^= byte
    return total


def _fault(line: bytes) -> str | None:
    """What is wrong with a line that begins with !, before looking inside: checksum first, then talker."""
    body, star, rest = line.partition(b"*")
    if not star or not re.match(rb"[0-9A-Fa-f]{2}", rest):
        return "missing checksum"
    if checksum(body[1:]) != int(rest[:2], 16):
        return "wrong checksum"
    if not _FORMATTER.match(line):
        return "not AIS"
    return None if re.match(rb"![A-Z]{2}", line) else "damaged talker"


def _type_of(payload: bytes) -> int:
    """AIS message type: the first six bits."""
    code = payload[0] - 48
    return code - 8 if code > 40 else code


def _time_of_tag(block: bytes) -> int | None:
    """ns UTC of a tag block's c: field, seconds or milliseconds since 1970."""
    found = re.search(rb"(?:^|,)c:(\d{10})(\d{3})?(?:,|$)", block)
    return int(found[1]) * SECOND + int(found[2] or 0) * (SECOND // 1000) if found else None


def _time_of_gps(line: bytes) -> int | None:
    """ns UTC of a sound $..ZDA or $..RMC sentence."""
    found = _ZDA.match(line) or _RMC.match(line)
    if not found or _fault(b"!" + line[1:]) in ("missing checksum", "wrong checksum"):
        return None
    hour, minute, second, fraction, day, month, year = found.groups()
    return _utc(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day), int(hour), int(minute), int(second),
                round(float(fraction or 0) * 1e9))  # fmt: skip


def _time_of_base(message: Any) -> int | None:
    m = message
    return _utc(int(m.year), int(m.month), int(m.day), int(m.hour), int(m.minute), int(m.second), 0)


def _utc(year: int, month: int, day: int, hour: int, minute: int, second: int, nanosecond: int) -> int | None:
    try:
        return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()) * SECOND + nanosecond
    except ValueError:
        return None


def report_time(received: int, second: int) -> int | None:
    """ns UTC of a report sent at *second* of the minute, heard at *received*; None if that is not within 15 s before.

    Clocks of receivers and ships differ by a few seconds, so up to 5 s after counts as just now.
    """
    age = (received - second * SECOND + 5 * SECOND) % MINUTE - 5 * SECOND
    return received - age if age <= 15 * SECOND else None


def messages(lines: Iterator[bytes], listener: Listener) -> Iterator[Heard]:
    """The messages in *lines*, in order; the listener is closed after the last one."""
    for line in lines:
        if heard := listener.hear(line):
            yield heard
    listener.close()

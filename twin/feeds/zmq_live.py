"""Facts published over ZeroMQ: PUB for what is new, ROUTER for the whole state a late joiner asks for."""

import logging
import secrets
import threading
from collections import Counter, deque
from collections.abc import Iterable, Iterator

import numpy as np
import zmq

from twin.clock import ReplayClock, rest, wall
from twin.errors import BadMessage, NoFeed
from twin.facts import Batch, Roster, rows_of, some
from twin.feeds.feed import Feed
from twin.feeds.zmq_wire import (
    BEAT,
    DEFAULT,
    NAMES,
    SAID_ON,
    SNAP,
    STATE,
    TOPICS,
    Parcel,
    Said,
    Snapshot,
    addresses,
    heartbeat,
    limited,
    pack,
    snapshot,
)
from twin.terminal import Terminal
from twin.units import MS, SECOND
from twin.wire import MAX_PAYLOAD, Naming, encode
from twin.world import HORIZON, World

log = logging.getLogger(__name__)
HWM = 300  # messages kept for a slow listener: a minute at five a second, then it must ask for the state again
BEAT_MS = 1000
KEPT = 60 * SECOND  # of the past, in the publisher's own world
REQUEST_BYTES = 256  # the longest question a listener may ask
SLICE = 100 * MS  # of twin time, what a published recording says at once; less than a listener settles for
MOST_ROWS = 100_000  # of a batch that go into one message: 100,000 places are 5 MB


class Publisher:
    """Says facts to whoever listens at *bind*, and the whole state to who comes late.  Raises `NoFeed`.

    `send` may be called from one thread; a thread of its own answers late joiners and beats once a second.
    """

    def __init__(self, terminal: Terminal, roster: Roster, bind: str = DEFAULT, *, hwm: int = HWM) -> None:
        self.address, answers_at = addresses(bind)
        self.terminal = terminal
        self.refused: Counter[str] = Counter()  # batches that have no place on the wire, by kind
        self._epoch = secrets.randbits(63)
        self._seq, self._marks = 0, dict.fromkeys(TOPICS, 0)
        self._naming, self._world, self._t = Naming(terminal, roster), World(terminal, roster), 0
        self._recent: deque[tuple[int, Batch]] = deque()
        self._lock = threading.Lock()  # holds the PUB socket and everything above
        self._context = zmq.Context()
        self._pub = limited(self._context.socket(zmq.PUB), hwm=hwm, longest=REQUEST_BYTES)
        self._router = limited(self._context.socket(zmq.ROUTER), hwm=hwm, longest=REQUEST_BYTES)
        self._bind(answers_at)
        self._stop, self._stopped = self._context.socket(zmq.PAIR), self._context.socket(zmq.PAIR)
        self._stopped.bind("inproc://stop")
        self._stop.connect("inproc://stop")
        self._thread = threading.Thread(target=self._serve, name="twin publisher", daemon=True)
        self._thread.start()

    def _bind(self, answers_at: str) -> None:
        try:
            self._router.bind(answers_at)
            self._pub.bind(self.address)
        except zmq.ZMQError as wrong:
            self._context.destroy(linger=0)
            why = zmq.strerror(wrong.errno or 0)
            said = f"{self.address} (or {answers_at}, for late joiners) cannot be used: {why}"
            raise NoFeed(f"{said}; stop what is there, or take another port, e.g. tcp://127.0.0.1:7801") from None

    def send(self, batches: Iterable[Batch]) -> None:
        """Say *batches* to all who listen."""
        with self._lock:
            said = [piece for batch in batches if rows_of(batch) for piece in _pieces(batch)]
            by_topic: dict[bytes, list[bytes]] = {}
            for batch in said:
                self._prepare(batch, by_topic)
            if by_topic and (news := self._naming.news()):
                self._publish(NAMES, Said.DICTIONARY, news)
            for topic, payloads in by_topic.items():
                for payload in _joined(payloads):
                    self._publish(topic, Said.FACTS, payload)

    def _prepare(self, batch: Batch, by_topic: dict[bytes, list[bytes]]) -> None:
        try:
            payload = encode([batch])
        except BadMessage as wrong:
            if not self.refused[wrong.kind]:
                log.warning("not published: %s", wrong)
            self.refused[wrong.kind] += 1
            return
        by_topic.setdefault(SAID_ON[type(batch)], []).append(payload)
        self._world.hear(batch)
        newest = int(np.max(batch.t))
        self._t = max(self._t, newest)
        self._recent.append((newest, batch))
        while self._recent and self._recent[0][0] <= self._t - 2 * HORIZON:
            self._recent.popleft()

    def _publish(self, topic: bytes, kind: Said, payload: bytes) -> None:
        self._seq += 1
        self._marks[topic] += 1
        self._pub.send_multipart(pack(Parcel(topic, kind, self._epoch, self._seq, self._marks[topic], payload)))

    # -- the thread

    def _serve(self) -> None:
        poller = zmq.Poller()
        poller.register(self._router, zmq.POLLIN)
        poller.register(self._stopped, zmq.POLLIN)
        while True:
            ready = dict(poller.poll(BEAT_MS))
            if self._stopped in ready:
                return
            if self._router in ready:
                self._answer()
            self._beat()

    def _beat(self) -> None:
        with self._lock:
            payload = heartbeat(wall(), self._marks)
            self._pub.send_multipart(pack(Parcel(BEAT, Said.HEARTBEAT, self._epoch, self._seq, 0, payload)))
            self._world.forget(self._t - KEPT)

    def _answer(self) -> None:
        who, *question = self._router.recv_multipart()
        if question != [SNAP]:
            log.debug("a question that nobody here understands: %d parts", len(question))
            return
        self._router.send_multipart([who, *pack(self._state())])

    def _state(self) -> Parcel:
        """Everything known: the state a horizon ago and what was said since, so that a late joiner shows the same."""
        with self._lock:
            since = self._t - HORIZON
            facts = encode([*self._world.facts(since), *(batch for newest, batch in self._recent if newest > since)])
            names = self.terminal.name, self.terminal.fingerprint
            said = Snapshot(self._seq, *names, dict(self._marks), self._naming.everything(), facts, self.terminal.text)
            return Parcel(STATE, Said.SNAPSHOT, self._epoch, self._seq, 0, snapshot(said))

    def close(self) -> None:
        """Stop; closing twice is no harm."""
        if self._context.closed:
            return
        self._stop.send(b"")
        self._thread.join()
        self._beat()  # shows a listener that it has lost the last messages
        self._pub.set(zmq.LINGER, 500)  # ms
        for socket in (self._pub, self._router, self._stop, self._stopped):
            socket.close()
        self._context.term()

    def __enter__(self) -> "Publisher":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _pieces(batch: Batch) -> list[Batch]:
    """*batch* in pieces that fit into a message."""
    n = rows_of(batch)
    if n <= MOST_ROWS:
        return [batch]
    return [some(batch, np.arange(first, min(first + MOST_ROWS, n))) for first in range(0, n, MOST_ROWS)]


def _joined(payloads: list[bytes]) -> list[bytes]:
    """Payloads as few messages as they fit into: protobuf messages concatenate."""
    out = [b""]
    for payload in payloads:
        if len(out[-1]) + len(payload) > MAX_PAYLOAD // 2 and out[-1]:
            out.append(b"")
        out[-1] += payload
    return out


def publish(feed: Feed, publisher: Publisher, *, speed: float = 1.0, step: float = 0.05) -> Iterator[int]:
    """Say what *feed* says through *publisher*, *speed* times as fast; yields the time (ns) said up to, every *step* s.

    A recording is said to its end; a live feed for as long as the caller goes on asking.
    """
    if feed.span is None:
        while True:
            publisher.send(feed.hear(2**62))
            yield feed.health.last_t
            rest(step)
    start, end = feed.span
    clock = ReplayClock(start, end, rate=speed)
    publisher.send(feed.seek(start))
    while (t := clock.now()) < end:
        _say_in_order(publisher, feed.hear(t))
        yield t
        rest(step)
    _say_in_order(publisher, feed.hear(end))
    yield end


def _say_in_order(publisher: Publisher, batches: list[Batch]) -> None:
    """Send *batches* one slice of time after the other: played fast, a listener must not hear a minute backwards."""
    slices = np.unique(np.concatenate([np.zeros(0, np.int64), *(batch.t // SLICE for batch in batches)]))
    for one in slices.tolist():
        publisher.send([some(batch, batch.t // SLICE == one) for batch in batches])

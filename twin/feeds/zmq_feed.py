"""A live feed over ZeroMQ: one thread drains the sockets into a bounded queue, the owner hears what is in it."""

import logging
import threading
from collections import deque

import numpy as np
import zmq

from twin.errors import BadMessage, NoFeed
from twin.facts import Batch, Roster, rows_of
from twin.feeds.feed import LIVE, LOST, NO_FEED, RESYNC, STALE, Health
from twin.feeds.zmq_sequence import Sequence
from twin.feeds.zmq_wire import MAX_MESSAGE, SNAP, Parcel, Said, addresses, limited, read_snapshot, unpack
from twin.terminal import Terminal
from twin.wire import Translation, decode

log = logging.getLogger(__name__)
HWM = 300  # messages; see `zmq_live`
MOST_QUEUED = 4096  # messages an owner who does not hear may leave lying; then it starts from the state again
SILENCE_MS = 1000
STALE_AFTER, LOST_AFTER = 3, 10  # silences
_STOP, _RESYNC, _DOUBT = b"stop", b"resync", b"doubt"  # what the owner tells the thread


class ZmqFeed:
    """What a publisher at *uri* says.  Opening waits up to *patience* seconds for its state.  Raises `NoFeed`."""

    live = True
    span: tuple[int, int] | None = None

    def __init__(
        self,
        uri: str,
        terminal: Terminal,
        roster: Roster,
        *,
        patience: float = 5.0,
        hwm: int = HWM,
        most: int = MOST_QUEUED,
    ) -> None:
        uri, asked_at = addresses(uri)
        self.uri, self.terminal, self.health = uri, terminal, Health()
        self._names, self._most = Translation(terminal, roster), most
        self._sequence, self._queue, self._overflowed = Sequence(), deque[Parcel](), False
        self._lock = threading.Lock()  # holds the health, written by both threads
        self._refusal, self._there, self._silences = "", threading.Event(), 0
        self._context = zmq.Context()
        self._sub = limited(self._context.socket(zmq.SUB), hwm=hwm, longest=MAX_MESSAGE)
        self._dealer = limited(self._context.socket(zmq.DEALER), hwm=hwm, longest=MAX_MESSAGE)
        self._order, self._orders = self._context.socket(zmq.PAIR), self._context.socket(zmq.PAIR)
        self._orders.bind("inproc://orders")
        self._order.connect("inproc://orders")
        self._connect(asked_at)
        self._thread = threading.Thread(target=self._listen, name="twin feed", daemon=True)
        self._thread.start()
        self._wait(patience)

    def _connect(self, asked_at: str) -> None:
        self._sub.subscribe(b"")
        try:
            self._sub.connect(self.uri)
            self._dealer.connect(asked_at)
        except zmq.ZMQError as wrong:
            self._context.destroy(linger=0)
            raise NoFeed(f"{self.uri}: {zmq.strerror(wrong.errno or 0)}; write e.g. tcp://127.0.0.1:7701") from None

    def _wait(self, patience: float) -> None:
        there = self._there.wait(patience)
        if self._refusal or not there:
            self.close()
            raise NoFeed(self._refusal or _nobody(self.uri, patience))

    # -- the owner's side

    def hear(self, until: int) -> list[Batch]:
        """All facts that came since the last call, whatever their times."""
        out: list[Batch] = []
        if self._overflowed:
            self._overflowed = False
            self._order.send(_RESYNC)
        for _ in range(len(self._queue)):
            parcel = self._queue.popleft()
            try:
                out += self._facts(parcel)
                self.health.heard += 1
            except BadMessage as wrong:
                self._bad(wrong)
                self._order.send(_DOUBT)
        newest = max((int(np.max(batch.t)) for batch in out if rows_of(batch)), default=0)
        self.health.last_t = max(self.health.last_t, newest)
        return out

    def _facts(self, parcel: Parcel) -> list[Batch]:
        if parcel.kind == Said.DICTIONARY:
            self._names.learn(parcel.payload)
            return []
        facts = parcel.payload
        if parcel.kind == Said.SNAPSHOT:
            said = read_snapshot(parcel.payload)
            self._names.forget()
            self._names.learn(said.dictionary)
            facts = said.facts
        return [self._names.here(batch) for batch in decode(facts)]

    def _bad(self, wrong: BadMessage) -> None:
        with self._lock:
            if not self.health.bad[wrong.kind]:
                log.warning("%s: %s", self.uri, wrong)
            self.health.bad[wrong.kind] += 1

    def seek(self, t: int) -> list[Batch]:
        """Nothing: what is live cannot be sought in."""
        return []

    def close(self) -> None:
        """Stop listening; closing twice is no harm."""
        if self._context.closed:
            return
        self._order.send(_STOP)
        self._thread.join()
        for socket in (self._sub, self._dealer, self._order, self._orders):
            socket.close()
        self._context.term()
        self.health.state = NO_FEED

    # -- the thread's side

    def _listen(self) -> None:
        poller = zmq.Poller()
        for socket in (self._sub, self._dealer, self._orders):
            poller.register(socket, zmq.POLLIN)
        while True:
            if self._sequence.ask:
                self._sequence.ask = False
                self._ask()
            ready = dict(poller.poll(SILENCE_MS))
            if self._orders in ready and self._obey() == _STOP:
                return
            heard = self._drain(self._dealer) + self._drain(self._sub)
            self._silences = 0 if heard else self._silences + (not ready)
            self._tell_state()

    def _ask(self) -> None:
        try:
            self._dealer.send(SNAP, zmq.DONTWAIT)
        except zmq.Again:
            log.debug("%s: nobody there to ask yet", self.uri)  # asked again at a later heartbeat

    def _obey(self) -> bytes:
        order = self._orders.recv()
        if order == _RESYNC:
            self._sequence.restart()
        elif order == _DOUBT:
            self._sequence.doubt()
        return order

    def _drain(self, socket: "zmq.Socket[bytes]") -> int:
        """Takes what *socket* has, but not for ever; how many messages."""
        for count in range(self._most):
            try:
                parts = socket.recv_multipart(zmq.DONTWAIT)
            except zmq.Again:
                return count
            self._take(parts)
        return self._most

    def _take(self, parts: list[bytes]) -> None:
        try:
            for parcel in self._sequence.take(unpack(parts)):
                if parcel.kind == Said.SNAPSHOT:
                    self._check_layout(parcel)
                self._put(parcel)
        except BadMessage as wrong:
            self._bad(wrong)

    def _put(self, parcel: Parcel) -> None:
        if self._refusal or self._overflowed:
            return
        if len(self._queue) >= self._most:
            # Nobody hears.  No move may be dropped alone, so all go, and the state is asked for once somebody does.
            with self._lock:
                self.health.lost += len(self._queue)
            self._queue.clear()
            self._overflowed = True
            return
        self._queue.append(parcel)

    def _check_layout(self, parcel: Parcel) -> None:
        said, here = read_snapshot(parcel.payload), self.terminal
        self._refusal = ""
        if said.fingerprint != here.fingerprint:
            theirs = f"{said.terminal!r} (layout {said.fingerprint})"
            ours = f"{here.name!r} (layout {here.fingerprint})"
            self._refusal = f"{self.uri} publishes {theirs}, and this is {ours}; open it with the layout it publishes"
        self._there.set()

    def _tell_state(self) -> None:
        """State, losses and resyncs, as the owner reads them."""
        with self._lock:
            h, s = self.health, self._sequence
            h.lost, self._sequence.lost = h.lost + s.lost, 0
            h.resyncs, h.note = s.resyncs, self._refusal
            if self._refusal:
                h.state = NO_FEED
            elif self._silences >= LOST_AFTER:
                h.state = LOST
            elif self._silences >= STALE_AFTER:
                h.state = STALE
            elif s.waiting or self._overflowed:
                h.state = RESYNC if self._there.is_set() else NO_FEED
            else:
                h.state = LIVE


def open_zmq(uri: str, terminal: Terminal, roster: Roster) -> ZmqFeed:
    return ZmqFeed(uri, terminal, roster)


def _nobody(uri: str, patience: float) -> str:
    how = f"start it with 'twin publish RECORDING --bind {uri}', or correct the address"
    return f"nothing answers at {uri} within {patience:g} s; {how}"


def layout_at(uri: str, *, patience: float = 5.0) -> str:
    """The text of the layout that the publisher at *uri* is about.  Raises `NoFeed`."""
    with zmq.Context() as context, limited(context.socket(zmq.DEALER), hwm=HWM, longest=MAX_MESSAGE) as asked:
        asked.connect(addresses(uri)[1])
        asked.send(SNAP)
        if not asked.poll(round(patience * 1000)):
            raise NoFeed(_nobody(uri, patience))
        try:
            return read_snapshot(unpack(asked.recv_multipart()).payload).layout
        except BadMessage as wrong:
            raise NoFeed(f"what answers at {uri} is no feed of ours: {wrong}") from None

"""Which of the messages that come may be heard, and when the whole state has to be asked for again."""

from dataclasses import dataclass, field

from twin.feeds.zmq_wire import MOVING, Parcel, Said, marks_of_heartbeat, read_snapshot

MOST_HELD = 10_000  # messages kept while the state is awaited; more, and it is asked for again
PATIENCE = 3  # heartbeats without an answer, then it is asked again


@dataclass
class Sequence:
    """Follows one publisher's numbers.

    *waiting*: the state has been asked for and has not come; *ask*: it has to be asked for now (the caller resets it);
    *lost*: messages known to have been sent but never come; *resyncs*: how often the state was asked for after the
    first time.
    """

    waiting: bool = True
    ask: bool = True
    lost: int = 0
    resyncs: int = 0
    _epoch: int | None = None
    _seq: int = 0
    _marks: dict[bytes, int] = field(default_factory=dict)
    _held: list[Parcel] = field(default_factory=list)
    _beats: int = 0
    _doubt: bool = False  # the next heartbeat asks for the state

    def take(self, parcel: Parcel) -> list[Parcel]:
        """The messages to hear, in order, now that *parcel* has come.  Raises `BadMessage`."""
        if parcel.kind == Said.SNAPSHOT:
            return self._start(parcel)
        if self._epoch is not None and parcel.epoch != self._epoch:  # the publisher was started anew
            self._epoch, self._held = None, []
            self.restart()
        if parcel.kind == Said.HEARTBEAT:
            self._beat(parcel)
            return []
        if self.waiting:
            self._hold(parcel)
            return []
        return self._next(parcel)

    def restart(self) -> None:
        """Have the state asked for again."""
        if not self.waiting:
            self.resyncs += 1
        self.waiting, self.ask, self._beats, self._doubt = True, True, 0, False

    def doubt(self) -> None:
        """Have the state asked for at the next heartbeat: a message could not be believed."""
        self._doubt = True

    def _hold(self, parcel: Parcel) -> None:
        self._held.append(parcel)
        if len(self._held) > MOST_HELD:
            self._held.clear()
            self.ask = True

    def _start(self, parcel: Parcel) -> list[Parcel]:
        said = read_snapshot(parcel.payload)
        if not self.waiting:
            return []  # the answer to a question asked twice
        self.waiting, self._epoch, self._seq, self._marks = False, parcel.epoch, said.seq, said.marks
        held, self._held = [one for one in self._held if one.epoch == parcel.epoch], []
        return [parcel, *(heard for one in held for heard in self.take(one))]

    def _next(self, parcel: Parcel) -> list[Parcel]:
        if parcel.seq <= self._seq:
            return []  # in the snapshot already
        missing = (parcel.topic_seq - self._marks.get(parcel.topic, 0) - 1) & 0xFFFF_FFFF
        self._seq, self._marks[parcel.topic] = parcel.seq, parcel.topic_seq
        if not missing:
            return [parcel]
        self.lost += missing
        if parcel.topic == MOVING:
            self._doubt = True  # the next report heals it, if one comes
            return [parcel]
        self.restart()
        self._held = [parcel]
        return []

    def _beat(self, parcel: Parcel) -> None:
        if self.waiting:
            self._beats += 1
            self.ask = self.ask or self._beats % PATIENCE == 0
            return
        missing = 0
        for topic, number in marks_of_heartbeat(parcel.payload).items():
            missing += (number - self._marks.get(topic, 0)) & 0xFFFF_FFFF
            self._marks[topic] = number
        self.lost += missing
        if missing or self._doubt:
            self.restart()

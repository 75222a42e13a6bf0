"""What every feed is: something that is heard, can be asked how it is, and, if it is a recording, sought in."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol

from twin.facts import Batch

LIVE, STALE, RESYNC, LOST, NO_FEED = "LIVE", "STALE", "RESYNC", "LOST", "NO FEED"  # words for `Health.state`


@dataclass
class Health:
    """What a feed heard, lost and could not believe.

    *heard*: messages believed; *bad*: those that were not, by `BadMessage.kind`; *lost*: known to have been sent but
    never come; *resyncs*: how often the whole state was asked for again; *last_t*: ns UTC of the newest fact, 0 before
    any; *note*: a sentence for the person, '' where there is nothing to say.
    """

    heard: int = 0
    bad: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    resyncs: int = 0
    last_t: int = 0
    state: str = NO_FEED
    note: str = ""

    def counts(self) -> dict[str, int]:
        """All counts, flat, for a table, a recording or JSON."""
        bad = {f"bad: {kind}": count for kind, count in sorted(self.bad.items())}
        return {"heard": self.heard, "lost": self.lost, "resyncs": self.resyncs, **bad}


class Feed(Protocol):
    """A source of facts.  One thread owns it."""

    @property
    def live(self) -> bool:
        """Whether it happens now; else it can be sought in."""
        ...

    @property
    def span(self) -> tuple[int, int] | None:
        """First and last instant (ns UTC), or None where that is not known."""
        ...

    @property
    def health(self) -> Health: ...

    def hear(self, until: int) -> list[Batch]:
        """Facts not yet heard: of a recording those about times up to *until* (ns), of a live feed all there are."""
        ...

    def seek(self, t: int) -> list[Batch]:
        """Facts that say how everything stood at *t*; `hear` goes on from there.  A live feed says nothing."""
        ...

    def close(self) -> None: ...

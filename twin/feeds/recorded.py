"""A recording as a feed: heard in the order of the facts' own times, sought in by keyframe."""

from twin.facts import Batch, Roster
from twin.feeds.feed import LIVE, Health
from twin.recording import Recording, open_recording
from twin.terminal import Terminal

_BEFORE_ALL = -(2**63)


class RecordedFeed:
    """What *recording* says."""

    live = False

    def __init__(self, recording: Recording) -> None:
        self.recording, self.health = recording, Health(state=LIVE)
        self.span: tuple[int, int] | None = (recording.start, recording.end)
        self._heard = _BEFORE_ALL

    def hear(self, until: int) -> list[Batch]:
        """Facts not yet heard about times up to *until* (ns)."""
        if until <= self._heard:
            return []
        after, self._heard = self._heard, until
        return self._told(self.recording.facts(after, until))

    def seek(self, t: int) -> list[Batch]:
        """The keyframe at or before *t*, and the facts since."""
        key, batches = self.recording.keyframe(t)
        self._heard = t
        return self._told(batches + self.recording.facts(key, t))

    def _told(self, batches: list[Batch]) -> list[Batch]:
        self.health.heard += len(batches)
        self.health.last_t = min(self._heard, self.recording.end)
        damaged = self.recording.damaged
        self.health.bad["damaged"] = len(damaged)
        self.health.note = damaged[-1].why if damaged else ""
        return batches

    def close(self) -> None:
        self.recording.close()


def open_recorded(path: str, terminal: Terminal, roster: Roster) -> RecordedFeed:
    """The recording at *path*, of *terminal*.  Raises `BadFile`."""
    return RecordedFeed(open_recording(path, terminal=terminal, roster=roster))

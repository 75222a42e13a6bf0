"""What every benchmark returns, and how the rows are written down.  Ratios count; milliseconds are this machine's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True)
class Row:
    """One measurement: *ours* and the *peer*'s, medians in ms of one interleaved run, and what was aimed at."""

    what: str
    ours_ms: float
    peer: str = ""
    peer_ms: float = 0.0
    target: str = ""
    met: bool | None = None

    @property
    def ratio(self) -> str:
        """How the peer's time compares with ours."""
        if not self.peer_ms:
            return ""
        return (
            f"{self.peer_ms / self.ours_ms:.3g} x faster"
            if self.ours_ms < self.peer_ms
            else f"{self.ours_ms / self.peer_ms:.2f} of it"
        )


def interleaved(deeds: dict[str, Callable[[], object]], *, rounds: int) -> dict[str, float]:
    """Median ms of each deed, taken in turn, one untimed round first."""
    times: dict[str, list[float]] = {name: [] for name in deeds}
    for turn in range(rounds + 1):
        for name, deed in deeds.items():
            start = perf_counter()
            deed()
            if turn:
                times[name].append((perf_counter() - start) * 1e3)
    return {name: median(spent) for name, spent in times.items()}


def markdown(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| what | ours, ms | peer | peer, ms | ratio | target | met |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        met = {None: "", True: "yes", False: "**no**"}[row.met]
        peer_ms = f"{row.peer_ms:.3g}" if row.peer_ms else ""
        lines.append(
            f"| {row.what} | {row.ours_ms:.3g} | {row.peer} | {peer_ms} | {row.ratio} | {row.target} | {met} |"
        )
    return "\n".join(lines)

"""Hatch covers: guests once a crane has lifted them, laid on a pile ashore meanwhile."""

from dataclasses import dataclass, field

from twin.simulate.lifts import Cover, QuayCrane
from twin.simulate.stowage import COVER
from twin.simulate.works import Works


@dataclass
class Ashore:
    """Where the hatch covers of a bay are laid down: trolley position, and the pile from below."""

    y: float
    pile: list[tuple[int, Cover]] = field(default_factory=list)


@dataclass
class Hatches:
    """A ship's covers by (40' bay, panel), made guests when they are first lifted; kinds by how many rows they span."""

    works: Works
    ship: str
    known: dict[tuple[int, int], Cover] = field(default_factory=dict)

    def cover(self, k: int, panel: int, rows: int, crane: QuayCrane) -> Cover:
        """The cover of *panel* of 40' bay *k*, for *crane* to lift."""
        if (k, panel) not in self.known:
            kind = cover_kind(rows)
            about = self.works.terminal.kind(kind)
            row = self.works.guest(f"{self.ship} H{4 * k + 2:02d}-{panel + 1}", kind)
            mass = round(about.facts["mass_t"][0] * 1000) if "mass_t" in about.facts else 0
            self.known[k, panel] = Cover(row, crane.crane, COVER, about.width / 2, mass)
            self.works.tracks[row] = self.known[k, panel]
        return self.known[k, panel]

    def forget(self) -> None:
        """She has sailed: nobody asks about her covers any more."""
        for cover in self.known.values():
            self.works.tracks.pop(cover.row, None)


def cover_kind(rows: int) -> str:
    """The kind of machine that stands for a hatch cover over so many rows."""
    return "hatch-cover" if rows >= 5 else f"hatch-cover-{rows}"

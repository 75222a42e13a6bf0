"""The examiner: does a stream of facts obey the laws of a terminal?  It knows the terminal and the facts, no more.

    report = examine(terminal, roster, simulate(...), hz=10)
    assert report.sound, report

or ``python -m tests.examine layouts/small.yaml --scenario replay/scenarios/small-shift.yaml --seconds 600 --hz 10``.
"""

import argparse
from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from tests.examiner.chain import chain
from tests.examiner.hands import jumps, loads
from tests.examiner.heard import Finding, Heard, Stream, heard
from tests.examiner.output import Output, output
from tests.examiner.pace import paces
from tests.examiner.touch import EVERY_S, Contact, contacts, contacts_of, tolerance
from twin.facts import Roster, roster_of
from twin.terminal import Terminal

__all__ = ["Contact", "Finding", "Heard", "Output", "Report", "contacts", "examine", "heard"]


@dataclass(frozen=True)
class Report:
    """What was found, law by law; the counts of boxes; what was done; the fingerprint of every byte."""

    places: tuple[Finding, ...]  # conservation: one place each, described, counted
    chain: tuple[Finding, ...]  # from place to place only as a box can go
    stacks: tuple[Finding, ...]  # nothing floats, the rules of stacking
    hand_overs: tuple[Finding, ...]  # no jumps
    loads: tuple[Finding, ...]  # machines say they are loaded when they are
    paces: tuple[Finding, ...]  # speeds, accelerations, turns, slip, ends of joints
    contacts: tuple[Contact, ...]
    boxes: dict[str, int]  # 'at first', 'entered', 'left', 'gone aboard', 'there'
    output: Output
    digest: str

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All but contacts, law by law."""
        return (*self.places, *self.chain, *self.stacks, *self.hand_overs, *self.loads, *self.paces)

    @property
    def sound(self) -> bool:
        """Whether no law was broken."""
        return not self.findings and not self.contacts

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self, most: int = 8) -> list[str]:
        """In words, at most *most* findings of each sort."""
        boxes = ", ".join(f"{n} {what}" for what, n in self.boxes.items())
        out = [boxes, *self.output.lines(), f"sha256 {self.digest}"]
        counts = Counter(f.law for f in self.findings)
        out.append(f"{sum(counts.values())} findings {dict(counts)}, {len(self.contacts)} contacts")
        sort = sorted(self.findings, key=lambda f: (f.law, f.what.partition(" at ")[0][:24], f.t))
        for _, found in groupby(sort, key=lambda f: (f.law, f.what.partition(" at ")[0][:24])):
            every = list(found)
            out += [str(f) for f in every[:most]]
            out += [f"          … and {len(every) - most} more like these"] if len(every) > most else []
        out += [str(c) for c in sorted(self.contacts, key=lambda c: -c.depth)[: 4 * most]]
        return out


def examine(
    terminal: Terminal,
    roster: Roster,
    stream: Stream,
    *,
    hz: float = 1.0,
    every_s: float = EVERY_S,
    stamp_s: float = 0.0,
) -> Report:
    """Hear *stream* (said *hz* times a second) to its end and hold every law against it.

    *every_s*: seconds between looks for contacts, 0 for none; *stamp_s*: seconds a stamp may be off (see `pace`).
    """
    said = heard(terminal, roster, stream)
    walked = chain(said)
    laws = {law: tuple(f for f in walked.findings if f.law == law) for law in ("places", "chain", "stacks")}
    touching = contacts_of(said, every_s=every_s, deeper=tolerance(hz)) if every_s > 0 else []
    return Report(
        **laws,
        hand_overs=tuple(jumps(said, walked.moves)),
        loads=tuple(loads(walked)),
        paces=tuple(paces(said, stamp_s=stamp_s)),
        contacts=tuple(touching),
        boxes=dict(walked.count),
        output=output(said, walked.moves),
        digest=said.digest,
    )


def main() -> None:
    """Examine a scenario played on a layout, or else a usual day."""
    from twin.layout.reader import read_layout
    from twin.simulate import open_scenario, simulate

    parser = argparse.ArgumentParser()
    parser.add_argument("layout")
    parser.add_argument("--scenario", default="usual")
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--hz", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    terminal = read_layout(asked.layout)
    roster, scenario = roster_of(terminal.machines.name), open_scenario(asked.scenario, terminal)
    stream = simulate(terminal, roster, scenario, seed=asked.seed, hours=asked.seconds / 3600, hz=asked.hz)
    print(examine(terminal, roster, stream, hz=asked.hz))


if __name__ == "__main__":
    main()

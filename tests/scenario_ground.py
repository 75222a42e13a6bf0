"""A terminal to try scenarios on: two berths, three quay cranes, a runway with two RTGs, a crossover pair, a gate."""

from functools import cache

from twin.layout import parse_layout
from twin.terminal import Terminal

LAYOUT = """\
name: ground
quays:
  - {name: Q, from: [0, 0], to: [600, 0]}
  - {name: R, from: [0, 900], to: [-300, 900]}
berths:
  - {name: B1, quay: Q, start: 0, end: 320, depth: 16}
  - {name: B2, quay: Q, start: 320, end: 600, depth: 11}
  - {name: B3, quay: R, start: 0, end: 300}
blocks:
  - {names: A1..A2, kind: rtg, at: [80, 80], step: [0, 36], bays: 20, rows: 6, tiers: 5}
  - {name: C1, kind: armg, at: [400, 160], yaw_deg: 90, row_side: right, bays: 30, rows: 10, tiers: 4, outer_tiers: 5}
rails:
  - {name: quay, kind: sts, from: [5, 3], to: [595, 3], gauge: 35}
  - {names: S1..S2, kind: rtg, block: A1..A2, from: [70, 78.6], to: [220, 78.6], step: [0, 36], gauge: 23.47}
  - {name: inner, kind: armg, block: C1, from: [430, 140], to: [430, 380], gauge: 31}
  - {name: outer, kind: armg, block: C1, from: [434.5, 140], to: [434.5, 380], gauge: 40}
areas:
  - {name: gate, kind: gate, box: [30, 176, 60, 198]}
lanes:
  - {name: out, kind: truck, points: [[280, 160], [45, 166]]}
machines:
  - {names: QC1..QC3, kind: sts, rail: quay, along: 100, spacing: 100}
  - {names: RTG1..RTG2, kind: rtg, rail: S1, along: 40, spacing: 60}
  - {name: RTG3, kind: rtg, rail: S2, along: 40}
  - {name: RC-inner, kind: armg-inner, rail: inner, along: 60}
  - {name: RC-outer, kind: armg-outer, rail: outer, along: 160}
  - {names: TT1..TT4, kind: tractor, at: [40, 49], step: [60, 0]}
"""

GOOD = """\
name: t
terminal: ground
start: 2026-03-01T06:00Z
hours: 6
seed: 7
warm_up: 0:20
fill: 0.5
out_of_service: [TT3..TT4]
standing_every: 5
calls:
  - ship: ONE
    kind: feeder-1000
    berth: B1
    arrival: -0:30
    discharge: 100
    load: 90
    along: 20
    bow: end
    cranes: 2
    port: SEGOT
  - {ship: TWO, kind: feeder-1000, berth: B1, arrival: 1:00, discharge: 40, load: 50, twenties: 0.5, reefers: 0.1}
  - {ship: THREE, kind: feeder-1000, berth: B2, arrival: 2026-03-01T08:00+01:00, discharge: 10, load: 0, fill: 0.6}
gate:
  windows:
    - {start: 0:00, end: 2:00, per_hour: 20}
    - {start: 2:00, end: 5:30, per_hour: 30, slots: 25}
  fetching: 0.4
  verify_s: [20, 40]
faults:
  - {machine: RTG3, at: 1:00, lasts: 0:10}
incidents:
  - {kind: cranes-close, at: 0:30, who: [RTG1, RTG2], amount: 0.8}
  - {kind: boom-down, at: 0:40, who: [QC1, TWO], lasts: 0:05}
  - {kind: silent, at: 1:10, who: [TT1]}
  - {kind: wrong-number, at: 1:20}
messages: {noise: 0.03, jitter: 0.1, loss: 0.01, late_by: 3}
"""


@cache
def ground() -> Terminal:
    return parse_layout(LAYOUT, path="ground.yaml")


def edited(old: str, new: str) -> str:
    """The good scenario with its first *old* turned into *new*."""
    assert old in GOOD
    return GOOD.replace(old, new, 1)

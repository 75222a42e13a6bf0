"""A machine that breaks down stands still, says so, and works again when it is mended."""

from dataclasses import replace

import numpy as np
import pytest

from twin.facts import Events, Poses, Status, roster_of
from twin.layout.reader import read_layout
from twin.samples import sample
from twin.simulate import open_scenario, simulate
from twin.simulate.scenario import Fault
from twin.units import SECOND


@pytest.mark.parametrize("machine", ["RTG1", "QC1", "TT2"])
def test_a_broken_machine_stands_still_until_it_is_mended(machine):
    """Broken from 60 s for 600 s, after the piece of work in hand: from 300 s to 660 s nothing of it moves."""
    terminal = read_layout(sample("layouts", "small.yaml"))
    scenario = replace(open_scenario("small-shift", terminal), faults=(Fault(machine, 60.0, 600.0),), incidents=())
    roster = roster_of(terminal.machines.name)
    said = [batch for _, batches in simulate(terminal, roster, scenario, hours=0.5) for batch in batches]

    row = roster.machines.of(machine)
    poses = [b for b in said if isinstance(b, Poses)]
    t = (np.concatenate([b.t[b.machine == row] for b in poses]) - scenario.start) / SECOND
    status = np.concatenate([b.status[b.machine == row] for b in poses])
    where = np.concatenate([np.column_stack([b.x, b.y, b.joints])[b.machine == row] for b in poses])
    alarms = [w for b in said if isinstance(b, Events) for k, w in zip(b.kind, b.who, strict=True) if k == "alarm"]

    broken = status == Status.FAULT
    assert broken.sum() > 300
    assert np.ptp(where[broken], axis=0).max() < 0.001
    assert not np.any(broken[t > t[broken][0] + 602])
    assert alarms.count(machine) == 2

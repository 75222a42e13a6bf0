"""The scenario with one incident of every kind, on the large terminal: all happen, and nothing else goes wrong."""

import pytest

from tests.examine import examine
from tests.yard_works import layout
from twin.facts import roster_of
from twin.simulate.run import simulate
from twin.simulate.scenario import INCIDENTS
from twin.simulate.scenario_files import open_scenario
from twin.simulate.truth import truth
from twin.units import SECOND

TOUCHING = ("spreader-dragged", "slot-occupied")  # kinds whose truth is that something overlaps


@pytest.mark.slow
def test_the_only_contacts_are_the_planted_ones():
    terminal = layout("altenwerder")
    roster = roster_of(terminal.machines.name)
    scenario = open_scenario("altenwerder-incidents", terminal)
    run = simulate(terminal, roster, scenario)

    report = examine(terminal, roster, run, hz=1.0, every_s=2.0)

    every = {one.kind: one for one in truth(run)}
    assert {kind: every[kind].why for kind in INCIDENTS if not every[kind].planted} == {}
    for contact in report.contacts:
        t = scenario.start + round(contact.at * SECOND)
        meant = [every[kind] for kind in TOUCHING if every[kind].t_from <= t <= every[kind].t_to]
        assert any(one.who[0] in contact.a for one in meant), str(contact)
        assert any(contact.depth == pytest.approx(-one.distance, abs=0.01) for one in meant), str(contact)
    assert {c.a.split(" ")[0] for c in report.contacts} == {every[kind].who[0] for kind in TOUCHING}

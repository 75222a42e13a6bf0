"""Trucks: they come to the gate, are verified, released to a block, served there, checked out, and are gone.

Rules.  A truck brings one box, fetches one, or (a fifth of them) does both, bringing first.  It comes by the public
road, queues in the lane with the fewest before it, and is verified at the booth.  It is released as soon as there is
room for its box and a free way to a free place before the block, who asked first before others; when that takes long it
makes room at the booth and waits in the truck park, if there is a place.  One that has brought a box and cannot go on
to the next block waits there too, or leaves without: nobody waits in a lane before a block for a place at another.  If
there is no room in the yard for its box for an hour and a half, it is turned away.  Names are number plates; a truck
that has left comes back as another visit once it has been away for a while.  The figures are in `visits`.
"""

from functools import partial
from math import inf

from twin.simulate.departures import Departures
from twin.simulate.drivers import Drivers, Lane
from twin.simulate.fleet import Vehicle
from twin.simulate.gate import Way, gateway
from twin.simulate.ground import Ground
from twin.simulate.lines import Pose
from twin.simulate.plates import Stable
from twin.simulate.spots import Spot
from twin.simulate.visits import Trucks
from twin.simulate.works import Works


def install(works: Works) -> None:
    """Have trucks come, if the scenario has any and the layout a gate that leads to the blocks and back."""
    windows, ways, ground = works.scenario.gate.windows, gateway(works.terminal), works.ground
    if not windows or works.yard is None or ground is None:
        return
    if ways is None:
        works.tell(works.env.now, "gate", works.terminal.name, "no trucks: the layout has no lane in and lane out")
        return
    random = works.random("trucks")
    stable = Stable(works, random)
    ins, outs = [_lane(way) for way in ways.ins], [_lane(way) for way in ways.outs]
    drivers = Drivers(works, ground)
    own = ground.of_group("truck")
    parks = [*(v.spot for v in own), *(_spot(pose) for pose in ways.parks)]
    departures = Departures(drivers, outs, [_spot(pose) for pose in ways.exits])
    starts = [_spot(road.start) for road in ways.entries]
    roads = [Lane("", tuple(_spot(pose) for pose in road.places)) for road in ways.entries]
    first = stable.row()
    stable.away.append((-inf, first))
    open_ = reachable(ground, ground.vehicle(first, "truck"), starts, ins, outs)
    if not open_:
        works.tell(
            works.env.now, "gate", works.terminal.name, "no trucks: no way leads from the gate to a block and back"
        )
        return
    works.yard.bar({*range(len(works.terminal.blocks))} - {*open_})
    trucks = Trucks(works, drivers, works.yard, ins, departures, starts, roads, parks, open_, random, stable)
    works.started += [trucks.come, trucks.dispatch]
    works.started += [partial(trucks.wake, v.row) for v in own]


def reachable(ground: Ground, truck: Vehicle, entries: list[Spot], ins: list[Lane], outs: list[Lane]) -> list[int]:
    """Blocks to which ways lead from the entries and a booth, and one out again; *truck* is not there yet."""

    def way(a: Spot, b: Spot) -> bool:
        truck.spot = a
        return ground.seconds(truck, b) < inf

    if not all(any(way(entry, lane.spots[-1]) for lane in ins) for entry in entries):
        return []
    out = []
    for block in range(len(ground.terminal.blocks)):
        docks = ground.spots_at(block, group="truck", land=True, bay=1)[:1]
        if any(way(lane.spots[0], dock) for dock in docks for lane in ins[:1]) and any(
            way(dock, lane.spots[-1]) for dock in docks for lane in outs
        ):
            out.append(block)
    return out


def _lane(way: Way) -> Lane:
    return Lane(way.name, tuple(_spot(pose) for pose in way.places))


def _spot(pose: Pose) -> Spot:
    return Spot("lane", *pose, middle=True)

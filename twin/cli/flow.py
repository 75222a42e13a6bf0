"""Verbs that move facts: record, publish, simulate, import inventory, feed ais."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from twin.cli.ask import Json
from twin.cli.talk import as_json, pairs, progress, say, within
from twin.errors import TwinError

YEAR = 365 * 86_400.0  # seconds
BIND = "tcp://127.0.0.1:7701"  # where twin's own feeds are published unless told otherwise: this machine only


def record(
    *,
    feed: str,
    out: Path,
    layout: Path | None = None,
    seconds: float = 0.0,
    overwrite: bool = False,
    json: Json = False,
) -> None:
    """Record a live feed.

    Parameters
    ----------
    feed
        tcp://HOST:PORT, or any other feed.
    out
        The recording to write (.mcap).
    layout
        The layout the feed is about; a twin's own feed brings it along.
    seconds
        Stop after so long; 0: until Ctrl-C or the end of the feed.
    overwrite
        Replace OUT if it is there.
    """
    from twin.flows import record as run

    within("--seconds", seconds, 0, YEAR, "s")
    with progress(f"recording {feed}") as bar:
        said = run(feed, out, layout=layout, seconds=seconds, overwrite=overwrite, bar=bar, say=say)
    _counts(said, json)


def publish(
    file: Path, *, bind: str = BIND, speed: float = 1.0, seconds: float = 0.0, wait: float = 0.0, json: Json = False
) -> None:
    """Publish a recording as a live feed, on this machine unless told otherwise.

    Parameters
    ----------
    bind
        Where to publish.
    speed
        Recorded seconds per second.
    seconds
        Stop after so long; 0: at the end of the recording.
    wait
        Seconds to wait before the first fact, for listeners to come.
    """
    from twin.flows import publish as run

    within("--seconds", seconds, 0, YEAR, "s")
    within("--wait", wait, 0, YEAR, "s")
    within("--speed", speed, -1e6, 1e6)
    with progress("publishing") as bar:
        said = run(file, bind, speed=speed, seconds=seconds, wait=wait, bar=bar, say=say)
    _counts(said, json)


def simulate(
    layout: Path,
    *,
    scenario: str = "",
    out: Path | None = None,
    bind: Annotated[str, Parameter(help=f"Publish it here while it runs, e.g. {BIND}.")] = "",
    seed: Annotated[
        str, Parameter(help="Another seed than the scenario's: the same seed gives the same recording.")
    ] = "",
    hours: float | None = None,
    hz: float = 1.0,
    speed: float = 1.0,
    overwrite: bool = False,
    json: Json = False,
) -> int:
    """Simulate a terminal at work: record it, publish it, and say how productive it was.

    Parameters
    ----------
    scenario
        What is to happen: a file, a published data set, or a sample's name (replay/scenarios); without it, a usual day.
    out
        Record here (.mcap); planted incidents are written beside it as .truth.json.
    seed
        Another seed than the scenario's: the same seed gives the same recording.
    hours
        Other hours than the scenario's.
    hz
        Reports a second of every machine: 0.1 to 20, dividing 1000 ms.
    speed
        Simulated seconds per second when publishing.
    overwrite
        Replace OUT if it is there.
    """
    from twin.playing import play

    if seed and not (seed.isdecimal() and len(seed) < 10):
        raise TwinError(f"--seed {seed}: write a whole number from 0 to 999999999")
    within("--hz", hz, 0.1, 20)
    within("--speed", speed, 0.01, 1000)
    if hours is not None:
        within("--hours", hours, 0.001, 24 * 31, "h")
    with progress(f"simulating {layout.stem}") as bar:
        played = play(
            layout, scenario=scenario, out=out, bind=bind, seed=int(seed) if seed else None, hours=hours, hz=hz,
            speed=speed, overwrite=overwrite, bar=bar, say=say,
        )  # fmt: skip
    if json:
        as_json(played.numbers)
    else:
        print(played.text)
    if played.stopped:
        say(f"stopped at {played.numbers['to']}; what was simulated until then is kept")
    return 130 if played.stopped else 0


def inventory(
    folder: Path,
    *,
    out: Path,
    name: str = "",
    at: str = "",
    mask: str = "",
    overwrite: bool = False,
    json: Json = False,
) -> None:
    """A layout (OUT, .yaml) and its inventory (.mcap beside it) from a terminal system's exported blocks and slots.

    Parameters
    ----------
    folder
        Holds yard-info-list.json (blocks) and block-locations.json (slots).
    name
        What the terminal is called; without it, as OUT.
    at
        The time the inventory is of, e.g. 2026-03-01T06:00Z.
    mask
        Regular expression of an address, with groups block, bay, row, tier.
    overwrite
        Replace OUT and the recording if they are there.
    """
    from twin.feeds.importing import NO_TIME, import_inventory
    from twin.feeds.inventory import MASK

    report = import_inventory(folder, out, name=name, at=at or NO_TIME, mask=mask or MASK, overwrite=overwrite)
    if json:
        return as_json(report.as_dict())
    print(report.table())
    say(f"wrote {report.layout} and {report.recording}; look at them with: twin view {report.recording}")


def ais(
    file: Path,
    *,
    layout: Path,
    bind: Annotated[str, Parameter(help=f"Publish here, e.g. {BIND}.")] = "",
    out: Path | None = None,
    speed: float = 0.0,
    km: float = 15.0,
    wait: float = 0.0,
    overwrite: bool = False,
    json: Json = False,
) -> None:
    """Decode a file of AIS lines into hulls around a terminal; publish or record them; count every line that cannot
    be used.

    Parameters
    ----------
    layout
        The terminal, with its place on the earth.
    out
        Record here (.mcap).
    speed
        Recorded seconds per second when publishing; 0: as fast as it goes.
    km
        How far from the terminal a ship still counts.
    wait
        Seconds to wait before the first fact, for listeners to come.
    """
    from twin.flows import ais as run

    within("--km", km, 0, 20_000, "km")
    within("--wait", wait, 0, YEAR, "s")
    within("--speed", speed, 0, 1e6)
    with progress(f"reading {file.name}") as bar:
        counts = run(file, layout, bind=bind, out=out, speed=speed, km=km, wait=wait, overwrite=overwrite, bar=bar)
    if json:
        return as_json(counts.as_dict())
    print(counts.text())


def _counts(said: dict[str, object], json: bool) -> None:
    if json:
        return as_json(said)
    pairs(said)

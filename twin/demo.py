"""`twin demo`: the sample terminal and its recording, in a window; without a display a picture and a clip; without a
renderer the answers.
"""

from collections.abc import Callable
from pathlib import Path

from twin.errors import BadFile, NoRenderer
from twin.moment import Moment
from twin.pictures import Share, film, middle, shares
from twin.recording import Recording, open_recording
from twin.samples import sample
from twin.scene.renderer import choose_renderer, prepare
from twin.spatial.clearances import clearances
from twin.spatial.stacks import heights
from twin.units import ns, text_from_time

Say = Callable[[str], None]
FPS, CLIP_SECONDS, CLIP_SPEED = 20, 5, 6.0
CLIP_SIZE, PICTURE_SIZE = (960, 540), (1600, 900)
CLIP_CAMERA = "machine:QC05"  # of the sample: boxes off and on at a large ship, vehicles behind


def run(out: Path, *, live: bool, say: Say, bar: Share | None = None) -> None:
    """Show the sample recording as well as this machine can.  Raises `NoRenderer` after answering, where it cannot
    draw at all.
    """
    recording = open_recording(sample("replay", "altenwerder.mcap"))
    renderer = choose_renderer(window=True)
    if renderer.window:
        return _window(recording, live, say)
    moment = recording.at(middle(recording))
    if not renderer.draws:
        _answers(moment)
        raise NoRenderer(f"no picture was drawn: {renderer.detail}")
    prepare()
    _folder(out)
    _still(moment, out / "overview.png")
    _answers(moment)
    say("there is no display, so that was a picture; a clip follows (Ctrl-C to leave it)")
    _clip(recording, moment.t, out / "demo.mp4", bar)


def _answers(moment: Moment) -> None:
    """What the spatial questions say of *moment*, to stdout."""
    print(f"{moment.terminal.title}, {text_from_time(moment.t, decimals=0)}")
    moored, machines = int(moment.vessels.present.sum()), int(moment.machines.here.sum())
    print(f"{len(moment.containers)} containers, {machines} machines, {moored} vessels")
    yard = [heights(moment, name) for name in moment.terminal.blocks.name]
    if yard:
        top = max(yard, key=lambda block: float(block.metres.max(initial=0.0)))
        count = f"{sum(b.boxes for b in yard)} boxes in {sum(b.stacks for b in yard)} stacks"
        print(f"stack heights: {count}; highest {top.metres.max(initial=0.0):.2f} m in block {top.block}")
    near = clearances(moment, 2.0)
    print(f"clearances: {len(near)} pairs within 2 m" + _nearest(near.who_a, near.who_b, near.metres.tolist()))


def _nearest(who_a: tuple[str, ...], who_b: tuple[str, ...], metres: list[float]) -> str:
    return f"; the nearest {who_a[0]} and {who_b[0]}, {metres[0]:.2f} m" if metres else ""


def _folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise BadFile(out, f"cannot be made a folder ({wrong.strerror}); give another with --out") from None


def _still(moment: Moment, path: Path) -> None:
    from twin.scene.stills import render_still

    render_still(moment.terminal, moment, path, size=PICTURE_SIZE)
    print(f"picture: {path}", flush=True)


def _clip(recording: Recording, start: int, path: Path, bar: Share | None) -> None:
    from twin.scene.stills import render_clip

    step = ns(CLIP_SPEED / FPS)
    times = range(start, min(start + FPS * CLIP_SECONDS * step, recording.end), step)
    render_clip(
        recording.terminal,
        film(recording, times),
        path,
        fps=FPS,
        size=CLIP_SIZE,
        camera=CLIP_CAMERA,
        labels=False,  # they would jump from thing to thing as the camera drifts
        finer=2,
        frames=len(times),
        progress=shares(bar, len(times)),
    )
    print(f"clip: {path}", flush=True)


def _window(recording: Recording, live: bool, say: Say) -> None:
    from twin.viewer import view

    if not live:
        return view(recording.path)
    from twin.flows import published

    with published(recording) as uri:
        say(f"publishing {recording.name} at {uri} and listening to it")
        view(sample("layouts", f"{recording.terminal.name}.yaml"), feed=uri)

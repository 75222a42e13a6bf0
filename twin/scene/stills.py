"""A moment as a picture, moments as a clip, without a window."""

import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from twin.moment import Moment
from twin.scene.cameras import Camera, named_camera
from twin.scene.pictures import CLIPS, KINDS, Picture, check_path, write_clip
from twin.scene.scene import Scene
from twin.terminal import Terminal

DRIFT = 0.10  # of the distance to what is looked at: how far a clip's camera moves in all


def render_still(
    terminal: Terminal,
    moment: Moment,
    path: Path | str,
    camera: Camera | str = "overview",
    size: tuple[int, int] = (1600, 900),
    labels: bool = True,
) -> Path:
    """Write one picture.  Raises `BadFile`, `UnknownName`, `NoRenderer`."""
    check_path(Path(path), KINDS)
    if isinstance(camera, str):
        camera = named_camera(camera, terminal, moment)
    with between_frames() as stop_if_asked:
        scene = Scene(terminal, off_screen=True, size=size)
        scene.labels = labels
        scene.show(moment)
        scene.camera = camera
        scene.still(path)
        stop_if_asked()
    return Path(path)


def render_clip(
    terminal: Terminal,
    moments: Iterable[Moment],
    path: Path | str,
    *,
    fps: float = 25.0,
    size: tuple[int, int] = (1280, 720),
    camera: Camera | str = "quay",
    labels: bool = True,
    drift: float = DRIFT,
    frames: int = 250,
    finer: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Path:
    """Write *moments*, one a frame, as a clip; the camera drifts slowly over *frames*.

    *finer* 2 smooths edges at about three times the time.  Raises `BadFile`, `UnknownName`, `NoRenderer`.
    """
    check_path(Path(path), CLIPS)
    width, height = (max(side // 2 * 2, 2) for side in size)

    def pictures() -> Iterator[Picture]:
        scene: Scene | None = None
        for number, moment in enumerate(moments):
            if scene is None:
                scene = Scene(terminal, off_screen=True, size=(width, height))
                scene.labels = labels
            scene.show(moment)
            scene.camera = drifted(_placed(camera, terminal, moment), drift * number / max(frames, 1))
            yield scene.picture(finer=finer)
            stop_if_asked()

    with between_frames() as stop_if_asked:
        return write_clip(pictures(), Path(path), fps=fps, size=(width, height), progress=progress)


@contextmanager
def between_frames() -> Iterator[Callable[[], None]]:
    """While inside, Ctrl-C is only noted; what this yields raises `KeyboardInterrupt` for it.

    Raised inside a call from VTK it would end the process on the spot.
    """
    asked: list[int] = []

    def stop_if_asked() -> None:
        if asked:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():  # only the main thread is interrupted
        yield stop_if_asked
        return
    before = signal.signal(signal.SIGINT, lambda number, _: asked.append(number))
    try:
        yield stop_if_asked
    finally:
        signal.signal(signal.SIGINT, before)


def _placed(camera: Camera | str, terminal: Terminal, moment: Moment) -> Camera:
    return named_camera(camera, terminal, moment) if isinstance(camera, str) else camera


def drifted(camera: Camera, share: float) -> Camera:
    """*camera* moved sideways by *share* of its distance, still looking at the same point."""
    eye, target = np.array(camera.position), np.array(camera.focal_point)
    side = np.cross(target - eye, camera.up)
    length = float(np.linalg.norm(side))
    offset = side / length * np.linalg.norm(target - eye) * share if length > 0 else np.zeros(3)
    return camera.moved((float(offset[0]), float(offset[1]), float(offset[2])))

"""Pixels -> files: pictures and clips, with sentences for what cannot be written."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from twin.errors import BadFile

Picture = npt.NDArray[np.uint8]
KINDS = (".png", ".jpg", ".jpeg")
CLIPS = (".mp4", ".mkv")
JPEG_QUALITY = 88


def shrunk(fine: Picture, by: int) -> Picture:
    """A picture (h * by, w * by, 3) averaged down to (h, w, 3)."""
    height, width = fine.shape[0] // by, fine.shape[1] // by
    rows = fine[: height * by, : width * by].reshape(height, by, width * by, 3).sum(axis=1, dtype=np.uint16)
    means = rows.reshape(height, width, by, 3).sum(axis=2, dtype=np.uint16) // (by * by)
    return np.asarray(means, np.uint8)


def check_path(path: Path, kinds: tuple[str, ...]) -> Path:
    """*path*, if a file of one of *kinds* can be written there.  Raises `BadFile`."""
    if path.suffix.lower() not in kinds:
        raise BadFile(path, f"{path.suffix or 'no extension'!r} is not a kind this can write; use {' or '.join(kinds)}")
    if not path.parent.is_dir():
        raise BadFile(path, f"there is no folder {path.parent}; make it first")
    if path.is_dir():
        raise BadFile(path, "is a folder; give a file name")
    return path


def write_picture(picture: Picture, path: Path) -> Path:
    """Write *picture* (h, w, 3) to *path*; the kind is told by its extension.  Raises `BadFile`."""
    from vtkmodules.vtkIOImage import vtkJPEGWriter, vtkPNGWriter

    from twin.scene.water import image_of

    check_path(path, KINDS)
    try:
        path.open("ab").close()  # VTK only prints when it cannot write
    except OSError as error:
        raise BadFile(path, f"cannot be written: {error.strerror}") from None
    writer = vtkPNGWriter() if path.suffix.lower() == ".png" else vtkJPEGWriter()
    if path.suffix.lower() != ".png":
        writer.SetQuality(JPEG_QUALITY)
    writer.SetInputData(image_of(picture[::-1]))
    writer.SetFileName(str(path))
    writer.Write()
    return path


def write_clip(
    pictures: Iterable[Picture],
    path: Path,
    *,
    fps: float,
    size: tuple[int, int],
    progress: Callable[[int], None] | None = None,
) -> Path:
    """Write *pictures* of *size* (w, h, both even) as H.264; *progress* hears how many are done.  Raises `BadFile`."""
    import imageio_ffmpeg

    check_path(path, CLIPS)
    draft = path.with_name(f".{path.stem}.part{path.suffix}")  # so that nothing half-written bears the name
    try:
        draft.open("ab").close()
    except OSError as error:
        raise BadFile(path, f"cannot be written: {error.strerror}") from None
    writer = imageio_ffmpeg.write_frames(
        str(draft), size, fps=fps, codec="libx264", pix_fmt_in="rgb24", pix_fmt_out="yuv420p", macro_block_size=2,
        quality=None, output_params=["-preset", "ultrafast", "-crf", "20", "-movflags", "+faststart"],
    )  # fmt: skip
    writer.send(None)
    try:
        for done, picture in enumerate(pictures, 1):
            writer.send(np.ascontiguousarray(picture))
            if progress:
                progress(done)
        writer.close()
        draft.replace(path)
    except OSError as error:
        raise BadFile(path, f"the encoder stopped: {error}") from None
    finally:
        writer.close()
        draft.unlink(missing_ok=True)
    return path

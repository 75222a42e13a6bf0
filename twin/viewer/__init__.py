"""The window.  Imports nothing heavy here: what draws is chosen before VTK and Qt are loaded."""

from pathlib import Path


def view(
    layout_or_recording: Path | str | None = None,
    *,
    feed: str | None = None,
    at: int | str | None = None,
    speed: float = 1.0,
    seconds: float | None = None,
) -> None:
    """Open the window on a layout or a recording and run until it is closed, or for *seconds*.

    *feed* is an address to hear from (tcp://…, sim:), *at* the instant to begin with (ns UTC or text), *speed*
    recorded seconds a second.  Without a file the window offers the samples.  Raises `TwinError` where no window can be
    opened or the file cannot be used; `KeyboardInterrupt` after Ctrl-C has closed it, `SystemExit` after SIGTERM has.
    """
    from twin.errors import NoRenderer
    from twin.opened import open_session
    from twin.scene.renderer import prepare
    from twin.units import text_from_time

    path = None if layout_or_recording is None else Path(layout_or_recording)
    when = text_from_time(at) if isinstance(at, int) else at or ""
    session = None if path is None else open_session(path, feed or "", at=when, speed=speed)
    renderer = prepare(window=True)
    if not renderer.window:
        if session is not None:
            session.close()
        raise NoRenderer(f"no window can be opened: {renderer.detail}; `twin render` draws into a file instead")
    from twin.viewer.ending import ended_between_frames

    with ended_between_frames() as asked:
        from twin.viewer.program import run

        run(session, path, seconds=seconds, asked=asked)

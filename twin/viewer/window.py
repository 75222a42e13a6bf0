"""The window: one session, shown moment after moment, and what every command does."""

# ruff: noqa: N802  (Qt's own names)

from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog

from twin.errors import TwinError
from twin.moment import Moment
from twin.opened import open_session
from twin.session import Session
from twin.spatial import kernels
from twin.units import ns
from twin.viewer.details import known_count
from twin.viewer.lanes import LIVE_WINDOW, Said, at_work
from twin.viewer.player import Player, next_speed
from twin.viewer.reading import Reader
from twin.viewer.stage import Stage
from twin.viewer.words import count, day_text, number

TICK, SLOW, NEAR_TICK, SECOND_MS = 33, 200, 500, 1000  # milliseconds
PANELS = ("left", "right", "bottom")


class Window(Stage):
    """Shows a session; without one, the start page."""

    def __init__(self) -> None:
        super().__init__()
        self.reader = Reader()
        self._shown_slowly: Moment | None = None
        self._frames: list[float] = []
        self._trouble = ""
        self._connect()
        self._timers = [self._every(TICK, self._tick), self._every(SLOW, self._slow_tick),
                        self._every(NEAR_TICK, self._near_tick), self._every(SECOND_MS, self._second_tick)]  # fmt: skip
        self.actions_by_name["labels"].setChecked(True)
        for name in PANELS:
            self.actions_by_name[name].setEnabled(False)
        self.show_cells(False)
        self.show_state()

    def _every(self, milliseconds: int, deed: object) -> QTimer:
        timer = QTimer(self)
        timer.timeout.connect(deed)
        timer.start(milliseconds)
        return timer

    def _connect(self) -> None:
        self.asker.failed.connect(self.tell)
        self.reader.found.connect(self._add_to_lanes)
        self.canvas.drawn.connect(self._frame_drawn)
        self.timeline.sought.connect(self.seek)
        self.transport.pressed.connect(self.press)
        self.transport.typed.connect(self.seek)
        self.transport.paced.connect(self.pace)
        self.transport.refused.connect(self.tell)
        self.transport.whole.clicked.connect(lambda: self.timeline.whole())
        self.start_page.chosen.connect(self.open)
        self.start_page.browsed.connect(self.ask_for_file)

    # -- opening

    def open(self, path: Path | str) -> None:
        """Open another file in the background; where it cannot be used the old picture stays, and a banner says why."""
        path = Path(path)
        self.asker.ask("open", lambda: open_session(path), lambda session: self.watch(session, path))

    def watch(self, session: Session, path: Path | None = None) -> None:
        """Show *session* from now on.  The window owns it."""
        before, self.player = self.player, Player(session)
        if before is not None:
            before.close()
        self.select(None)
        self.centre.setCurrentIndex(1)
        for name in PANELS:
            self.actions_by_name[name].setEnabled(True)
            self.actions_by_name[name].setChecked(True)
        self.show_cells(True)
        self.size_docks()
        self.canvas.open(session.terminal)
        self.look_from("overview", fly=False)
        self.view.banner.hide()
        self._name(session)
        self._open_timeline(path)
        self._show(self.player.moment)
        self.show_state()
        self._slow_tick()

    def _name(self, session: Session) -> None:
        terminal = session.terminal
        self.title.setText(terminal.title or terminal.name)
        span = session.feed.span if session.feed and not session.live else None
        self.context.setText(day_text(span[0]) if span else "" if session.live else "layout only, nothing is heard")
        self.setWindowTitle(f"{terminal.title or terminal.name} – twin")
        site = terminal.site
        self.cells["frame_name"].setText(f"EPSG:{site.epsg}" if site.epsg else "site frame")

    def _open_timeline(self, path: Path | None) -> None:
        assert self.player is not None
        clock, live = self.player.clock, self.player.session.live
        t = self.player.moment.t
        start, end = (clock.start, clock.end) if clock else (t - LIVE_WINDOW, t) if live else (0, 0)
        self.timeline.open(start, end, live=live)
        self.reader.stop()
        if clock and path is not None:
            self.reader.read(path)

    # -- moment after moment

    def _tick(self) -> None:
        self.canvas.tick()
        if self.player is None:
            return
        try:
            changed = self.player.step()
        except TwinError as wrong:
            self.player.stop()
            self.show_state()
            self.tell(str(wrong), "fail")
            return
        if changed:
            self._show(self.player.moment)

    def _show(self, moment: Moment) -> None:
        self.pointing.moment = moment
        self._follow(moment)
        self.canvas.show_moment(moment)
        self.timeline.show_time(moment.t)
        self.transport.show_time(moment.t)

    def _slow_tick(self) -> None:
        """The panels: five times a second are enough for figures that are read."""
        if self.eye_moved and not self.canvas.flying:
            self.eye_moved = False
            self.pointing.refresh()
        if self.player is None or self.player.moment is self._shown_slowly:
            return
        moment = self._shown_slowly = self.player.moment
        if self.selected and self.selected[1] >= known_count(moment, self.selected[0]):
            self.select(None)
        self.inspector.show_thing(moment, self.selected)
        self.scene_panel.show_moment(moment)
        self.pointing.refresh()
        self.show_state()

    def _second_tick(self) -> None:
        if self.player is None:
            return
        self.player.measure()
        self._show_counts()
        self._show_trouble()
        if self.player.session.live:
            self._heard_live()

    def _heard_live(self) -> None:
        assert self.player is not None
        t, lanes = self.player.moment.t, self.timeline.lanes
        lanes["facts"].add(t, self.player.rate_heard)
        lanes["work"].add(t, at_work(self.player.moment))
        lanes["carried"].add(t, len(self.player.moment.riders))
        for lane in lanes.values():
            lane.forget(t - 2 * LIVE_WINDOW)
        self.timeline.stretch(t - LIVE_WINDOW, t)

    def _add_to_lanes(self, said: list[Said]) -> None:
        for t, numbers in said:
            for name, value in numbers.items():
                self.timeline.lanes[name].add(t, value)
        self.timeline.redraw()

    # -- commands

    def press(self, button: str) -> None:
        """What the transport button called *button* does."""
        if self.player is not None:
            self.player.press(button)
            self.show_state()

    def seek(self, t: int) -> None:
        """Show the instant *t* (ns UTC); play or pause stays as it was."""
        if self.player is not None:
            self.player.seek(t)

    def nudge(self, seconds: float) -> None:
        """Go on, or back, by *seconds*."""
        if self.player is not None:
            self.player.nudge(ns(seconds))

    def pace(self, rate: float) -> None:
        """Play at *rate* recorded seconds a second."""
        if self.player is not None:
            self.player.pace(rate)
            self.show_state()

    def change_speed(self, step: int) -> None:
        """The next faster speed, or slower and so backwards."""
        if self.player is not None:
            self.pace(next_speed(self.player.rate, step))

    def find_in_scene(self) -> None:
        """Put the cursor into the search field."""
        self.actions_by_name["left"].setChecked(True)
        self.scene_panel.field.setFocus()
        self.scene_panel.field.selectAll()

    def leave(self) -> None:
        """Leave the innermost thing: the time field, the key list, the flight, following, then the selection."""
        if self.transport.field.hasFocus():
            self.transport.leave()
        elif self.view.keys.isVisible():
            self.view.keys.toggle()
        elif self.canvas.flying:
            self.canvas.land()
        elif self.following:
            self.actions_by_name["follow"].setChecked(False)
        else:
            self.select(None)
        self.canvas.setFocus()

    def show_keys(self) -> None:
        """Show or hide the list of keys."""
        self.view.keys.toggle()

    def ask_for_file(self) -> None:
        """Let the person choose a file to open."""
        chosen, _ = QFileDialog.getOpenFileName(
            self, "Open", "", "Layouts and recordings (*.yaml *.yml *.mcap);;All files (*)"
        )
        if chosen:
            self.open(chosen)

    def ask_for_picture(self) -> None:
        """Let the person choose where to save what the view shows."""
        chosen, _ = QFileDialog.getSaveFileName(self, "Save the picture", "twin.png", "Pictures (*.png *.jpg)")
        if chosen and not self.canvas.grabFramebuffer().save(chosen):
            self.tell(f"{chosen}: the picture cannot be written there.", "fail")

    # -- what is said

    def show_state(self) -> None:
        """The pills and the transport: what is watched, and how."""
        player = self.player
        self.transport.show_state(
            playing=bool(player and player.playing), rate=player.rate if player else 1.0,
            can_seek=bool(player and player.clock), anything=bool(player and player.session.feed),
        )  # fmt: skip
        self.mode.setVisible(player is not None)
        if player is not None:
            mode, state = player.mode, player.state
            self.mode.say(mode.text, mode.tone, shape=mode.shape)
            self.state.say(state.text, state.tone, shape=state.shape)
        else:
            self.state.say("NOTHING OPEN", "unknown")

    def _show_counts(self) -> None:
        if self.player is None:
            return
        moment, cells = self.player.moment, self.cells
        cells["heard"].setText(
            f"{number(self.player.rate_heard, 0)} messages/s" if self.player.session.feed else "no feed"
        )
        cells["doubted"].setText(self.player.doubted)
        self.doubt_rule.setVisible(bool(self.player.doubted))
        machines, vessels = int(moment.machines.here.sum()), int(moment.vessels.present.sum())
        cells["counts"].setText(
            f"{count(len(moment.containers))} containers, {count(machines)} machines, {count(vessels)} vessels"
        )
        mean = sum(self._frames) / len(self._frames) if self._frames else 0.0
        cells["frames"].setText(f"{len(self._frames)} fps, {number(mean, 1)} ms" if self._frames else "at rest")
        self._frames.clear()

    def _show_trouble(self) -> None:
        assert self.player is not None
        text, verdict = self.player.trouble
        if text != self._trouble:
            self._trouble = text
            self.tell(text, verdict) if text else self.view.banner.hide()

    def _frame_drawn(self, milliseconds: float) -> None:
        self._frames.append(milliseconds)
        kernels.warm_up()  # after the first picture: loading numba holds the interpreter

    # -- Qt's own

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.size_docks()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.size_docks()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls()[:1]:
            self.open(url.toLocalFile())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop asking, reading and hearing before the picture goes."""
        for timer in self._timers:
            timer.stop()
        self.reader.stop()
        self.asker.close()
        if self.player is not None:
            self.player.close()
        self.canvas.close()
        super().closeEvent(event)

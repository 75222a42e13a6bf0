"""The window: one session, shown moment after moment, and what every command does."""

# ruff: noqa: N802  (Qt's own names)

from pathlib import Path

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog

from twin.errors import TwinError
from twin.geometry import Floats
from twin.moment import Moment
from twin.opened import open_session
from twin.session import Session
from twin.spatial import kernels
from twin.spatial.clearances import Clearances
from twin.spatial.nearest import Picked
from twin.units import ns
from twin.viewer.asking import Asker
from twin.viewer.details import known_count
from twin.viewer.distances import closest
from twin.viewer.frame import Frame
from twin.viewer.lanes import LIVE_WINDOW, Said, at_work
from twin.viewer.orbit import Eye, looking_at, metres_per_pixel
from twin.viewer.player import Player, next_speed
from twin.viewer.pointing import Pointing
from twin.viewer.reading import Reader
from twin.viewer.sights import sight
from twin.viewer.words import count, day_text, number

TICK, SLOW, NEAR_TICK, SECOND_MS = 33, 200, 500, 1000  # milliseconds
PANELS = ("left", "right", "bottom")
Thing = tuple[str, int]


class Window(Frame):
    """Shows a session; without one, the start page."""

    def __init__(self) -> None:
        self.player: Player | None = None
        self.selected: Thing | None = None
        self.following = False
        super().__init__()
        self.asker, self.reader = Asker(), Reader()
        self.pointing = Pointing(self.canvas, self.asker)
        self._pair: tuple[str, str] | None = None  # whose distance is drawn
        self._anchor: Floats | None = None  # where the followed thing was
        self._shown_slowly: Moment | None = None
        self._near_of: Moment | None = None
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
        self.pointing.said.connect(self._show_pointed)
        self.pointing.clicked.connect(self._clicked)
        self.canvas.moved.connect(self._eye_moved)
        self.canvas.drawn.connect(self._frame_drawn)
        self.scene_panel.selected.connect(lambda kind, row: self.select((kind, row)))
        self.scene_panel.flown_to.connect(lambda kind, row: self.fly_to((kind, row)))
        self.inspector.fly.connect(self.fly_to_selected)
        self.inspector.follow.connect(self.actions_by_name["follow"].setChecked)
        self.timeline.sought.connect(self.seek)
        self.transport.pressed.connect(self.press)
        self.transport.typed.connect(self.seek)
        self.transport.paced.connect(self.pace)
        self.transport.refused.connect(self.tell)
        self.transport.whole.clicked.connect(lambda: self.timeline.whole())
        self.near.chosen.connect(self.show_pair)
        self.near.asked.connect(self._ask_near)
        self.start_page.chosen.connect(self.open)
        self.start_page.browsed.connect(self.ask_for_file)

    # -- opening

    def open(self, path: Path | str) -> None:
        """Open another file in the background; where it cannot be used the old picture stays, and a sentence says why."""
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
            self.press("play")
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

    def _follow(self, moment: Moment) -> None:
        found = sight(moment, *self.selected) if self.following and self.selected else None
        if found is not None and self._anchor is not None and not self.canvas.flying:
            step = found[0] - self._anchor
            if np.any(step):
                eye = self.canvas.eye
                self.canvas.set_eye(Eye(eye.position + step, eye.target + step, eye.angle))
        self._anchor = found[0] if found else None

    def _slow_tick(self) -> None:
        """The panels: five times a second are enough for figures that are read."""
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

    # -- clearances

    def _near_tick(self) -> None:
        if self.player is not None and self.player.moment is not self._near_of and self.asker.idle:
            self._ask_near()

    def _ask_near(self) -> None:
        if self.player is not None:
            moment, kinds = self.player.moment, self.near.kinds
            self._near_of = moment
            self.asker.ask("near", lambda: closest(moment, kinds), self._show_near)

    def _show_near(self, found: Clearances) -> None:
        self.near.show_found(found)
        machines = found.metres[found.kind == 0]
        if len(machines) and found.moment.t:
            self.timeline.lanes["closest"].add(found.moment.t, float(machines[0]))
            self.timeline.redraw()
        self._show_distance()

    def show_pair(self, row: int) -> None:
        """Fly to the pair in *row* of the list and draw the distance between its two."""
        found = self.near.model.found
        if found is None or row >= len(found):
            return
        self._pair = found.who_a[row], found.who_b[row]
        self.select(("machine", int(found.row_a[row])), outline=False)
        middle = (found.p1[row] + found.p2[row]) / 2
        self._show_distance()
        self.canvas.fly(looking_at(self.canvas.eye, middle, 70.0))

    def _show_distance(self) -> None:
        found, scene = self.near.model.found, self.canvas.scene
        if scene is None:
            return
        pairs = list(zip(found.who_a, found.who_b, strict=True)) if found else []
        scene.clear_lines()
        if found is not None and self._pair in pairs:
            row = pairs.index(self._pair)
            text = number(float(found.metres[row]), 2, "m")
            scene.distance_line(found.p1[row], found.p2[row], text)
        self.canvas.draw()

    # -- selecting and looking

    def select(self, thing: Thing | None, *, outline: bool = True) -> None:
        """Select *thing*, a kind and a row; None selects nothing.  Without *outline* the distance drawn stays instead."""
        if outline and self._pair is not None:
            self._pair = None
            self._show_distance()
        self.selected, self._anchor = thing, None
        if thing is None:
            self.actions_by_name["follow"].setChecked(False)
        moment = self.player.moment if self.player else None
        self.inspector.show_thing(moment, thing)
        self.scene_panel.show_selected(thing)
        if self.canvas.scene is not None:
            self.canvas.scene.highlight(*(thing if thing and outline else ("", -1)))
            self.canvas.draw()
        self._show_counts()

    def _clicked(self, picked: Picked | None, twice: bool) -> None:
        thing = (picked.kind, picked.row) if picked and picked.kind != "ground" else None
        self.select(thing)
        if thing and twice:
            self.fly_to(thing)

    def _show_pointed(self, lines: tuple[str, ...]) -> None:
        self.view.pointer.say(*lines)
        self.view.place_cards()

    def fly_to(self, thing: Thing) -> None:
        """Fly to where *thing* fills a good part of the view."""
        found = sight(self.player.moment, *thing) if self.player else None
        if found is None:
            self.tell("It is not known where that is.", "unknown")
            return
        middle, size = found
        eye = self.canvas.eye
        self.canvas.fly(looking_at(eye, middle, 1.3 * size / (2 * np.tan(np.radians(eye.angle) / 2))))

    def fly_to_selected(self) -> None:
        """Fly to what is selected."""
        if self.selected:
            self.fly_to(self.selected)

    def follow_selected(self, on: bool) -> None:
        """Keep the eye beside the selected thing as it moves."""
        self.following = on and self.selected is not None
        self._anchor = None
        self.inspector.follow_button.setChecked(self.following)
        if on and not self.following:
            self.actions_by_name["follow"].setChecked(False)
            self.tell("Nothing is selected to be followed.", "unknown")

    def look_from(self, name: str, *, fly: bool = True) -> None:
        """Go to the saved view *name*; the cab is that of the selected crane, else of the first."""
        if self.canvas.scene is None or self.player is None:
            return
        moment = self.player.moment
        try:
            self.canvas.look_from(f"cab:{self._crane(moment)}" if name == "cab" else name, moment, fly=fly)
        except TwinError as wrong:
            self.tell(str(wrong))
        for other, button in self.preset_buttons.items():
            button.setChecked(other == name)

    def _crane(self, moment: Moment) -> str:
        """The selected machine, else the first quay crane, else the first machine with a cab; '' for none."""
        if self.selected and self.selected[0] == "machine":
            return moment.machines.name[self.selected[1]]
        kinds = moment.terminal.catalogue.kinds
        known = [(row, kinds[kind]) for row, kind in enumerate(moment.machines.kind) if kind in kinds]
        best = sorted(known, key=lambda pair: (pair[1].group != "sts", pair[1].part("cab") < 0))
        return moment.machines.name[best[0][0]] if best else ""

    def _eye_moved(self) -> None:
        self.view.scale.show_scale(metres_per_pixel(self.canvas.eye, self.canvas.height()))
        if not self.canvas.flying:
            for button in self.preset_buttons.values():
                button.setChecked(False)

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

    def find(self) -> None:
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

    def show_labels(self, on: bool) -> None:
        """Show or hide names in the picture."""
        if self.canvas.scene is not None:
            self.canvas.scene.labels = on
            self.canvas.draw()

    def ask_for_file(self) -> None:
        """Let the person choose a file to open."""
        chosen, _ = QFileDialog.getOpenFileName(self, "Open", "", "Layouts and recordings (*.yaml *.yml *.mcap);;All files (*)")
        if chosen:
            self.open(chosen)

    def ask_for_picture(self) -> None:
        """Let the person choose where to save what the view shows."""
        chosen, _ = QFileDialog.getSaveFileName(self, "Save the picture", "twin.png", "Pictures (*.png *.jpg)")
        if chosen and not self.canvas.grabFramebuffer().save(chosen):
            self.tell(f"{chosen}: the picture cannot be written there.", "fail")

    # -- what is said

    def tell(self, text: str, verdict: str = "warn") -> None:
        """Say the sentence *text* in the view, or on the start page; never in a dialog."""
        if self.player is None:
            self.start_page.say(text)
        else:
            self.view.banner.say(text, verdict)

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
        cells["heard"].setText(f"{number(self.player.rate_heard, 0)} messages/s" if self.player.session.feed else "no feed")
        cells["doubted"].setText(self.player.doubted)
        vessels = int(moment.vessels.present.sum())
        cells["counts"].setText(
            f"{count(len(moment.containers))} containers, {count(len(moment.machines))} machines, {count(vessels)} vessels"
        )
        cells["chosen"].setText("1 selected" if self.selected else "nothing selected")
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



"""What is pointed at, selected, followed and measured in the view."""

import numpy as np

from twin.errors import TwinError
from twin.geometry import Floats
from twin.moment import Moment
from twin.spatial.clearances import Clearances
from twin.spatial.nearest import Picked
from twin.viewer.asking import Asker
from twin.viewer.distances import closest
from twin.viewer.frame import Frame
from twin.viewer.orbit import Eye, looking_at, metres_per_pixel
from twin.viewer.player import Player
from twin.viewer.pointing import Pointing
from twin.viewer.sights import sight
from twin.viewer.words import number

Thing = tuple[str, int]


class Stage(Frame):
    """The frame with a view that answers the mouse; `Window` brings it moments."""

    def __init__(self) -> None:
        self.player: Player | None = None
        self.selected: Thing | None = None
        self.following = self.eye_moved = False
        super().__init__()
        self.asker = Asker()
        self.pointing = Pointing(self.canvas, self.asker)
        self._pair: tuple[str, str] | None = None  # whose distance is drawn
        self._anchor: Floats | None = None  # where the followed thing was
        self._near_of: Moment | None = None
        self.pointing.said.connect(self._show_pointed)
        self.pointing.clicked.connect(self._clicked)
        self.canvas.moved.connect(self._eye_moved)
        self.scene_panel.selected.connect(lambda kind, row: self.select((kind, row)))
        self.scene_panel.flown_to.connect(lambda kind, row: self.fly_to((kind, row)))
        self.inspector.fly.connect(self.fly_to_selected)
        self.inspector.follow.connect(self.actions_by_name["follow"].setChecked)
        self.near.chosen.connect(self.show_pair)
        self.near.asked.connect(self._ask_near)

    def tell(self, text: str, verdict: str = "warn") -> None:
        """Say the sentence *text* in the view, or on the start page; never in a dialog."""
        if self.player is None:
            self.start_page.say(text)
        else:
            self.view.banner.say(text, verdict)

    # -- selecting and looking

    def select(self, thing: Thing | None, *, outline: bool = True) -> None:
        """Select *thing*, a kind and a row, or nothing.  Without *outline* the distance drawn stays instead."""
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
        self.cells["chosen"].setText("1 selected" if thing else "nothing selected")

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
        self._mark_preset("")
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

    def _follow(self, moment: Moment) -> None:
        found = sight(moment, *self.selected) if self.following and self.selected else None
        if found is not None and self._anchor is not None and not self.canvas.flying:
            step = found[0] - self._anchor
            if np.any(step):
                eye = self.canvas.eye
                self.canvas.set_eye(Eye(eye.position + step, eye.target + step, eye.angle))
        self._anchor = found[0] if found else None

    def look_from(self, name: str, *, fly: bool = True) -> None:
        """Go to the saved view *name*; the cab is that of the selected crane, else of the first."""
        if self.canvas.scene is None or self.player is None:
            return
        moment = self.player.moment
        try:
            self.canvas.look_from(f"cab:{self._crane(moment)}" if name == "cab" else name, moment, fly=fly)
        except TwinError as wrong:
            self.tell(str(wrong))
        self._mark_preset(name)

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
        self.eye_moved = True
        if not self.canvas.flying:
            self._mark_preset("")

    def _mark_preset(self, name: str) -> None:
        for other, button in self.preset_buttons.items():
            button.setChecked(other == name)

    def show_labels(self, on: bool) -> None:
        """Show or hide names in the picture."""
        if self.canvas.scene is not None:
            self.canvas.scene.labels = on
            self.canvas.draw()

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
        if self._pair is not None:
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
        self._mark_preset("")
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

"""Boxes on the move: those on machines and those that stand somewhere, one mesh made anew each frame."""

import numpy as np

from twin.geometry import Ints
from twin.moment import Moment
from twin.scene import draw
from twin.scene.look import Look
from twin.scene.paint import Paint
from twin.scene.shadows import shadow_actor
from twin.scene.stacks import Boxes
from twin.scene.yard import box_actor, loose_data


class Riders:
    """All loose boxes; a few hundred faces, so the simplest way is the fastest."""

    def __init__(self, stages: draw.Stages, look: Look, paint: Paint, haze: draw.Haze) -> None:
        self.look, self.paint = look, paint
        empty = draw.quad_data(np.zeros((0, 4, 3)), np.zeros((0, 3)))
        self.actor, self.shade = box_actor(look, haze, paint), shadow_actor(empty, look)
        stages.add("standing", self.actor)
        stages.add("shadow", self.shade)

    def show(self, moment: Moment) -> None:
        """Draw the boxes that no stack and no ship holds."""
        boxes = moving_boxes(moment, self.paint)
        for actor in (self.actor, self.shade):
            actor.SetVisibility(len(boxes) > 0)
        if not len(boxes):
            return
        data = loose_data(boxes, self.look, self.paint)
        draw.put(self.actor, data)
        draw.put(self.shade, data)


def moving_boxes(moment: Moment, paint: Paint) -> Boxes:
    """Containers on machines and somewhere, where known."""
    said, loose = moment.containers, moment.containers.loose
    rows: Ints = np.concatenate([moment.riders, loose])
    base = np.concatenate([moment.rider_base, said.base[loose]])
    turn = np.concatenate([moment.rider_yaw, said.turn[loose]])
    known = np.isfinite(base).all(axis=1) & np.isfinite(turn)
    rows, base, turn = rows[known], base[known], turn[known]
    size = np.stack([said.about.length[rows], said.about.width[rows], said.about.height[rows]], axis=1)
    nowhere = np.zeros(len(rows), np.int64)
    return Boxes(base, turn, size, paint.of(said.about)[rows], nowhere, nowhere, nowhere,
                 paint.lines(said.about)[rows])  # fmt: skip

"""Boxes that a quay crane has called for from the yard."""

from collections import deque
from dataclasses import dataclass
from typing import Any

import simpy

from twin.simulate.handover import Order, Process, Stop, Transport

LOADS = 5  # orders out at a time


@dataclass
class Loads:
    """Boxes called for from the yard: some orders out at a time, the vehicles in the order in which they come."""

    env: simpy.Environment
    transport: Transport
    crane: int
    wanted: deque[tuple[int, ...]]
    out: int = 0
    left: int = 0
    coming: Stop | None = None

    def __post_init__(self) -> None:
        self.ready: Any = simpy.Store(self.env)
        self.left = len(self.wanted)

    def call(self) -> None:
        """Order more, as long as there are fewer than `LOADS` out."""
        while self.wanted and self.out + len(self.ready.items) < LOADS:
            order = self.transport.load(self.crane, self.wanted.popleft())
            self.out += 1
            self.env.process(self._wait(order))

    def _wait(self, order: Order) -> Process:
        stop: Stop = yield order.stop
        self.coming = self.coming or stop
        if not stop.ready.processed:
            yield stop.ready
        if self.coming is stop:
            self.coming = None
        self.out -= 1
        yield self.ready.put(stop)

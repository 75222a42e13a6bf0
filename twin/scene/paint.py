"""Which colour a container has: its line's, else its owner code's, a little lighter or darker for each."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np

from twin.geometry import Floats, Ints
from twin.moment import Descriptions
from twin.scene.look import Look
from twin.scene.skins import Skins


class Paint:
    """Colours (n, 3) of 255 of all containers, reckoned again only for those described anew."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self._by_owner = {owner: line.colour for line in look.lines.values() for owner in line.owners}
        lines = list(look.lines.values())
        self._share = np.cumsum([line.weight for line in lines]) if lines else np.ones(1)
        self._any = [line.colour for line in lines] or [(150, 150, 150)]
        self._about: Descriptions | None = None
        self._said: tuple[Sequence[str], Sequence[str]] = ((), ())
        self._rgb, self._line = np.zeros((0, 3)), np.zeros(0, np.int64)
        self.skins = Skins(look)
        self._owner_line = {o: self.skins.number[line.name] for line in look.lines.values() for o in line.owners}

    def of(self, about: Descriptions) -> Floats:
        """(n, 3) colours of the containers *about* describes."""
        if about is not self._about:
            self._repaint(about.name, about.line)
            self._about = about
        return self._rgb

    def lines(self, about: Descriptions) -> Ints:
        """(n,) numbers of the names painted on them, for `Skins.uv`; most boxes bear one."""
        self.of(about)
        return self._line

    def _repaint(self, names: Sequence[str], lines: Sequence[str]) -> None:
        old_names, old_lines = self._said
        rgb = np.empty((len(names), 3))
        kept = min(len(names), len(self._rgb))
        rgb[:kept] = self._rgb[:kept]
        stale = [i for i in range(kept) if names[i] != old_names[i] or lines[i] != old_lines[i]]
        number = np.zeros(len(names), np.int64)
        number[:kept] = self._line[:kept]
        for i in [*stale, *range(kept, len(names))]:
            rgb[i] = self._colour(names[i], lines[i])
            number[i] = self.skins.number.get(lines[i]) or self._owner_line.get(names[i][:4], 0)
        self._rgb, self._line, self._said = rgb, number, (names, lines)

    def _colour(self, name: str, line: str) -> Floats:
        chance = crc32(name.encode())
        known = self.look.lines.get(line)
        colour = known.colour if known else self._by_owner.get(name[:4])
        if colour is None:
            pick = (chance >> 8) % 4096 / 4096 * self._share[-1]
            colour = self._any[int(np.searchsorted(self._share, pick, side="right")) % len(self._any)]
        lighter = 1 + self.look.jitter * ((chance & 255) / 127.5 - 1)
        return np.asarray(np.array(colour) * lighter)

"""assets/looks/*.yaml -> colours and light.  Light is reckoned here once, so that what is lit beforehand and what the
graphics card lights agree: ambient + sun * max(0, n.s) + fill * max(0, n.f).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from twin.geometry import Floats
from twin.samples import sample
from twin.yamlfile import Node, read_yaml

Colour = tuple[int, int, int]
FACES = np.array([[1.0, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]])  # of a box, own frame


@dataclass(frozen=True)
class Line:
    """A shipping line: how its boxes are painted, how often they are seen, and the owner codes on them."""

    name: str
    title: str
    colour: Colour
    weight: float
    owners: tuple[str, ...]


@dataclass(frozen=True)
class Lamp:
    """A light from infinity: unit vector *towards* it, colour in 0..1 times strength."""

    towards: Floats
    colour: Floats


@dataclass(frozen=True)
class Look:
    """Colours as (r, g, b) of 255; *shadow* is what is left of the light in a shadow."""

    title: str
    palette: dict[str, Colour]
    ground: dict[str, Colour]
    water: dict[str, Colour]
    sky: dict[str, Colour]
    topsides: tuple[Colour, ...]
    lines: dict[str, Line]
    sun: Lamp
    fill: Lamp
    ambient: float
    shadow: float
    occlusion: float
    jitter: float
    edge: Colour

    def colour_of(self, name: str) -> Colour:
        """The colour of a palette name or '#rrggbb'; grey for a name the look does not know."""
        return hex_colour(name) if name.startswith("#") else self.palette.get(name, (150, 150, 150))

    def shade(self, normals: Floats) -> Floats:
        """(n, 3) factors of red, green, blue on faces with unit *normals* (n, 3)."""
        sun = np.clip(normals @ self.sun.towards, 0, None)[:, None] * self.sun.colour
        fill = np.clip(normals @ self.fill.towards, 0, None)[:, None] * self.fill.colour
        return np.asarray(self.ambient + sun + fill)

    @property
    def dark(self) -> Floats:
        """(3,) factors on a face that the sun does not reach."""
        return self.ambient + 0.5 * self.fill.colour

    def cast(self, plane: float) -> Floats:
        """4 x 4 matrix that lays every point flat on z = *plane* along the sun's rays."""
        sx, sy, sz = self.sun.towards
        out = np.eye(4)
        out[0, 2], out[1, 2] = -sx / sz, -sy / sz
        out[0, 3], out[1, 3] = sx / sz * plane, sy / sz * plane
        out[2, 2], out[2, 3] = 1e-6, plane  # not quite flat, so that the matrix still has an inverse
        return out


def hex_colour(text: str) -> Colour:
    """'#rrggbb' as (r, g, b)."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def read_look(path: Path | None = None) -> Look:
    """The look in *path*, or the day.  Raises `BadFile`."""
    top = read_yaml(path or sample("assets", "looks", "day.yaml"))
    sun = _lamp(top.child("sun"))
    fill = top.child("fill")
    return Look(
        title=top.text("title", ""),
        palette=_colours(top.child("palette")),
        ground=_colours(top.child("ground")),
        water=_colours(top.child("water")),
        sky=_colours(top.child("sky")),
        topsides=tuple(hex_colour(text) for text in top.texts("topsides")),
        lines={name: _line(name, node) for name, node in top.named("lines").items()},
        sun=sun,
        fill=Lamp(-sun.towards * (1, 1, -1), _strength(fill)),
        ambient=top.number("ambient", low=0, high=1),
        shadow=top.number("shadow", low=0, high=1),
        occlusion=top.number("occlusion", low=0, high=1),
        jitter=top.number("brightness_jitter", low=0, high=0.5),
        edge=_colour(top, "edge"),
    )


def _colour(node: Node, key: str) -> Colour:
    text = node.text(key)
    if len(text) != 7 or not text.startswith("#") or set(text[1:].lower()) - set("0123456789abcdef"):
        node.fail(key, f"{text!r} is not a colour; write '#rrggbb'")
    return hex_colour(text)


def _colours(node: Node) -> dict[str, Colour]:
    return {name: _colour(node, name) for name in node.names}


def _strength(node: Node) -> Floats:
    return np.asarray(np.array(_colour(node, "colour")) / 255 * node.number("strength", low=0, high=2))


def _lamp(node: Node) -> Lamp:
    turn, height = np.radians(node.number("azimuth_deg")), np.radians(node.number("height_deg", low=10, high=90))
    towards = np.array([np.cos(height) * np.cos(turn), np.cos(height) * np.sin(turn), np.sin(height)])
    return Lamp(towards, _strength(node))


def _line(name: str, node: Node) -> Line:
    owners = node.texts("owners", ())
    return Line(name, node.text("title", name), _colour(node, "colour"), node.number("weight", low=0), owners)

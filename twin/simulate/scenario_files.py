"""A scenario file -> Scenario.  Checked once, here; every complaint has file, line, key and what would be right."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from twin.errors import BadFile, TwinError, offer
from twin.layout.entries import value_of
from twin.layout.grammar import Key
from twin.layout.series import BadNames, named, spelled
from twin.samples import sample
from twin.simulate.published import is_published, read_published
from twin.simulate.scenario import Call, Fault, Gate, Imperfections, Incident, Scenario, Window
from twin.simulate.scenario_checks import settled
from twin.simulate.scenario_keys import HEAD, INCIDENT_USUAL, OLDEST, SECTIONS, TOP
from twin.simulate.usual import usual as usual  # said here too: whoever opens scenarios wants the usual one beside
from twin.simulate.wrong import Wrong
from twin.terminal import Terminal
from twin.units import SECOND, time_from_text
from twin.yamlfile import Node, parse_yaml

_MOST_BYTES = 5_000_000  # far beyond any scenario
_TIME = re.compile(r"([+-]?)(\d{1,4}):([0-5]\d)(?::([0-5]\d(?:\.\d{1,3})?))?")
_FORM = "write hours:minutes after the start, e.g. 1:30 or -0:20, or a time with its offset, e.g. 2026-03-01T07:30Z"
_NO_NODES: tuple[Node, ...] = ()


def read_scenario(path: Path | str, terminal: Terminal) -> Scenario:
    """The scenario of the file at *path* for *terminal*.  Raises `BadFile`."""
    return parse_scenario(_text(Path(path)), terminal, path=str(path))


def parse_scenario(text: str, terminal: Terminal, *, path: str = "scenario") -> Scenario:
    """The scenario that *text* describes; *path* is what complaints call it.  Raises `BadFile`."""
    top = parse_yaml(text, path=path)
    if not {"start", "hours", "calls"} & set(top.names):
        raise BadFile(
            path,
            "is not a scenario, which has `start:`, `hours:` and `calls:`; "
            f"this has {', '.join(top.names[:4]) or 'nothing'}",
            line=top.line,
        )
    return _Reader(top, terminal).scenario()


def open_scenario(name: Path | str, terminal: Terminal) -> Scenario:
    """What *name* leads to: a scenario file, published calls (see `published.read_published`), a name of a sample in
    replay/scenarios, or 'usual'.  Raises `BadFile`.
    """
    text = str(name)
    if text == "usual":
        return usual(terminal)
    if Path(text).suffix in (".yaml", ".yml"):
        return read_scenario(_beside_samples(text), terminal)
    if is_published(text):
        return read_published(text, terminal)
    if text in (known := sample_names()):
        return read_scenario(sample("replay", "scenarios", f"{text}.yaml"), terminal)
    raise BadFile(
        text, f"is neither a scenario file (.yaml), nor published calls, nor a sample; {offer('sample', text, known)}"
    )


def sample_names() -> list[str]:
    """Names of the scenarios that come with twin."""
    try:
        return sorted(path.stem for path in sample("replay", "scenarios").glob("*.yaml"))
    except BadFile:
        return []


def _beside_samples(text: str) -> Path:
    """The file; or the sample of that name where there is no such file here."""
    path = Path(text)
    ours = path.name == text and path.stem in sample_names() and not path.exists()
    return sample("replay", "scenarios", text) if ours else path


class _Reader:
    """Reads one file; keeps the nodes, for complaints about what stood there."""

    def __init__(self, top: Node, terminal: Terminal) -> None:
        self.top, self.terminal, self.start = top, terminal, 0
        self.nodes: dict[str, tuple[Node, ...]] = {"": (top,)}

    def scenario(self) -> Scenario:
        top = self.top
        for name in TOP:
            top.has(name)
        top.done()
        head = {key.name: value_of(top, key) for key in HEAD if key.form not in ("span", "names")}
        self._for_this_terminal(head["terminal"])
        self.start = self._start(top, head["start"])
        scenario = Scenario(
            name=head["name"] or Path(top.path).stem, start=self.start, hours=head["hours"], seed=head["seed"],
            fill=head["fill"], standing_every=head["standing_every"], path=top.path,
            out_of_service=self._names("out_of_service"), calls=tuple(self._calls()), gate=self._gate(),
            faults=tuple(self._faults()), incidents=tuple(self._incidents()), imperfections=self._messages(),
        )  # fmt: skip
        if top.has("warm_up"):
            scenario = replace(scenario, warm_up=_span(top, "warm_up", highest=24 * 3600))
        return settled(scenario, self.terminal, self._complain)

    def _complain(self, wrong: Wrong) -> NoReturn:
        nodes = self.nodes.get(wrong.section, _NO_NODES)
        node = nodes[max(wrong.index, 0)] if nodes else self.top
        node.fail(wrong.key, wrong.message)

    def _for_this_terminal(self, name: str | None) -> None:
        if name is not None and name != self.terminal.name:
            self.top.fail(
                "terminal",
                f"is written for {name!r}, but the layout is {self.terminal.name!r}; give the layout it is written "
                "for, or leave the key out",
            )

    def _start(self, top: Node, text: str) -> int:
        try:
            return time_from_text(text)
        except TwinError as wrong:
            top.fail("start", str(wrong))

    def _entries(self, section: str, nodes: tuple[Node, ...]) -> list[dict[str, Any]]:
        """What each of *nodes* says by the section's table of keys, times in seconds."""
        self.nodes[section] = nodes
        for node in nodes:
            for key in SECTIONS[section]:
                node.has(key.name)
            node.done()  # first, so that a misspelt key is named and not the one it was meant to be
        return [{key.name: self._value(node, key) for key in SECTIONS[section]} for node in nodes]

    def _listed(self, section: str) -> Iterator[tuple[dict[str, Any], Node]]:
        """The entries of a list."""
        nodes = self.top.children(section)
        yield from zip(self._entries(section, nodes), nodes, strict=True)

    def _value(self, node: Node, key: Key) -> Any:
        match key.form:
            case "time":
                return self._time(node, key.name)
            case "span":
                return _span(node, key.name) if key.name in node.names and node.has(key.name) else _needed(node, key)
            case "pair":  # numbers as they are, not the exact ones of coordinates
                return node.numbers(key.name, 2) if node.has(key.name) else key.default
            case _:
                return value_of(node, key)

    def _time(self, node: Node, key: str) -> float:
        """Seconds from the start."""
        text = node.text(key)
        if found := _TIME.fullmatch(text.strip()):
            return _seconds(found)
        try:
            return (time_from_text(text) - self.start) / SECOND
        except TwinError as wrong:
            said = str(wrong) if "T" in text or text.count("-") == 2 else f"{text!r} is not a time; {_FORM}"
            node.fail(key, said)

    def _names(self, key: str) -> tuple[str, ...]:
        """Names, and series of names, written out."""
        if not self.top.has(key):
            return ()
        texts = self.top.texts(key) if self.top.is_list(key) else (self.top.text(key),)
        try:
            names = [name for text in texts for name in spelled(text)]
        except BadNames as wrong:
            self.top.fail(key, str(wrong))
        for name, times in Counter(names).items():
            if times > 1:
                self.top.fail(key, f"{name!r} is here twice")
        return tuple(names)

    def _calls(self) -> Iterator[Call]:
        for said, node in self._listed("calls"):
            try:
                named(said["ship"])
            except BadNames as wrong:
                node.fail("ship", str(wrong))
            if said["arrival"] < -OLDEST * 3600:
                node.fail("arrival", f"{node.text('arrival')} is more than {OLDEST:g} hours before the start")
            yield Call(**said, line=node.line)

    def _gate(self) -> Gate:
        if not self.top.has("gate"):
            return Gate()
        node = self.top.child("gate")
        node.has("windows")
        [said] = self._entries("gate", (node,))
        low, high = said["verify_s"]
        if not 0 <= low <= high <= 3600:
            node.fail("verify_s", f"[{low:g}, {high:g}] does not go from fewer to more seconds within 0 to 3600")
        nodes = node.children("windows")
        told = self._entries("gate.windows", nodes)
        return Gate(tuple(Window(**one, line=at.line) for one, at in zip(told, nodes, strict=True)), **said)

    def _faults(self) -> Iterator[Fault]:
        for said, node in self._listed("faults"):
            yield Fault(**said, line=node.line)

    def _incidents(self) -> Iterator[Incident]:
        for said, node in self._listed("incidents"):
            said |= {key: value for key, value in INCIDENT_USUAL.items() if said[key] is None}
            yield Incident(**said, line=node.line)

    def _messages(self) -> Imperfections:
        if not self.top.has("messages"):
            return Imperfections()
        return Imperfections(**self._entries("messages", (self.top.child("messages"),))[0])


def _needed(node: Node, key: Key) -> Any:
    """The default of *key*, or the complaint that it is missing."""
    return node.text(key.name) if key.default is not None else None


def _span(node: Node, key: str, highest: float = 744 * 3600.0) -> float:
    """Seconds that something lasts."""
    text = node.text(key)
    found = _TIME.fullmatch(text.strip())
    if not found:
        node.fail(key, f"{text!r} is not how long something lasts; write hours:minutes[:seconds], e.g. 0:20")
    if found[1] == "-" or not (found[1] == "" and (_seconds(found) > 0 or key == "warm_up")):
        node.fail(key, f"{text} must be more than 0:00, without a sign")
    if _seconds(found) > highest:
        node.fail(key, f"{text} is more than {highest / 3600:g}:00")
    return _seconds(found)


def _seconds(found: re.Match[str]) -> float:
    sign, hours, minutes, seconds = found.groups()
    return (-1 if sign == "-" else 1) * (int(hours) * 3600 + int(minutes) * 60 + float(seconds or 0))


def _text(path: Path) -> str:
    try:
        if (size := path.stat().st_size) > _MOST_BYTES:
            raise BadFile(path, f"has {size:,} bytes; a scenario has {_MOST_BYTES:,} at most")
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        raise BadFile(path, "there is no such file") from None
    except IsADirectoryError:
        raise BadFile(path, "is a folder; give a scenario file (.yaml)") from None
    except UnicodeDecodeError as wrong:
        raise BadFile(path, f"is not text (byte {wrong.start} is not UTF-8); a scenario is a YAML file") from None
    except (OSError, ValueError) as wrong:
        raise BadFile(path, f"cannot be read: {getattr(wrong, 'strerror', None) or wrong}") from None

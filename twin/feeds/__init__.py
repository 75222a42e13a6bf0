"""Where facts come from: `open_feed` knows which module listens to which kind of address."""

from importlib import import_module
from pathlib import Path

from twin.errors import NoFeed, offer
from twin.facts import Roster
from twin.feeds.feed import Feed, Health
from twin.terminal import Terminal

__all__ = ["FEEDS", "Feed", "Health", "open_feed"]

FEEDS = {
    "tcp": ("twin.feeds.zmq_feed", "open_zmq", True),
    "ipc": ("twin.feeds.zmq_feed", "open_zmq", True),
    "ais": ("twin.feeds.ais", "AisFeed", False),
    "sim": ("twin.feeds.simulated", "open_simulated", False),
    "recording": ("twin.feeds.recorded", "open_recorded", False),
}  # scheme -> module, what opens it, and whether it is given the whole address or what follows the colon
EXAMPLES = "tcp://127.0.0.1:7701, ais:FILE, sim: or a recording's path"


def open_feed(uri: str, terminal: Terminal, roster: Roster) -> Feed:
    """The feed at *uri*, about *terminal*, its names in *roster*.  Raises `NoFeed`, `BadFile`."""
    scheme, colon, rest = uri.partition(":")
    if Path(uri).suffix == ".mcap" or (not colon and Path(uri).exists()):
        scheme, rest = "recording", uri
    if scheme not in FEEDS or not (rest or scheme == "sim") or not (colon or scheme == "recording"):
        raise NoFeed(f"{uri!r} is no feed; write {EXAMPLES}. {offer('kind of feed', scheme, list(FEEDS))}")
    module, opener, whole = FEEDS[scheme]
    feed: Feed = getattr(import_module(module), opener)(uri if whole else rest, terminal, roster)
    return feed

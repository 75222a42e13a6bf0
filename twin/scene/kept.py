"""Answers kept between starts, in the user's cache, until something they depend on changes."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypeVar

import msgspec

Answer = TypeVar("Answer")


def home(environ: Mapping[str, str]) -> Path | None:
    """The folder of kept answers; None for a person without a home, who is asked every time."""
    if cache := environ.get("XDG_CACHE_HOME"):
        return Path(cache) / "twin"
    return Path(environ["HOME"]) / ".cache" / "twin" if environ.get("HOME") else None


def key(facts: Iterable[str], packages: Iterable[str], paths: Iterable[Path]) -> str:
    """A short name that changes with any of *facts*, the versions of *packages*, and the mtimes of *paths*."""
    stood = sorted(f"{path} {_changed(path)}" for path in set(paths))
    text = "\n".join([*facts, *(f"{name} {_version(name)}" for name in packages), *stood])
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:16]


def read(path: Path, kind: type[Answer]) -> Answer | None:
    """The answer kept at *path*; None when there is none, or none that can be understood."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError):
        return None


def write(path: Path, answer: object) -> bool:
    """Keep *answer*, whole or not at all; False where nothing can be kept."""
    draft = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(msgspec.json.encode(answer))
        draft.replace(path)
    except OSError:
        return False
    return True


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not here"

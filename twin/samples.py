"""Where the sample data is: beside the package in a checkout, inside it in a wheel."""

from pathlib import Path

from twin.errors import BadFile

PACKAGE = Path(__file__).resolve().parent
ROOMS = ("assets", "layouts", "replay")


def sample(*parts: str) -> Path:
    """The path of a sample file or folder, e.g. ``sample("layouts", "altenwerder.yaml")``.

    A checkout wins over the copy in the wheel.  Raises `BadFile` when there is neither.
    """
    for home in (PACKAGE.parent, PACKAGE / "_data") if parts and parts[0] in ROOMS else ():
        if _is_ours(home) and (path := home.joinpath(*parts)).exists():
            return path
    raise BadFile("/".join(parts), f"is not among the sample data; {_have(parts)}")


def _is_ours(home: Path) -> bool:
    """Whether *home* is the wheel's data or our checkout: site-packages may hold somebody else's `assets`."""
    return home.parent == PACKAGE or (home / "pyproject.toml").is_file()


def _have(parts: tuple[str, ...]) -> str:
    if not parts or parts[0] not in ROOMS:
        return f"it starts with one of {', '.join(ROOMS)}"
    room = next((home / parts[0] for home in (PACKAGE.parent, PACKAGE / "_data") if (home / parts[0]).is_dir()), None)
    if room is None:
        return f"this installation has no {parts[0]} at all: install twin from its wheel or from a checkout"
    names = sorted(str(path.relative_to(room)) for path in room.rglob("*") if path.is_file())
    return f"{parts[0]} holds {', '.join(names[:12]) or 'nothing'}" + (" …" if len(names) > 12 else "")

"""A layout file -> Terminal.  Checked once, here; every complaint has file, line, key and what would be right."""

from pathlib import Path

from twin.catalogue import Catalogue
from twin.errors import BadFile
from twin.layout.build import parts
from twin.layout.entries import entries, value_of
from twin.layout.frame import frame_and_site
from twin.layout.grammar import HEAD, SECTIONS
from twin.layout.notes import remarks
from twin.terminal import Terminal
from twin.yamlfile import Node, parse_yaml

_MOST_BYTES = 50_000_000  # far beyond any layout, and looked at before a byte is read


def read_layout(path: Path | str, catalogue: Catalogue | None = None) -> Terminal:
    """The terminal that the file at *path* describes, its machines of *catalogue* (else the one shipped).

    Raises `BadFile`.
    """
    return parse_layout(_text(Path(path)), path=str(path), catalogue=catalogue)


def parse_layout(text: str, *, path: str = "layout", catalogue: Catalogue | None = None) -> Terminal:
    """The terminal that layout *text* describes; *path* is what complaints call it.  Raises `BadFile`."""
    top = parse_yaml(text, path=path)
    _looks_like_one(top)
    head = {key.name: value_of(top, key) for key in HEAD}
    found = {section: entries(top, section, keys) for section, keys in SECTIONS.items()}
    frame, site, notes = frame_and_site(top, found)
    top.done()
    if catalogue is None:
        from twin.catalogue_files import sample_catalogue

        catalogue = sample_catalogue()
    built = parts(found, frame, catalogue)
    return Terminal(
        name=head["name"], title=head["title"] or head["name"], site=site, catalogue=catalogue, text=text, path=path,
        notes=(*notes, *remarks(catalogue, **built)), sources=tuple(head["sources"]), **built,
    )  # fmt: skip


def _looks_like_one(top: Node) -> None:
    if not any(section in top.names for section in SECTIONS):
        raise BadFile(
            top.path,
            f"is not a layout, which has at least one of {', '.join(SECTIONS)}; "
            f"this has {', '.join(top.names[:4]) or 'nothing'}",
            line=top.line,
        )


def _text(path: Path) -> str:
    try:
        if (size := path.stat().st_size) > _MOST_BYTES:
            raise BadFile(path, f"has {size:,} bytes; a layout has {_MOST_BYTES:,} at most")
        # A checkout with Windows line ends is the same layout: recordings know it by a hash of this text.
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        raise BadFile(path, f"there is no such file; {_beside(path)}") from None
    except IsADirectoryError:
        raise BadFile(path, "is a folder; give a layout file (.yaml)") from None
    except UnicodeDecodeError as wrong:
        raise BadFile(path, f"is not text (byte {wrong.start} is not UTF-8); a layout is a YAML file") from None
    except (OSError, ValueError) as wrong:
        raise BadFile(path, f"cannot be read: {getattr(wrong, 'strerror', None) or wrong}") from None


def _beside(path: Path) -> str:
    """What layouts stand in the same folder."""
    try:
        names = sorted(other.name for other in path.parent.glob("*.yaml"))
    except OSError:
        names = []
    return f"its folder has {', '.join(names[:8])}" if names else "its folder has no layout either"

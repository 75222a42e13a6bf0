"""Layout text out: what importers write, one entry a line, for people to go on with."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

Section = Sequence[Mapping[str, Any]]


def layout_text(head: Mapping[str, Any], sections: Mapping[str, Section], *, comments: Sequence[str] = ()) -> str:
    """A layout file: *comments* first, then *head* (name, title, sources, site), then the sections."""
    lines = [f"# {comment}".rstrip() for comment in comments]
    for key, value in head.items():
        if isinstance(value, Mapping):
            lines += [f"{key}:", *(f"  {inner}: {flow(said)}" for inner, said in value.items())]
        elif isinstance(value, (list, tuple)):
            lines += [f"{key}:", *(f"  - {flow(said)}" for said in value)]
        else:
            lines.append(f"{key}: {flow(value)}")
    for section, entries in sections.items():
        lines += ["", f"{section}:", *(f"  - {flow(entry)}" for entry in entries)]
    return "\n".join(lines) + "\n"


def flow(value: Any) -> str:
    """*value* as YAML on one line; numbers to the millimetre, texts quoted where they are not plain words."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(said)}" for key, said in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(flow(said) for said in value) + "]"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".").replace("-0", "0") if abs(value) < 5e-4 else _plain(value)
    return _text(value) if isinstance(value, str) else str(value)


def _plain(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _text(value: str) -> str:
    """JSON's quotes are YAML's; a plain word needs none."""
    return value if value.isascii() and value.isidentifier() else json.dumps(value, ensure_ascii=False)

"""Where the real inputs are: `REAL`, or None where this machine has none; such tests skip, saying so."""

import os
from pathlib import Path

import pytest

_FOLDER = Path(os.environ.get("TWIN_REAL", Path(__file__).resolve().parents[2] / "shared" / "real"))
REAL: Path | None = _FOLDER if _FOLDER.is_dir() else None

needs_real = pytest.mark.skipif(REAL is None, reason="no real inputs here: set TWIN_REAL to their folder")


def real(*parts: str) -> Path:
    """A real input; skips the test where it is absent."""
    if REAL is None or not (found := REAL.joinpath(*parts)).exists():
        pytest.skip(f"no real input {'/'.join(parts)} here: set TWIN_REAL to the folder that has it")
    return found

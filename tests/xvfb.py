"""A display for tests that open a window, on a machine that has none."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def xvfb(size: str = "1280x800x24") -> Iterator[str]:
    """The name of a fresh X display, e.g. ``:99``; skips the test where Xvfb is not installed."""
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not here (Debian: apt-get install xvfb)")
    ears, mouth = os.pipe()  # Xvfb picks a free number and says it when it can be connected to
    with subprocess.Popen(
        ["Xvfb", "-displayfd", str(mouth), "-screen", "0", size, "-nolisten", "tcp"],
        pass_fds=[mouth],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        os.close(mouth)
        try:
            with os.fdopen(ears) as said:
                number = said.readline().strip()
            assert number, "Xvfb did not start"
            yield f":{number}"
        finally:
            server.terminate()

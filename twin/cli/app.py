"""The table of verbs, and how they end: 0 clean, 2 could not run, 130 cancelled.  An error is a sentence, never a
traceback.
"""

import errno
import logging
import os
import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from twin import __version__
from twin.cli import ask, flow, show
from twin.errors import TwinError

EPILOGUE = (
    "Start with `twin demo`.  Every verb that answers takes --json.  Errors are sentences on stderr, exit code 2."
)

app = App(
    name="twin",
    version=__version__,
    help="A digital twin of a container terminal.",
    help_epilogue=EPILOGUE,
    suppress_keyboard_interrupt=False,
)
app.command(show.demo)
app.command(show.view)
app.command(show.render)
app.command(ask.info)
app.command(ask.doctor)
app.command(flow.record)
app.command(flow.publish)
app.command(flow.simulate)

query = App(name="query", help="Ask a layout or a recording: heights, clearance, find.")
query.command(ask.heights)
query.command(ask.clearance)
query.command(ask.find)
app.command(query)

importing = App(name="import", help="Make a layout and facts from other people's files.")
importing.command(flow.inventory)
app.command(importing)

feeding = App(name="feed", help="Turn a source of other people's messages into a live feed or a recording.")
feeding.command(flow.ais)
app.command(feeding)


def main(words: Sequence[str] | None = None) -> None:
    """Run `twin` with *words* (the command line's when None) and exit with its code."""
    if sys.stdout is None:  # closed by the caller: there is nobody to answer, which is no reason to stop
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    logging.basicConfig(format="twin: %(message)s", level=logging.WARNING, stream=sys.stderr)
    sys.exit(run(sys.argv[1:] if words is None else words))


def run(words: Sequence[str]) -> int:
    """Run `twin` with *words*; the exit code."""
    try:
        code = app(list(words), exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except TwinError as wrong:
        return _said(str(wrong))
    except CycloptsError as wrong:
        return _said(f"{wrong}\ntwin --help lists the verbs; twin VERB --help says what one takes")
    except KeyboardInterrupt:
        _said("stopped")
        return 130
    except BrokenPipeError:  # the reader of our output (head, less) has gone: nothing is wrong
        _to_nowhere()
        return 0
    except OSError as wrong:
        if wrong.filename is not None or wrong.errno != errno.ENOSPC:
            raise
        _to_nowhere()
        return _said(f"the answer cannot be written: {wrong.strerror}")


def _to_nowhere() -> None:
    """Let what is still to be written go, so that the interpreter's own flush at the end cannot fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _said(sentence: str) -> int:
    print(f"twin: {sentence}", file=sys.stderr)
    return 2

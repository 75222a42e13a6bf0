"""Every verb is one call to something a script can call too.  Results go to stdout, talk to stderr."""

from twin.cli.app import main

__all__ = ["main"]

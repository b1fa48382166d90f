"""The command line: options, printing, exit codes."""

from itssrules.cli.main import main

__all__ = ["main"]

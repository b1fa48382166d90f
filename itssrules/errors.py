"""Exceptions: each says where, what is wrong, and what to do next."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

_STOPPED = threading.Event()


@contextmanager
def stoppable() -> Iterator[None]:
    """Note it for `check_stopped` where the user asks to stop (Ctrl-C) within the block.

    Engines and readers hide a KeyboardInterrupt that comes while they work in errors of their own,
    or lose it. Only for the main thread.
    """

    def note(number: int, frame: Any) -> None:
        _STOPPED.set()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        _STOPPED.clear()


def stopped() -> bool:
    """True once the user has asked to stop: whatever fails from then on is no fault of its own."""
    return _STOPPED.is_set()


def check_stopped() -> None:
    """Raise KeyboardInterrupt where the user has asked to stop."""
    if stopped():
        raise KeyboardInterrupt


class ItssError(Exception):
    """A fault that the user can mend.

    `place` names the file (with line) or option, `problem` what is wrong there, `hint` the next
    step. The command line prints the three as a sentence and exits with `exit_code`.
    """

    exit_code = 2

    def __init__(self, problem: str, *, place: str = "", hint: str = "") -> None:
        super().__init__(problem)
        self.place, self.problem, self.hint = place, problem, hint

    def __str__(self) -> str:
        text = f"{self.place}: {self.problem}" if self.place else self.problem
        return f"{text}\n  next: {self.hint}" if self.hint else text


class UsageError(ItssError):
    """An option, name or file on the command line cannot be used."""


class ConfigError(ItssError):
    """itssrules.toml holds something that cannot be used."""


class PluginError(ItssError):
    """A plugin cannot be loaded; the run stops, since fewer rules than asked would mislead."""


class FormatError(ItssError):
    """A plugin's format failed; the other results are written."""

    exit_code = 3


class CatalogueError(ItssError):
    """Rule files, cases or checkpoints are faulty. `problems` holds every fault found."""

    def __init__(self, problems: Sequence[ItssError]) -> None:
        self.problems = tuple(problems)
        many = len(self.problems)
        super().__init__(f"{many} problem{'s' if many > 1 else ''} in rule files; nothing was run")

    def __str__(self) -> str:
        return "\n".join([*(str(p) for p in self.problems), self.problem])


class ConnectorError(ItssError):
    """A connector file is faulty."""


class IntakeError(ItssError):
    """An export could not be read."""

    exit_code = 3


class RuleError(ItssError):
    """A rule failed while it ran; the others go on."""

    exit_code = 3


def not_utf8(path: object, fault: UnicodeDecodeError) -> dict[str, str]:
    """Problem, place and hint of an error about a file that is no UTF-8."""
    line = fault.object.count(b"\n", 0, fault.start) + 1
    return {
        "problem": "is not saved as UTF-8",
        "place": f"{path}:{line}",
        "hint": "save it again as UTF-8: in Notepad with File > Save As, Encoding UTF-8"
        " (文件 > 另存为，编码选 UTF-8), in Excel with the file type CSV UTF-8 (CSV UTF-8（逗号分隔）)",
    }


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A hint that names the closest known words, or all of them when few, or nothing."""
    from difflib import get_close_matches

    close = get_close_matches(word, list(known), n=3, cutoff=0.6)
    if close:
        return f"did you mean {' or '.join(close)}?"
    return f"known: {', '.join(sorted(known))}" if 0 < len(known) <= 12 else ""

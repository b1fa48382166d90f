"""Output files, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from itssrules.errors import UsageError

HINT = "name another folder with --out, or close the program that holds the file"


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Put what `write` writes at `path` in one step; a failure leaves an older file as it was."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as e:
        raise _unwritable(path, e) from e
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def ready(out: Path, files: Sequence[str] = ()) -> None:
    """Make the folder `out`, prove that `files` can be written there, clear what a kill left."""
    probe = out / f".itssrules.{os.getpid()}.tmp"
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in files:
            if (out / name).is_dir():
                raise UsageError(
                    "a folder stands where a result file is to be written",
                    place=str(out / name), hint="name another folder with --out, or move it away",
                )  # fmt: skip
        _clear(out)
        probe.write_bytes(b"")
    except OSError as e:
        raise _unwritable(out, e) from e
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)


def _clear(out: Path) -> None:
    """Remove temporary files whose writer is gone."""
    for left in out.glob(".*.tmp"):
        writer = left.name.rsplit(".", 2)[-2]
        if not (writer.isdigit() and _alive(int(writer))):
            with suppress(OSError):
                left.unlink()


def _alive(process: int) -> bool:
    if os.name == "nt":
        return False  # Windows itself keeps an open file from being removed
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _unwritable(path: Path, e: OSError) -> UsageError:
    if isinstance(e, FileExistsError | NotADirectoryError):
        return UsageError(
            "a file stands where a folder is needed",
            place=str(path),
            hint="name another folder with --out, or move the file away",
        )
    return UsageError(f"cannot be written: {e.strerror or e}", place=str(path), hint=HINT)

"""Output files, written whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from itssrules.errors import UsageError

HINT = "name another folder with --out, or close the program that holds the file"


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Put what `write` writes at `path` in one step; a failure leaves an older file as it was."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
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


def ready(out: Path) -> None:
    """Make the folder `out` and prove that files can be written there."""
    probe = out / f".itssrules.{secrets.token_hex(4)}.tmp"
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
    except OSError as e:
        raise _unwritable(out, e) from e
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)


def _unwritable(path: Path, e: OSError) -> UsageError:
    if isinstance(e, FileExistsError | NotADirectoryError):
        return UsageError(
            "a file stands where a folder is needed",
            place=str(path),
            hint="name another folder with --out, or move the file away",
        )
    return UsageError(f"cannot be written: {e.strerror or e}", place=str(path), hint=HINT)

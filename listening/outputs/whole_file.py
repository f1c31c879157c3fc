"""Puts a file in its place whole or not at all, so that nobody ever opens half a report."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from listening.errors import InputError


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a temporary file beside `path` that becomes `path` when the block ends well, and vanishes otherwise.

    Raises InputError naming the path where the folder is missing, full or closed to us.
    """
    draft = path.parent / f".listening-{secrets.token_hex(6)}.part"
    try:
        with draft.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        mend = "name a file in a folder that exists, has room and that you may write to"
        raise InputError(f"{path} cannot be written: {error.strerror or error}", mend) from error
    finally:
        draft.unlink(missing_ok=True)

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Outputs that are whole or absent: write beside the target, then rename."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from lumiverb.errors import AudioFileError, Error


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str], error_type: type[Error] = AudioFileError) -> Iterator[Path]:
    """Give a temporary path in the target's folder; it takes the target's place when the block ends well, else it is removed.

    Raises
    ------
    error_type
        When the folder is missing or not writable, or the disk is full.
    """
    target = Path(path)
    if target.is_dir():
        raise error_type(f"{target}: is a folder, not a file to write")
    if not target.parent.is_dir():
        raise error_type(f"{target}: the folder {target.parent} does not exist")
    temporary: Path | None = None
    try:
        # The ending stays the last part of the name: libraries choose the format by it.
        handle, name = tempfile.mkstemp(prefix=f".{target.stem[:64]}.", suffix=target.suffix, dir=target.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        _flush_to_disk(temporary)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)
        temporary = None
    except OSError as error:
        raise error_type(f"{target}: {_reason(error)}; nothing was written") from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()


def write_bytes(path: str | os.PathLike[str], data: bytes, error_type: type[Error] = AudioFileError) -> None:
    """Write a whole file, or nothing."""
    with replacing(path, error_type) as temporary:
        temporary.write_bytes(data)


def _flush_to_disk(path: Path) -> None:
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _reason(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full"
    if error.errno == errno.EFBIG:
        return "the file grew beyond the allowed size"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "no permission to write there"
    return (error.strerror or str(error)).lower()

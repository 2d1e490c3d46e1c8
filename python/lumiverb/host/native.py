# SPDX-License-Identifier: AGPL-3.0-or-later
"""The native module made comfortable: one place that imports it and turns its errors into Lumiverb's."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from types import ModuleType

from lumiverb.errors import Error, ModelError, RoomError


def native() -> ModuleType:
    """Return ``lumiverb._native``, or raise a clear :class:`lumiverb.Error` when it is not built."""
    try:
        return importlib.import_module("lumiverb._native")
    except ImportError as error:
        raise Error(
            f"the native module lumiverb._native cannot be loaded ({error}): install with 'pip install .' or build with 'make'"
        ) from error


@contextlib.contextmanager
def translated(error_type: type[Error] = RoomError, prefix: str = "") -> Iterator[None]:
    """Turn ``ValueError`` from the core into `error_type` and the core's ``ModelError`` into ours."""
    native_model_error = getattr(native(), "ModelError", ())
    try:
        yield
    except Error:
        raise
    except native_model_error as error:
        raise ModelError(f"{prefix}{error}") from error
    except ValueError as error:
        raise error_type(f"{prefix}{error}") from error

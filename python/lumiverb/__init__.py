# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lumiverb: hear the room in the picture."""

from __future__ import annotations

__version__ = "0.1.0"

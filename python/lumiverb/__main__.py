# SPDX-License-Identifier: AGPL-3.0-or-later
"""``python -m lumiverb`` is the command ``lumiverb``."""

from __future__ import annotations

from lumiverb.cli.main import main

if __name__ == "__main__":
    main()

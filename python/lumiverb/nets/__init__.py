# SPDX-License-Identifier: AGPL-3.0-or-later
"""PyTorch networks, one file per network. Needs the extra ``lumiverb[train]``; nothing here trains or reads audio."""

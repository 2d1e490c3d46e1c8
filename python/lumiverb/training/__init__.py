# SPDX-License-Identifier: AGPL-3.0-or-later
"""Data sets, augmentation, losses, the trainer, and one recipe per network. Needs the extra ``lumiverb[train]``."""

# SPDX-License-Identifier: AGPL-3.0-or-later
"""One file per shipped network: its presets and the steps from nothing to a model package."""

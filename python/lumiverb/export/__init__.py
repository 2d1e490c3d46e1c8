# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a trained network to a model package that the core loads."""

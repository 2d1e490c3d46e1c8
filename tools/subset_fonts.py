# SPDX-License-Identifier: AGPL-3.0-or-later
"""Make plugin/assets/Inter-*.otf from the Inter family (Debian package fonts-inter, SIL Open Font License).

Keeps Latin letters, punctuation and the few mathematical signs that the editors show, and makes the tabular figures
the default ones: JUCE cannot ask a font for its `tnum` feature. Needs fontTools.

Usage: python tools/subset_fonts.py [SOURCE_FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

SOURCE = Path("/usr/share/fonts/opentype/inter")
TARGET = Path(__file__).resolve().parents[1] / "plugin" / "assets"
UNICODES = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    0x2010,
    0x2011,
    0x2012,
    0x2013,
    0x2014,
    0x2018,
    0x2019,
    0x201C,
    0x201D,
    0x2022,
    0x2026,
    0x2032,
    0x2033,
    0x2070,
    0x2190,
    0x2192,
    0x2212,
    0x2248,
    0x2264,
    0x2265,
]


def tabular_figures(font: TTFont) -> dict[str, str]:
    """Glyph substitutions (name -> name) of the font's `tnum` feature."""
    gsub = font["GSUB"].table
    found: dict[str, str] = {}
    for record in gsub.FeatureList.FeatureRecord:
        if record.FeatureTag == "tnum":
            for index in record.Feature.LookupListIndex:
                for table in gsub.LookupList.Lookup[index].SubTable:
                    table = getattr(table, "ExtSubTable", table)
                    found.update(getattr(table, "mapping", {}))
    return found


def make(source: Path, target: Path) -> None:
    """Write the reduced font `target` from the full font `source`."""
    font = TTFont(source, recalcTimestamp=False)
    figures = tabular_figures(font)
    for table in font["cmap"].tables:
        for code, glyph in table.cmap.items():
            if glyph in figures:
                table.cmap[code] = figures[glyph]
    options = subset.Options(
        layout_features=["kern", "mark", "ccmp", "locl"], hinting=True, notdef_outline=True, name_IDs=["*"], recalc_timestamp=False
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=UNICODES)
    subsetter.subset(font)
    font.save(target)


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE
    TARGET.mkdir(parents=True, exist_ok=True)
    for weight in ("Regular", "Medium", "SemiBold"):
        make(folder / f"Inter-{weight}.otf", TARGET / f"Inter-{weight}.otf")
        print(TARGET / f"Inter-{weight}.otf", (TARGET / f"Inter-{weight}.otf").stat().st_size, "bytes")

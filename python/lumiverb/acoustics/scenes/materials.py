# SPDX-License-Identifier: AGPL-3.0-or-later
"""Materials as data: what they look like and what they do to sound.

Absorption coefficients are random-incidence values per octave 125 Hz - 8 kHz, rounded from the tables named in
``source``; where a table ends at 4 kHz, the 8 kHz value continues it. Scattering is given at 1 kHz and spread over the
bands with the usual rise towards high frequencies (ISO 17497-1 measurements rise with size/wavelength).

Sources
-------
Vorlaender : M. Vorlaender, Auralization (Springer, 2008), appendix: tables of absorption and scattering coefficients.
Cox : T. Cox and P. D'Antonio, Acoustic Absorbers and Diffusers (CRC Press), appendix A.
Kuttruff : H. Kuttruff, Room Acoustics (CRC Press), table 6 (absorption of common materials, audience).
PTB : I. Bork, absorption table of the Physikalisch-Technische Bundesanstalt (public spreadsheet).
typical : values between those that makers publish for this class of product (ISO 354), not one measurement.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

# Palettes of (colour, second colour, joint) in sRGB, as one would name them to a painter.
PALETTES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "white": (("f2f1ee", "eceae6", "cfcdc8"), ("f6f6f5", "f0f0ee", "d5d5d3"), ("ebe7df", "e4e0d7", "c9c5bc")),
    "wall": tuple(
        (c, c, "8a8880")
        for c in [
            "f2efe8",
            "f5f4f1",
            "efeae0",
            "e9e4d8",
            "f4f2ee",
            "e6e2dc",
            "f0eeea",
            "ebe8e1",
            "dcd9d2",
            "d4d0c8",
            "e3d6c0",
            "ead9b8",
            "cfd6d8",
            "c4cfd6",
            "c9d3c4",
            "b7c2ae",
            "e6cfc2",
            "dab9a6",
            "b0bec7",
            "8fa3ad",
            "7d8c7a",
            "5d6a73",
            "c59a5f",
            "a8604a",
            "9a8f86",
            "6f7f8c",
            "d8c9d4",
            "e8dfa8",
            "3f4a52",
            "2f4858",
        ]
    ),
    "institution": tuple(
        (c, c, "77756f")
        for c in [
            "ece9e0",
            "f1efe9",
            "efeee9",
            "e8e6df",
            "e4dfd0",
            "eceeec",
            "e9e7e2",
            "dfe3dc",
            "d6dde0",
            "e9dfc3",
            "cfd8c8",
            "c3ced3",
            "d9d3c7",
            "e7d9b5",
            "b9c7bb",
            "a9bdb3",
        ]
    ),
    "wood": (
        ("b98a5a", "a87a4c", "4f3720"),
        ("c9a06c", "b98d58", "5c4429"),
        ("8a5a35", "754826", "33200f"),
        ("5e3a22", "4c2d19", "22140b"),
        ("d6b98c", "c8a877", "6f5a3c"),
        ("a7693f", "925631", "3f2513"),
        ("8f8376", "7e7266", "3f3933"),
        ("e1cfae", "d5c09a", "80705a"),
        ("3d2a1e", "312017", "17100b"),
    ),
    "paintedwood": (
        ("efeeea", "e7e5e0", "a5a39e"),
        ("d8dcd9", "ccd0cd", "8c908d"),
        ("37474f", "2f3d44", "1b2327"),
        ("6f8577", "647a6c", "3c4a41"),
        ("8a5a35", "754826", "33200f"),
        ("c9a06c", "b98d58", "5c4429"),
        ("2b2b2c", "232324", "101011"),
        ("b4473a", "a33d31", "5a1f18"),
    ),
    "trim": (
        ("f0efeb", "e8e7e3", "a5a39e"),
        ("f3f2ef", "ebeae7", "a9a7a2"),
        ("e6e4de", "dddbd5", "9b9993"),
        ("efeeea", "e7e5e0", "a5a39e"),
        ("8a5a35", "754826", "33200f"),
        ("b98a5a", "a87a4c", "4f3720"),
        ("4a4d50", "404346", "232527"),
        ("9fa3a5", "93979a", "5f6365"),
    ),
    "door": (
        ("efeeea", "e7e5e0", "a5a39e"),
        ("f0efeb", "e8e7e3", "a5a39e"),
        ("e4e2dc", "dad8d2", "9b9993"),
        ("b98a5a", "a87a4c", "4f3720"),
        ("8a5a35", "754826", "33200f"),
        ("5e3a22", "4c2d19", "22140b"),
        ("c9a06c", "b98d58", "5c4429"),
        ("8f9598", "84898c", "55585a"),
        ("4c5a63", "435058", "262d32"),
        ("6b2f28", "5f2923", "331512"),
    ),
    "brick": (
        ("8e4a35", "a35c42", "b5aea3"),
        ("a4583e", "b86d50", "c2bbb0"),
        ("7a4436", "643528", "9a938a"),
        ("b98a63", "a87752", "c9c1b4"),
        ("d9d6cf", "cfccc5", "c4c0b8"),
        ("5a5654", "4a4745", "7b7774"),
    ),
    "stone": (
        ("b5aa97", "c3b9a7", "8e8574"),
        ("9c968c", "aba59b", "77726a"),
        ("cbbfa5", "d6cbb4", "a09580"),
        ("8b857d", "7b766e", "5f5b55"),
        ("c7b08a", "b59e79", "8c7a5c"),
    ),
    "concrete": (
        ("9b9a96", "a9a8a4", "6d6c69"),
        ("8a8a87", "7a7a77", "5a5a58"),
        ("b8b7b2", "c4c3be", "8a8985"),
        ("a39d92", "938d82", "6b665d"),
    ),
    "tile": (
        ("f0f1f0", "e8eae9", "a8a9a8"),
        ("dfe6e6", "d2dcdc", "97a0a0"),
        ("c9d9dd", "b9ccd2", "8a979b"),
        ("e6dcc6", "dacfb6", "a79d88"),
        ("7e9ea6", "6d8f98", "c5cccd"),
        ("4f6f63", "456459", "b8bfba"),
        ("2f3437", "272c2f", "6d7174"),
        ("c7a58f", "b9957e", "d9d1c8"),
        ("9fb5a2", "8fa792", "d2d8d2"),
        ("354a5f", "2c4054", "aab1b7"),
    ),
    "floortile": (
        ("a89f92", "9c9386", "6f695f"),
        ("8f8b85", "817d77", "5a5752"),
        ("c8bfae", "bcb2a0", "857c6c"),
        ("9a5f45", "8a5038", "5f4234"),
        ("5c5b59", "4f4e4c", "3a3938"),
        ("d8d5cf", "c9c6c0", "8c8983"),
        ("e4e1da", "35373a", "6b6a67"),
        ("d9d2c3", "7d3a2e", "6b6257"),
    ),
    "marble": (
        ("dcd8d0", "8c857b", "9b958b"),
        ("cfc3ae", "9a8568", "85765f"),
        ("b9b6b2", "6b6966", "77746f"),
        ("e4e0da", "b4a99a", "aaa296"),
        ("8d6a58", "c4a893", "5f463a"),
    ),
    "carpet": tuple(
        (a, b, b)
        for a, b in (
            ("5f6670", "525963"),
            ("7b7468", "6d665b"),
            ("a3998a", "948a7c"),
            ("3f4a5c", "364050"),
            ("6b3a38", "5c302f"),
            ("4d5a4a", "424e40"),
            ("b8ab98", "a89b88"),
            ("84888c", "75797d"),
            ("2f3338", "27292e"),
            ("7d5a44", "6d4d3a"),
            ("33536b", "2b475c"),
        )
    ),
    "rug": tuple(
        (a, b, c)
        for a, b, c in (
            ("a03c34", "31405c", "d9c9a8"),
            ("d8cfc0", "b7aa96", "8b7f6c"),
            ("4a6274", "c7bda9", "2f3d48"),
            ("8a8d90", "5b5e61", "c9c9c7"),
            ("c08a45", "7a3b2c", "e3d3b0"),
            ("d9d4ca", "3a3a3a", "9c978d"),
            ("5c6b4f", "c9c0a0", "38422f"),
        )
    ),
    "fabric": tuple(
        (a, b, b)
        for a, b in (
            ("8c8578", "7c7569"),
            ("5d6166", "505459"),
            ("c9bda8", "b9ac97"),
            ("37485c", "2f3d4e"),
            ("6d7f6a", "5f705c"),
            ("a4553f", "914935"),
            ("b58a3f", "a37b35"),
            ("3a3836", "302e2c"),
            ("7a4a55", "6a3f49"),
            ("d8d3c8", "c9c3b7"),
            ("4a7780", "3f6870"),
            ("9e2f2b", "8a2724"),
            ("6a5140", "5b4536"),
            ("a9b4b8", "99a4a8"),
        )
    ),
    "linen": tuple(
        (a, b, b)
        for a, b in (
            ("eae7e0", "dedad2"),
            ("d9d6cf", "cac6be"),
            ("b8c4cc", "a7b4bd"),
            ("c9b8a6", "b9a794"),
            ("6f7d86", "616e77"),
            ("d8bfae", "c8ae9c"),
            ("4f5b52", "444f47"),
            ("8f3f3a", "7d3632"),
            ("efe9d9", "e2dbc8"),
        )
    ),
    "curtain": tuple(
        (a, b, b)
        for a, b in (
            ("e9e5da", "d8d3c6"),
            ("d4cbb9", "c2b8a4"),
            ("9a9fa3", "888d91"),
            ("5a6470", "4c5560"),
            ("7a2c2c", "652323"),
            ("8a7a4f", "776843"),
            ("4d6a5c", "41594d"),
            ("b5936f", "a3825f"),
            ("35435a", "2c384c"),
            ("c4a9a1", "b3978f"),
            ("24262a", "1d1f22"),
        )
    ),
    "seat": tuple(
        (a, b, b)
        for a, b in (
            ("7a1f22", "6a191c"),
            ("2f3f66", "273556"),
            ("6b4a2c", "5b3e24"),
            ("31493c", "283d32"),
            ("4a4a4d", "3e3e41"),
            ("8f6f3f", "7d6035"),
            ("5a2a45", "4b2239"),
        )
    ),
    "foam": (
        ("34353a", "2a2b2f", "1d1e21"),
        ("55575c", "47494e", "333539"),
        ("3a4a5f", "303e50", "222c39"),
        ("6a2e2c", "582523", "3e1a18"),
    ),
    "metal": (
        ("b7b9bb", "a5a7a9", "6d6f71"),
        ("8d9093", "7d8083", "55575a"),
        ("4a4c4f", "3f4144", "2a2b2d"),
        ("d5d6d6", "c5c6c6", "8b8c8c"),
    ),
    "locker": (
        ("5d7f94", "527388", "2f434f"),
        ("8b9a8a", "7d8c7c", "4d564c"),
        ("b14a3b", "9e3f31", "5e251d"),
        ("a9adb0", "9a9ea1", "606366"),
        ("c9a23c", "b69133", "6c561e"),
    ),
    "lino": tuple(
        (a, b, b)
        for a, b in (
            ("8c9288", "7f857b"),
            ("a59f92", "989285"),
            ("6f7d86", "64727b"),
            ("b5a78c", "a89a7f"),
            ("7a6a5c", "6e5f52"),
            ("9db0a8", "90a39b"),
        )
    ),
    "sport": tuple(
        (a, b, "efefef")
        for a, b in (("c89c62", "bb8f55"), ("b9793f", "ac6d35"), ("3f7a6a", "386e5f"), ("4a6f9c", "42648d"), ("8f3f38", "823831"))
    ),
    "water": (("3f93a3", "2f8091", "2f8091"), ("4aa8b8", "3c98a8", "3c98a8")),
    "books": (
        ("7a5a3c", "5e442d", "4a3423"),
        ("d8cfbf", "b9ae9b", "c9c0ae"),
        ("3f3128", "332720", "2a201a"),
        ("efece5", "d9d5cc", "e5e2db"),
    ),
    "foliage": (
        ("4f6b2f", "3c5524", "2c3f1a"),
        ("6b7d3a", "56672d", "3c481f"),
        ("3c5a35", "2f4829", "22351e"),
        ("7f7a38", "69652d", "46431e"),
    ),
    "grass": (
        ("6a8a3a", "577530", "3f5523"),
        ("8a9150", "757c43", "575c31"),
        ("5c7a33", "4b662a", "364a1e"),
        ("a59a5c", "8f854e", "6b633a"),
    ),
    "soil": (("7a6248", "6a543d", "4a3a2a"), ("6b5a45", "5a4b39", "3f3427"), ("8f7a5c", "7e6b50", "5a4c39")),
    "snow": (("eef1f4", "e2e7ec", "d0d6dc"),),
    "bark": (
        ("5c4a3a", "4a3b2e", "33281f"),
        ("7a6f62", "686055", "48423a"),
        ("3f352b", "332b23", "231d18"),
        ("b5b0a6", "6b675f", "48453f"),
    ),
    "asphalt": (("5a5a5b", "4f4f50", "3a3a3b"), ("6d6c6a", "605f5d", "484745"), ("48494b", "3e3f41", "2d2e2f")),
    "paving": (
        ("9a9288", "8c847a", "6b655d"),
        ("a8a29a", "98928a", "75706a"),
        ("857f78", "78726b", "56524d"),
        ("8f6a58", "805d4c", "63564d"),
    ),
    "facade": tuple(
        (c, c, "8a857c")
        for c in ["cdbf9f", "c9b8a0", "b98f6b", "d8cfbd", "a87f5f", "bdb5a8", "d9c7a0", "9a8f84", "c79a7d", "e2dccf", "a9b2b3", "8d6656"]
    ),
    "board": (("2f3f38", "283730", "1e2a25"), ("26292b", "1f2224", "151718")),
    "skin": tuple((c, c, c) for c in ["c98f6b", "e0b08c", "8a5a3c", "5e3b27", "d9a684"]),
    "cloth": tuple(
        (c, c, c) for c in ["2f3a4f", "7a2f2f", "3f5a45", "6b6b70", "c9c4b8", "8a6a3f", "1f2226", "4f6f8f", "b5533c", "d0cfcb", "59406b"]
    ),
    "car": tuple((c, c, c) for c in ["8e1f1f", "1f2c4a", "c9cccf", "2b2c2e", "e8e8e6", "5a6a5f", "7d8288", "3a5f8a", "b0a48a"]),
    "grey": (("8a8a8a", "7a7a7a", "4a4a4a"), ("5c5c5e", "4f4f51", "333334"), ("b0b0ae", "a0a09e", "6b6b6a")),
    "black": (("1c1d1f", "16171a", "0d0d0f"),),
    "mirror": (("f0f3f3", "f0f3f3", "c0c2c2"),),
    "glass": (("20262a", "1b2024", "d8d8d6"), ("262c2c", "202626", "4a4a4a"), ("22282c", "1d2226", "6b5138")),
    "poster": tuple(
        (a, b, c)
        for a, b, c in (
            ("c9442f", "e8d9b5", "22303f"),
            ("2f5f7a", "e2c15a", "efe9da"),
            ("d9d2c2", "4a4a48", "8f6a4a"),
            ("3f6b4a", "c7a04a", "e9e2d0"),
            ("6b3a5f", "d98a5a", "f0e6d2"),
            ("1f2a35", "b8c4cc", "c9442f"),
            ("e4dcc8", "a8604a", "37485c"),
        )
    ),
}


def _pairs(*codes: str) -> tuple[tuple[str, str, str], ...]:
    """Triples from "colour colour2 joint" texts."""
    return tuple((a, b, c) for a, b, c in (code.split() for code in codes))


#: Colours that no training picture has: other hues, or hues where they never occur (lilac walls, green floors, blue timber). The
#: acoustics do not change with them, so an encoder that judges by surfaces it knows is found out.
UNSEEN_PALETTES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "white": _pairs("f3e9ee eadfe5 cbbfc5", "e4eff0 d9e6e7 b9c6c7", "f0ecd0 e6e1c2 c4bfa0"),
    "wall": _pairs(
        "f4eaf0 f4eaf0 8a8088",
        "e9f2ee e9f2ee 7f8a85",
        "f3efd9 f3efd9 8a8672",
        "b9a6cf b9a6cf 6a5f78",
        "8fc7bb 8fc7bb 56756f",
        "e6a3ad e6a3ad 8a646a",
        "c7cf5a c7cf5a 76793a",
        "5a3f6b 5a3f6b 3a2a45",
        "1f6f6a 1f6f6a 164a47",
        "e0703f e0703f 87472a",
    ),
    "institution": _pairs(
        "efe6ee efe6ee 8a8288", "e6f0ea e6f0ea 7d8a82", "c9b6d6 c9b6d6 75697d", "a6d3cb a6d3cb 627c77", "efc3b0 efc3b0 8a7067"
    ),
    "wood": _pairs("6f7d86 5f6c75 2f363b", "a9a27a 97906a 4f4b33", "b5707a a2616b 55343a", "4a4f3f 3d4234 1d1f18", "d3d6cf c3c6bf 73766f"),
    "paintedwood": _pairs(
        "b7a2c9 a893ba 5f5468", "6fb0a6 629f95 35554f", "e8b04a d79f3b 7a5a20", "d98a96 c67a86 6f454b", "3f2f55 362848 1c1528"
    ),
    "trim": _pairs("e3d9e6 d9cfdc 8f8892", "cfe0da c3d4ce 7f8b86", "5a4a6a 4d3f5b 2b2333", "7d8f5a 6f804e 3f4930"),
    "door": _pairs("c9b3d6 bba5c8 6f6278", "7fb5ac 72a69d 3f5b56", "e3b85a d1a74b 7a6028", "a65a78 944d69 522a3a", "5a6b3f 4d5d35 2a331d"),
    "brick": _pairs("6f8a7a 5f7a6a b0b8b2", "b58f9a a27d88 cfc3c7", "4a5a73 3d4c63 8a929c", "d6c95f c4b750 b5b08a"),
    "stone": _pairs("8fa39c 7f938c 5c6b66", "b39aa6 a38a96 75646c", "7a7f99 6b7089 4a4e60", "d8d49a c7c389 8a8762"),
    "concrete": _pairs("9aa59a 8b968b 616961", "a89aa6 988a96 6b616a", "8f9bb0 808ca0 5a6372"),
    "tile": _pairs(
        "e7b7c2 dba7b3 a3838a",
        "b48fd0 a680c2 d8cfe0",
        "d8c84a c9b93c a39a5a",
        "3f8f5a 34804e b5c7bb",
        "e08a4f d27c42 d9cdc4",
        "5f2f4f 522843 a8949f",
    ),
    "floortile": _pairs(
        "7a8f86 6c8178 4a5852", "b58a9a a47a8a 6f555e", "6f6f95 616186 44445c", "c9c07a b8af6a 7f7848", "3f5f4f 355243 25382f"
    ),
    "marble": _pairs("b5c9bd 5f7a6b 7f8f86", "d6bcc6 8a5f70 94808a", "9a9fc0 4f5575 6a6f8a"),
    "carpet": _pairs(
        "6f5a86 5f4c75 5f4c75", "3f8076 356e65 356e65", "b5a83f a2963a a2963a", "a65a76 934d68 934d68", "5f7a3f 526b36 526b36"
    ),
    "rug": _pairs("5a3f8a d8c95f e0d0e8", "2f8a7a d98a9a e6dcc0", "c9c04a 5f2f5a efe9c0", "d0708a 2f5f5a f0dce2"),
    "fabric": _pairs(
        "7a5f99 6b5288 6b5288",
        "3f9080 367f70 367f70",
        "c9b83a b7a733 b7a733",
        "c9708a b5627a b5627a",
        "6f8a2f 607a28 607a28",
        "4a3060 3e2852 3e2852",
    ),
    "linen": _pairs("e3d3ea d5c5dc d5c5dc", "c9e3da bbd5cc bbd5cc", "efe2a0 e2d592 e2d592", "e3a9b5 d59ba7 d59ba7", "4f3f6b 44365d 44365d"),
    "curtain": _pairs(
        "d3c3e0 c0b0cd c0b0cd",
        "6fb0a0 5f9f90 5f9f90",
        "d8c04a c4ad40 c4ad40",
        "b5607f a0526e a0526e",
        "4f6b2f 435c28 435c28",
        "3a2a5f 302250 302250",
    ),
    "seat": _pairs("5f3a86 512f75 512f75", "1f7a6b 19695c 19695c", "b59a1f a0881a a0881a", "a63f6b 92355d 92355d"),
    "foam": _pairs("5a3f75 4d3564 332344", "2f6b60 275a51 193c36", "7a7030 686028 45401a"),
    "metal": _pairs("c9b37a b8a26b 7a6b45", "9aa8b5 8b99a6 5a646d", "7a6a80 6c5d72 463c4a"),
    "locker": _pairs("8a6fb0 7b619f 4f3f69", "3fa090 378f80 225a50", "e0708a cd627a 87404f", "b5c04a a3ae40 6a7229"),
    "lino": _pairs("8a7a9a 7c6d8b 7c6d8b", "6f9a8a 618a7b 618a7b", "b5a05a a2904e a2904e", "b07f8a 9f717b 9f717b"),
    "sport": _pairs("8a6fb0 7d63a2 efefef", "5f9a3f 538a36 efefef", "d0a83f c29b36 efefef"),
    "books": _pairs("5f4a7a 4c3a64 3a2c4c", "b5d0c9 9ab8b0 a8c4bc", "7a6f2f 625924 4c451b"),
    "facade": _pairs("b9a6cf b9a6cf 857a90", "8fbfb3 8fbfb3 6b8a82", "d98a96 d98a96 8f666c", "c9c46a c9c46a 85825a"),
    "paving": _pairs("8a94a3 7c8695 5a626d", "9a8a9a 8b7b8b 625762", "8f9a7f 818c72 5a6350"),
    "cloth": _pairs("6b3f8a 6b3f8a 6b3f8a", "2f8a7a 2f8a7a 2f8a7a", "d8c03f d8c03f d8c03f", "d0608a d0608a d0608a", "7a8f2f 7a8f2f 7a8f2f"),
    "car": _pairs("6b3f8a 6b3f8a 6b3f8a", "2fa090 2fa090 2fa090", "d8b03f d8b03f d8b03f", "d0708a d0708a d0708a"),
    "poster": _pairs("7a3fa0 d8e04a 1f3f3a", "2fa08a e07aa0 f0ecd0", "e0d04a 5f2f75 c9f0e6", "d0508a 2f6f5a efe6d0"),
}

#: Patterns that stand in for others in unseen palettes, with the share of surfaces that get them. No training picture has them.
UNSEEN_PATTERNS: dict[str, tuple[str, float]] = {
    "planks": ("herringbone", 0.5),
    "tiles": ("hexTiles", 0.7),
    "plaster": ("stripes", 0.3),
    "fabric": ("stripes", 0.4),
    "carpet": ("stripes", 0.5),
}


@dataclass(frozen=True)
class MaterialSpec:
    """One entry of the table: a class of real surfaces, before a room picks its colours and its exact values."""

    pattern: str
    palette: str
    size_m: tuple[float, float]
    absorption: tuple[float, ...]
    scattering: float
    source: str
    specular: float = 0.0
    roughness: float = 0.9


def _spec(
    pattern: str,
    palette: str,
    size: tuple[float, float],
    absorption: str,
    scattering: float,
    source: str,
    specular: float = 0.0,
    roughness: float = 0.9,
) -> MaterialSpec:
    return MaterialSpec(pattern, palette, size, tuple(float(v) for v in absorption.split()), scattering, source, specular, roughness)


MATERIALS: dict[str, MaterialSpec] = {
    # --- hard shells ---
    "plaster": _spec("plaster", "wall", (1, 1), ".02 .03 .04 .05 .05 .05 .05", 0.06, "Vorlaender: lime/cement plaster on masonry"),
    "paint_masonry": _spec(
        "plaster", "institution", (1, 1), ".02 .02 .03 .03 .04 .04 .04", 0.05, "Kuttruff: painted plaster on brick", 0.02, 0.6
    ),
    "plasterboard": _spec(
        "plaster", "wall", (1, 1), ".24 .14 .09 .07 .06 .06 .06", 0.06, "Cox: 13 mm plasterboard on studs, mineral wool in cavity"
    ),
    "plasterboard_ceiling": _spec("plaster", "white", (1, 1), ".20 .13 .08 .06 .06 .06 .06", 0.06, "PTB: suspended plasterboard ceiling"),
    "brick": _spec("brick", "brick", (0.25, 0.075), ".03 .03 .03 .04 .05 .07 .07", 0.15, "Vorlaender: unglazed brick wall"),
    "brick_painted": _spec("brick", "white", (0.25, 0.075), ".01 .01 .02 .02 .02 .03 .03", 0.12, "Vorlaender: brick wall, painted"),
    "block": _spec("brick", "concrete", (0.4, 0.2), ".10 .10 .08 .07 .07 .08 .08", 0.12, "Kuttruff: concrete block, painted"),
    "stone": _spec("brick", "stone", (0.6, 0.32), ".02 .02 .03 .04 .05 .05 .05", 0.15, "Vorlaender: limestone walls"),
    "rough_stone": _spec("brick", "stone", (0.38, 0.22), ".03 .04 .05 .06 .07 .08 .08", 0.30, "PTB: natural stone, open joints"),
    "concrete": _spec("concrete", "concrete", (1.2, 1.2), ".01 .01 .02 .02 .02 .03 .03", 0.06, "Vorlaender: smooth concrete", 0.02, 0.6),
    "concrete_rough": _spec("concrete", "concrete", (2.4, 1.0), ".02 .03 .03 .03 .04 .07 .07", 0.12, "Vorlaender: rough concrete"),
    "tile": _spec("tiles", "tile", (0.2, 0.2), ".01 .01 .01 .02 .02 .02 .03", 0.05, "Vorlaender: glazed tile", 0.05, 0.1),
    "floor_tile": _spec(
        "tiles", "floortile", (0.4, 0.4), ".01 .01 .015 .02 .02 .02 .03", 0.06, "Cox: ceramic tiles on solid floor", 0.04, 0.3
    ),
    "marble": _spec("marble", "marble", (0.9, 0.9), ".01 .01 .01 .01 .02 .02 .02", 0.05, "Vorlaender: marble or terrazzo", 0.05, 0.1),
    "metal_deck": _spec("slats", "metal", (0.3, 1), ".18 .14 .10 .07 .06 .06 .06", 0.25, "typical: trapezoidal sheet steel", 0.3, 0.5),
    # --- wood ---
    "parquet": _spec(
        "planks", "wood", (1.1, 0.12), ".04 .04 .07 .06 .06 .07 .07", 0.06, "Vorlaender: wooden parquet on concrete", 0.04, 0.35
    ),
    "floorboards": _spec(
        "planks", "wood", (2.4, 0.14), ".15 .11 .10 .07 .06 .07 .07", 0.08, "Vorlaender: wooden floor on joists", 0.03, 0.45
    ),
    "laminate": _spec("planks", "wood", (1.2, 0.2), ".10 .08 .06 .05 .05 .05 .05", 0.05, "PTB: laminate on impact mat", 0.05, 0.25),
    "wood_panel": _spec(
        "woodPanel", "wood", (0.45, 1), ".25 .20 .14 .09 .09 .09 .09", 0.10, "Kuttruff: wood panelling 10 mm before air space", 0.03, 0.4
    ),
    "wood_lining": _spec("planks", "wood", (3.0, 0.12), ".19 .14 .10 .07 .07 .08 .08", 0.12, "Cox: tongue-and-groove boards on battens"),
    "thatch": _spec("planks", "soil", (0.5, 0.04), ".20 .30 .45 .55 .60 .60 .60", 0.5, "typical: reed or wood-wool soffit"),
    "plywood": _spec("plain", "wood", (1, 1), ".28 .20 .10 .10 .08 .08 .08", 0.08, "Cox: 9 mm plywood before 50 mm cavity", 0.03, 0.4),
    "furniture": _spec(
        "planks", "wood", (1.5, 0.35), ".14 .13 .12 .11 .10 .09 .09", 0.30, "PTB: wooden furniture, per surface", 0.04, 0.35
    ),
    "furniture_painted": _spec("plain", "paintedwood", (1, 1), ".14 .13 .12 .11 .10 .09 .09", 0.30, "PTB: cupboard fronts", 0.05, 0.25),
    "door": _spec("woodPanel", "door", (0.9, 2.0), ".14 .10 .06 .08 .10 .10 .10", 0.08, "Vorlaender: solid timber door", 0.03, 0.4),
    "wood_trim": _spec("plain", "trim", (1, 1), ".10 .08 .07 .06 .06 .06 .06", 0.10, "Cox: varnished timber", 0.04, 0.3),
    "pew": _spec("planks", "wood", (3.0, 0.3), ".10 .09 .08 .08 .08 .08 .08", 0.55, "Kuttruff: wooden pews, per surface", 0.04, 0.35),
    # --- soft ---
    "carpet": _spec("carpet", "carpet", (0.5, 0.5), ".05 .08 .20 .32 .44 .52 .58", 0.15, "Vorlaender: 9 mm tufted pile on felt"),
    "carpet_tiles": _spec(
        "carpet", "carpet", (0.5, 0.5), ".03 .05 .11 .20 .30 .38 .42", 0.12, "Vorlaender: needle felt 5 mm stuck to concrete"
    ),
    "rug": _spec("carpet", "rug", (0.35, 0.35), ".07 .12 .25 .38 .48 .55 .58", 0.25, "Kuttruff: heavy carpet laid on wood"),
    "mat": _spec("fabric", "linen", (1, 1), ".06 .12 .25 .40 .50 .55 .55", 0.25, "typical: cotton or rubber mat"),
    "curtain": _spec(
        "curtain", "curtain", (0.16, 1), ".14 .35 .52 .68 .70 .67 .65", 0.45, "Vorlaender: medium velour, draped to half its area"
    ),
    "curtain_thin": _spec("curtain", "linen", (0.10, 1), ".05 .13 .25 .34 .38 .40 .40", 0.35, "Cox: lightweight curtain, draped"),
    "upholstery": _spec("fabric", "fabric", (1, 1), ".28 .44 .62 .74 .76 .72 .68", 0.45, "Kuttruff: upholstered chairs, per surface"),
    "leather": _spec(
        "plain", "fabric", (1, 1), ".30 .38 .40 .36 .32 .28 .26", 0.40, "Kuttruff: leather upholstery, per surface", 0.05, 0.35
    ),
    "bedding": _spec("fabric", "linen", (1, 1), ".30 .48 .65 .76 .78 .74 .70", 0.45, "typical: mattress and duvet, per surface"),
    "audience_seat": _spec(
        "fabric", "seat", (1, 1), ".25 .35 .45 .52 .56 .55 .54", 0.60, "Cox: medium upholstered concert-hall seats, unoccupied"
    ),
    "person_cloth": _spec("plaster", "cloth", (1, 1), ".25 .35 .50 .60 .65 .65 .65", 0.50, "Kuttruff: standing persons, per surface"),
    "person_skin": _spec("plain", "skin", (1, 1), ".15 .20 .25 .30 .30 .30 .30", 0.50, "typical: skin and hair"),
    "clothes": _spec(
        "curtain", "cloth", (0.07, 1), ".25 .45 .65 .75 .80 .80 .80", 0.60, "typical: hanging clothes, like heavy draped curtain"
    ),
    "towel": _spec("fabric", "linen", (1, 1), ".10 .26 .46 .62 .66 .66 .64", 0.35, "typical: terry cloth on a wall"),
    "books": _spec("books", "books", (0.045, 0.33), ".30 .38 .42 .42 .40 .38 .36", 0.60, "PTB: filled bookcase"),
    "clutter": _spec("books", "books", (0.12, 0.38), ".18 .22 .25 .25 .24 .22 .22", 0.60, "typical: open shelves with mixed things"),
    "plant": _spec("foliage", "foliage", (0.12, 0.12), ".08 .10 .14 .20 .26 .32 .36", 0.70, "typical: indoor plants, dense foliage"),
    # --- absorbers ---
    "acoustic_tile": _spec(
        "acousticTile", "white", (0.6, 0.6), ".42 .60 .72 .82 .84 .80 .75", 0.10, "typical: mineral-fibre tile ceiling, ISO 354 E200"
    ),
    "perforated": _spec(
        "perforated", "white", (0.06, 0.06), ".40 .62 .74 .64 .56 .50 .45", 0.10, "Cox: perforated plasterboard 15 %, wool behind"
    ),
    "foam": _spec("foam", "foam", (0.12, 0.12), ".11 .32 .75 .95 .97 .97 .97", 0.30, "typical: 50 mm pyramid melamine/PU foam"),
    "panel_absorber": _spec("fabric", "fabric", (1, 1), ".22 .60 .92 .98 .96 .94 .92", 0.15, "Cox: 50 mm fabric-covered glass wool"),
    "slat_absorber": _spec("slats", "wood", (0.09, 1), ".25 .55 .72 .58 .48 .42 .38", 0.40, "typical: slatted timber before mineral wool"),
    "wood_wool": _spec("concrete", "concrete", (0.6, 1.2), ".12 .28 .52 .62 .58 .68 .68", 0.15, "Cox: 25-50 mm wood-wool cement board"),
    # --- openings, metal, fittings ---
    "window": _spec("window", "glass", (1, 1), ".12 .06 .04 .03 .02 .02 .02", 0.05, "Vorlaender: double glazing", 0.06, 0.05),
    "window_large": _spec(
        "window", "glass", (1, 1), ".18 .08 .05 .04 .03 .02 .02", 0.05, "Vorlaender: large panes of heavy plate glass", 0.06, 0.05
    ),
    "window_frosted": _spec(
        "plain", "white", (1, 1), ".14 .08 .05 .04 .03 .03 .03", 0.05, "Kuttruff: window glazing (ordinary)", 0.04, 0.3
    ),
    "stained_glass": _spec(
        "plain", "glass", (1, 1), ".25 .18 .12 .08 .06 .05 .05", 0.10, "Kuttruff: single leaded glazing (between window entries)"
    ),
    "glass": _spec("plain", "glass", (1, 1), ".18 .06 .04 .03 .02 .02 .02", 0.05, "Kuttruff: glass pane", 0.08, 0.03),
    "screen": _spec("screen", "black", (1, 1), ".10 .06 .04 .03 .03 .03 .03", 0.10, "typical: display glass", 0.05, 0.1),
    "mirror": _spec("plain", "mirror", (1, 1), ".10 .05 .04 .03 .02 .02 .02", 0.03, "Vorlaender: mirror on wall", 0.92, 0.01),
    "metal": _spec("plain", "metal", (1, 1), ".06 .06 .05 .05 .05 .05 .05", 0.20, "PTB: sheet metal fittings", 0.3, 0.3),
    "locker": _spec("woodPanel", "locker", (0.4, 1.8), ".15 .12 .08 .06 .05 .05 .05", 0.25, "typical: sheet-steel lockers", 0.08, 0.3),
    "car_paint": _spec("plain", "car", (1, 1), ".10 .08 .05 .04 .04 .04 .04", 0.30, "typical: car body from outside", 0.08, 0.08),
    "ceramic": _spec("plain", "white", (1, 1), ".03 .03 .03 .03 .03 .03 .03", 0.30, "PTB: sanitary ware", 0.06, 0.08),
    "plastic": _spec("plain", "grey", (1, 1), ".08 .07 .06 .06 .06 .06 .06", 0.30, "typical: plastic housings", 0.04, 0.4),
    "black": _spec("plain", "black", (1, 1), ".08 .07 .06 .06 .06 .06 .06", 0.20, "typical: painted metal", 0.04, 0.4),
    "lamp": _spec("plain", "white", (1, 1), ".08 .06 .05 .04 .04 .04 .04", 0.20, "typical: lamp glass or diffuser"),
    "poster": _spec("poster", "poster", (0.5, 0.7), ".05 .06 .07 .08 .08 .08 .08", 0.05, "typical: paper or canvas near a wall"),
    "whiteboard": _spec("plain", "white", (1, 1), ".10 .07 .05 .04 .03 .03 .03", 0.05, "typical: enamelled steel board", 0.06, 0.1),
    "blackboard": _spec("plaster", "board", (1, 1), ".10 .07 .05 .04 .04 .04 .04", 0.05, "PTB: school board", 0.02, 0.6),
    "lino": _spec("plain", "lino", (1, 1), ".02 .02 .03 .03 .04 .04 .05", 0.05, "Vorlaender: linoleum on concrete", 0.04, 0.3),
    "sport_floor": _spec("planks", "sport", (2.0, 0.1), ".12 .10 .08 .07 .06 .06 .06", 0.05, "typical: sprung sports floor", 0.05, 0.2),
    "water": _spec("plain", "water", (1, 1), ".008 .008 .013 .015 .02 .025 .03", 0.08, "Vorlaender: water surface of a pool", 0.05, 0.08),
    "headliner": _spec("fabric", "grey", (1, 1), ".15 .30 .50 .62 .68 .70 .70", 0.30, "typical: car roof lining"),
    # --- outdoors ---
    "grass": _spec("grass", "grass", (0.05, 0.05), ".11 .26 .60 .69 .92 .99 .99", 0.50, "PTB: grass 5 cm"),
    "soil": _spec("grass", "soil", (0.1, 0.1), ".15 .25 .40 .55 .60 .60 .60", 0.40, "PTB: soil, rough"),
    "snow": _spec("plaster", "snow", (1, 1), ".45 .75 .90 .95 .95 .95 .95", 0.35, "Kuttruff: freshly fallen snow"),
    "foliage": _spec("foliage", "foliage", (0.2, 0.2), ".03 .06 .11 .17 .27 .31 .35", 0.80, "PTB: trees, per surface"),
    "bark": _spec("woodPanel", "bark", (0.12, 1), ".05 .06 .08 .10 .12 .12 .12", 0.60, "typical: tree trunks"),
    "asphalt": _spec("asphalt", "asphalt", (0.02, 0.02), ".02 .03 .04 .05 .06 .07 .07", 0.15, "typical: dense asphalt"),
    "paving": _spec("tiles", "paving", (0.4, 0.4), ".02 .03 .04 .05 .05 .05 .05", 0.15, "PTB: paving stones"),
    "facade": _spec(
        "plaster", "facade", (1, 1), ".02 .03 .04 .05 .06 .06 .06", 0.25, "Vorlaender: rendered masonry; facade relief in scattering"
    ),
    "open_air": _spec("plain", "black", (1, 1), "1 1 1 1 1 1 1", 0.0, "physics: an opening"),
}

_SCATTER_SLOPE = np.array([0.45, 0.6, 0.8, 1.0, 1.15, 1.25, 1.3])


@lru_cache(maxsize=1024)
def linear_rgb(code: str) -> np.ndarray:
    """sRGB hex code to linear RGB, shape (3,), read-only."""
    srgb = np.array([int(code[i : i + 2], 16) for i in (0, 2, 4)]) / 255.0
    rgb = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    rgb.setflags(write=False)
    return rgb


def scattering_bands(at_1k: float) -> np.ndarray:
    """Spread a 1 kHz scattering coefficient over the octave bands, shape (7,), at most .9."""
    return np.clip(at_1k * _SCATTER_SLOPE, 0.0, 0.9)

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The scene format: the example of its document loads, mistakes are named."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from lumiverb._native import RoomTracer, canonical_scene
from shoebox import furnished

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "scene-format.md"


def test_example_of_the_document_loads():
    text = re.search(r"```json\n(.*?)```", DOCUMENT.read_text(), re.DOTALL).group(1)
    tracer = RoomTracer(text)
    assert tracer.picture(16, 16, samples=1).any()
    assert np.isfinite(tracer.sound(rays=400).t30_s).all()


def test_document_names_every_key():
    text = DOCUMENT.read_text()

    def keys(node):
        if isinstance(node, dict):
            return set(node) | set().union(*(keys(v) for v in node.values()))
        return set().union(*(keys(v) for v in node)) if isinstance(node, list) else set()

    scene = json.loads(canonical_scene(json.dumps(furnished() | {"triangles": [{"a": [0, 0, 0], "b": [1, 0, 0], "c": [0, 1, 0]}]})))
    missing = [k for k in keys(scene) if f"`{k}`" not in text]
    assert not missing


def test_canonical_form_is_stable_and_complete():
    first = canonical_scene(json.dumps(furnished()))
    assert canonical_scene(first) == first
    scene = json.loads(first)
    assert scene["format"] == "lumiverb-scene" and scene["version"] == 1
    assert scene["camera"]["fov_deg"] == 80 and scene["boxes"][2]["yaw_deg"] == 25
    assert scene["materials"][1]["texture"]["pattern"] == "planks"


def edited(path: str, value) -> str:
    scene = furnished()
    *steps, last = path.split("/")
    node = scene
    for step in steps:
        node = node[int(step) if step.isdigit() else step]
    node[int(last) if last.isdigit() else last] = value
    return json.dumps(scene)


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("quads/2/material", 99, r"quads\[2\].material: index 99 but there are 7 materials"),
        ("boxes/1/material", -1, r"boxes\[1\].material"),
        ("boxes/0/half", [1, 0, 1], r"boxes\[0\]: half must be positive"),
        ("boxes/0/centre", [1, 2], r"boxes\[0\].centre: expected an array of 3 numbers"),
        ("boxes/0/colour", 1, r"boxes\[0\].colour: unknown key"),
        ("materials/3/absorption", [0.1] * 6, r"materials\[3\].absorption: expected an array of 7 numbers"),
        ("materials/3/absorption/2", 1.5, r"materials\[3\].absorption\[2\]: must lie between 0 and 1"),
        ("materials/3/scattering/0", "high", r"materials\[3\].scattering\[0\]: expected a number, got string"),
        ("materials/0/texture/pattern", "plaid", r"materials\[0\].texture.pattern: unknown pattern \"plaid\""),
        ("materials/0/texture/seed", -3, r"materials\[0\].texture.seed"),
        ("materials/0/emission", [1, 1, 1e39], r"materials\[0\].emission\[2\]: is not a finite number"),
        ("quads/0/edge_v", [5, 0, 0], r"quads\[0\]: has no area"),
        ("cylinders/0/radius", 0, r"cylinders\[0\]: radius and height must be positive"),
        ("camera/fov_deg", 180, r"camera.fov_deg"),
        ("camera", [1, 2, 3], r"camera: expected an object"),
        ("materials", {}, r"materials: expected an array"),
        ("mirrored", 1, r"mirrored: expected true or false"),
        ("volume_m3", -1, r"volume_m3"),
        ("version", 2, r"version"),
        ("format", "obj", r"format"),
        ("sun_direction", [0, 0, 0], r"sun_direction"),
        ("seed", 1.5, r"seed"),
    ],
)
def test_mistakes_are_named(path, value, named):
    with pytest.raises(ValueError, match=named):
        RoomTracer(edited(path, value))


@pytest.mark.parametrize("text", ["", "[]", "null", "3", '{"quads": [[]]}', '{"materials": "none"}'])
def test_other_json_is_refused(text):
    with pytest.raises(ValueError, match="scene"):
        RoomTracer(text)


def test_too_many_primitives_are_refused():
    with pytest.raises(ValueError, match="100000"):
        RoomTracer('{"quads": [' + ", ".join(["{}"] * 100001) + "]}")

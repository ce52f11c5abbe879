"""`sobrio estimate` for images."""

from __future__ import annotations

import pytest

PAINT = ("estimate", "--model", "sdxl", "--images")
SQUARE = ("--size", "1024x1024", "--steps", "50")


def test_images_are_estimated_by_number_size_and_steps(sobrio):
    one, four, small = (
        sobrio(*PAINT, *arguments, "--json").json["energy_wh"]
        for arguments in (
            ("1", *SQUARE), ("4", *SQUARE), ("1", "--size", "512x512", "--steps", "20"),
        )
    )  # fmt: skip
    assert one["central"] == pytest.approx(11.49, rel=0.2)
    assert 0 < one["low"] < one["central"] < one["high"]
    assert four["central"] == pytest.approx(4 * one["central"], rel=1e-6)
    assert small["central"] < one["central"] / 4


def test_the_document_is_that_of_any_estimate(sobrio):
    images = sobrio(*PAINT, "2", "--json").json
    tokens = sobrio(
        "estimate", "--model", "qwen3-8b", "--input-tokens", "1", "--output-tokens", "1", "--json"
    )
    assert set(images) == set(tokens.json)
    assert images["model"] == "stable-diffusion-xl-base-1.0"
    assert "deployment-unknown" in images["caveats"]


def test_an_image_model_alone_makes_one_image(sobrio):
    assert sobrio("estimate", "--model", "sdxl", "--json").json == sobrio(*PAINT, "1", "--json").json


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--model", "qwen3-8b", "--images", "1"), "qwen3-8b is of kind chat"),
        (
            ("--model", "qwen3-8b", "--input-tokens", "1", "--output-tokens", "1", "--steps", "5"),
            "image models",
        ),
        (("--model", "qwen3-8b", "--input-tokens", "1"), "--output-tokens"),
        (("--model", "sdxl", "--size", "large"), "such as 1024x1024"),
        (("--model", "sdxl", "--size", "0x1024"), "such as 1024x1024"),
        (("--model", "sdxl", "--images", "0"), "--images"),
        (("--model", "sdxl", "--steps", "-1"), "--steps"),
    ],
)
def test_what_cannot_be_is_one_clear_line(sobrio, arguments, expected):
    said = sobrio("estimate", *arguments)
    assert (said.code, said.out) == (2, "")
    assert expected in " ".join(said.err.split()) and "Traceback" not in said.err

"""What the paper prints, as far as it is at hand.

H. Saidi, O. Tibermacine, A. Elhadad, *High-capacity data hiding for medical images based on the mask-RCNN model*,
Scientific Reports 14:7166 (2024), doi 10.1038/s41598-024-55639-9, open access. The figures here were noted when the
paper was read for this project; of its Tables 3 to 6 no other cell was noted, and none is made up: where nothing is
known, tables show a dash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CAPACITY", "CITATION", "IOU", "MASK_NCC", "NOISE_NCC", "NOISE_PSNR", "PAYLOAD_BPP", "PSNR", "as_json"]

CITATION = (
    "H. Saidi, O. Tibermacine, A. Elhadad, High-capacity data hiding for medical images based on the mask-RCNN model, "
    "Scientific Reports 14:7166 (2024), https://doi.org/10.1038/s41598-024-55639-9"
)

PSNR: Mapping[float, float] = {10.0: 75.05, 1000.0: 116.07}
"""Table 4: average PSNR in dB of its CT images, by beta; the ends of its range."""

PAYLOAD_BPP = 0.031
"""Payload of its CT images in bits per pixel: 8,126 bits in 512 x 512 pixels."""

CAPACITY = 131_524
"""Bits that it says one 512 x 512 image can carry, 0.50 bits per pixel (its Table 7 compares by it)."""

NOISE_NCC: Mapping[str, float] = {"gaussian": 0.3188, "uniform": 0.3150, "salt-and-pepper": 0.3193}
"""Normalised cross-correlation of its QR code after noise of strengths that it does not state."""

NOISE_PSNR = 53.4
"""PSNR in dB of the noisy images, about; with its stated peak of 65535 that is noise of 140 stored units."""

IOU = 0.9146
"""Mean intersection over union of its masks with the reference."""

MASK_NCC = (0.83, 1.00)
"""Least and largest correlation of its masks of cover and stego."""


def as_json() -> dict[str, object]:
    """The figures for a report."""
    return {
        "citation": CITATION,
        "psnr_ct_by_beta": {f"{beta:g}": value for beta, value in PSNR.items()},
        "payload_bpp": PAYLOAD_BPP,
        "capacity_bits": CAPACITY,
        "noise_ncc": dict(NOISE_NCC),
        "noise_psnr": NOISE_PSNR,
        "iou": IOU,
        "mask_ncc": list(MASK_NCC),
    }

"""A phantom CT series of an upper abdomen, from a seed: pictures and a demo without any patient's data.

The patient is a stack of ellipsoids in millimetres (x to the patient's left, y to the back, z to the feet), in the
manner of Shepp and Logan (IEEE Trans. Nucl. Sci. 21, 1974), painted one over the other; a slice cuts them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["PATIENT", "Phantom", "phantom_series"]

PATIENT: Mapping[str, str] = {
    "PatientName": "Phantom^Abdomen",
    "PatientID": "SM-0001",
    "IssuerOfPatientID": "DEMO-HOSPITAL",
    "PatientBirthDate": "19700101",
    "PatientSex": "O",
    "AccessionNumber": "DEMO-1",
    "StudyDescription": "StegoMed phantom",
    "SeriesDescription": "Phantom CT",
    "BodyPartExamined": "ABDOMEN",
}
"""Header of the phantom."""

FIELD = 420.0  # mm, side of the image and diameter of the reconstruction circle
LENGTH = 160.0  # mm, from the domes of the diaphragm to below the kidneys
EDGE = 1.4  # mm, width of an edge: the resolution of the scanner
AIR = -1000.0  # HU
AIR_FLOOR = -1024.0  # HU, the scanner clips here
AIR_NOISE = 8.0  # HU, standard deviation
TISSUE_NOISE = 13.0  # HU, standard deviation
TEXTURE = 11.0  # mm, wavelength where the organs' texture has faded to 1 / e
INTERCEPT = -1024  # HU of stored value 0
PADDING = -2000  # stored value outside the reconstruction circle

Image = NDArray[np.float64]


@dataclass(frozen=True)
class Phantom:
    """A phantom CT series.

    Attributes
    ----------
    stored : ndarray of int16, shape (S, H, W)
        Stored values, head to feet.
    body : ndarray of bool, shape (S, H, W)
        Reference masks of the significant region: every pixel that holds some of the patient.
    slope, intercept : float
        Rescale to Hounsfield units.
    padding : int
        Stored value outside the reconstruction circle (PixelPaddingValue).
    spacing : tuple of float
        Distance of slices, rows and columns in mm.
    """

    stored: NDArray[np.int16]
    body: NDArray[np.bool_]
    slope: float
    intercept: float
    padding: int
    spacing: tuple[float, float, float]


class Part(NamedTuple):
    """An ellipsoid of one radiodensity; above ``level`` only (a gas over a fluid) where that is given."""

    hu: float
    centre: tuple[float, float, float]  # mm
    semi: tuple[float, float, float]  # mm
    turn: float = 0.0  # degrees, in the slice's plane
    level: float = np.inf  # mm in y


ALONG = 1e4  # mm: a semi-axis so long that every slice cuts the same ellipse

LUNG = -860.0
FAT = -98.0

BODY = Part(-10.0, (0, 0, 0), (166, 113, ALONG))
SUBCUTANEOUS = Part(FAT, (0, 0, 0), (164, 111, ALONG))
WALL = Part(58.0, (0, 3, 0), (148, 95, ALONG))
CAVITY = Part(FAT, (0, -2, 0), (138, 82, ALONG))
DOMES = (Part(FAT, (-52, 0, 97), (112, 108, 99)), Part(FAT, (56, 0, 107), (112, 108, 99)))

# Painted in this order inside the abdomen, that is below the diaphragm.
ORGANS = (
    Part(112, (-66, -6, 52), (84, 76, 82), -12),  # liver, right lobe
    Part(112, (6, -44, 42), (74, 30, 46), -9),  # liver, left lobe
    Part(155, (-58, -6, 44), (26, 5, 22), 32),  # hepatic veins
    Part(155, (-88, -28, 50), (20, 4, 24), -38),
    Part(155, (-36, -26, 34), (5, 20, 20), 15),
    Part(165, (-40, 4, 74), (32, 8, 16), -14),  # portal vein
    Part(14, (-44, -46, 104), (17, 22, 26), 10),  # gallbladder
    Part(55, (64, -30, 44), (50, 42, 54), 24),  # stomach: wall, fluid, gas over a level
    Part(18, (64, -30, 44), (46, 38, 50), 24),
    Part(-960, (64, -30, 44), (46, 38, 50), 24, -42),
    Part(128, (104, 26, 50), (25, 46, 48), 24),  # spleen
    Part(84, (30, -4, 92), (50, 10, 16), -16),  # pancreas
    Part(92, (-14, 2, 98), (17, 15, 20)),
    Part(185, (-72, 44, 112), (26, 34, 58), 24),  # kidneys, sinus fat, pelvis
    Part(-70, (-61, 40, 112), (9, 15, 26), 24),
    Part(20, (-56, 38, 112), (7, 9, 14), 24),
    Part(185, (72, 42, 102), (26, 34, 58), -24),
    Part(-70, (61, 38, 102), (9, 15, 26), -24),
    Part(20, (56, 36, 102), (7, 9, 14), -24),
    Part(48, (-104, -8, 158), (26, 28, 54)),  # ascending colon
    Part(5, (-104, -8, 158), (23, 25, 51)),
    Part(-950, (-104, -8, 158), (23, 25, 51), 0, -14),
    Part(48, (116, 22, 150), (16, 18, 62)),  # descending colon
    Part(-950, (116, 22, 150), (13, 15, 59), 0, 20),
    Part(48, (-34, -62, 140), (42, 17, 30), 8),  # transverse colon
    Part(-950, (-34, -62, 140), (39, 14, 27), 8, -58),
    Part(48, (46, -60, 134), (46, 18, 32), -8),
    Part(-950, (46, -60, 134), (43, 15, 29), -8, -62),
)

# Painted last, over chest and abdomen alike.
TRUNK = (
    Part(135, (22, -30, -14), (58, 42, 44), 18),  # heart
    Part(62, (-36, 58, 150), (17, 21, 80), 12),  # psoas
    Part(62, (36, 58, 150), (17, 21, 80), -12),
    Part(60, (-36, 82, 80), (29, 15, ALONG), -8),  # erector spinae
    Part(60, (36, 82, 80), (29, 15, ALONG), 8),
    Part(150, (-21, 24, 90), (13, 10, ALONG)),  # inferior vena cava
    Part(205, (9, 27, 80), (11.5, 11.5, ALONG)),  # aorta
    Part(520, (10, 35, 150), (5, 2.5, 26)),  # its calcified plaque
    Part(430, (-27, 76, 80), (20, 4.5, ALONG), 14),  # vertebra: transverse and spinous processes, arch, canal
    Part(430, (27, 76, 80), (20, 4.5, ALONG), -14),
    Part(460, (0, 90, 80), (4, 13, ALONG)),
    Part(520, (0, 72, 80), (16, 14, ALONG)),
    Part(480, (0, 50, 80), (24, 18, ALONG)),
    Part(210, (0, 50, 80), (21.5, 15.5, ALONG)),
    Part(35, (0, 72, 80), (10, 8, ALONG)),
)

RIBS = 7  # each side
RIB_PITCH = 0.36  # radians along the cage from rib to rib
RIB_SLOPE = 0.009  # radians along the cage per mm to the feet
RIB_END = -1.1  # radians, where cartilage begins
GASSY = 0.3  # share of the loops of small bowel that hold gas


def phantom_series(slices: int = 8, size: int = 512, seed: int = 0) -> Phantom:
    """Make a phantom CT series.

    Parameters
    ----------
    slices : int
        Number of slices S; they divide the same 160 mm of the patient.
    size : int
        Rows and columns of a slice.
    seed : int
        Noise, texture and the loops of small bowel follow from it; the same seed gives the same series.
    """
    rng = np.random.default_rng(seed)
    grid = _grid(size)
    bowel = _small_bowel(rng)
    textures = rng.standard_normal((2, size, size))
    stored = np.empty((slices, size, size), dtype=np.int16)
    body = np.empty(stored.shape, dtype=np.bool_)
    outside = np.hypot(*grid) > FIELD / 2
    for index, z in enumerate(np.linspace(0.0, LENGTH, slices)):
        hu, share = _slice(grid, float(z), bowel, _texture(textures, z / LENGTH))
        hu += _noise(rng, size) * (AIR_NOISE + (TISSUE_NOISE - AIR_NOISE) * share)
        stored[index] = np.rint(np.maximum(hu, AIR_FLOOR) - INTERCEPT)
        stored[index][outside] = PADDING
        body[index] = share > 0
    pixel = FIELD / size
    return Phantom(stored, body, 1.0, float(INTERCEPT), PADDING, (LENGTH / max(slices - 1, 1), pixel, pixel))


def _grid(size: int) -> tuple[Image, Image]:
    """Give the x (1, W) and y (H, 1) of the pixels' centres in mm."""
    axis = (np.arange(size, dtype=np.float64) - (size - 1) / 2) * (FIELD / size)
    return axis[None, :], axis[:, None]


def _share(grid: tuple[Image, Image], part: Part, z: float) -> Image:
    """Share of each pixel that a part covers in the slice at z, (H, W) in 0..1, with the scanner's soft edge.

    The distance to the ellipse is its first-order estimate k0 (k0 - 1) / k1, exact on the ellipse itself.
    """
    x, y = grid
    height = 1.0 - ((z - part.centre[2]) / part.semi[2]) ** 2
    if height <= 0:
        return np.zeros(np.broadcast_shapes(x.shape, y.shape))
    a, b = (semi * np.sqrt(height) for semi in part.semi[:2])
    turn = np.deg2rad(part.turn)
    u = (x - part.centre[0]) * np.cos(turn) + (y - part.centre[1]) * np.sin(turn)
    v = (y - part.centre[1]) * np.cos(turn) - (x - part.centre[0]) * np.sin(turn)
    k0 = np.hypot(u / a, v / b)
    k1 = np.maximum(np.hypot(u / a**2, v / b**2), 1e-9)
    distance = np.maximum(k0 * (k0 - 1.0) / k1, y - part.level)
    return np.asarray(np.clip(0.5 - distance / EDGE, 0.0, 1.0))


def _paint(hu: Image, grid: tuple[Image, Image], part: Part, z: float, within: Image | None = None) -> None:
    """Paint a part over a slice in place, inside `within` only where that is given."""
    x, y = grid
    reach = max(part.semi[:2]) + EDGE
    columns = slice(*np.searchsorted(x[0], (part.centre[0] - reach, part.centre[0] + reach)))
    rows = slice(*np.searchsorted(y[:, 0], (part.centre[1] - reach, part.centre[1] + reach)))
    share = _share((x[:, columns], y[rows]), part, z)
    if within is not None:
        share *= within[rows, columns]
    hu[rows, columns] += share * (part.hu - hu[rows, columns])


def _slice(grid: tuple[Image, Image], z: float, bowel: tuple[Part, ...], texture: Image) -> tuple[Image, Image]:
    """Give the slice at z without noise, (H, W) in HU, and the share of each pixel that is patient."""
    hu = np.full(texture.shape, AIR)
    _paint_table(hu, grid)
    share = _share(grid, BODY, z)
    hu += share * (BODY.hu - hu)
    for part in (SUBCUTANEOUS, WALL):
        _paint(hu, grid, part, z)
    cavity = _share(grid, CAVITY, z)
    vessels = 500.0 * np.clip(texture - 1.6, 0.0, 1.0)
    domes = np.maximum(*(_share(grid, dome, min(z, dome.centre[2])) for dome in DOMES))
    lung, fat = LUNG + vessels, FAT + 0.2 * vessels
    hu += cavity * (lung + domes * (fat - lung) - hu)
    abdomen = cavity * domes
    for part in (*bowel, *ORGANS):
        _paint(hu, grid, part, z, abdomen)
    for part in (*TRUNK, *_ribs(z)):
        _paint(hu, grid, part, z)
    hu += np.where(hu > FAT / 2, 5.0, 2.0) * texture * share
    return hu, share


def _small_bowel(rng: np.random.Generator, loops: int = 26) -> tuple[Part, ...]:
    """Loops of small bowel: a wall with contents, some of it gas."""
    parts: list[Part] = []
    for gas in rng.random(loops) < GASSY:
        x, y, z = rng.uniform((-78, -48, 108), (92, 18, 190))
        a, b, c = rng.uniform((12, 10, 18), (24, 15, 30))
        turn = rng.uniform(0, 180)
        parts += [Part(62, (x, y, z), (a, b, c), turn), Part(22, (x, y, z), (a - 3, b - 3, c - 3), turn)]
        if gas:
            parts.append(Part(-930, (x, y, z), (a - 3, b - 3, c - 3), turn, y))
    return tuple(parts)


def _ribs(z: float) -> tuple[Part, ...]:
    """Give the ribs as a slice at z cuts them: ellipses along the cage, bone around marrow."""
    parts: list[Part] = []
    for rib in range(RIBS):
        # From the back (a quarter turn) to the front; ribs run down to the front, so cuts move forward with z.
        along = 1.15 - rib * RIB_PITCH - z * RIB_SLOPE
        if along < RIB_END:
            continue
        thin = np.clip(1.15 - z / 240.0 - 0.05 * rib, 0.3, 1.0)
        x, y = 143.0 * np.cos(along), 88.0 * np.sin(along)
        turn = np.rad2deg(np.arctan2(88.0 * np.cos(along), -143.0 * np.sin(along)))
        for side in (-1, 1):
            centre = (side * x, y + 1.0, z)
            parts.append(Part(620, centre, (11.0 * thin, 4.6 * thin, ALONG), side * turn))
            parts.append(Part(240, centre, (8.8 * thin, 2.4 * thin, ALONG), side * turn))
    return tuple(parts)


def _paint_table(hu: Image, grid: tuple[Image, Image]) -> None:
    """Paint the scanner's table in place: a curved shell of carbon fibre around foam."""
    x, y = grid
    above = 330.0 - np.hypot(x, y - (117.0 - 330.0))  # mm above the upper face
    below = np.hypot(x, y - (143.0 - 205.0)) - 205.0  # mm below the lower face
    distance = np.maximum(above, below)
    for value, depth in ((-250.0, 0.0), (-930.0, 2.2)):
        hu += np.clip(0.5 - (distance + depth) / EDGE, 0.0, 1.0) * (value - hu)


def _noise(rng: np.random.Generator, size: int) -> Image:
    """Noise of standard deviation 1 with the spectrum of filtered back-projection: a ramp under a soft kernel."""
    return _filtered(rng.standard_normal((size, size)), lambda f: np.sqrt(f) * np.exp(-((f / 0.42) ** 2)))


def _texture(fields: Image, share: float) -> Image:
    """Give a smooth field of standard deviation 1 that turns from the first of two fields into the second."""
    mixed = np.cos(share * np.pi / 2) * fields[0] + np.sin(share * np.pi / 2) * fields[1]
    grain = TEXTURE * fields.shape[-1] / FIELD  # pixels
    return _filtered(mixed, lambda f: np.exp(-((f * grain) ** 2)))


def _filtered(field: Image, response: Callable[[Image], Image]) -> Image:
    """Filter a field by its response over spatial frequency (cycles per pixel) to mean 0 and standard deviation 1."""
    rows, columns = field.shape
    frequency = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None, :])
    filtered: Image = np.fft.irfft2(np.fft.rfft2(field) * response(frequency), s=field.shape)
    filtered -= filtered.mean()
    return filtered / float(filtered.std())

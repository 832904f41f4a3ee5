"""What the panel remembers in the scene. Passphrases and what is to be embedded are never among it."""

# ruff: noqa: N815 parameters are named as Slicer names them

import enum
import typing
from types import SimpleNamespace
from typing import Annotated, Any

import slicer
from slicer.parameterNodeWrapper import WithinRange, parameterNodeWrapper

from StegoMedLib.choices import FINDERS, PRESETS, TILES
from StegoMedLib.codec.profiles import BLIND, PROFILES
from StegoMedPanel.untyped import Node

__all__ = [
    "Carry",
    "ExtractProfile",
    "Finder",
    "Preset",
    "Profile",
    "RecordKind",
    "StegoMedParameters",
    "Strength",
    "Target",
    "Tiles",
    "VoxelKind",
    "defaults",
    "parameters_of",
    "side_of",
]


_MAY_LOSE, _MOST_LOST = 30, 90
"""Percent of the photographs that may be lost, unless somebody says so, and at the most."""


class Labelled(enum.Enum):
    """Choices by the name that scenes are saved with, and the words that a combo box shows."""

    def label(self) -> str:
        """Words of the combo box; Slicer asks for them by this name."""
        return str(self.value)


class VoxelKind(Labelled):
    """What the voxels of a volume without DICOM header are."""

    CT = "CT (Hounsfield units)"
    MR = "MR"
    OT = "Something else"


class RecordKind(Labelled):
    """What is embedded."""

    header = "Patient attributes of the DICOM header"
    text = "A text"
    file = "A file"


if typing.TYPE_CHECKING:

    class Finder(Labelled):
        """Region finders of the library."""

        maskrcnn = ""

    class Profile(Labelled):
        """Profiles of the library."""

    class ExtractProfile(Labelled):
        """How a record is extracted: by profiles that need no region, or by one that does."""

        automatic = ""

    class Preset(Labelled):
        """What of a header stays, as the library names it."""

    class Tiles(Labelled):
        """Whether extraction shall tell where an image was altered."""

else:  # made of the registries, so that neither finder nor profile is named here
    Finder = Labelled("Finder", dict(FINDERS))
    Profile = Labelled("Profile", {name: name for name in PROFILES})
    ExtractProfile = Labelled(
        "ExtractProfile",
        {
            "automatic": "Found automatically",
            **{name: f"{name} (with the region of step 2)" for name in PROFILES if name not in BLIND},
        },
    )
    Preset = Labelled("Preset", {name: name.capitalize() for name in PRESETS})
    Tiles = Labelled(
        "Tiles",
        {
            "none": "Tell that an image was altered",
            **{f"side{side}": f"Tell where, in tiles of {side} x {side} pixels" for side in reversed(TILES)},
        },
    )


class Strength(Labelled):
    """How strongly a profile embeds that takes a strength."""

    standard = "Standard (survives JPEG 2000 at 10:1)"
    high = "High (survives JPEG 2000 at 20:1)"


class Carry(Labelled):
    """What goes along inside the images of a nameless study; names as in the library."""

    identity = "Who it is, in every image"
    header = "The whole header, spread over all images"
    none = "Nothing"


class Target(Labelled):
    """Where the new series goes."""

    database = "DICOM database"
    folder = "Folder"


@parameterNodeWrapper
class StegoMedParameters:
    """Parameters, kept in a node of the scene."""

    inputVolume: slicer.vtkMRMLScalarVolumeNode
    voxelKind: VoxelKind
    finder: Finder
    segmentation: slicer.vtkMRMLSegmentationNode
    recordKind: RecordKind
    untickedAttributes: str
    profile: Profile
    strength: Strength
    tiles: Tiles
    stegoVolume: slicer.vtkMRMLScalarVolumeNode
    withoutIdentity: bool
    preset: Preset
    carry: Carry
    target: Target
    targetFolder: str
    extractVolume: slicer.vtkMRMLScalarVolumeNode
    extractProfile: ExtractProfile
    mayLose: Annotated[int, WithinRange(0, _MOST_LOST)] = _MAY_LOSE
    removeMetadata: bool
    acceptJpeg: bool


def side_of(tiles: Tiles) -> int:
    """Pixels on a side of the tiles; 0 for none."""
    return int(tiles.name.removeprefix("side") if tiles.name != "none" else 0)


def parameters_of(node: Node) -> StegoMedParameters:
    """The parameters that a node of the scene keeps; Slicer gives the class what takes the node."""
    kept: Any = StegoMedParameters
    return typing.cast("StegoMedParameters", kept(node))


def defaults() -> StegoMedParameters:
    """Parameters while there is no scene to keep them in: nothing is chosen, and what is set is not kept."""
    values: dict[str, object] = {}
    for name, kind in typing.get_type_hints(StegoMedParameters).items():
        labelled = isinstance(kind, type) and issubclass(kind, Labelled)
        values[name] = next(iter(kind)) if labelled else kind() if kind in (str, bool) else None
    values["mayLose"] = _MAY_LOSE
    return typing.cast("StegoMedParameters", SimpleNamespace(**values))

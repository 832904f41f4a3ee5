"""How images are saved without identity: what stays of the header, what goes along, and how that looks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.choices import CARRIED_HEADER, CARRIED_NOTHING, CLEANABLE, PRESETS, RETAINABLE
from StegoMedLib.codec.profiles import PROFILES
from StegoMedLib.errors import (
    DoesNotFitError,
    MarkedAlreadyError,
    StegoMedError,
    TextInPicturesError,
    UnusableInputError,
    UsageError,
)
from StegoMedPanel.run import Place
from StegoMedPanel.states import say
from StegoMedPanel.tables import fill
from StegoMedPanel.travelling import Departure
from StegoMedPanel.wording import fold

if TYPE_CHECKING:
    from collections.abc import Callable

    from StegoMedLib.envelope import Key
    from StegoMedLib.pipeline.deidentify_report import DeidentifyReport
    from StegoMedPanel.desk import Desk
    from StegoMedPanel.embed_step import EmbedStep
    from StegoMedPanel.untyped import Node, Widget

__all__ = ["NamelessForm", "audit_file"]

_PREVIEWING = "Looking at the header of the first image ..."
_ALL = "Everything that may tell who it is goes out of the header"
_EXAMPLES = " Pseudonym and UIDs are examples, until there is a passphrase in step 3."
_STAYS = {**RETAINABLE, **CLEANABLE}
_WIDGETS = ("presetLabel", "preset", "carryLabel", "carry", "previewButton", "auditFileLabel", "auditFile")


class NamelessForm:
    """The choices of step 4 for images without identity; keys and profile are those of step 3."""

    def __init__(self, desk: Desk, embed: EmbedStep) -> None:
        self._desk, self._ui, self._embed = desk, desk.ui, embed
        self._place = Place(self._ui.previewButton, self._ui.saveProgress, self._ui.saveState)
        self._volume, self._text_found = "", False
        self._shown: tuple[object, ...] | None = None
        self.previewed = ""
        self._ui.previewButton.connect("clicked(bool)", self._on_preview)
        self.clear()

    @property
    def chosen(self) -> bool:
        """Whether images shall be saved without identity."""
        return bool(self._desk.parameters.withoutIdentity)

    def clear(self) -> None:
        """Forget the preview, and that somebody looked at the pictures."""
        self._text_found = False
        self._ui.acceptBurnedIn.checked = False
        self._forget_preview()
        fill(self._ui.residueTable, (), ())

    def refresh(self) -> None:
        """Show what there is to choose, and only what was made for what is chosen."""
        parameters, ui = self._desk.parameters, self._ui
        for name in _WIDGETS:
            getattr(ui, name).visible = self.chosen
        say(ui.presetMeaning, _meaning(PRESETS[parameters.preset.name]) if self.chosen else "")
        ui.previewButton.enabled = self._desk.may_press(self._place)
        volume = parameters.inputVolume
        name = "" if volume is None else str(volume.GetID())
        if name != self._volume:
            self._volume = name
            self.clear()
        if self._shown not in (None, self._choice()):
            self._forget_preview()
        ui.acceptBurnedIn.visible = self.chosen and self._text_found

    def words(self) -> str:
        """What there is to save."""
        parameters = self._desk.parameters
        volume = parameters.inputVolume
        if volume is None:
            return "There is nothing to save without identity yet; choose a volume in step 1."
        along = {
            "identity": "Who it is goes along in each of its images, under the keys of step 3.",
            "header": "Its whole header goes along, spread over its images, under the keys of step 3.",
            "none": "Nothing goes along: only a list of your own can tell later who it was.",
        }[parameters.carry.name]
        left = " What was embedded in step 3 stays behind." if parameters.stegoVolume is not None else ""
        return f"“{volume.GetName()}” (step 1) can be saved without identity. {along}{left} Its source does not change."

    def volume(self) -> Node:
        """The volume whose images are saved.

        Raises
        ------
        UsageError
            It, or what keeps the patient's pixels from being changed, is not chosen yet.
        """
        profile = self._desk.parameters.profile.name
        if self._carry() != CARRIED_NOTHING and PROFILES[profile].needs_mask:
            raise UsageError(f"Profile {profile} is for comparison, and carries no identity; choose another in step 3.")
        return self._desk.case(region=self._carry() != CARRIED_NOTHING).volume

    def save(self, passphrase: str, write: Callable[[Departure], DeidentifyReport]) -> DeidentifyReport:
        """Let `write` save the images, and say what is wrong in the words of the panel."""
        fill(self._ui.residueTable, (), ())
        try:
            return write(self._departure(self._embed.key(passphrase)))
        except TextInPicturesError as error:
            self._text_found = True
            raise UnusableInputError(
                f"{_numbered(self._desk.work.image_numbers(error.files))} may show text that names somebody "
                f"({error.why}); nothing was saved. Look at the pictures; if none shows a name, tick “Pictures show no "
                "name”."
            ) from None
        except MarkedAlreadyError as error:
            raise self._embed.marked_already(_numbered(self._desk.work.image_numbers([error.name]))) from None
        except DoesNotFitError as error:
            raise _too_much(self._carry(), str(error).partition(";")[0].rstrip(".")) from None

    def _departure(self, key: Key) -> Departure:
        parameters, embed = self._desk.parameters, self._embed
        return Departure(
            parameters.inputVolume,
            parameters.segmentation,
            key,
            parameters.profile.name,
            PRESETS[parameters.preset.name],
            self._carry(),
            embed.strong,
            embed.tiles,
            embed.replace,
            accept_burned_in=bool(self._ui.acceptBurnedIn.checked),
            audit=audit_file(self._ui.auditFile),
        )

    def _carry(self) -> str:
        return str(self._desk.parameters.carry.name)

    def _choice(self) -> tuple[object, ...]:
        """What a preview is of."""
        parameters = self._desk.parameters
        return self.chosen, self._volume, parameters.preset, parameters.carry

    def _forget_preview(self) -> None:
        self._shown, self.previewed = None, ""
        fill(self._ui.previewTable, (), ())

    def _on_preview(self) -> None:
        self._desk.start(self._place, _PREVIEWING, self._work_preview)

    def _work_preview(self) -> None:
        desk, parameters = self._desk, self._desk.parameters
        if parameters.inputVolume is None:
            raise UsageError("There is no volume yet; choose one in step 1.")
        desk.prepare(_PREVIEWING, parameters.inputVolume)
        key = self._known_key()
        derived = self._carry() != CARRIED_NOTHING
        changes = desk.work.preview(parameters.inputVolume, key, PRESETS[parameters.preset.name], derived=derived)
        rows = [
            (each.attribute, "(none)" if each.now is None else each.now, _afterwards(each.afterwards))
            for each in changes
        ]
        fill(self._ui.previewTable, ("Attribute", "Now", "Afterwards"), rows)
        self._shown = self._choice()
        self.previewed = f"The table shows what becomes of the first image's header.{_EXAMPLES if key is None else ''}"

    def _known_key(self) -> Key | None:
        """The key of step 3, where there is one already."""
        try:
            passphrase = self._embed.typed()
            return self._embed.key(passphrase)
        except StegoMedError:
            return None


def audit_file(field: Widget) -> Path | None:
    """The file that a ctkPathLineEdit names; None for none."""
    return Path(str(field.currentPath)) if field.currentPath else None


def _afterwards(value: str | None) -> str:
    return "(removed)" if value is None else value or "(empty)"


def _too_much(carry: str, why: str) -> DoesNotFitError:
    """What to do where that which goes along does not fit."""
    if carry != CARRIED_HEADER:
        return DoesNotFitError(
            "Who it is does not fit into the air of any of these images; choose profile capacity in step 3, or let "
            "nothing go along."
        )
    whole = why if why.count("(") == why.count(")") else "The whole header does not fit into these images"
    return DoesNotFitError(
        f"{whole}; let go along who it is instead of the whole header, or choose profile capacity in step 3."
    )


def _meaning(options: tuple[str, ...]) -> str:
    """What a preset leaves in place, in words."""
    stays = "; ".join(_STAYS[option] for option in options)
    return f"{_ALL}, but for: {stays}." if stays else f"{_ALL}, also dates and descriptions."


def _numbered(numbers: list[int]) -> str:
    """Images in words."""
    return ("Image " if len(numbers) == 1 else "Images ") + fold(numbers)

"""Step 3: what is embedded, under which passphrase, and what that did to the images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.codec.profiles import PROFILES
from StegoMedLib.errors import MarkedAlreadyError, StegoMedError, UnusableInputError
from StegoMedLib.wording import counted
from StegoMedPanel import stego, views
from StegoMedPanel.new_passphrase import NewPassphrase
from StegoMedPanel.other_keys import Fields, OtherKeys
from StegoMedPanel.parameters import RecordKind, Strength, side_of
from StegoMedPanel.record_form import RecordForm
from StegoMedPanel.run import Place
from StegoMedPanel.states import State, say
from StegoMedPanel.tables import fill
from StegoMedPanel.wording import fold
from StegoMedPanel.work import Case, Request

if TYPE_CHECKING:
    from StegoMedLib.envelope import Key
    from StegoMedLib.pipeline.embed_report import EmbedReport
    from StegoMedPanel.desk import Desk
    from StegoMedPanel.work import Embedded

__all__ = ["EmbedStep"]

_EMBEDDING = "Embedding the record ..."
_LESS = " Other keys than a passphrase, and tiles, take room from it."
_LEFT = "\nSome slices, alone or together, still carry the old record, which the old key reads."
_MEASURES = (
    ("psnr_bulk", "PSNR, peak: range (dB)", ".2f"),
    ("psnr_65535", "PSNR, peak: 65535 (dB)", ".2f"),
    ("ssim", "SSIM", ".6f"),
    ("changed_pixels", "Changed pixels", ".0f"),
    ("changed_significant", "Changed significant pixels", ".0f"),
    ("largest_change", "Largest change", ".0f"),
    ("payload_bits", "Payload (bits)", ".0f"),
)


class EmbedStep:
    """Embeds the record, shows stego and difference volumes, and says what was done."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._ui = desk, desk.ui
        ui = self._ui
        self.form = RecordForm(desk)
        self.passphrase = NewPassphrase(desk)
        fields = Fields(ui.keyFile, ui.recipientsState, ui.addRecipients, ui.forgetRecipients)
        self.others = OtherKeys(fields, desk.refresh_soon)
        self._volume, self._marked = "", False
        self._place = Place(ui.embedButton, ui.embedProgress, ui.embedState)
        self._done = ("", State.PLAIN)
        ui.embedButton.connect("clicked(bool)", self._on_embed)
        self.clear()

    def clear(self) -> None:
        """Forget record, passphrase and result."""
        self.form.clear()
        self.passphrase.clear()
        self.others.clear()
        self.forget_result()

    def forget_result(self) -> None:
        """Forget what embedding did: it was done to something else."""
        self._done = ("", State.PLAIN)
        fill(self._ui.embedTable, (), ())

    def refresh(self) -> None:
        """Say what the profile means, what the record needs, and what was done."""
        parameters = self._desk.parameters
        self._ui.embedButton.enabled = self._desk.may_press(self._place)
        self.passphrase.refresh()
        self.form.refresh()
        profile = PROFILES[parameters.profile.name]
        say(self._ui.profileMeaning, profile.sentence)
        for widget in (self._ui.strengthLabel, self._ui.strength):
            widget.visible = "strength" in profile.tunings
        for widget in (self._ui.tilesLabel, self._ui.tiles):
            widget.visible = profile.exact
        self._offer_replacing()
        if self._desk.run.idle:
            say(self._ui.needsState, *self._needs())
        if self._desk.fresh(self._place):
            say(self._ui.embedState, *self._done)

    def _needs(self) -> tuple[str, State]:
        """The live line; quiet while packages are missing, which are asked for when work begins."""
        if self._desk.parameters.inputVolume is None:
            return "", State.PLAIN
        try:
            words = self._desk.capacity.needs(self._desk.work.bytes_needed(self.form.record()))
            return f"{words}{_LESS if self._needs_more() else ''}", State.PLAIN
        except StegoMedError as error:
            return str(error), State.PLAIN
        except ImportError:
            return (
                "The size of the record is shown when StegoMed's Python packages are installed.",
                State.PLAIN,
            )

    def _needs_more(self) -> bool:
        """Whether more than a record and a passphrase is to be embedded."""
        return self.others.given or self.tiles > 0

    def typed(self) -> str:
        """The passphrase that was typed; empty where other keys do without one. Raises `UsageError` else."""
        return self.passphrase.text(needed=not self.others.given)

    def key(self, passphrase: str) -> Key:
        """The key of that passphrase and of the other keys; needs packages."""
        from StegoMedLib.envelope import joined  # noqa: PLC0415 needs packages

        typed = [self.passphrase.key(passphrase)] if passphrase else []
        return joined([*typed, *self.others.read()])

    def marked_already(self, name: str) -> UnusableInputError:
        """What to say of an image that carries a record; the box to replace it is offered from now on."""
        self._marked = True
        return UnusableInputError(
            f"{name} carries a record already, where this key puts one; tick “Replace the record that is there” in "
            "step 3, or choose another volume."
        )

    @property
    def strong(self) -> bool:
        """Whether a profile that takes a strength embeds at its high one."""
        return self._desk.parameters.strength is Strength.high

    @property
    def replace(self) -> bool:
        """Whether a record that is there may be replaced."""
        return bool(self._ui.replaceRecord.checked)

    @property
    def tiles(self) -> int:
        """Side of the tiles; 0 for none, or where the profile knows none."""
        parameters = self._desk.parameters
        return side_of(parameters.tiles) if PROFILES[parameters.profile.name].exact else 0

    def _offer_replacing(self) -> None:
        """Show the box where a record is known to be there; what was ticked for another volume does not count."""
        volume, box = self._desk.parameters.inputVolume, self._ui.replaceRecord
        name = "" if volume is None else str(volume.GetID())
        if name != self._volume:
            self._volume, self._marked = name, False
            box.checked = False
        box.visible = volume is not None and (self._marked or stego.carries_record(volume))

    def _on_embed(self) -> None:
        self._desk.start(self._place, _EMBEDDING, self._work)

    def _work(self) -> None:
        desk, parameters = self._desk, self._desk.parameters
        case, passphrase = desk.case(), self.typed()
        desk.prepare(_EMBEDDING, case.volume, case.segmentation)
        key = self.key(passphrase)
        self.forget_result()
        embedded = self._embed(case, self._request(key))
        parameters.stegoVolume = embedded.volume
        parameters.extractVolume = embedded.volume
        views.show(embedded.volume, embedded.difference)  # opaque: single pixels would be lost in anything less
        self._show(embedded.report)
        desk.keep_capacity(case, embedded.measured)

    def _request(self, key: Key) -> Request:
        record = self.form.record()
        kept = None if self._desk.parameters.recordKind is RecordKind.header else record
        return Request(key, kept, self.form.attributes(), self.strong, self.tiles, self.replace)

    def _embed(self, case: Case, request: Request) -> Embedded:
        """Embed, or offer to replace the record that is there."""
        try:
            return self._desk.work.embed(case, request, self._desk.progress)
        except MarkedAlreadyError as error:
            raise self.marked_already(error.name) from None

    def _show(self, report: EmbedReport) -> None:
        """The numbers, and the slices that were skipped with their reasons."""
        summary = report.summary()
        rows = [(words, _span(summary[name], form)) for name, words, form in _MEASURES if name in summary]
        fill(self._ui.embedTable, ("Measure,\nper slice", "Min / mean\n/ max"), rows)
        reasons: dict[str, list[int]] = {}
        for number, row in enumerate(report.slices, start=1):
            if row.state == "skipped":
                reasons.setdefault(row.reason, []).append(number)
        skipped = "".join(f"\nSkipped {fold(numbers)}: {reason}." for reason, numbers in reasons.items())
        total = counted(len(report.slices), "slice")
        words = f"The record is embedded in {report.embedded} of {total}; save the series in step 4."
        left = _LEFT if report.kept or report.left_together else ""
        told = "".join(f"\n{sentence}" for sentence in self.others.told)
        self._done = words + skipped + left + told, State.WARNING if skipped or left or told else State.GOOD


def _span(values: dict[str, float], form: str) -> str:
    """Least, mean and most of the slices; once where they are the same."""
    texts = [format(values[key], form) for key in ("min", "mean", "max")]
    return texts[0] if len(set(texts)) == 1 else " / ".join(texts)

"""Step 3: what is embedded, under which passphrase, and what that did to the images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.codec.profiles import PROFILES
from StegoMedLib.errors import StegoMedError
from StegoMedLib.wording import counted
from StegoMedPanel import views
from StegoMedPanel.new_passphrase import NewPassphrase
from StegoMedPanel.parameters import RecordKind, Strength
from StegoMedPanel.record_form import RecordForm
from StegoMedPanel.run import Place
from StegoMedPanel.states import State, say
from StegoMedPanel.tables import fill
from StegoMedPanel.wording import fold
from StegoMedPanel.work import Request

if TYPE_CHECKING:
    from StegoMedLib.pipeline.embed_report import EmbedReport
    from StegoMedPanel.desk import Desk

__all__ = ["EmbedStep"]

_EMBEDDING = "Embedding the record ..."
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
        self._place = Place(ui.embedButton, ui.embedProgress, ui.embedState)
        self._done = ("", State.PLAIN)
        ui.embedButton.connect("clicked(bool)", self._on_embed)
        self.clear()

    def clear(self) -> None:
        """Forget record, passphrase and result."""
        self.form.clear()
        self.passphrase.clear()
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
        if self._desk.run.idle:
            say(self._ui.needsState, *self._needs())
        if self._desk.fresh(self._place):
            say(self._ui.embedState, *self._done)

    def _needs(self) -> tuple[str, State]:
        """The live line; quiet while packages are missing, which are asked for when work begins."""
        if self._desk.parameters.inputVolume is None:
            return "", State.PLAIN
        try:
            return self._desk.capacity.needs(self._desk.work.bytes_needed(self.form.record())), State.PLAIN
        except StegoMedError as error:
            return str(error), State.PLAIN
        except ImportError:
            return (
                "The size of the record is shown when StegoMed's Python packages are installed.",
                State.PLAIN,
            )

    def _on_embed(self) -> None:
        self._desk.start(self._place, _EMBEDDING, self._work)

    def _work(self) -> None:
        desk, parameters = self._desk, self._desk.parameters
        case, passphrase = desk.case(), self.passphrase.text()
        desk.prepare(_EMBEDDING, case.volume, case.segmentation)
        key = self.passphrase.key(passphrase)
        self.forget_result()
        record = self.form.record()
        kept = None if parameters.recordKind is RecordKind.header else record
        request = Request(key, kept, self.form.attributes(), parameters.strength is Strength.high)
        embedded = desk.work.embed(case, request, desk.progress)
        parameters.stegoVolume = embedded.volume
        parameters.extractVolume = embedded.volume
        views.show(embedded.volume, embedded.difference)  # opaque: single pixels would be lost in anything less
        self._show(embedded.report)
        desk.keep_capacity(case, embedded.measured)

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
        self._done = words + skipped, State.WARNING if skipped else State.GOOD


def _span(values: dict[str, float], form: str) -> str:
    """Least, mean and most of the slices; once where they are the same."""
    texts = [format(values[key], form) for key in ("min", "mean", "max")]
    return texts[0] if len(set(texts)) == 1 else " / ".join(texts)

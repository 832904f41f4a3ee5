"""Each step alone at its desk, on a work that does nothing: what it asks for, shows, and says."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytest.importorskip("slicer_core")

MODULE = Path(__file__).parents[2] / "StegoMed"


def make_work() -> Any:  # noqa: C901 a method for each thing that steps ask for
    """A work that notes what it is asked for, tells of two slices, and does what `instead` says."""
    from StegoMedPanel.capacity import Measured
    from StegoMedPanel.work import Case, Embedded, Extracted, Request, Work

    class FakeWork(Work):
        def __init__(self) -> None:
            self.asked: list[Any] = []
            self.instead: Callable[[], Any] = lambda: None

        def _note(self, progress: Any, *asked: Any) -> Any:
            self.asked.append(asked)
            progress(1, 2, "slice 1")
            result = self.instead()
            progress(2, 2, "slice 2")
            return result

        def ensure_packages(self, *, network: bool = False, teller: Any = None) -> None:
            assert teller is not None
            self.asked.append(("packages", network))

        def find(self, case: Case, finder: str, progress: Any) -> tuple[Any, Measured]:
            return self._note(progress, "find", case, finder), Measured([900, 10], ["", "no air"])

        def measure(self, case: Case, progress: Any) -> Measured:
            self._note(progress, "measure", case)
            return Measured([900, 900], ["", ""])

        def bytes_needed(self, record: Any) -> int:
            return len(record.text)

        def embed(self, case: Case, request: Request, progress: Any) -> Embedded:
            volume, report = self._note(progress, "embed", case, request)
            return Embedded(volume, None, report, Measured([900, 10], ["", "no air"]))

        def extract(self, volume: Any, key: Any, progress: Any, **options: Any) -> Extracted:
            report = self._note(progress, "extract", volume, key, options)
            return Extracted(report, None, np.zeros((2, 4, 5), dtype=np.bool_))

        def save_to_folder(self, volume: Any, folder: Path, patient: Any, progress: Any, **options: Any) -> list[str]:
            self._note(progress, "folder", volume, folder, patient)
            options["told"]("The overlay was left out.")
            return ["1.2.3", "1.2.4"]

        def conceal(self, volume: Any, photographs: Any, folder: Path, request: Any, progress: Any) -> Any:
            return self._note(progress, "conceal", volume, photographs, folder, request)

        def reveal(self, photographs: Any, key: Any, progress: Any, choose_folder: Any) -> Any:
            return self._note(progress, "reveal", photographs, key, choose_folder)

    return FakeWork()


@pytest.fixture
def desk(host: Any, scene: Any, monkeypatch: Any) -> Iterator[Any]:
    """A desk with the module's form and fresh parameters, on a work that does nothing."""
    import slicer

    host.import_module(MODULE / "StegoMed.py")
    from StegoMedPanel.desk import Desk
    from StegoMedPanel.parameters import parameters_of

    for name in [name for name in sys.modules if name.startswith("StegoMedLib.pipeline")] + ["StegoMedLib.pipeline"]:
        monkeypatch.setitem(sys.modules, name, None)  # whoever imports it fails
    form = slicer.util.loadUI(str(MODULE / "Resources/UI/StegoMed.ui"))
    form.setMRMLScene(scene)
    made = Desk(slicer.util.childWidgetVariables(form), make_work(), lambda: None, lambda *_: None)
    made.parameters = parameters_of(scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode"))
    yield made
    form.deleteLater()


@pytest.fixture
def volume(desk: Any) -> Any:
    """The chosen volume."""
    import slicer

    desk.parameters.inputVolume = slicer.util.addVolumeFromArray(np.zeros((2, 4, 5), np.int16))
    return desk.parameters.inputVolume


@pytest.fixture
def region(desk: Any, volume: Any, scene: Any) -> Any:
    """The chosen segmentation."""
    assert volume is not None
    desk.parameters.segmentation = scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    return desk.parameters.segmentation


def test_finding_asks_for_the_chosen_finder_and_keeps_what_it_measured(desk: Any, volume: Any, scene: Any) -> None:
    from StegoMedPanel.region_step import RegionStep
    from StegoMedPanel.work import Case

    RegionStep(desk)
    shown: list[str] = []

    def found() -> Any:
        shown.append(f"{desk.ui.findButton.text}: {desk.ui.regionProgress.text}, {desk.ui.regionState.plainText}")
        return scene.AddNewNodeByClass("vtkMRMLSegmentationNode")

    desk.work.instead = found
    desk.ui.findButton.click()
    case = Case(volume, None, "fidelity", "CT")
    assert desk.work.asked == [("packages", True), ("find", case, "maskrcnn")]
    assert shown == ["Cancel: slice 1  1 of 2, Looking for the significant region ..."]
    assert desk.parameters.segmentation is not None
    assert desk.capacity.words() == "2 of 2 slices can carry a record."
    assert desk.capacity.words(500) == "1 of 2 slices can carry a record (no air)."
    assert desk.ui.findButton.text == "Find"
    assert desk.run.idle


def test_what_was_measured_for_another_choice_is_not_kept(desk: Any, region: Any) -> None:
    from StegoMedPanel.region_step import RegionStep

    assert region is not None
    RegionStep(desk).refresh()
    desk.work.instead = lambda: setattr(desk.parameters, "profile", type(desk.parameters.profile).capacity)
    desk.ui.capacityButton.click()
    assert desk.work.asked[-1][0] == "measure"
    assert not desk.capacity.known


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("cancel", "Cancelled"),
        ("remove", "was removed from the scene"),
        ("fail", "unexpected error (ZeroDivisionError)"),
    ],
)
def test_work_that_ends_early_gets_a_sentence(desk: Any, region: Any, scene: Any, how: str, sentence: str) -> None:
    from StegoMedPanel.region_step import RegionStep

    RegionStep(desk)
    endings: dict[str, Callable[[], Any]] = {
        "cancel": desk.ui.findButton.click,
        "remove": lambda: scene.RemoveNode(desk.parameters.inputVolume),
        "fail": lambda: 1 / 0,
    }
    desk.work.instead = endings[how]
    desk.ui.findButton.click()
    assert sentence in desk.ui.regionState.plainText
    assert desk.parameters.segmentation is region
    assert desk.run.idle


def report_of(embedded: int, *skipped: str) -> Any:
    """What embedding says that it did."""
    rows = [SimpleNamespace(state="embedded", reason="")] * embedded
    rows += [SimpleNamespace(state="skipped", reason=reason) for reason in skipped]
    summary = {"ssim": {"min": 0.5, "mean": 0.75, "max": 1.0}}
    return SimpleNamespace(embedded=embedded, slices=rows, summary=lambda: summary, kept=0, left_together=False)


def test_embedding_hands_over_what_was_typed_and_shows_what_was_done(desk: Any, volume: Any, region: Any) -> None:
    from panel_driver import words_in
    from StegoMedPanel.embed_step import EmbedStep
    from StegoMedPanel.parameters import RecordKind

    from StegoMedLib.envelope import TextRecord

    step = EmbedStep(desk)
    desk.parameters.recordKind = RecordKind.text
    desk.ui.recordText.setPlainText("kept in the air")
    desk.ui.passphrase.text = desk.ui.repeatPassphrase.text = "correct horse battery staple"
    desk.work.instead = lambda: (volume, report_of(1, "no air"))
    desk.ui.embedButton.click()
    _, (asked, case, request) = desk.work.asked
    assert (asked, case.volume, case.segmentation) == ("embed", volume, region)
    assert request.record == TextRecord("kept in the air")
    assert request.key.prepared == b"correct horse battery staple"
    assert (request.tiles, request.replace) == (0, False)
    assert "correct horse" not in repr(request)
    assert desk.parameters.stegoVolume is volume
    step.refresh()
    assert "1 of 2 slices" in desk.ui.embedState.plainText
    assert "Skipped 2: no air." in desk.ui.embedState.plainText
    assert words_in(desk.ui.embedTable) == [["SSIM", "0.500000 / 0.750000 / 1.000000"]]
    needs = "The record takes 15 bytes after compression, and a slice holds 10 to 900: 1 of 2 slices can carry it"
    assert desk.ui.needsState.plainText == f"{needs} (no air)."


def test_tiles_are_asked_for_where_the_profile_can_tell_of_them(desk: Any, volume: Any, region: Any) -> None:
    from StegoMedPanel.embed_step import EmbedStep
    from StegoMedPanel.parameters import Profile, RecordKind, Tiles

    assert region is not None
    step = EmbedStep(desk)
    desk.parameters.recordKind, desk.parameters.tiles = RecordKind.text, Tiles["side16"]
    desk.ui.recordText.setPlainText("kept in the air")
    desk.ui.passphrase.text = desk.ui.repeatPassphrase.text = "correct horse battery staple"
    desk.work.instead = lambda: (volume, report_of(2))
    for profile, side in (("fidelity", 16), ("robust", 0)):
        desk.parameters.profile = Profile[profile]
        step.refresh()
        assert desk.ui.tiles.isVisibleTo(desk.ui.embedStep) is (side > 0)
        desk.ui.embedButton.click()
        assert desk.work.asked[-1][2].tiles == side


def test_a_record_that_is_there_is_replaced_when_the_user_says_so(desk: Any, volume: Any, region: Any) -> None:
    import slicer
    from StegoMedPanel.embed_step import EmbedStep
    from StegoMedPanel.parameters import RecordKind

    from StegoMedLib.errors import MarkedAlreadyError

    def refuse() -> Any:
        raise MarkedAlreadyError("slice 1")

    assert region is not None
    step = EmbedStep(desk)
    desk.parameters.recordKind = RecordKind.text
    desk.ui.recordText.setPlainText("kept in the air")
    desk.ui.passphrase.text = desk.ui.repeatPassphrase.text = "correct horse battery staple"
    desk.work.instead = refuse
    step.refresh()
    assert not desk.ui.replaceRecord.visible
    desk.ui.embedButton.click()
    step.refresh()
    assert desk.ui.embedState.plainText == (
        "slice 1 carries a record already, where this key puts one; tick “Replace the record that is there” in step 3, "
        "or choose another volume."
    )
    assert desk.ui.replaceRecord.isVisibleTo(desk.ui.embedStep)
    desk.ui.replaceRecord.checked = True
    desk.work.instead = lambda: (volume, report_of(2))
    desk.ui.embedButton.click()
    assert desk.work.asked[-1][2].replace
    desk.parameters.inputVolume = slicer.util.addVolumeFromArray(np.zeros((2, 4, 5), np.int16))
    step.refresh()
    assert not desk.ui.replaceRecord.checked
    assert not desk.ui.replaceRecord.visible


def test_old_records_that_stay_are_told_of(desk: Any, volume: Any, region: Any) -> None:
    from StegoMedPanel.embed_step import EmbedStep
    from StegoMedPanel.parameters import RecordKind

    assert region is not None
    step = EmbedStep(desk)
    desk.parameters.recordKind = RecordKind.text
    desk.ui.recordText.setPlainText("kept in the air")
    desk.ui.passphrase.text = desk.ui.repeatPassphrase.text = "correct horse battery staple"
    for kept, together in ((1, False), (0, True)):
        report = report_of(2)
        report.kept, report.left_together = kept, together
        desk.work.instead = lambda report=report: (volume, report)
        desk.ui.embedButton.click()
        step.refresh()
        assert "still carry the old record" in desk.ui.embedState.plainText


def test_embedding_without_a_region_asks_for_nothing(desk: Any, volume: Any) -> None:
    from StegoMedPanel.embed_step import EmbedStep

    assert volume is not None
    EmbedStep(desk)
    desk.ui.embedButton.click()
    assert "no significant region" in desk.ui.embedState.plainText
    assert desk.work.asked == []


def test_saving_says_what_did_not_come_along(desk: Any, volume: Any, tmp_path: Path) -> None:
    from StegoMedPanel.embed_step import EmbedStep
    from StegoMedPanel.parameters import Target
    from StegoMedPanel.save_step import SaveStep

    step = SaveStep(desk, EmbedStep(desk))
    desk.parameters.stegoVolume, desk.parameters.target = volume, Target.folder
    desk.ui.saveButton.click()
    assert "no folder yet" in desk.ui.saveState.plainText
    desk.parameters.targetFolder, desk.ui.patientName.text = str(tmp_path), "Doe^Jane"
    desk.ui.saveButton.click()
    step.refresh()
    assert desk.work.asked[-1] == ("folder", volume, tmp_path, {"PatientName": "Doe^Jane", "PatientID": "Doe^Jane"})
    assert desk.ui.saveState.plainText == f"2 images were written to {tmp_path}. The overlay was left out."


def test_extracting_says_why_nothing_was_read(desk: Any, volume: Any) -> None:
    from StegoMedPanel.extract_step import ExtractStep

    from StegoMedLib.envelope import Passphrase
    from StegoMedLib.errors import NothingReadableError

    def refuse() -> Any:
        raise NothingReadableError

    step = ExtractStep(desk)
    desk.parameters.extractVolume, desk.ui.extractPassphrase.text = volume, "another one"
    desk.work.instead = refuse
    desk.ui.extractButton.click()
    step.refresh()
    assert desk.ui.extractState.plainText == str(NothingReadableError())
    key = Passphrase.typed("another one")
    assert desk.work.asked[-1] == ("extract", volume, key, {"beside": None, "profile": None})
    assert not desk.ui.recordTable.visible
    assert not desk.ui.copyButton.visible


def test_concealing_hands_over_what_was_chosen_and_says_what_was_done(desk: Any, volume: Any, tmp_path: Path) -> None:
    from StegoMedPanel.conceal_step import ConcealStep
    from StegoMedPanel.embed_step import EmbedStep

    volume.SetAttribute("DICOM.instanceUIDs", "1.2.3 1.2.4")
    step = ConcealStep(desk, EmbedStep(desk))
    step.photographs._sizes = {tmp_path / "a.png": None, tmp_path / "b.png": None}
    desk.ui.passphrase.text = desk.ui.repeatPassphrase.text = "correct horse battery staple"
    desk.ui.concealFolder.currentPath = str(tmp_path / "out")
    desk.parameters.removeMetadata = True
    step.refresh()
    desk.work.instead = lambda: SimpleNamespace(
        photographs=[SimpleNamespace(psnr=61.04), SimpleNamespace(psnr=float("inf"))],
        may_be_lost=0,
        lossy=[],
        unused=[],
    )
    desk.ui.concealButton.click()
    step.refresh()
    asked, node, photographs, folder, request = desk.work.asked[-1]
    assert (asked, node, folder) == ("conceal", volume, tmp_path / "out")
    assert photographs == [tmp_path / "a.png", tmp_path / "b.png"]
    assert request.key.prepared == b"correct horse battery staple"
    assert (request.may_lose, request.metadata, request.jpeg) == (30, False, False)
    assert "correct horse" not in repr(request)
    assert desk.ui.concealState.plainText == (
        f"2 photographs were written to {tmp_path / 'out'}, PSNR 61.0 dB. Show nobody the photographs they were made "
        "of: side by side, the changes can be seen."
    )


@pytest.mark.parametrize(
    ("report", "folder", "sentence"),
    [
        ({}, None, "2 images were written to the DICOM database, and loaded as “Back”."),
        ({"new": 0}, None, "2 images were in the DICOM database already, and loaded as “Back”."),
        ({"images": 0, "loaded": [], "others": 1}, "kept", "1 file saved to kept."),
        (
            {"images": 0, "loaded": [], "others": 2},
            None,
            "Not saved: 2 files; press Reveal again, and choose a folder.",
        ),
    ],
)
def test_revealing_says_what_came_out(
    desk: Any, volume: Any, tmp_path: Path, report: dict[str, Any], folder: str | None, sentence: str
) -> None:
    from StegoMedPanel.concealing import Revealed
    from StegoMedPanel.extract_step import ExtractStep
    from StegoMedPanel.reveal_step import RevealStep

    volume.SetName("Back")
    step = RevealStep(desk, ExtractStep(desk))
    step.photographs._sizes = {tmp_path / "a.png": None}
    desk.ui.extractPassphrase.text = "correct horse battery staple"
    empty: Any = SimpleNamespace(incomplete=[])
    what = {"images": 2, "new": 2, "loaded": [volume], "others": 0, **report}
    place = None if folder is None else Path(folder)
    desk.work.instead = lambda: Revealed(empty, folder=place, **what)
    desk.ui.revealButton.click()
    step.refresh()
    assert desk.work.asked[-1][:2] == ("reveal", [tmp_path / "a.png"])
    assert desk.ui.revealState.plainText == sentence

"""Self-tests that run inside Slicer: no data needed, no network, no model."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import qt
import slicer

from StegoMedLib.choices import CARRIED_IDENTITY
from StegoMedLib.codec.profiles import DEFAULT_PROFILE
from StegoMedLib.errors import NothingReadableError
from StegoMedPanel import nodes, packages
from StegoMedPanel.altered import show_altered
from StegoMedPanel.concealing import PhotoRequest
from StegoMedPanel.dicom_node import DicomNode
from StegoMedPanel.record_form import ATTRIBUTES
from StegoMedPanel.sample_data import load_phantom
from StegoMedPanel.sending import Parcel
from StegoMedPanel.servers import servers_of_settings
from StegoMedPanel.travelling import Departure
from StegoMedPanel.work import Case, Request, Work

if TYPE_CHECKING:
    import unittest

    from StegoMedPanel.untyped import Node

__all__ = [
    "journey_through_dicom",
    "journey_through_photographs",
    "journey_through_voxels",
    "journey_without_identity",
    "mistakes_get_a_sentence",
    "settings_name_servers",
    "why_skipped",
]

_PASSPHRASE = "self-test of StegoMed"  # noqa: S105 seals nothing but the phantom
_SLICES, _SIZE = 3, 256
_NOBODYS_PORT = 9
"""Discard, which nobody serves any more."""
_TILE, _ROOMY = 16, "capacity"
_PHOTOGRAPHS, _MAY_LOSE = 4, 30


def why_skipped() -> str:
    """Why nothing can be tested here; nothing where it can.

    Packages are installed when a user agrees, and under --testing nobody is asked.
    """
    lacking = [item.requirement for item in packages.missing(network=False) if not item.optional]
    return f"these Python packages are not installed yet: {', '.join(lacking)}." if lacking else ""


def _silent(_done: int, _total: int, _label: str) -> None:
    slicer.app.processEvents()


def _digests(volume: Node) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in nodes.files_of(nodes.uids_of(volume))]


def journey_through_dicom(test: unittest.TestCase) -> None:
    """Find, embed, save to the database, load the new series, extract; the source stays as it is."""
    from DICOMLib import DICOMUtils  # noqa: PLC0415 part of Slicer

    work = Work()
    from StegoMedLib.envelope import HeaderRecord, Passphrase  # noqa: PLC0415 needs packages
    from StegoMedLib.series.phantom import PATIENT  # noqa: PLC0415

    with DICOMUtils.TemporaryDICOMDatabase():
        volume = load_phantom(slices=_SLICES, size=_SIZE)[0]
        before = _digests(volume)
        segmentation, _ = work.find(Case(volume, None, DEFAULT_PROFILE), "threshold", _silent)
        key = Passphrase.typed(_PASSPHRASE)
        request = Request(key, None, tuple(ATTRIBUTES))
        embedded = work.embed(Case(volume, segmentation, DEFAULT_PROFILE), request, _silent)
        test.assertEqual(embedded.report.embedded, _SLICES)
        changed = nodes.voxels_of(embedded.volume) != nodes.voxels_of(volume)
        test.assertTrue(changed.any())
        test.assertFalse((changed & nodes.mask_of(segmentation, volume)).any())
        saved = work.save_to_database(embedded.volume, {}, _silent)
        test.assertEqual(_digests(volume), before)
        words = Parcel(saved.images).send(DicomNode("", "127.0.0.1", _NOBODYS_PORT, "NOBODY"), _silent)[0]
        test.assertIn(f"0 of {_SLICES} images were sent", words)
        test.assertIn("nothing answers at its port", words)
        (identifier,) = DICOMUtils.loadSeriesByUID([saved.series])
        loaded = slicer.mrmlScene.GetNodeByID(identifier)
        test.assertEqual(loaded.GetAttribute(nodes.SERIES_MARK), "1")
        report = work.extract(loaded, key, _silent).report
        test.assertEqual(report.states, f"{_SLICES} intact")
        record = report.record
        read = record.attributes if isinstance(record, HeaderRecord) else {}
        for keyword in set(ATTRIBUTES) & set(PATIENT):
            test.assertEqual(read.get(keyword), PATIENT[keyword])
        with test.assertRaises(NothingReadableError):  # noqa: PT027 runs in Slicer, where there is no pytest
            work.extract(loaded, Passphrase.typed("another passphrase"), _silent)


def journey_through_photographs(test: unittest.TestCase) -> None:
    """Conceal a series in photographs, take it out of the database, and reveal it from some of them."""
    from DICOMLib import DICOMUtils  # noqa: PLC0415 part of Slicer
    from PIL import Image  # noqa: PLC0415 part of Slicer

    work = Work()
    from StegoMedLib.envelope import Passphrase  # noqa: PLC0415 needs packages

    key, folder = Passphrase.typed(_PASSPHRASE), Path(slicer.util.tempDirectory())
    photographs = [folder / f"{number}.png" for number in range(_PHOTOGRAPHS)]
    for number, path in enumerate(photographs):
        levels = np.random.default_rng(number).normal(128.0, 20.0, (2 * _SIZE, 2 * _SIZE, 3))
        Image.fromarray(np.clip(levels, 2, 253).astype(np.uint8)).save(path)
    with DICOMUtils.TemporaryDICOMDatabase() as database:
        volume = load_phantom(slices=_SLICES, size=_SIZE)[0]
        before, voxels = _digests(volume), nodes.voxels_of(volume).copy()
        series = database.seriesForFile(str(nodes.files_of(nodes.uids_of(volume))[0]))
        request = PhotoRequest(key, _MAY_LOSE, metadata=True, jpeg=False)
        report = work.conceal(volume, photographs, folder / "out", request, _silent)
        test.assertEqual(report.may_be_lost, 1)
        database.removeSeries(series)
        carriers = [folder / "out" / row.file for row in report.photographs]
        revealed = work.reveal(carriers[1:], key, _silent, lambda _: None)
        test.assertEqual((revealed.images, revealed.new, revealed.others), (_SLICES, _SLICES, 0))
        (loaded,) = revealed.loaded
        test.assertEqual(_digests(loaded), before)
        test.assertTrue(np.array_equal(nodes.voxels_of(loaded), voxels))
        with test.assertRaises(NothingReadableError):  # noqa: PT027 runs in Slicer, where there is no pytest
            work.reveal(carriers, Passphrase.typed("another passphrase"), _silent, lambda _: None)


def journey_without_identity(test: unittest.TestCase) -> None:
    """Save without identity to the database, load, put the identity back; then clean the scene."""
    from DICOMLib import DICOMUtils  # noqa: PLC0415 part of Slicer

    work = Work()
    from StegoMedLib.envelope import Passphrase  # noqa: PLC0415 needs packages
    from StegoMedLib.series.phantom import PATIENT  # noqa: PLC0415

    with DICOMUtils.TemporaryDICOMDatabase() as database:
        volume = load_phantom(slices=_SLICES, size=_SIZE)[0]
        before = _digests(volume)
        segmentation, _ = work.find(Case(volume, None, DEFAULT_PROFILE), "threshold", _silent)
        key = Passphrase.typed(_PASSPHRASE)
        departure = Departure(volume, segmentation, key, DEFAULT_PROFILE, (), CARRIED_IDENTITY)
        saved, report = work.nameless_to_database(departure, _silent)
        test.assertFalse(report.residue)
        (identifier,) = DICOMUtils.loadSeriesByUID([saved.series])
        loaded = slicer.mrmlScene.GetNodeByID(identifier)
        first = nodes.uids_of(loaded)[0]
        test.assertNotIn(PATIENT["PatientID"], str(database.instanceValue(first, ATTRIBUTES["PatientID"])))
        returned = work.put_back(loaded, key, _silent)
        test.assertEqual([row.tied for row in returned.report.rows], [True] * _SLICES)
        test.assertEqual(_digests(volume), before)
        clean = work.clean_scene()
        test.assertEqual(clean.left, [])
        test.assertFalse(nodes.uids_of(volume))


def journey_through_voxels(test: unittest.TestCase) -> None:
    """Find, embed, extract and save where there is no DICOM header to start from."""
    work = Work()
    from StegoMedLib.envelope import Passphrase, TextRecord  # noqa: PLC0415 needs packages
    from StegoMedLib.series.phantom import phantom_series  # noqa: PLC0415

    phantom = phantom_series(slices=_SLICES, size=_SIZE)
    voxels = np.ascontiguousarray(phantom.stored + np.int16(phantom.intercept))
    volume = slicer.util.addVolumeFromArray(voxels)
    segmentation, _ = work.find(Case(volume, None, DEFAULT_PROFILE, "CT"), "threshold", _silent)
    key = Passphrase.typed(_PASSPHRASE)
    request = Request(key, TextRecord("self-test"), (), tiles=_TILE)
    embedded = work.embed(Case(volume, segmentation, _ROOMY, "CT"), request, _silent)
    record = work.extract(embedded.volume, key, _silent).report.record
    test.assertEqual(record, TextRecord("self-test"))
    folder = Path(slicer.util.tempDirectory()) / "series"
    uids = work.save_to_folder(embedded.volume, folder, {"PatientName": "Self^Test", "PatientID": "1"}, _silent)
    test.assertEqual(len(set(uids)), _SLICES)
    test.assertEqual(len(list(folder.iterdir())), _SLICES)
    nodes.voxels_of(embedded.volume)[1, _SIZE // 2, _SIZE // 2] += 1
    extracted = work.extract(embedded.volume, key, _silent)
    test.assertEqual(extracted.report.states, f"{_SLICES - 1} intact, 1 altered")
    show_altered(embedded.volume, extracted.altered)
    (shown,) = [node for node in slicer.util.getNodesByClass("vtkMRMLSegmentationNode") if node is not segmentation]
    test.assertEqual(int(nodes.mask_of(shown, embedded.volume).sum()), _TILE * _TILE)


def settings_name_servers(test: unittest.TestCase) -> None:
    """The servers of Slicer's settings are read as Slicer writes them, from a file of settings of their own."""
    settings = qt.QSettings(str(Path(slicer.util.tempDirectory()) / "settings.ini"), qt.QSettings.IniFormat)
    settings.setValue("DICOM/ServerNodeCount", 2)
    for row, (name, storage) in enumerate((("Döner", 2), ("Read only", 0))):
        node = {"Name": name, "Called AETitle": "A", "Address": "b", "Port": "104", "StorageCheckState": storage}
        settings.setValue(f"DICOM/ServerNodes/{row}", qt.QByteArray(json.dumps(node).encode()))
    settings.setValue("ServerNodeCount", 1)
    settings.setValue("ServerNodes/0", {"Name": "Query", "AETitle": "C", "Address": "d", "Port": "11112"})
    settings.setValue("DICOM/Send/Protocol", "DICOMweb")
    settings.setValue("DICOM/Send/URL", "https://e/f")
    labels = [server.label for server in servers_of_settings(settings)]
    test.assertEqual(labels, ["Döner (A, b:104)", "Query (C, d:11112)", "https://e/f"])


def mistakes_get_a_sentence(test: unittest.TestCase) -> None:
    """Every button answers in words when there is nothing to work on."""
    panel = slicer.util.getModuleWidget("StegoMed").panel
    before = slicer.mrmlScene.GetNumberOfNodes()
    for button, state, words in (
        (panel.desk.ui.findButton, panel.desk.ui.regionState, "no volume"),
        (panel.desk.ui.embedButton, panel.desk.ui.embedState, "no volume"),
        (panel.desk.ui.saveButton, panel.desk.ui.saveState, "nothing to save"),
        (panel.desk.ui.extractButton, panel.desk.ui.extractState, "no volume"),
        (panel.desk.ui.concealButton, panel.desk.ui.concealState, "no volume"),
        (panel.desk.ui.revealButton, panel.desk.ui.revealState, "no photographs"),
    ):
        button.click()
        test.assertIn(words, state.plainText)
    test.assertEqual(slicer.mrmlScene.GetNumberOfNodes(), before)

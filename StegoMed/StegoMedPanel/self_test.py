"""Self-tests that run inside Slicer: no data needed, no network, no model."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import slicer

from StegoMedLib.codec.profiles import DEFAULT_PROFILE
from StegoMedLib.errors import NothingReadableError
from StegoMedPanel import nodes, packages
from StegoMedPanel.record_form import ATTRIBUTES
from StegoMedPanel.sample_data import load_phantom
from StegoMedPanel.work import Case, Request, Work

if TYPE_CHECKING:
    import unittest

    from StegoMedPanel.untyped import Node

__all__ = ["journey_through_dicom", "journey_through_voxels", "mistakes_get_a_sentence", "why_skipped"]

_PASSPHRASE = "self-test of StegoMed"  # noqa: S105 seals nothing but the phantom
_SLICES, _SIZE = 3, 256


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
        key = Passphrase.to_seal(_PASSPHRASE)
        request = Request(key, None, tuple(ATTRIBUTES))
        embedded = work.embed(Case(volume, segmentation, DEFAULT_PROFILE), request, _silent)
        test.assertEqual(embedded.report.embedded, _SLICES)
        changed = nodes.voxels_of(embedded.volume) != nodes.voxels_of(volume)
        test.assertTrue(changed.any())
        test.assertFalse((changed & nodes.mask_of(segmentation, volume)).any())
        series = work.save_to_database(embedded.volume, {}, _silent)
        test.assertEqual(_digests(volume), before)
        (identifier,) = DICOMUtils.loadSeriesByUID([series])
        loaded = slicer.mrmlScene.GetNodeByID(identifier)
        test.assertEqual(loaded.GetAttribute(nodes.SERIES_MARK), "1")
        record = work.extract(loaded, key, _silent).report.record
        read = record.attributes if isinstance(record, HeaderRecord) else {}
        for keyword in set(ATTRIBUTES) & set(PATIENT):
            test.assertEqual(read.get(keyword), PATIENT[keyword])
        with test.assertRaises(NothingReadableError):  # noqa: PT027 runs in Slicer, where there is no pytest
            work.extract(loaded, Passphrase.to_open("another passphrase"), _silent)


def journey_through_voxels(test: unittest.TestCase) -> None:
    """Find, embed, extract and save where there is no DICOM header to start from."""
    work = Work()
    from StegoMedLib.envelope import Passphrase, TextRecord  # noqa: PLC0415 needs packages
    from StegoMedLib.series.phantom import phantom_series  # noqa: PLC0415

    phantom = phantom_series(slices=_SLICES, size=_SIZE)
    voxels = np.ascontiguousarray(phantom.stored + np.int16(phantom.intercept))
    volume = slicer.util.addVolumeFromArray(voxels)
    segmentation, _ = work.find(Case(volume, None, DEFAULT_PROFILE, "CT"), "threshold", _silent)
    key = Passphrase.to_seal(_PASSPHRASE)
    request = Request(key, TextRecord("self-test"), ())
    embedded = work.embed(Case(volume, segmentation, DEFAULT_PROFILE, "CT"), request, _silent)
    record = work.extract(embedded.volume, key, _silent).report.record
    test.assertEqual(record, TextRecord("self-test"))
    folder = Path(slicer.util.tempDirectory()) / "series"
    uids = work.save_to_folder(embedded.volume, folder, {"PatientName": "Self^Test", "PatientID": "1"}, _silent)
    test.assertEqual(len(set(uids)), _SLICES)
    test.assertEqual(len(list(folder.iterdir())), _SLICES)


def mistakes_get_a_sentence(test: unittest.TestCase) -> None:
    """Every button answers in words when there is nothing to work on."""
    panel = slicer.util.getModuleWidget("StegoMed").panel
    before = slicer.mrmlScene.GetNumberOfNodes()
    for button, state, words in (
        (panel.desk.ui.findButton, panel.desk.ui.regionState, "no volume"),
        (panel.desk.ui.embedButton, panel.desk.ui.embedState, "no volume"),
        (panel.desk.ui.saveButton, panel.desk.ui.saveState, "nothing to save"),
        (panel.desk.ui.extractButton, panel.desk.ui.extractState, "no volume"),
    ):
        button.click()
        test.assertIn(words, state.plainText)
    test.assertEqual(slicer.mrmlScene.GetNumberOfNodes(), before)

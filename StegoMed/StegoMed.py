"""The scripted module of 3D Slicer: says which StegoMed library is there, and how the work is done today."""

import importlib.util
import sys
from pathlib import Path

import qt
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)

if importlib.util.find_spec("StegoMedLib") is None:
    # A source checkout of which only this folder is on the module paths: the library lies beside it.
    sys.path.append(str(Path(__file__).resolve().parents[1]))

ENGINES = {"onnxruntime": "ONNX Runtime", "torch": "PyTorch"}

HOW = """<p>This panel has no controls yet: series are marked and read from the command line.</p>
<pre>stegomed embed   SRC DST --passphrase-file F
stegomed extract SRC     --passphrase-file F</pre>
<p>SRC and DST are DICOM files or folders. Import DST in the DICOM module to see the marked series under its patient and
study.</p>"""


class StegoMed(ScriptedLoadableModule):
    """The module as Slicer lists it."""

    def __init__(self, parent: qt.QWidget) -> None:
        ScriptedLoadableModule.__init__(self, parent)
        parent.title = "StegoMed"
        parent.categories = ["Informatics"]
        parent.dependencies = []
        parent.contributors = ["StegoMed maintainers"]
        parent.helpText = (
            "Seals a patient's identity inside the air around the body of a CT or MR image. "
            'See the <a href="https://github.com/StegoMed/SlicerStegoMed">project page</a>.'
        )
        parent.acknowledgementText = (
            "After M. Saidi, O. Tibermacine, A. Elhadad, High-capacity data hiding for medical images based on the "
            "mask-RCNN model, Scientific Reports 14:7166 (2024)."
        )


class StegoMedWidget(ScriptedLoadableModuleWidget):
    """One label: the library found, and the command line."""

    def setup(self) -> None:
        """Build the panel."""
        ScriptedLoadableModuleWidget.setup(self)
        self.label = qt.QLabel(StegoMedLogic().describe_library() + HOW)
        self.label.wordWrap = True
        self.label.setTextInteractionFlags(qt.Qt.TextSelectableByMouse)
        self.layout.addWidget(self.label)
        self.layout.addStretch(1)


class StegoMedLogic(ScriptedLoadableModuleLogic):
    """What the panel says, without a panel."""

    def describe_library(self) -> str:
        """Name the library's version and the engines of the default region finder that this Python has, as HTML."""
        import StegoMedLib  # noqa: PLC0415

        found = [name for package, name in ENGINES.items() if importlib.util.find_spec(package) is not None]
        engines = " and ".join(found) or f"none of {' and '.join(ENGINES.values())} is installed in this Python"
        return f"<p>StegoMed library {StegoMedLib.__version__}<br/>Engine of the region finder: {engines}</p>"


class StegoMedTest(ScriptedLoadableModuleTest):
    """Self-test for Slicer's Reload and Test button, and for unittest."""

    def runTest(self) -> None:  # noqa: N802
        """Run every test of this class."""
        self.setUp()
        self.test_the_panel_names_the_library()

    def test_the_panel_names_the_library(self) -> None:
        """The library is found, and the panel names its version."""
        import StegoMedLib  # noqa: PLC0415

        self.assertIn(StegoMedLib.__version__, StegoMedLogic().describe_library())

"""The module DICOM, as far as another module opens it."""

from __future__ import annotations

import qt
from slicer.ScriptedLoadableModule import ScriptedLoadableModule, ScriptedLoadableModuleWidget


class DICOM(ScriptedLoadableModule):
    pass


class DICOMWidget(ScriptedLoadableModuleWidget):
    def setup(self) -> None:
        super().setup()
        self.layout.addWidget(qt.QLabel("DICOM database"))

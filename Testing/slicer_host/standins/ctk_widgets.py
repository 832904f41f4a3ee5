"""Stand-ins for the CTK widgets that a module's panel uses."""

from __future__ import annotations

import math
import sys
import types
from typing import Any

from .base import Property, Signal, passed_on, qt, row_layout, stand_in, stored

ctk: Any = sys.modules.setdefault("ctk", types.ModuleType("ctk", "Stand-ins for CTK's widgets"))

_UNLIMITED = 16777215


@stand_in(ctk)
class ctkCollapsibleButton(qt.QAbstractButton):
    """A button above its own contents, which it shows and hides."""

    contentsCollapsed = Signal(bool)

    def __init__(self, *arguments: Any) -> None:
        title, arguments = (
            (arguments[0], arguments[1:]) if arguments[:1] and isinstance(arguments[0], str) else ("", arguments)
        )
        super().__init__(*arguments)
        self._host_hidden: set[Any] = set()
        self._host_forcing = False
        self.text = title
        self.checkable = self.checked = True
        self.setContentsMargins(0, self._host_header(), 0, 0)
        self.connect("toggled(bool)", self._toggled)

    collapsed = Property(bool, lambda self: not self.checked, lambda self, value: self.setChecked(not value))
    flat = stored(bool, "flat", False)
    contentsLineWidth = stored(int, "contentsLineWidth", 1)
    contentsMidLineWidth = stored(int, "contentsMidLineWidth", 0)
    collapsedHeight = stored(int, "collapsedHeight", 10)

    def _toggled(self, checked: bool) -> None:
        self._apply()
        self.contentsCollapsed.emit(not checked)

    def _host_header(self) -> int:
        """Height of the button itself, with the font that it has."""
        option = qt.QStyleOptionButton()
        option.initFrom(self)
        text = qt.QFontMetrics(self.font).size(qt.Qt.TextShowMnemonic, self.text or "XXXX")
        return int(self.style().sizeFromContents(qt.QStyle.CT_PushButton, option, text, self).height())

    def childEvent(self, event: Any) -> None:
        if event.type() == qt.QEvent.ChildAdded:
            event.child().installEventFilter(self)
        super().childEvent(event)

    def eventFilter(self, watched: Any, event: Any) -> bool:
        """Remember which children were hidden on purpose, and keep all hidden while collapsed."""
        if not self._host_forcing and event.type() in (qt.QEvent.ShowToParent, qt.QEvent.HideToParent):
            shown = event.type() == qt.QEvent.ShowToParent
            (self._host_hidden.discard if shown else self._host_hidden.add)(watched)
            if shown and not self.checked:
                self._show(watched, False)
        return bool(super().eventFilter(watched, event))

    def _show(self, child: Any, shown: bool) -> None:
        self._host_forcing = True
        child.setVisible(shown)
        self._host_forcing = False

    def _apply(self) -> None:
        for each in self.children():
            if isinstance(each, qt.QWidget):
                self._show(each, self.checked and each not in self._host_hidden)
        self.setMaximumHeight(_UNLIMITED if self.checked else self._host_header() + self.collapsedHeight)

    def sizeHint(self) -> Any:
        return self._host_size(super().sizeHint)

    def minimumSizeHint(self) -> Any:
        return self._host_size(super().minimumSizeHint)

    def _host_size(self, open_: Any) -> Any:
        """The button's size while collapsed, whatever the hidden contents would need; that of the contents else."""
        hint = open_() if callable(open_) else open_
        return hint if self.checked else qt.QSize(hint.width(), self._host_header() + self.collapsedHeight)

    def hitButton(self, position: Any) -> bool:
        return bool(position.y() < self._host_header())

    def showEvent(self, event: Any) -> None:
        if not self.checked:
            self._apply()
        super().showEvent(event)

    def changeEvent(self, event: Any) -> None:
        if event.type() == qt.QEvent.FontChange and not self.checked:
            self._apply()
        super().changeEvent(event)

    def paintEvent(self, _event: Any) -> None:
        painter, option = qt.QPainter(self), qt.QStyleOptionButton()
        option.initFrom(self)
        option.rect = qt.QRect(0, 0, self.width, self._host_header())
        option.text = ("\u25be " if self.checked else "\u25b8 ") + self.text
        self.style().drawControl(qt.QStyle.CE_PushButton, option, painter, self)
        painter.end()


@stand_in(ctk)
class ctkCollapsibleGroupBox(qt.QGroupBox):
    """A group box whose check mark hides its contents."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.checkable = self.checked = True
        self.connect("toggled(bool)", self._apply)

    collapsed = Property(bool, lambda self: not self.checked, lambda self, value: self.setChecked(not value))
    collapsedHeight = stored(int, "collapsedHeight", 14)

    def _apply(self, shown: bool) -> None:
        for each in self.children():
            if isinstance(each, qt.QWidget):
                each.setVisible(shown)


@stand_in(ctk)
class ctkSliderWidget(qt.QWidget):
    """A slider with a spin box beside it."""

    valueChanged = Signal(float)
    valueIsChanging = Signal(float)
    _STEPS = 1000

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._host_spin, self._host_slider = qt.QDoubleSpinBox(), qt.QSlider(qt.Qt.Horizontal)
        self._host_slider.setRange(0, self._STEPS)
        row_layout(self, self._host_slider, self._host_spin)
        self._host_spin.setRange(0, 99)
        self._host_spin.connect("valueChanged(double)", self._spun)
        self._host_slider.connect("sliderMoved(int)", self._moved)

    value = passed_on(float, "_host_spin", "value")
    minimum = passed_on(float, "_host_spin", "minimum")
    maximum = passed_on(float, "_host_spin", "maximum")
    singleStep = passed_on(float, "_host_spin", "singleStep")
    decimals = passed_on(int, "_host_spin", "decimals")
    suffix = passed_on(str, "_host_spin", "suffix")
    prefix = passed_on(str, "_host_spin", "prefix")
    pageStep = stored(float, "pageStep", 10.0)
    tracking = stored(bool, "tracking", True)

    def setValue(self, value: float) -> None:
        self._host_spin.setValue(value)

    def setDecimals(self, decimals: int) -> None:
        self._host_spin.setDecimals(decimals)

    def _spun(self, value: float) -> None:
        span = self.maximum - self.minimum
        self._host_slider.setValue(round(self._STEPS * (value - self.minimum) / span) if span > 0 else 0)
        self.valueChanged.emit(value)

    def _moved(self, position: int) -> None:
        self._host_spin.setValue(self.minimum + position / self._STEPS * (self.maximum - self.minimum))


@stand_in(ctk)
class ctkPathLineEdit(qt.QWidget):
    """A line for a path; its button would open a file dialog."""

    currentPathChanged = Signal(str)
    validInputChanged = Signal(bool)
    NoFilter, Dirs, Files, Drives, Readable, Writable, Executable, Hidden = 0, 1, 2, 4, 0x10, 0x20, 0x40, 0x100

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._host_edit, button = qt.QLineEdit(), qt.QToolButton()
        button.text = "..."
        row_layout(self, self._host_edit, button)
        button.connect("clicked()", self.browse)
        self._host_edit.connect("textChanged(QString)", self.currentPathChanged.emit)

    currentPath = passed_on(str, "_host_edit", "text")
    filters = stored(int, "filters", Files)
    options = stored(int, "options", 0)
    nameFilters = stored("QStringList", "nameFilters", [])
    settingKey = stored(str, "settingKey", "")
    label = stored(str, "label", "")
    showHistoryButton = stored(bool, "showHistoryButton", True)
    showBrowseButton = stored(bool, "showBrowseButton", True)
    minimumContentsLength = stored(int, "minimumContentsLength", 0)

    def setCurrentPath(self, path: str) -> None:
        self._host_edit.setText(path)

    def addCurrentPathToHistory(self) -> None:
        """The host keeps no history."""

    def browse(self) -> None:
        folder = self.filters & self.Dirs and not self.filters & self.Files
        dialog = qt.QFileDialog
        ask = (
            dialog.getExistingDirectory
            if folder
            else dialog.getSaveFileName
            if self.filters & self.Writable
            else dialog.getOpenFileName
        )
        path = ask(self, self.label, self.currentPath)
        if path:
            self.currentPath = path


@stand_in(ctk)
class ctkMessageBox(qt.QMessageBox):
    """A message box that can be silenced for good."""

    dontShowAgain = stored(bool, "dontShowAgain", False)
    dontShowAgainSettingsKey = stored(str, "dontShowAgainSettingsKey", "")
    dontShowAgainVisible = stored(bool, "dontShowAgainVisible", False)


@stand_in(ctk)
class ctkCheckBox(qt.QCheckBox):
    """A check box."""


@stand_in(ctk)
class ctkComboBox(qt.QComboBox):
    """A combo box."""

    defaultText = stored(str, "defaultText", "")


@stand_in(ctk)
class ctkFittedTextBrowser(qt.QTextBrowser):
    """A text browser as high as its text at the width that it has."""

    collapsed = stored(bool, "collapsed", True)
    collapsibleText = stored(str, "collapsibleText", "")

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.connect("textChanged()", self.updateGeometry)

    def heightForWidth(self, width: int) -> int:
        frame = 2 * self.frameWidth
        document = self.document
        before = document.textWidth
        document.setTextWidth(width - frame)
        height = math.ceil(document.size.height())
        document.setTextWidth(before)
        return max(height, qt.QFontMetrics(document.defaultFont).lineSpacing()) + frame

    def minimumSizeHint(self) -> Any:
        return qt.QSize(self.width, self.heightForWidth(self.width))

    def sizeHint(self) -> Any:
        return self.minimumSizeHint()

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        if event.size().height() != self.heightForWidth(event.size().width()):
            self.updateGeometry()


@stand_in(ctk)
class ctkPushButton(qt.QPushButton):
    """A push button."""


@stand_in(ctk)
class ctkMenuButton(qt.QPushButton):
    """A push button with a menu beside it."""

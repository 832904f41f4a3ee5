"""The main window: a module's panel on the left, a slice view on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import slicer

from .pythonqt import install

if TYPE_CHECKING:
    from pathlib import Path

qt: Any = install()
_PANEL_WIDTH = 520


class _ModuleSelector:
    """What `slicer.util.selectModule` talks to."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.selectedModule = ""

    def selectModule(self, name: str) -> None:
        module = slicer.app.moduleManager().module(name)
        if module is None:
            return
        self._window.show_panel(module)
        self.selectedModule = name


class ModulePanel(qt.QScrollArea):
    """Slicer's module panel: as wide as its place, and as high as the minimum size hint of what it shows.

    As in the application it neither asks for the height at that width, nor scrolls sideways.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setHorizontalScrollBarPolicy(qt.Qt.ScrollBarAlwaysOff)

    def setWidget(self, widget: Any) -> None:
        super().setWidget(widget)
        widget.installEventFilter(self)
        self.squeeze()

    def squeeze(self) -> None:
        """Give the contents their place."""
        content, room = self.widget(), self.viewport().size
        if content is not None:
            content.resize(room.width(), max(room.height(), content.minimumSizeHint.height()))

    def eventFilter(self, watched: Any, event: Any) -> bool:
        if event.type() == qt.QEvent.LayoutRequest:
            self.squeeze()
        return bool(super().eventFilter(watched, event))

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self.squeeze()


class MainWindow(qt.QMainWindow):
    """`slicer.util.mainWindow()`."""

    def __init__(self, view: Any) -> None:
        super().__init__()
        self.objectName = "qSlicerMainWindow"
        self.windowTitle = "3D Slicer test host"
        self._view, self._selector, self._panel = view, _ModuleSelector(self), None
        self._area, self._picture = ModulePanel(), qt.QLabel()
        self.set_panel_width(_PANEL_WIDTH)
        self._picture.setAlignment(qt.Qt.AlignCenter)
        self._picture.setStyleSheet("background: black")
        middle = qt.QWidget()
        layout = qt.QHBoxLayout(middle)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._area)
        layout.addWidget(self._picture, 1)
        self.setCentralWidget(middle)
        self.resize(1180, 900)

    def set_panel_width(self, width: int) -> None:
        """Draw the border between module panel and views, as a user does."""
        self._area.setFixedWidth(width)

    def moduleSelector(self) -> Any:
        return self._selector

    def show_panel(self, module: Any) -> None:
        """Leave the module that is open, enter this one."""
        widget = module.widgetRepresentation()
        if self._panel is not None and self._panel is not widget:
            self.close_panel()
        if self._panel is None:
            self._area.setWidget(widget)
            widget.show()
            self._panel = widget
        if hasattr(widget, "enter") and not widget.isEntered:
            widget.enter()

    def close_panel(self) -> None:
        """Leave the open module without entering another."""
        panel, self._panel = self._panel, None
        self._selector.selectedModule = ""
        if panel is None:
            return
        self._area.takeWidget()
        panel.hide()
        if hasattr(panel, "exit") and panel.isEntered:
            panel.exit()

    def draw(self) -> None:
        """Show the slice view as it is now."""
        pixels = np.ascontiguousarray(self._view.render())
        rows, columns, _ = pixels.shape
        # PythonQt cannot make a picture of bytes and this is no module's code: through the portable pixmap format.
        pixmap = qt.QPixmap()
        pixmap.loadFromData(qt.QByteArray(b"P6 %d %d 255\n" % (columns, rows) + pixels.tobytes()))
        self._picture.setPixmap(pixmap)

    def screenshot(self, path: Path) -> Path:
        """Write the whole window as PNG."""
        self.draw()
        slicer.app.processEvents()
        if not self.grab().save(str(path)):
            raise OSError(f"{path} could not be written")
        return path

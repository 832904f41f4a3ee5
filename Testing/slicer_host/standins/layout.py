"""Stand-ins for the layout manager and its slice widgets."""

from __future__ import annotations

from typing import Any

import slicer

from .base import Property, qt, stand_in
from .mrml_widgets import qMRMLWidget


class _View:
    """The part of a slice widget that draws."""

    def __init__(self, view: Any) -> None:
        self._view = view

    def forceRender(self) -> None:
        self._view.render()

    def scheduleRender(self) -> None:
        """The host draws when it is asked for a picture."""


@stand_in(slicer)
class qMRMLSliceWidget(qMRMLWidget):
    """One slice view in the layout."""

    def __init__(self, *arguments: Any) -> None:
        view, arguments = (arguments[0], arguments[1:]) if arguments else (None, arguments)
        super().__init__(*arguments)
        self._host_view: Any = view

    def sliceLogic(self) -> Any:
        return self._host_view.logic

    def mrmlSliceNode(self) -> Any:
        return self._host_view.logic.GetSliceNode()

    def mrmlSliceCompositeNode(self) -> Any:
        return self._host_view.logic.GetSliceCompositeNode()

    def fitSliceToBackground(self) -> None:
        self._host_view.fit()

    def sliceView(self) -> Any:
        return _View(self._host_view)


@stand_in(slicer)
class qSlicerLayoutManager(qt.QObject):
    """The slice views; the host has no 3-D views, tables or plots."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._host_widgets: dict[str, Any] = {}

    threeDViewCount = Property(int, lambda _self: 0)
    tableViewCount = Property(int, lambda _self: 0)
    plotViewCount = Property(int, lambda _self: 0)

    def mrmlScene(self) -> Any:
        return slicer.mrmlScene

    def sliceViewNames(self) -> tuple[str, ...]:
        return tuple(self._host_widgets)

    def sliceWidget(self, name: str) -> Any:
        return self._host_widgets.get(name)

    def mrmlSliceLogics(self) -> Any:
        return slicer.app.applicationLogic().GetSliceLogics()

    def setLayout(self, layout: int) -> None:
        self.layout = layout

    def resetSliceViews(self) -> None:
        for each in self._host_widgets.values():
            each.fitSliceToBackground()

    def resetThreeDViews(self) -> None:
        """There are none."""

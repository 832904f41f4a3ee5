"""A slice view that slicer-core renders without a window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy

from .pythonqt import install

if TYPE_CHECKING:
    from numpy.typing import NDArray

qt: Any = install()
_MANAGERS = (
    "vtkMRMLVolumeGlyphSliceDisplayableManager",
    "vtkMRMLModelSliceDisplayableManager",
    "vtkMRMLSegmentationsDisplayableManager2D",
    "vtkMRMLMarkupsDisplayableManager",
)


class SliceView:
    """One slice view: background, foreground and label volumes with segmentations over them.

    Attributes
    ----------
    name
        Its name in the layout, as "Red".
    logic
        The vtkMRMLSliceLogic.
    node
        The vtkMRMLSliceNode.
    """

    def __init__(self, application_logic: Any, name: str, orientation: str, size: tuple[int, int] = (512, 512)) -> None:
        self.name, self._size = name, size
        self._window: Any = None
        self._application_logic = application_logic
        logic = self.logic = slicer.vtkMRMLSliceLogic()
        logic.SetMRMLApplicationLogic(application_logic)
        logic.SetMRMLScene(slicer.mrmlScene)
        application_logic.GetSliceLogics().AddItem(logic)
        self.node = logic.AddSliceNode(name)  # a singleton: it outlives the clearing of the scene
        self._orientation = orientation
        logic.ResizeSliceNode(*size)
        self.reset()

    def reset(self) -> None:
        """Look along the view's own axis again: loading a volume may have turned it."""
        self.node.SetOrientation(self._orientation)

    def fit(self) -> None:
        """Show the whole background volume, at one of its slices."""
        self.logic.FitSliceToBackground()
        self.logic.SnapSliceOffsetToIJK()

    def render(self) -> NDArray[np.uint8]:
        """Picture of the view.

        Returns
        -------
        numpy.ndarray
            Shape (rows, columns, 3), uint8, first row on top.
        """
        if self._window is None:
            self._open()
        self._mapper.SetInputConnection(self.logic.GetImageDataConnection())
        self._window.Render()
        grab = vtk.vtkWindowToImageFilter()
        grab.SetInput(self._window)
        grab.ReadFrontBufferOff()
        grab.Update()
        image = grab.GetOutput()
        columns, rows, _ = image.GetDimensions()
        pixels = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(rows, columns, -1)
        return np.ascontiguousarray(pixels[::-1, :, :3])

    def _open(self) -> None:
        factory = slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance()
        factory.SetMRMLApplicationLogic(self._application_logic)
        for name in _MANAGERS:
            if not factory.IsDisplayableManagerRegistered(name):
                factory.RegisterDisplayableManager(name)
        self._renderer, self._window = vtk.vtkRenderer(), vtk.vtkRenderWindow()
        self._renderer.GetActiveCamera().ParallelProjectionOn()
        self._window.SetOffScreenRendering(1)
        self._window.SetSize(*self._size)
        self._window.AddRenderer(self._renderer)
        self._interactor = vtk.vtkGenericRenderWindowInteractor()
        self._interactor.SetRenderWindow(self._window)
        self._mapper = vtk.vtkImageMapper()
        self._mapper.SetColorWindow(255)
        self._mapper.SetColorLevel(127.5)
        actor = vtk.vtkActor2D()
        actor.SetMapper(self._mapper)
        actor.GetProperty().SetDisplayLocationToBackground()
        # Before the managers: later, the fill of a segment is blended with black and hides the image.
        self._renderer.AddViewProp(actor)
        self._group = slicer.vtkMRMLDisplayableManagerGroup()
        self._group.Initialize(factory, self._renderer)
        self._group.SetMRMLDisplayableNode(self.node)


class LiveViews:
    """Draws views whenever what they show changes, as the application does: once events run, and not while paused."""

    def __init__(self, views: list[SliceView]) -> None:
        self.drawn = 0
        self._changed: set[SliceView] = set()
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.connect("timeout()", self._draw)
        for each in views:
            each.logic.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda *_, view=each: self._note(view))

    def _note(self, view: SliceView) -> None:
        self._changed.add(view)
        self._timer.start(0)

    def _draw(self) -> None:
        if slicer.app._host_pauses > 0:
            self._timer.start(1)
            return
        while self._changed:
            self._changed.pop().render()
            self.drawn += 1

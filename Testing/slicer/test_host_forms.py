"""Forms made in Designer: promoted widgets, dynamic properties and connections, or the reason why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

_FORM = """<?xml version="1.0" encoding="UTF-8"?>
<ui version="4.0"><class>Form</class>
 <widget class="qMRMLWidget" name="Form"><layout class="QVBoxLayout" name="rows">
  <item><widget class="ctkCollapsibleButton" name="section">
   <property name="text"><string>Input</string></property>
   <layout class="QFormLayout" name="lines">
    <item row="0" column="1"><widget class="qMRMLNodeComboBox" name="selector">
     <property name="nodeTypes"><stringlist><string>vtkMRMLScalarVolumeNode</string></stringlist></property>
     <property name="{property}"><bool>true</bool></property>
     <property name="SlicerParameterName" stdset="0"><string>volume</string></property>
    </widget></item>
    <item row="1" column="1"><widget class="ctkSliderWidget" name="slider">
     <property name="maximum"><double>5.0</double></property>
     <property name="tickInterval"><double>2.5</double></property>
    </widget></item>
    <item row="3" column="1"><widget class="ctkPathLineEdit" name="path">
     <property name="filters"><set>ctkPathLineEdit::Dirs|ctkPathLineEdit::Writable</set></property>
    </widget></item>
    <item row="2" column="1"><widget class="QPushButton" name="apply">
     <property name="text"><string>Apply</string></property></widget></item>
   </layout></widget></item>
 </layout></widget>
 <customwidgets>
  <customwidget><class>{promoted}</class><extends>QWidget</extends><header>x.h</header><container>1</container></customwidget>
  <customwidget><class>qMRMLWidget</class><extends>QWidget</extends><header>x.h</header><container>1</container></customwidget>
  <customwidget><class>qMRMLNodeComboBox</class><extends>QWidget</extends><header>x.h</header></customwidget>
  <customwidget><class>ctkPathLineEdit</class><extends>QWidget</extends><header>x.h</header></customwidget>
  <customwidget><class>ctkSliderWidget</class><extends>QWidget</extends><header>x.h</header></customwidget>
 </customwidgets>
 <connections>
  <connection><sender>Form</sender><signal>{signal}</signal><receiver>selector</receiver><slot>{slot}</slot></connection>
  <connection><sender>selector</sender><signal>currentNodeChanged(bool)</signal><receiver>apply</receiver>
   <slot>setEnabled(bool)</slot></connection>
 </connections>
</ui>"""
_GOOD = {
    "property": "noneEnabled",
    "promoted": "ctkCollapsibleButton",
    "signal": "mrmlSceneChanged(vtkMRMLScene*)",
    "slot": "setMRMLScene(vtkMRMLScene*)",
}


def load(folder: Path, **changes: str) -> Any:
    import slicer

    path = folder / "form.ui"
    path.write_text(_FORM.format(**(_GOOD | changes)), encoding="utf-8")
    return slicer.util.loadUI(str(path))


def test_a_form_becomes_stand_ins_that_are_connected(scene: Any, tmp_path: Path) -> None:
    import slicer

    form = load(tmp_path)
    ui = slicer.util.childWidgetVariables(form)
    form.setMRMLScene(slicer.mrmlScene)
    assert ui.selector.mrmlScene() is slicer.mrmlScene
    assert (ui.selector.noneEnabled, ui.selector.nodeTypes) == (True, ("vtkMRMLScalarVolumeNode",))
    assert ui.selector.property("SlicerParameterName") == "volume"
    assert (ui.slider.maximum, ui.slider.tickInterval, ui.section.text) == (5.0, 2.5, "Input")
    assert ui.path.filters == ui.path.Dirs | ui.path.Writable
    ui.selector.setCurrentNode(slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode"))
    assert ui.apply.enabled is True
    ui.selector.setCurrentNode(None)
    assert ui.apply.enabled is False


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"property": "nonEnabled"}, RuntimeError, "qMRMLNodeComboBox has no property nonEnabled"),
        ({"promoted": "ctkPathEdit"}, RuntimeError, "ctkPathEdit: no stand-in"),
        ({"signal": "sceneChanged(vtkMRMLScene*)"}, ValueError, "has no signal sceneChanged"),
        ({"slot": "setScene(vtkMRMLScene*)"}, ValueError, "selector has no slot setScene"),
    ],
)
def test_what_slicer_would_not_understand_is_refused(
    host: Any, tmp_path: Path, changes: dict[str, str], error: type, said: str
) -> None:
    with pytest.raises(error, match=said):
        load(tmp_path, **changes)
    host.clear()


def test_a_collapsed_section_hides_its_contents(scene: Any, tmp_path: Path) -> None:
    import slicer

    form = load(tmp_path)
    ui = slicer.util.childWidgetVariables(form)
    form.show()
    heard: list[bool] = []
    ui.section.connect("contentsCollapsed(bool)", heard.append)
    ui.section.collapsed = True
    assert (heard, ui.slider.visible) == ([True], False)
    ui.section.click()
    assert (heard, ui.slider.visible, ui.section.collapsed) == ([True, False], True, False)


@pytest.fixture
def selector(scene: Any) -> Any:
    import slicer

    made = slicer.qMRMLNodeComboBox()
    made.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    made.setMRMLScene(slicer.mrmlScene)
    return made


def test_a_selector_follows_the_scene(scene: Any, selector: Any) -> None:
    heard: list[Any] = []
    selector.connect("currentNodeChanged(vtkMRMLNode*)", heard.append)
    first = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "first")
    second = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "second")
    scene.AddNewNodeByClass("vtkMRMLModelNode")
    assert (selector.nodeCount(), selector.currentNode()) == (2, first)
    selector.setCurrentNode(second)
    scene.RemoveNode(second)
    assert selector.currentNode() is first
    scene.Clear(False)
    assert selector.currentNode() is None
    assert heard == [first, second, first, None]


def test_a_selector_can_be_left_empty_and_narrowed(scene: Any, selector: Any) -> None:
    selector.noneEnabled = True
    label = scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode")
    assert selector.currentNode() is None
    selector.setCurrentNodeID(label.GetID())
    assert selector.currentNodeID == label.GetID()
    selector.showChildNodeTypes = False
    assert (selector.nodeCount(), selector.currentNodeID) == (0, "")
    selector.showChildNodeTypes = True
    selector.addAttribute("vtkMRMLScalarVolumeNode", "Stego", "1")
    assert selector.nodeCount() == 0
    label.SetAttribute("Stego", "1")
    selector.removeAttribute("vtkMRMLScalarVolumeNode", "Other")
    assert selector.nodeFromIndex(0) is label


def test_the_segments_of_a_segmentation_are_listed(scene: Any) -> None:
    import slicer

    table = slicer.qMRMLSegmentsTableView()
    segmentation = scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    table.setSegmentationNode(segmentation)
    identifiers = [segmentation.GetSegmentation().AddEmptySegment("", name) for name in ("body", "table")]
    assert table.displayedSegmentIDs() == tuple(identifiers)
    table.setSelectedSegmentIDs([identifiers[1]])
    assert table.selectedSegmentIDs() == (identifiers[1],)
    segmentation.GetSegmentation().RemoveSegment(identifiers[0])
    assert table.segmentCount == 1

"""The host gives the same answers as the application to small programs."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

_TYPE_NAME = "a type's name: the class comes from PySide6"
_UNBOUND = "the text of a function object: PySide6's functions are built-in ones"
_KEYWORDS = "the signatures in the message: the host does not know C++'s"

#: Programs whose answer differs: the host's own answer as a pattern, and why.
DIFFERENCES = {
    'b=qt.QPushButton(text="x"); r=b.text': (
        r"ValueError: Called QPushButton with keyword arguments, but called slot does not support kwargs\.",
        _KEYWORDS,
    ),
    'b=qt.QLabel("x", parent=None); r=b.text': (
        r"ValueError: Called QLabel with keyword arguments, but called slot does not support kwargs\.",
        _KEYWORDS,
    ),
    "r=[int(qt.QMessageBox.Ok), str(type(qt.QMessageBox.Ok)), int(qt.QMessageBox.Ok|qt.QMessageBox.Cancel)]": (
        r"\[1024, \"<flag 'StandardButton'>\", 4195328\]",
        _TYPE_NAME,
    ),
    "w=qt.QWidget(); r=str(type(w.sizeHint))": (r"\"<class 'PySide6.QtCore.QSize'>\"", _TYPE_NAME),
    "w=qt.QWidget(); r=str(type(w.size))": (r"\"<class 'PySide6.QtCore.QSize'>\"", _TYPE_NAME),
    'w=qt.QWidget(); l=qt.QVBoxLayout(w); l.addWidget(qt.QLabel("x")); r=[l.count(), str(type(w.layout()))]': (
        r"\[1, \"<class 'PySide6.QtWidgets.QVBoxLayout'>\"\]",
        _TYPE_NAME,
    ),
    "t=qt.QTimer(); t.setSingleShot(True); t.setInterval(5); r=[t.singleShot, t.interval]": (
        r"\[<built-in method singleShot .*>, 5\]",
        _UNBOUND,
    ),
    "r=str(qt.QTimer.singleShot)": (r"'<built-in method singleShot .*>'", _UNBOUND),
    "r=str(qt.QFileDialog.getOpenFileName)": (r"'<function Dialogs\._file_dialog\..*>'", "the host answers dialogs"),
    "r=qt.QMessageBox.question": (r"<bound method Dialogs\._question .*>", "the host answers dialogs"),
    "r=qt.QCoreApplication.processEvents": (r"<built-in method processEvents .*>", _UNBOUND),
    "r=str(type(slicer.app.testingEnabled))": (r"\"<class 'method'>\"", _TYPE_NAME),
    "import numpy as np; a=np.zeros((3,4),np.uint8); i=qt.QImage(a.tobytes(),4,3,4,qt.QImage.Format_Grayscale8); "
    "r=[i.width(), i.height()]": (
        r"(?s)ValueError: Could not find matching overload for given arguments:.*",
        _KEYWORDS,
    ),
}


@pytest.fixture
def rows(data_dir: Path) -> list[dict[str, str]]:
    """What the application answered."""
    table: list[dict[str, str]] = json.loads((data_dir.parent / "slicer-pythonqt.json").read_text("utf-8"))["rows"]
    return table


def run(code: str) -> str:
    """Run a program; its result, or its exception."""
    import ctk
    import qt
    import slicer

    names: dict[str, Any] = {"qt": qt, "ctk": ctk, "slicer": slicer}
    try:
        exec(code, names)  # noqa: S102 the programs are the project's own
    except Exception as error:  # noqa: BLE001 the exception is the answer
        return f"{type(error).__name__}: {error}"
    return repr(names["r"])


@pytest.mark.data
@pytest.mark.usefixtures("host")
def test_every_program_answers_as_in_the_application(rows: list[dict[str, str]]) -> None:
    wrong = []
    for row in rows:
        expected = row["r"] if "r" in row else f"{row['raises']}: {row['message']}"
        answer = run(row["code"])
        if row["code"] in DIFFERENCES:
            pattern, _reason = DIFFERENCES[row["code"]]
            if not re.fullmatch(pattern, answer) or answer == expected:
                wrong.append(f"{row['code']}\n  table says {pattern}\n  host says  {answer}")
        elif answer != expected:
            wrong.append(f"{row['code']}\n  application says {expected}\n  host says        {answer}")
    assert wrong == []


@pytest.mark.data
def test_the_table_of_differences_names_only_programs_that_exist(rows: list[dict[str, str]]) -> None:
    assert set(DIFFERENCES) <= {row["code"] for row in rows}


def test_an_exception_in_a_slot_is_kept(host: Any) -> None:
    import qt

    host.clear()
    button = qt.QPushButton("x")
    button.connect("clicked(bool)", lambda _: 1 / 0)
    button.click()
    assert [type(each) for each in host.unhandled] == [ZeroDivisionError]
    host.clear()


def test_a_connection_to_a_signal_that_does_not_exist_is_kept(host: Any) -> None:
    import qt

    host.clear()
    assert qt.QPushButton("x").connect("presed()", print) is False
    assert "presed()" in str(host.unhandled[0])
    host.clear()


def test_a_disconnected_slot_is_silent(host: Any) -> None:
    import qt

    heard: list[bool] = []
    button = qt.QPushButton("x")
    button.connect("clicked(bool)", heard.append)
    assert button.disconnect("clicked(bool)", heard.append) is True
    button.click()
    button.clicked.connect(heard.append)
    assert button.clicked.disconnect(heard.append) is True
    button.click()
    assert heard == []
    assert button.disconnect("clicked(bool)", heard.append) is False


def test_a_connection_does_not_keep_its_sender_alive(host: Any) -> None:
    import gc
    import weakref

    import qt

    button = qt.QPushButton("x")
    button.connect("clicked()", lambda: None)
    button.toggled.connect(lambda _: None)
    gone = weakref.ref(button)
    del button
    gc.collect()
    assert gone() is None


def test_size_hints_are_properties_and_layouts_still_use_what_python_overrides(host: Any) -> None:
    import qt

    class Tall(qt.QWidget):
        def sizeHint(self) -> Any:
            return qt.QSize(10, 321)

    outer = qt.QWidget()
    layout = qt.QVBoxLayout(outer)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(Tall())
    layout.addWidget(qt.QLabel("x"))
    assert outer.sizeHint.height() > 321
    assert Tall().sizeHint().height() == 321


@pytest.mark.parametrize("name", ["Slot", "Signal"])
def test_qt_has_signals_and_no_slots(host: Any, name: str) -> None:
    import qt

    assert hasattr(qt, name) is (name == "Signal")

"""Dialogs that would wait for a person: what they say is written down, what they return comes from a queue."""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple

import slicer

from .pythonqt import install

qt = install()


class Message(NamedTuple):
    """What a dialog said.

    Attributes
    ----------
    kind
        "info", "warning", "error", "confirm", "box", "delay" or "file".
    text
        Its text; for a file dialog, its title.
    """

    kind: str
    text: str


class Dialogs:
    """Answers in, messages out.

    Attributes
    ----------
    answers
        What the next dialogs return: True or False for questions, a path for file dialogs, a button for boxes. A
        question without an answer is declined, a file dialog without one is cancelled.
    messages
        What was said, oldest first.
    """

    def __init__(self) -> None:
        self.answers: deque[Any] = deque()
        self.messages: list[Message] = []

    def clear(self) -> None:
        self.answers.clear()
        self.messages.clear()

    def take_over(self) -> None:
        """Replace the dialogs of `slicer.util` and Qt."""
        util: Any = slicer.util
        for kind in ("info", "warning", "error"):
            setattr(util, f"{kind}Display", self._showing(kind))
        for name in ("confirmOkCancelDisplay", "confirmYesNoDisplay", "confirmRetryCloseDisplay"):
            setattr(util, name, self._confirm)
        util.messageBox, util.delayDisplay = self._message_box, self._delay
        qt.QMessageBox.exec = qt.QMessageBox.exec_ = lambda box: self._message_box(box.text)
        for name in ("information", "warning", "critical", "about"):
            setattr(qt.QMessageBox, name, staticmethod(lambda _parent, _title, text, *_: self._message_box(text)))
        qt.QMessageBox.question = staticmethod(self._question)
        for name in ("getOpenFileName", "getSaveFileName", "getExistingDirectory", "getOpenFileNames"):
            setattr(qt.QFileDialog, name, staticmethod(self._file_dialog(() if name.endswith("s") else "")))

    def _next(self, default: Any) -> Any:
        return self.answers.popleft() if self.answers else default

    def _showing(self, kind: str) -> Any:
        def show(text: str, windowTitle: Any = None, parent: Any = None, standardButtons: Any = None, **_: Any) -> None:
            self.messages.append(Message(kind, text))

        return show

    def _confirm(self, text: str, windowTitle: Any = None, parent: Any = None, **_: Any) -> bool:
        self.messages.append(Message("confirm", text))
        return bool(self._next(default=False))

    def _message_box(self, text: str, parent: Any = None, **_: Any) -> Any:
        self.messages.append(Message("box", text))
        return self._next(qt.QMessageBox.Ok)

    def _question(self, _parent: Any, _title: str, text: str, *_: Any) -> Any:
        self.messages.append(Message("confirm", text))
        answer = self._next(default=False)
        return {True: qt.QMessageBox.Yes, False: qt.QMessageBox.No}[answer] if isinstance(answer, bool) else answer

    def _delay(self, message: str, autoCloseMsec: int = 1000, parent: Any = None, **_: Any) -> None:
        self.messages.append(Message("delay", message))
        slicer.app.processEvents()

    def _file_dialog(self, cancelled: Any) -> Any:
        def ask(_parent: Any = None, title: str = "", *_: Any) -> Any:
            self.messages.append(Message("file", title))
            return self._next(cancelled)

        return ask

"""The stand-ins offer nothing that Slicer does not have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from slicer_host.names import ClassNames


@pytest.fixture
def application_classes(data_dir: Path) -> dict[str, Any]:
    """Classes as the application described them."""
    table: dict[str, Any] = json.loads((data_dir.parent / "slicer-api.json").read_text("utf-8"))["classes"]
    return table


def stand_ins() -> list[type]:
    import ctk
    import slicer

    found = [each for module in (ctk, slicer) for each in vars(module).values() if isinstance(each, type)]
    return [each for each in found if "_cpp_" in vars(each)]


def signatures(texts: list[str]) -> set[str]:
    """Signatures without the quotes of bytes."""
    return {each.removeprefix("b'").removesuffix("'") for each in texts}


def test_no_stand_in_has_a_member_of_its_own_invention(host: Any) -> None:
    from slicer_host.names import unknown_members

    assert len(stand_ins()) > 20
    assert {each.__name__: unknown_members(each) for each in stand_ins() if unknown_members(each)} == {}


def test_an_invented_member_is_refused(host: Any) -> None:
    import qt
    from slicer_host.standins.base import stand_in

    class ctkPathLineEdit(qt.QWidget):
        def setPath(self) -> None:
            """Not one of CTK's."""

    with pytest.raises(TypeError, match="ctkPathLineEdit in Slicer has no setPath"):
        stand_in(object())(ctkPathLineEdit)


def test_the_signals_of_a_stand_in_have_slicers_signatures(host: Any) -> None:
    from slicer_host.names import names_of

    for each in stand_ins():
        table = vars(each)["_cpp_signals_"]
        assert set(table) <= names_of(each.__name__).signals


@pytest.mark.data
def test_the_names_are_the_applications(application_classes: dict[str, Any]) -> None:
    from slicer_host.names import all_names

    for name, ours in all_names().items():
        compare(name, ours, application_classes[name])


def compare(name: str, ours: ClassNames, theirs: dict[str, Any]) -> None:
    """Every name of ours is one of theirs, of the same type and writability."""
    methods = {each.split("(")[0] for each in signatures(theirs["methods"] + theirs["slots"])}
    properties = {key: kind if writable else f"const {kind}" for key, (kind, writable) in theirs["properties"].items()}
    assert ours.base == theirs["super"], name
    assert ours.properties == properties, name
    assert ours.signals == signatures(theirs["signals"]), name
    assert ours.members <= methods | set(theirs.get("python_only", ())), name


@pytest.mark.data
def test_every_public_member_of_every_stand_in_is_in_the_application(
    host: Any, application_classes: dict[str, Any]
) -> None:
    from slicer_host.names import public_members

    seen_in_a_program = {"testingEnabled"}
    for each in stand_ins():
        known: set[str] = set(seen_in_a_program if each.__name__ == "qSlicerApplication" else ())
        name = each.__name__
        while name in application_classes:
            theirs = application_classes[name]
            callables = signatures(theirs["methods"] + theirs["slots"] + theirs["signals"])
            known |= {text.split("(")[0] for text in callables}
            known |= set(theirs["properties"]) | set(theirs.get("python_only", ()))
            name = theirs.get("super", "")
        assert public_members(each) <= known, each.__name__


@pytest.mark.data
def test_the_hosts_namespace_has_what_modules_use(host: Any, data_dir: Path) -> None:
    import slicer

    namespace = json.loads((data_dir.parent / "slicer-api.json").read_text("utf-8"))["slicer_namespace"]
    ours = ["app", "dicomDatabase", "i18n", "moduleNames", "modules", "mrmlScene", "selfTests", "util"]
    assert set(ours) <= set(namespace)
    assert [each for each in ours if not hasattr(slicer, each)] == []
    classes = {each for each in vars(slicer) if each.startswith(("qMRML", "qSlicer"))}
    assert classes - set(namespace) <= {"qSlicerApplication"}  # in the application, the type of `slicer.app`

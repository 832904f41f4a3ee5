"""What the parts of the Slicer module say of each other holds; read here, not run."""

from __future__ import annotations

import ast
import json
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from pydicom.datadict import tag_for_keyword

from StegoMedLib.dicom import DEFAULT_ATTRIBUTES
from StegoMedLib.pipeline.embed import DESCRIPTION

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TOP = Path(__file__).parents[2]
PANEL = TOP / "StegoMed" / "StegoMedPanel"
FORM = ET.parse(TOP / "StegoMed/Resources/UI/StegoMed.ui").getroot()  # noqa: S314 the project's own form
SOURCES = {path.name: path.read_text(encoding="utf-8") for path in PANEL.glob("*.py")}


def widgets() -> dict[str, str]:
    """Classes of the form's widgets by name."""
    return {str(each.get("name")): str(each.get("class")) for each in FORM.iter("widget")}


def selectors() -> set[str]:
    """Names of parameters that widgets of the same name show."""
    properties = (each for each in FORM.iter("property") if each.get("name") == "SlicerParameterName")
    return {str(each.findtext("string")) for each in properties}


def fields() -> set[str]:
    """Names of the parameters."""
    text = SOURCES["parameters.py"].partition("class StegoMedParameters")[2].partition("\n\n\n")[0]
    return set(re.findall(r"^    (\w+): ", text, re.MULTILINE))


def test_every_widget_that_is_used_is_in_the_form() -> None:
    used = {name for text in SOURCES.values() for name in re.findall(r"\b(?:self\._)?ui\.(\w+)", text)}
    assert used <= set(widgets())
    buttons = {name for name, kind in widgets().items() if kind in ("QPushButton", "QCheckBox", "QLineEdit")}
    assert buttons <= used | selectors()


def test_names_of_the_form_are_unique() -> None:
    names = [each.get("name") for kind in ("widget", "layout", "spacer") for each in FORM.iter(kind)]
    assert len(names) == len(set(names))


def test_selectors_show_parameters_that_exist() -> None:
    shown = [each.findtext("string") for each in FORM.iter("property") if each.get("name") == "SlicerParameterName"]
    assert len(shown) == len(selectors())
    assert selectors() | {"stegoVolume", "targetFolder", "untickedAttributes"} == fields()  # which no selector shows


def test_every_field_has_a_tool_tip() -> None:
    kinds = {"QPushButton", "QComboBox", "QLineEdit", "QCheckBox", "qMRMLNodeComboBox", "ctkPathLineEdit"}
    silent = [
        each.get("name")
        for each in FORM.iter("widget")
        if each.get("class") in kinds and not any(one.get("name") == "toolTip" for one in each.findall("property"))
    ]
    assert silent == []


def test_node_selectors_know_the_scene() -> None:
    told = {each.findtext("receiver") for each in FORM.iter("connection")}
    assert told == {name for name, kind in widgets().items() if kind == "qMRMLNodeComboBox"}


def test_listed_attributes_are_the_library_s() -> None:
    text = SOURCES["record_form.py"]
    listed = ast.literal_eval(text[text.index("ATTRIBUTES = {") + len("ATTRIBUTES = ") : text.index("}\n") + 1])
    assert list(listed) == list(DEFAULT_ATTRIBUTES)
    for keyword, tag in listed.items():
        assert int(tag.replace(",", ""), 16) == tag_for_keyword(keyword)


def test_listed_packages_are_the_library_s() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (TOP / "StegoMed/Resources/requirements.txt").read_text(encoding="utf-8")
    listed = {line.split()[0] for line in text.splitlines() if not line.startswith("#")}
    assert listed == {line for line in project["dependencies"] if not line.startswith("rich")}


def test_no_passphrase_or_record_is_a_parameter() -> None:
    assert not [name for name in fields() if re.search("pass|text$|record(?!Kind)|patient", name)]


@pytest.mark.parametrize("name", ["StegoMed.py", "DICOMStegoMedPlugin.py"])
def test_module_files_are_wiring_only(name: str) -> None:
    tree = ast.parse((TOP / "StegoMed" / name).read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert all((node.end_lineno or 0) - node.lineno < 25 for node in functions)
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.For | ast.While) and len(node.body) > 10]


def test_the_catalogue_entry_follows_the_schema() -> None:
    entry = json.loads((TOP / "StegoMed.json").read_text(encoding="utf-8"))
    assert "v1.0.2" in entry["$schema"]
    optional = {"scm_revision", "scm_type", "build_dependencies", "build_subdirectory", "enabled", "tier"}
    optional |= {"dicom_support_rule"}
    assert {"$schema", "category", "scm_url"} <= set(entry) <= {"$schema", "category", "scm_url"} | optional
    assert entry["tier"] in range(1, 6)
    cmake = (TOP / "CMakeLists.txt").read_text(encoding="utf-8")
    assert re.search(r"^project\((\w+)\)", cmake, re.MULTILINE)[1] == Path("StegoMed.json").stem  # type: ignore[index]
    assert entry["scm_url"].removesuffix(".git") in cmake


def test_the_catalogue_offers_the_extension_for_what_its_plugin_loads() -> None:
    rule = json.loads((TOP / "StegoMed.json").read_text(encoding="utf-8"))["dicom_support_rule"]
    found = re.fullmatch(r"(\w+) =~~ '([^']+)'", rule)
    assert found
    plugin = (TOP / "StegoMed/DICOMStegoMedPlugin.py").read_text(encoding="utf-8")
    tag = f"{tag_for_keyword(found[1]) or 0:08x}"
    assert f'DERIVATION = "{tag[:4]},{tag[4:]}"' in plugin
    assert f'MARK = "{found[2]}"' in plugin
    assert re.search(found[2], DESCRIPTION)


def test_pictures_of_the_catalogue_are_there() -> None:
    cmake = (TOP / "CMakeLists.txt").read_text(encoding="utf-8")
    for place in re.findall(r"StegoMed/main/(\S+\.png)", cmake):
        assert (TOP / place).is_file(), place

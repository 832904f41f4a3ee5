"""The site of the documentation: links are made to fit it, broken ones stop it, nothing is loaded from elsewhere."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files

from Testing.docs import site_hooks

if TYPE_CHECKING:
    from pathlib import Path

CONFIG: Any = SimpleNamespace(repo_url="https://forge.example/StegoMed/", use_directory_urls=False)


def page(uri: str) -> Any:
    return SimpleNamespace(file=SimpleNamespace(src_uri=uri))


def fitted(text: str, uri: str = "index.md") -> str:
    return site_hooks.on_page_markdown(text, page=page(uri), config=CONFIG, files=Files([]))


@pytest.mark.parametrize(
    ("uri", "link", "fitting"),
    [
        ("index.md", "docs/cli.md#exit-codes", "cli.md#exit-codes"),
        ("index.md", "Resources/Screenshots/demo.png", "images/demo.png"),
        ("index.md", "LICENSE", "https://forge.example/StegoMed/blob/main/LICENSE"),
        ("index.md", "CONTRIBUTING.md", "contributing.md"),
        ("cli.md", "../README.md", "index.md"),
        ("security.md", "../SECURITY.md", "reporting.md"),
        ("reporting.md", "docs/security.md", "security.md"),
        ("cli.md", "https://example.org/x.md", "https://example.org/x.md"),
        ("cli.md", "#embed", "#embed"),
    ],
)
def test_links_of_the_forge_are_made_to_fit_the_site(uri: str, link: str, fitting: str) -> None:
    assert fitted(f"See [there]({link}).", uri) == f"See [there]({fitting})."


def test_code_stays_as_it_is() -> None:
    text = "```\n[there](docs/nowhere.md)\n```\n"
    assert fitted(text) == text


def test_a_link_to_what_is_not_there_stops_the_build() -> None:
    with pytest.raises(PluginError, match=r"README\.md links to docs/nowhere\.md"):
        fitted("[there](docs/nowhere.md)")


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="//fonts.example/css">',
        '<img alt="x" src="http://example.org/x.png">',
    ],
)
def test_a_page_that_loads_from_elsewhere_stops_the_build(html: str) -> None:
    with pytest.raises(PluginError, match=r"cli\.md would load something from elsewhere"):
        site_hooks.on_post_page(html, page=page("cli.md"), config=CONFIG)


def test_links_that_people_follow_load_nothing() -> None:
    html = '<a href="https://example.org">there</a><link rel="icon" href="img/x.ico"><script src="js/x.js"></script>'
    assert site_hooks.on_post_page(html, page=page("cli.md"), config=CONFIG) == html


@pytest.mark.parametrize("style", ["@import 'https://fonts.example/x.css';", "p { src: url(//fonts.example/x.woff) }"])
def test_a_style_that_loads_from_elsewhere_stops_the_build(tmp_path: Path, style: str) -> None:
    (tmp_path / "x.css").write_text(
        "p { background: url(\"data:image/svg+xml,'http://www.w3.org/'\") }", encoding="utf-8"
    )
    site_hooks.on_post_build(config=SimpleNamespace(site_dir=str(tmp_path)))
    (tmp_path / "y.css").write_text(style, encoding="utf-8")
    with pytest.raises(PluginError, match=r"y\.css would load something from elsewhere"):
        site_hooks.on_post_build(config=SimpleNamespace(site_dir=str(tmp_path)))

"""Every template can be read, and says nothing that the safe headers would have to stop."""

import re
from pathlib import Path
from typing import Any

import allauth
import pytest
from django.template.loader import get_template

ROOT = Path(__file__).parents[1]
LIBRARIES = [Path(allauth.__file__).parent]
TEMPLATES = {
    str(path.relative_to(folder)): path
    for folder in ROOT.glob("samen/*/templates")
    for path in folder.rglob("*")
    if path.is_file()
}
SOURCES = "".join(
    path.read_text()
    for kind in ("*.py", "*.html", "*.svg", "*.txt")
    for path in ROOT.glob(f"samen/**/{kind}")
    if "tests" not in path.parts
)
NEVER = {
    r"\|\s*safe\b": "markup comes from templates only: no |safe",
    r"\{%\s*autoescape\s+off": "markup comes from templates only: no autoescape off",
    r"<style|\sstyle\s*=": "style belongs in the stylesheet",
    r"<script(?![^>]*\ssrc=)": "script belongs in a file",
    r"\son[a-z]+\s*=": "script belongs in a file",
    r"javascript:": "script belongs in a file",
}
# Pages for visitors are built on this frame, and set no cookie.
OPEN_FRAME = re.compile(r"\{%\s*extends\s+\"theme/base.html\"")


def test_there_are_templates() -> None:
    assert TEMPLATES


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_template_compiles(name: str) -> None:
    template: Any = get_template(name)

    assert template.origin.name == str(TEMPLATES[name]), "another room has one of the same name"


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_template_holds_nothing_unsafe(name: str) -> None:
    text = TEMPLATES[name].read_text()
    for pattern, rule in NEVER.items():
        assert not re.search(pattern, text), f"{name}: {rule}"


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_page_for_visitors_asks_for_no_cookie(name: str) -> None:
    text = TEMPLATES[name].read_text()

    if OPEN_FRAME.search(text):
        assert "csrf_token" not in text, f"{name}: use a token of samen.finder.http.tokens"


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_template_is_used_somewhere(name: str) -> None:
    """By its name, or by its last word where a view puts the rest around it.

    Or by a library, in whose place ours stands.
    """
    if any((folder / "templates" / name).exists() for folder in LIBRARIES):
        return
    words = f"{re.escape(name)}|{re.escape(Path(name).stem)}"

    assert re.search(rf"[\"']({words})[\"']", SOURCES) is not None

"""What is written about the house is true, and nothing in it says too much."""

import ast
import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACT = PYPROJECT["tool"]["importlinter"]["contracts"][0]
FLOORS = [set(floor.split(" | ")) for floor in CONTRACT["layers"]]  # the highest first
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("content/*.md")])

# Made here by the project's own commands, or kept by git itself.
NOT_OURS = [line.strip("/") for line in (ROOT / ".gitignore").read_text().split()] + [".git"]


def files(folder: Path = ROOT) -> Iterator[Path]:
    """All that is in the repository, or will be. Without git: a download has none."""
    for path in sorted(folder.iterdir()):
        if any(fnmatch(path.name, pattern) for pattern in NOT_OURS):
            continue
        if path.is_dir():
            yield from files(path)
        elif b"\0" not in path.read_bytes():
            yield path


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


TEXTS = {named(path): path.read_text() for path in files()}


# Settings


def settings_read() -> set[str]:
    """Every variable of the environment that the settings look at."""
    tree = ast.parse(TEXTS["samen/config/settings.py"])
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {
        f"SAMEN_{ast.literal_eval(call.args[0])}"
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id in {"_said", "_yes"}
        and isinstance(call.args[0], ast.Constant)
    }


def variables_named_in_code() -> set[str]:
    sources = [text for name, text in TEXTS.items() if name.startswith(("samen/", "scripts/"))]
    return {word for text in sources for word in re.findall(r"\bSAMEN_[A-Z_]*[A-Z]\b", text)}


def test_every_setting_is_documented() -> None:
    assert settings_read()
    documented = set(re.findall(r"^\| `([A-Z_]+)`", TEXTS["docs/settings.md"], re.MULTILINE))

    assert settings_read() | variables_named_in_code() <= documented


def test_every_documented_setting_exists() -> None:
    documented = set(re.findall(r"^\| `(SAMEN_[A-Z_]+)`", TEXTS["docs/settings.md"], re.MULTILINE))

    assert documented <= settings_read() | variables_named_in_code()


# The house


def test_the_floors_in_the_architecture_are_those_of_the_contract() -> None:
    table = re.findall(r"^\| \d+ \|(.+?)\|", TEXTS["ARCHITECTURE.md"], re.MULTILINE)

    assert [set(re.findall(r"`(\w+)`", row)) for row in table] == FLOORS


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_a_link_in_a_document_leads_to_a_file(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text()):
        assert (document.parent / target).exists(), target


def test_every_make_target_named_in_a_document_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", TEXTS["Makefile"], re.MULTILINE))
    for document in DOCUMENTS:
        used = re.findall(r"`make ([a-z]+)`|^make ([a-z]+)", document.read_text(), re.MULTILINE)
        assert {first or second for first, second in used} <= targets, document


def test_decisions_are_numbered_without_gaps() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))

    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    assert all(f"({named(path)})" in TEXTS["ARCHITECTURE.md"] for path in records)


# Packages and publication


def pins(lock: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+==\S+)", TEXTS[f"requirements/{lock}.txt"], re.MULTILINE))


def test_tests_run_on_the_versions_that_visitors_get() -> None:
    assert pins("run")
    assert pins("run") <= pins("dev"), "run `make lock`"


def test_every_package_asked_for_is_locked() -> None:
    asked = {re.split(r"[^a-z0-9-]", name)[0] for name in PYPROJECT["project"]["dependencies"]}

    assert asked <= {pin.partition("==")[0] for pin in pins("run")}, "run `make lock`"


def test_publiccode_says_what_the_project_says() -> None:
    public = yaml.safe_load(TEXTS["publiccode.yml"])

    assert public["legal"]["license"] == PYPROJECT["project"]["license"]
    assert public["softwareVersion"] == PYPROJECT["project"]["version"]
    for words in public["description"].values():
        assert len(words["shortDescription"]) <= 150
        assert 150 <= len(words["longDescription"]) <= 10_000
        assert len(words["features"]) >= 3
    assert TEXTS["LICENSE"].strip().startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")


# What must not be there

NEVER = {
    "a folder of somebody's machine": r"(?<![\w.-])/(work|root|Users|home/\w+)/",
    "a download host": r"index-url[ =]+\S*http|://[a-z.-]*(registry|packages|mirror)[a-z.-]*/",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY",
}
# Mail boxes of an office. An address that starts otherwise may be a person's: ask, then add.
OFFICES = (
    *("info", "contact", "post", "mail", "help", "helpdesk", "hulp", "support", "office"),
    *("zorgrecht", "iomthehague", "security", "samen", "maintainers", "conduct"),
)


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_file_holds_nothing_of_one_machine(name: str) -> None:
    for what, pattern in NEVER.items():
        found = re.search(pattern, TEXTS[name])
        assert not found, f"{name} holds {what}: {found}"


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_file_holds_no_mail_address_of_a_person(name: str) -> None:
    # From the first sign of a word on, or a long line of nothing but letters takes minutes.
    addresses = re.findall(r"(?<![\w.+-])[\w.+-]++@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b", TEXTS[name])
    for address in addresses:
        box, _, host = address.partition("@")
        invented = re.search(r"(^|\.)example\.(org|com|net)$", host) is not None
        assert invented or box.lower() in OFFICES, address

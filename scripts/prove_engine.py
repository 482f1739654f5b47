"""What tries the engine of the vault: all its branches, and changes that its own tests must notice.

prove_engine.py branches          every line and branch is run by samen/vault/tests/engine
prove_engine.py changes [NAMES]   mutmut makes a thousand changes in it: nine of ten are noticed

The second takes a quarter of an hour. NAMES is a pattern, such as 'samen.vault.engine.padding*'.
Nothing is written into the repository: the changes are made in a copy of it.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[1]
ENGINE, TESTS = "samen/vault/engine", "samen/vault/tests/engine"
COPIED = ("samen", "tests", "scripts", "content", "conftest.py", "manage.py", "pyproject.toml")
ENOUGH = 0.9  # security goal G9
HOW = f"""
[tool.mutmut]
source_paths = ["samen"]
only_mutate = ["{ENGINE}/*.py"]
also_copy = ["conftest.py", "manage.py", "scripts", "content"]
pytest_add_cli_args_test_selection = ["{TESTS}"]
pytest_add_cli_args = ["-p", "no:xdist", "-p", "no:cacheprovider"]
"""


def branches() -> int:
    with tempfile.TemporaryDirectory() as folder:
        data = f"--data-file={folder}/coverage"
        run = ["run", data, "--branch", f"--source={ENGINE}", "-m", "pytest", "-p", "no:xdist"]
        report = ["report", data, "--show-missing", "--fail-under=100"]
        for said in ([*run, TESTS], report):
            done = subprocess.run(
                [sys.executable, "-m", "coverage", *said], cwd=HOUSE, check=False
            ).returncode
            if done:
                return done
    return 0


def changes(names: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            source = HOUSE / name
            if source.is_dir():
                shutil.copytree(
                    source,
                    copy / name,
                    ignore=shutil.ignore_patterns("__pycache__", "node_modules"),
                )
            else:
                shutil.copy(source, copy / name)
        with (copy / "pyproject.toml").open("a") as settings:
            settings.write(HOW)
        mutmut = [sys.executable, "-m", "mutmut"]
        subprocess.run([*mutmut, "run", "--max-children", "2", *names], cwd=copy, check=True)
        left = subprocess.run(
            [*mutmut, "results"], cwd=copy, check=True, stdout=subprocess.PIPE, text=True
        ).stdout
        sys.stdout.writelines(f"{one}\n" for one in left.splitlines() if "not checked" not in one)
        subprocess.run([*mutmut, "export-cicd-stats"], cwd=copy, check=True)
        said = json.loads((copy / "mutants" / "mutmut-cicd-stats.json").read_text())
    noticed = said["killed"] + said.get("timeout", 0)
    tried = noticed + said["survived"] + said.get("suspicious", 0)
    sys.stdout.write(f"{noticed} of {tried} changes were noticed\n")
    return 0 if tried and noticed >= ENOUGH * tried else 1


def main() -> int:
    match sys.argv[1:]:
        case ["branches"]:
            return branches()
        case ["changes", *names]:
            return changes(names)
    sys.stderr.write(__doc__ or "")
    return 2


if __name__ == "__main__":
    sys.exit(main())

"""Compiles the search kernel, samen/search/engine/quick.pyx, where there is a compiler.

    scripts/kernel.py

Without Cython, a C compiler or the headers of Python it says so and all is well: numpy answers.
The result says of which text it was made, so that an older one is never taken for it.
"""

import importlib.util
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from hashlib import sha256
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "samen" / "search" / "engine" / "quick.pyx"
MADE = SOURCE.with_name("quick" + str(sysconfig.get_config_var("EXT_SUFFIX")))
# No shortcuts with numbers: what numpy adds up has to be the same to the last place.
FLAGS = ("-O3", "-shared", "-fPIC", "-ffp-contract=off", "-fno-math-errno", "-fwrapv", "-w")


def missing() -> str | None:
    if importlib.util.find_spec("Cython") is None:
        return "Cython"
    if shutil.which("cc") is None:
        return "a C compiler"
    headers = Path(sysconfig.get_path("include"))
    return None if (headers / "Python.h").exists() else "the headers of Python"


def compiled(text: str, stamp: str) -> None:
    import numpy as np  # noqa: PLC0415 where no compiler is, nobody needs to have it

    with tempfile.TemporaryDirectory(dir=SOURCE.parent, prefix=".kernel-") as folder:
        draft = Path(folder) / SOURCE.name
        draft.write_text(f'{text}\nSTAMP = "{stamp}"\n', encoding="utf-8")
        code, made = draft.with_suffix(".c"), Path(folder) / MADE.name
        cython = [sys.executable, "-m", "cython", "-3", "--module-name"]
        subprocess.run([*cython, "samen.search.engine.quick", draft, "-o", code], check=True)
        headers = [f"-I{folder}" for folder in (sysconfig.get_path("include"), np.get_include())]
        subprocess.run(["cc", *FLAGS, *headers, code, "-o", made, "-lm"], check=True)
        made.replace(MADE)


def main() -> int:
    text = SOURCE.read_text(encoding="utf-8")
    stamp = sha256(text.encode()).hexdigest()
    if MADE.exists() and stamp.encode() in MADE.read_bytes():
        return 0
    absent = missing()
    if absent:
        print(f"The search answers without its kernel: {absent} is missing.")
        return 0
    try:
        compiled(text, stamp)
    except subprocess.CalledProcessError as broken:
        print(f"The search answers without its kernel: {broken.cmd[0]} could not make it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Compiles the search kernel, samen/search/engine/*.pyx, where there is a compiler.

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

ENGINE = Path(__file__).resolve().parents[1] / "samen" / "search" / "engine"
# No shortcuts with numbers: what numpy adds up has to be the same to the last place.
FLAGS = ("-O3", "-shared", "-fPIC", "-ffp-contract=off", "-fno-math-errno", "-fwrapv", "-w")

# As a word of C, because Cython packs its own: it has to be found without running any of it.
_STAMPED = b"""
cdef extern from *:
    \"\"\"
    static const char made_of_text[] = "%s";
    \"\"\"
    const char* made_of_text
STAMP = made_of_text.decode()
"""


def missing() -> str | None:
    if importlib.util.find_spec("Cython") is None:
        return "Cython"
    if shutil.which("cc") is None:
        return "a C compiler"
    headers = Path(sysconfig.get_path("include"))
    return None if (headers / "Python.h").exists() else "the headers of Python"


def made_of(source: Path) -> Path:
    return source.with_name(source.stem + str(sysconfig.get_config_var("EXT_SUFFIX")))


def is_made(source: Path) -> bool:
    made = made_of(source)
    return made.exists() and _stamp(source.read_bytes()) in made.read_bytes()


def _stamp(text: bytes) -> bytes:
    return sha256(text).hexdigest().encode()


def compiled(source: Path) -> None:
    import numpy as np  # noqa: PLC0415 where no compiler is, nobody needs to have it

    with tempfile.TemporaryDirectory(dir=ENGINE, prefix=".kernel-") as folder:
        draft, text = Path(folder) / source.name, source.read_bytes()
        draft.write_bytes(text + _STAMPED % _stamp(text))
        code, made = draft.with_suffix(".c"), Path(folder) / "made.so"
        cython = [sys.executable, "-m", "cython", "-3", "--module-name"]
        name = f"samen.search.engine.{source.stem}"
        subprocess.run([*cython, name, draft, "-o", code], check=True)
        headers = [f"-I{folder}" for folder in (sysconfig.get_path("include"), np.get_include())]
        subprocess.run(["cc", *FLAGS, *headers, code, "-o", made, "-lm"], check=True)
        made.replace(made_of(source))


def main() -> int:
    stale = [source for source in sorted(ENGINE.glob("*.pyx")) if not is_made(source)]
    absent = missing()
    if stale and absent:
        print(f"The search does without its kernel: {absent} is missing.")
        return 0
    for source in stale:
        try:
            compiled(source)
        except subprocess.CalledProcessError as broken:
            print(f"The search does without {source.stem}: {broken.cmd[0]} could not make it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

import json
from pathlib import Path

from bench import pages

HOUSE = Path(__file__).resolve().parents[1]
RESULTS = HOUSE / "bench" / "results"


def main() -> None:
    RESULTS.mkdir(exist_ok=True)
    found = pages.measure()
    (RESULTS / "pages.json").write_text(json.dumps(found, indent=1) + "\n")
    lines = ["# Benchmarks", "", "Made by `make bench`; do not edit by hand.", ""]
    lines += pages.as_text(found)
    (HOUSE / "docs" / "benchmarks.md").write_text("\n".join(lines).rstrip() + "\n")
    print("docs/benchmarks.md")


if __name__ == "__main__":
    main()

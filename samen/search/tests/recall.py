"""Recall is told at the end of every run, also of a quiet one."""

import pytest

RECALL = "recall"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = [
        str(line)
        for report in terminalreporter.stats.get("passed", [])
        + terminalreporter.stats.get("failed", [])
        if getattr(report, "when", "") == "call"
        for name, line in getattr(report, "user_properties", ())
        if name == RECALL
    ]
    if lines:
        terminalreporter.section("found in one's own words", sep="-")
        for line in sorted(lines):
            terminalreporter.write_line(line)

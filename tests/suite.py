#!/usr/bin/env python3
"""Run the test suite and count single cases.

usage: suite.py ROOT [asan]

The release build runs everything; the build with AddressSanitizer and UBSan
runs what needs no confinement. A cmocka program counts with each of its cases,
any other program as one. The last line is "N passed, N failed" and, when
something was skipped, ", N skipped". The exit status is 0 only if something ran
and nothing failed.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as xml

SANITIZED_SUITES = ["unit", "prop", "fuzz"]
SANITIZER_OPTIONS = {
    "ASAN_OPTIONS": "halt_on_error=1:abort_on_error=1:detect_leaks=1:strict_string_checks=1",
    "UBSAN_OPTIONS": "halt_on_error=1:abort_on_error=1:print_stacktrace=1",
}
# A line of a cmocka program: "[       OK ] name", "[  FAILED  ] name"; totals carry a count.
CMOCKA_CASE = re.compile(r"^\[ +(OK|FAILED|SKIPPED) +\] (?!\d+ test)(\S+)", re.M)


class Count:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self):
        text = f"{self.passed} passed, {self.failed} failed"
        return text + (f", {self.skipped} skipped" if self.skipped else "")


def count_program(entry):
    """One row of meson's log. A failing case is listed twice by cmocka, hence the sets."""
    count = Count()
    cases = {"OK": set(), "FAILED": set(), "SKIPPED": set()}
    output = (entry.get("stdout") or "") + "\n" + (entry.get("stderr") or "")
    for kind, name in CMOCKA_CASE.findall(output):
        cases[kind].add(name)
    count.passed, count.failed, count.skipped = (len(cases[k]) for k in ("OK", "FAILED", "SKIPPED"))
    if entry["result"] == "SKIP":
        count.passed, count.skipped = 0, max(1, count.skipped)
    elif entry["result"] in ("OK", "EXPECTEDFAIL"):
        if count.passed + count.skipped == 0:
            count.passed = 1
    else:
        count.failed = max(1, count.failed)
    return count


def run_meson(root, folder, title, suites):
    print(f"== {title}", flush=True)
    # under `meson test` the run of the whole-program tests would be hidden: they come after
    command = ["meson", "test", "-C", str(root / folder), "--no-suite", "e2e", "--print-errorlogs"]
    for suite in suites:
        command += ["--suite", suite]
    environment = dict(os.environ, **(SANITIZER_OPTIONS if folder == "build-asan" else {}))
    log = root / folder / "meson-logs" / "testlog.json"
    log.unlink(missing_ok=True)
    status = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL).returncode
    count = Count()
    if log.exists():
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            count.add(count_program(json.loads(line)))
    if status != 0 and count.failed == 0:
        count.failed = 1  # the build of the tests failed, or meson itself
    return count


def run_pytest(root):
    print("== whole program", flush=True)
    tests = root / "tests" / "e2e"
    count = Count()
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "report.xml"
        environment = dict(os.environ, CANDOR=str(root / "build" / "candor"),
                           CANDOR_BUILD=str(root / "build"), PYTHONDONTWRITEBYTECODE="1")
        status = subprocess.run(
            ["pytest-3", "-q", "-rs", "-p", "no:cacheprovider", f"--junitxml={report}", str(tests)],
            env=environment, stdin=subprocess.DEVNULL, cwd=root).returncode
        if report.exists():
            for suite in xml.parse(report).getroot().iter("testsuite"):
                failed = int(suite.get("failures")) + int(suite.get("errors"))
                skipped = int(suite.get("skipped"))
                count.failed += failed
                count.skipped += skipped
                count.passed += int(suite.get("tests")) - failed - skipped
    if status != 0 and count.failed == 0:
        count.failed = 1
    return count


def main():
    root = pathlib.Path(sys.argv[1])
    only_sanitized = sys.argv[2:] == ["asan"]
    start = time.monotonic()
    total = Count()
    if not only_sanitized:
        total.add(run_meson(root, "build", "release build", []))
        total.add(run_pytest(root))
    total.add(run_meson(root, "build-asan", "AddressSanitizer and UBSan", SANITIZED_SUITES))
    print(f"== all of it took {time.monotonic() - start:.0f} s")
    print(total, flush=True)
    return 0 if total.failed == 0 and total.passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Rules of the vectors compile, or do not, as YARA says.

usage: yara.py YARA_COMPILE
The vectors are below $CANDOR_CORPUS; without it the test is skipped.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

SKIPPED = 77
# A module that YARA is not built with, and files that are not there.
LEFT_OUT = ("test-pb:", "test-rules:3490")


def cases():
    folder = pathlib.Path(os.environ["CANDOR_CORPUS"]) / "vectors" / "yara"
    for name in ("conformance", "quirks"):
        for case in json.loads((folder / f"{name}.json").read_text(encoding="utf-8")):
            if not case["id"].startswith(LEFT_OUT):
                yield case


def options(case):
    for name, value in (case.get("externals") or {}).items():
        if isinstance(value, bool):
            value = str(value).lower()
        yield from ("-d", f"{name}={value}")
    limit = case.get("config", {}).get("max_strings_per_rule")
    if limit is not None:
        yield from ("-s", str(limit))
    if case.get("strict_escape"):
        yield "-e"


def compiled(tool, case, folder):
    """Lines that the tool prints for the rule of a case."""
    path = folder / "rule.yar"
    path.write_bytes(case["rule"].encode("utf-8"))
    tool.stdin.write("\t".join([*options(case), str(path)]) + "\n")
    tool.stdin.flush()
    lines = []
    while not lines or not lines[-1].startswith("total "):
        line = tool.stdout.readline()
        if line == "":
            return lines + ["failed: the program ended"]
        lines.append(line.rstrip("\n"))
    return lines


def complaint(case, lines):
    """What is wrong with the outcome, or None."""
    errors = [line for line in lines if line.startswith(("error", "failed"))]
    warnings = [line for line in lines if line.startswith("warning")]
    if any(line.startswith("failed") for line in lines):
        return errors[0]
    if case["expect"] == "error":
        return None if errors else f"compiles, expected: {case.get('error')}"
    if errors:
        return f"does not compile: {errors[0]}"
    if case["expect"] == "no_warning" and warnings:
        return f"expected no warning: {warnings[0]}"
    if case["expect"] == "warning" and len(warnings) < case.get("min_warnings", 1):
        return "expected a warning"
    return None


def main():
    if "CANDOR_CORPUS" not in os.environ:
        print("skipped: CANDOR_CORPUS is not set")
        return SKIPPED
    bad = total = 0
    tool = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            encoding="utf-8", errors="replace")
    with tool, tempfile.TemporaryDirectory() as folder:
        for case in cases():
            total += 1
            said = complaint(case, compiled(tool, case, pathlib.Path(folder)))
            if said is not None:
                bad += 1
                print(f"{case['id']}: {said}\n\t{' '.join(case['rule'].split())}")
    print(f"{total - bad} of {total} as expected")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

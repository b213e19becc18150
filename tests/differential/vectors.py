#!/usr/bin/env python3
"""Run the conformance vectors of YARA through yara-run and list what differs.

    vectors.py YARA-RUN [ID-PREFIX...]

The vectors are vectors/yara/*.json below the folder that CANDOR_CORPUS names. A case that
stands in vectors-known.txt, with the reason, may differ; one that stands there and does not
differ is a failure, too, so that the list stays true. Exit status 77: there are no vectors.
"""
import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
SECONDS = 60


def known():
    """{id: reason} of the cases that may differ."""
    rows = {}
    for line in (HERE / "vectors-known.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, reason = line.partition(" ")
            rows[name] = reason.strip()
    return rows


def data_of(case):
    data = base64.b64decode(case.get("input_b64") or "")
    repeat = case.get("input_repeat")
    if repeat:
        return bytes([repeat["byte"]]) * repeat["count"]
    return data


def options_of(case):
    for name, value in (case.get("externals") or {}).items():
        yield "-d"
        yield f"{name}={str(value).lower() if isinstance(value, bool) else value}"


def run(tool, case, folder):
    """The lines that yara-run prints, or a reason why there are none."""
    rule = folder / "rule.yar"
    data = folder / "data"
    rule.write_bytes(case["rule"].encode("utf-8", "surrogateescape"))
    data.write_bytes(data_of(case))
    command = [tool, *options_of(case), str(rule), str(data)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None, "takes too long"
    if done.returncode != 0:
        text = (done.stdout + done.stderr).decode(errors="replace").strip().splitlines()
        return None, f"ends with {done.returncode}: {text[-1] if text else ''}"
    return done.stdout.decode(errors="replace").splitlines(), None


def rows(lines, word):
    return [line[len(word) + 1:] for line in lines if line.startswith(word + " ")]


def judge_matches(case, lines):
    matches = rows(lines, "match")
    if case["expect"] == "match" and not matches:
        return "does not match"
    if case["expect"] == "no_match" and matches:
        return f"matches: {matches}"
    want = case.get("matching_rules")
    if want is not None and sorted(want) != sorted(matches):
        return f"rules {matches}, not {want}"
    strings = case.get("string_matches")
    if strings is None or not matches:
        return None
    found = sorted((int(offset), int(length), name) for name, offset, length in
                   (row.split(" ")[1:] for row in rows(lines, "string")))
    wanted = sorted((offset, length, name) for offset, length, name in strings)
    return None if set(found) == set(wanted) else f"strings {found}, not {wanted}"


def judge(case, lines):
    """What is wrong, or None."""
    errors, warnings = rows(lines, "error"), rows(lines, "warning")
    expect = case["expect"]
    if expect == "error":
        return None if errors else "is accepted"
    if errors:
        return f"is refused: {errors[0]}"
    skipped = rows(lines, "skip")
    if skipped:
        return f"is skipped: {skipped[0]}"
    if expect == "warning":
        return None if warnings else "has no warning"
    if expect == "no_warning":
        return f"warns: {warnings[0]}" if warnings else None
    if expect == "compiles":
        return None
    return judge_matches(case, lines)


def cases(prefixes):
    corpus = os.environ.get("CANDOR_CORPUS")
    for path in sorted(pathlib.Path(corpus or "/nonexistent").glob("vectors/yara/*.json")):
        for case in json.loads(path.read_text()):
            if not prefixes or any(case["id"].startswith(p) for p in prefixes):
                yield case


def main(tool, *prefixes):
    allowed = known()
    passed = failed = listed = 0
    with tempfile.TemporaryDirectory() as name:
        for case in cases(prefixes):
            lines, wrong = run(tool, case, pathlib.Path(name))
            wrong = wrong or judge(case, lines)
            if case["id"] in allowed:
                listed += 1
                if wrong is None:
                    print(f"{case['id']}: agrees, but stands in vectors-known.txt")
                    failed += 1
            elif wrong is None:
                passed += 1
            else:
                failed += 1
                print(f"{case['id']}: {wrong}")
    if passed + failed + listed == 0:
        print("skipped: CANDOR_CORPUS names no folder with vectors/yara")
        return 77
    print(f"{passed} agree, {failed} differ, {listed} are known to differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

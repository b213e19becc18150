#!/usr/bin/env python3
"""Run the conformance vectors of YARA through yara-run and list what differs.

    yara.py YARA-RUN [ID-PREFIX...]

The vectors are vectors/yara/*.json below the folder that CANDOR_CORPUS names. A case that
stands in yara-known.txt, with the reason, may differ; one that stands there and does not
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
SKIPPED = 77
# A file that one of the rules includes and that is not among the vectors.
INCLUDED = {"tests/data/foo.yar": "rule foo { condition: true }\n"}
# The tool that made the vectors keeps no more of a match; its length was taken from that.
SHOWN_MAX = 512


def known():
    """{id: reason} of the cases that may differ."""
    rows = {}
    for line in (HERE / "yara-known.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, reason = line.partition(" ")
            rows[name] = reason.strip()
    return rows


def words_of(case, folder):
    """The options of yara-run, and its files."""
    for name, value in (case.get("externals") or {}).items():
        yield "-d"
        yield f"{name}={str(value).lower() if isinstance(value, bool) else value}"
    limit = case.get("config", {}).get("max_strings_per_rule")
    if limit is not None:
        yield "-s"
        yield str(limit)
    if case.get("strict_escape"):
        yield "-e"
    if case.get("include_base"):
        yield "-i"
        yield str(folder)
    repeat = case.get("input_repeat")
    if repeat:
        yield "-r"
        yield f"{repeat['byte']},{repeat['count']}"
    yield str(folder / "rule.yar")
    if not repeat:
        yield str(folder / "data")


def run(tool, case, folder):
    """The lines that yara-run prints; the last one is "ended" when it did not get that far."""
    (folder / "rule.yar").write_bytes(case["rule"].encode("utf-8", "surrogateescape"))
    (folder / "data").write_bytes(base64.b64decode(case.get("input_b64") or ""))
    tool.stdin.write("\t".join(words_of(case, folder)) + "\n")
    tool.stdin.flush()
    lines = []
    for line in tool.stdout:
        if line == "\n":
            return lines
        lines.append(line.rstrip("\n"))
    return lines + ["ended"]


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
    found = {(int(offset), min(int(length), SHOWN_MAX), name) for name, offset, length in
             (row.split(" ")[1:] for row in rows(lines, "string"))}
    wanted = {(offset, length, name) for offset, length, name in strings}
    return None if found == wanted else f"strings {sorted(found)}, not {sorted(wanted)}"


def judge(case, lines):
    """What is wrong, or None."""
    if "ended" in lines or rows(lines, "failed"):
        return f"fails: {lines[-1]}"
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
        enough = len(warnings) >= case.get("min_warnings", 1)
        return None if enough else f"has {len(warnings)} warnings"
    if expect == "no_warning":
        return f"warns: {warnings[0]}" if warnings else None
    return None if expect == "compiles" else judge_matches(case, lines)


def cases(prefixes):
    corpus = os.environ.get("CANDOR_CORPUS")
    for path in sorted(pathlib.Path(corpus or "/nonexistent").glob("vectors/yara/*.json")):
        for case in json.loads(path.read_text()):
            if not prefixes or any(case["id"].startswith(p) for p in prefixes):
                yield case


def complaints(tool, prefixes, counts):
    """Run all cases; what is wrong with each that is not as it should be."""
    allowed = known()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for path, text in INCLUDED.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        for case in cases(prefixes):
            wrong = judge(case, run(tool, case, folder))
            is_known = case["id"] in allowed
            counts["known to differ" if is_known else "differ" if wrong else "agree"] += 1
            if is_known and wrong is None:
                yield f"{case['id']}: agrees, but stands in yara-known.txt"
            elif wrong is not None and not is_known:
                yield f"{case['id']}: {wrong}"
            if tool.poll() is not None:
                return


def main(path, *prefixes):
    counts = {"agree": 0, "differ": 0, "known to differ": 0}
    tool = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            encoding="utf-8", errors="replace")
    failed = False
    with tool:
        for complaint in complaints(tool, prefixes, counts):
            failed = True
            print(complaint)
    if not any(counts.values()):
        print("skipped: CANDOR_CORPUS names no folder with vectors/yara")
        return SKIPPED
    print(", ".join(f"{count} {what}" for what, count in counts.items()))
    return 1 if failed or tool.returncode != 0 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

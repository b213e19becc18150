#!/usr/bin/env python3
"""Compile sets of YARA rules with candor and with yarac, in turns.

usage: yara-compile.py [--rules DIR] [--rounds N] [--record]

Each folder below DIR (by default rules/yara of CANDOR_CORPUS) is a set. Both
get the same files: those of which both take every rule, in namespaces of their
own. Times are of the whole program, from the start to the written file. Fails
when candor is slower than yarac with the largest set.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import measure

ROOT = pathlib.Path(__file__).resolve().parent.parent
# what rules expect to be defined from outside
DEFINED = ["filename", "filepath", "extension", "filetype", "owner"]


def arguments():
    p = argparse.ArgumentParser(description="speed of compiling YARA's rules")
    p.add_argument("--candor", default=ROOT / "build" / "candor", type=pathlib.Path)
    p.add_argument("--rules", type=pathlib.Path, help="folder of folders of rules")
    p.add_argument("--rounds", type=int, default=9)
    p.add_argument("--record", action="store_true")
    return p.parse_args()


def yarac(files, image):
    defines = [word for name in DEFINED for word in ("-d", f"{name}=a")]
    return ["yarac", "-w", *defines, *(f"n{i}:{f}" for i, f in enumerate(files)), image]


def build(options, sources, image):
    return [options.candor, "db", "build", "--keep-going", "-o", image, *sources]


def succeeds(command):
    return subprocess.run([str(c) for c in command], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def taken_by_candor(options, folder, image):
    """{name below the folder: number of rules} of the files without a malformed rule."""
    measure.run(build(options, [folder], image))
    told = subprocess.run([options.candor, "db", "info", "--json", image], check=True,
                          stdout=subprocess.PIPE)
    return {s["name"]: s["accepted"] for s in json.loads(told.stdout)["sources"]
            if s["accepted"] > 0 and s["malformed"] == 0 and s["skipped"] == 0}


def common_files(options, folder, work):
    """Files of which both take every rule, and the number of these rules."""
    taken = taken_by_candor(options, folder, work / "all.candor")
    files = [folder / name for name in sorted(taken) if (folder / name).is_file()]
    if not succeeds(yarac(files, work / "all.yarac")):
        files = [f for f in files if succeeds(yarac([f], work / "one.yarac"))]
    return files, sum(taken[str(f.relative_to(folder))] for f in files)


def compare(options, folder, work):
    """(rules, series, ratio) of one set"""
    files, rules = common_files(options, folder, work)
    measure.warm([(f, 0) for f in files])
    runs = measure.interleave(options.rounds, candor=build(options, files, work / "a.candor"),
                              yarac=yarac(files, work / "a.yarac"))
    series = [measure.Series(f"compile {folder.name}, {name}", "s", [r.seconds for r in runs[name]])
              for name in runs]
    ratio = measure.Series(f"compile {folder.name}, candor to yarac", "ratio",
                           [a.seconds / b.seconds for a, b in zip(runs["candor"], runs["yarac"])])
    print(f"{folder.name}: {rules:,} rules of {len(files)} files, "
          f"{(work / 'a.candor').stat().st_size:,} bytes against "
          f"{(work / 'a.yarac').stat().st_size:,}", flush=True)
    return rules, [*series, ratio], ratio.median


def main():
    options = arguments()
    corpus = os.environ.get("CANDOR_CORPUS")
    rules = options.rules or (pathlib.Path(corpus) / "rules" / "yara" if corpus else None)
    if rules is None or shutil.which("yarac") is None:
        print("skipped: it needs yarac and rules (--rules or CANDOR_CORPUS)")
        return 0
    with tempfile.TemporaryDirectory(prefix="candor-bench-") as name:
        sets = [compare(options, f, pathlib.Path(name))
                for f in sorted(rules.iterdir()) if f.is_dir()]
    series = [s for one in sets for s in one[1]]
    measure.show(series)
    if options.record:
        measure.record(ROOT, series)
    largest = max(sets, key=lambda one: one[0])
    return 0 if largest[2] <= 1 else 1


if __name__ == "__main__":
    sys.exit(main())

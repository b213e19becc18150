#!/usr/bin/env python3
"""Scan real folders with digest signatures only, beside clamscan on the same signatures.

usage: hash-scan.py [--signatures DIR | --scale S] [--tree DIR[=ROUNDS]]... [--record]

Both programs read the same signature files: random ones, and some that name
files of the trees, so that equal verdicts mean something. Everything runs on one
core, turn by turn, with the files in the page cache. clamscan runs twice: as it
comes, and with all unpacking switched off, which is the same work that a look
at digests alone needs. In each round every program also scans one small file;
that time, its load of the signatures, is taken off, so that throughput compares
scanning with scanning. A round in which little is left is not counted: the
machine was too busy.
"""
import argparse
import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import measure

ROOT = pathlib.Path(__file__).resolve().parent.parent
LARGEST = 2_000_000_000  # clamscan takes no more
CLAMSCAN = ["clamscan", "--no-summary", "--infected", "--allmatch=yes", "--recursive",
            "--max-filesize=2000M", "--max-scansize=2000M", "--max-scantime=0",
            "--max-dir-recursion=100"]
WITHOUT = ["mail", "pe", "elf", "ole2", "pdf", "swf", "html", "xmldocs", "hwp3", "onenote",
           "archive", "image", "image-fuzzy-hash"]
REDUCED = ([f"--scan-{what}=no" for what in WITHOUT]
           + ["--phishing-sigs=no", "--phishing-scan-urls=no", "--heuristic-alerts=no",
              "--normalize=no", "--bytecode=no"])
PLANTED = 16  # files of each tree that a signature names


def arguments():
    p = argparse.ArgumentParser(description="hash-only scans, beside clamscan")
    p.add_argument("--candor", default=ROOT / "build" / "candor", type=pathlib.Path)
    p.add_argument("--signatures", type=pathlib.Path, help="folder of ClamAV signature files")
    p.add_argument("--scale", type=float, default=1, help="of the signatures made here")
    p.add_argument("--tree", action="append", metavar="DIR[=ROUNDS]",
                   help="default: /usr/bin three times and /usr/lib once")
    p.add_argument("--start-rounds", type=int, default=3)
    p.add_argument("--starts", type=int, default=5, help="scans of one small file in a round")
    p.add_argument("--record", action="store_true")
    return p.parse_args()


def make_signatures(options, work):
    """A folder of signature files in the work folder; borrowed ones are linked, not copied."""
    folder = work / "signatures"
    folder.mkdir()
    if options.signatures:
        for path in sorted(options.signatures.iterdir()):
            if path.suffix in (".hdb", ".hsb", ".mdb"):
                (folder / path.name).symlink_to(path.resolve())
    else:
        maker = ROOT / "bench" / "make-signatures.py"
        subprocess.run([sys.executable, maker, folder, str(options.scale)], check=True)
    return folder


def plant(folder, trees):
    """Sign some files of each tree, half by SHA-256 and half by MD5."""
    rng = random.Random(7)
    sha256, md5 = [], []
    for top, files in trees.items():
        chosen = [f for f in files if 1000 < f[1] < 20_000_000]
        for i, (path, size) in enumerate(rng.sample(chosen, min(PLANTED, len(chosen)))):
            data = pathlib.Path(path).read_bytes()
            name = f"Planted.{top.strip('/').replace('/', '.')}-{i}"
            if i % 2:
                sha256.append(f"{hashlib.sha256(data).hexdigest()}:{size}:{name}\n")
            else:
                md5.append(f"{hashlib.md5(data).hexdigest()}:{size}:{name}\n")
    (folder / "planted.hsb").write_text("".join(sha256))
    (folder / "planted.hdb").write_text("".join(md5))


def clamscan_verdicts(output):
    found = set()
    for line in output.splitlines():
        if line.endswith(" FOUND"):
            path, _, name = line[:-len(" FOUND")].rpartition(": ")
            found.add((os.path.realpath(path), name.removesuffix(".UNOFFICIAL")))
    return found


def candor_verdicts(candor, image, top):
    """(path, rule) of each detection of a file itself; members are not in clamscan's reduced run."""
    output = measure.run([candor, "scan", "--json", "--all-matches", "--db", image, top],
                         allowed=(0, 1, 2)).output
    found = set()
    for line in output.splitlines():
        row = json.loads(line)
        for finding in row.get("findings", []):
            if finding["depth"] == 0:
                found.add((os.path.realpath(row["path"]), finding["rule"]))
    return found


def start_up(options, work, image, folder, with_clamscan):
    small = work / "small"
    small.write_bytes(b"nothing to see here\n")
    ours = measure.pinned([options.candor, "scan", "--jobs", "1", "--db", image, small])
    theirs = measure.pinned([*CLAMSCAN, *REDUCED, "-d", folder, small])
    measure.run(ours)
    times = {"candor": [], "clamscan": []}
    for _ in range(options.start_rounds):
        times["candor"] += [measure.run(ours).seconds for _ in range(options.starts)]
        if with_clamscan:
            times["clamscan"].append(measure.run(theirs).seconds)
    waits = [options.candor, "scan", "--jobs", "1", "--db", image, "--files-from", "-"]
    memory = {"candor": [measure.held(waits, small) for _ in range(3)],
              "clamscan": [measure.watch(theirs).private] if with_clamscan else []}
    return times, memory


def chosen_trees(options):
    """{folder: rounds}"""
    found = {}
    for word in options.tree or ["/usr/bin=3", "/usr/lib=1"]:
        top, _, rounds = word.partition("=")
        found[top] = int(rounds or 3)
    return found


def scan_tree(options, top, rounds, files, image, folder, small, with_clamscan):
    programs = {"candor": [options.candor, "scan", "--jobs", "1", "--db", image]}
    if with_clamscan:
        programs["clamscan"] = [*CLAMSCAN, "-d", folder]
        programs["clamscan-reduced"] = [*CLAMSCAN, *REDUCED, "-d", folder]
    commands = {n: measure.pinned([*c, top]) for n, c in programs.items()}
    loads = {f"{n} load": measure.pinned([*c, small]) for n, c in programs.items()}
    measure.warm(files)
    runs = measure.interleave(rounds, **commands, **loads)
    total = sum(size for _, size in files)
    rates = {}
    for name in programs:
        pairs = zip(runs[name], runs[f"{name} load"])
        spent = [whole.seconds - load.seconds for whole, load in pairs
                 if whole.seconds > 1.1 * load.seconds]
        if not spent:
            print(f"{name}: not measured, the machine is too busy")
            continue
        rates[name] = (measure.Series(f"{name} {top}", "files/s", [len(files) / s for s in spent]),
                       measure.Series(f"{name} {top}", "MB/s", [total / 1e6 / s for s in spent]))
    equal = None
    if with_clamscan:
        ours = candor_verdicts(options.candor, image, top)
        theirs = clamscan_verdicts(runs["clamscan-reduced"][0].output)
        equal = (ours == theirs, len(ours), sorted(ours ^ theirs)[:5])
    memory = measure.watch(commands["candor"], interval=0.05).private
    return rates, equal, memory


def print_equality(top, equal):
    same, count, difference = equal
    print(f"verdicts over {top}: {'equal' if same else 'NOT EQUAL'}, {count} detections")
    for path, rule in difference:
        print(f"  only one of the two: {path}: {rule}")
    return same


def compare_start(times, memory):
    series = [measure.Series(f"{n} one small file", "s", v) for n, v in times.items() if v]
    series += [measure.Series(f"{n} private memory", "MiB", [b / 2**20 for b in v])
               for n, v in memory.items() if v]
    measure.show(series)
    if times["clamscan"]:
        median = {s.name: s.median for s in series}
        measure.ratio("start-up: clamscan / candor", median["candor one small file"],
                      median["clamscan one small file"], 200)
        measure.ratio("private memory: clamscan / candor", median["candor private memory"],
                      median["clamscan private memory"], 20)
    return series


def main():
    options = arguments()
    with_clamscan = shutil.which("clamscan") is not None
    if not with_clamscan:
        print("clamscan is not installed (package clamav): nothing to compare with")
    with tempfile.TemporaryDirectory(prefix="candor-bench-") as folder:
        work = pathlib.Path(folder)
        rounds = chosen_trees(options)
        trees = {top: [f for f in measure.regular_files(top) if f[1] < LARGEST] for top in rounds}
        signatures = make_signatures(options, work)
        plant(signatures, trees)
        image = work / "bench.candor"
        built = measure.run([options.candor, "db", "build", "--keep-going", "-o", image, signatures])
        print(f"image: {image.stat().st_size:,} bytes, built in {built.seconds:.2f} s")
        times, memory = start_up(options, work, image, signatures, with_clamscan)
        series = compare_start(times, memory)
        all_equal = True
        for top, files in trees.items():
            total = sum(size for _, size in files)
            print(f"\n{top}: {len(files):,} files, {total / 1e9:.2f} GB, one core")
            rates, equal, peak = scan_tree(options, top, rounds[top], files, image, signatures,
                                           work / "small", with_clamscan)
            measure.show([s for pair in rates.values() for s in pair])
            series += [s for pair in rates.values() for s in pair]
            print(f"candor private memory, all its processes: {peak / 2**20:.1f} MiB")
            for name in ("clamscan", "clamscan-reduced"):
                if name in rates and "candor" in rates:
                    measure.ratio(f"throughput: candor / {name}", rates[name][0].median,
                                  rates["candor"][0].median, 6)
            all_equal &= equal is None or print_equality(top, equal)
        if options.record:
            measure.record(ROOT, series)
    return 0 if all_equal else 1


if __name__ == "__main__":
    sys.exit(main())

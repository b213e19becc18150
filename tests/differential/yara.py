#!/usr/bin/env python3
"""Compare what `candor yara` and `yara` find with public rules in real files and in made ones.

usage: tests/differential/yara.py CANDOR [--full] [--files N] [--rules TEXT] [--keep FOLDER]

The rules are below $CANDOR_CORPUS/rules/yara; without it, or without yara, the test is skipped.
Each source of rules is a namespace of its own. What both take searches the same files, and every
line that says where a string matches is compared: offset, length, name and data. Files are a
sample of those of this machine, executables that are made here, and for each rule a file in which
its strings stand, so that many rules match. Public rules hardly ever match what is not malicious,
so the files of this machine are searched with rules that are cut out of them as well. A few seconds as it stands; --full takes all rules
and N (2,500) files.

What is known to differ between releases of YARA is in KNOWN, with the reason.
"""
import argparse
import collections
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import cut  # noqa: E402: the line above keeps the folder as it is
import samples  # noqa: E402

SKIPPED = 77
EXTERNALS = ["filename", "filepath", "extension", "filetype", "owner"]
PLACES = ["/usr/bin", "/usr/lib", "/usr/share", "/usr/x86_64-w64-mingw32", "/usr/sbin", "/etc"]
SIZE_MAX = 4 << 20
SHOWN = 50
# (release since which it is as Candor does it, a pattern for "rule what-differs", why)
KNOWN = []
PROGRAMS = [  # name, compiler and its options; what is compiled has no library in it
    ("made-32.exe", ["i686-w64-mingw32-gcc", "-nostdlib", "-s", "-Wl,-e,_start"]),
    ("made-64.exe", ["x86_64-w64-mingw32-gcc", "-nostdlib", "-s", "-Wl,-e,start"]),
    ("made-32.dll", ["i686-w64-mingw32-gcc", "-nostdlib", "-s", "-shared", "-Wl,-e,_start"]),
    ("made-elf", ["cc", "-nostdlib", "-static", "-s", "-Wl,-e,start"]),
]
MACH = bytes.fromhex("cffaedfe" "07000001" "03000000" "02000000"  # magic, processor, type
                     "01000000" "18000000" "00000000" "00000000"  # commands, their size, flags
                     "28000080" "18000000" "2000000000000000" "0000000000000000")  # LC_MAIN


class Runs:
    """The two programs, with the same arguments."""

    def __init__(self, candor, folder):
        self.folder = folder
        self.empty = folder / "empty"
        self.empty.touch()
        self.programs = {"yara": ["yara"], "candor": [str(candor.resolve()), "yara"]}

    def run(self, name, arguments):
        """Exit status, the file with the output, and what was said besides."""
        command = [*self.programs[name], *(a for e in EXTERNALS for a in ("-d", f"{e}=")),
                   *arguments]
        output = self.folder / f"output-{name}"
        with open(output, "wb") as out:
            done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE)
        return done.returncode, output, done.stderr.decode("latin-1")

    def refusals(self, name, rules):
        """{source: the first thing said against it}: one run when there are none, else by halves."""
        code, _, err = self.run(name, ["-w", *named(rules), str(self.empty)])
        said = [line for line in err.splitlines() if "error" in line.lower()]
        if code == 0 or said and all(line.startswith("error scanning") for line in said):
            return {}
        if len(rules) == 1:
            return {rules[0]: said[0] if said else f"exit status {code}: {err[:200]}"}
        half = len(rules) // 2
        return {**self.refusals(name, rules[:half]), **self.refusals(name, rules[half:])}

    def rule_count(self, name, rules):
        code, output, _ = self.run(name, ["-w", "-S", *named(rules), str(self.empty)])
        count = re.search(r"number of rules\s*:\s*(\d+)", output.read_text("latin-1"))
        return int(count[1]) if count and code == 0 else None


def named(rules):
    return [f"ns{i}:{source}" for i, source in enumerate(rules)]


def sources(folder, wanted, is_full, rng):
    found = sorted(p for p in folder.rglob("*.yar*") if p.is_file() and wanted in str(p))
    return found if is_full else rng.sample(found, min(len(found), 12))


def real_files(count, rng):
    """Files of all kinds: of each suffix about as many as of any other."""
    kinds = collections.defaultdict(list)
    for place in PLACES:
        for folder, folders, names in os.walk(place):
            folders.sort()
            for name in sorted(names):
                path = pathlib.Path(folder, name)
                kinds[path.suffix[:6]].append(path)
    chosen = []
    for kind in sorted(kinds):
        rng.shuffle(kinds[kind])
    while len(chosen) < count and any(kinds.values()):
        for kind in sorted(kinds):
            while kinds[kind]:
                path = kinds[kind].pop()
                if is_usable(path):
                    chosen.append(path)
                    break
    return chosen[:count]


def is_usable(path):
    return (path.is_file() and not path.is_symlink() and "\n" not in str(path)
            and 0 < path.stat().st_size <= SIZE_MAX and os.access(path, os.R_OK))


def made_programs(folder):
    """Small executables of this machine's compilers, and the start of one for a Macintosh."""
    source = folder / "a.c"
    source.write_text("int start(void) { return 42; }\n")
    made = []
    for name, command in PROGRAMS:
        if shutil.which(command[0]):
            subprocess.run([*command, "-o", folder / name, source], check=True)
            made.append(folder / name)
    if shutil.which("mcs"):
        (folder / "a.cs").write_text("class A { static void Main() {} }\n")
        subprocess.run(["mcs", "-nologo", f"-out:{folder / 'made-net.exe'}", folder / "a.cs"],
                       check=True)
        made.append(folder / "made-net.exe")
    (folder / "made-mach").write_bytes(MACH + bytes(64))
    return [*made, folder / "made-mach"]


def made_samples(folder, rules, programs, rng):
    """One file for each rule."""
    made = []
    below = folder / "samples"
    below.mkdir(exist_ok=True)
    skeletons = samples.Skeletons(programs)
    for i, source in enumerate(rules):
        for name, body in samples.rules_of(source.read_text(encoding="latin-1")):
            path = below / f"ns{i}-{name}"
            path.write_bytes(samples.sample(body, skeletons, rng))
            made.append(path)
    return made


RULE = re.compile(r"(ns\d+:\w+) (/.*)")
STRING = re.compile(r"0x[0-9a-f]+:\d+:\$")


def parse(path):
    """{(rule, file): lines of its strings}"""
    found, current = {}, None
    with open(path, encoding="latin-1", newline="\n") as lines:
        for line in lines:
            line = line.rstrip("\n")
            rule = RULE.fullmatch(line)
            if rule:
                current = found.setdefault((rule[1], rule[2]), [])
            elif current is not None and STRING.match(line):
                current.append(line)
    return found


def differences(wanted, got):
    for key in sorted(wanted.keys() | got.keys()):
        if key not in got:
            yield key, "only yara"
        elif key not in wanted:
            yield key, "only candor"
        elif sorted(wanted[key]) != sorted(got[key]):
            missing = [line[:80] for line in sorted(set(wanted[key]) - set(got[key]))[:3]]
            extra = [line[:80] for line in sorted(set(got[key]) - set(wanted[key]))[:3]]
            yield key, f"strings: only yara {missing}, only candor {extra}"


def known(rule, what):
    for release, pattern, why in KNOWN:
        if re.search(pattern, f"{rule} {what}"):
            return f"YARA {release}: {why}"
    return None


def compare_acceptance(runs, rules):
    """The sources that both take, and how many only one takes."""
    refused = {name: runs.refusals(name, rules) for name in runs.programs}
    both = [source for source in rules if not any(source in r for r in refused.values())]
    differ = [source for source in rules
              if (source in refused["yara"]) != (source in refused["candor"])]
    for source in differ:
        print(f"accepted by one only: {source}")
        for name in runs.programs:
            print(f"    {name}: {refused[name].get(source)}")
    counts = {name: runs.rule_count(name, both) for name in runs.programs}
    print(f"{len(rules)} sources, {len(both)} taken by both, {len(differ)} by one only; "
          f"rules: {counts}", flush=True)
    return both, len(differ) + (counts["yara"] != counts["candor"])


def compare_scan(runs, what, rules, files):
    """How many rules differ in files; all are shown up to a number."""
    listing = runs.folder / "files"
    listing.write_text("".join(f"{f}\n" for f in files))
    found, seconds, bad = {}, {}, 0
    for name in runs.programs:
        start = time.monotonic()
        code, out, err = runs.run(name, ["-w", "-e", "-s", "-L", "-p", "1", *named(rules),
                                         "--scan-list", str(listing)])
        seconds[name] = time.monotonic() - start
        if code != 0 or err:
            bad += 1
            print(f"{name}: exit status {code}: {err[:2000]}")
        found[name] = parse(out)
    explained, kinds = collections.Counter(), set()
    for (rule, path), difference in differences(found["yara"], found["candor"]):
        why = known(f"{rules[int(rule[2:rule.index(':')])].stem}:{rule.partition(':')[2]}",
                    difference)
        if why:
            explained[why] += 1
            continue
        bad += 1
        kinds.add(rule)
        if len(kinds) <= SHOWN:
            print(f"{rule} in {path}: {difference}")
    for why, count in sorted(explained.items()):
        print(f"{count} known to differ: {why}")
    equal = sum(found["candor"].get(key) is not None for key in found["yara"])
    lines = sum(len(lines) for lines in found["yara"].values())
    print(f"{what}: {len(rules)} sources, {len(files)} files; matches: {len(found['yara'])} by yara, "
          f"{len(found['candor'])} by candor, {equal} by both, of "
          f"{len({rule for rule, _ in found['yara']})} rules with {lines} strings; "
          f"{bad} differ, {len(kinds)} rules; "
          + ", ".join(f"{name} {s:.1f} s" for name, s in seconds.items()), flush=True)
    return bad


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("candor", type=pathlib.Path)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--files", type=int)
    parser.add_argument("--rules", default="", help="only sources whose path holds this text")
    parser.add_argument("--keep", type=pathlib.Path, help="leave what is made there")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if "CANDOR_CORPUS" not in os.environ or shutil.which("yara") is None:
        print("skipped: CANDOR_CORPUS is not set, or yara is not installed")
        return SKIPPED
    rng = random.Random(args.seed)
    rules = sources(pathlib.Path(os.environ["CANDOR_CORPUS"]) / "rules" / "yara", args.rules,
                    args.full, rng)
    with tempfile.TemporaryDirectory() as name:
        folder = (args.keep or pathlib.Path(name)).resolve()
        folder.mkdir(exist_ok=True)
        runs = Runs(args.candor, folder)
        both, differ = compare_acceptance(runs, rules)
        programs = made_programs(folder)
        differ += compare_scan(runs, "made files", both,
                               programs + made_samples(folder, both, programs, rng))
        real = real_files(args.files or (2500 if args.full else 60), rng)
        differ += compare_scan(runs, "real files", both, real)
        (folder / "cut.yar").write_text(cut.rules_of(real, 500 if args.full else 60, rng))
        differ += compare_scan(runs, "rules cut out of real files", [folder / "cut.yar"], real)
    return differ != 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Compare what `candor yara` and `yara` find with public rules in real files.

usage: tests/differential/yara.py CANDOR [--full] [--files N] [--rules TEXT] [--keep FOLDER]

The rules are below $CANDOR_CORPUS/rules/yara; without it, or without yara, the test is skipped.
Each source of rules is compiled alone by both, and then all that both take search the same
files, rule by rule and string by string, with offset and length. Files are a sample of those of
this machine and some that are made, among them such that hold texts of the rules, so that many
rules match. A few seconds as it stands; --full takes all rules and N (2,500) files.

What is known to differ between versions of YARA is in KNOWN, with the reason.
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

SKIPPED = 77
EXTERNALS = ["filename", "filepath", "extension", "filetype", "owner"]
PLACES = ["/usr/bin", "/usr/lib", "/usr/share", "/usr/x86_64-w64-mingw32", "/usr/sbin", "/etc"]
SIZE_MAX = 4 << 20
# (release of YARA, what is matched against "namespace:rule", why)
KNOWN = []


class Runs:
    """The two programs, with the same arguments."""

    def __init__(self, candor, folder):
        self.empty = folder / "empty"
        self.empty.touch()
        self.programs = {"yara": ["yara"], "candor": [str(candor), "yara"]}

    def run(self, name, arguments, timeout=3600):
        command = [*self.programs[name], *(a for e in EXTERNALS for a in ("-d", f"{e}=")), *arguments]
        done = subprocess.run(command, capture_output=True, timeout=timeout)
        return done.returncode, done.stdout.decode("latin-1"), done.stderr.decode("latin-1")

    def accepts(self, name, source):
        """None, or the first thing that is said against a source of rules."""
        code, _, err = self.run(name, ["-w", str(source), str(self.empty)])
        said = [line for line in err.splitlines() if "error" in line.lower()]
        if said or code not in (0, 1):
            return said[0] if said else f"exit status {code}: {err[:200]}"
        return None


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
                if not path.is_symlink() and path.is_file() and "\n" not in str(path):
                    kinds[path.suffix[:6]].append(path)
    chosen = []
    for kind in sorted(kinds):
        rng.shuffle(kinds[kind])
    while len(chosen) < count and any(kinds.values()):
        for kind in sorted(kinds):
            while kinds[kind]:
                path = kinds[kind].pop()
                if 0 < path.stat().st_size <= SIZE_MAX and os.access(path, os.R_OK):
                    chosen.append(path)
                    break
    return chosen[:count]


TEXT = re.compile(r'\$\w*\s*=\s*"((?:[^"\\\n]|\\.)*)"([^\n]*)')
HEX = re.compile(r"\$\w*\s*=\s*\{([0-9A-Fa-f\s?]+)\}")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


def planted(source, rng):
    """Bytes in which texts of a source of rules stand, behind the start of an executable."""
    rules = source.read_text(encoding="latin-1")
    pieces = []
    for text, modifiers in TEXT.findall(rules):
        plain = re.sub(r'\\(x[0-9A-Fa-f]{2}|[ntr"\\])',
                       lambda m: chr(int(m[1][1:], 16)) if m[1][0] == "x" else ESCAPES[m[1]],
                       text).encode("latin-1")
        if "wide" in modifiers:
            pieces.append(bytes(b for c in plain for b in (c, 0)))
        if "wide" not in modifiers or "ascii" in modifiers:
            pieces.append(plain)
    for digits in HEX.findall(rules):
        digits = re.sub(r"\s", "", digits)
        if len(digits) % 2 == 0:
            pieces.append(bytes.fromhex(re.sub(r"\?", lambda _: rng.choice("0123456789abcdef"),
                                               digits)))
    rng.shuffle(pieces)
    head = bytearray(128)
    head[:2] = rng.choice([b"MZ", b"MZ", b"MZ", b"\x7fE", b"PK", b"%P"])
    head[0x3C:0x40] = (64).to_bytes(4, "little")
    head[64:68] = b"PE\0\0"
    return bytes(head) + b"\n".join(pieces)


def made_files(folder, rules, rng):
    """Executables of this machine's compilers, and files that hold texts of rules."""
    made = []
    program = folder / "a.c"
    program.write_text("int main(void) { return 0; }\n")
    for compiler, suffix in (("x86_64-w64-mingw32-gcc", "64.exe"), ("i686-w64-mingw32-gcc",
                                                                  "32.exe"), ("cc", "elf")):
        if shutil.which(compiler):
            path = folder / f"made-{suffix}"
            subprocess.run([compiler, "-o", path, program], check=True)
            made.append(path)
    if shutil.which("mcs"):
        path = folder / "made-net.exe"
        (folder / "a.cs").write_text("class A { static void Main() {} }\n")
        subprocess.run(["mcs", "-nologo", f"-out:{path}", folder / "a.cs"], check=True)
        made.append(path)
    path = folder / "made-mach"
    path.write_bytes(bytes.fromhex("cffaedfe0700000103000000020000000000000000000000") + bytes(99))
    made.append(path)
    for i, source in enumerate(rules):
        path = folder / f"planted-{i}"
        path.write_bytes(planted(source, rng))
        made.append(path)
    return made


MATCH = re.compile(r"(0x[0-9a-f]+):(\d+):(\$\w*): ?")


def parse(text):
    """{(rule, file): [(offset, length, string)]}"""
    found, current = {}, None
    for line in text.split("\n"):
        match = MATCH.match(line)
        if match and current is not None:
            current.append((int(match[1], 16), int(match[2]), match[3]))
        elif re.match(r"s\d+:\w+ /", line):
            rule, path = line.split(" ", 1)
            current = found.setdefault((rule, path), [])
    return found


def differences(wanted, got):
    for key in sorted(wanted.keys() | got.keys()):
        if key not in got:
            yield key, "only yara"
        elif key not in wanted:
            yield key, "only candor"
        elif sorted(wanted[key]) != sorted(got[key]):
            missing = sorted(set(wanted[key]) - set(got[key]))[:3]
            extra = sorted(set(got[key]) - set(wanted[key]))[:3]
            yield key, f"strings: only yara {missing}, only candor {extra}"


def known(rule):
    for release, pattern, why in KNOWN:
        if re.search(pattern, rule):
            return f"YARA {release}: {why}"
    return None


def compare_acceptance(runs, rules):
    """The sources that both take; says which only one takes."""
    both, differ = [], 0
    for source in rules:
        said = {name: runs.accepts(name, source) for name in runs.programs}
        if said["yara"] is None and said["candor"] is None:
            both.append(source)
        elif (said["yara"] is None) != (said["candor"] is None):
            differ += 1
            print(f"accepted by one only: {source}\n    yara: {said['yara']}\n    candor: "
                  f"{said['candor']}")
    return both, differ


def compare_scan(runs, rules, files, folder):
    listing = folder / "files"
    listing.write_text("".join(f"{f}\n" for f in files))
    named = [f"s{i}:{source}" for i, source in enumerate(rules)]
    found = {}
    for name in runs.programs:
        code, out, err = runs.run(name, ["-w", "-e", "-s", "-L", "-p", "1", *named, "--scan-list",
                                         str(listing)])
        if code not in (0, 1) or err:
            print(f"{name}: exit status {code}: {err[:2000]}")
        found[name] = parse(out)
    bad, explained = 0, collections.Counter()
    for (rule, path), what in differences(found["yara"], found["candor"]):
        why = known(rule)
        if why:
            explained[why] += 1
            continue
        bad += 1
        if bad <= 50:
            source = rules[int(rule[1:rule.index(":")])]
            print(f"{rule} ({source.name}) in {path}: {what}")
    for why, count in sorted(explained.items()):
        print(f"{count} known to differ: {why}")
    print(f"{len(rules)} sources, {len(files)} files: {len(found['yara'])} matches of rules by "
          f"yara, {len(found['candor'])} by candor; {bad} differ")
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
        folder = args.keep or pathlib.Path(name)
        folder.mkdir(exist_ok=True)
        runs = Runs(args.candor, folder)
        both, differ = compare_acceptance(runs, rules)
        print(f"{len(rules)} sources, {len(both)} taken by both, {differ} by one only")
        files = real_files(args.files or (2500 if args.full else 60), rng)
        differ += compare_scan(runs, both, files + made_files(folder, both, rng), folder)
    return differ != 0


if __name__ == "__main__":
    sys.exit(main())

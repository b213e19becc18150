#!/usr/bin/env python3
"""Compare Perl expressions of logical signatures with clamscan: what they find in random files.

usage: tests/differential/perl.py BUILD_DIR [ROUNDS [SEED]]

Each round writes random signatures with Perl expressions, of every flag and form of offset, and
random files of their letters, and scans them with both programs. The names must be equal.
"""
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

LETTERS = "abAB\n/"
RULES = 20
FILES = 20


class Writer:
    """Random pieces of signatures."""

    def __init__(self, rng):
        self.rng = rng

    def atom(self, depth):
        r = self.rng.random()
        if r < 0.5:
            return self.rng.choice("abAB")
        if r < 0.6:
            return self.rng.choice([".", "[ab]", "[^a]", "\\s", "\\w", "\\n", "\\/", "\\x41"])
        if r < 0.7:
            return self.rng.choice(["^", "$", "\\b", "\\B", "(?=a)", "(?!b)", "(?<=a)", "(?<!B)"])
        if depth > 1:
            return "ab"
        if r < 0.75:
            return f"({self.expression(depth + 1)})\\1" if depth == 0 else "(a|b)"
        if r < 0.85:
            return f"(?:{self.expression(depth + 1)}|{self.expression(depth + 1)})"
        return f"({self.expression(depth + 1)})"

    def expression(self, depth=0):
        text = ""
        for _ in range(self.rng.randint(1, 4)):
            text += self.atom(depth)
            if text[-1] not in "^$=!" and self.rng.random() < 0.3:
                text += self.rng.choice(["*", "+", "?", "{2}", "{1,3}", "*?", "+?", "++"])
        return text

    def perl(self, index):
        ids = list(range(index))
        trigger = str(self.rng.choice(ids))
        if self.rng.random() < 0.3:
            trigger += self.rng.choice([">0", "=1", "=0", "<2"])
        if self.rng.random() < 0.3:
            trigger += self.rng.choice("&|") + str(self.rng.choice(ids))
        n, m = self.rng.randint(0, 40), self.rng.randint(0, 30)
        offset = self.rng.choice(["", "", "", f"{n}:", f"{n},{m}:", f"EOF-{n}:", f"EOF-{n},{m}:"])
        flags = "".join(f for f in "greismxAEU"
                        if self.rng.random() < (0.4 if f in "gre" else 0.2))
        while True:
            # never empty, on which clamscan turns for ever with flag g
            text = self.rng.choice(["a", "[ab]", "[^B]", "B"]) + self.expression(0)
            try:
                re.compile(text.replace("++", "+"))
            except re.error:
                continue
            return f"{offset}{trigger}/{text}/{flags}"

    def line(self, name):
        count = self.rng.randint(2, 4)
        subs = ["".join(self.rng.choice("abAB") for _ in range(2)).encode().hex()]
        subs += [self.perl(i) for i in range(1, count)]
        terms = [f"{i}" + (f"{self.rng.choice('<>=')}{self.rng.randint(0, 4)}"
                           if self.rng.random() < 0.4 else "") for i in range(count)]
        if self.rng.random() < 0.3:
            terms = ["(" + "|".join(map(str, range(count))) + ")"
                     + f"{self.rng.choice('<>=')}{self.rng.randint(0, 6)}"]
        expression = self.rng.choice("&|").join(terms)
        return f"{name};Engine:81-255,Target:0;{expression};{';'.join(subs)}"

    def data(self):
        text = "".join(self.rng.choice(LETTERS) for _ in range(self.rng.randint(0, 90)))
        return b"\x01\x02\xfe\xff\x80\x05\x06" + text.encode()


def theirs(rules, folder):
    done = subprocess.run(["clamscan", "--no-summary", "--normalize=no", "--allmatch",
                           "-d", str(rules), str(folder)], capture_output=True, text=True)
    found = {}
    for path, name in re.findall(r"^(\S+): (\S+)\.UNOFFICIAL FOUND$", done.stdout, re.M):
        found.setdefault(path, set()).add(name)
    return done.returncode in (0, 1), found


def ours(candor, rules, folder):
    done = subprocess.run([candor, "scan", "--all-matches", "--json", "--db", str(rules),
                           str(folder)], capture_output=True, text=True)
    found, undecided = {}, set()
    for line in done.stdout.splitlines():
        row = json.loads(line)
        if row.get("type") != "file":
            continue
        found[row["path"]] = {hit["rule"] for hit in row.get("findings", [])}
        if row.get("missed"):
            undecided.add(row["path"])
    return found, undecided, done.stderr


def compare(candor, folder, writer):
    rules, files = folder / "rules.ldb", folder / "files"
    lines = {f"R{i}": writer.line(f"R{i}") for i in range(RULES)}
    rules.write_text("\n".join(lines.values()) + "\n")
    files.mkdir()
    for i in range(FILES):
        (files / f"data{i}").write_bytes(writer.data())
    loaded, expected = theirs(rules, files)
    found, undecided, complaints = ours(candor, rules, files)
    if not loaded or len(found) != FILES or undecided:
        print(f"clamscan loads: {loaded}; scanned {len(found)} of {FILES}, "
              f"{len(undecided)} undecided\n{complaints}")
        return 0, 1
    wrong = 0
    for path, names in found.items():
        for name in sorted(names ^ expected.get(path, set())):
            print(f"{'extra' if name in names else 'missing'}: {lines[name]}\n"
                  f"  on {pathlib.Path(path).read_bytes()!r}")
            wrong += 1
    return RULES * len(found), wrong


def main():
    candor = str(pathlib.Path(sys.argv[1]) / "candor")
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(10**6)
    if shutil.which("clamscan") is None:
        print("clamscan is not installed")
        return 77
    print(f"seed {seed}")
    compared = wrong = 0
    for number in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            done = compare(candor, pathlib.Path(folder), Writer(random.Random(seed + number)))
        compared += done[0]
        wrong += done[1]
    print(f"{rounds} rounds, {compared} verdicts, {wrong} differences")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())

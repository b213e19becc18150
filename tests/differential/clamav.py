#!/usr/bin/env python3
"""Compare the ClamAV front end with clamscan: what it accepts and what its rules find.

usage: tests/differential/clamav.py BUILD_DIR [ROUNDS [SEED]]

Build the helper first: ninja -C BUILD_DIR tests/differential/clamav-holds. Each round writes
random valid lines of each kind, which clamscan must load and the front end accept or skip, and
random logical signatures over a small alphabet, whose verdicts on random files must be equal.
Where docs/formats/clamav.md says that the two differ, nothing is generated.
"""
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

LETTERS = b"abAB \n/.\"\0"
BINARY = b"\x01\x02\xfe\xff\x80\x05\x06"
RULES = 20
FILES = 30


class Writer:
    """Random pieces of signatures."""

    def __init__(self, rng):
        self.rng = rng

    def bytes(self, least, most):
        return bytes(self.rng.choice(LETTERS)
                     for _ in range(self.rng.randint(least, most))).hex()

    def digest(self):
        return self.rng.randbytes(self.rng.choice([16, 20, 32])).hex()

    def name(self):
        return "".join(self.rng.choice("abcXYZ019.-_") for _ in range(self.rng.randint(1, 20)))

    def levels(self):
        return self.rng.choice(["", "", ":73", ":51:255", ":300", ":1:100"])

    def hash_line(self):
        size = self.rng.choice([1, 68, 4294967294, self.rng.randint(1, 10**6)])
        if self.rng.random() < 0.2:
            return f"{self.digest()}:*:{self.name()}:{self.rng.choice(['73', '73:255', '300'])}"
        return f"{self.digest()}:{size}:{self.name()}{self.levels()}"

    def section_line(self):
        return f"{self.rng.randint(1, 10**6)}:{self.digest()}:{self.name()}{self.levels()}"

    def offset(self, target):
        n, m = self.rng.randint(0, 2000), self.rng.randint(0, 300)
        forms = ["*", f"{n}", f"{n},{m}", f"EOF-{n}", f"EOF-{n},{m}"]
        if target in (1, 6, 9):
            forms += [f"EP+{n}", f"EP-{n},{m}", f"S{m}+{n}", f"SE{m}", f"SE{m},{n}", f"SL+{n}"]
        return self.rng.choice(forms)

    def item(self, anywhere):
        """A piece inside a part. Clamscan misses alternatives of several lengths in front."""
        r = self.rng.random() * (1 if anywhere else 0.75)
        if r < 0.45:
            return self.bytes(1, 2)
        if r < 0.6:
            return self.rng.choice(["??", "6?", "?1", "{1}", "{2}"])
        if r < 0.75:
            return "(" + "|".join(self.bytes(1, 1) for _ in range(self.rng.randint(1, 3))) + ")"
        if r < 0.9:
            return "(" + "|".join(self.bytes(1, 3) for _ in range(self.rng.randint(2, 3))) + ")"
        return self.rng.choice(["(B)", "!(B)", "(W)", "!(W)", "(L)"])

    def part(self, negation):
        """Negation only where no modifier can follow."""
        text = self.rng.choice(["", "", "", "(B)", "!(B)", "(W)", "!(W)", "(L)"])
        text += "".join(self.item(False) for _ in range(self.rng.randint(0, 1)))
        text += self.bytes(2, 3)
        text += "".join(self.item(True) for _ in range(self.rng.randint(0, 2)))
        if negation and self.rng.random() < 0.3:
            n = self.rng.randint(1, 2)
            text += "!(" + "|".join(self.bytes(n, n) for _ in range(2)) + ")"
        return text

    def pattern(self, negation=False):
        text = self.part(negation)
        for _ in range(self.rng.choice([0, 0, 0, 1, 2])):
            gap = self.rng.choice(["*", "{-3}", "{2-}", "{1-4}"])
            # an inline {n} must stand before the first {} that separates parts
            text += gap + re.sub(r"\{\d\}", "??", self.part(negation))
        return text

    def body_line(self):
        target = self.rng.choice([0, 0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12])
        text = "6162" + self.pattern(True)
        return f"{self.name()}:{target}:{self.offset(target)}:{text}{self.levels()}"

    def sub_signature(self, offsets):
        modifiers = self.rng.choice(["", "", "::i", "::w", "::a", "::aw", "::f", "::if", "::iaw"])
        text = self.pattern(modifiers == "") + modifiers
        return self.rng.choice(offsets) + text

    def expression(self, ids, depth=0):
        terms = []
        for _ in range(self.rng.randint(1, 3)):
            if depth < 2 and self.rng.random() < 0.35:
                inside = self.expression(ids, depth + 1)
                # only a block with an operator of its own can be compared
                plain = re.sub(r"\([^()]*\)", "", inside)
                compared = self.rng.random() < 0.5 and ("&" in plain or "|" in plain)
                terms.append(f"({inside})" + (self.comparison(True) if compared else ""))
            else:
                terms.append(str(self.rng.choice(ids))
                             + (self.comparison(False) if self.rng.random() < 0.3 else ""))
        text = terms[0]
        for term in terms[1:]:
            text += self.rng.choice("&|") + term
        return text

    def comparison(self, block):
        distinct = f",{self.rng.randint(1, 3)}" if block and self.rng.random() < 0.4 else ""
        return f"{self.rng.choice('<>=')}{self.rng.randint(0, 3)}{distinct}"

    def logical_line(self, name):
        count = self.rng.randint(1, 4)
        ids = list(range(count))
        expression = self.expression(ids)
        while max(map(int, re.findall(r"(?<![\d=<>,])\d+", expression))) != count - 1:
            expression = self.expression(ids)
        offsets = ["", "", "", "", "3:", "0,20:", "EOF-20,15:"]
        subs = ";".join(self.sub_signature(offsets) for _ in ids)
        return f"{name};Engine:51-255,Target:0;{expression};{subs}"

    def data(self):
        """The bytes that patterns are made of, so that many match; never text, which clamscan
        would look at in a normalised form, too."""
        return BINARY + bytes(self.rng.choice(LETTERS) for _ in range(self.rng.randint(0, 200)))


def loads(rules, probe):
    done = subprocess.run(["clamscan", "--no-summary", "-d", str(rules), str(probe)],
                          capture_output=True)
    return done.returncode in (0, 1)


def clamscan(rules, path):
    """The names found in a file, or None when clamscan crashes, which some patterns make it do."""
    done = subprocess.run(["clamscan", "--no-summary", "--normalize=no", "--allmatch", "--infected",
                           "-d", str(rules), str(path)], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        return None
    return set(re.findall(r": (\S+)\.UNOFFICIAL FOUND$", done.stdout, re.M))


def without_filter_limits(folder, suffix, lines):
    """The lines but those that clamscan's own prefilter cannot take, which it says."""
    rules, probe, kept = folder / f"one.{suffix}", folder / "probe", []
    probe.write_bytes(b"nothing")
    for line in lines:
        rules.write_text(line + "\n")
        done = subprocess.run(["clamscan", "--no-summary", "-d", str(rules), str(probe)],
                              capture_output=True, text=True)
        if done.returncode != 2 or "cannot use filter for trie" not in done.stderr:
            kept.append(line)
    return kept


def ours(helper, rules, files):
    done = subprocess.run([helper, str(rules), *map(str, files)], capture_output=True, text=True,
                          check=True)
    first, *lines = done.stdout.splitlines()
    found = {line.split(" ")[0]: set(line.split(" ")[1:]) for line in lines}
    return list(map(int, first.split())), found


def compare_loading(helper, folder, writer):
    kinds = {"hdb": writer.hash_line, "hsb": writer.hash_line, "fp": writer.hash_line,
             "mdb": writer.section_line, "msb": writer.section_line, "ndb": writer.body_line}
    wrong = 0
    probe = folder / "empty"
    probe.write_bytes(b"nothing")
    for suffix, make in kinds.items():
        rules = folder / f"lines.{suffix}"
        lines = [make() for _ in range(50 if suffix == "ndb" else 500)]
        if suffix == "ndb":
            lines = without_filter_limits(folder, suffix, lines)
        rules.write_text("\n".join(lines) + "\n")
        (accepted, malformed, skipped), _ = ours(helper, rules, [])
        if malformed or accepted + skipped != len(lines) or not loads(rules, probe):
            print(f"{suffix}: {malformed} malformed; clamscan loads: {loads(rules, probe)}")
            shutil.copy(rules, ".")
            wrong += 1
    return wrong


def compare_verdicts(helper, folder, writer):
    rules = folder / "rules.ldb"
    lines = [writer.logical_line(f"R{i}") for i in range(RULES)]
    lines = {line.split(";")[0]: line for line in without_filter_limits(folder, "ldb", lines)}
    rules.write_text("\n".join(lines.values()) + "\n")
    files = []
    for i in range(FILES):
        files.append(folder / f"data{i}")
        files[-1].write_bytes(writer.data())
    counts, mine = ours(helper, rules, files)
    if counts != [len(lines), 0, 0]:
        print(f"verdicts: not loaded: {counts}")
        shutil.copy(rules, "not-loaded.ldb")
        return 1
    wrong = compared = 0
    for path in files:
        theirs = clamscan(rules, path)
        compared += theirs is not None
        for name in sorted(mine[str(path)] ^ (mine[str(path)] if theirs is None else theirs)):
            print(f"{'extra' if name in mine[str(path)] else 'missing'}: {lines[name]}\n"
                  f"  on {path.read_bytes()!r}")
            wrong += 1
    print(f"{len(lines)} rules on {compared} files, clamscan crashed on {FILES - compared}")
    return wrong


def main():
    helper = str(pathlib.Path(sys.argv[1]) / "tests/differential/clamav-holds")
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(10**6)
    if shutil.which("clamscan") is None:
        print("clamscan is not installed")
        return 77
    print(f"seed {seed}")
    wrong = 0
    for number in range(rounds):
        writer = Writer(random.Random(seed + number))
        with tempfile.TemporaryDirectory() as folder:
            wrong += compare_loading(helper, pathlib.Path(folder), writer)
            wrong += compare_verdicts(helper, pathlib.Path(folder), writer)
    print(f"{rounds} rounds, {wrong} differences")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())

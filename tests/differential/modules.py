#!/usr/bin/env python3
"""Compare the facts of a module with what `yara -D` prints, on files and on damaged copies of them.

usage: tests/differential/modules.py BUILD_DIR MODULE [-n COPIES] [-s SEED] [-o ONLY] FILE...

Build the helper first: ninja -C BUILD_DIR tests/differential/facts. Of each file COPIES damaged
copies are made, each of one seed: cut short, or with bytes changed, mostly where the headers
are. A copy that differs is kept in /tmp. ONLY is a regular expression of facts to compare. Facts that the installed YARA does not know, or is
known to find otherwise than the version whose behaviour is documented, are in OTHERWISE.
"""
import argparse
import pathlib
import random
import re
import subprocess
import sys
import tempfile

# module: what names of YARA are called since, and facts that are not compared
RENAMED = {"pe": [(r"^pe\.delay_import_details", "pe.delayed_import_details")]}
OTHERWISE = {
    "dex": r"^dex\.field\[\d+\]\.(static|instance)$",
    "elf": r"\.visibility$",
    "pe": r"\.functions\[\d+\]\.rva$|^pe\.signatures|^pe\.number_of_signatures|^pe\.is_signed"
          r"|^pe\.version_info_list|^pe\.number_of_version_infos|^pe\.rich_signature\.version_data"
          r"|^pe\.number_of_(delayed_)?import(s|ed_functions)$|^pe\.export_details\[\d+\]\.rva$",
}
INTERESTING = [0, 1, 2, 0x7F, 0x80, 0xFF]


def fix_imports(facts):
    """As since 4.5: functions are numbered within their library, those of odd names left out."""
    rows, fixed, index = {}, {}, -1
    for name in [n for n in facts if n.startswith("pe.import_details[")]:
        dll, _, rest = name[len("pe.import_details["):].partition("].")
        rows.setdefault(int(dll), {})[rest] = facts.pop(name)
    for dll in sorted(rows):
        functions, row = {}, rows[dll]
        for rest, value in row.items():
            match = re.match(r"functions\[(\d+)\]\.(.*)", rest)
            if match:
                functions.setdefault(int(match[1]), {})[match[2]] = value
        kept = [functions[i] for i in sorted(functions)
                if re.fullmatch(r'"[\w.?@$()<>-]+"', functions[i].get("name", ""), re.A)]
        if kept:
            index += 1
            prefix = f"pe.import_details[{index}]."
            fixed[prefix + "library_name"] = row["library_name"]
            fixed[prefix + "number_of_functions"] = len(kept)
            for i, function in enumerate(kept):
                fixed.update({f"{prefix}functions[{i}].{n}": v for n, v in function.items()})
    facts.update(fixed)


def drop(pattern, *sets):
    for facts in sets:
        for name in [n for n in facts if re.match(pattern, n)]:
            del facts[name]


def resource_rows(facts):
    rows = {}
    for name, value in facts.items():
        match = re.match(r"pe\.resources\[(\d+)\]\.(\w+)", name)
        if match and value != 2**64 - 1:  # no number: undefined since 4.5.0
            rows.setdefault(int(match[1]), []).append((match[2], value))
    return [sorted(row) for row in rows.values()]


def explain_pe(wanted, got):
    """Take out what is found otherwise since the version that is installed."""
    for name in [n for n in wanted if re.fullmatch(r"pe\.export_details\[\d+\]\.offset", n)]:
        if wanted[name] == 2**64 - 1:
            del wanted[name]  # undefined since 4.3.0
    if got.get("pe.number_of_exports", 0) > 8192:  # that many since 4.4.0
        drop(r"pe\.(export_|number_of_exp)", wanted, got)
    if got.get("pe.pdb_path") == '""':  # may be empty since 4.3.0
        del got["pe.pdb_path"]
    if got.get("pe.number_of_rva_and_sizes", 16) < 16:  # does not count since 4.3.0
        drop(r"pe\.(export_|dll_name|delayed_|import_|resource|version_|pdb_|number_of_(ex|im|res))",
             wanted, got)
    old, new = resource_rows(wanted), resource_rows(got)
    if old != new and all(row in old for row in new):  # damaged ones are left out since 4.4.0
        drop(r"pe\.(resources|version_|number_of_res)", wanted, got)


def of_yara(text, module):
    """Lines of yara -D as {name: value}, without what is undefined."""
    facts, path = {}, []
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip("\t"))
        name, equal, value = line[depth:].partition(" = ")
        path[depth:] = [name]
        if not name or path[0] != module or not equal or value == "YR_UNDEFINED":
            continue
        whole = ".".join(path).replace(".[", "[")
        for old, new in RENAMED.get(module, []):
            whole = re.sub(old, new, whole)
        facts[whole] = value if value.startswith('"') else number(value)
    if module == "pe":
        fix_imports(facts)
    return facts


def number(text):
    try:
        return int(text) % 2**64
    except ValueError:
        return f"{float(text):f}"


def of_candor(text):
    facts = {}
    for line in text.split("\n"):
        name, equal, value = line.partition(" = ")
        name = re.sub(r'\["(.*)"\]', r".\1", name)  # of a dictionary, as yara shows it
        if equal:
            facts[name] = value if value.startswith('"') else number(value)
    return facts


def run(*command):
    done = subprocess.run(command, capture_output=True)
    return done.returncode, done.stdout.decode("latin-1"), done.stderr.decode("latin-1")


def damage(data, rng):
    """A damaged copy: cut, or changed in a few places."""
    if rng.random() < 0.25:
        return data[:rng.randrange(len(data) + 1)]
    copy = bytearray(data)
    reach = rng.choice([0x400, 0x400, 0x1000, len(copy), len(copy)])
    for _ in range(rng.choice([1, 1, 1, 2, 4, 16])):
        at = rng.randrange(min(reach, len(copy)))
        kind = rng.randrange(4)
        if kind == 0:
            copy[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            copy[at] = rng.choice(INTERESTING)
        elif kind == 2:
            copy[at:at + 4] = rng.choice([b"\0\0\0\0", b"\xff\xff\xff\xff", b"\1\0\0\0"])[
                :len(copy) - at]
        else:
            copy[at] = rng.randrange(256)
    return bytes(copy)


class Comparison:
    def __init__(self, build, module, only, folder):
        self.tool = pathlib.Path(build) / "tests" / "differential" / "facts"
        self.module = module
        self.rule = folder / "rule.yar"
        self.rule.write_text(f'import "{module}" rule r {{ condition: true }}')
        self.otherwise = re.compile(OTHERWISE.get(module, "^$"))
        self.only = re.compile(only)
        self.failed = 0

    def compare(self, path):
        """Lines that say what differs."""
        code, out, err = run("yara", "-w", "-D", str(self.rule), str(path))
        if code != 0:
            return []  # yara itself did not survive
        wanted = of_yara(out, self.module)
        code, out, err = run(str(self.tool), self.module, str(path))
        if code != 0 or err:
            return [f"exit status {code}: {err[:2000]}"]
        got = of_candor(out)
        if self.module == "pe":
            explain_pe(wanted, got)
        return [f"{name}: yara {wanted.get(name)}, candor {got.get(name)}"
                for name in sorted(wanted.keys() | got.keys())
                if wanted.get(name) != got.get(name) and self.only.search(name)
                and not self.otherwise.search(name)]

    def show(self, what, lines):
        if lines:
            self.failed += 1
            print(what)
            for line in lines[:6]:
                print(f"    {line[:300]}")
            if len(lines) > 6:
                print(f"    and {len(lines) - 6} more")


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("build")
    parser.add_argument("module")
    parser.add_argument("-n", type=int, default=0)
    parser.add_argument("-s", type=int, default=1)
    parser.add_argument("-o", default="")
    parser.add_argument("files", nargs="+")
    args = parser.parse_args()
    total = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        comparison = Comparison(args.build, args.module, args.o, folder)
        for file in args.files:
            comparison.show(file, comparison.compare(file))
            data = pathlib.Path(file).read_bytes()
            total += 1
            for seed in range(args.s, args.s + args.n if data else args.s):
                copy = folder / "copy"
                copy.write_bytes(damage(data, random.Random(seed)))
                lines = comparison.compare(copy)
                total += 1
                if lines:
                    kept = f"/tmp/{args.module}-{pathlib.Path(file).name}-{seed}"
                    pathlib.Path(kept).write_bytes(copy.read_bytes())
                    comparison.show(f"{file}, seed {seed}: {kept}", lines)
    print(f"{total} compared, {comparison.failed} differ")
    return comparison.failed != 0


if __name__ == "__main__":
    sys.exit(main())

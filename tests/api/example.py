"""example.py PROGRAM WORKER: the example scans with rules, an image being made of them."""
import gzip
import hashlib
import pathlib
import subprocess
import sys
import tempfile

program, worker = sys.argv[1:3]
failures = 0


def expect(name, status, output, database, file):
    global failures
    run = subprocess.run([program, str(database), str(file), worker], text=True, timeout=60,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if run.returncode != status or output not in run.stdout:
        print(f"{name}: got {run.returncode} and {run.stdout!r}, want {status} and {output!r}")
        failures += 1


with tempfile.TemporaryDirectory() as folder:
    root = pathlib.Path(folder)
    bad, good, packed = root / "bad", root / "good", root / "bad.gz"
    bad.write_bytes(b"known to be bad")
    good.write_bytes(b"not known")
    packed.write_bytes(gzip.compress(bad.read_bytes()))
    cut = root / "cut.gz"
    cut.write_bytes(gzip.compress(good.read_bytes())[:-6])
    rules = root / "list.sha256"
    rules.write_text(f"{hashlib.sha256(bad.read_bytes()).hexdigest()}  Test.Bad\n")
    tree = root / "rules"
    tree.mkdir()
    (tree / "list.sha256").write_text(rules.read_text())
    broken = root / "broken.sha256"
    broken.write_text("xyz\n" + rules.read_text())

    expect("detected", 1, ": Test.Bad\nverdict: 1\n", rules, bad)
    expect("clean", 0, "verdict: 0\n", rules, good)
    expect("inside", 1, "//", rules, packed)
    expect("not all scanned", 3, "not all was scanned: damaged", rules, cut)
    expect("a folder of rules", 1, "Test.Bad", tree, bad)
    expect("malformed", 9, "broken.sha256:1:", broken, bad)
    damaged = root / "damaged.candor"
    damaged.write_bytes(b"\x89CANDOR\n")
    unknown = root / "unknown.xyz"
    unknown.write_text("hello\n")
    expect("a damaged image", 9, f"{damaged}: too short for an image", damaged, bad)
    expect("no rules", 9, f"{unknown}:1:1: not in a rule language", unknown, bad)
    expect("no database", 9, "no-such", root / "no-such", bad)
    expect("no file", 9, "", rules, root / "no-such")
    expect("a folder", 9, "not a regular file", rules, root)
sys.exit(failures != 0)

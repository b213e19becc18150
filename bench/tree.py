#!/usr/bin/env python3
"""Scan very many files, and one very large one: memory and descriptors must stay where they are.

usage: tree.py [--files N] [--sparse GB] [--folder DIR] [--record]

The peaks of the second half of the scan are compared with those of the first:
what grows with the number of files or bytes shows there. The exit status is 1
when it does.
"""
import argparse
import pathlib
import sys
import tempfile

import measure

ROOT = pathlib.Path(__file__).resolve().parent.parent
SLACK_BYTES = 4 << 20  # a worker touches its buffers for the first time when it first needs them
SLACK_FILES = 40       # one message in flight


def arguments():
    p = argparse.ArgumentParser(description="constant memory over many files and bytes")
    p.add_argument("--candor", default=ROOT / "build" / "candor", type=pathlib.Path)
    p.add_argument("--files", type=int, default=30_000)
    p.add_argument("--sparse", type=float, default=4, help="size of the sparse file in GB")
    p.add_argument("--folder", help="where to make them (default: the folder for temporary files)")
    p.add_argument("--record", action="store_true")
    return p.parse_args()


def make_tree(top, count):
    for i in range(count):
        folder = top / f"{i // 30000:02}" / f"{i // 300 % 100:02}"
        if i % 300 == 0:
            folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{i:07}.txt").write_bytes(b"file %d\n" % i * (1 + i % 50))


def halves(watched):
    """Peaks of both halves of the samples, without the start: (private, descriptors) each."""
    samples = watched.samples[len(watched.samples) // 10:]
    middle = len(samples) // 2
    return [(max(s[1] for s in part), max(s[2] for s in part))
            for part in (samples[:middle] or samples, samples[middle:])]


def judge(title, watched):
    (early, early_files), (late, late_files) = halves(watched)
    print(f"{title}: {watched.seconds:.1f} s; private memory {early / 2**20:.1f} MiB in the first "
          f"half, {late / 2**20:.1f} MiB in the second; open files {early_files}, {late_files}")
    grew = late > early + SLACK_BYTES or late_files > early_files + SLACK_FILES
    if grew:
        print(f"{title}: IT GROWS")
    return not grew


def main():
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="candor-bench-", dir=options.folder) as name:
        work = pathlib.Path(name)
        tree = work / "tree"
        make_tree(tree, options.files)
        many = measure.watch([options.candor, "scan", tree])
        good = judge(f"{options.files:,} files", many)
        large = work / "sparse"
        with open(large, "wb") as f:
            f.truncate(int(options.sparse * 1e9))
        one = measure.watch([options.candor, "scan", large], interval=0.05)
        good &= judge(f"sparse file of {options.sparse:g} GB", one)
        if options.record:
            measure.record(ROOT, [
                measure.Series(f"{options.files} files", "files/s", [options.files / many.seconds]),
                measure.Series(f"{options.files} files, private", "MiB", [many.private / 2**20]),
                measure.Series(f"sparse {options.sparse:g} GB", "GB/s", [options.sparse / one.seconds]),
                measure.Series(f"sparse {options.sparse:g} GB, private", "MiB", [one.private / 2**20]),
            ])
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

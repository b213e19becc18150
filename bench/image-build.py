#!/usr/bin/env python3
"""Build an image from a folder of signature files and look at what it costs to use.

usage: image-build.py [--signatures DIR | --scale S] [--rounds N] [--record]

Prints build time and memory, bytes for each digest signature, the time to open
the image and scan one small file, and the private memory of that scan. The
digests must be equal over the rounds: the same input gives the same bytes.
"""
import argparse
import hashlib
import pathlib
import subprocess
import sys
import tempfile

import measure

ROOT = pathlib.Path(__file__).resolve().parent.parent


def arguments():
    p = argparse.ArgumentParser(description="cost of building and opening an image")
    p.add_argument("--candor", default=ROOT / "build" / "candor", type=pathlib.Path)
    p.add_argument("--signatures", type=pathlib.Path, help="folder of ClamAV signature files")
    p.add_argument("--scale", type=float, default=1, help="of the signatures made here")
    p.add_argument("--rounds", type=int, default=2)
    p.add_argument("--record", action="store_true")
    return p.parse_args()


def digest_of(path):
    h = hashlib.sha256()
    with open(path, "rb") as f:
        while block := f.read(1 << 20):
            h.update(block)
    return h.hexdigest()


def lines_of(folder, suffixes):
    count = 0
    for path in sorted(folder.iterdir()):
        if path.suffix in suffixes:
            with open(path, "rb") as f:
                count += sum(1 for line in f if line.strip() and not line.startswith(b"#"))
    return count


def use(options, image, small):
    command = [options.candor, "scan", "--db", image, small]
    measure.run(command)
    times = [measure.run(command).seconds for _ in range(11)]
    waits = [options.candor, "scan", "--db", image, "--files-from", "-"]
    memory = [measure.held(waits, small) for _ in range(3)]
    return times, memory


def main():
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="candor-bench-") as name:
        work = pathlib.Path(name)
        folder = options.signatures or work / "signatures"
        if not options.signatures:
            maker = ROOT / "bench" / "make-signatures.py"
            subprocess.run([sys.executable, maker, folder, str(options.scale)], check=True)
        hashes = lines_of(folder, (".hdb", ".hsb", ".mdb"))
        image, small = work / "bench.candor", work / "small"
        small.write_bytes(b"nothing to see here\n")
        built, digests = [], set()
        for _ in range(options.rounds):
            command = [options.candor, "db", "build", "--keep-going", "-o", image, folder]
            built.append(measure.watch(command, interval=0.02, allowed=(0, 2)))
            digests.add(digest_of(image))
        times, memory = use(options, image, small)
        series = [
            measure.Series("build", "s", [b.seconds for b in built]),
            measure.Series("build, private memory", "MiB", [b.private / 2**20 for b in built]),
            measure.Series("image, for each digest signature", "bytes",
                           [image.stat().st_size / max(hashes, 1)]),
            measure.Series("open and scan a small file", "ms", [1e3 * t for t in times]),
            measure.Series("open and scan, private memory", "MiB", [m / 2**20 for m in memory]),
        ]
        print(f"{hashes:,} digest signatures, image of {image.stat().st_size:,} bytes; "
              f"{'the same bytes each time' if len(digests) == 1 else 'NOT THE SAME BYTES'}")
        measure.show(series)
        if options.record:
            measure.record(ROOT, series)
    return 0 if len(digests) == 1 else 1


if __name__ == "__main__":
    sys.exit(main())

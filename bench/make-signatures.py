#!/usr/bin/env python3
"""Write digest signatures in ClamAV's text formats, as many as a real database holds.

usage: make-signatures.py OUT_DIR [SCALE]

SCALE 1 writes 1.5 million .hsb (SHA-256) and 1.5 million .hdb (MD5) lines, 230 MB
of text; the default is 0.1. Digests are random, so no file matches; sizes follow
the distribution of the files of an ordinary system, so that a scan has to compute
digests as often as with real signatures. The same SCALE writes the same bytes.
"""
import pathlib
import random
import sys

LINES = 1_500_000


def size(rng):
    return max(6, int(rng.lognormvariate(12.5, 1.6)))


def write(path, rng, count, digest_bytes, name):
    with open(path, "w", encoding="ascii") as f:
        for i in range(count):
            f.write(f"{rng.randbytes(digest_bytes).hex()}:{size(rng)}:Bench.{name}-{i}\n")


def main():
    out = pathlib.Path(sys.argv[1])
    count = max(1, int(LINES * (float(sys.argv[2]) if len(sys.argv) > 2 else 0.1)))
    out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(20241)
    write(out / "bench.hsb", rng, count, 32, "Sha256")
    write(out / "bench.hdb", rng, count, 16, "Md5")


if __name__ == "__main__":
    main()

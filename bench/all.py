#!/usr/bin/env python3
"""Run all benchmarks, in sizes that end within about ten minutes, or in full.

usage: all.py [--full] [--record] [--signatures DIR]
"""
import argparse
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def arguments():
    p = argparse.ArgumentParser(prog="./run bench", description="measure speed and memory")
    p.add_argument("--full", action="store_true",
                   help="more rounds, 300,000 files, a sparse file of 60 GB; about an hour")
    p.add_argument("--record", action="store_true", help="append to bench/record/")
    p.add_argument("--signatures", type=pathlib.Path,
                   help="folder of ClamAV signature files to use instead of made ones")
    return p.parse_args()


def main():
    options = arguments()
    common = ["--record"] if options.record else []
    source = ["--signatures", str(options.signatures)] if options.signatures else ["--scale", "1"]
    plans = [
        ("hash-scan.py", source + (["--tree", "/usr/bin=7", "--tree", "/usr/lib=5"]
                                   if options.full else [])),
        ("image-build.py", source),
        ("yara-compile.py", ["--rounds", "25"] if options.full else []),
        ("tree.py", ["--files", "300000", "--sparse", "60"] if options.full else []),
    ]
    failed = []
    for script, extra in plans:
        print(f"== {script} {' '.join(extra)}", flush=True)
        if subprocess.run([sys.executable, HERE / script, *extra, *common]).returncode != 0:
            failed.append(script)
        print(flush=True)
    if failed:
        print(f"not as promised: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

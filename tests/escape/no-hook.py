"""The executables that are installed have none of the escape attempts in them.

Usage: no-hook.py TEST-PROGRAM EXECUTABLE…
Symbols are asked for with nm where they are, text is looked for in any case.
"""
import pathlib
import subprocess
import sys

TRACES = [b"candor-escape-attempt", b"attempt_ptrace", b"attempt_tcp_connect"]


def traces(path):
    found = [t.decode() for t in TRACES if t in pathlib.Path(path).read_bytes()]
    symbols = subprocess.run(["nm", path], capture_output=True, text=True, check=False).stdout
    return found + [line.split()[-1] for line in symbols.splitlines() if " attempt_" in line]


def main():
    control, *executables = sys.argv[1:]
    failed = not traces(control)
    if failed:
        print(f"{control}: nothing found, so this test finds nothing anywhere")
    for path in executables:
        for trace in traces(path):
            print(f"{path}: has {trace}")
            failed = True
    return failed


sys.exit(main())

#!/usr/bin/env python3
"""Run one structure check over the repository, or prove that it can fail.

usage: check.py NAME ROOT [BUILD]   report every problem; exit status 1 if there is one
       check.py NAME --planted      try the check on trees with a planted violation

A check is a module of this folder with problems(root, build), which yields one
line for each problem, and PLANTED: rows of (files of a small tree, words that
one of the problems must contain, or None when there must be none). A check that
needs more than files to fail has planted_build(root) to make its build folder.
"""
import importlib
import pathlib
import sys
import tempfile


def report(check, root, build):
    found = sorted(check.problems(root, build))
    for problem in found:
        print(problem)
    print(f"{len(found)} problems")
    return 1 if found else 0


def planted(check):
    failed = 0
    for number, (files, want) in enumerate(check.PLANTED):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in files.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            build = check.planted_build(root) if hasattr(check, "planted_build") else None
            got = sorted(check.problems(root, build))
        good = not got if want is None else any(want in problem for problem in got)
        if not good:
            print(f"row {number}: wanted {want!r}, got {got}")
            failed = 1
    print(f"{len(check.PLANTED)} planted trees tried")
    return failed


def main():
    check = importlib.import_module(sys.argv[1])
    if sys.argv[2] == "--planted":
        return planted(check)
    build = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
    return report(check, pathlib.Path(sys.argv[2]).resolve(), build)


if __name__ == "__main__":
    sys.exit(main())

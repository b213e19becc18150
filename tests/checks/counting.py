#!/usr/bin/env python3
"""The test suite counts what cmocka and meson report: nothing twice, nothing lost.

usage: counting.py ROOT
"""
import pathlib
import sys

MIXED = """[==========] Running 3 test(s).
[ RUN      ] good
[       OK ] good
[ RUN      ] bad
[  FAILED  ] bad
[ RUN      ] skipped
[  SKIPPED ] skipped
[==========] 3 test(s) run.
"""
MIXED_END = """[  ERROR   ] --- 0x1 != 0x2
[  PASSED  ] 1 test(s).
[  SKIPPED ] 1 test(s), listed below:
[  SKIPPED ] skipped
[  FAILED  ] 1 test(s), listed below:
[  FAILED  ] bad
"""
CRASHED = "[ RUN      ] one\n[       OK ] one\n[ RUN      ] two"
CASES = [
    # what meson says, output, error output, (passed, failed, skipped)
    ("OK", "[       OK ] one\n[       OK ] two\n", "[  PASSED  ] 2 test(s).\n", (2, 0, 0)),
    ("FAIL", MIXED, MIXED_END, (1, 1, 1)),
    ("ERROR", CRASHED, "", (1, 1, 0)),
    ("TIMEOUT", CRASHED, "", (1, 1, 0)),
    ("OK", "6 inputs replayed\n", None, (1, 0, 0)),
    ("FAIL", "2 problems\n", None, (0, 1, 0)),
    ("SKIP", "no CANDOR_CORPUS\n", None, (0, 0, 1)),
    ("OK", "[  SKIPPED ] one\n", "[  SKIPPED ] 1 test(s), listed below:\n[  SKIPPED ] one\n",
     (0, 0, 1)),
]


def main():
    sys.path.insert(0, str(pathlib.Path(sys.argv[1]) / "tests"))
    import suite
    failed = 0
    for result, output, errors, want in CASES:
        count = suite.count_program({"result": result, "stdout": output, "stderr": errors})
        got = (count.passed, count.failed, count.skipped)
        if got != want:
            print(f"{result}, {output!r}: got {got}, wanted {want}")
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())

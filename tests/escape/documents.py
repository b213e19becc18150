"""What the documents show of processes is what the program has.

The list of system calls in docs/PROCESSES.md is that of src/cell/syscalls.def; the table of
messages in docs/formats/wire.md is that of src/cell/wire.h; every attempt of the escape tests
stands in the table that was measured.
"""
import pathlib
import re
import sys

WHO = {"BOTH": "both", "WORKER": "worker", "JAIL": "jail"}
CHECK = {"ANY": "any", "NO_EXEC": "never executable memory"}


def system_calls(root):
    source = (root / "src/cell/syscalls.def").read_text().split("#if")[0]
    rows = re.findall(r'^SYSCALL\((\w+),\s*(\w+),\s*(\w+),\s*"(.*)"\)', source, re.M)
    wanted = [f"| `{n}` | {WHO[w]} | {CHECK[c]} | {r} |" for n, w, c, r in rows]
    text = (root / "docs/PROCESSES.md").read_text()
    section = text.split("## System calls")[1].split("\n## ")[0]
    shown = [line for line in section.splitlines() if line.startswith("| `")]
    for row in wanted:
        if row not in shown:
            yield f"docs/PROCESSES.md lacks the row: {row}"
    for row in shown:
        if row not in wanted:
            yield f"docs/PROCESSES.md has a row that src/cell/syscalls.def lacks: {row}"


def messages(root):
    comment = (root / "src/cell/wire.h").read_text().split("*/")[0]
    lines = [re.sub(r"^ \* ?", "", line) for line in comment.splitlines()]
    start = next(i for i, line in enumerate(lines) if line.startswith("Every message begins"))
    table = "\n".join(lines[start:]).strip()
    if table not in (root / "docs/formats/wire.md").read_text():
        yield "docs/formats/wire.md does not show the table of src/cell/wire.h"


def attempts(root):
    names = re.findall(r'^\t\t\{"([^"]+)", attempt_', (root / "tests/escape/attempts.c").read_text(),
                       re.M)
    text = (root / "docs/PROCESSES.md").read_text()
    if len(names) < 40:
        yield "tests/escape/attempts.c: rows not found"
    for name in names:
        if f"\n| {name} |" not in text:
            yield f"docs/PROCESSES.md does not show the attempt: {name}"


def main():
    root = pathlib.Path(sys.argv[1])
    found = [*system_calls(root), *messages(root), *attempts(root)]
    print("\n".join(found))
    return bool(found)


sys.exit(main())

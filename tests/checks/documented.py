"""What a table promises stands in the manual: commands, limits, reasons, verdicts.

Each command has a man page and is named in the README or in docs/; names that
users type or read (limits, reasons) stand in the man page of the command that
takes or prints them. The rows are what the program is made from, so a new one
without words fails here.
"""
import re

import tree

# table, macro, which quoted text of the row is the name (None: the row's first word), manual
TABLES = [
    ("src/scan/limits.def", "LIMIT", 0, "docs/man/candor-scan.1"),
    ("src/scan/reasons.def", "REASON", 0, "docs/man/candor-scan.1"),
    ("src/lang/fronts.def", "FRONT", None, "docs/man/candor-db.1"),
    ("src/format/formats.def", "FORMAT", None, "README.md"),
    ("src/digest/digests.def", "DIGEST", 0, "docs/man/candor-db.1"),
]


def named(word, text):
    plain = text.replace("\\-", "-").replace("\\(hy", "-")
    return re.search(r"(?<![\w-])" + re.escape(word) + r"(?![\w-])", plain, re.I) is not None


def manual(root, name):
    path = root / name
    return tree.text(path) if path.exists() else None


def check_commands(root):
    guides = "".join(tree.text(p) for p in [root / "README.md"] if p.exists())
    guides += "".join(tree.text(p) for p in tree.files(root, [".md"], "docs"))
    overview = manual(root, "docs/man/candor.1")
    for name, _ in tree.rows(root / "src/cli/commands.def", "COMMAND"):
        page = f"docs/man/candor-{name}.1"
        if not (root / page).exists():
            yield f"src/cli/commands.def: {name} has no {page}"
        if not named(f"candor {name}", guides):
            yield f"src/cli/commands.def: neither README.md nor docs/ tells of 'candor {name}'"
        if overview is None or not named(name, overview):
            yield f"src/cli/commands.def: {name} is not in docs/man/candor.1"


def problems(root, build):
    yield from check_commands(root)
    for table, macro, column, page in TABLES:
        text = manual(root, page)
        for word, texts in tree.rows(root / table, macro):
            name = word if column is None else texts[column]
            if text is None or not named(name, text):
                yield f"{table}: {name} is not in {page}"


_SCAN = {"src/cli/commands.def": 'COMMAND(scan, "PATH...", "scan files")\n',
         "README.md": "Type `candor scan`.\n", "docs/man/candor.1": ".B scan\n",
         "docs/man/candor-scan.1": ".B max\\-depth\n",
         "src/scan/limits.def": '/* c */\nLIMIT(depth, "max-depth", "levels", 16, 0, 64, "d")\n'}
PLANTED = [
    (_SCAN, None),
    (_SCAN | {"docs/man/candor-scan.1": ".B max\\-depths\n"}, "max-depth is not in"),
    (_SCAN | {"README.md": "Type candor.\n"}, "tells of 'candor scan'"),
    (_SCAN | {"docs/man/candor.1": ""}, "scan is not in docs/man/candor.1"),
    (_SCAN | {"src/cli/commands.def": 'COMMAND(db, "", "")\n'}, "db has no docs/man/candor-db.1"),
]

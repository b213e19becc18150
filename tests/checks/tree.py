"""What the checks share: the files of the repository, C text without comments, .def rows."""
import os
import pathlib
import re

SKIPPED_FOLDERS = re.compile(r"^(\.git|\.cache|\.pytest_cache|__pycache__|build.*)$")


def files(root, suffixes=None, under="."):
    """Files below root/under, without what git ignores, as paths; a suffix may be a whole name."""
    found = []
    for folder, folders, names in os.walk(root / under):
        folders[:] = sorted(f for f in folders if not SKIPPED_FOLDERS.match(f))
        for name in sorted(names):
            if name == ".git":  # a file, in a second work tree
                continue
            if suffixes is None or name.endswith(tuple(suffixes)):
                found.append(pathlib.Path(folder, name))
    return [f for f in found if f.is_file() and not f.is_symlink()]


def text(path):
    return path.read_text(encoding="utf-8", errors="replace")


TOKEN = re.compile(r"""/\*.*?\*/ | //[^\n]* | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'""",
                   re.S | re.X)


def code(source):
    """C source with comments and literals blanked out; every line stays where it is."""
    def blank(match):
        token = match.group()
        if token[0] in "\"'":
            return token[0] + " " * (len(token) - 2) + token[0]
        return "".join(c if c == "\n" else " " for c in token)
    return TOKEN.sub(blank, source)


def rows(path, macro):
    """Arguments of each row MACRO(…) of a .def file: the first word, and the quoted texts."""
    found = []
    for line in text(path).splitlines() if path.exists() else []:
        match = re.match(macro + r"\((\w+)\s*(.*)\)\s*$", line)
        if match:
            found.append((match.group(1), re.findall(r'"((?:\\.|[^"\\])*)"', match.group(2))))
    return found


def where(root, path, line=None):
    place = str(path.relative_to(root))
    return f"{place}:{line}" if line else place

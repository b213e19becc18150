"""Nothing in the repository depends on, or tells of, the machine that it was written on.

An absolute path must start in a folder that every Linux system has, and no path
may leave the repository: the one exception is the script of continuous integration,
which looks for test material beside it.
"""
import re

import tree

TOP_FOLDERS = set("bin boot dev etc home lib lib32 lib64 libx32 media mnt opt proc root run sbin "
                  "srv sys tmp usr var".split())
ABSOLUTE = re.compile(r"(?<![\w./~*}$)\]>…-])/([a-z][a-z0-9_-]{2,})/[\w.-]")
OUTSIDE = re.compile(r"(?<![\w.])(?:\.\./)+\w[\w.-]*")
OUTSIDE_ALLOWED = {".ci/run"}
# Test data may name any path: it is what is tested.
SKIPPED = re.compile(r"^(tests/(data|unit|prop|fuzz|e2e)/|LICENSE$)")


def leaves(root, path, target):
    """Whether a relative path stands outside the repository from where it is written."""
    depth = len(path.relative_to(root).parts) - 1
    return target.count("../") > max(depth, 1)


def problems(root, build):
    for path in tree.files(root):
        name = str(path.relative_to(root))
        try:
            source = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(source.split("\n"), 1):
            if not SKIPPED.match(name) or name.endswith((".md", "meson.build")):
                for top in ABSOLUTE.findall(line):
                    if top not in TOP_FOLDERS:
                        yield f"{name}:{number}: /{top}/ is no folder that every system has"
            for target in OUTSIDE.findall(line):
                top = name.count("/") == 0 or "shared" in target
                if name not in OUTSIDE_ALLOWED and top and leaves(root, path, target):
                    yield f"{name}:{number}: {target} leaves the repository"


_UP = "../" + "beside"
PLANTED = [
    ({"a.md": "in /usr/bin/x, //host/x, <b>/path/x, a/path/x\n", ".ci/run": f"cd {_UP}\n"}, None),
    ({"a.md": "in /" + "elsewhere/x\n"}, "/elsewhere/ is no folder"),
    ({"src/a.c": 'open("/' + 'elsewhere/x");\n'}, "src/a.c:1: /elsewhere/"),
    ({"run": f"cd {_UP}/x\n" + "cd ../" + _UP + "\n"}, "run:2: ../../beside leaves"),
]

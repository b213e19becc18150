"""Every header compiles by itself, twice, and includes at most five others of the project."""
import os
import subprocess

import layers
import tree

MOST_INCLUDES = 5


def compiles(root, name):
    unit = f'#include "{name}"\n#include "{name}"\nextern int unit;\n'
    command = os.environ.get("CC", "cc").split() + [
        "-std=gnu17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
        "-I", str(root / "src"), "-I", str(root / "include"), "-x", "c", "-"]
    done = subprocess.run(command, input=unit, capture_output=True, text=True)
    if done.returncode == 0:
        return ""
    return next((line for line in done.stderr.splitlines() if "error:" in line), "no reason given")


def problems(root, build):
    for top in ("src", "include"):
        for path in tree.files(root, [".h"], top):
            name = str(path.relative_to(root / top))
            reason = compiles(root, name)
            if reason:
                yield f"{top}/{name}: does not compile alone: {reason}"
            if "#pragma once" not in tree.text(path) and top == "src":
                yield f"{top}/{name}: no #pragma once"
            others = [i for _, quoted, i in layers.includes(path) if quoted and i.endswith(".h")]
            if len(others) > MOST_INCLUDES:
                yield f"{top}/{name}: includes {len(others)} headers of the project"


PLANTED = [
    ({"src/base/a.h": "#pragma once\n#include <stddef.h>\nextern size_t a;\n"}, None),
    ({"src/base/a.h": "#pragma once\nextern size_t a;\n"}, "does not compile alone"),
    ({"src/base/a.h": "struct a { int x; };\n"}, "redefinition"),
    ({"src/base/a.h": "extern int a;\n"}, "no #pragma once"),
    ({f"src/base/{n}.h": "#pragma once\n" for n in "abcdef"}
     | {"src/os/o.h": "#pragma once\n" + "".join(f'#include "base/{n}.h"\n' for n in "abcdef")},
     "includes 6 headers"),
]

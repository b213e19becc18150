"""Who may include whom: the rows of src/LAYERS, and nothing upwards.

Every folder of src/ has a row; a row names only folders whose rows come earlier,
so there can be no cycle. Inside src/ a quoted include is always "folder/file". Only
the C API and nothing internal is seen by include/ and examples/.
"""
import re

import tree

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.M)


def read_rows(path):
    rows, bad = {}, []
    for number, line in enumerate(tree.text(path).splitlines(), 1):
        line = line.split("#")[0].strip()
        if not line:
            continue
        name, colon, allowed = line.partition(":")
        if not colon or name in rows:
            bad.append(f"src/LAYERS:{number}: not a row of its own: {line}")
        for other in allowed.split():
            if other not in rows:
                bad.append(f"src/LAYERS:{number}: {name} names {other}, which is not above it")
        rows[name] = set(allowed.split())
    return rows, bad


def includes(path):
    """(line, is quoted, name) of each include; comments do not count, literals must."""
    source = re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m.group()), tree.text(path),
                    flags=re.S)
    for match in INCLUDE.finditer(source):
        yield source.count("\n", 0, match.start()) + 1, match.group(1) == '"', match.group(2)


def check_source(root, path, rows):
    layer = path.relative_to(root / "src").parts[0]
    for line, quoted, name in includes(path):
        if not quoted:
            continue
        place = tree.where(root, path, line)
        target = name.split("/")[0]
        if "/" not in name:
            yield f"{place}: \"{name}\" does not name its folder"
        elif not (root / "src" / name).exists() and not (root / "include" / name).exists():
            if target in rows:  # a generated file would be listed by its folder's meson.build
                yield f"{place}: {name} does not exist"
            else:
                yield f"{place}: {target} is no layer"
        elif (root / "include" / name).exists():
            if layer not in ("api",):
                yield f"{place}: {layer} may not include the public API"
        elif target != layer and target not in rows.get(layer, set()):
            yield f"{place}: {layer} may not include {name}"


def check_outside(root, path):
    for line, quoted, name in includes(path):
        if (root / "src" / name).exists() or (quoted and not name.startswith("candor/")):
            yield f"{tree.where(root, path, line)}: {name} is not part of the public API"


def problems(root, build):
    rows, bad = read_rows(root / "src" / "LAYERS")
    yield from bad
    folders = {f.name for f in (root / "src").iterdir() if f.is_dir()}
    for name in sorted(folders ^ set(rows)):
        yield f"src/LAYERS: {name} is {'not listed' if name in folders else 'no folder of src'}"
    for path in tree.files(root, [".c", ".h", ".def"], "src"):
        yield from check_source(root, path, rows)
    for folder in ("include", "examples"):
        for path in tree.files(root, [".c", ".h"], folder):
            yield from check_outside(root, path)


def _tree(**changes):
    good = {
        "src/LAYERS": "# c\nbase:\nos: base\ncli: base os\n",
        "src/base/a.h": "#include <stddef.h>\n",
        "src/os/b.c": '#include "base/a.h"\n/* #include "cli/c.h" */\n',
        "src/cli/c.h": '#include "os/d.h"\n',
        "src/os/d.h": "",
        "include/candor/candor.h": "#include <stdint.h>\n",
        "examples/e.c": "#include <candor/candor.h>\n",
    }
    return dict(good, **changes)


PLANTED = [
    (_tree(), None),
    (_tree(**{"src/base/a.h": '#include "os/d.h"\n'}), "base may not include os/d.h"),
    (_tree(**{"src/os/b.c": '#  include "cli/c.h"\n'}), "src/os/b.c:1: os may not include"),
    (_tree(**{"src/os/b.c": '#include "d.h"\n'}), "does not name its folder"),
    (_tree(**{"src/os/b.c": '#include "base/gone.h"\n'}), "does not exist"),
    (_tree(**{"src/net/n.h": ""}), "net is not listed"),
    (_tree(**{"src/LAYERS": "base: os\nos: base\ncli: base os\n"}), "os, which is not above it"),
    (_tree(**{"src/LAYERS": "base:\nos: base\ncli: base os\nlab:\n"}), "lab is no folder"),
    (_tree(**{"examples/e.c": '#include "base/a.h"\n'}), "not part of the public API"),
    (_tree(**{"include/candor/candor.h": '#include "base/a.h"\n'}), "not part of the public API"),
]

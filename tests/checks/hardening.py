"""What is shipped is hardened: position-independent, read-only after start, no code that is
writable, no executable stack, stack protector, checked libc calls, no search path inside; and
the library exports nothing but its API."""
import re
import subprocess

import tree

SOURCE = """#include <stdio.h>
#include <string.h>
__attribute__((visibility("default"))) int NAME(int c, char **v)
{ char b[8]; strcpy(b, v[c - 1]); return puts(b); }
"""


def readelf(path, *options):
    done = subprocess.run(["readelf", "--wide", *options, str(path)], capture_output=True,
                          text=True, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})
    return done.stdout


# Programs and libraries that an installation takes from the build folder.
SHIPPED = ["candor", "candor-worker", "src/libcandor.so.[0-9]"]


def check_segments(path):
    header, segments, dynamic = (readelf(path, o) for o in ("-h", "-l", "-d"))
    if not re.search(r"Type:\s+DYN", header):
        yield "not position-independent"
    if "GNU_RELRO" not in segments:
        yield "no RELRO"
    if not re.search(r"BIND_NOW|FLAGS_1.*\bNOW\b", dynamic):
        yield "functions are bound lazily"
    if re.search(r"^\s+\w+\s.* RWE ", segments, re.M):
        yield "a segment is writable and executable"
    if "GNU_STACK" not in segments:
        yield "does not say that its stack is not executable"
    if re.search(r"TEXTREL", dynamic):
        yield "relocations in code"
    if re.search(r"\((RPATH|RUNPATH)\)", dynamic):
        yield "a library search path inside"


def check_symbols(path):
    symbols = readelf(path, "--dyn-syms")
    if "__stack_chk_fail" not in symbols:
        yield "no stack protector"
    if not re.search(r"__\w+_chk(@|\b)", symbols):
        yield "no checked libc calls (_FORTIFY_SOURCE)"
    if path.name.startswith("libcandor"):
        for line in symbols.splitlines():
            fields = line.split()
            if len(fields) >= 8 and fields[4] in ("GLOBAL", "WEAK") and fields[6] != "UND":
                if not fields[7].startswith("candor_"):
                    yield f"exports {fields[7]}"


def problems(root, build):
    for pattern in SHIPPED:
        paths = [p for p in sorted(build.glob(pattern)) if p.is_file() and not p.is_symlink()]
        if not paths:
            yield f"{pattern}: not in the build folder"
        for path in paths:
            for reason in list(check_segments(path)) + list(check_symbols(path)):
                yield f"{path.name}: {reason}"


HARD = ["-O2", "-fPIE", "-pie", "-fstack-protector-all", "-D_FORTIFY_SOURCE=2", "-Wl,-z,relro,-z,now"]


SHARED = ["-O2", "-fPIC", "-shared", *HARD[3:]]
GOOD = {"candor": ["-DNAME=main", *HARD], "candor-worker": ["-DNAME=main", *HARD],
        "src/libcandor.so.0": ["-DNAME=candor_open", *SHARED]}


def planted_build(root):
    """A build folder whose programs are made with the options that the row gives for each."""
    source = root / "candor.c"
    source.write_text(SOURCE, encoding="utf-8")
    for path in tree.files(root, [".options"]):
        made = path.with_suffix("")
        subprocess.run(["cc", "-w", "-U_FORTIFY_SOURCE", *tree.text(path).split(), "-o", str(made),
                        str(source)], check=True)
    return root


def _row(*options, name="candor"):
    rows = dict(GOOD, **{name: ["-DNAME=main", *options]})
    return {f"{made}.options": " ".join(how) for made, how in rows.items() if how != ["-DNAME=main"]}


PLANTED = [
    (_row(*HARD), None),
    (_row(*HARD[:1], "-fno-pie", "-no-pie", *HARD[3:]), "not position-independent"),
    (_row(*HARD, "-Wl,-z,norelro"), "no RELRO"),
    (_row(*HARD, "-Wl,-z,lazy"), "bound lazily"),
    (_row(*HARD, "-Wl,-z,execstack"), "writable and executable"),
    (_row(*HARD, "-Wl,-rpath,/usr/lib"), "a library search path"),
    (_row(*HARD, "-fno-stack-protector"), "no stack protector"),
    (_row(*HARD, "-D_FORTIFY_SOURCE=0"), "no checked libc calls"),
    (_row(*SHARED, name="src/libcandor.so.0"), "exports main"),
    (_row(*SHARED, "-Wl,-z,norelro", name="src/libcandor.so.0"), "libcandor.so.0: no RELRO"),
    (_row(name="candor-worker"), "candor-worker: not in the build folder"),
]

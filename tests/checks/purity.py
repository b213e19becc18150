"""The layers that fuzzers, workers and tools share do no I/O, start nothing, and hold no state.

Looks at what their object files of the release build ask the linker for, and at
the size of their writable data: constant tables with pointers land in a section
that is read-only after start, so any byte of .data or .bss is a variable.
"""
import re
import subprocess

import tree

PURE = ["base", "digest", "codec", "ir", "lang", "image", "match", "format", "scan"]
# image/ maps the file that it is handed; base/map seeds its hash so that keys cannot be chosen
# to collide. Nothing else may be asked of the kernel but memory.
EXCEPTIONS = {"image": {"fstat", "fstat64"}, "base": {"getrandom"}}
FORBIDDEN = re.compile(
    r"^_*(f?open(at|64|at64|dir)?|fdopen(dir)?|creat(64)?|read(v|dir|dir64|link|linkat)?|writev?"
    r"|p(read|write)v?2?(64)?|close(dir)?|l?stat(64|x)?|fstat(64|at|at64)?|unlink(at)?|rename(at2?)?"
    r"|mkdir(at)?|socket(pair)?|connect|bind|listen|accept4?|send(to|msg|mmsg)?|recv(from|msg|mmsg)?"
    r"|fork|vfork|clone3?|execv?[lpe]*|execve(at)?|posix_spawnp?|system|popen|pthread_create|syscall"
    r"|ioctl|fcntl(64)?|getenv|secure_getenv|setenv|v?f?d?printf(_chk)?|v?fprintf(_chk)?|f?puts|f?putc"
    r"|putchar|perror|v?syslog|stdout|stderr|stdin|exit|_exit|raise|kill|signal|sigaction"
    r"|f(read|write)|fgets|getline|time|localtime|strtok|rand|random|srand|getrandom)$")


def objects(root, build):
    for path in tree.files(root, [".c"], "src"):
        layer = path.relative_to(root / "src").parts[0]
        if layer not in PURE:
            continue
        name = "_".join(path.relative_to(root / "src").parts) + ".o"
        found = sorted((build / "src").rglob(name)) if build else []
        if found:
            yield layer, path, found[0]


def undefined(path):
    done = subprocess.run(["nm", "-u", str(path)], capture_output=True, text=True, check=True)
    return {line.split()[-1].split("@")[0] for line in done.stdout.splitlines() if line.strip()}


def writable_bytes(path):
    done = subprocess.run(["size", "-A", str(path)], capture_output=True, text=True, check=True)
    sizes = re.findall(r"^\.t?(?:data|bss)(?:\.(?!rel\.ro)\S*)?\s+(\d+)", done.stdout, re.M)
    return sum(map(int, sizes))


def problems(root, build):
    seen = 0
    for layer, path, made in objects(root, build):
        seen += 1
        place = tree.where(root, path)
        for symbol in sorted(undefined(made) - EXCEPTIONS.get(layer, set())):
            if FORBIDDEN.match(symbol):
                yield f"{place}: {layer} may not call {symbol.lstrip('_')}"
        if writable_bytes(made):
            yield f"{place}: {writable_bytes(made)} bytes of variables that outlive a call"
    if not seen:
        yield "no object files: is this a build folder?"


def planted_build(root):
    for path in tree.files(root, [".c"], "src"):
        made = root / "build/src" / ("_".join(path.relative_to(root / "src").parts) + ".o")
        made.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cc", "-w", "-O2", "-fPIE", "-c", "-o", str(made), str(path)], check=True)
    return root / "build"


_PURE = """#include <string.h>
static const char *const names[] = {"a", "b"};
const char *name(int i) { return names[i]; }
unsigned long len(const char *s) { return strlen(s); }
"""
PLANTED = [
    ({"src/base/a.c": _PURE, "src/os/b.c": "int x; int read(); int f() { return read(); }\n"}, None),
    ({"src/base/a.c": _PURE + "int read(); int f() { return read(); }\n"}, "base may not call read"),
    ({"src/lang/x/a.c": "#include <stdio.h>\nvoid f(void) { puts(\"x\"); }\n"},
     "src/lang/x/a.c: lang may not call puts"),
    ({"src/image/a.c": "int fstat(); int f() { return fstat(); }\n"}, None),
    ({"src/ir/a.c": _PURE + "static int n; int next() { return n++; }\n"}, "bytes of variables"),
    ({"src/os/a.c": "int x;\n"}, "no object files"),
]

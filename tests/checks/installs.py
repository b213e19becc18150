#!/usr/bin/env python3
"""What ./run does when a package is missing, tried with an apt-get, an id and a sudo of our own.

usage: installs.py ROOT
"""
import os
import pathlib
import subprocess
import sys
import tempfile

NEED = "build command candor-no-such-tool candor-no-such-package is wanted by this test\n"
# An apt-get that installs (puts the tool into PATH), one whose lists are too old, one that fails.
INSTALLS = '#!/bin/sh\necho "$*" >>"$BOX/calls"\n' \
    'case $* in *install*) printf "#!/bin/sh\\n" >"$BOX/bin/candor-no-such-tool"\n' \
    'chmod +x "$BOX/bin/candor-no-such-tool" ;; esac\n'
OUTDATED = '#!/bin/sh\necho "$*" >>"$BOX/calls"\ncase $* in\n*update*) touch "$BOX/updated" ;;\n' \
    '*install*) [ -e "$BOX/updated" ] || exit 100\n' + INSTALLS.split("\n", 2)[2] + ";; esac\n"
FAILS = '#!/bin/sh\necho "$*" >>"$BOX/calls"\necho "E: no network" >&2\nexit 100\n'
LIES = '#!/bin/sh\necho "$*" >>"$BOX/calls"\n'
ROOT_ID, USER_ID = "#!/bin/sh\necho 0\n", "#!/bin/sh\necho 1000\n"
SUDO = '#!/bin/sh\n[ "$1" != -n ] || shift\nexec "$@"\n'
SUDO_ASKS = '#!/bin/sh\n[ "$1" != -n ] || exit 1\nexec "$@"\n'

CASES = [
    # name, programs in PATH, exit status, in the output, calls of apt-get
    ("installs", {"apt-get": INSTALLS, "id": ROOT_ID}, 0, "is wanted by this test", 1),
    ("updates old lists", {"apt-get": OUTDATED, "id": ROOT_ID}, 0, "candor-no-such-package", 3),
    ("uses sudo", {"apt-get": INSTALLS, "id": USER_ID, "sudo": SUDO}, 0, "installing packages", 1),
    ("apt-get fails", {"apt-get": FAILS, "id": ROOT_ID}, 2, "E: no network", 2),
    ("apt-get lies", {"apt-get": LIES, "id": ROOT_ID}, 2, "something is not there", 1),
    ("no sudo", {"apt-get": INSTALLS, "id": USER_ID}, 2, "apt-get install candor-no-such-package", 0),
    ("sudo asks", {"apt-get": INSTALLS, "id": USER_ID, "sudo": SUDO_ASKS}, 2, "asks for a password",
     0),
    ("no apt-get", {"id": ROOT_ID}, 2, "there is no apt-get", 0),
]
# What ./run itself calls on the way; everything else is not in PATH.
TOOLS = ["sh", "cat", "env", "grep", "mktemp", "rm", "tail", "touch", "chmod", "getconf", "flock",
         "mkdir", "true", "cc", "meson", "ninja", "pkg-config", "printf", "sed"]


def make_box(root, box, programs):
    """A copy of ./run that needs one more thing and has nothing to build, and a PATH."""
    script = (root / "run").read_text(encoding="utf-8")
    script = script.replace("build command cc ", NEED + "build command cc ", 1)
    script = script.replace("verb_build() {\n\trequire build\n", "verb_build() {\n\trequire build\n\texit 0\n")
    (box / "run").write_text(script, encoding="utf-8")
    path = box / "bin"
    path.mkdir()
    for tool in TOOLS:
        found = subprocess.run(["which", tool], capture_output=True, text=True).stdout.strip()
        if found:
            (path / tool).symlink_to(found)
    for name, text in programs.items():
        (path / name).write_text(text, encoding="utf-8")
        (path / name).chmod(0o755)
    return path


def attempt(root, name, programs, status, words, calls):
    with tempfile.TemporaryDirectory(prefix="a folder ") as folder:
        box = pathlib.Path(folder)
        path = make_box(root, box, programs)
        done = subprocess.run(["/bin/sh", str(box / "run"), "build"], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, env={"PATH": str(path), "BOX": folder})
        seen = box / "calls"
        made = len(seen.read_text().splitlines()) if seen.exists() else 0
    bad = []
    if done.returncode != status:
        bad.append(f"exit status {done.returncode}, wanted {status}")
    if words not in done.stderr:
        bad.append(f"no {words!r} in the output")
    if made != calls:
        bad.append(f"{made} calls of apt-get, wanted {calls}")
    if done.stdout:
        bad.append("something on standard output")
    if bad:
        print(f"{name}: {'; '.join(bad)}\n{done.stderr}")
    return not bad


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    results = [attempt(root, *case) for case in CASES]
    print(f"{results.count(True)} of {len(results)} cases as wanted")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())

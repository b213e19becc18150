"""installed.py BUILD SOURCE: once installed, pkg-config is enough to make a program."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

build, source = sys.argv[1:3]


def run(*command, **env):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE,
                          env=os.environ | env).stdout


with tempfile.TemporaryDirectory() as root:
    run("meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", root)
    configs = list(pathlib.Path(root).rglob("candor.pc"))
    if len(configs) != 1:
        sys.exit(f"{len(configs)} files named candor.pc")
    config = {"PKG_CONFIG_PATH": str(configs[0].parent), "PKG_CONFIG_SYSROOT_DIR": root}
    flags = run("pkg-config", "--cflags", "--libs", "candor", **config).split()
    for name in ("scan-file", "scan-rules"):
        run("cc", "-Wall", "-Wextra", "-Werror", os.path.join(source, "examples", f"{name}.c"),
            "-o", os.path.join(root, name), *flags)
    program = os.path.join(root, "scan-file")
    libraries = str(next(pathlib.Path(root).rglob("libcandor.so.0")).parent)
    # without arguments it says so: the library was found and is whole
    status = subprocess.run([program], env=os.environ | {"LD_LIBRARY_PATH": libraries},
                            check=False).returncode
    if status != 9:
        sys.exit(f"the example ended with {status}")
    # the image that ships, beside the program because the prefix is not where it will be
    shutil.copy(next(pathlib.Path(root).rglob("builtin.candor")), root)
    eicar = pathlib.Path(root, "eicar")
    eicar.write_text("X5O!P%@AP[4\\PZX54(P^)7CC)7}$" "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*")
    worker = next(pathlib.Path(root).rglob("candor-worker"))
    status = subprocess.run([program, "builtin", eicar, worker], check=False,
                            env=os.environ | {"LD_LIBRARY_PATH": libraries}).returncode
    if status != 1:
        sys.exit(f"the built-in database gives {status} for the EICAR test file")
    rules = subprocess.run([os.path.join(root, "scan-rules"), "-", eicar, worker], check=False,
                           env=os.environ | {"LD_LIBRARY_PATH": libraries}, text=True,
                           input='rule r { strings: $a = "EICAR" condition: $a }',
                           stdout=subprocess.PIPE)
    if rules.returncode != 1 or "  0x1c:5:$a: EICAR\n" not in rules.stdout:
        sys.exit(f"rules give {rules.returncode} and {rules.stdout!r}")

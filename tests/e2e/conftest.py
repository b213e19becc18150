"""What the tests of the whole program share: the program, its run, and files to scan."""
import gzip
import hashlib
import json
import os
import pathlib
import pty
import signal
import struct
import subprocess
import tempfile
import time

import fcntl
import pytest
import termios

ROOT = pathlib.Path(__file__).resolve().parents[2]
CANDOR = os.environ.get("CANDOR", str(ROOT / "build" / "candor"))
# in pieces, so that this file is not taken for what it describes
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
TIMEOUT = 60
# one that is ignored here would be ignored by the programs under test as well
signal.signal(signal.SIGINT, signal.default_int_handler)


class Result:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    @property
    def lines(self):
        return self.out.decode("utf-8", "strict").splitlines()

    @property
    def objects(self):
        return [json.loads(line) for line in self.lines]

    @property
    def files(self):
        return {o["path"]: o for o in self.objects if o["type"] == "file"}

    @property
    def summary(self):
        last = self.objects[-1]
        assert last["type"] == "summary"
        return last


def environment(**changes):
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM", "TMPDIR")}
    return {**kept, **changes}


def candor(*args, stdin=subprocess.DEVNULL, input=None, env=None, prefix=(), **options):
    """Run the program to its end."""
    if input is not None:
        options["input"] = input
    else:
        options["stdin"] = stdin
    done = subprocess.run([*prefix, CANDOR, *map(os.fsencode, args)], capture_output=True,
                          env=env or environment(), timeout=TIMEOUT, **options)
    return Result(done.returncode, done.stdout, done.stderr)


def scan(*args, **options):
    return candor("scan", *args, **options)


def scan_json(*args, **options):
    return candor("scan", "--json", *args, **options)


def start(*args, **options):
    """Begin to run the program, in a session of its own as a shell would."""
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
               "env": environment(), "start_new_session": True, **options}
    return subprocess.Popen([CANDOR, *map(os.fsencode, args)], **options)


def finish(process):
    out, err = process.communicate(timeout=TIMEOUT)
    return Result(process.returncode, out, err)


def children(pid):
    try:
        return [int(n) for n in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:  # it has just ended
        return []


def is_alive(pid):
    """A process that nobody has waited for yet, as in a container without an init, is none."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def wait_for(condition, what, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"not in time: {what}")


def on_terminal(*args, columns=80, env=None, before_end=None):
    """Run the program with its standard output on a terminal; its output, as the terminal gets it."""
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = start(*args, stdout=side, env=env or environment(TERM="xterm"))
    os.close(side)
    out = b""
    while True:
        try:
            chunk = os.read(main, 65536)
        except OSError:  # how a pty says that nobody has it open any more
            break
        if not chunk:
            break
        out += chunk
        if before_end:
            before_end(main, process, out)
    os.close(main)
    process.wait(TIMEOUT)
    return Result(process.returncode, out, process.stderr.read())


def as_nobody():
    """A prefix that runs a program as a user who is not root; the test is skipped without one."""
    if os.geteuid() != 0:
        return []
    prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    tried = subprocess.run([*prefix, CANDOR, "--version"], capture_output=True)
    if tried.returncode != 0:
        pytest.skip("the program cannot be run by another user where it is")
    return prefix


@pytest.fixture
def folder():
    """A folder that other users can reach, too, unlike pytest's own."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="candor-e2e-"))
    path.chmod(0o755)
    yield path
    # deeper trees than shutil can remove are made here
    subprocess.run(["rm", "-rf", str(path)], check=True)


@pytest.fixture
def tree(folder):
    """EICAR, EICAR in gzip, and what is clean."""
    (folder / "eicar.com").write_bytes(EICAR)
    (folder / "eicar.gz").write_bytes(gzip.compress(EICAR))
    (folder / "sub").mkdir()
    (folder / "sub" / "text").write_bytes(b"nothing\n")
    (folder / "empty").write_bytes(b"")
    return folder


@pytest.fixture
def slow(folder):
    """Arguments for a scan that takes a while: rules that want every byte, and much to read."""
    rules = folder / "any.txt"
    rules.write_text(hashlib.sha256(b"nothing has this").hexdigest() + "\n")
    files = folder / "slow"
    files.mkdir()
    for i in range(4):
        with open(files / f"sparse{i}", "wb") as f:
            f.truncate(8 << 30)
    return ["--db", str(rules), "--jobs", "2", str(files)]

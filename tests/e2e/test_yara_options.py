"""Ways to call candor yara: each has to print and to end as yara does, where that is installed."""
import os
import shutil
import signal
import subprocess
import sys

import pytest

from conftest import CANDOR, as_nobody, candor, children, finish, is_alive, start, wait_for

RULES = """rule A { strings: $a = "abc" condition: $a }
rule E : empty { condition: filesize == 0 }
"""
TARGETS = ["d", "d/", "d//", "./d", "d/link", "d/linkd", "d/dangling", "missing", "/dev/null",
           "d/empty"]
WAYS = [[], ["-r"], ["-N"], ["-r", "-N"], ["-r", "-p", "1"], ["-r", "-p", "3"], ["-c"], ["-r", "-n"],
        ["-r", "-z", "100"], ["--timeout=60"], ["-r", "-s", "-L"], ["-r", "-t", "empty"]]
LISTS = [["--scan-list"], ["--scan-list", "-r"], ["--scan-list", "-p", "1"], ["--scan-list", "-c"]]
WRONG = [[], ["r.yar"], ["-z"], ["-z", "x", "r.yar", "d"], ["--skip-larger=x", "r.yar", "d"],
         ["--nope", "r.yar", "d"], ["-y", "r.yar", "d"], ["-p", "33", "r.yar", "d"],
         ["--tag"], ["-x", "x", "r.yar", "d"], ["-x", "pe=missing", "r.yar", "d"],
         ["-C", "r.yar", "r.yar", "d"], ["-C", "wrong", "d"], ["-C", "missing", "d"],
         ["missing", "d"], ["wrong", "d"], ["--scan-list", "r.yar", "d"],
         ["--scan-list", "r.yar", "missing"]]
needs_yara = pytest.mark.skipif(shutil.which("yara") is None, reason="yara is not installed")


@pytest.fixture
def place(folder):
    (folder / "d" / "sub").mkdir(parents=True)
    for path, data in {"r.yar": RULES, "wrong": "not compiled", "d/a": "abc", "d/sub/b": "xabc",
                       "d/big": "abc" * 1000, "d/empty": "",
                       "list": "d/a\nd/missing\nd/sub\n\nd/big\n"}.items():
        (folder / path).write_text(data)
    os.symlink("a", folder / "d" / "link")
    os.symlink("sub", folder / "d" / "linkd")
    os.symlink("nowhere", folder / "d" / "dangling")
    os.mkfifo(folder / "d" / "fifo")
    return folder


def yara(*args, cwd, prefix=()):
    return subprocess.run([*prefix, "yara", *args], cwd=cwd, capture_output=True, timeout=60)


def lines(out):
    """Files come in the order in which they are done."""
    return sorted(out.splitlines())


@needs_yara
@pytest.mark.parametrize("way", WAYS + LISTS, ids=lambda w: " ".join(w) or "none")
def test_says_what_yara_says(place, way):
    for target in ["list", "missing"] if way in LISTS else TARGETS:
        theirs = yara(*way, "r.yar", target, cwd=place)
        ours = candor("yara", *way, "r.yar", target, cwd=place)
        assert (lines(ours.out), lines(ours.err), ours.status) == \
            (lines(theirs.stdout), lines(theirs.stderr), theirs.returncode), target


@needs_yara
@pytest.mark.parametrize("args", WRONG, ids=lambda a: " ".join(a) or "none")
def test_wrong_use_ends_as_that_of_yara(place, args):
    theirs = yara(*args, cwd=place)
    ours = candor("yara", *args, cwd=place)
    assert (ours.out, ours.status) == (theirs.stdout, theirs.returncode)
    assert ours.err != b"" and theirs.stderr != b""


@needs_yara
def test_what_cannot_be_read(place):
    prefix = as_nobody()
    (place / "d" / "a").chmod(0)
    (place / "d" / "sub").chmod(0)
    for target in ["d", "d/a", "d/sub"]:
        theirs = yara("-r", "r.yar", target, cwd=place, prefix=prefix)
        ours = candor("yara", "-r", "r.yar", target, cwd=place, prefix=prefix)
        assert (lines(ours.out), ours.status) == (lines(theirs.stdout), theirs.returncode), target
        # a folder that is left out is told of, too, which yara does not
        assert set(lines(theirs.stderr)) <= set(lines(ours.err))
    assert lines(ours.err) == [b"error scanning d/sub: could not open file"]


def test_rules_are_those_of_yara_whatever_the_file_is_called(place):
    for name in ["rules", "r.txt", "r.ndb"]:
        (place / name).write_text(RULES)
        assert candor("yara", name, "d/a", cwd=place).lines == ["A d/a"]


def test_interrupt_ends_the_workers(place):
    for i in range(4):
        with open(place / "d" / f"sparse{i}", "wb") as f:
            f.truncate(8 << 30)
    process = start("yara", "-r", "-p", "2", "r.yar", "d", cwd=place)
    workers = wait_for(lambda: len(children(process.pid)) >= 2 and children(process.pid), "workers")
    os.killpg(process.pid, signal.SIGINT)
    assert finish(process).status != 0
    wait_for(lambda: not any(map(is_alive, workers)), "workers gone")


def test_the_memory_of_a_process(place):
    needle = "known-" + "to-be-in-memory"
    (place / "p.yar").write_text(f'rule P {{ strings: $a = "{needle}" condition: $a }}')
    sleeper = subprocess.Popen([sys.executable, "-c",
                                "import sys; print(flush=True); sys.stdin.read()"],
                               env={"NEEDLE": needle}, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    try:
        sleeper.stdout.readline()
        done = candor("yara", "p.yar", str(sleeper.pid), cwd=place)
    finally:
        sleeper.communicate()
    assert (done.lines, done.status, done.err) == ([f"P {sleeper.pid}"], 0, b"")
    gone = candor("yara", "p.yar", str(sleeper.pid), cwd=place)
    assert gone.status == 1 and gone.out == b"" and gone.err.startswith(b"error scanning ")


@pytest.mark.parametrize("args", [["r.yar", "d/a"], ["-r", "r.yar", "d"]])
def test_a_full_disk_is_noticed(place, args):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([CANDOR, "yara", *args], cwd=place, stdout=full,
                              stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 1 and b"No space left" in done.stderr

"""What a terminal gets, and what it does not."""
import fcntl
import os
import re
import struct
import termios
import time

import pytest

from conftest import environment, on_terminal, scan

LIVE = b"\r[^\r\n]*\x1b\\[K"
CSI = re.compile(rb"\x1b\[[0-9;]*[A-Za-z]")


def small(slow, folder, size=128 << 20):
    for sparse in (folder / "slow").iterdir():
        os.truncate(sparse, size)
    return slow


def test_live_line(tree, slow):
    result = on_terminal("scan", "--db", "builtin", str(tree / "eicar.com"),
                         str(tree / "eicar.gz"), *small(slow, tree, 256 << 20))
    drawn = re.findall(rb"\r([^\r\n\x1b]+)\x1b\[K", result.out)
    assert len(drawn) >= 2
    assert all(len(line.decode()) < 80 for line in drawn)
    assert any(b" files/s" in line for line in drawn)
    assert any(b" % " in line or line.endswith(b" %") for line in drawn)
    # the detections stand on lines of their own, and the live line is gone at the end
    assert len(re.findall(rb"(?:\n|\x1b\[K|^)(?:\x1b\[1;31m)detected", result.out)) == 2
    assert result.out.rindex(b"\x1b[K") < result.out.index(b"Scanned ")
    assert result.status == 1


@pytest.mark.parametrize("columns", [1, 2, 33, 300])
def test_width(slow, folder, columns):
    result = on_terminal("scan", *small(slow, folder), columns=columns)
    for line in re.findall(rb"\r([^\r\n\x1b]*)\x1b\[K", result.out):
        assert len(line.decode()) < max(columns, 2)


def test_resize(slow, folder):
    def shrink(main, process, out):
        fcntl.ioctl(main, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 30, 0, 0))

    result = on_terminal("scan", *small(slow, folder, 1 << 30), columns=200, before_end=shrink)
    drawn = re.findall(rb"\r([^\r\n\x1b]+)\x1b\[K", result.out)
    assert drawn and len(drawn[-1].decode()) < 30


def test_redrawn_at_most_ten_times_a_second(slow, folder):
    began = time.monotonic()
    result = on_terminal("scan", *small(slow, folder))
    took = time.monotonic() - began
    assert len(re.findall(LIVE, result.out)) <= 10 * took + 3


@pytest.mark.parametrize("args,env,want", [
    ([], {"TERM": "xterm"}, True),
    ([], {"TERM": "xterm", "NO_COLOR": ""}, True),
    ([], {"TERM": "xterm", "NO_COLOR": "1"}, False),
    ([], {"TERM": "dumb"}, False),
    ([], {}, False),
    (["--json"], {"TERM": "xterm"}, False),
])
def test_colour(tree, args, env, want):
    result = on_terminal("scan", *args, str(tree), env=environment(**env))
    assert (b"\x1b[1;31m" in result.out) == want
    assert result.status == 1


@pytest.mark.parametrize("args,env", [
    (["--no-progress"], {"TERM": "xterm", "NO_COLOR": "1"}),
    (["--quiet"], {"TERM": "xterm", "NO_COLOR": "1"}),
    (["--json"], {"TERM": "xterm"}),
    ([], {"TERM": "dumb"}),
])
def test_no_live_line(slow, folder, args, env):
    result = on_terminal("scan", *args, *small(slow, folder), env=environment(**env))
    assert b"\x1b" not in result.out and b"\r" not in result.out.replace(b"\r\n", b"\n")


def test_hostile_name_on_a_terminal(folder):
    name = b"x\x1b]0;title\x07\x1b[2J\r\n\xff"
    (folder / "more").mkdir()
    with open(os.path.join(os.fsencode(folder / "more"), name), "wb") as f:
        f.truncate(512 << 20)
    rules = folder / "rules.txt"
    rules.write_text("0" * 64 + "\n")
    result = on_terminal("scan", "--db", str(rules), str(folder / "more"))
    assert all(csi in (b"\x1b[K",) for csi in CSI.findall(result.out))
    assert b"\x07" not in result.out and b"\x1b]" not in result.out


def test_piped_output_is_plain(tree, slow):
    result = scan("--db", "builtin", *small(slow, tree), tree / "sub",
                  env=environment(TERM="xterm"))
    assert all(c >= 32 or c == 10 for c in result.out)

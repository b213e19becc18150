"""What happens during a scan: signals, closed pipes, dying workers, changing files."""
import os
import signal
import subprocess
import time

import pytest

from conftest import (CANDOR, EICAR, candor, children, finish, is_alive, scan_json, start,
                      wait_for)


def test_interrupt(slow):
    process = start("scan", *slow)
    wait_for(lambda: len(children(process.pid)) >= 2, "workers")
    time.sleep(0.3)
    began = time.monotonic()
    # as a terminal does: everything in the foreground gets it
    os.killpg(process.pid, signal.SIGINT)
    result = finish(process)
    assert time.monotonic() - began < 20
    assert result.status == 2
    assert any(line.startswith("Interrupted ") for line in result.lines)
    assert any(line.startswith("not-scanned  stopped") for line in result.lines)


def test_interrupt_in_json(slow):
    process = start("scan", "--json", *slow)
    wait_for(lambda: len(children(process.pid)) >= 2, "workers")
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    result = finish(process)
    assert result.status == 2
    assert result.summary["interrupted"] is True
    assert result.summary["reasons"]["stopped"] >= 1


def test_second_interrupt_ends_at_once(slow):
    process = start("scan", *slow)
    workers = wait_for(lambda: len(children(process.pid)) >= 2 and children(process.pid), "workers")
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    assert finish(process).status == -signal.SIGINT
    assert time.monotonic() - began < 5
    wait_for(lambda: not any(map(is_alive, workers)), "workers gone")


def test_interrupt_while_waiting_for_input():
    for args in (["-"], ["--files-from", "-"]):
        process = start("scan", *args, stdin=subprocess.PIPE)
        wait_for(lambda: len(children(process.pid)) >= 1, "workers")
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 2
        process.communicate()


def test_killed_program_leaves_no_worker(slow):
    process = start("scan", *slow)
    workers = wait_for(lambda: len(children(process.pid)) >= 2 and children(process.pid), "workers")
    process.kill()
    process.communicate()
    wait_for(lambda: not any(map(is_alive, workers)), "workers gone")


def test_killed_worker_costs_nothing(tree, slow):
    """What it was working on is tried again by another."""
    for sparse in (tree / "slow").iterdir():
        os.truncate(sparse, 256 << 20)
    process = start("scan", "--json", "--db", "builtin", *slow, str(tree / "eicar.com"))
    workers = wait_for(lambda: len(children(process.pid)) >= 2 and children(process.pid), "workers")
    time.sleep(0.2)
    os.kill(workers[0], signal.SIGKILL)
    result = finish(process)
    assert result.summary["clean"] == 4 and result.summary["detected"] == 1
    assert result.summary["not_scanned"] == 0 and result.status == 1


def test_file_that_kills_every_worker(tree, slow):
    """It is reported, and the others are scanned."""
    for sparse in sorted((tree / "slow").iterdir())[1:]:
        sparse.unlink()
    process = start("scan", "--json", "--db", "builtin", *slow, "--jobs", "1",
                    str(tree / "eicar.com"))
    killed = 0
    end = time.monotonic() + 30
    # the sparse file is what a worker is found busy with; the rest takes no time
    while process.poll() is None and time.monotonic() < end and killed < 2:
        now = [pid for pid in children(process.pid) if busy(pid)]
        if now:
            os.kill(now[0], signal.SIGKILL)
            killed += 1
            wait_for(lambda: now[0] not in children(process.pid), "the dead one to be noticed")
        time.sleep(0.05)
    result = finish(process)
    # who kills by SIGKILL is not known: it may have been the kernel, for want of memory
    costly = [p for p, f in result.files.items() if f.get("reason") in ("crashed", "memory")]
    assert costly == [str(tree / "slow" / "sparse0")]
    assert result.files[str(tree / "eicar.com")]["verdict"] == "detected"


def busy(pid):
    """Whether a process has computed for a while: hundredths of a second, from proc(5)."""
    try:
        fields = open(f"/proc/{pid}/stat", encoding="ascii").read().rsplit(")", 1)[1].split()
    except OSError:  # it has just ended
        return False
    return int(fields[11]) + int(fields[12]) > 20


def test_file_that_shrinks(folder):
    path = folder / "shrinks"
    with open(path, "wb") as f:
        f.truncate(32 << 30)
    (folder / "eicar.com").write_bytes(EICAR)
    rules = folder / "rules.txt"
    rules.write_text("0" * 64 + "\n")
    process = start("scan", "--json", "--db", "builtin", "--db", str(rules), str(folder))
    wait_for(lambda: any(busy(pid) for pid in children(process.pid)), "a busy worker")
    os.truncate(path, 4096)
    result = finish(process)
    assert result.files[str(path)]["verdict"] == "not-scanned"
    assert result.files[str(path)]["reason"] == "changed"
    assert result.files[str(folder / "eicar.com")]["verdict"] == "detected"


def test_file_that_is_written_to(folder):
    """The size stays; the file was seen half old and half new all the same."""
    path = folder / "written"
    with open(path, "wb") as f:
        f.truncate(4 << 30)
    process = start("scan", "--json", "--db", "builtin", str(folder))
    wait_for(lambda: any(busy(pid) for pid in children(process.pid)), "a busy worker")
    with open(path, "r+b") as f:
        f.write(b"new")
    result = finish(process)
    assert result.files[str(path)]["verdict"] == "not-scanned"
    assert result.files[str(path)]["reason"] == "changed"


def test_closed_pipe(folder):
    for i in range(1500):
        (folder / f"{i}.com").write_bytes(EICAR)
    process = start("scan", str(folder), bufsize=0)
    process.stdout.read(10)
    process.stdout.close()
    process.wait(30)
    assert process.stderr.read() == b""
    assert process.returncode in (1, 2)


def test_slow_reader_loses_nothing(folder):
    """While nobody reads the output, workers wait, and no time limit runs out."""
    for i in range(2000):
        (folder / f"{i}").write_bytes(EICAR)
    process = start("scan", "--json", "--limits", "time=1", str(folder))
    time.sleep(3)
    result = finish(process)
    assert result.summary["detected"] == 2000 and result.summary["not_scanned"] == 0


def test_stopped_and_continued(slow, folder):
    for sparse in (folder / "slow").iterdir():
        os.truncate(sparse, 64 << 20)
    process = start("scan", "--json", "--limits", "time=1", *slow)
    wait_for(lambda: len(children(process.pid)) >= 2, "workers")
    os.killpg(process.pid, signal.SIGSTOP)
    time.sleep(3)
    os.killpg(process.pid, signal.SIGCONT)
    assert finish(process).summary["clean"] == 4


def test_descriptors_stay_few(folder):
    for i in range(20):
        (folder / f"d{i}").mkdir()
        for k in range(100):
            (folder / f"d{i}" / f"{k}").write_bytes(b"x" * (i * k))
    process = start("scan", "--json", str(folder), stdout=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        try:
            most = max(most, len(os.listdir(f"/proc/{process.pid}/fd")))
        except OSError:
            break
    process.communicate()
    assert process.returncode == 0
    assert most < 400
    # and with fewer than it would like to have
    limited = subprocess.run(["sh", "-c", f'ulimit -n 40; exec "{CANDOR}" scan --json "$0"',
                              str(folder)], capture_output=True, timeout=60)
    assert limited.returncode == 0, limited.stderr
    assert limited.stdout.count(b'"verdict":"clean"') == 2000


def test_files_that_vanish(folder):
    for i in range(1500):
        (folder / f"{i}").write_bytes(b"x")
    process = start("scan", "--json", str(folder))
    subprocess.run(["sh", "-c", f"rm -f {folder}/*"], check=False)
    result = finish(process)
    assert result.status == 0 and result.summary["not_scanned"] == 0


def test_selftest(folder):
    result = candor("selftest", env={**os.environ, "TMPDIR": str(folder)})
    assert result.status == 0, result.out
    assert result.lines[-1] == "Everything works."
    assert all(line.startswith("ok ") for line in result.lines[:-1])
    assert os.listdir(folder) == []


def test_selftest_tells_what_is_wrong(folder):
    result = candor("selftest", env={**os.environ, "TMPDIR": str(folder / "nothing")})
    assert result.status == 2
    assert any(line.startswith("FAILED ") for line in result.lines)


def test_program_is_no_test_file():
    with open(CANDOR, "rb") as f:
        assert EICAR not in f.read()
    assert scan_json(CANDOR).status == 0

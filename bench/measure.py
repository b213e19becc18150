"""What the benchmarks share: interleaved timing, memory of a process tree, tables, records."""
import csv
import datetime
import os
import pathlib
import re
import statistics
import subprocess
import threading
import time


class Series:
    """Values of one quantity over the rounds."""

    def __init__(self, name, unit, values):
        self.name, self.unit, self.values = name, unit, list(values)

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def deviation(self):
        """Median absolute deviation: one disturbed round does not move it."""
        return statistics.median(abs(v - self.median) for v in self.values)


class Run:
    def __init__(self, seconds, status, output, errors):
        self.seconds, self.status, self.output, self.errors = seconds, status, output, errors


def pinned(command, core=0):
    """The command and all that it starts, on one core."""
    return ["taskset", "-c", str(core), *map(str, command)]


def run(command, allowed=(0, 1, 2)):
    """Run to the end and time it; any exit status but the allowed ones ends the benchmark: 2 is
    what both scanners say when some file could not be read."""
    start = time.perf_counter()
    done = subprocess.run([str(c) for c in command], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    seconds = time.perf_counter() - start
    result = Run(seconds, done.returncode, os.fsdecode(done.stdout), os.fsdecode(done.stderr))
    if done.returncode not in allowed:
        raise SystemExit(f"{command[0]} ended with {done.returncode}:\n{result.errors[-2000:]}")
    return result


def interleave(rounds, **commands):
    """Time named commands A B A B …, so that what disturbs the machine disturbs all of them."""
    runs = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            runs[name].append(run(command))
    return runs


def descendants(pid):
    """The process and all below it that still live."""
    found, pending = [], [pid]
    while pending:
        one = pending.pop()
        found.append(one)
        try:
            for task in os.listdir(f"/proc/{one}/task"):
                text = pathlib.Path(f"/proc/{one}/task/{task}/children").read_text()
                pending += map(int, text.split())
        except OSError:
            pass
    return found


def private_bytes(pid):
    """Memory that is this process's alone. 0 when it is gone or not ours to look at."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as f:
            return 1024 * sum(int(line.split()[1]) for line in f if line.startswith("Private_"))
    except OSError:
        return 0


def open_files(pid):
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0


class Watched:
    """Peaks of a process tree while it ran."""

    def __init__(self):
        self.private = 0      # bytes, all processes together
        self.descriptors = 0  # of the process with most
        self.samples = []     # (seconds, private bytes, descriptors)
        self.status = None
        self.seconds = 0.0
        self.resident = 0     # bytes, the largest single process, from the kernel's own account


def watch(command, interval=0.01, allowed=(0, 1)):
    """Run to the end and sample the memory of the whole tree. Not for timing: sampling costs."""
    watched = Watched()
    start = time.perf_counter()
    process = subprocess.Popen([str(c) for c in command], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = []
    reader = threading.Thread(target=lambda: errors.append(process.stderr.read()))
    reader.start()
    while True:
        pids = descendants(process.pid)
        private = sum(map(private_bytes, pids))
        descriptors = max(map(open_files, pids))
        watched.private = max(watched.private, private)
        watched.descriptors = max(watched.descriptors, descriptors)
        watched.samples.append((time.perf_counter() - start, private, descriptors))
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        time.sleep(interval)
    watched.seconds = time.perf_counter() - start
    process.returncode = watched.status = os.waitstatus_to_exitcode(status)
    watched.resident = usage.ru_maxrss * 1024
    reader.join()
    process.stderr.close()
    if watched.status not in allowed:
        text = os.fsdecode(errors[0])[-2000:]
        raise SystemExit(f"{command[0]} ended with {watched.status}:\n{text}")
    return watched


def held(command, path, seconds=0.5):
    """Private bytes of a scan that has done `path` and waits for more: names come from its
    standard input, so the command must take them there. For runs too short to be sampled."""
    process = subprocess.Popen([str(c) for c in command], stdin=subprocess.PIPE,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    process.stdin.write(os.fsencode(f"{path}\n"))
    process.stdin.flush()
    time.sleep(seconds)
    private = sum(map(private_bytes, descendants(process.pid)))
    process.stdin.close()
    if process.wait() not in (0, 1):
        raise SystemExit(f"{command[0]} ended with {process.returncode}")
    return private


def regular_files(top):
    """(path, bytes) of the regular files below a folder, in a fixed order, without links."""
    found = []
    for folder, folders, names in os.walk(top):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and not os.path.islink(path):
                found.append((path, os.path.getsize(path)))
    return found


def warm(files):
    """Read everything once: what is measured is the scanner and not the disk."""
    for path, _ in files:
        try:
            with open(path, "rb") as f:
                while f.read(1 << 20):
                    pass
        except OSError:
            pass


def machine():
    text = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*:\s*(.*)", text)
    name = model.group(1) if model else os.uname().machine
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return f"{slug}-{os.cpu_count()}-cores"


def record(root, series):
    """Append rows name,unit,median,mad,n to bench/record/<machine>/<date>.csv."""
    path = root / "bench" / "record" / machine() / f"{datetime.date.today()}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    new = not path.exists()
    with open(path, "a", newline="", encoding="utf-8") as f:
        rows = csv.writer(f)
        if new:
            rows.writerow(["name", "unit", "median", "mad", "n"])
        for s in series:
            rows.writerow([s.name, s.unit, f"{s.median:.6g}", f"{s.deviation:.3g}", len(s.values)])
    print(f"recorded in {path.relative_to(root)}")


def show(series):
    width = max([len(s.name) for s in series] + [4])
    print(f"{'what':{width}}  {'median':>12} {'± mad':>10}  {'n':>3}  unit")
    for s in series:
        print(f"{s.name:{width}}  {s.median:12.4g} {s.deviation:10.2g}  {len(s.values):3}  {s.unit}")


def ratio(text, ours, theirs, target=None):
    """One line of comparison; above 1 is in our favour."""
    value = theirs / ours if ours else float("inf")
    goal = "" if target is None else f"   (target {target:g}: {'met' if value >= target else 'NOT met'})"
    print(f"{text:44} {value:8.1f} times{goal}")
    return value

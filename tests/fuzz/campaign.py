#!/usr/bin/env python3
"""Fuzz the readers of outside bytes, as many at a time as there are cores.

usage: campaign.py ROOT [TARGET] [SECONDS]

TARGET is a row of tests/fuzz/targets.def, format-NAME for a row of
src/format/formats.def, or part-NAME for a part of src/ir/modules; all of them when
it is left out. Each runs for SECONDS (default 60), from the seeds in
tests/data/fuzz/TARGET (of a part: those of its module) and what earlier runs kept
in build-fuzz/corpus/TARGET. An input that breaks a target is left in
build-fuzz/findings/TARGET, and the exit status is 1.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

OPTIONS = ["-max_len=65536", "-rss_limit_mb=2048", "-timeout=10", "-print_final_stats=1"]
ENVIRONMENT = {
    "ASAN_OPTIONS": "detect_leaks=1:allocator_may_return_null=1:strict_string_checks=1",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
    "ASAN_SYMBOLIZER_PATH": "/usr/bin/llvm-symbolizer-14",
}


def targets(root):
    found = []
    for table, macro, prefix in (("tests/fuzz/targets.def", "FUZZ", ""),
                                 ("src/format/formats.def", "FORMAT", "format-")):
        text = (root / table).read_text(encoding="utf-8")
        found += [prefix + name for name in re.findall(rf"^{macro}\((\w[\w-]*)\)", text, re.M)]
    return found + ["part-" + name for name in sorted(parts(root))]


def parts(root):
    """{part: its module}"""
    return {name: file.stem.split("-")[0] for file in (root / "src/ir/modules").glob("*.def")
            for name in re.findall(r"^PART\((\w+)", file.read_text(encoding="utf-8"), re.M)}


def seeds_of(root, name):
    folder = root / "tests" / "data" / "fuzz"
    if not name.startswith("part-"):
        return folder / name
    module = parts(root).get(name.removeprefix("part-"), name)
    shared = folder / ("format-" + module)
    return shared if shared.is_dir() else folder / module


def useful(log):
    """What explains a finding: from the report of the sanitizer on, without dumps of the input."""
    start = re.search(r"^.*(runtime error:|ERROR: |deadly signal)", log, re.M)
    lines = log[start.start() if start else -3000:].splitlines()
    return "\n".join(line for line in lines if len(line) < 300 and not line.startswith("stat::"))


def run(root, name, seconds):
    """(name, executions, coverage, inputs in the corpus, findings, what explains them)"""
    build = root / "build-fuzz"
    corpus, findings = build / "corpus" / name, build / "findings" / name
    for folder in (corpus, findings):
        folder.mkdir(parents=True, exist_ok=True)
    before = set(findings.iterdir())
    if not (build / "tests" / "fuzz" / ("fuzz-" + name)).exists():
        return name, 0, 0, 0, ["it is not built"], ""
    seeds = seeds_of(root, name)
    dictionary = seeds.with_suffix(".dict")
    command = [str(build / "tests" / "fuzz" / ("fuzz-" + name)), *OPTIONS,
               f"-max_total_time={seconds}", f"-artifact_prefix={findings}/", str(corpus)]
    command += [str(seeds)] if seeds.is_dir() else []
    command += [f"-dict={dictionary}"] if dictionary.exists() else []
    done = subprocess.run(command, env=dict(os.environ, **ENVIRONMENT), stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                          errors="replace")
    executed = re.search(r"stat::number_of_executed_units:\s+(\d+)", done.stderr)
    covered = re.findall(r"cov: (\d+)", done.stderr)
    new = sorted(str(p) for p in set(findings.iterdir()) - before)
    if done.returncode != 0 and not new:
        new = [f"exit status {done.returncode}"]
    return (name, int(executed.group(1)) if executed else 0, int(covered[-1]) if covered else 0,
            sum(1 for _ in corpus.iterdir()), new, useful(done.stderr))


def main():
    root = pathlib.Path(sys.argv[1])
    words = sys.argv[2:]
    seconds = int(words.pop()) if words and words[-1].isdigit() else 60
    known = targets(root)
    chosen = words or known
    unknown = [name for name in chosen if name not in known]
    if unknown:
        print(f"no target {unknown[0]}; there are: {' '.join(known)}", file=sys.stderr)
        return 2
    jobs = os.cpu_count() or 1
    print(f"{len(chosen)} targets, {seconds} s each, {jobs} at a time", flush=True)
    print(f"{'target':24} {'executions':>12} {'coverage':>9} {'corpus':>7}  findings", flush=True)
    broken = executed = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        work = [pool.submit(run, root, name, seconds) for name in chosen]
        for one in concurrent.futures.as_completed(work):
            name, count, covered, kept, findings, log = one.result()
            executed += count
            print(f"{name:24} {count:12,} {covered:9,} {kept:7,}  {len(findings) or 'none'}",
                  flush=True)
            if findings:
                broken += 1
                print(log)
                print("\n".join(f"  {name}: {finding}" for finding in findings), flush=True)
    print(f"{executed:,} executions, {broken} of {len(chosen)} targets broken")
    return 1 if broken or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())

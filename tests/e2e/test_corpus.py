"""Public and synthetic rule sets, where CANDOR_CORPUS names a folder that has them.

Looked for in it: rules/clamav (files in ClamAV's formats) and bench/make-clamav-db.py
(writes a set of realistic proportions).
"""
import json
import os
import pathlib
import subprocess
import sys

import pytest

from conftest import candor, scan_json

CORPUS = os.environ.get("CANDOR_CORPUS")


def corpus(*parts):
    if not CORPUS:
        pytest.skip("CANDOR_CORPUS is not set: no public rule sets to try")
    path = pathlib.Path(CORPUS, *parts)
    if not path.exists():
        pytest.skip(f"CANDOR_CORPUS has no {'/'.join(parts)}")
    return path


def signature_lines(path):
    lines = path.read_bytes().split(b"\n")
    return sum(1 for line in lines if line.strip() and not line.startswith(b"#"))


def build(folder, source):
    image = folder / "set.candor"
    result = candor("db", "build", "-o", str(image), str(source))
    info = json.loads(candor("db", "info", "--json", str(image)).out)
    return result, image, info


def test_public_sets_load_whole(tmp_path):
    """Every line is taken, or skipped for a reason that is told; none is called malformed."""
    rules = corpus("rules", "clamav")
    result, image, info = build(tmp_path, rules)
    assert result.status == 0, result.err
    by_name = {s["name"]: s for s in info["sources"]}
    for path in rules.rglob("*.ldb"):
        source = by_name[str(path.relative_to(rules))]
        assert source["malformed"] == 0
        assert source["accepted"] + source["skipped"] + source["ignored"] == signature_lines(path)
    assert candor("db", "verify", str(image)).status == 0
    result = scan_json("--db", str(image), "/bin/sh")
    assert result.status == 0 and result.summary["clean"] == 1


def test_synthetic_set_loads_whole(tmp_path):
    maker = corpus("bench", "make-clamav-db.py")
    source = tmp_path / "set"
    subprocess.run([sys.executable, maker, source, "0.002"], check=True)
    result, image, info = build(tmp_path, source)
    assert result.status == 0, result.err
    accepted = {s["name"]: s["accepted"] for s in info["sources"]}
    for suffix in ("hdb", "hsb", "mdb", "ndb"):
        name = f"synthetic.{suffix}"
        assert accepted[name] == signature_lines(source / name)
    again = tmp_path / "again.candor"
    assert candor("db", "build", "-o", str(again), str(source)).status == 0
    assert image.read_bytes() == again.read_bytes()

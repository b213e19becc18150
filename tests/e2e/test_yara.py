"""candor yara against yara itself, where that is installed."""
import shutil
import subprocess

import pytest

from conftest import candor

RULES = r"""
rule A : t1 t2 { meta: a="x\"y" b=-5 c=true strings: $a="abc" $h={61 62 63} $p=/a.c/ private
	condition: any of them }
private rule P { condition: true }
rule B { condition: false }
global rule G : t2 { condition: true }
rule C { condition: filesize == 0 }
"""
OPTIONS = [[], ["-s"], ["-g", "-m", "-e"], ["-L"], ["-s", "-L"], ["-n"], ["-c"], ["-n", "-c"],
           ["-t", "t2"], ["-i", "A"], ["-l", "1"], ["-l", "2"]]
needs_yara = pytest.mark.skipif(shutil.which("yara") is None, reason="yara is not installed")


@pytest.fixture
def rules(tmp_path):
    (tmp_path / "r.yar").write_text(RULES)
    (tmp_path / "f").write_bytes(b"abc\nabc")
    (tmp_path / "e").write_bytes(b"")
    return tmp_path


@needs_yara
@pytest.mark.parametrize("options", OPTIONS, ids=lambda o: " ".join(o) or "none")
@pytest.mark.parametrize("name", ["f", "e", "missing"])
def test_prints_what_yara_prints(rules, options, name):
    args = ["-w", *options, str(rules / "r.yar"), str(rules / name)]
    theirs = subprocess.run(["yara", *args], capture_output=True)
    ours = candor("yara", *args)
    assert (ours.out, ours.status) == (theirs.stdout, theirs.returncode)


def test_files_are_included_from_below_their_folder_only(rules):
    (rules / "in").mkdir()
    (rules / "in" / "b.yar").write_text('rule B1 { condition: true }')
    (rules / "a.yar").write_text('include "in/b.yar"\nrule A1 { condition: B1 }')
    (rules / "in" / "c.yar").write_text('include "../r.yar"\nrule C1 { condition: true }')
    good = candor("yara", rules / "a.yar", rules / "f")
    assert good.lines == [f"B1 {rules}/f", f"A1 {rules}/f"]
    bad = candor("yara", rules / "in" / "c.yar", rules / "f")
    assert bad.status == 1 and b"outside the folder" in bad.err and bad.out == b""
    allowed = candor("yara", "-w", "--allow-includes", rules / "in" / "c.yar", rules / "f")
    assert allowed.status == 0 and f"C1 {rules}/f" in allowed.lines
    image = rules / "c.candor"
    assert candor("db", "build", "-o", image, rules / "in" / "c.yar").status == 2
    assert candor("db", "build", "-o", image, "--allow-includes", rules / "in" / "c.yar").status == 0
    assert candor("scan", "--db", image, "--allow-includes", rules / "f").status == 1


@pytest.mark.parametrize("args", [["r.yar"], ["missing", "f"], ["-d", "x", "r.yar", "f"]])
def test_wrong_use_is_status_1(rules, args):
    r = candor("yara", *args, cwd=rules)
    assert r.status == 1 and r.out == b"" and r.err != b""

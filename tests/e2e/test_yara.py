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


LONG = {
    "constants": "+".join(["1"] * 1000) + " == 1000",
    "reads": "+".join(["uint8(0)"] * 1000) + " == 97000",
    "mixed": "".join(f"uint8({i % 7}) {'+-|*^&%'[i % 7]} " for i in range(1000)) + "3 != 77",
    "floats": "-".join(["0.5"] * 1000) + " == -499.0",
    "undefined": "+".join(["1"] * 500 + ["uint8(1000)"] * 500) + " > 0",
    "conjunction": " and ".join(["uint8(0) == 97"] * 1000),
    "disjunction": " or ".join(["uint8(0) == 98"] * 999 + ["true"]),
}


@needs_yara
@pytest.mark.parametrize("name", LONG)
def test_long_chains_of_operators(rules, name):
    (rules / "long.yar").write_text(f"rule R {{ condition: {LONG[name]} }}")
    theirs = subprocess.run(["yara", "-w", rules / "long.yar", rules / "f"], capture_output=True)
    ours = candor("yara", rules / "long.yar", rules / "f")
    assert (ours.out, ours.status, ours.err) == (theirs.stdout, theirs.returncode, b"")
    pretty = candor("rules", "fmt", rules / "long.yar")
    (rules / "pretty.yar").write_bytes(pretty.out)
    assert candor("yara", rules / "pretty.yar", rules / "f").out == ours.out


@pytest.mark.parametrize("condition", ["(" * 10000 + "true" + ")" * 10000, "not " * 10000 + "true",
                                       "-" * 10000 + "1 == 1", "1+(" * 10000 + "1" + ")" * 10000])
def test_what_is_nested_too_deeply_is_an_error(rules, condition):
    (rules / "deep.yar").write_text(f"rule R {{ condition: {condition} }}")
    done = candor("yara", rules / "deep.yar", rules / "f")
    assert done.status == 1 and done.out == b"" and b"nested more than 100 deep" in done.err


@needs_yara
def test_what_rules_write_does_not_depend_on_how_they_end(rules):
    (rules / "log.yar").write_text(
        'import "console"\n'
        'rule A { condition: console.log("one") and false }\n'
        'rule B { strings: $a = "nope" condition: console.log("two ", 2) and $a }\n'
        'rule C { strings: $a = "nope" condition: $a and console.log("three") }\n'
        'rule D { strings: $a = "abc" condition: console.hex("four ", #a) or $a }\n')
    args = ["-w", str(rules / "log.yar"), str(rules / "f")]
    theirs = subprocess.run(["yara", *args], capture_output=True)
    ours = candor("yara", *args)
    assert theirs.stdout.startswith(b"one\ntwo 2\n")
    assert (ours.out, ours.status) == (theirs.stdout, theirs.returncode)

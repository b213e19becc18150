"""candor rules: check, explain and fmt."""
import os
import subprocess

import pytest

from conftest import CANDOR, candor

UGLY = 'rule A : x {strings: $a="abc" // kept\n condition: $a and filesize<10}'
PRETTY = """rule A : x {
	strings:
		$a = "abc" // kept

	condition:
		$a and filesize < 10
}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "ugly.yar").write_text(UGLY)
    (tmp_path / "pretty.yar").write_text(PRETTY)
    (tmp_path / "slow.yar").write_text("rule S { strings: $a = /a.c/ condition: $a }")
    (tmp_path / "bad.yar").write_text("rule B { condition: x }\nrule C { condition: }")
    (tmp_path / "small").write_bytes(b"abc")
    (tmp_path / "large").write_bytes(b"abc" * 10)
    return tmp_path


@pytest.mark.parametrize("name, status, last", [
    ("pretty.yar", 0, "1 rule, 0 errors, 0 warnings"),
    ("slow.yar", 1, "1 rule, 0 errors, 1 warning"),
    ("bad.yar", 2, "0 rules, 2 errors, 0 warnings"),
])
def test_check_counts_what_is_wrong(folder, name, status, last):
    r = candor("rules", "check", folder / name)
    assert (r.status, r.lines) == (status, [last])
    assert (r.err == b"") == (status == 0)


def test_check_shows_every_message(folder):
    (folder / "many.yar").write_text("".join(f"rule R{i} {{ condition: x{i} }}\n"
                                             for i in range(300)))
    r = candor("rules", "check", folder / "many.yar")
    assert r.status == 2 and r.err.count(b": error: ") == 300


def test_check_gives_advice_that_a_scan_does_not(folder):
    (folder / "twice.yar").write_text('rule R { strings: $a = "abcd" $b = "abcd" '
                                      "condition: any of them }\n")
    r = candor("rules", "check", folder / "twice.yar")
    assert (r.status, r.lines) == (1, ["1 rule, 0 errors, 1 warning"])
    assert b'twice.yar:1:36: warning: string "$b" is the same as "$a"' in r.err
    assert candor("yara", folder / "twice.yar", folder / "twice.yar").err == b""


def test_explain_shows_the_parts_of_a_condition(folder):
    args = ["rules", "explain", "--db", folder / "pretty.yar", "A"]
    holds = candor(*args, folder / "small")
    assert holds.status == 0 and holds.lines[0].endswith("pretty.yar:1: A holds")
    fails = candor(*args, folder / "large")
    assert fails.status == 0 and fails.lines[0].endswith("A does not hold")
    assert "      filesize = 30" in fails.lines and "    $a = true" in fails.lines


def test_explain_needs_a_rule_that_exists(folder):
    r = candor("rules", "explain", "--db", folder / "pretty.yar", "B", folder / "small")
    assert r.status == 2 and r.out == b"" and b"named B" in r.err


def test_explain_takes_includes_as_the_others_do(folder):
    (folder / "below").mkdir()
    (folder / "below" / "more.yar").write_text('include "../pretty.yar"\n'
                                               "rule More { condition: A }\n")
    args = ["rules", "explain", "--db", folder / "below" / "more.yar", "More", folder / "small"]
    refused = candor(*args)
    assert refused.status == 2 and b"outside the folder" in refused.err
    allowed = candor(*args, "--allow-includes")
    assert (allowed.status, allowed.err) == (0, b"") and allowed.lines[0].endswith("More holds")


def test_fmt_prints_checks_and_writes(folder):
    ugly = folder / "ugly.yar"
    os.chmod(ugly, 0o640)
    assert candor("rules", "fmt", ugly).out.decode() == PRETTY
    check = candor("rules", "fmt", "--check", ugly, folder / "pretty.yar")
    assert (check.status, check.lines) == (1, [str(ugly)])
    assert ugly.read_text() == UGLY
    assert candor("rules", "fmt", "--write", ugly).status == 0
    assert ugly.read_text() == PRETTY and os.stat(ugly).st_mode & 0o777 == 0o640
    assert candor("rules", "fmt", "--check", ugly).status == 0


def test_fmt_leaves_a_file_with_errors_alone(folder):
    before = (folder / "bad.yar").read_bytes()
    r = candor("rules", "fmt", "--write", folder / "bad.yar")
    assert r.status == 2 and r.out == b"" and b"bad.yar:2:21: error: " in r.err
    assert (folder / "bad.yar").read_bytes() == before


@pytest.mark.parametrize("args", [
    [], ["what"], ["check"], ["check", "missing"], ["check", "--write", "pretty.yar"],
    ["explain", "A"], ["explain", "A", "missing"], ["fmt"], ["fmt", "missing"],
    ["fmt", "--check", "--write", "pretty.yar"], ["fmt", "--no-such-option"],
])
def test_wrong_use_is_status_2(folder, args):
    r = candor("rules", *args, cwd=folder)
    assert r.status == 2 and r.out == b"" and r.err.startswith(b"candor: ")


def test_a_full_disk_is_noticed(folder):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([CANDOR, "rules", "fmt", str(folder / "pretty.yar")], stdout=full,
                              stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 2 and b"No space left" in done.stderr

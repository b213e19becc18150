"""Verdicts, evidence, exit statuses and options of `candor scan`."""
import gzip
import hashlib
import os
import subprocess

import pytest

from conftest import CANDOR, EICAR, candor, scan, scan_json


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def test_verdicts(tree):
    result = scan_json(tree)
    verdicts = {os.path.relpath(p, tree): f["verdict"] for p, f in result.files.items()}
    assert verdicts == {"eicar.com": "detected", "eicar.gz": "detected", "sub/text": "clean",
                        "empty": "clean"}
    assert result.status == 1
    assert result.summary["files"] == 4
    assert result.summary["folders"] == 2
    assert result.summary["detected"] == 2
    assert result.summary["exit_status"] == 1
    assert len(result.summary["images"][0]) == 64


def test_evidence(tree):
    files = scan_json(tree).files
    plain = files[f"{tree}/eicar.com"]["findings"][0]
    assert (plain["member"], plain["depth"]) == ("", 0)
    assert (plain["offset"], plain["length"]) == (0, len(EICAR))
    assert plain["source"] == "eicar.ldb" and plain["line"] > 0
    inside = files[f"{tree}/eicar.gz"]["findings"][0]
    assert inside["member"].startswith("//") and inside["depth"] == 1
    assert inside["rule"] == plain["rule"]


def test_plain_lines(tree):
    result = scan(tree)
    lines = [line for line in result.lines if line.startswith("detected ")]
    assert len(lines) == 2
    assert any(f"  {tree}/eicar.com  (" in line for line in lines)
    assert b"\x1b" not in result.out and b"\r" not in result.out
    assert any(line.startswith("Scanned ") and " 4 files" in line for line in result.lines)
    assert result.err == b""


def test_quiet(tree):
    result = scan("--quiet", tree)
    assert len(result.lines) == 2 and all(line.startswith("detected ") for line in result.lines)
    assert scan("-q", tree / "sub").out == b""
    assert {f["verdict"] for f in scan_json("--quiet", tree).objects} == {"detected"}


STATUSES = [
    ("clean", ["sub"], 0),
    ("detected", ["."], 1),
    ("missing", ["nothing"], 2),
    ("missing and detected", ["nothing", "eicar.com"], 1),
    ("missing and accepted", ["--accept", "unreadable", "nothing"], 0),
    ("another reason accepted", ["--accept", "encrypted,limit", "nothing"], 2),
    ("too large", ["--limits", "file-bytes=4", "sub"], 2),
    ("too large and accepted", ["--limits", "file-bytes=4", "--accept", "limit", "sub"], 0),
    ("too deep", ["--limits", "depth=0", "eicar.gz"], 2),
    ("no path", [], 2),
    ("unknown option", ["--nothing", "sub"], 2),
    ("unknown reason", ["--accept", "nothing", "sub"], 2),
    ("unknown limit", ["--limits", "nothing=1", "sub"], 2),
    ("help", ["--help"], 0),
    ("options behind paths", ["eicar.com", "--quiet", "--json"], 1),
    ("double dash", ["--quiet", "--", "sub"], 0),
    ("missing database", ["--db", "nothing", "sub"], 2),
    ("missing list", ["--files-from", "nothing"], 2),
]


@pytest.mark.parametrize("args,want", [row[1:] for row in STATUSES], ids=[r[0] for r in STATUSES])
def test_exit_status(tree, args, want):
    result = scan(*args, cwd=tree)
    assert result.status == want, (result.out, result.err)
    if want == 2:
        assert result.out + result.err != b""


def test_wrong_use_is_told_on_standard_error(tree):
    result = scan("--nothing", tree)
    assert result.out == b"" and b"--nothing" in result.err and b"candor scan --help" in result.err


def test_missing_file_is_named(tree):
    result = scan(tree / "nothing")
    assert b"nothing: No such file or directory" in result.err
    assert any(line.startswith("not-scanned  unreadable") for line in result.lines)


def test_limits_help():
    result = scan("--limits", "help")
    assert result.status == 0
    for name in ("depth", "members", "member-bytes", "total-bytes", "ratio", "time", "memory"):
        assert any(line.startswith(name) for line in result.lines)


def test_limit_is_reported(tree):
    file = scan_json("--limits", "depth=0", tree / "eicar.gz").files[f"{tree}/eicar.gz"]
    assert file["verdict"] == "not-scanned" and file["missed"] == ["limit"]


def test_damaged_container(folder):
    (folder / "cut.gz").write_bytes(gzip.compress(os.urandom(5000))[:2000])
    (folder / "cut-eicar.gz").write_bytes(gzip.compress(EICAR + b"\n", 0)[:-9])
    files = scan_json(folder).files
    assert files[f"{folder}/cut.gz"]["verdict"] == "not-scanned"
    assert files[f"{folder}/cut.gz"]["missed"] == ["damaged"]
    # what could be unpacked is scanned
    assert files[f"{folder}/cut-eicar.gz"]["verdict"] == "detected"


def test_standard_input():
    for data, want in ((EICAR, "detected"), (gzip.compress(EICAR), "detected"), (b"", "clean"),
                       (b"x" * 300000, "clean")):
        result = scan_json("-", input=data)
        assert result.files["-"]["verdict"] == want
        assert result.files["-"]["size"] == len(data)
    assert scan("-", "--limits", "file-bytes=1000", input=b"x" * 1001).status == 2


def test_standard_input_is_a_file(tree):
    with open(tree / "eicar.com", "rb") as f:
        assert scan("-", stdin=f).status == 1


def test_rules_of_one_s_own(folder):
    data = b"something of one's own\n"
    (folder / "sample").write_bytes(data)
    (folder / "rules.txt").write_text(f"{sha256(data)}  Own.Name\n")
    (folder / "rules.hsu").write_text(f"{sha256(data)}:{len(data)}:Unwanted:73\n")
    (folder / "good.sfp").write_text(f"{sha256(data)}:{len(data)}:Good\n")
    path = folder / "sample"
    assert scan(path).status == 0
    found = scan_json("--db", folder / "rules.txt", path)
    assert found.status == 1
    assert found.files[str(path)]["findings"][0]["rule"].startswith("Own.Name")
    unwanted = scan_json("--db", folder / "rules.hsu", path)
    assert unwanted.status == 1 and unwanted.files[str(path)]["verdict"] == "suspicious"
    good = scan_json("--db", folder / "rules.txt", "--db", folder / "good.sfp", path)
    assert good.status == 0 and good.files[str(path)]["trusted"] is True
    # the built-in rules are replaced, unless they are named
    (folder / "eicar").write_bytes(EICAR)
    assert scan("--db", folder / "rules.txt", folder / "eicar").status == 0
    assert scan("--db", folder / "rules.txt", "--db", "builtin", folder / "eicar").status == 1


def test_images(folder):
    data = b"in an image\n"
    (folder / "sample").write_bytes(data)
    (folder / "rules.txt").write_text(f"{sha256(data)}\n")
    assert candor("db", "build", "-o", folder / "a.candor", folder / "rules.txt").status == 0
    assert candor("db", "build", "-o", folder / "b.candor", folder / "rules.txt").status == 0
    assert (folder / "a.candor").read_bytes() == (folder / "b.candor").read_bytes()
    result = scan_json("--db", folder / "a.candor", folder / "sample")
    assert result.status == 1
    info = candor("db", "info", folder / "a.candor").out.decode()
    assert result.summary["images"][0] in info


def test_all_matches(folder):
    data = b"two rules hold for this\n"
    (folder / "sample").write_bytes(data)
    md5 = hashlib.md5(data).hexdigest()
    (folder / "one.txt").write_text(f"{sha256(data)}  One\n")
    (folder / "two.txt").write_text(f"{md5}  Two\n")
    args = ["--db", folder / "one.txt", "--db", folder / "two.txt", folder / "sample"]
    first = scan_json(*args).files[str(folder / "sample")]
    assert len(first["findings"]) == 1
    every = scan_json("--all-matches", *args).files[str(folder / "sample")]
    assert len(every["findings"]) == every["finding_count"] == 2


def test_jobs_give_the_same(tree):
    for i in range(100):
        (tree / f"more{i}").write_bytes(EICAR if i % 7 == 0 else os.urandom(i))
    verdicts = [{p: f["verdict"] for p, f in scan_json("--jobs", n, tree).files.items()}
                for n in ("1", "3")]
    assert verdicts[0] == verdicts[1] and len(verdicts[0]) == 104


def test_help_of_every_command():
    commands = [line.split()[0] for line in candor("help").lines if line.startswith("  ")]
    commands = [name for name in commands if name != "candor"]
    assert {"scan", "db", "selftest"} <= set(commands)
    for name in commands:
        for args in ((name, "--help"), ("help", name)):
            result = candor(*args)
            assert result.status == 0 and f"candor {name}".encode() in result.out, args
            assert result.err == b""


@pytest.mark.parametrize("args", [(), ("nothing",), ("help", "nothing")])
def test_no_such_command(args):
    result = candor(*args)
    assert result.status == 2 and result.out == b"" and result.err != b""


def test_version():
    assert candor("--version").out.startswith(b"candor ")


def test_full_disk(tree):
    for args in (["sub"], ["--json", "sub"], ["--help"]):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([CANDOR, "scan", *args], cwd=tree, stdout=full,
                                  stderr=subprocess.PIPE, timeout=60)
        assert done.returncode == 2, args
        assert b"No space left" in done.stderr, args


def test_descriptors_are_closed_at_the_start(tree):
    script = f'exec "{CANDOR}" scan . <&- >&- 2>&-'
    assert subprocess.run(["sh", "-c", script], cwd=tree, timeout=60).returncode == 1


ENDLESS = """rule found { strings: $a = "hello" condition: $a }
rule open { condition: for all i in (1..10000000000) : (i != filesize * -1) }
rule decided { condition: filesize > 1000 }
"""


def test_rules_without_an_answer_are_named(folder):
    (folder / "r.yar").write_text(ENDLESS)
    (folder / "plain").write_bytes(b"nothing\n")
    (folder / "packed.gz").write_bytes(gzip.compress(b"hello"))
    args = ["--all-matches", "--db", folder / "r.yar"]
    plain = scan(*args, "--quiet", folder / "plain")
    assert plain.status == 2 and plain.lines == [
        f"undecided    open  {folder}/plain  (r.yar:2)",
        f"not-scanned  limit  {folder}/plain  (over a limit)"]
    packed = scan(*args, "--quiet", folder / "packed.gz")
    assert packed.status == 1 and sorted(packed.lines) == [
        f"detected     found  {folder}/packed.gz//  (r.yar:1, 5 bytes at 0)",
        f"undecided    open  {folder}/packed.gz  (r.yar:2)",
        f"undecided    open  {folder}/packed.gz//  (r.yar:2)"]
    told = scan_json(*args, folder / "plain").files[f"{folder}/plain"]
    assert (told["verdict"], told["missed"], told["undecided_count"]) == ("not-scanned", ["limit"], 1)
    assert told["undecided"] == [
        {"image": 0, "rule": "open", "source": "r.yar", "line": 2, "member": ""}]

"""Modules that work with data from outside: libmagic's database, a report of Cuckoo."""
import gzip
import json

import pytest

from conftest import candor

MAGIC = """import "magic"
rule type_%(name)s { condition: magic.type() contains "%(type)s" }
rule mime_%(name)s { condition: magic.mime_type() == "%(mime)s" }
"""
CUCKOO = 'import "cuckoo" rule held { condition: cuckoo.sync.mutex(/^Global.wanted/) }'


@pytest.mark.parametrize("name, data, type, mime", [
    # libmagic tells its date, in the zone of the machine
    ("gzip", gzip.compress(b"x"), "gzip compressed data", "application/gzip"),
    ("text", b"hello\n", "ASCII text", "text/plain"),
    ("empty", b"", "empty", "application/x-empty"),
    ("pcap", bytes.fromhex("d4c3b2a1020004000000000000000000ffff000001000000"), "pcap capture",
     "application/vnd.tcpdump.pcap"),
])
def test_magic(tmp_path, name, data, type, mime):
    rules, file = tmp_path / "magic.yar", tmp_path / "file"
    rules.write_text(MAGIC % {"name": name, "type": type, "mime": mime})
    file.write_bytes(data)
    done = candor("yara", rules, file)
    assert (done.status, done.err) == (0, b"")
    assert done.lines == [f"type_{name} {file}", f"mime_{name} {file}"]


def test_magic_database_of_the_user(tmp_path):
    rules, file, database = tmp_path / "magic.yar", tmp_path / "file", tmp_path / "bad.mgc"
    rules.write_text('import "magic" rule r { condition: magic.type() != "" }')
    file.write_bytes(b"hello\n")
    database.write_bytes(b"no database" * 1000)
    done = candor("yara", "-x", f"magic={database}", rules, file)
    assert done.lines == []
    assert b'rule "r" was not decided' in done.err


def test_cuckoo(tmp_path):
    rules, file, report = tmp_path / "cuckoo.yar", tmp_path / "file", tmp_path / "report.json"
    rules.write_text(CUCKOO)
    file.write_bytes(b"x")
    report.write_text(json.dumps({"behavior": {"summary": {"mutexes": ["Global\\wanted"]}}}))
    assert candor("yara", "-x", f"cuckoo={report}", rules, file).lines == [f"held {file}"]
    assert candor("yara", rules, file).lines == []
    report.write_text("{")
    done = candor("yara", "-x", f"cuckoo={report}", rules, file)
    assert done.lines == []
    assert b'rule "held" was not decided' in done.err

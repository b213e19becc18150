"""ClamAV's containers: .cvd, .cld and .cud."""
import gzip
import hashlib
import io
import shutil
import subprocess
import tarfile

import pytest

from conftest import candor

MEMBERS = {
    "main.ndb": b"Test.Body:0:*:63616e646f722d746573742d62797465\n",
    "main.hdb": b"%s:11:Test.Hash\n" % hashlib.md5(b"hash tested").hexdigest().encode(),
    "main.ign2": b"Test.Left.Out\n",
    "main.ldb": b"Test.Left.Out;Target:0;0;68617368\n",
}


def header(body=b"", md5="X", count=4, level=90):
    text = (f"ClamAV-VDB:22 Jun 2021 14-58 -0400:7:{count}:{level}:{md5}:X:candor:1624388280")
    return text.encode()


def tar_of(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def info_of(members, **fields):
    lines = [header(**fields)]
    lines += [b"%s:%d:%s" % (name.encode(), len(data), hashlib.sha256(data).hexdigest().encode())
              for name, data in members]
    return b"\n".join(lines) + b"\nDSIG:" + b"x" * 100 + b"\n"


def pack(members, info=None, zipped=True, md5=None, count=4):
    """The bytes of a container."""
    members = list(members)
    info = info_of(members) if info is None else info
    body = tar_of([("COPYING", b"free\n"), ("main.info", info)] + members)
    if zipped:
        body = gzip.compress(body, mtime=0)
    md5 = hashlib.md5(body).hexdigest() if md5 is None else md5
    return header(md5=md5, count=count).ljust(512) + body


@pytest.fixture
def scanned(tmp_path):
    folder = tmp_path / "scanned"
    folder.mkdir()
    (folder / "body").write_bytes(b"here: candor-test-byte")
    (folder / "hash").write_bytes(b"hash tested")
    return folder


def build(tmp_path, name, data):
    source = tmp_path / name
    source.write_bytes(data)
    return candor("db", "build", "-o", tmp_path / "image", source)


@pytest.mark.parametrize("name, options", [
    ("main.cvd", {}),
    ("main.cvd", {"zipped": False}),
    ("main.cld", {"zipped": False, "md5": "X"}),
    ("main.CUD", {"md5": "X"}),
])
def test_a_container_is_a_source(tmp_path, scanned, name, options):
    r = build(tmp_path, name, pack(MEMBERS.items(), **options))
    assert (r.status, r.err) == (0, b"")
    r = candor("scan", "--db", tmp_path / "image", scanned)
    assert r.status == 1
    assert b"Test.Body" in r.out and b"Test.Hash" in r.out and b"Test.Left.Out" not in r.out
    info = candor("db", "info", tmp_path / "image").out
    assert b"signature not checked" in info and name.encode() + b":main.ndb" in info
    r = candor("scan", "--db", tmp_path / name, scanned / "body")
    assert r.status == 1 and b"Test.Body" in r.out


def test_messages_name_the_member(tmp_path):
    r = build(tmp_path, "main.cvd", pack([("main.ndb", b"wrong\n")]))
    assert r.status == 2 and b"main.cvd:main.ndb:1:" in r.err


GOOD = pack(MEMBERS.items())
PLAIN = pack(MEMBERS.items(), zipped=False)
ITEMS = list(MEMBERS.items())
BAD_DIGEST = info_of([(n, d.upper()) for n, d in ITEMS])

WRONG = {
    "empty": (b"", b"offset 0"),
    "header": (GOOD[:300], b"offset 300"),
    "magic": (b"x" + GOOD[1:], b"offset 0: there is no header"),
    "body": (GOOD[:-20], b"the MD5 in the header is of other data"),
    "md5": (pack(ITEMS, md5="0" * 32), b"the MD5 in the header is of other data"),
    "no md5": (pack(ITEMS, md5="X"), b"the header holds no MD5"),
    "count": (pack(ITEMS, count=5), b"different numbers"),
    "number": (pack(ITEMS, count="x"), b"a number is expected"),
    "digest": (pack(ITEMS, info=BAD_DIGEST), b"has not its SHA-256"),
    "size": (pack(ITEMS, info=info_of([(n, d + b" ") for n, d in ITEMS])), b"has not its size"),
    "unlisted": (pack(ITEMS, info=info_of(ITEMS[1:])), b"main.ndb is not in .info"),
    "missing": (pack(ITEMS[1:], info=info_of(ITEMS)), b"main.ndb of .info is missing"),
    "empty info": (pack(ITEMS, info=b""), b".info is empty"),
    "two infos": (pack(ITEMS + [("b.info", b"")]), b"2 .info files"),
    "twice": (pack(ITEMS + ITEMS[:1]), b"main.ndb is there twice"),
    "slash": (pack([("a/b.ndb", b"")]), b"not the name of a source"),
    "parent": (pack([("..", b"")]), b"not the name of a source"),
}


@pytest.mark.parametrize("case", WRONG)
def test_nothing_is_taken_of_a_wrong_one(tmp_path, case):
    data, message = WRONG[case]
    r = build(tmp_path, "main.cvd", data)
    assert r.status == 2 and message in r.err and b"main.cvd: offset " in r.err
    assert not (tmp_path / "image").exists()


def test_a_tar_that_is_cut_short(tmp_path):
    for cut in range(512, 512 * 11, 100):
        r = build(tmp_path, "main.cld", PLAIN[:cut])
        assert r.status == 2 and b"main.cld: offset " in r.err


def test_a_bomb_is_refused(tmp_path):
    body = gzip.compress(tar_of([]) + bytes(1 << 20), mtime=0)
    zeros = gzip.compress(bytes(64 << 20), mtime=0)
    for packed in (body, zeros):
        data = header(md5=hashlib.md5(packed).hexdigest()).ljust(512) + packed
        r = build(tmp_path, "main.cvd", data)
        assert r.status == 2 and b"0 .info files" in r.err


def test_unpack_writes_what_is_in_it(tmp_path):
    (tmp_path / "main.cvd").write_bytes(GOOD)
    r = candor("db", "unpack", tmp_path / "main.cvd", tmp_path / "out")
    assert (r.status, r.err) == (0, b"")
    wanted = {**MEMBERS, "COPYING": b"free\n", "main.info": info_of(ITEMS)}
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == wanted
    assert sorted(r.lines) == sorted(f"{n}\t{len(d)}" for n, d in wanted.items())


def test_unpack_replaces_nothing(tmp_path):
    (tmp_path / "main.cvd").write_bytes(GOOD)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "main.hdb").symlink_to(tmp_path / "elsewhere")
    r = candor("db", "unpack", tmp_path / "main.cvd", tmp_path / "out")
    assert r.status == 2 and r.out == b"" and b"main.hdb is there already" in r.err
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["main.hdb"]
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("case", WRONG)
def test_unpack_refuses_a_wrong_one(tmp_path, case):
    data, message = WRONG[case]
    (tmp_path / "main.cvd").write_bytes(data)
    r = candor("db", "unpack", tmp_path / "main.cvd", tmp_path / "out")
    assert r.status == 2 and message in r.err and b"offset " in r.err
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(shutil.which("sigtool") is None, reason="ClamAV is not installed")
def test_sigtool_reads_what_the_tests_make(tmp_path):
    (tmp_path / "main.cud").write_bytes(GOOD)
    r = subprocess.run(["sigtool", "--info", tmp_path / "main.cud"], stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, check=False)
    assert b"Version: 7" in r.stdout and b"Signatures: 4" in r.stdout


@pytest.mark.skipif(shutil.which("clamscan") is None, reason="ClamAV is not installed")
def test_clamscan_finds_the_same(tmp_path, scanned):
    # it takes a file without a signature at all, but not one with a wrong signature
    info = info_of(ITEMS).split(b"DSIG:")[0]
    (tmp_path / "main.cud").write_bytes(pack(ITEMS, info=info))
    r = subprocess.run(["clamscan", "-d", tmp_path / "main.cud", "--no-summary", scanned],
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert b"Test.Body.UNOFFICIAL" in r.stdout and b"Test.Hash.UNOFFICIAL" in r.stdout
    assert b"Left.Out" not in r.stdout

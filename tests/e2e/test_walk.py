"""Which files a scan meets: kinds, names, links, lists, patterns."""
import base64
import os
import socket
import subprocess

import pytest

from conftest import as_nobody, CANDOR, EICAR, scan, scan_json


def names(result, folder):
    return {os.path.relpath(p, folder) for p in result.files}


def test_special_files_are_counted(tree):
    os.mkfifo(tree / "fifo")
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tree / "socket"))
    (tree / "link").symlink_to("eicar.com")
    result = scan_json(tree)
    server.close()
    assert result.summary["skipped"] == {"fifo": 1, "socket": 1, "symlink": 1}
    assert result.summary["files"] == 4


@pytest.mark.skipif(os.geteuid() != 0, reason="making a device needs root")
def test_device_in_a_folder(tree):
    os.mknod(tree / "null", 0o600 | 0o020000, os.makedev(1, 3))
    assert scan_json(tree).summary["skipped"] == {"character-device": 1}


@pytest.mark.parametrize("path,kind", [("/dev/zero", "character-device"),
                                       ("/proc", "kernel-file-system"),
                                       ("/sys", "kernel-file-system"),
                                       ("/proc/self/status", "kernel-file-system")])
def test_named_specials_are_not_read(path, kind):
    result = scan_json(path)
    assert result.status == 0
    assert result.summary["skipped"] == {kind: 1}
    assert path.encode() in result.err


def test_links(tree):
    (tree / "to-file").symlink_to("eicar.com")
    (tree / "to-folder").symlink_to("sub")
    (tree / "loop").symlink_to(".")
    (tree / "sub" / "up").symlink_to("..")
    (tree / "dangling").symlink_to("nothing")
    result = scan_json(tree)
    assert result.summary["skipped"] == {"symlink": 5} and result.summary["files"] == 4
    followed = scan_json("--follow", tree)
    assert followed.summary["skipped"] == {"dangling-symlink": 1, "loop": 3}
    assert names(followed, tree) == {"eicar.com", "eicar.gz", "empty", "sub/text", "to-file",
                                     "to-folder/text"}
    # a link that is named is followed
    assert scan(tree / "to-file").status == 1
    assert names(scan_json(tree / "to-folder"), tree) == {"to-folder/text"}


HOSTILE = [b"new\nline", b"escape\x1b[2J\x1b]0;x\x07", b"not utf8 \xff\xfe", b"back\\slash",
           b"tab\there", b" blanks ", b"-rf", "right-to-left \u202e".encode(), b"quote\"'", b"%s%n",
           b"x" * 255]


def test_hostile_names(folder):
    for name in HOSTILE:
        with open(os.path.join(os.fsencode(folder), name), "wb") as f:
            f.write(EICAR)
    plain = scan(folder)
    found = [line for line in plain.lines if line.startswith("detected ")]
    assert len(found) == len(HOSTILE)
    assert all(32 <= c < 127 or c == 10 for c in plain.out)
    assert any("new\\nline" in line for line in found)
    assert any("not utf8 \\xff\\xfe" in line for line in found)
    exact = set()
    for file in scan_json(folder).objects[:-1]:
        path = base64.b64decode(file["path_b64"]) if "path_b64" in file else file["path"].encode()
        exact.add(os.path.basename(path))
    assert exact == set(HOSTILE)


def test_paths_longer_than_the_kernel_takes(folder):
    part = "d" * 200
    at = os.open(folder, os.O_RDONLY)
    for depth in range(40):
        os.mkdir(part, dir_fd=at)
        below = os.open(part, os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
        if depth % 10 == 9:
            with os.fdopen(os.open("eicar", os.O_WRONLY | os.O_CREAT, dir_fd=at), "wb") as f:
                f.write(EICAR)
    os.close(at)
    result = scan_json(folder)
    assert result.summary["detected"] == 4 and result.summary["not_scanned"] == 0
    longest = max(result.files, key=len)
    assert len(longest) > 8000
    # what was reported can be given back
    again = scan_json("--files-from", "-", input=longest.encode() + b"\n")
    assert set(again.files) == {longest} and again.status == 1


def test_path_of_4096_bytes(folder):
    path = str(folder)
    while len(path) < 4095 - 200:
        path += "/" + "p" * 199
    path += "/" + "q" * (4095 - len(path) - 1)
    os.makedirs(os.path.dirname(path))
    # the longest that open() takes: 4095 and a NUL
    with open(path, "wb") as f:
        f.write(EICAR)
    assert len(path) == 4095
    assert path in scan_json(folder).files
    assert scan(path).status == 1


def test_files_from(tree):
    listed = f"{tree}/eicar.com\n\n{tree}/sub\n".encode()
    (tree / "list").write_bytes(listed)
    for args, data in ((["--files-from", tree / "list"], None), (["--files-from", "-"], listed)):
        result = scan_json(*args, input=data) if data else scan_json(*args)
        assert names(result, tree) == {"eicar.com", "sub/text"}
    result = scan_json("--files-from", "-", "-0", input=os.fsencode(tree / "empty") + b"\0")
    assert names(result, tree) == {"empty"}
    # beside paths of the command line, and with one that is missing
    result = scan_json(tree / "empty", "--files-from", "-", input=b"/nothing/there\n")
    assert result.status == 2 and result.summary["files"] == 2


def test_files_from_with_newlines_in_names(folder):
    path = os.fsencode(folder) + b"/a\nb"
    with open(path, "wb") as f:
        f.write(EICAR)
    assert scan("--files-from", "-", "--null", input=path + b"\0").status == 1


def test_patterns(tree):
    (tree / "sub" / "deep").mkdir()
    (tree / "sub" / "deep" / "a.exe").write_bytes(b"x")

    def met(*args):
        return names(scan_json(*args, tree), tree)

    assert met("--exclude", "*.gz") == {"eicar.com", "sub/text", "empty", "sub/deep/a.exe"}
    assert met("--exclude", "sub") == {"eicar.com", "eicar.gz", "empty"}
    assert met("--exclude", "*/sub/deep") == {"eicar.com", "eicar.gz", "sub/text", "empty"}
    assert met("--include", "*.exe") == {"sub/deep/a.exe"}
    assert met("--include", "*.exe", "--include", "text") == {"sub/deep/a.exe", "sub/text"}
    assert met("--include", "*.exe", "--exclude", "deep") == set()
    # what is named is scanned whatever the patterns are
    assert scan("--exclude", "*", tree / "eicar.com").status == 1


def test_unreadable(tree):
    prefix = as_nobody()
    (tree / "eicar.com").chmod(0)
    (tree / "sub").chmod(0)
    result = scan_json(tree, prefix=prefix)
    (tree / "sub").chmod(0o755)
    for path in ("eicar.com", "sub"):
        file = result.files[f"{tree}/{path}"]
        assert file["verdict"] == "not-scanned" and file["reason"] == "unreadable"
        assert file["error"] == "Permission denied"
    assert result.summary["reasons"] == {"unreadable": 2}
    assert result.files[f"{tree}/eicar.gz"]["verdict"] == "detected"
    assert result.status == 1
    (tree / "eicar.gz").unlink()
    assert scan(tree, prefix=prefix).status == 2
    assert scan(tree, "--accept", "unreadable", prefix=prefix).status == 0


def test_one_file_system(tree):
    (tree / "other").mkdir()
    script = ('mount -t tmpfs none "$0/other" && echo x > "$0/other/x" && '
              f'exec "{CANDOR}" scan --json --one-file-system "$0"')
    done = subprocess.run(["unshare", "-m", "sh", "-c", script, str(tree)], capture_output=True)
    if b"unshare failed" in done.stderr or b"mount" in done.stderr:
        pytest.skip("mounting is not permitted")
    assert b'"skipped":{"other-file-system":1}' in done.stdout
    assert b'/other/x"' not in done.stdout

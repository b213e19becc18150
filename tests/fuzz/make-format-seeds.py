#!/usr/bin/env python3
"""Writes the seeds of the format targets to tests/data/fuzz/format-<name>/, and those of
parts of facts that belong to no format to tests/data/fuzz/<module>/.

The names say what is expected: good-, bad-, slow-. Run it from anywhere.
"""
import pathlib
import struct
import zlib

DATA = pathlib.Path(__file__).resolve().parent.parent / "data" / "fuzz"


def write(form, name, data):
    write_in(f"format-{form}", name, data)


def write_in(folder, name, data):
    folder = DATA / folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def gzip_member(data, name=b"", extra=b"", comment=b"", header_sum=False):
    flags = (8 if name else 0) | (4 if extra else 0) | (16 if comment else 0)
    flags |= 2 if header_sum else 0
    head = b"\x1f\x8b\x08" + bytes([flags]) + bytes(5) + b"\x03"
    if extra:
        head += struct.pack("<H", len(extra)) + extra
    head += (name + b"\0" if name else b"") + (comment + b"\0" if comment else b"")
    if header_sum:
        head += struct.pack("<H", zlib.crc32(head) & 0xFFFF)
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = deflate.compress(data) + deflate.flush()
    return head + packed + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def make_gzip():
    hello = gzip_member(b"hello")
    write("gzip", "good-one", gzip_member(b"hello", b"a.txt"))
    write("gzip", "good-all-parts", gzip_member(b"hello", b"a.txt", b"xx\2\0ab", b"comment", True))
    write("gzip", "good-two-members", gzip_member(b"one") + gzip_member(b"two"))
    write("gzip", "good-padding", gzip_member(b"one") + bytes(600))
    write("gzip", "good-garbage", gzip_member(b"one") + bytes(3) + b"garbage")
    write("gzip", "bad-crc", hello[:-8] + b"\1\2\3\4" + hello[-4:])
    write("gzip", "bad-cut", gzip_member(b"hello" * 9)[:-12])
    write("gzip", "slow-zeros", gzip_member(bytes(300000)))


def elf(bits, order):
    end, wide = ("<" if order == 1 else ">"), ("Q" if bits == 64 else "I")
    head, segment, section = (64, 56, 64) if bits == 64 else (52, 32, 40)
    names = b"\0.text\0.shstrtab\0"
    text = head + segment
    name_at = text + 16
    data = b"\x7fELF" + bytes([bits // 32, order, 1]) + bytes(9)
    data += struct.pack(end + "HHI" + wide * 3 + "IHHHHHH", 2, 62 if bits == 64 else 3, 1,
                        0x1000 + text, head, name_at + len(names), 0, head, segment, 1, section, 3, 2)
    if bits == 64:
        data += struct.pack(end + "IIQQQQQQ", 1, 5, 0, 0x1000, 0x1000, name_at, name_at, 4096)
    else:
        data += struct.pack(end + "IIIIIIII", 1, 0, 0x1000, 0x1000, name_at, name_at, 5, 4096)
    data += b"\x90" * 16 + names
    for row in [(0, 0, 0, 0, 0, 0), (1, 1, 6, 0x1000 + text, text, 16),
                (7, 3, 0, 0, name_at, len(names))]:
        data += struct.pack(end + "II" + wide * 4 + "II" + wide * 2, *row, 0, 0, 1, 0)
    return data


def make_elf():
    for bits in (32, 64):
        for order, word in ((1, "le"), (2, "be")):
            write("elf", f"good-{bits}-{word}", elf(bits, order))
    write("elf", "bad-cut", elf(64, 1)[:100])
    extended = bytearray(elf(64, 1))
    extended[56:58], extended[60:62] = b"\xff\xff", b"\0\0"
    write("elf", "good-extended-counts", bytes(extended))


def pe(plus=False, alignment=512, raw_at=512, raw_size=16):
    optional = bytearray(240 if plus else 224)
    struct.pack_into("<H", optional, 0, 0x20B if plus else 0x10B)
    struct.pack_into("<I", optional, 16, 0x1000)
    struct.pack_into("<II", optional, 32, 4096, alignment)
    struct.pack_into("<I", optional, 60, 512)
    data = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0"
    data += struct.pack("<HHIIIHH", 0x14C, 1, 0, 0, 0, len(optional), 0x102) + bytes(optional)
    data += b".text\0\0\0" + struct.pack("<IIIIIIHHI", 16, 0x1000, raw_size, raw_at, 0, 0, 0, 0,
                                         0x60000020)
    return data.ljust(512, b"\0") + b"\xc3" * 16


def make_pe():
    write("pe", "good-32", pe())
    write("pe", "good-64", pe(True))
    write("pe", "good-odd-alignment", pe(False, 4096, 512))
    write("pe", "good-zero-alignment", pe(False, 0, 513, 9))
    write("pe", "bad-cut", pe()[:300])


def dex(classes=1):
    """A class with two fields and two methods, one of which has code."""
    texts = [b"<init>", b"LMain;", b"V", b"count", b"run", b"I", b"Main.java"]
    tables = [7, 3, 1, 2, 2, classes]
    sizes = [4, 4, 12, 8, 8, 32]
    at, offsets = 112, []
    for count, size in zip(tables, sizes):
        offsets.append(at)
        at += count * size
    code_at = at
    code = struct.pack("<HHHHII", 2, 1, 0, 0, 0, 3) + b"\x12\x00\x0e\x00\x00\x00"
    data_at = code_at + len(code)
    lead = bytes([0x80 | code_at & 0x7F, code_at >> 7])
    data = b"\1\1\1\1" + b"\0\x09" + b"\1\2" + b"\0\x81\x80\x04" + lead + b"\1\1\0"
    text_ats, text = [], b""
    for item in texts:
        text_ats.append(data_at + len(data) + len(text))
        text += bytes([len(item)]) + item + b"\0"
    map_at = data_at + len(data) + len(text)
    listed = struct.pack("<IHHIIHHII", 2, 0, 0, 1, 0, 0x1000, 0, 1, map_at)
    body = struct.pack("<7I", *text_ats) + struct.pack("<3I", 1, 2, 5) + struct.pack("<3I", 2, 1, 0)
    body += struct.pack("<HHIHHI", 0, 2, 3, 0, 2, 4) + struct.pack("<HHIHHI", 0, 0, 0, 0, 0, 4)
    body += struct.pack("<8I", 0, 1, 0xFFFFFFFF, 0, 6, 0, data_at, 0) * classes
    body += code + data + text + listed
    head = b"dex\n035\0" + struct.pack("<I", zlib.adler32(body)) + bytes(range(1, 21))
    head += struct.pack("<IIIIII", 112 + len(body), 112, 0x12345678, 0, 0, map_at)
    for count, offset in zip(tables, offsets):
        head += struct.pack("<II", count, offset)
    return head + struct.pack("<II", len(data) + len(text), data_at) + body


def make_dex():
    write_in("dex", "good-one-class", dex())
    write_in("dex", "good-two-classes", dex(2))
    write_in("dex", "bad-cut", dex()[:300])


def lnk(wide):
    flags = 0x7F | (0x80 if wide else 0)
    data = struct.pack("<I", 76) + bytes.fromhex("0114020000000000c000000000000046")
    data += struct.pack("<IIQQQIIIHHII", flags, 32, 10**17 * 2, 0, 10**17 * 2, 5, 1, 7, 0, 0, 0, 0)
    guid = bytes(range(16))
    items = [b"\x1f\x50" + guid, b"\x2fC:\\".ljust(21, b"\0"), b"\x31".ljust(12, b"\0") + b"a.txt\0",
             b"\xc2..\\\\host\\share\0", b"\0".ljust(10, b".") + b"a.cpl\0"]
    listed = b"".join(struct.pack("<H", len(item) + 2) + item for item in items) + b"\0\0"
    data += struct.pack("<H", len(listed)) + listed
    head = 36 if wide else 28
    volume = struct.pack("<IIII", 24, 3, 0x1234, 20 if wide else 16)
    volume += struct.pack("<I", 20) + b"V\0\0\0" if wide else b"VOL".ljust(8, b"\0")
    path, suffix = (b"C\0:\0\0\0", b"e\0\0\0") if wide else (b"C:\\\0", b"end\0")
    at = head + len(volume)
    info = struct.pack("<IIIII", head, 3, head, at, 0) + struct.pack("<I", at + len(path))
    info += struct.pack("<II", at, at + len(path)) if wide else b""
    info += volume + path + suffix
    data += struct.pack("<I", len(info) + 4) + info
    for text in ["name", "..\\a.txt", "C:\\", "/c dir", "icon.dll"]:
        data += struct.pack("<H", len(text)) + text.encode("utf-16-le" if wide else "ascii")
    data += struct.pack("<IIII", 96, 0xA0000003, 88, 0) + b"machine".ljust(16, b"\0") + guid * 4
    return data + struct.pack("<I", 0)


def make_lnk():
    write_in("lnk", "good-narrow", lnk(False))
    write_in("lnk", "good-wide", lnk(True))
    write_in("lnk", "good-overlay", lnk(False) + b"overlay")
    write_in("lnk", "bad-cut", lnk(True)[:200])


def macho(bits, end, start):
    wide = "Q" if bits == 64 else "I"
    cpu = 0x1000007 if bits == 64 else 7
    segment = struct.pack(end + "16s" + wide * 4 + "IIII", b"__TEXT", 0x1000, 0x1000, 0, 0x1000, 7, 5,
                          1, 0)
    segment += struct.pack(end + "16s16s" + wide * 2 + "7I" + ("I" if bits == 64 else ""), b"__text",
                           b"__TEXT", 0x1100, 16, 0x100, *range(7 if bits == 64 else 6))
    segment = struct.pack(end + "II", 0x19 if bits == 64 else 1, len(segment) + 8) + segment
    if start == "main":
        thread = struct.pack(end + "IIQQ", 0x80000028, 24, 0x100, 0x4000)
    else:
        size, at = (168, 128) if bits == 64 else (64, 40)
        state = bytes(at) + struct.pack(end + wide, 0x1100)
        thread = struct.pack(end + "IIII", 5, 16 + size, 4, size // 4) + state.ljust(size, b"\0")
    head = struct.pack(end + "7I", 0xFEEDFACF if bits == 64 else 0xFEEDFACE, cpu, 3, 2, 2,
                       len(segment) + len(thread), 0x85)
    return head + (bytes(4) if bits == 64 else b"") + segment + thread + b"\xc3" * 16


def fat(bits, *files):
    row = ">IIQQII" if bits == 64 else ">IIIII"
    at = 8 + struct.calcsize(row) * len(files)
    head = struct.pack(">II", 0xCAFEBABF if bits == 64 else 0xCAFEBABE, len(files))
    for cpu, data in files:
        head += struct.pack(row, cpu, 3, at, len(data), 2, *([0] if bits == 64 else []))
        at += len(data)
    return head + b"".join(data for _, data in files)


def make_macho():
    for bits in (32, 64):
        for end, word in (("<", "le"), (">", "be")):
            write("macho", f"good-{bits}-{word}-main", macho(bits, end, "main"))
            write("macho", f"good-{bits}-{word}-thread", macho(bits, end, "thread"))
        both = (7, macho(32, "<", "thread")), (0x1000007, macho(64, "<", "main"))
        write("macho", f"good-fat-{bits}", fat(bits, *both))
    write("macho", "bad-cut", macho(64, "<", "main")[:100])


if __name__ == "__main__":
    make_gzip()
    make_elf()
    make_pe()
    make_dex()
    make_lnk()
    make_macho()

#!/usr/bin/env python3
"""Writes the seeds of the format targets to tests/data/fuzz/format-<name>/.

The names say what is expected: good-, bad-, slow-. Run it from anywhere.
"""
import pathlib
import struct
import zlib

DATA = pathlib.Path(__file__).resolve().parent.parent / "data" / "fuzz"


def write(form, name, data):
    folder = DATA / f"format-{form}"
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


if __name__ == "__main__":
    make_gzip()
    make_elf()
    make_pe()

#!/usr/bin/env python3
"""Write the rule files of this folder whose patterns are texts.

usage: rules/generate.py [--check]
With --check nothing is written and the exit status says whether the files are up to date.
README.md in this folder tells what each rule is for. The texts stand here in pieces, so that
this file is not taken for what it describes.
"""
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
EICAR_MOST = 128
EICAR_PADDING = b" \t\n\r\x1a"
GTUBE = b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-" + b"STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
GTUBE_MOST = 256 * 1024


def eicar():
    """The string at the start, and at no place behind it a byte that is no padding.

    Sub-signature 0 is the string, sub-signature k + 1 the string, k bytes and a byte that is
    no padding; only the first may match.
    """
    text = EICAR.hex()
    other = "!(" + "|".join(f"{byte:02x}" for byte in EICAR_PADDING) + ")"
    subs = [f"0:{text}"]
    for k in range(EICAR_MOST - len(EICAR)):
        gap = f"{{{k}}}" if k else ""
        subs.append(f"0:{text}{gap}{other}")
    expression = "&".join(["0"] + [f"{i}=0" for i in range(1, len(subs))])
    size = f"{len(EICAR)}-{EICAR_MOST}"
    return (f"Eicar-Test-File;Engine:51-255,Target:0,FileSize:{size};{expression};"
            + ";".join(subs) + "\n")


def gtube():
    """The string as a whole line of something that has the size of a mail."""
    return (f"Test.GTUBE;Engine:51-255,Target:0,FileSize:{len(GTUBE)}-{GTUBE_MOST};0;"
            f"(L){GTUBE.hex()}(L)\n")


FILES = {
    "eicar.ldb": ("The EICAR standard anti-virus test file.", eicar),
    "gtube.ldu": ("The generic test for unsolicited bulk email.", gtube),
}


def main():
    stale = 0
    for name, (comment, make) in FILES.items():
        text = f"# {comment} Made by generate.py; see README.md.\n{make()}"
        path = FOLDER / name
        if sys.argv[1:] == ["--check"]:
            if not path.exists() or path.read_text() != text:
                print(f"{name} is not what generate.py writes")
                stale = 1
        else:
            path.write_text(text)
    return stale


if __name__ == "__main__":
    sys.exit(main())

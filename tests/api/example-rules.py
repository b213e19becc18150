"""example-rules.py PROGRAM WORKER: the example shows what rules of YARA say of a file."""
import pathlib
import subprocess
import sys
import tempfile

program, worker = sys.argv[1:3]
failures = 0

RULES = """import "console"
rule first : one two {
    meta:
        author = "somebody"
        level = -3
        sure = true
    strings:
        $a = "secret" xor(1-255)
        $b = { 00 ff 01 02 [1-2] 7a }
    condition:
        console.log("at ", @a) and all of them and is_example and filename == "hit"
}
rule second { condition: first and filesize == 24 }
rule third { condition: not second }
"""
HIT = b"....\x00\xff\x01\x02yz......" + bytes(c ^ 0x20 for c in b"secret") + b".."
WANT = r"""log: at 16
default:first [one] [two]
  author = somebody
  level = -3
  sure = true
  0x10:6:$a: SECRET xor 0x20
  0x4:6:$b: \x00\xff\x01\x02yz
default:second
"""


def expect(name, status, output, rules, file, text=None):
    global failures
    run = subprocess.run([program, str(rules), str(file), worker], text=True, timeout=60,
                         input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if run.returncode != status or output != run.stdout:
        print(f"{name}: got {run.returncode} and {run.stdout!r}, want {status} and {output!r}")
        failures += 1


with tempfile.TemporaryDirectory() as folder:
    root = pathlib.Path(folder)
    hit, miss, empty = root / "hit", root / "miss", root / "empty"
    hit.write_bytes(HIT)
    miss.write_bytes(b"nothing")
    empty.write_bytes(b"")
    rules = root / "rules.yar"
    rules.write_text(RULES)
    bad = root / "bad.yar"
    bad.write_text("rule ok { condition: true }\nrule bad {\n  condition: $x\n}\n"
                   "rule worse { condition: nowhere }\n")
    outer, inner = root / "outer.yar", root / "inner.yar"
    outer.write_text('include "inner.yar"\nrule outer { condition: inner }\n')
    inner.write_text("rule inner { condition: filesize == 0 }\n")

    expect("from a file", 1, WANT, rules, hit)
    expect("from memory", 1, WANT, "-", hit, RULES)
    expect("no match", 1, "default:third\n", rules, miss)
    expect("an empty file", 1, "default:inner\ndefault:outer\n", outer, empty)
    expect("nothing", 0, "", outer, hit)
    expect("errors", 9,
           f"""{bad}:3:14: error: undefined string "$x"
    condition: $x
{bad}:5:25: error: undefined identifier "nowhere"
  rule worse {{ condition: nowhere }}
  hint: did you mean owner?
scan-rules: {bad}:3:14: undefined string "$x"
""", bad, hit)
    expect("no such rules", 9, f"scan-rules: {root}/none: cannot open: No such file or directory\n",
           root / "none", hit)
    expect("no such file", 9, "scan-rules: Bad file descriptor\n", rules, root / "none")
sys.exit(failures != 0)

"""Rules whose strings are cut out of real files, so that they match in those and in others."""
import re

CONDITIONS = ["any of them", "all of them", "2 of them", "#a > 1", "#a == 1 and not $b",
              "$a in (0..filesize \\ 2)", "@a[1] < 4096 or $c", "!a[1] > 3 or #b in (0..65536) > 1",
              "for any i in (1..#a) : (@a[i] % 4 == 0)", "for any of them : ($ in (0..1024))",
              "any of them and uint16(0) == uint16(0)", "$a and filesize > 1KB",
              "any of them and elf.number_of_sections > 20", "any of them and pe.number_of_sections > 3",
              "any of them and math.entropy(0, filesize) > 5.0", "for all of ($a, $b) : (@ > 16)",
              "any of them and elf.type == elf.ET_DYN", "$a at @a[1] and uint8(@a[1]) != 0",
              "any of them and pe.machine == pe.MACHINE_I386", "any of them and pe.is_dll()",
              "any of them and hash.md5(0, 16) != hash.md5(16, 16)"]
JOINS = ["[1-4]", "[2]", "??", "[0-2]"]


def cut(data, rng):
    """4 to 20 bytes of a file with something to tell them by, or None."""
    for _ in range(20):
        at = rng.randrange(max(1, len(data) - 20))
        piece = data[at:at + rng.randint(4, 20)]
        if len(piece) >= 4 and len(set(piece[:4]) - {0, 32, 255}) >= 3:
            return piece
    return None


def text(piece, rng):
    modifiers = rng.choice(["", "", " nocase", " ascii wide", " fullword", " wide", " nocase fullword",
                            " xor(0-3)", " ascii nocase", " private", " base64"])
    return '"' + "".join(f"\\x{b:02x}" for b in piece) + '"' + modifiers


def hexadecimal(piece, rng):
    parts = [f"{b:02X}" for b in piece]
    for i in range(2, len(parts) - 1):
        kind = rng.randrange(8)
        if kind == 0:
            parts[i] = rng.choice([parts[i][0] + "?", "?" + parts[i][1], "??"])
        elif kind == 1:
            parts[i] = f"({parts[i]} | {rng.randrange(256):02X} {rng.randrange(256):02X})"
        elif kind == 2:
            parts[i] = f"{rng.choice(JOINS)} {parts[i]}"
    return "{ " + " ".join(parts) + " }"


def expression(piece, rng):
    parts = []
    is_greedy = rng.randrange(2) == 0
    for i, byte in enumerate(piece):
        char = f"\\x{byte:02x}"
        kind = rng.randrange(9) if i > 3 else 8
        choices = [".", f"[^{char}]", f"({char}|\\w)", f"{char}+", f"{char}{{1,3}}", ".{0,4}",
                   f"({char}|{char}\\x00|xyz)", f"[\\x00-{char}]"]
        part = choices[kind] if kind < len(choices) else char
        parts.append(part + ("?" if part[-1] in "+}" and not is_greedy else ""))
    return "/" + "".join(parts) + "/" + rng.choice(["", "", "i", "s"]) + rng.choice(["", "", " wide ascii"])


def rules_of(files, count, rng):
    """The text of up to `count` rules."""
    made = ['import "elf"\nimport "pe"\nimport "math"\nimport "hash"\n']
    while files and len(made) <= count:
        data = rng.choice(files).read_bytes()
        pieces = [cut(data, rng) for _ in range(3)]
        if None in pieces:
            continue
        strings = "".join(f"    ${name} = {rng.choice([text, hexadecimal, expression])(piece, rng)}\n"
                          for name, piece in zip("abc", pieces))
        condition = rng.choice(CONDITIONS)
        unused = [name for name in "abc" if not re.search(rf"[$#@!]{name}\b|them", condition)]
        condition += "".join(f" or ${name}" for name in unused)
        made.append(f"rule Cut{len(made)} {{\n  strings:\n{strings}  condition:\n    {condition}\n}}\n")
    return "".join(made)

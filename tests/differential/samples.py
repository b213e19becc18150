"""Bytes in which the strings of rules of YARA stand, so that many of the rules match.

A rule is read only as far as that takes: the texts, hex strings and regular expressions that it
defines with their modifiers, and what its condition says about the start of a file, its size and
the place of strings. What is read wrongly makes a sample that does not match, no more.
"""
import base64
import re

try:
    from re import _constants as sre, _parser as sre_parse
except ImportError:  # before Python 3.11
    import sre_constants as sre
    import sre_parse

RULE = re.compile(r"^[ \t]*(?:(?:private|global)\s+)*rule\s+(\w+)", re.M)
WORDS = r"(?:ascii|wide|nocase|fullword|private|xor|base64wide|base64)(?:\s*\([^)]*\))?"
STRING = re.compile(r"(\$\w*)\s*=\s*(?:\"(?P<text>(?:[^\"\\\n]|\\.)*)\"|\{(?P<hex>[^}]*)\}"
                    r"|/(?P<regex>(?:[^/\\\n]|\\.)+)/(?P<flags>[is]*))"
                    rf"(?P<words>(?:\s+{WORDS})*)")
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
START = re.compile(r"uint(8|16|32)(be)?\s*\(\s*(0|0x0+)\s*\)\s*==\s*(0x[0-9A-Fa-f]+)")
LARGER = re.compile(r"filesize\s*>=?\s*(\d+)\s*(KB|MB|)")
AT = re.compile(r"(\$\w+)\s+at\s+(0x[0-9A-Fa-f]+|\d+|pe\.entry_point|entrypoint)")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
UNITS = {"": 1, "KB": 1024, "MB": 1024 * 1024}
SIZE_MAX = 1 << 20
REPEAT_MAX = 3
PLAIN = b"abcdefghij0123456789 _-"


def rules_of(text):
    """(name, body) of each rule of a source."""
    starts = list(RULE.finditer(text))
    for i, start in enumerate(starts):
        end = starts[i + 1].start() if i + 1 < len(starts) else len(text)
        yield start[1], text[start.end():end]


def text_bytes(text):
    return re.sub(r"\\(x[0-9A-Fa-f]{2}|.)",
                  lambda m: chr(int(m[1][1:], 16)) if len(m[1]) > 1 else ESCAPES.get(m[1], m[1]),
                  text).encode("latin-1", "replace")


HEX_TOKEN = re.compile(r"\[([^\]]*)\]|(~?)([0-9A-Fa-f?]{2})|([(|)])")


def hex_sequence(tokens, rng):
    """Bytes for the tokens up to the next | or ) of this level."""
    made = bytearray()
    while tokens and tokens[0][3] not in ("|", ")"):
        jump, negation, digits, bracket = tokens.pop(0)
        if bracket == "(":
            choices = [hex_sequence(tokens, rng)]
            while tokens and tokens.pop(0)[3] == "|":
                choices.append(hex_sequence(tokens, rng))
            made += rng.choice(choices)
        elif digits:
            value = int(re.sub(r"\?", lambda _: rng.choice("0123456789abcdef"), digits), 16)
            made.append(value ^ 0x11 if negation else value)
        else:
            low, _, high = jump.partition("-")
            low = int(low.strip() or 0)
            high = int(high.strip()) if high.strip() else low
            made += rng.randbytes(min(rng.choice([low, low, high]), 4096))
    return bytes(made)


def hex_bytes(text, rng):
    return hex_sequence(HEX_TOKEN.findall(COMMENT.sub("", text)), rng)


CATEGORIES = {
    sre.CATEGORY_DIGIT: b"0123456789", sre.CATEGORY_NOT_DIGIT: b"abc_ ",
    sre.CATEGORY_SPACE: b" \t", sre.CATEGORY_NOT_SPACE: b"abc019_",
    sre.CATEGORY_WORD: b"abcXYZ019_", sre.CATEGORY_NOT_WORD: b" -.",
}


def class_byte(items, rng):
    """A byte of a class, the items of IN."""
    chosen = set()
    for kind, value in items:
        if kind == sre.LITERAL:
            chosen.add(value)
        elif kind == sre.RANGE:
            chosen.update(range(value[0], value[1] + 1))
        elif kind == sre.CATEGORY:
            chosen.update(CATEGORIES[value])
    if items[0][0] == sre.NEGATE:
        chosen = set(PLAIN) - chosen or set(range(1, 256)) - chosen
    return rng.choice(sorted(chosen)) if chosen else 0x20


def tree_bytes(tree, rng):
    """Bytes for a parsed regular expression. What is behind its parts nests as deep as they do."""
    made = bytearray()
    for kind, value in tree:
        if kind == sre.LITERAL:
            made.append(value)
        elif kind == sre.NOT_LITERAL:
            made.append(rng.choice([b for b in PLAIN if b != value]))
        elif kind == sre.ANY:
            made.append(rng.choice(PLAIN))
        elif kind == sre.IN:
            made.append(class_byte(value, rng))
        elif kind == sre.BRANCH:
            made += tree_bytes(rng.choice(value[1]), rng)
        elif kind == sre.SUBPATTERN:
            made += tree_bytes(value[3], rng)
        elif kind in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            low, high, part = value
            for _ in range(rng.randint(low, min(int(high), low + REPEAT_MAX))):
                made += tree_bytes(part, rng)
    return bytes(made)


def regex_bytes(text, rng):
    try:
        tree = sre_parse.parse(text.replace("\\/", "/").encode("latin-1", "replace"))
    except (re.error, OverflowError):
        return b""
    return tree_bytes(tree, rng)


def widened(data):
    return bytes(b for byte in data for b in (byte, 0))


def xored(data, argument, rng):
    bounds = [int(n, 0) for n in re.findall(r"0x[0-9A-Fa-f]+|\d+", argument)] or [0, 255]
    key = rng.randint(bounds[0], bounds[-1])
    return bytes(b ^ key for b in data)


def encoded(data, argument, rng):
    made = base64.b64encode(rng.randbytes(rng.randrange(3)) + data + rng.randbytes(3))
    alphabet = re.search(r"\"((?:[^\"\\]|\\.)*)\"", argument)
    own = text_bytes(alphabet[1]) if alphabet else b""
    if len(own) != 64:
        return made
    usual = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return made.translate(bytes.maketrans(usual, own))


def forms(data, words, rng):
    """The forms in which a string may stand in a file, with its modifiers."""
    names = {m[1]: m[2] or "" for m in re.finditer(r"(\w+)\s*(\([^)]*\))?", words)}
    if "nocase" in names:
        data = bytes(b ^ 0x20 if chr(b).isalpha() and b < 128 and rng.random() < 0.3 else b
                     for b in data)
    made = [data] if "wide" not in names or "ascii" in names else []
    if "wide" in names:
        made.append(widened(data))
    if "xor" in names:
        made = [xored(form, names["xor"], rng) for form in made]
    coded = [encoded(form, names["base64"], rng) for form in made if "base64" in names]
    coded += [widened(encoded(form, names["base64wide"], rng)) for form in made
              if "base64wide" in names]
    return coded or made


def strings_of(body, rng):
    """(name, bytes) for all forms of all strings of a rule."""
    for match in STRING.finditer(body):
        if match["text"] is not None:
            data = text_bytes(match["text"])
        elif match["hex"] is not None:
            data = hex_bytes(match["hex"], rng)
        else:
            data = regex_bytes(match["regex"], rng)
            if "i" in match["flags"]:
                data = data.swapcase()
        for form in forms(data, match["words"], rng):
            yield match[1], form


class Skeletons:
    """What a file begins with: {first bytes: whole small program}, and where it is entered."""

    def __init__(self, programs):
        self.programs = [path.read_bytes() for path in programs]

    def like(self, start, body, rng):
        wants_pe = start[:2] == b"MZ" or "pe." in body or "entrypoint" in body
        for program in rng.sample(self.programs, len(self.programs)):
            if start and program.startswith(start) or wants_pe and program[:2] == b"MZ":
                return bytearray(program)
        return bytearray(start + bytes(64))


def entry_of(data):
    """The offset in the file of the entry point of a PE file, or None."""
    if data[:2] != b"MZ" or len(data) < 0x100:
        return None
    header = int.from_bytes(data[0x3C:0x40], "little")
    if data[header:header + 4] != b"PE\0\0":
        return None
    count = int.from_bytes(data[header + 6:header + 8], "little")
    sections = header + 24 + int.from_bytes(data[header + 20:header + 22], "little")
    entry = int.from_bytes(data[header + 40:header + 44], "little")
    for at in range(sections, sections + 40 * count, 40):
        address, size, offset = (int.from_bytes(data[at + n:at + n + 4], "little")
                                 for n in (12, 16, 20))
        if address <= entry < address + size:
            return entry - address + offset
    return None


def place(data, at, piece):
    if at is not None and at + len(piece) <= SIZE_MAX:
        data.extend(bytes(max(0, at + len(piece) - len(data))))
        data[at:at + len(piece)] = piece


def sample(body, skeletons, rng):
    """A file for a rule: a start as its condition wants it, and all its strings."""
    start = START.search(body)
    head = b""
    if start:
        size = int(start[1]) // 8
        value = int(start[4], 16) % 256**size
        head = value.to_bytes(size, "big" if start[2] else "little")
    data = skeletons.like(head, body, rng)
    pieces = list(strings_of(body, rng))
    wanted = {name: at for name, at in AT.findall(body)}
    for _ in range(3 if "#" in body else 1):
        rng.shuffle(pieces)
        for _, piece in pieces:
            data += b"\n" + piece
    data += b"\n"
    larger = LARGER.search(body)
    if larger:
        data.extend(bytes(max(0, min(int(larger[1]) * UNITS[larger[2]] + 1, SIZE_MAX)
                              - len(data))))
    for name, piece in pieces:
        if name in wanted:
            at = wanted[name]
            place(data, int(at, 0) if at[0].isdigit() else entry_of(data), piece)
    return bytes(data)

"""Rules made to be slow or large: each compiles and matches, or says what is wrong."""
import pytest

from conftest import candor


def chained(word, times):
    return f"{word} or " * times + "false"


MANY = "".join(f"rule a{i} {{ condition: false }}\n" for i in range(2000)) + "rule a { condition: true }\n"
STRINGS = "".join(f'$a{i} = "string{i:06d}"\n' for i in range(2000))
# name, source, the rule that holds of "string000007"
COMPILE = {
    "one set of rules, many times": (MANY + f"rule b {{ condition: {chained('any of (a*)', 5000)} }}", "b"),
    "one set of rules, in many rules":
        (MANY + "".join(f"rule b{i} {{ condition: 1 of (a*) }}\n" for i in range(2000)), "b1999"),
    "one set of strings, many times":
        (f"rule b {{ strings: {STRINGS} condition: {chained('any of ($a*)', 5000)} }}", "b"),
    "the same set in two rules":
        ('rule c { strings: $a = "nowhere" condition: any of ($a*) }\n'
         'rule b { strings: $a = "string" condition: any of ($a*) }', "b"),
    "a long chain": (f"rule b {{ condition: {'filesize == 1 or ' * 100000} true }}", "b"),
    "many tags": (f"rule b : {' '.join(f't{i}' for i in range(20000))} {{ condition: true }}", "b"),
    "repetitions too long to match":
        ('rule c { strings: $a = /abcd((x{1000}){1000}){1000}y/ condition: $a }\n'
         "rule b { condition: true }", "b"),
}
REFUSED = {
    "parentheses": ("(" * 10000 + "true" + ")" * 10000, "nested more than 100 deep"),
    "loops": ("for any i in (1..9) : (" * 5000 + "true" + ")" * 5000, "nested more than 100 deep"),
    "signs": ("-" * 50000 + "1 == 1", "nested more than 100 deep"),
    "itself": ("b", 'undefined identifier "b"'),
    "sets that differ": (chained("any of (a*, a1)", 1) + "".join(
        f" or any of (a*, a{i % 2000}, a{i // 2000})" for i in range(9000)),
        "name too many rules or strings"),
}


@pytest.fixture
def compiled(tmp_path):
    def run(text):
        (tmp_path / "r.yar").write_text(text)
        (tmp_path / "f").write_bytes(b"string000007")
        return candor("yara", "-w", tmp_path / "r.yar", tmp_path / "f")
    return run


@pytest.mark.parametrize("name", COMPILE)
def test_compiles_and_matches(compiled, tmp_path, name):
    text, holds = COMPILE[name]
    r = compiled(text)
    assert r.status == 0 and r.err == b"" and f"{holds} {tmp_path}/f" in r.lines
    assert f"c {tmp_path}/f" not in r.lines


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused_with_its_reason(compiled, name):
    condition, reason = REFUSED[name]
    r = compiled(MANY + f"rule b {{ condition: {condition} }}")
    assert r.status == 1 and reason.encode() in r.err and r.out == b""


def test_many_errors_in_one_line_are_told(compiled):
    r = compiled(f"rule b {{ condition: {chained('nothing', 20000)} }}")
    assert r.status == 1 and b'undefined identifier "nothing"' in r.err


SLOW = {
    "Expression": ('strings: $a = /((a+)+b?)+c/', "$a"),
    "Loop": ("", "for all i in (0..1000000000) : (i >= 0)"),
    "Nested": ("", "for all i in (0..30000) : (for all j in (0..30000) : (i + j >= 0))"),
    "Counted": ('strings: $a = "a"', "for all i in (1..#a) : (for all j in (1..#a) : (@a[j] >= 0))"),
}


def test_slow_rules_are_named_and_the_others_finish(tmp_path):
    (tmp_path / "slow.yar").write_text(
        "".join(f"rule {name} {{ {strings} condition: {condition} }}\n"
                for name, (strings, condition) in SLOW.items()) +
        'rule Fine { strings: $a = "needle" condition: #a == 1 and not #b > 1 }'
        .replace(" condition", ' $b = "nothing" condition'))
    (tmp_path / "text").write_bytes(b"a" * (1 << 20) + b"needle")
    r = candor("yara", "-w", tmp_path / "slow.yar", tmp_path / "text")
    assert r.lines == [f"Fine {tmp_path}/text"]
    for name in SLOW:
        assert f'rule "{name}" was not decided'.encode() in r.err

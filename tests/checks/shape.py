"""The size of things: files, functions, nesting, parameters, columns, and no leftovers.

Files of nothing but tables (.def) have no bound. A function is what the house
layout shows as one: a brace alone in column 0 opens its body and another closes it.
"""
import re

import tree

FILE_LINES = 600
FUNCTION_LINES = 80
BLOCKS = 4
PARAMETERS = 6
COLUMNS = 100
LEFTOVER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
FOLDERS = ("src", "include", "examples", "tests", "bench")


def functions(source):
    """(first line, name, lines, deepest block, parameters) of each function in blanked code."""
    lines = source.split("\n")
    start = None
    for number, line in enumerate(lines):
        if line.rstrip() == "{" and start is None:
            start = number
        elif line.rstrip() == "}" and start is not None:
            first, head = signature(lines, start)
            body = "\n".join(lines[start + 1:number])
            yield first + 1, name_of(head), number - first + 1, deepest(body), parameters(head)
            start = None


def signature(lines, brace):
    first = brace
    while first > 0 and lines[first - 1].strip() and lines[first - 1][0] not in "#};":
        if lines[first - 1].rstrip().endswith(";"):
            break
        first -= 1
    return first, " ".join(lines[first:brace])


def name_of(head):
    match = re.search(r"(\w+)\s*\(", re.sub(r"__attribute__\s*\(\(.*?\)\)", "", head))
    return match.group(1) if match else "?"


def parameters(head):
    inside = head[head.find("(") + 1:head.rfind(")")].strip()
    if inside in ("", "void"):
        return 0
    depth, count = 0, 1
    for c in inside:
        depth += (c == "(") - (c == ")")
        count += c == "," and depth == 0
    return count


def deepest(body):
    """Nested blocks; the braces of an initialiser or a compound literal are none."""
    stack, most, previous = [], 0, ""
    for match in re.finditer(r"[{}]|\w+|[^\s\w]", body):
        token = match.group()
        if token == "{":
            stack.append(previous in (")", "else", "do", "{", ";", "}", ":", ""))
            if previous == ")" and re.search(r"[=,(&]\s*\([^()]*\)\s*$", body[:match.start()]):
                stack[-1] = False
            if len(stack) > 1 and not stack[-2]:
                stack[-1] = False
            most = max(most, sum(stack))
        elif token == "}" and stack:
            stack.pop()
        previous = token
    return most


def check_file(root, path):
    source = tree.text(path)
    lines = source.split("\n")
    place = tree.where(root, path)
    if len(lines) - 1 > FILE_LINES:
        yield f"{place}: {len(lines) - 1} lines, more than {FILE_LINES}"
    for number, line in enumerate(lines, 1):
        if len(line.expandtabs(8)) > COLUMNS:
            yield f"{place}:{number}: {len(line.expandtabs(8))} columns, more than {COLUMNS}"
        if line != line.rstrip():
            yield f"{place}:{number}: space at the end of the line"
        if LEFTOVER.search(line):
            yield f"{place}:{number}: a leftover: {line.strip()}"
    if source and not source.endswith("\n"):
        yield f"{place}: no newline at the end"
    for line, name, length, depth, count in functions(tree.code(source)):
        for what, is_, most in (("lines", length, FUNCTION_LINES), ("nested blocks", depth, BLOCKS),
                                ("parameters", count, PARAMETERS)):
            if is_ > most:
                yield f"{place}:{line}: {name}() has {is_} {what}, more than {most}"


def problems(root, build):
    lengths = []
    for folder in FOLDERS:
        for path in tree.files(root, [".c", ".h"], folder):
            yield from check_file(root, path)
            if folder == "src":
                lengths += [length for _, _, length, _, _ in functions(tree.code(tree.text(path)))]
    if len(lengths) > 20:
        lengths.sort()
        print(f"src: {len(lengths)} functions, lines: median {lengths[len(lengths) // 2]}, "
              f"95 % {lengths[len(lengths) * 95 // 100]}, longest {lengths[-1]}")


def _function(lines, head="static int f(int a)"):
    return f"{head}\n{{\n" + "\tg();\n" * lines + "}\n"


PLANTED = [
    ({"src/a.c": _function(77)}, None),
    ({"src/a.c": _function(78)}, "f() has 81 lines"),
    ({"src/a.c": "/*\n{\n" + "x\n" * 99 + "}\n*/\n" + _function(3)}, None),
    ({"src/a.c": "static const int t[] = {\n" + "\t1,\n" * 99 + "};\n"}, None),
    ({"src/a.c": "int x;\n" * 601}, "601 lines, more than 600"),
    ({"src/a.def": "ROW(x)\n" * 601}, None),
    ({"src/a.c": "int x; /* " + "y" * 99 + " */\n"}, "columns"),
    ({"src/a.c": "int x; \n"}, "space at the end"),
    ({"src/a.c": "/* TO" + "DO: later */\n"}, "a leftover"),
    ({"src/a.c": "int x;"}, "no newline"),
    ({"src/a.c": _function(1, "int f(int a, int b, int c, int (*d)(int, int), int e, int g)")},
     None),
    ({"src/a.c": _function(1, "int f(int a, int b,\n      int c, int d, int e, int g, int h)")},
     "f() has 7 parameters"),
    ({"src/a.c": "int f(void)\n{\n" + "\tif (x) {\n" * 4 + "\t}\n" * 4 + "}\n"}, None),
    ({"src/a.c": "int f(void)\n{\n" + "\tif (x) {\n" * 5 + "\t}\n" * 5 + "}\n"},
     "f() has 5 nested blocks"),
    ({"src/a.c": "int f(void)\n{\n" + "\tif (x) {\n" * 4 + "\tg(&(struct s){.a = {0}});\n"
      "\tstruct s t = {{1}};\n" + "\t}\n" * 4 + "}\n"}, None),
]

"""What the documents point at exists: relative links, their anchors, and paths in `code`."""
import re

import tree

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
SPAN = re.compile(r"`([^`\n]+)`")
PLACEHOLDER = re.compile(r"\b(NAME|LAYER|TARGET)\b")  # as in src/format/NAME.c
TOPS = ("src/", "tests/", "docs/", "bench/", "include/", "examples/", "rules/", "packaging/",
        ".ci/")


def without_blocks(source):
    """Markdown with fenced blocks blanked out."""
    kept, fenced = [], False
    for line in source.split("\n"):
        fence = line.lstrip().startswith("```")
        kept.append("" if fenced or fence else line)
        fenced ^= fence
    return "\n".join(kept)


def anchors(path):
    found = set()
    for line in without_blocks(tree.text(path)).split("\n"):
        match = re.match(r"#+\s+(.*)", line)
        if match:
            title = re.sub(r"[^\w\- ]", "", match.group(1).strip().lower())
            found.add(title.replace(" ", "-"))
    return found


def check_link(root, path, target):
    if re.match(r"[a-z]+:", target):
        return ""
    name, _, anchor = target.partition("#")
    to = (path.parent / name).resolve() if name else path
    if not to.is_relative_to(root.resolve()):
        return f"{target} leaves the repository"
    if not to.exists():
        return f"{target} does not exist"
    if anchor and to.suffix == ".md" and anchor not in anchors(to):
        return f"{target}: no such heading"
    return ""


def check_span(root, span):
    word = span.split()[0].rstrip(":,") if span.split() else ""
    if not word.startswith(TOPS) or "…" in word or "<" in word:
        return ""
    word = re.sub(r"\{([^},]*)[^}]*\}", r"\1", word)  # a.{c,h}: the first of them
    word = re.sub(r"(:\d+|\(\))$", "", word)
    word = PLACEHOLDER.sub("*", word)
    if "*" in word:
        return "" if any(root.glob(word)) else f"`{span}` names nothing"
    return "" if (root / word).exists() else f"`{span}` does not exist"


def problems(root, build):
    for path in tree.files(root, [".md"]):
        for number, line in enumerate(without_blocks(tree.text(path)).split("\n"), 1):
            bad = [check_link(root, path, target) for target in LINK.findall(line)]
            bad += [check_span(root, span) for span in SPAN.findall(line)]
            for reason in filter(None, bad):
                yield f"{tree.where(root, path, number)}: {reason}"


PLANTED = [
    ({"a.md": "# A b: c\n[x](docs/b.md) [y](#a-b-c) [z](https://x.invalid/) `src/a.c`\n"
      "```\n[q](gone)\n```\n", "docs/b.md": "[up](../a.md#a-b-c) `src/*.c` `src/a.{c,h}` `src/NAME.c`\n",
      "src/a.c": ""}, None),
    ({"a.md": "[x](gone.md)\n"}, "a.md:1: gone.md does not exist"),
    ({"a.md": "# A\n[x](#b)\n"}, "no such heading"),
    ({"a.md": "[x](../b)\n"}, "leaves the repository"),
    ({"a.md": "see `src/gone.c`\n"}, "does not exist"),
    ({"a.md": "see `src/*.gone`\n"}, "names nothing"),
    ({"a.md": "see `src/NAME.gone`\n"}, "names nothing"),
]

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The schemas' closed lists are those of `virtwhere list`, and bash offers what each command takes:
generated.py PROGRAM [--write]; --write puts the lists into the schemas"""

import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import tally  # noqa: E402
from tally import check  # noqa: E402

TOP = Path(__file__).resolve().parents[2]
PROGRAM = str(Path(sys.argv[1]).resolve())
WIDTH = 110

# A schema, what stands before its list, and the list.
LISTS = [
    ("report", r'"platform": \{\s+"type": "object",\s+"properties": \{\s+"id": \{', "platforms"),
    ("report", r'"name": \{"\$ref": "#/\$defs/text"\},\s+"hypervisor": \{', "hypervisors"),
    ("report", r'"vmm": \{', "vmms"),
    ("report", r'"row": \{\s+"description"', "rows"),
    ("report", r'"provider": \{\s+"description"', "clouds"),
    ("report", r'"container": \{\s+"description"', "containers"),
    ("report", r'"confidential": \{\s+"description"', "confidential"),
    ("preflight", r'"target": \{', "targets"),
]
ENUM = re.compile(r'^( *)(.*?)"enum": \[([^]]*)\]', re.M)


def said(*words):
    return subprocess.run([PROGRAM, *words], check=True, capture_output=True, text=True, timeout=30).stdout


def with_list(text, place, words):
    """The schema with @words in the enum behind @place; null stays where it was one of them."""
    start = re.search(place, text).end()
    found = ENUM.search(text, start)
    items = [json.dumps(word) for word in words] + (["null"] if re.search(r"\bnull\b", found[3]) else [])
    indent = found[1]
    lines = textwrap.wrap(", ".join(items), WIDTH - len(indent) - 2, break_on_hyphens=False, break_long_words=False)
    inside = "\n".join(f"{indent}  {line}" for line in lines)
    return f'{text[:found.start()]}{indent}{found[2]}"enum": [\n{inside}\n{indent}]{text[found.end():]}'


def words_of(name):
    """A word that stands for several targets is asked for, and never told of one."""
    words = json.loads(said("list", name, "--json"))["words"]
    return [row["word"] for row in words if name != "targets" or row["word"] != "ec2"]


def schemas(write):
    for name in ("report", "preflight"):
        path = TOP / f"export/{name}.schema.json"
        text = made = path.read_text()
        for schema, place, words in LISTS:
            if schema == name:
                made = with_list(made, place, words_of(words))
        if write:
            path.write_text(made)
        else:
            check(f"{path.name} has the words of the tables; {sys.argv[0]} PROGRAM --write mends it", text == made)


def offered(*words):
    script = ('. "$1"; compopt() { :; }; COMP_WORDS=(virtwhere "${@:2}"); COMP_CWORD=$(($# - 1)); _virtwhere; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "-c", script, "bash", TOP / "cli/completions/virtwhere.bash", *words], check=True,
                          capture_output=True, text=True, timeout=30)
    return set(done.stdout.split())


def completions():
    commands = re.findall(r"^  ([a-z]+) ", said("--help").partition("Commands:")[2].partition("Options:")[0], re.M)
    check("bash: commands", offered("") == set(commands), offered(""))
    for command in ["", *commands]:
        text, _, formats = said("help", *command.split()).partition("Formats:\n")
        formats = formats.partition("\n\n")[0]
        wanted = set(re.findall(r"^  (\S+)", formats, re.M) if not command else formats.split())
        check(f"bash: formats of '{command}'", offered(*command.split(), "--format", "") == wanted, wanted)
        options = set(re.findall(r"^ {2,6}(?:-\w, )?(--[a-z][a-z-]*)", text, re.M))
        got = offered(*command.split(), "--") - {"--json=compact"}
        check(f"bash: options of '{command}'", got == options, got ^ options)


def main():
    write = "--write" in sys.argv[2:]
    schemas(write)
    if write:
        return 0
    completions()
    return tally.end()


if __name__ == "__main__":
    sys.exit(main())

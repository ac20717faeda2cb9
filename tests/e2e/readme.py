#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The README's transcripts are what the program prints: readme.py PROGRAM [--write]

A transcript is a console block whose lines that begin with "$ build/virtwhere" are followed by their output.
"""

import re
import shlex
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(TOP / "tests"))
import tally  # noqa: E402
BLOCK = re.compile(r"(?<=^```console\n)(.*?)(?=^```$)", re.M | re.S)
PROMPT = "$ build/virtwhere"


def transcript(program, block):
    text = ""
    for line in block.splitlines():
        if line.startswith(PROMPT):
            command = [program, *shlex.split(line.removeprefix(PROMPT))]
            text += line + "\n" + subprocess.run(command, cwd=TOP, capture_output=True, text=True).stdout
    return text


def main():
    program = str(Path(sys.argv[1]).resolve())
    readme = TOP / "README.md"
    text = readme.read_text()
    if "--write" in sys.argv[2:]:
        readme.write_text(BLOCK.sub(lambda match: transcript(program, match.group()), text))
        return 0
    blocks = BLOCK.findall(text)
    differing = [block for block in blocks if transcript(program, block) != block]
    for block in differing:
        print(
            f"FAIL: {block.splitlines()[0]} prints something else than README.md says; "
            f"tests/e2e/readme.py {sys.argv[1]} --write mends that"
        )
    return tally.end(len(blocks) - len(differing), len(differing))


if __name__ == "__main__":
    sys.exit(main())

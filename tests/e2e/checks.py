#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""docs/checks.md is made from the table of checks, and is current: checks.py PROGRAM [--write]"""

import json
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import tally  # noqa: E402

PAGE = Path(__file__).resolve().parents[2] / "docs" / "checks.md"

HEAD = """# Checks

Made from the table of checks by `tests/e2e/checks.py PROGRAM --write`; do not edit. A severity is the worst that a
check can say. Checks without a target are asked of the running guest by `virtwhere drivers`, the others of an image
by `virtwhere preflight`.
"""


def section(check):
    lines = [f"## {check['id']}: {check['title']}", "", f"- severity: {check['severity']}"]
    lines.append(f"- targets: {', '.join(check['targets']) or 'the running guest'}")
    if check["remedy"]:
        lines.append(f"- remedy: `{check['remedy']}`")
    if check["reference"]:
        lines.append(f"- reference: {check['reference']}")
    return "\n".join(lines) + "\n"


def main():
    listed = subprocess.run([sys.argv[1], "list", "checks", "--json"], check=True, capture_output=True, text=True)
    checks = json.loads(listed.stdout)["checks"]
    page = "\n".join([HEAD, *map(section, checks)])
    if "--write" in sys.argv[2:]:
        PAGE.write_text(page)
        return 0
    holds = bool(checks) and PAGE.read_text() == page
    if not holds:
        print(f"FAIL: docs/checks.md is not what the table says; tests/e2e/checks.py {sys.argv[1]} --write mends that")
    return tally.end(int(holds), int(not holds))


if __name__ == "__main__":
    sys.exit(main())

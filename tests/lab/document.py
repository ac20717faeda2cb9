# SPDX-License-Identifier: MIT
"""What is written about the lab's results: lines on the terminal, docs/lab.md, fixtures."""


def brief(result):
    seconds = f"{result['seconds']:.0f} s" if result.get("seconds") is not None else ""
    return "  ".join(filter(None, [seconds, result.get("we"), "; ".join(result["reasons"])]))

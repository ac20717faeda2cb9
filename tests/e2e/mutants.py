#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The mutants of tests/mutate/: every hand-picked one still fits its source, and the operators make what they say:
mutants.py build/virtwhere"""

import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
MUTATE = TOP / "tests/mutate"
sys.path[:0] = [str(TOP / "tests"), str(MUTATE)]
import operators  # noqa: E402
import tally  # noqa: E402

SOURCE = '''
enum colour { COLOUR_RED, COLOUR_BLUE };
#define LIMIT 4096
static const struct row rows[] = {
	{"first", COLOUR_RED},
	{.name = "kept", .needs = VW_RULES(A(x, "dmi", VW_DECISIVE, "a file"), B(y, VW_WEAK, NULL))},
};
static int work(struct state *state, size_t count)
{
	int r = 0;
	r = check(count);
	if (count >= 3 && r < 0)
		return -EINVAL;
	state->seen = true;
	for (size_t i = 0; i + 1 < count; i++)
		continue;
	tell(state);
	free(state);
	return r;
}
'''
WANTED = {
    ("row", 'without {"first", COLOUR_RED}'), ("row", 'without A(x, "dmi", VW_DECISIVE, "a file")'),
    ("row", "without B(y, VW_WEAK, NULL)"), ("enum", "COLOUR_RED -> COLOUR_BLUE"), ("enum", "VW_DECISIVE -> VW_STRONG"),
    ("string", '"dmi" -> "dmq"'), ("string", '"first" -> "firsq"'), ("number", "4096 -> 4097"), ("number", "3 -> 4"),
    ("compare", ">= -> >"), ("compare", "< -> <="), ("logic", "&& -> ||"), ("negate", "if (!(count >= 3 && r < 0))"),
    ("arithmetic", "+ -> -"), ("call", "without tell()"), ("call", "r = 0 without check()"),
    ("return", "return -EINVAL -> return 0"), ("return", "return r -> return 0"), ("assign", "state->seen is not set"),
    ("loop", "continue -> break"),
}
UNWANTED = {("string", '"a file" -> "a filq"'), ("call", "without free()"), ("number", "0 -> 1 in {0}"),
            ("string", '"kept" -> "kepq"')}


def main():
    problems = []
    made = list(operators.mutants_of("work.c", SOURCE, operators.enums([SOURCE])))
    told = {(mutant.operator, mutant.what) for mutant in made}
    problems += [f"{operator} does not make: {what}" for operator, what in sorted(WANTED - told)]
    problems += [f"{operator} makes: {what}" for operator, what in sorted(UNWANTED & told)]
    for mutant in made:
        changed = SOURCE[:mutant.start] + mutant.new + SOURCE[mutant.end:]
        if changed == SOURCE or changed.count("\n") != SOURCE.count("\n"):
            problems.append(f"{mutant.operator}: {mutant.what}: changes nothing, or moves what follows")
    done = subprocess.run([sys.executable, MUTATE / "mutate.py", "--list", "--count", "6"], capture_output=True, text=True)
    lines = done.stdout.splitlines()
    problems += [line for line in [*lines, *done.stderr.splitlines()] if done.returncode and line.startswith("wrong:")]
    if done.returncode and not problems:
        problems.append(f"mutate.py --list exits {done.returncode}: {done.stderr[-300:]}")
    for problem in problems:
        print(f"FAIL: {problem}")
    passed = len(WANTED) + len(UNWANTED) + len(made) + len(lines)
    return tally.end(passed, len(problems))


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Hold the tree to its architecture: who includes whom, what the objects may call, that headers stand alone.

Each rule is tried on the tree, and then on a small tree with one planted violation, which it must find.
"""

import argparse
import functools
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(TOP / "tests"))
import tally  # noqa: E402

# The table: what each room may include.

LIBRARIES = {
    "libpci": ("pci/",),
    "libcpuid": ("libcpuid/", "libcpuid.h"),
    "libudev": ("libudev.h",),
    "libkmod": ("libkmod.h",),
    "libarchive": ("archive.h", "archive_entry.h"),
    "jansson": ("jansson.h",),
    "decompressors": ("bzlib.h", "lzma.h", "zlib.h", "zstd.h", "zstd_errors.h"),
    "libsystemd": ("systemd/",),
    "libmicrohttpd": ("microhttpd.h",),
    "inih": ("ini.h",),
    "libyaml": ("yaml.h",),
    "libcrypt": ("crypt.h",),
    "gnutls": ("gnutls/",),
}

# Headers of C and libc that do no input or output.
PURE = {"ctype.h", "errno.h", "inttypes.h", "limits.h", "stdarg.h", "stdbool.h", "stddef.h", "stdint.h",
        "stdio.h", "stdlib.h", "string.h", "strings.h"}
LIBC = PURE | {"dirent.h", "dlfcn.h", "elf.h", "endian.h", "fcntl.h", "fnmatch.h", "getopt.h", "glob.h", "libgen.h",
               "locale.h", "poll.h", "pthread.h", "sched.h", "setjmp.h", "signal.h", "spawn.h", "stdnoreturn.h",
               "termios.h", "time.h", "unistd.h", "wchar.h"}
LIBC_FOLDERS = ("arpa/", "asm/", "linux/", "net/", "netinet/", "sys/")


class Room:
    def __init__(self, own, libraries=(), system=LIBC, folders=LIBC_FOLDERS):
        self.own, self.libraries, self.system, self.folders = own, libraries, system, folders


ROOMS = {
    "base": Room(("base/",), ("jansson", "libyaml")),
    # stdio.h and stdlib.h serve snprintf and malloc; the symbols below hold what else is in them.
    "detect": Room(("base/", "detect/"), system=PURE, folders=()),
    # What to look for is a matter of detect/know/: which signatures, modules and devices there are.
    "probes": Room(("base/", "probes/", "detect/facts.h", "detect/image.h", "detect/passport.h", "detect/know/"),
                   ("libpci", "libcpuid", "libudev", "libkmod", "libarchive", "jansson", "decompressors")),
    "export": Room(("base/", "export/", "detect/"), ("jansson",)),
    "cli": Room(("base/", "cli/", "detect/", "probes/", "export/")),
    "agent": Room(("base/", "agent/", "detect/", "probes/", "export/"),
                  ("libsystemd", "libmicrohttpd", "libudev", "inih", "libyaml", "libcrypt",
                   "gnutls", "decompressors"),
                  system=LIBC | {"malloc.h", "syslog.h"}),  # what rests gives memory back; priorities of the journal
}

# The table: what the objects of a room may call.

DETECT_CALLS = {
    "memchr", "memcmp", "memcpy", "memmem", "memmove", "memrchr", "memset",
    "strcasecmp", "strchr", "strcmp", "strcspn", "strlen", "strncasecmp", "strncmp", "strnlen", "strpbrk",
    "strrchr", "strspn", "strstr",
    "snprintf", "vsnprintf", "calloc", "free", "malloc", "realloc", "reallocarray", "bsearch", "qsort",
    "errno_location", "stack_chk_fail", "_GLOBAL_OFFSET_TABLE_",
    "__start_vw_checks", "__stop_vw_checks",  # the linker's: the section of rows of checks
}
# What detect/ calls of base/; it is held to the same.
PURE_BASE = {"arena", "text", "version"}
INSTRUMENTATION = ("__asan_", "__ubsan_", "__sanitizer_")
# Functions that a sanitizer adds to an object.
COMPILERS_OWN = ("_sub_", "asan.", "_GLOBAL__sub_")

UNBOUNDED = {"atof", "atoi", "atol", "atoll", "gets", "scanf", "fscanf", "sscanf", "sprintf", "vsprintf",
             "stpcpy", "strcat", "strcpy", "strncat", "strncpy", "strtok"}
SPAWNING = {"clone", "execl", "execle", "execlp", "execv", "execve", "execvp", "execvpe", "fork", "popen",
            "posix_spawn", "posix_spawnp", "system", "vfork"}
ENDING = {"abort", "assert_fail", "err", "errx", "error", "exit", "_exit", "_Exit", "quick_exit"}
PRINTING = {"dprintf", "fprintf", "fputs", "perror", "printf", "putchar", "puts", "psignal", "stderr", "stdout",
            "syslog", "vfprintf", "vprintf", "vdprintf", "warn", "warnx"}

FORBIDDEN = {
    "base": UNBOUNDED | SPAWNING | ENDING | PRINTING,
    "detect": UNBOUNDED | SPAWNING | ENDING | PRINTING,
    "probes": UNBOUNDED | SPAWNING | ENDING | PRINTING,
    "export": UNBOUNDED | SPAWNING | ENDING | PRINTING,
    "cli": UNBOUNDED | SPAWNING,
    "agent": UNBOUNDED | SPAWNING,
}

# Rules: each yields one line per violation.

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


def files(top, *suffixes, rooms=ROOMS):
    for room in rooms:
        for path in sorted((top / room).rglob("*")):
            if path.suffix in suffixes and path.is_file():
                yield room, path


def allowed(name, entries):
    return any(name == entry or (entry.endswith("/") and name.startswith(entry)) for entry in entries)


# Rooms within a room: what others see of them is this header.
INNER = {"agent/web/": "agent/web/web.h"}


def includes_inner(name, header):
    """Does a file that is not in an inner room include more of it than what it offers?"""
    return any(header.startswith(inner) and header != offered and not name.startswith(inner)
               for inner, offered in INNER.items())


def includes(top):
    """Every include of a room is one that its row of the table allows, and is written from the top folder."""
    for room, path in files(top, ".c", ".h"):
        row = ROOMS[room]
        for quote, name in INCLUDE.findall(path.read_text()):
            where = f"{path.relative_to(top)} includes {name}"
            if quote == '"':
                if "/" not in name or name.startswith((".", "/")):
                    yield f"{where}, which is not written from the top folder"
                elif not allowed(name, row.own):
                    yield f"{where}, which {room}/ may not"
                elif includes_inner(str(path.relative_to(top)), name):
                    yield f"{where}, which is a matter of that folder alone"
            elif not (name in row.system or name.startswith(row.folders)
                      or any(allowed(name, LIBRARIES[library]) for library in row.libraries)):
                yield f"{where}, which the table does not allow to {room}/"


@functools.cache
def named(path):
    """[(kind, name)] of an object, as nm gives them."""
    lines = subprocess.run(["nm", str(path)], check=True, capture_output=True, text=True).stdout.splitlines()
    return [tuple(line.split()[-2:]) for line in lines]


def symbols(path):
    """(undefined, defined) external names of an object."""
    return ({name for kind, name in named(path) if kind in "Uwv"},
            {name for kind, name in named(path) if kind.isupper() and kind not in "UWV"})


def functions(path, kinds="T"):
    return {name for kind, name in named(path) if kind in kinds and not name.startswith(COMPILERS_OWN)}


def plain(name):
    match = re.fullmatch(r"__isoc\d+_(\w+)|__(\w+?)_chk|__(\w+)", name)
    return next(filter(None, match.groups())) if match else name


def objects(top, build, room):
    for _, source in files(top, ".c", rooms=[room]):
        path = build / source.relative_to(top).with_suffix(".o")
        if path.exists():
            yield path


def detect_calls(top, build):
    """detect/ calls itself and a short list of libc's functions; none reads, writes or asks the time."""
    seen = {path: symbols(path) for path in objects(top, build, "detect")}
    if not seen:
        yield "no object of detect/ was found"
    pure = {path: symbols(path) for path in objects(top, build, "base") if path.stem in PURE_BASE}
    own = set().union(*(defined for _, defined in [*seen.values(), *pure.values()]))
    seen |= pure
    for path, (undefined, _) in seen.items():
        for name in sorted(undefined - own):
            if not {name, plain(name)} & DETECT_CALLS and not name.startswith(INSTRUMENTATION):
                yield f"{path.relative_to(build)} calls {name}"


def probes_calls(top, build):
    """probes/ reads tables of detect/know and calls no function of detect/."""
    opinions = set().union(*(functions(path) for path in objects(top, build, "detect")))
    for path in objects(top, build, "probes"):
        for name in sorted(symbols(path)[0] & opinions):
            yield f"{path.relative_to(build)} calls {name}"


def tables_only(top, build):
    """detect/know holds rows and no function, not even a static one; it includes no header of decide or check."""
    for path in objects(top, build, "detect"):
        if path.parent == build / "detect/know":
            for name in sorted(functions(path, "Tt")):
                yield f"{path.relative_to(build)} has the function {name}"
    for path in sorted((top / "detect/know").glob("*.[ch]")):
        for _, name in INCLUDE.findall(path.read_text()):
            if "/" in name and not re.fullmatch(r"base/base\.h|detect/(know/)?\w+\.h", name):
                yield f"{path.relative_to(top)} includes {name}, which holds more than tables need"


def defined_twice(top, build):
    """No external name has two definitions in the whole project, but for each program's main()."""
    where = {}
    for room in ROOMS:
        for path in objects(top, build, room):
            for name in symbols(path)[1] - {"main"}:
                if not name.startswith(INSTRUMENTATION):
                    where.setdefault(name, []).append(str(path.relative_to(build)))
    for name, paths in sorted(where.items()):
        if len(paths) > 1:
            yield f"{name} is defined in {' and '.join(paths)}"


def in_circles(arrows):
    """Those of {node: set of nodes} that can be reached from themselves."""
    for start in sorted(arrows):
        seen, ahead = set(), set(arrows[start])
        while ahead:
            seen |= ahead
            ahead = set().union(*(arrows.get(node, ()) for node in ahead)) - seen
        if start in seen:
            yield start


def circles(top, build):
    """Headers include, and the files of a room call each other, in no circle."""
    headers = {str(path.relative_to(top)): {name for _, name in INCLUDE.findall(path.read_text())}
               for _, path in files(top, ".h")}
    for name in in_circles(headers):
        yield f"{name} includes itself through what it includes"
    for room in ROOMS:
        paths = list(objects(top, build, room))
        calls = {str(path.relative_to(build)): {str(other.relative_to(build)) for other in paths
                                                if other != path and symbols(path)[0] & symbols(other)[1]}
                 for path in paths}
        for name in in_circles(calls):
            yield f"{name} calls itself through {room}/'s other files"


def forbidden_calls(top, build):
    """No room calls what the house has banned from it."""
    for room, banned in FORBIDDEN.items():
        for path in objects(top, build, room):
            for name in sorted(symbols(path)[0]):
                if name in banned or plain(name) in banned:
                    yield f"{path.relative_to(build)} calls {name}"


def lone_headers(top, compilers, flags):
    """Every header compiles as the first thing that a file includes, and a second time behind itself."""
    for _, path in files(top, ".h"):
        name = path.relative_to(top)
        for compiler in compilers:
            result = check_syntax(top, compiler, flags, f'#include "{name}"\n' * 2)
            if result.returncode != 0:
                yield f"{name} does not compile alone under {compiler}: {first_error(result.stderr)}"


def headers_together(top, compilers, flags):
    """All headers of the project compile in one file: no two give one name to different things."""
    text = "".join(f'#include "{path.relative_to(top)}"\n' for _, path in files(top, ".h"))
    for compiler in compilers:
        result = check_syntax(top, compiler, flags, text)
        if result.returncode != 0:
            yield f"the headers do not compile together under {compiler}: {first_error(result.stderr)}"


def check_syntax(top, compiler, flags, text):
    return subprocess.run(
        [compiler, "-std=gnu11", "-D_GNU_SOURCE", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I.",
         *flags, "-x", "c", "-"], input=f"{text}extern int vw_nothing;\n", cwd=top, text=True, capture_output=True)


def first_error(text):
    return next((line for line in text.splitlines() if "error:" in line), text[:200])


SOURCES = (".c", ".h", ".py", ".sh", ".mk")


def licences(top):
    """Every source names its licence in its first two lines."""
    for path in sorted(top.rglob("*")):
        parts = path.relative_to(top).parts
        if parts[0] in ("build", ".git") or path.suffix not in SOURCES or not path.is_file():
            continue
        if not any("SPDX-License-Identifier: MIT" in line for line in path.read_text().split("\n", 2)[:2]):
            yield f"{path.relative_to(top)} names no licence"


# Planted violations.

SPDX = "/* SPDX-License-Identifier: MIT */\n"

PLANTED_INCLUDES = [
    ("detect/x.c", '#include "probes/read/source.h"'),
    ("detect/x.c", '#include "export/export.h"'),
    ("detect/x.c", "#include <fcntl.h>"),
    ("detect/x.c", "#include <time.h>"),
    ("detect/x.h", "# include <sys/stat.h>"),
    ("detect/x.c", '#include "facts.h"'),
    ("detect/x.c", '#include "../probes/source.h"'),
    ("base/x.c", '#include "detect/facts.h"'),
    ("probes/x.c", '#include "detect/report.h"'),
    ("probes/x.c", '#include "export/export.h"'),
    ("probes/x.c", '#include "detect/decide/build.h"'),
    ("probes/image/x.c", '#include "detect/report.h"'),
    ("probes/x.c", "#include <microhttpd.h>"),
    ("export/x.c", '#include "probes/probes.h"'),
    ("export/x.c", "#include <archive.h>"),
    ("cli/x.c", '#include "agent/loop.h"'),
    ("cli/x.c", "#include <pci/pci.h>"),
    ("agent/x.c", '#include "cli/command.h"'),
    ("agent/x.c", "#include <not_in_the_table.h>"),
    ("agent/x.c", '#include "agent/web/tls.h"'),
    ("agent/x.h", '#include "agent/web/web_file.h"'),
]

INNOCENT_INCLUDES = [
    ("detect/x.c", '#include "detect/facts.h"\n#include <string.h>'),
    ("probes/x.c", '#include "detect/facts.h"\n#include "base/dynlib.h"\n#include <pci/pci.h>'),
    ("export/x.c", '#include "detect/report.h"\n#include <jansson.h>'),
    ("cli/x.c", '#include "export/export.h"\n#include "probes/probes.h"\n#include <getopt.h>'),
    ("agent/x.c", '#include "agent/web/web.h"'),
    ("agent/web/x.c", '#include "agent/web/tls.h"'),
]

PLANTED_CALLS = [
    ("detect_calls", "detect", '#include <stdio.h>\nvoid *vw_x(void) { return fopen("/x", "r"); }'),
    ("detect_calls", "detect", "#include <time.h>\nlong vw_x(void) { return time(0); }"),
    ("detect_calls", "detect", '#include <stdlib.h>\nchar *vw_x(void) { return getenv("X"); }'),
    ("forbidden_calls", "probes", "#include <stdlib.h>\nint vw_x(char *a) { return system(a); }"),
    ("forbidden_calls", "probes", "#include <stdlib.h>\nvoid vw_x(int a) { exit(a); }"),
    ("forbidden_calls", "export", '#include <stdio.h>\nvoid vw_x(int a) { printf("%d", a); }'),
    ("forbidden_calls", "cli", '#include <stdio.h>\nint vw_x(char *a, int *b) { return sscanf(a, "%d", b); }'),
]

INNOCENT_CALLS = ("#include <stdio.h>\n#include <string.h>\n"
                  "int vw_x(char *a, char *b) { char c[9]; memmove(c, a, 8); c[8] = 0;"
                  " return snprintf(b, 8, \"%s\", c) + (strchr(a, 'x') != 0); }")


class Results:
    def __init__(self):
        self.passed = self.failed = 0

    def expect(self, name, good, detail=""):
        if good:
            self.passed += 1
        else:
            self.failed += 1
        if detail or not good:
            print(f"{'ok' if good else 'FAIL'}: {name}{': ' + detail if detail else ''}")

    def holds(self, name, violations):
        violations = list(violations)
        self.expect(name, not violations, "; ".join(violations))


class Planted:
    """A small tree with one file in it."""

    def __init__(self, name, text):
        self.name, self.text = name, text

    def __enter__(self):
        self.top = Path(tempfile.mkdtemp(prefix="virtwhere-architecture."))
        for room in ROOMS:
            (self.top / room).mkdir()
        path = self.top / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.text + "\n")
        return self.top

    def __exit__(self, *_):
        shutil.rmtree(self.top)


def compile_in(top, compiler, name):
    target = top / "build" / Path(name).with_suffix(".o")
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([compiler, "-std=gnu11", "-O2", "-D_GNU_SOURCE", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2",
                    "-I", top, "-w", "-c", "-o", target, top / name], check=True)


def try_planted(results, compilers):
    for name, text in PLANTED_INCLUDES:
        with Planted(name, SPDX + text) as top:
            results.expect(f"planted in {name}: {text}", len(list(includes(top))) == 1)
    for name, text in INNOCENT_INCLUDES:
        with Planted(name, SPDX + text) as top:
            results.holds(f"allowed in {name}", includes(top))

    rules = {"detect_calls": detect_calls, "forbidden_calls": forbidden_calls}
    for rule, room, text in PLANTED_CALLS:
        with Planted(f"{room}/x.c", SPDX + text) as top:
            compile_in(top, compilers[0], f"{room}/x.c")
            found = list(rules[rule](top, top / "build"))
            results.expect(f"planted call in {room}/: {text.splitlines()[-1]}", len(found) == 1)
    with Planted("detect/x.c", SPDX + INNOCENT_CALLS) as top:
        compile_in(top, compilers[0], "detect/x.c")
        results.holds("allowed calls", [*detect_calls(top, top / "build"), *forbidden_calls(top, top / "build")])
    with Planted("cli/x.c", SPDX) as top:
        results.expect("a tree without objects of detect/ is noticed", len(list(detect_calls(top, top))) == 1)

    with Planted("detect/x.c", SPDX + "int vw_x(void);\nint vw_x(void) { return 0; }") as top:
        (top / "probes/y.c").write_text(SPDX + "int vw_x(void);\nint vw_y(void) { return vw_x(); }\n")
        compile_in(top, compilers[0], "detect/x.c")
        compile_in(top, compilers[0], "probes/y.c")
        results.expect("planted call of a verdict in probes/", len(list(probes_calls(top, top / "build"))) == 1)

    try_planted_pairs(results, compilers)
    for compiler in compilers:
        with Planted("detect/x.h", SPDX + "int vw_x(uint32_t a);") as top:
            results.expect(f"planted header that needs another, {compiler}",
                           len(list(lone_headers(top, [compiler], []))) == 1)
        with Planted("detect/x.h", SPDX + "struct vw_x { int a; };") as top:
            results.expect(f"planted header without a guard, {compiler}",
                           len(list(lone_headers(top, [compiler], []))) == 1)
    with Planted("detect/x.c", "int vw_x;") as top:
        results.expect("planted file without a licence", len(list(licences(top))) == 1)


# A rule, the files of a small tree, and how many violations it must find there.
PLANTED_PAIRS = [
    ("tables_only", {"detect/know/x.c": "static int vw_y(int a) { return a; }\nint (*const vwk_x)(int) = vw_y;"}, 1),
    ("tables_only", {"detect/know/x.c": '#include "detect/decide/y.h"', "detect/decide/y.h": ""}, 1),
    ("tables_only", {"detect/know/x.c": "const int vwk_x[] = {1};"}, 0),
    ("probes_calls", {"detect/know/x.c": "int vwk_x = 1;",
                      "probes/y.c": "extern int vwk_x;\nint vw_y(void) { return vwk_x; }"}, 0),
    ("defined_twice", {"detect/x.c": "int vw_x(void) { return 0; }", "agent/y.c": "int vw_x(void) { return 1; }"}, 1),
    ("defined_twice", {"export/x.c": "int vw_x;", "cli/y.c": "static int vw_x;\nint *vw_y = &vw_x;"}, 0),
    ("circles", {"cli/x.h": '#include "cli/y.h"', "cli/y.h": '#include "cli/z.h"', "cli/z.h": '#include "cli/x.h"'}, 3),
    ("circles", {"cli/x.h": '#include "cli/y.h"', "cli/y.h": "", "cli/z.h": '#include "cli/x.h"'}, 0),
    ("circles", {"base/x.c": "int vwb_y(void);\nint vwb_x(void) { return vwb_y(); }",
                 "base/y.c": "int vwb_x(void);\nint vwb_y(void) { return vwb_x(); }"}, 2),
    ("circles", {"agent/x.c": "int vwd_y(void);\nint vwd_x(void) { return vwd_y(); }",
                 "agent/web/y.c": "int vwd_x(void);\nint vwd_y(void) { return vwd_x(); }"}, 2),
    ("circles", {"base/x.c": "int vwb_y(void);\nint vwb_x(void) { return vwb_y(); }",
                 "base/y.c": "int vwb_y(void) { return 0; }"}, 0),
    ("headers_together", {"detect/x.h": "struct vw_x { int a; };", "agent/y.h": "struct vw_x { long a; };"}, 1),
    ("headers_together", {"detect/x.h": "struct vw_x { int a; };", "agent/y.h": "struct vw_y { long a; };"}, 0),
]


def try_planted_pairs(results, compilers):
    for rule, texts, wanted in PLANTED_PAIRS:
        first, *rest = texts
        with Planted(first, SPDX + texts[first]) as top:
            for name in rest:
                (top / name).parent.mkdir(parents=True, exist_ok=True)
                (top / name).write_text(SPDX + texts[name] + "\n")
            for name in texts:
                if name.endswith(".c"):
                    compile_in(top, compilers[0], name)
            found = list(headers_together(top, compilers[:1], []) if rule == "headers_together"
                         else globals()[rule](top, top / "build"))
            results.expect(f"{rule} finds {wanted} in {', '.join(texts)}", len(found) == wanted,
                           "" if len(found) == wanted else "; ".join(found))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build", type=Path)
    parser.add_argument("--cc", default="gcc")
    options = parser.parse_args()
    build = options.build.resolve()
    compilers = [name for name in dict.fromkeys([options.cc, "gcc", "clang"]) if shutil.which(name)]
    flags = subprocess.run(["pkg-config", "--cflags", "libpci", "jansson", "libarchive"],
                           check=True, text=True, capture_output=True).stdout.split()

    for name in ("gcc", "clang"):
        if name not in compilers:
            tally.skip(f"headers compile alone with {name}", f"{name} is not installed")
    results = Results()
    results.holds("includes", includes(TOP))
    results.holds("what detect/ calls", detect_calls(TOP, build))
    results.holds("what probes/ calls of detect/", probes_calls(TOP, build))
    results.holds("forbidden calls", forbidden_calls(TOP, build))
    results.holds(f"headers compile alone ({', '.join(compilers)})", lone_headers(TOP, compilers, flags))
    results.holds(f"headers compile together ({', '.join(compilers)})", headers_together(TOP, compilers, flags))
    results.holds("detect/know holds tables only", tables_only(TOP, build))
    results.holds("no name is defined twice", defined_twice(TOP, build))
    results.holds("no circle of files", circles(TOP, build))
    results.holds("licences", licences(TOP))
    try_planted(results, compilers)
    return tally.end(results.passed, results.failed)


if __name__ == "__main__":
    sys.exit(main())

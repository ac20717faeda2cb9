# SPDX-License-Identifier: MIT
"""The results of the oracle as docs/oracle.md."""

HEAD = """<!-- Written by `make oracle` (tests/labs/images/table.py); edit that. -->
# The oracle: what pre-flight says, and what boots

Each image is a root as one of Debian's kernels and an initramfs make it. `virtwhere preflight --target nitro
--fail-on=fatal` (`nitro-arm64` for arm64) judges the root that does not run. Then the same kernel, initramfs and
command line boot in QEMU in software emulation, with the root on an NVMe disk, as an instance on AWS Nitro has it; the
boot is right by definition. `make oracle` makes, judges and boots all of it and writes this file;
`tests/labs/images/images.toml` says how each image is made. Each row is of the image's last run.
"""

SCRIPT = """The column "AWS's script" is what the logic of AWS's `nitro_check_script.sh` says of the same root, by a
runner of our own (`tests/labs/images/nitro_check.py`) with Debian's `modinfo` and `lsinitramfs`. It looks for a name with
"nvme" in the initramfs, and at neither the command line nor the initramfs' format: of {unbootable} images that do not
boot it says that {missed} are ready ("**false pass**"), and of {bootable} that boot it finds an error in {refused}
("**false fail**"). The seconds are those of the boot, on the machine that ran it.
"""


def words(value):
    return {True: "boots", False: "does not boot", None: "cannot tell"}[value]


def script_words(result):
    """What AWS's script says, and where that is not what the boot shows."""
    said = ", ".join(result["other"]) or "OK"
    if bool(result["other"]) != result["booted"]:
        return said
    return f"**false {'fail' if result['other'] else 'pass'}**: {said}"


def render(results, rows):
    ran = [r for r in results.values() if r["status"] != "skip"]
    bootable, unbootable = ([r for r in ran if r["booted"] is b] for b in (True, False))
    counts = {"bootable": len(bootable), "unbootable": len(unbootable),
              "missed": sum(not r["other"] for r in unbootable), "refused": sum(bool(r["other"]) for r in bootable)}
    rest = len(rows) - len(results)
    lines = [HEAD, f"{sum(r['status'] == 'pass' for r in ran)} of {len(ran)} verdicts are what the boot shows "
             f"({len(bootable)} images boot, {len(unbootable)} do not)"
             + (f"; {rest} more images of the table have not been booted." if rest else "."), "", SCRIPT.format(**counts),
             "| image | what it is | kernel | pre-flight | because of | the boot | AWS's script | s |",
             "| --- | --- | --- | --- | --- | --- | --- | ---: |"]
    for name, result in results.items():
        about = rows[name]["about"]
        if result["status"] == "skip":
            lines.append(f"| {name} | {about} | | | | skipped: {result['reason']} | | |")
            continue
        mark = "" if result["status"] == "pass" else "**wrong**: "
        lines.append(f"| {name} | {about} | {result['kernel']} | {mark}{words(result['said'])} | "
                     f"{' '.join(result['wrong'])} | {words(result['booted'])} | {script_words(result)} | "
                     f"{result['seconds']:.0f} |")
    return "\n".join(lines) + "\n"

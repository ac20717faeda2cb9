/* SPDX-License-Identifier: MIT */
#include "probes/machine/probe.h"

#include <string.h>

#define CPUINFO "/proc/cpuinfo"

/* x86 prints all that counts in the first processor's block; others print machine-wide lines behind the last.
 */
enum { FIRST_BLOCK = 8 * 1024 };

/* Which line is which fact, by the words that each architecture's arch/ARCH/kernel prints. The first line
 * that fits stands. */
static const struct key {
	const char *key;
	size_t fact;      /* offset in struct vw_cpuinfo_facts */
	const char *arch; /* prefix of the architectures where it means that; NULL for all */
} keys[] = {
#define FACT(field) offsetof(struct vw_cpuinfo_facts, field)
	{"vendor_id", FACT(vendor), NULL},
	{"vendor", FACT(vendor), "ia64"},
	{"CPU implementer", FACT(vendor), NULL},
	{"model name", FACT(model), NULL},
	{"Model Name", FACT(model), "loongarch"},
	{"cpu", FACT(model), NULL},
	{"cpu model", FACT(model), "mips"},
	{"Processor", FACT(model), NULL},
	{"family", FACT(model), "ia64"},
	{"uarch", FACT(model), "riscv"},
	{"flags", FACT(flags), NULL},
	{"Features", FACT(flags), NULL},
	{"features", FACT(flags), NULL},
	{"isa", FACT(flags), "riscv"},
	{"cpucaps", FACT(flags), "sparc"},
	{"vmx flags", FACT(vmx_flags), NULL},
	{"platform", FACT(platform), NULL},
	{"type", FACT(platform), "sparc"},
	{"machine", FACT(platform), "mips"},
	{"machine", FACT(machine), "ppc"},
	{"Hardware", FACT(machine), NULL},
	{"Hypervisor", FACT(hypervisor), NULL},
	{"host", FACT(uml), NULL},
#undef FACT
};

static const size_t all_facts[] = {
	offsetof(struct vw_cpuinfo_facts, vendor),     offsetof(struct vw_cpuinfo_facts, model),
	offsetof(struct vw_cpuinfo_facts, flags),      offsetof(struct vw_cpuinfo_facts, vmx_flags),
	offsetof(struct vw_cpuinfo_facts, platform),   offsetof(struct vw_cpuinfo_facts, machine),
	offsetof(struct vw_cpuinfo_facts, hypervisor), offsetof(struct vw_cpuinfo_facts, uml),
};

static struct vw_text *fact_at(struct vw_cpuinfo_facts *facts, size_t offset)
{
	return (struct vw_text *)(void *)((char *)facts + offset);
}

static bool key_fits(const struct key *key, const struct vw_text_line *line, const char *arch)
{
	return vw_line_is(line, key->key) && (!key->arch || vwb_text_starts(arch, key->arch));
}

static void take_line(struct vw_run *run, const struct vw_text_line *line, const char *arch)
{
	for (size_t i = 0; i < VW_COUNT(keys); i++) {
		struct vw_text *fact;

		if (!key_fits(&keys[i], line, arch))
			continue;
		fact = fact_at(&run->facts->cpuinfo, keys[i].fact);
		if (fact->state != VW_VALUE)
			vw_fact_set_text(run->source, fact, line->value, line->value_size, CPUINFO);
	}
}

/* s390: "processor 0: version = FF,  identification = 29AA14,  machine = 2817"
 * (arch/s390/kernel/processor.c). */
static void take_s390_machine(struct vw_run *run, const struct vw_text_line *line)
{
	static const char mark[] = "machine = ";
	struct vw_text *platform = &run->facts->cpuinfo.platform;
	const char *found;

	if (platform->state == VW_VALUE || line->key_size < 10 || memcmp(line->key, "processor ", 10) != 0)
		return;
	if (!line->value || !(found = memmem(line->value, line->value_size, mark, strlen(mark))))
		return;
	found += strlen(mark);
	vw_fact_set_text(run->source, platform, found, (size_t)(line->value + line->value_size - found),
			 CPUINFO);
}

/* Lines that one family of architectures prints and no other: arch/x86/kernel/cpu/proc.c,
 * arch/arm64/kernel/cpuinfo.c, arch/riscv/kernel/cpu.c. */
static bool is_foreign(const struct vw_text_line *line, const char *arch)
{
	if (vw_arch_is_x86(arch))
		return vw_line_is(line, "CPU implementer") || vw_line_is(line, "isa");
	return vw_line_is(line, "cpuid level");
}

/*
 * Rosetta and qemu-user translate a program for another architecture: CPUID is then the translator's
 * invention. Sources: Apple, "About the Rosetta translation environment": its brand is VirtualApple; QEMU,
 * docs/user/main.rst: /proc is the host's.
 */
static void note_translation(struct vw_run *run, bool foreign)
{
	struct vw_facts *facts = run->facts;
	bool apple = vwb_text_starts(facts->cpuid.brand.text ? facts->cpuid.brand.text : "", "VirtualApple");

	vw_fact_set_number(&facts->cpuinfo.translated, foreign || apple, CPUINFO);
	if (!foreign && !apple)
		return;
	facts->cpuid = (struct vw_cpuid_facts){.state = VW_NOT_PROBED};
	if (facts->cpuinfo.flags.state == VW_VALUE)
		vw_text_is(&facts->cpuinfo.flags, VW_NOT_PROBED, CPUINFO);
}

/**
 * The kernel's description of the processor and, on some architectures, of the machine.
 *
 * Source: Linux, the show_cpuinfo() of each architecture; arch/um/kernel/um_arch.c for user-mode Linux.
 */
void vw_probe_cpuinfo(struct vw_run *run)
{
	const char *arch = run->facts->arch ? run->facts->arch : "";
	const char *text;
	size_t size;
	struct vw_text_line line;
	bool foreign = false;
	int r = vw_source_read(run->source, CPUINFO, vw_arch_is_x86(arch) ? FIRST_BLOCK : VW_TABLE_LIMIT,
			       &text, &size);

	for (size_t i = 0; i < VW_COUNT(all_facts); i++)
		vw_text_is(fact_at(&run->facts->cpuinfo, all_facts[i]), r < 0 ? vw_state_of(r) : VW_ABSENT,
			   CPUINFO);
	if (r < 0)
		return;
	while (vw_line_next(&text, &size, ':', &line)) {
		take_line(run, &line, arch);
		take_s390_machine(run, &line);
		foreign = foreign || is_foreign(&line, arch);
	}
	note_translation(run, foreign);
}

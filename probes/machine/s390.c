/* SPDX-License-Identifier: MIT */
#include "probes/machine/probe.h"

#include <stdio.h>
#include <string.h>

#define SYSINFO "/proc/sysinfo"

enum { VM_LEVELS = 8 }; /* STSI 3.2.2 describes at most eight, The z/Architecture PoP, chapter 10 */

/* "z/VM    6.1.0   ": name and version stand in columns. */
static const char *program_name(struct vw_run *run, const struct vw_text_line *line)
{
	char text[64];
	size_t size = 0;

	for (size_t i = 0; i < line->value_size && size < sizeof(text); i++)
		if (line->value[i] != ' ' || line->value[i - 1] != ' ')
			text[size++] = line->value[i];
	return vw_clean_copy(run, text, size);
}

/* "VM00 Control Program" names the innermost; lines of higher numbers are further out. */
static void add_vm(struct vw_run *run, const struct vw_text_line *line, const char *vm[VM_LEVELS])
{
	for (unsigned level = 0; level < VM_LEVELS; level++) {
		char key[32];

		snprintf(key, sizeof(key), "VM%02u Control Program", level);
		if (vw_line_is(line, key) && !vm[level])
			vm[level] = program_name(run, line);
	}
}

static void read_sysinfo(struct vw_run *run, const char *text, size_t size)
{
	struct vw_s390_facts *s390 = &run->facts->s390;
	const char *vm[VM_LEVELS] = {NULL};
	struct vw_name_list list;
	struct vw_text_line line;

	while (vw_line_next(&text, &size, ':', &line)) {
		if (vw_line_is(&line, "Type") && s390->type.state != VW_VALUE)
			vw_fact_set_text(run->source, &s390->type, line.value, line.value_size, SYSINFO);
		else if (vw_line_is(&line, "LPAR Name") && s390->lpar_name.state != VW_VALUE)
			vw_fact_set_text(run->source, &s390->lpar_name, line.value, line.value_size, SYSINFO);
		else
			add_vm(run, &line, vm);
	}
	if (!vw_name_list_init(run, &list, VM_LEVELS))
		return;
	for (size_t i = 0; i < VM_LEVELS; i++)
		vw_name_list_add(&list, vm[i]);
	if (list.count)
		vw_fact_set_names(&s390->vm, &list, SYSINFO);
}

/**
 * The layers that an IBM Z machine describes to its guest: the machine, the logical partition, and each
 * control program above it.
 *
 * Source: Linux, arch/s390/kernel/sysinfo.c.
 */
void vw_probe_s390(struct vw_run *run)
{
	struct vw_s390_facts *s390 = &run->facts->s390;
	const char *text;
	size_t size;
	int r = vw_source_read(run->source, SYSINFO, VW_TEXT_LIMIT, &text, &size);
	enum vw_state missing = r < 0 ? vw_state_of(r) : VW_ABSENT;

	vw_names_are(&s390->vm, missing, SYSINFO);
	vw_text_is(&s390->lpar_name, missing, SYSINFO);
	vw_text_is(&s390->type, missing, SYSINFO);
	if (r == 0)
		read_sysinfo(run, text, size);
}

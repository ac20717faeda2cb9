/* SPDX-License-Identifier: MIT */
#include "probes/machine/probe.h"

#include <stdio.h>
#include <string.h>

#define INTERRUPTS "/proc/interrupts"

enum { WORDS = 64, WORD_SIZE = 40 };

/* The kernel counts for a while to print it; the rows "HYP" and "HVS" mean something on these only. */
static bool is_worth(const struct vw_run *run)
{
	const struct vw_cpuid_facts *cpuid = &run->facts->cpuid;

	if ((run->flags & VW_PROBE_WIDE) || run->facts->xen.type.state == VW_VALUE)
		return true;
	for (size_t i = 0; i < cpuid->interfaces; i++)
		if (vwb_text_equal(cpuid->interface[i].signature, "XenVMMXenVMM") ||
		    vwb_text_equal(cpuid->interface[i].signature, "Microsoft Hv"))
			return true;
	return false;
}

static bool is_number(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return size;
}

/* Take the next word of a line. Returns its size, 0 at the end. */
static size_t next_word(const char **text, size_t *left)
{
	const char *start;
	size_t size = 0;

	while (*left && (**text == ' ' || **text == '\t')) {
		(*text)++;
		(*left)--;
	}
	start = *text;
	while (size < *left && start[size] != ' ' && start[size] != '\t')
		size++;
	*text += size;
	*left -= size;
	return size;
}

/* Behind the counters of a numbered row stands the controller: "  52:  149   xen-dyn    -event   xenbus". */
static const char *controller(struct vw_run *run, const struct vw_text_line *line)
{
	const char *at = line->value;
	size_t left = line->value_size, size;

	while ((size = next_word(&at, &left)))
		if (!is_number(at - size, size))
			return size < WORD_SIZE ? vw_clean_copy(run, at - size, size) : NULL;
	return NULL;
}

static bool holds(const struct vw_name_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (vwb_text_equal(list->name[i], name))
			return true;
	return false;
}

static void add_once(struct vw_name_list *list, const char *name)
{
	if (name && !holds(list, name))
		vw_name_list_add(list, name);
}

static void set_words(struct vw_run *run, struct vw_text *fact, const struct vw_name_list *list)
{
	char text[WORDS * (WORD_SIZE + 1)];
	size_t size = 0;

	for (size_t i = 0; i < list->count && size < sizeof(text); i++) {
		int bytes = snprintf(text + size, sizeof(text) - size, "%s%s", i ? " " : "", list->name[i]);

		size += bytes > 0 ? (size_t)bytes : 0;
	}
	if (size >= sizeof(text))
		size = sizeof(text) - 1;
	vw_fact_set_text(run->source, fact, text, size, INTERRUPTS);
}

static void read_rows(struct vw_run *run, const char *text, size_t size)
{
	struct vw_interrupt_facts *interrupts = &run->facts->interrupts;
	struct vw_name_list names, chips;
	struct vw_text_line line;

	if (!vw_name_list_init(run, &names, WORDS) || !vw_name_list_init(run, &chips, WORDS))
		return;
	while (vw_line_next(&text, &size, ':', &line)) {
		if (!line.value)
			continue;
		if (is_number(line.key, line.key_size))
			add_once(&chips, controller(run, &line));
		else if (line.key_size && line.key_size < WORD_SIZE)
			add_once(&names, vw_clean_copy(run, line.key, line.key_size));
	}
	set_words(run, &interrupts->names, &names);
	set_words(run, &interrupts->chips, &chips);
}

/**
 * Which kinds of interrupts the kernel counts, and the controllers that deliver the numbered ones.
 *
 * Source: Linux, arch/x86/kernel/irq.c (arch_show_interrupts()) and kernel/irq/proc.c.
 */
void vw_probe_interrupts(struct vw_run *run)
{
	struct vw_interrupt_facts *interrupts = &run->facts->interrupts;
	const char *text;
	size_t size;
	int r;

	if (!is_worth(run))
		return;
	r = vw_source_read(run->source, INTERRUPTS, VW_TABLE_LIMIT, &text, &size);
	vw_text_is(&interrupts->names, vw_state_of(r), INTERRUPTS);
	vw_text_is(&interrupts->chips, vw_state_of(r), INTERRUPTS);
	if (r == 0)
		read_rows(run, text, size);
}

/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "export/phrases.h"

const char *vwx_dimension_label(enum vw_dimension_id id)
{
	static const char *const labels[VW_DIMENSIONS] = {
		[VW_CPU_MEMORY] = "CPU, memory",
		[VW_NETWORK] = "Network",
		[VW_LOCAL_STORAGE] = "Local storage",
		[VW_REMOTE_STORAGE] = "Remote storage",
		[VW_INTERRUPTS_TIMERS] = "Interrupts, timers",
		[VW_MOTHERBOARD_BOOT] = "Motherboard, boot",
	};

	return labels[id];
}

const char *vwx_class_phrase(enum vw_class class)
{
	static const char *const phrases[] = {
		[VW_CLASS_UNKNOWN] = "not known", [VW_CLASS_NONE] = "none",
		[VW_CLASS_VS] = "in software",    [VW_CLASS_P] = "paravirtual",
		[VW_CLASS_VH] = "in hardware",    [VW_CLASS_H] = "the hardware itself",
	};

	return phrases[class];
}

const char *vwx_word_phrase(const char *list, const char *word)
{
	const struct vw_word *row;

	for (size_t i = 0; (row = vw_word_at(list, i)); i++)
		if (strcmp(row->word, word) == 0)
			return row->meaning ? row->meaning : word;
	return word;
}

const char *vwx_kvm_phrase(const char *kvm)
{
	static const struct {
		const char *word, *phrase;
	} phrases[] = {
		{"usable", "/dev/kvm is usable"},
		{"denied", "no right to use /dev/kvm"},
		{"no-device", "KVM is loaded, without /dev/kvm"},
		{"not-loaded", "KVM is not loaded"},
	};

	for (size_t i = 0; i < VW_COUNT(phrases); i++)
		if (vwb_text_equal(phrases[i].word, kvm))
			return phrases[i].phrase;
	return kvm;
}

/* The stack. */

const struct vw_layer *vwx_kernel_layer(const struct vw_report *report)
{
	size_t i = 0;

	while (i + 1 < report->layer_count && !vwb_text_equal(report->layer[i].kind, "linux"))
		i++;
	return report->layer_count ? &report->layer[i] : NULL;
}

bool vwx_answer_undecided(const struct vw_report *report, const char *word)
{
	enum vw_tristate holds = VW_UNKNOWN;

	return vw_report_is(report, word, &holds) < 0 || holds == VW_UNKNOWN;
}

void vwx_level_label(const struct vw_report *report, const struct vw_layer *layer, char *ret)
{
	const struct vw_layer *kernel = vwx_kernel_layer(report);

	if (!kernel || layer > kernel)
		*ret = '\0';
	else if (vwx_answer_undecided(report, "vm"))
		snprintf(ret, VW_LEVEL_SIZE, "L?");
	else if (layer < kernel && layer->level >= kernel->level)
		snprintf(ret, VW_LEVEL_SIZE, "hw");
	else
		snprintf(ret, VW_LEVEL_SIZE, "L%d", layer->level);
}

/* What could not be read. */

bool vwx_unread_was_denied(const struct vw_unread *unread)
{
	return vwb_text_equal(unread->error, "EACCES") || vwb_text_equal(unread->error, "EPERM");
}

static bool denied_below(const struct vw_facts *facts, const char *prefix)
{
	for (size_t i = 0; i < facts->unread_count; i++)
		if (vwx_unread_was_denied(&facts->unread[i]) &&
		    vwb_text_starts(facts->unread[i].source, prefix))
			return true;
	return false;
}

const char *vwx_gain_next(const struct vw_facts *facts, size_t *cursor)
{
	static const struct {
		const char *prefix, *gain;
	} gains[] = {
		{"/sys/firmware/dmi/", "the SMBIOS virtual-machine bit"},
		{"/sys/firmware/acpi/", "the firmware's ACPI ids"},
		{"/sys/firmware/qemu_fw_cfg", "the passport"},
		{"/sys/class/dmi/id/product_", "the machine's ids"},
		{"/sys/hypervisor/", "Xen's properties"},
		{"/proc/1/", "the container manager's mark"},
		{"/proc/xen", "Xen's privileges"},
		{"/dev/cpu/", "AMD SEV's status"},
		{"/dev/kvm", "whether KVM is usable"},
	};

	while (*cursor < VW_COUNT(gains)) {
		size_t i = (*cursor)++;

		if (denied_below(facts, gains[i].prefix))
			return gains[i].gain;
	}
	return NULL;
}

/* Findings and evidence. */

const struct vwx_finding_group *vwx_finding_group_at(size_t index)
{
	static const struct vwx_finding_group groups[] = {
		{VW_FAIL, VW_FATAL, "fatal", VW_INK_BAD},
		{VW_FAIL, VW_DEGRADED, "degraded", VW_INK_WARN},
		{VW_FAIL, VW_ADVICE, "advice", VW_INK_PLAIN},
		{VW_WARN, 0, "warn", VW_INK_WARN},
		{VW_STATUS_UNKNOWN, 0, "unknown", VW_INK_WARN},
		{VW_SKIP, 0, "skip", VW_INK_DIM},
		{VW_PASS, 0, "pass", VW_INK_GOOD},
	};

	return index < VW_COUNT(groups) ? &groups[index] : NULL;
}

bool vwx_finding_belongs(const struct vw_finding *finding, const struct vwx_finding_group *group)
{
	return finding->status == group->status && (!group->severity || finding->severity == group->severity);
}

const char *vwx_support_phrase(enum vw_tristate holds)
{
	static const char *const phrases[] = {
		[VW_UNKNOWN] = "about", [VW_NO] = "also fits", [VW_YES] = "for"};

	return phrases[holds];
}

enum vw_tristate vwx_support_holds(const struct vw_report *report, const char *word)
{
	enum vw_tristate holds = VW_UNKNOWN;

	return vw_report_is(report, word, &holds) < 0 ? VW_UNKNOWN : holds;
}

/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_DETECTED_H
#define VW_TESTS_UNIT_DETECTED_H

/* Machines as facts, in one line each, and what is told of them. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "detect/report.h"
#include "tests/unit/fact_values.h"

#define NAMES(...)                                                                  \
	{                                                                           \
		VW_VALUE, (const char *const[]){__VA_ARGS__}, "test",               \
			sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *) \
	}

/* CPUID, as it was read: {READ, SIGNED_BY("KVMKVMKVM"), LEAVES({.leaf = 1})} */
#define READ            .state = VW_VALUE
#define SIGNED_BY(text) .interfaces = 1, .interface = {{0x40000000, 0x40000001, text, "cpuid 0x40000000"}}
#define LEAVES(...)                                                                \
	.count = sizeof((struct vw_leaf[]){__VA_ARGS__}) / sizeof(struct vw_leaf), \
	.leaf = (struct vw_leaf[])                                                 \
	{                                                                          \
		__VA_ARGS__                                                        \
	}

/* A board and a processor that were looked at, and are nobody's in particular. */
#define LOOKED_AT .arch = "x86_64", .dmi.sys_vendor = TEXT("Vendor"), .cpuinfo.vendor = TEXT("GenuineIntel")
#define BARE      LOOKED_AT, .cpuid = {READ, LEAVES({.leaf = 1})}
#define KVM       LOOKED_AT, .cpuid = {READ, SIGNED_BY("KVMKVMKVM")}

/* One more hypervisor interface answers CPUID, or none does: NULL. */
static inline void sign(struct vw_facts *facts, const char *signature)
{
	struct vw_cpuid_facts *cpuid = &facts->cpuid;

	cpuid->state = VW_VALUE;
	if (!signature) {
		cpuid->interfaces = 0;
		return;
	}
	cpuid->interface[cpuid->interfaces].source =
		cpuid->interfaces ? "cpuid 0x40000100" : "cpuid 0x40000000";
	snprintf(cpuid->interface[cpuid->interfaces].signature, sizeof(cpuid->interface[0].signature), "%s",
		 signature);
	cpuid->interfaces++;
}

static inline struct vw_report *detect(const struct vw_facts *facts)
{
	struct vw_report *report = NULL;

	assert_int_equal(vw_detect(facts, &report), 0);
	return report;
}

static inline void assert_word(const char *word, const char *expected)
{
	if (!expected)
		assert_null(word);
	else
		assert_string_equal(word ? word : "(null)", expected);
}

static inline void assert_cell(const struct vw_report *report, enum vw_dimension_id id, enum vw_class class,
			       const char *with)
{
	assert_string_equal(vw_class_word(report->dimension[id].class), vw_class_word(class));
	assert_word(report->dimension[id].with, with);
}

static inline const struct vw_evidence *evidence_of(const struct vw_report *report, const char *source)
{
	for (size_t i = 0; i < report->evidence_count; i++) {
		if (vwb_text_equal(report->evidence[i].source, source))
			return &report->evidence[i];
	}
	return NULL;
}

static inline bool supports(const struct vw_evidence *evidence, const char *word)
{
	for (size_t i = 0; evidence && i < evidence->support_count; i++) {
		if (vwb_text_equal(evidence->supports[i], word))
			return true;
	}
	return false;
}

#endif

/* SPDX-License-Identifier: MIT */
#ifndef VW_DETECT_KNOW_RULES_H
#define VW_DETECT_KNOW_RULES_H

/*
 * The language of the tables: a rule asks one question of the facts. Rules nest with ANY, ALL and NONE, so
 * that a row of a table says by itself what it claims, how strongly, and who says so.
 *
 * A question has three answers. "Cannot tell" (denied, malformed, not probed) is neither yes nor no: it never
 * makes a row hold and never excludes one.
 */

#include <stddef.h>

#include "detect/facts.h"
#include "detect/report.h"

enum vwk_answer { VW_CANNOT_TELL = 0, VW_HOLDS_NOT, VW_HOLDS };

/* Where a fact comes from. In a Xen PV guest, CPUID describes what lies below Xen; in dom0, the board does
 * too. */
enum vwk_domain {
	VW_FROM_KERNEL = 1 << 0,
	VW_FROM_CPUID = 1 << 1,
	VW_FROM_BOARD = 1 << 2,
	/* The hypervisor bit, where it is set: Xen itself sets it for paravirtual guests, so it speaks of no
	 * layer below. Source: Xen xen/arch/x86/cpu-policy.c. */
	VW_FROM_BIT = 1 << 3,
	VW_FROM_ALL = VW_FROM_KERNEL | VW_FROM_CPUID | VW_FROM_BOARD | VW_FROM_BIT,
};

struct vwk_rule;

/* What a rule looked at: for evidence. */
struct vwk_seen {
	bool wanted; /* somebody will read the value */
	const char *source;
	char value[VW_VALUE_MAX + 1];
};

typedef enum vwk_answer (*vwk_ask)(const struct vwk_rule *rule, const struct vw_facts *facts,
				   struct vwk_seen *seen);

enum vwk_combine {
	VW_END = 0, /* ends an array of rules */
	VW_PLAIN,   /* asks one question */
	VW_ANY_OF,
	VW_ALL_OF,
	VW_NONE_OF,
	VW_UNLESS_ONE_OF,
};

struct vwk_rule {
	enum vwk_combine combine;
	vwk_ask ask;                /* of a plain rule */
	const struct vwk_rule *sub; /* of the others */
	size_t field;               /* offset in struct vw_facts */
	const char *text;
	uint64_t number, mask;
	enum vw_weight weight;
	enum vwk_domain domain;
	const char *reference; /* who says so: specification and section, kernel file, vendor page */
};

/* Told of each plain rule that holds. */
typedef void (*vwk_rule_witness)(void *user, const struct vwk_rule *rule, const struct vwk_seen *seen);

struct vwk_trial {
	const struct vw_facts *facts;
	unsigned domains;         /* rules of other domains answer "holds not" */
	vwk_rule_witness witness; /* may be NULL */
	void *user;
};

/**
 * Ask one rule, with all below it.
 *
 * @ret_weight: how strongly, when it holds: ANY takes the strongest that holds, ALL the weakest of all, a
 *plain rule and NONE their own; untouched otherwise
 */
enum vwk_answer vw_rule_ask(const struct vwk_trial *trial, const struct vwk_rule *rule,
			    enum vw_weight *ret_weight);

enum vwk_answer vw_rule_is(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_has(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_starts(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_ends(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_older(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_feature(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_word(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_lacks_word(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_there(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_absent(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_bits(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_name(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_name_starts(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_first_name_starts(const struct vwk_rule *, const struct vw_facts *,
					  struct vwk_seen *);
enum vwk_answer vw_rule_signature(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_interface(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_leaf(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_hypervisor_bit(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_pci(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_pci_known(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_guest_device(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_pci_any(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_acpi_oem(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_xenbus(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_arch(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_ec2_uuid(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_cgroup(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_own_pids(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_no_kthreadd(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_own_root(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_own_mounts(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);
enum vwk_answer vw_rule_metal_type(const struct vwk_rule *, const struct vw_facts *, struct vwk_seen *);

#define VW_RULES(...)   ((const struct vwk_rule[]){__VA_ARGS__, {.combine = VW_END}})
#define VW_FIELD(field) offsetof(struct vw_facts, field)

#define VW_ANY(...)                                                \
	{                                                          \
		.combine = VW_ANY_OF, .sub = VW_RULES(__VA_ARGS__) \
	}
#define VW_ALL(...)                                                \
	{                                                          \
		.combine = VW_ALL_OF, .sub = VW_RULES(__VA_ARGS__) \
	}
/* Holds when each of them was answered with no; its own weight. */
#define VW_NONE(weight_, ...)                                                            \
	{                                                                                \
		.combine = VW_NONE_OF, .sub = VW_RULES(__VA_ARGS__), .weight = (weight_) \
	}

/* Holds unless one of them holds: a guard, which what cannot be told does not shut. */
#define VW_UNLESS(...)                                                                           \
	{                                                                                        \
		.combine = VW_UNLESS_ONE_OF, .sub = VW_RULES(__VA_ARGS__), .weight = VW_DECISIVE \
	}

#define VW_RULE(ask_, domain_, field_, text_, number_, mask_, weight_, reference_)                           \
	{                                                                                                    \
		.combine = VW_PLAIN, .ask = (ask_), .field = (field_), .text = (text_), .number = (number_), \
		.mask = (mask_), .weight = (weight_), .domain = (domain_), .reference = (reference_)         \
	}

/* Facts of the kernel: K_; of the board, that is firmware and devices: B_; of CPUID: C_. */
#define K_IS(f, t, w, r)     VW_RULE(vw_rule_is, VW_FROM_KERNEL, VW_FIELD(f), t, 0, 0, w, r)
#define K_HAS(f, t, w, r)    VW_RULE(vw_rule_has, VW_FROM_KERNEL, VW_FIELD(f), t, 0, 0, w, r)
#define K_STARTS(f, t, w, r) VW_RULE(vw_rule_starts, VW_FROM_KERNEL, VW_FIELD(f), t, 0, 0, w, r)
#define K_WORD(f, t, w, r)   VW_RULE(vw_rule_word, VW_FROM_KERNEL, VW_FIELD(f), t, 0, 0, w, r)
#define K_LACKS(f, t, w, r)  VW_RULE(vw_rule_lacks_word, VW_FROM_KERNEL, VW_FIELD(f), t, 0, 0, w, r)
#define K_THERE(f, w, r)     VW_RULE(vw_rule_there, VW_FROM_KERNEL, VW_FIELD(f), NULL, 0, 0, w, r)
#define K_ABSENT(f, w, r)    VW_RULE(vw_rule_absent, VW_FROM_KERNEL, VW_FIELD(f), NULL, 0, 0, w, r)
#define K_BIT(f, n, w, r) \
	VW_RULE(vw_rule_bits, VW_FROM_KERNEL, VW_FIELD(f), NULL, UINT64_C(1) << (n), UINT64_C(1) << (n), w, r)
#define K_CLEAR(f, n, w, r) \
	VW_RULE(vw_rule_bits, VW_FROM_KERNEL, VW_FIELD(f), NULL, 0, UINT64_C(1) << (n), w, r)
#define K_EQUALS(f, n, w, r) VW_RULE(vw_rule_bits, VW_FROM_KERNEL, VW_FIELD(f), NULL, n, UINT64_MAX, w, r)
/* A version, "2.6.18-8.el5", that is older than another. */
#define K_OLDER(f, t, w, r)       VW_RULE(vw_rule_older, VW_FROM_KERNEL, VW_FIELD(f), t, 0, 0, w, r)
#define K_NAME(f, t, w, r)        VW_RULE(vw_rule_name, VW_FROM_KERNEL, VW_FIELD(f), t, 0, 0, w, r)
#define K_NAME_STARTS(f, t, w, r) VW_RULE(vw_rule_name_starts, VW_FROM_KERNEL, VW_FIELD(f), t, 0, 0, w, r)
#define K_FIRST(f, t, w, r)       VW_RULE(vw_rule_first_name_starts, VW_FROM_KERNEL, VW_FIELD(f), t, 0, 0, w, r)
/* Of a control group of this process or of PID 1: a container's id behind @t; or @t alone. */
#define K_CGROUP_OF(f, t, w, r) VW_RULE(vw_rule_cgroup, VW_FROM_KERNEL, VW_FIELD(f), t, 0, 0, w, r)
#define K_CGROUP(t, w, r) \
	VW_ANY(K_CGROUP_OF(container.own_cgroup, t, w, r), K_CGROUP_OF(container.cgroup, t, w, r))
#define K_CGROUP_HAS(t, w, r) VW_ANY(K_HAS(container.own_cgroup, t, w, r), K_HAS(container.cgroup, t, w, r))
#define K_OWN(what, w, r)     VW_RULE(vw_rule_##what, VW_FROM_KERNEL, 0, NULL, 0, 0, w, r)
#define K_XENBUS(w, r)        VW_RULE(vw_rule_xenbus, VW_FROM_KERNEL, 0, NULL, 0, 0, w, r)
#define K_ARCH(t, w)          VW_RULE(vw_rule_arch, VW_FROM_ALL, 0, t, 0, 0, w, NULL)
/* Was it looked at, whatever layer it speaks of? For guards. */
#define A_THERE(f)                VW_RULE(vw_rule_there, VW_FROM_ALL, VW_FIELD(f), NULL, 0, 0, VW_DECISIVE, NULL)
#define A_ABSENT(f)               VW_RULE(vw_rule_absent, VW_FROM_ALL, VW_FIELD(f), NULL, 0, 0, VW_DECISIVE, NULL)
#define B_IS(f, t, w, r)          VW_RULE(vw_rule_is, VW_FROM_BOARD, VW_FIELD(f), t, 0, 0, w, r)
#define B_HAS(f, t, w, r)         VW_RULE(vw_rule_has, VW_FROM_BOARD, VW_FIELD(f), t, 0, 0, w, r)
#define B_STARTS(f, t, w, r)      VW_RULE(vw_rule_starts, VW_FROM_BOARD, VW_FIELD(f), t, 0, 0, w, r)
#define B_ENDS(f, t, w, r)        VW_RULE(vw_rule_ends, VW_FROM_BOARD, VW_FIELD(f), t, 0, 0, w, r)
#define B_THERE(f, w, r)          VW_RULE(vw_rule_there, VW_FROM_BOARD, VW_FIELD(f), NULL, 0, 0, w, r)
#define B_ABSENT(f, w, r)         VW_RULE(vw_rule_absent, VW_FROM_BOARD, VW_FIELD(f), NULL, 0, 0, w, r)
#define B_EQUALS(f, n, w, r)      VW_RULE(vw_rule_bits, VW_FROM_BOARD, VW_FIELD(f), NULL, n, UINT64_MAX, w, r)
#define B_NAME(f, t, w, r)        VW_RULE(vw_rule_name, VW_FROM_BOARD, VW_FIELD(f), t, 0, 0, w, r)
#define B_NAME_STARTS(f, t, w, r) VW_RULE(vw_rule_name_starts, VW_FROM_BOARD, VW_FIELD(f), t, 0, 0, w, r)
#define B_PCI(v, d, w, r) \
	VW_RULE(vw_rule_pci, VW_FROM_BOARD, 0, NULL, ((uint64_t)(v) << 16) | (d), 0xffffffff, w, r)
#define B_PCI_VENDOR(v, w, r) \
	VW_RULE(vw_rule_pci, VW_FROM_BOARD, 0, NULL, (uint64_t)(v) << 16, 0xffff0000, w, r)
/* A function of a kind that only hypervisors build; the table of PCI ids says which. */
#define B_GUEST_DEVICE(w, r) VW_RULE(vw_rule_guest_device, VW_FROM_BOARD, 0, NULL, 0, 0, w, r)
/* Every function of the bus was seen, or there is no bus. */
#define A_PCI_KNOWN          VW_RULE(vw_rule_pci_known, VW_FROM_ALL, 0, NULL, 0, 0, VW_DECISIVE, NULL)
#define B_PCI_ANY(w, r)      VW_RULE(vw_rule_pci_any, VW_FROM_BOARD, 0, NULL, 0, 0, w, r)
#define B_ACPI_OEM(t, w, r)  VW_RULE(vw_rule_acpi_oem, VW_FROM_BOARD, 0, t, 0, 0, w, r)
#define B_METAL_TYPE(w, r)   VW_RULE(vw_rule_metal_type, VW_FROM_BOARD, 0, NULL, 0, 0, w, r)
#define B_EC2_UUID(f, w, r)  VW_RULE(vw_rule_ec2_uuid, VW_FROM_BOARD, VW_FIELD(f), NULL, 0, 0, w, r)
#define C_SIGNATURE(t, w, r) VW_RULE(vw_rule_signature, VW_FROM_CPUID, VW_FIELD(cpuid), t, 0, 0, w, r)
/* Some hypervisor's interface, whoever signs it. */
#define C_INTERFACE(w, r) VW_RULE(vw_rule_interface, VW_FROM_CPUID, 0, NULL, 0, 0, w, r)
/* Through Xen's forced-emulation prefix: it always speaks of the Xen right under the kernel. */
#define C_XEN_PREFIX(w, r) \
	VW_RULE(vw_rule_signature, VW_FROM_KERNEL, VW_FIELD(cpuid_xen), "XenVMMXenVMM", 0, 0, w, r)
#define C_ABSENT(w, r) VW_RULE(vw_rule_absent, VW_FROM_CPUID, VW_FIELD(cpuid), NULL, 0, 0, w, r)
#define C_HYPERVISOR_BIT(n, w, r) \
	VW_RULE(vw_rule_hypervisor_bit, (n) ? VW_FROM_BIT : VW_FROM_CPUID, 0, NULL, n, 0, w, r)
#define C_TEXT(f, t, w, r) VW_RULE(vw_rule_has, VW_FROM_CPUID, VW_FIELD(f), t, 0, 0, w, r)
#define C_THERE(f, w, r)   VW_RULE(vw_rule_there, VW_FROM_CPUID, VW_FIELD(f), NULL, 0, 0, w, r)

/* A bit in EAX of the leaf above the base of the interface that is signed @t. */
#define C_FEATURE(t, n, w, r) VW_RULE(vw_rule_feature, VW_FROM_CPUID, 0, t, UINT64_C(1) << (n), 0, w, r)

/* Register @reg_ (0 EAX to 3 EDX) of a leaf, masked, equals @value_. The field holds the leaf, the text
 * nothing. */
#define VW_LEAF_RULE(leaf_, reg_, mask_, value_, w, r) \
	VW_RULE(vw_rule_leaf, VW_FROM_CPUID, leaf_, NULL, ((uint64_t)(reg_) << 32) | (value_), mask_, w, r)
enum vwk_register { VW_EAX, VW_EBX, VW_ECX, VW_EDX };

#endif

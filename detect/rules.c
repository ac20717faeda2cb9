/* SPDX-License-Identifier: MIT */
#include "detect/rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "detect/base.h"

/* Texts, numbers and names begin with their state, so a rule can ask for it without knowing the type. */
static const void *field_of(const struct vw_rule *rule, const struct vw_facts *facts)
{
	return (const char *)facts + rule->field;
}

static enum vw_state state_of(const struct vw_rule *rule, const struct vw_facts *facts)
{
	return *(const enum vw_state *)field_of(rule, facts);
}

static enum vw_answer answer_without_value(enum vw_state state)
{
	return state == VW_ABSENT ? VW_HOLDS_NOT : VW_CANNOT_TELL;
}

static void see(struct vw_seen *seen, const char *source, const char *value)
{
	size_t length;

	seen->source = source;
	if (!seen->wanted)
		return;
	length = strlen(value);
	if (length > VW_VALUE_MAX) {
		length = VW_VALUE_MAX;
		while (length > 0 && ((unsigned char)value[length] & 0xc0) == 0x80)
			length--;
	}
	memcpy(seen->value, value, length);
	seen->value[length] = '\0';
}

static void tell(struct vw_seen *seen, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void tell(struct vw_seen *seen, const char *format, ...)
{
	va_list arguments;

	if (!seen->wanted)
		return;
	va_start(arguments, format);
	vsnprintf(seen->value, sizeof(seen->value), format, arguments);
	va_end(arguments);
}

static enum vw_answer yes_if(bool holds)
{
	return holds ? VW_HOLDS : VW_HOLDS_NOT;
}

/* --- texts ---------------------------------------------------------------------------------------------- */

static const char *text_of(const struct vw_rule *rule, const struct vw_facts *facts, struct vw_seen *seen)
{
	const struct vw_text *fact = field_of(rule, facts);

	if (fact->state != VW_VALUE)
		return NULL;
	see(seen, fact->source, fact->text);
	return fact->text;
}

static enum vw_answer ask_text(const struct vw_rule *rule, const struct vw_facts *facts, struct vw_seen *seen,
			       bool (*test)(const char *text, const char *wanted))
{
	const char *text = text_of(rule, facts, seen);

	return text ? yes_if(test(text, rule->text)) : answer_without_value(state_of(rule, facts));
}

static bool contains(const char *text, const char *wanted)
{
	return strstr(text, wanted) != NULL;
}

static bool lacks_word(const char *text, const char *wanted)
{
	return !vw_has_word(text, wanted);
}

enum vw_answer vw_ask_is(const struct vw_rule *rule, const struct vw_facts *facts, struct vw_seen *seen)
{
	return ask_text(rule, facts, seen, vw_equal);
}

enum vw_answer vw_ask_has(const struct vw_rule *rule, const struct vw_facts *facts, struct vw_seen *seen)
{
	return ask_text(rule, facts, seen, contains);
}

enum vw_answer vw_ask_starts(const struct vw_rule *rule, const struct vw_facts *facts, struct vw_seen *seen)
{
	return ask_text(rule, facts, seen, vw_starts_with);
}

enum vw_answer vw_ask_ends(const struct vw_rule *rule, const struct vw_facts *facts, struct vw_seen *seen)
{
	return ask_text(rule, facts, seen, vw_ends_with);
}

enum vw_answer vw_ask_word(const struct vw_rule *rule, const struct vw_facts *facts, struct vw_seen *seen)
{
	enum vw_answer answer = ask_text(rule, facts, seen, vw_has_word);

	/* A line of eighty flags is no evidence that anybody can read: show the one that counts. */
	if (answer == VW_HOLDS && seen->wanted && strlen(seen->value) > strlen(rule->text) + 40)
		see(seen, seen->source, rule->text);
	return answer;
}

enum vw_answer vw_ask_lacks_word(const struct vw_rule *rule, const struct vw_facts *facts,
				 struct vw_seen *seen)
{
	const char *text = text_of(rule, facts, seen);

	/* Unlike the others, "it is not in there" needs something that was read. */
	if (!text)
		return VW_CANNOT_TELL;
	if (!lacks_word(text, rule->text))
		return VW_HOLDS_NOT;
	if (strlen(text) > 40)
		tell(seen, "without %s", rule->text);
	return VW_HOLDS;
}

/* --- presence, numbers, names ----------------------------------------------------------------------------
 */

enum vw_answer vw_ask_there(const struct vw_rule *rule, const struct vw_facts *facts, struct vw_seen *seen)
{
	const struct vw_text *fact = field_of(rule, facts);

	if (fact->state != VW_VALUE)
		return answer_without_value(fact->state);
	see(seen, fact->source, "present");
	return VW_HOLDS;
}

enum vw_answer vw_ask_absent(const struct vw_rule *rule, const struct vw_facts *facts, struct vw_seen *seen)
{
	enum vw_state state = state_of(rule, facts);

	if (state != VW_ABSENT)
		return state == VW_VALUE ? VW_HOLDS_NOT : VW_CANNOT_TELL;
	see(seen, NULL, "absent");
	return VW_HOLDS;
}

enum vw_answer vw_ask_bits(const struct vw_rule *rule, const struct vw_facts *facts, struct vw_seen *seen)
{
	const struct vw_number *fact = field_of(rule, facts);

	if (fact->state != VW_VALUE)
		return answer_without_value(fact->state);
	seen->source = fact->source;
	tell(seen, fact->value > 9 ? "0x%llx" : "%llu", (unsigned long long)fact->value);
	return yes_if((fact->value & rule->mask) == rule->number);
}

static enum vw_answer ask_names(const struct vw_rule *rule, const struct vw_facts *facts,
				struct vw_seen *seen, bool (*test)(const char *name, const char *wanted),
				size_t most)
{
	const struct vw_names *fact = field_of(rule, facts);

	if (fact->state != VW_VALUE)
		return answer_without_value(fact->state);
	for (size_t i = 0; i < fact->count && i < most; i++) {
		if (!test(fact->name[i], rule->text))
			continue;
		see(seen, fact->source, fact->name[i]);
		return VW_HOLDS;
	}
	return VW_HOLDS_NOT;
}

enum vw_answer vw_ask_name(const struct vw_rule *rule, const struct vw_facts *facts, struct vw_seen *seen)
{
	return ask_names(rule, facts, seen, vw_equal, SIZE_MAX);
}

enum vw_answer vw_ask_name_starts(const struct vw_rule *rule, const struct vw_facts *facts,
				  struct vw_seen *seen)
{
	return ask_names(rule, facts, seen, vw_starts_with, SIZE_MAX);
}

enum vw_answer vw_ask_first_name_starts(const struct vw_rule *rule, const struct vw_facts *facts,
					struct vw_seen *seen)
{
	return ask_names(rule, facts, seen, vw_starts_with, 1);
}

/* --- CPUID -----------------------------------------------------------------------------------------------
 */

const struct vw_leaf *vw_cpuid_find(const struct vw_cpuid_facts *cpuid, uint32_t leaf, uint32_t subleaf)
{
	for (size_t i = 0; i < cpuid->count; i++) {
		if (cpuid->leaf[i].leaf == leaf && cpuid->leaf[i].subleaf == subleaf)
			return &cpuid->leaf[i];
	}
	return NULL;
}

enum vw_answer vw_ask_signature(const struct vw_rule *rule, const struct vw_facts *facts,
				struct vw_seen *seen)
{
	const struct vw_cpuid_facts *cpuid = field_of(rule, facts);

	/* Not probed: the architecture has no CPUID, or nothing suggests a Xen to ask. */
	if (cpuid->state == VW_NOT_PROBED)
		return VW_HOLDS_NOT;
	if (cpuid->state != VW_VALUE)
		return answer_without_value(cpuid->state);
	for (size_t i = 0; i < cpuid->interfaces; i++) {
		if (!vw_equal(cpuid->interface[i].signature, rule->text))
			continue;
		see(seen, cpuid->interface[i].source, cpuid->interface[i].signature);
		return VW_HOLDS;
	}
	return VW_HOLDS_NOT;
}

/*
 * Feature bits that need others: a leaf that breaks them was not written by anybody (a VIA Samuel answers
 * leaf 1 with garbage in ECX, bit 31 among it). Source: Intel SDM volume 1, sections 12.5 and 14.5: SSSE3
 * needs SSE2, FMA needs AVX.
 */
static bool leaf_1_is_consistent(const struct vw_leaf *leaf)
{
	bool sse2 = leaf->edx & (1u << 26), ssse3 = leaf->ecx & (1u << 9);
	bool avx = leaf->ecx & (1u << 28), fma = leaf->ecx & (1u << 12);

	return (sse2 || !ssse3) && (avx || !fma);
}

enum vw_answer vw_ask_hypervisor_bit(const struct vw_rule *rule, const struct vw_facts *facts,
				     struct vw_seen *seen)
{
	const struct vw_leaf *leaf = vw_cpuid_find(&facts->cpuid, 1, 0);

	if (!leaf || !leaf_1_is_consistent(leaf))
		return VW_CANNOT_TELL;
	seen->source = "cpuid 0x00000001";
	tell(seen, "ecx=0x%08x: hypervisor bit %s", leaf->ecx, leaf->ecx >> 31 ? "set" : "clear");
	return yes_if(leaf->ecx >> 31 == rule->number);
}

static uint32_t register_of(const struct vw_leaf *leaf, unsigned which)
{
	const uint32_t value[] = {leaf->eax, leaf->ebx, leaf->ecx, leaf->edx};

	return value[which & 3];
}

enum vw_answer vw_ask_leaf(const struct vw_rule *rule, const struct vw_facts *facts, struct vw_seen *seen)
{
	const struct vw_leaf *leaf = vw_cpuid_find(&facts->cpuid, (uint32_t)rule->field, 0);
	uint32_t value;

	if (!leaf)
		return answer_without_value(facts->cpuid.state == VW_VALUE ? VW_ABSENT : facts->cpuid.state);
	value = register_of(leaf, (unsigned)(rule->number >> 32));
	seen->source = rule->text;
	tell(seen, "eax=0x%08x ebx=0x%08x ecx=0x%08x edx=0x%08x", leaf->eax, leaf->ebx, leaf->ecx, leaf->edx);
	return yes_if((value & (uint32_t)rule->mask) == (uint32_t)rule->number);
}

/* --- devices and firmware ----------------------------------------------------------------------------------
 */

enum vw_answer vw_ask_pci(const struct vw_rule *rule, const struct vw_facts *facts, struct vw_seen *seen)
{
	const struct vw_device_facts *devices = &facts->devices;

	if (devices->pci_state != VW_VALUE)
		return answer_without_value(devices->pci_state);
	for (size_t i = 0; i < devices->pci_count; i++) {
		const struct vw_pci_device *pci = &devices->pci[i];
		uint64_t ids = ((uint64_t)pci->vendor << 16) | pci->device;

		if ((ids & rule->mask) != rule->number)
			continue;
		seen->source = "/sys/bus/pci/devices";
		tell(seen, "%s %04x:%04x", pci->slot, pci->vendor, pci->device);
		return VW_HOLDS;
	}
	return VW_HOLDS_NOT;
}

enum vw_answer vw_ask_pci_subsystem(const struct vw_rule *rule, const struct vw_facts *facts,
				    struct vw_seen *seen)
{
	const struct vw_device_facts *devices = &facts->devices;

	if (devices->pci_state != VW_VALUE)
		return answer_without_value(devices->pci_state);
	for (size_t i = 0; i < devices->pci_count; i++) {
		const struct vw_pci_device *pci = &devices->pci[i];

		if (pci->vendor == pci->subvendor ||
		    (((uint64_t)pci->subvendor << 16) | pci->subdevice) != rule->number)
			continue;
		seen->source = "/sys/bus/pci/devices";
		tell(seen, "%s %04x:%04x, subsystem %04x:%04x", pci->slot, pci->vendor, pci->device,
		     pci->subvendor, pci->subdevice);
		return VW_HOLDS;
	}
	return VW_HOLDS_NOT;
}

enum vw_answer vw_ask_pci_known(const struct vw_rule *rule, const struct vw_facts *facts,
				struct vw_seen *seen)
{
	const struct vw_device_facts *devices = &facts->devices;

	(void)rule;
	(void)seen;
	if (devices->pci_state == VW_DENIED || devices->pci_state == VW_MALFORMED || devices->pci_incomplete)
		return VW_CANNOT_TELL;
	return VW_HOLDS;
}

enum vw_answer vw_ask_pci_any(const struct vw_rule *rule, const struct vw_facts *facts, struct vw_seen *seen)
{
	const struct vw_device_facts *devices = &facts->devices;

	(void)rule;
	if (devices->pci_state != VW_VALUE)
		return answer_without_value(devices->pci_state);
	seen->source = "/sys/bus/pci/devices";
	tell(seen, "%zu functions", devices->pci_count);
	return yes_if(devices->pci_count > 0);
}

enum vw_answer vw_ask_acpi_oem(const struct vw_rule *rule, const struct vw_facts *facts, struct vw_seen *seen)
{
	const struct vw_acpi_facts *acpi = &facts->acpi;

	if (acpi->state != VW_VALUE)
		return answer_without_value(acpi->state);
	for (size_t i = 0; i < acpi->count; i++) {
		const struct vw_acpi_table *table = &acpi->table[i];

		if (!vw_equal(table->oem_id, rule->text))
			continue;
		seen->source = "/sys/firmware/acpi/tables";
		tell(seen, "%s: OEM id %s, table id %s", table->name, table->oem_id, table->oem_table_id);
		return VW_HOLDS;
	}
	/* The tables that could be read do not carry it; those that could not be read might. */
	return acpi->count ? VW_HOLDS_NOT : VW_CANNOT_TELL;
}

enum vw_answer vw_ask_xenbus(const struct vw_rule *rule, const struct vw_facts *facts, struct vw_seen *seen)
{
	const struct vw_xen_facts *xen = &facts->xen;

	(void)rule;
	if (xen->devices_state != VW_VALUE)
		return answer_without_value(xen->devices_state);
	if (!xen->devices)
		return VW_HOLDS_NOT;
	see(seen, "/sys/bus/xen/devices", xen->device[0].name);
	return VW_HOLDS;
}

enum vw_answer vw_ask_arch(const struct vw_rule *rule, const struct vw_facts *facts, struct vw_seen *seen)
{
	if (!facts->arch)
		return VW_CANNOT_TELL;
	see(seen, NULL, facts->arch);
	return yes_if(vw_has_word(rule->text, facts->arch));
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/*
 * "ec2xxxxx-…", or byte-swapped as SMBIOS 2.6 and later store the first group: "xxxx2Exx" becomes "xx…2?ec".
 * Source: AWS, EC2 User Guide, "Detect whether a host is an EC2 instance".
 */
enum vw_answer vw_ask_ec2_uuid(const struct vw_rule *rule, const struct vw_facts *facts, struct vw_seen *seen)
{
	const char *uuid = text_of(rule, facts, seen);
	char first[9];

	if (!uuid)
		return answer_without_value(state_of(rule, facts));
	if (strlen(uuid) < 9 || uuid[8] != '-')
		return VW_HOLDS_NOT;
	for (size_t i = 0; i < 8; i++)
		first[i] = lower(uuid[i]);
	first[8] = '\0';
	return yes_if(vw_starts_with(first, "ec2") || (vw_ends_with(first, "ec") && first[4] == '2'));
}

static bool is_hexadecimal(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/*
 * A control group named after a container's id: the prefix, then at least twelve of its hexadecimal digits.
 * "docker-registry.service" is a service of a host.
 */
enum vw_answer vw_ask_cgroup(const struct vw_rule *rule, const struct vw_facts *facts, struct vw_seen *seen)
{
	const char *at = text_of(rule, facts, seen);
	size_t prefix = strlen(rule->text);

	if (!at)
		return answer_without_value(state_of(rule, facts));
	while ((at = strstr(at, rule->text))) {
		size_t digits = 0;

		at += prefix;
		while (digits < 12 && is_hexadecimal(at[digits]))
			digits++;
		if (digits == 12)
			return VW_HOLDS;
	}
	return VW_HOLDS_NOT;
}

/* "i3.metal", "m7i.metal-24xl"; not "nonmetal.large". Source: AWS, EC2 instance type names. */
enum vw_answer vw_ask_metal_type(const struct vw_rule *rule, const struct vw_facts *facts,
				 struct vw_seen *seen)
{
	const struct vw_text *fact = &facts->dmi.product_name;
	const char *metal;

	(void)rule;
	if (fact->state != VW_VALUE)
		return answer_without_value(fact->state);
	see(seen, fact->source, fact->text);
	metal = strstr(fact->text, ".metal");
	return yes_if(metal && (metal[6] == '\0' || metal[6] == '-'));
}

/* --- composition
 * --------------------------------------------------------------------------------------------- */

/* No early end: each rule that holds is evidence, also the ones that add nothing to the weight. */
static enum vw_answer ask_any_of(const struct vw_trial *trial, const struct vw_rule *sub,
				 enum vw_weight *ret_weight)
{
	enum vw_answer best = VW_HOLDS_NOT;
	enum vw_weight strongest = VW_WEAK;

	for (; sub->combine; sub++) {
		enum vw_weight weight = VW_WEAK;
		enum vw_answer answer = vw_rule_ask(trial, sub, &weight);

		if (answer == VW_HOLDS) {
			best = VW_HOLDS;
			strongest = weight > strongest ? weight : strongest;
		} else if (answer == VW_CANNOT_TELL && best == VW_HOLDS_NOT) {
			best = VW_CANNOT_TELL;
		}
	}
	if (best == VW_HOLDS)
		*ret_weight = strongest;
	return best;
}

static enum vw_answer ask_all_of(const struct vw_trial *trial, const struct vw_rule *sub,
				 enum vw_weight *ret_weight)
{
	struct vw_trial silent = {.facts = trial->facts, .domains = trial->domains};
	enum vw_answer worst = VW_HOLDS;
	enum vw_weight weakest = VW_DECISIVE;

	for (const struct vw_rule *one = sub; one->combine; one++) {
		enum vw_weight weight = VW_WEAK;
		enum vw_answer answer = vw_rule_ask(&silent, one, &weight);

		if (answer == VW_HOLDS)
			weakest = weight < weakest ? weight : weakest;
		else if (answer == VW_HOLDS_NOT || worst == VW_HOLDS)
			worst = answer;
	}
	if (worst != VW_HOLDS)
		return worst;
	for (const struct vw_rule *one = sub; trial->witness && one->combine; one++) {
		enum vw_weight weight;

		(void)vw_rule_ask(trial, one, &weight);
	}
	*ret_weight = weakest;
	return VW_HOLDS;
}

static enum vw_answer ask_none_of(const struct vw_trial *trial, const struct vw_rule *rule,
				  enum vw_weight *ret_weight)
{
	struct vw_trial silent = {.facts = trial->facts, .domains = trial->domains};
	enum vw_weight weight;
	enum vw_answer any = ask_any_of(&silent, rule->sub, &weight);

	if (any != VW_HOLDS_NOT)
		return any == VW_HOLDS ? VW_HOLDS_NOT : VW_CANNOT_TELL;
	*ret_weight = rule->weight;
	return VW_HOLDS;
}

static enum vw_answer ask_unless(const struct vw_trial *trial, const struct vw_rule *rule,
				 enum vw_weight *ret_weight)
{
	enum vw_answer none = ask_none_of(trial, rule, ret_weight);

	*ret_weight = rule->weight;
	return none == VW_CANNOT_TELL ? VW_HOLDS : none;
}

enum vw_answer vw_rule_ask(const struct vw_trial *trial, const struct vw_rule *rule,
			   enum vw_weight *ret_weight)
{
	enum vw_answer answer;
	struct vw_seen seen;

	switch (rule->combine) {
	case VW_ANY_OF:
		return ask_any_of(trial, rule->sub, ret_weight);
	case VW_ALL_OF:
		return ask_all_of(trial, rule->sub, ret_weight);
	case VW_NONE_OF:
		return ask_none_of(trial, rule, ret_weight);
	case VW_UNLESS_ONE_OF:
		return ask_unless(trial, rule, ret_weight);
	case VW_PLAIN:
		break;
	case VW_END:
		return VW_CANNOT_TELL;
	}
	if (!(rule->domain & trial->domains))
		return VW_HOLDS_NOT;
	seen.wanted = trial->witness != NULL;
	seen.source = NULL;
	seen.value[0] = '\0';
	answer = rule->ask(rule, trial->facts, &seen);
	if (answer != VW_HOLDS)
		return answer;
	*ret_weight = rule->weight;
	if (trial->witness && seen.source)
		trial->witness(trial->user, rule, &seen);
	return VW_HOLDS;
}

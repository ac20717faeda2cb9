/* SPDX-License-Identifier: MIT */
#include "detect/know/rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "detect/know/signatures.h"

/* Texts, numbers and names begin with their state, so a rule can ask for it without knowing the type. */
static const void *field_of(const struct vwk_rule *rule, const struct vw_facts *facts)
{
	return (const char *)facts + rule->field;
}

static enum vw_state state_of(const struct vwk_rule *rule, const struct vw_facts *facts)
{
	return *(const enum vw_state *)field_of(rule, facts);
}

static enum vwk_answer answer_without_value(enum vw_state state)
{
	return state == VW_ABSENT ? VW_HOLDS_NOT : VW_CANNOT_TELL;
}

static void see(struct vwk_seen *seen, const char *source, const char *value)
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

static void tell(struct vwk_seen *seen, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void tell(struct vwk_seen *seen, const char *format, ...)
{
	va_list arguments;

	if (!seen->wanted)
		return;
	va_start(arguments, format);
	vsnprintf(seen->value, sizeof(seen->value), format, arguments);
	va_end(arguments);
}

void vw_rule_see_text(struct vwk_seen *seen, const struct vw_text *fact)
{
	see(seen, fact->source, fact->text);
}

void vw_rule_see_number(struct vwk_seen *seen, const struct vw_number *fact)
{
	seen->source = fact->source;
	tell(seen, "%llu", (unsigned long long)fact->value);
}

static enum vwk_answer yes_if(bool holds)
{
	return holds ? VW_HOLDS : VW_HOLDS_NOT;
}

/* Texts. */

static const char *text_of(const struct vwk_rule *rule, const struct vw_facts *facts, struct vwk_seen *seen)
{
	const struct vw_text *fact = field_of(rule, facts);

	if (fact->state != VW_VALUE)
		return NULL;
	see(seen, fact->source, fact->text);
	return fact->text;
}

static enum vwk_answer ask_text(const struct vwk_rule *rule, const struct vw_facts *facts,
				struct vwk_seen *seen, bool (*test)(const char *text, const char *wanted))
{
	const char *text = text_of(rule, facts, seen);

	return text ? yes_if(test(text, rule->text)) : answer_without_value(state_of(rule, facts));
}

static bool contains(const char *text, const char *wanted)
{
	return strstr(text, wanted) != NULL;
}

static bool is_older(const char *text, const char *than)
{
	return vwb_version_compare_numbers(text, than) < 0;
}

static bool lacks_word(const char *text, const char *wanted)
{
	return !vwb_text_has_word(text, wanted);
}

enum vwk_answer vw_rule_is(const struct vwk_rule *rule, const struct vw_facts *facts, struct vwk_seen *seen)
{
	return ask_text(rule, facts, seen, vwb_text_equal);
}

enum vwk_answer vw_rule_has(const struct vwk_rule *rule, const struct vw_facts *facts, struct vwk_seen *seen)
{
	return ask_text(rule, facts, seen, contains);
}

enum vwk_answer vw_rule_starts(const struct vwk_rule *rule, const struct vw_facts *facts,
			       struct vwk_seen *seen)
{
	return ask_text(rule, facts, seen, vwb_text_starts);
}

enum vwk_answer vw_rule_ends(const struct vwk_rule *rule, const struct vw_facts *facts, struct vwk_seen *seen)
{
	return ask_text(rule, facts, seen, vwb_text_ends);
}

enum vwk_answer vw_rule_older(const struct vwk_rule *rule, const struct vw_facts *facts,
			      struct vwk_seen *seen)
{
	return ask_text(rule, facts, seen, is_older);
}

enum vwk_answer vw_rule_word(const struct vwk_rule *rule, const struct vw_facts *facts, struct vwk_seen *seen)
{
	enum vwk_answer answer = ask_text(rule, facts, seen, vwb_text_has_word);

	/* A line of eighty flags is no evidence that anybody can read: show the one that counts. */
	if (answer == VW_HOLDS && seen->wanted && strlen(seen->value) > strlen(rule->text) + 40)
		see(seen, seen->source, rule->text);
	return answer;
}

enum vwk_answer vw_rule_lacks_word(const struct vwk_rule *rule, const struct vw_facts *facts,
				   struct vwk_seen *seen)
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

/* Presence, numbers, names. */

enum vwk_answer vw_rule_there(const struct vwk_rule *rule, const struct vw_facts *facts,
			      struct vwk_seen *seen)
{
	const struct vw_text *fact = field_of(rule, facts);

	if (fact->state != VW_VALUE)
		return answer_without_value(fact->state);
	see(seen, fact->source, "present");
	return VW_HOLDS;
}

enum vwk_answer vw_rule_absent(const struct vwk_rule *rule, const struct vw_facts *facts,
			       struct vwk_seen *seen)
{
	enum vw_state state = state_of(rule, facts);

	(void)seen; /* what is not there has no source to quote */
	if (state != VW_ABSENT)
		return state == VW_VALUE ? VW_HOLDS_NOT : VW_CANNOT_TELL;
	return VW_HOLDS;
}

enum vwk_answer vw_rule_bits(const struct vwk_rule *rule, const struct vw_facts *facts, struct vwk_seen *seen)
{
	const struct vw_number *fact = field_of(rule, facts);

	if (fact->state != VW_VALUE)
		return answer_without_value(fact->state);
	seen->source = fact->source;
	tell(seen, fact->value > 9 ? "0x%llx" : "%llu", (unsigned long long)fact->value);
	return yes_if((fact->value & rule->mask) == rule->number);
}

static enum vwk_answer ask_names(const struct vwk_rule *rule, const struct vw_facts *facts,
				 struct vwk_seen *seen, bool (*test)(const char *name, const char *wanted),
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

enum vwk_answer vw_rule_name(const struct vwk_rule *rule, const struct vw_facts *facts, struct vwk_seen *seen)
{
	return ask_names(rule, facts, seen, vwb_text_equal, SIZE_MAX);
}

enum vwk_answer vw_rule_name_starts(const struct vwk_rule *rule, const struct vw_facts *facts,
				    struct vwk_seen *seen)
{
	return ask_names(rule, facts, seen, vwb_text_starts, SIZE_MAX);
}

enum vwk_answer vw_rule_first_name_starts(const struct vwk_rule *rule, const struct vw_facts *facts,
					  struct vwk_seen *seen)
{
	return ask_names(rule, facts, seen, vwb_text_starts, 1);
}

/* CPUID. */

const struct vw_leaf *vw_cpuid_find(const struct vw_cpuid_facts *cpuid, uint32_t leaf, uint32_t subleaf)
{
	for (size_t i = 0; i < cpuid->count; i++) {
		if (cpuid->leaf[i].leaf == leaf && cpuid->leaf[i].subleaf == subleaf)
			return &cpuid->leaf[i];
	}
	return NULL;
}

enum vwk_answer vw_rule_signature(const struct vwk_rule *rule, const struct vw_facts *facts,
				  struct vwk_seen *seen)
{
	const struct vw_cpuid_facts *cpuid = field_of(rule, facts);

	/* Not probed: the architecture has no CPUID, or nothing suggests a Xen to ask. */
	if (cpuid->state == VW_NOT_PROBED)
		return VW_HOLDS_NOT;
	if (cpuid->state != VW_VALUE)
		return answer_without_value(cpuid->state);
	for (size_t i = 0; i < cpuid->interfaces; i++) {
		if (!vwb_text_equal(cpuid->interface[i].signature, rule->text))
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

enum vwk_answer vw_rule_hypervisor_bit(const struct vwk_rule *rule, const struct vw_facts *facts,
				       struct vwk_seen *seen)
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

enum vwk_answer vw_rule_leaf(const struct vwk_rule *rule, const struct vw_facts *facts, struct vwk_seen *seen)
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

enum vwk_answer vw_rule_interface(const struct vwk_rule *rule, const struct vw_facts *facts,
				  struct vwk_seen *seen)
{
	const struct vw_cpuid_facts *cpuid = &facts->cpuid;

	(void)rule;
	if (cpuid->state != VW_VALUE)
		return cpuid->state == VW_NOT_PROBED ? VW_HOLDS_NOT : answer_without_value(cpuid->state);
	if (!cpuid->interfaces)
		return VW_HOLDS_NOT;
	see(seen, cpuid->interface[0].source, cpuid->interface[0].signature);
	return VW_HOLDS;
}

enum vwk_answer vw_rule_feature(const struct vwk_rule *rule, const struct vw_facts *facts,
				struct vwk_seen *seen)
{
	const struct vw_cpuid_facts *cpuid = &facts->cpuid;

	if (cpuid->state != VW_VALUE)
		return cpuid->state == VW_NOT_PROBED ? VW_HOLDS_NOT : answer_without_value(cpuid->state);
	for (size_t i = 0; i < cpuid->interfaces; i++) {
		const struct vw_leaf *leaf = vw_cpuid_find(cpuid, cpuid->interface[i].base + 1, 0);

		if (!leaf || !vwb_text_equal(cpuid->interface[i].signature, rule->text))
			continue;
		seen->source = cpuid->interface[i].source;
		tell(seen, "%s, features 0x%08x", rule->text, leaf->eax);
		return yes_if(leaf->eax & rule->number);
	}
	return VW_HOLDS_NOT;
}

/* Devices and firmware. */

enum vwk_answer vw_rule_pci(const struct vwk_rule *rule, const struct vw_facts *facts, struct vwk_seen *seen)
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

static bool is_made_for_guests(const struct vw_pci_device *pci)
{
	for (const struct vwk_pci_row *row = vwk_pci_rows; row->kind.what; row++) {
		if (row->guests_only && row->vendor == pci->vendor && row->device == pci->device)
			return true;
	}
	/* Real silicon's ids, and the subsystem that QEMU gives to all that it emulates. Source: QEMU
	 * docs/specs/pci-ids.rst. */
	return pci->vendor != 0x1af4 && pci->subvendor == 0x1af4 && pci->subdevice == 0x1100;
}

enum vwk_answer vw_rule_guest_device(const struct vwk_rule *rule, const struct vw_facts *facts,
				     struct vwk_seen *seen)
{
	const struct vw_device_facts *devices = &facts->devices;

	(void)rule;
	if (devices->pci_state != VW_VALUE)
		return answer_without_value(devices->pci_state);
	for (size_t i = 0; i < devices->pci_count; i++) {
		const struct vw_pci_device *pci = &devices->pci[i];

		if (!is_made_for_guests(pci))
			continue;
		seen->source = "/sys/bus/pci/devices";
		tell(seen, "%s %04x:%04x, subsystem %04x:%04x", pci->slot, pci->vendor, pci->device,
		     pci->subvendor, pci->subdevice);
		return VW_HOLDS;
	}
	return VW_HOLDS_NOT;
}

enum vwk_answer vw_rule_pci_known(const struct vwk_rule *rule, const struct vw_facts *facts,
				  struct vwk_seen *seen)
{
	const struct vw_device_facts *devices = &facts->devices;

	(void)rule;
	(void)seen;
	if (devices->pci_state == VW_DENIED || devices->pci_state == VW_MALFORMED || devices->pci_incomplete)
		return VW_CANNOT_TELL;
	return VW_HOLDS;
}

enum vwk_answer vw_rule_pci_any(const struct vwk_rule *rule, const struct vw_facts *facts,
				struct vwk_seen *seen)
{
	const struct vw_device_facts *devices = &facts->devices;

	(void)rule;
	if (devices->pci_state != VW_VALUE)
		return answer_without_value(devices->pci_state);
	seen->source = "/sys/bus/pci/devices";
	tell(seen, "%zu functions", devices->pci_count);
	return yes_if(devices->pci_count > 0);
}

enum vwk_answer vw_rule_acpi_oem(const struct vwk_rule *rule, const struct vw_facts *facts,
				 struct vwk_seen *seen)
{
	const struct vw_acpi_facts *acpi = &facts->acpi;

	if (acpi->state != VW_VALUE)
		return answer_without_value(acpi->state);
	for (size_t i = 0; i < acpi->count; i++) {
		const struct vw_acpi_table *table = &acpi->table[i];

		if (!vwb_text_equal(table->oem_id, rule->text))
			continue;
		seen->source = "/sys/firmware/acpi/tables";
		tell(seen, "%s: OEM id %s, table id %s", table->name, table->oem_id, table->oem_table_id);
		return VW_HOLDS;
	}
	/* The tables that could be read do not carry it; those that could not be read might. */
	return acpi->count ? VW_HOLDS_NOT : VW_CANNOT_TELL;
}

enum vwk_answer vw_rule_xenbus(const struct vwk_rule *rule, const struct vw_facts *facts,
			       struct vwk_seen *seen)
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

enum vwk_answer vw_rule_arch(const struct vwk_rule *rule, const struct vw_facts *facts, struct vwk_seen *seen)
{
	(void)seen;
	if (!facts->arch)
		return VW_CANNOT_TELL;
	return yes_if(vwb_text_has_word(rule->text, facts->arch));
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/*
 * "ec2xxxxx-…", or byte-swapped as SMBIOS 2.6 and later store the first group: "xxxx2Exx" becomes "xx…2?ec".
 * Source: AWS, EC2 User Guide, "Detect whether a host is an EC2 instance".
 */
enum vwk_answer vw_rule_ec2_uuid(const struct vwk_rule *rule, const struct vw_facts *facts,
				 struct vwk_seen *seen)
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
	return yes_if(vwb_text_starts(first, "ec2") || (vwb_text_ends(first, "ec") && first[4] == '2'));
}

static bool is_hexadecimal(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/*
 * A control group named after a container's id: the prefix, then at least twelve of its hexadecimal digits.
 * "docker-registry.service" is a service of a host.
 */
enum vwk_answer vw_rule_cgroup(const struct vwk_rule *rule, const struct vw_facts *facts,
			       struct vwk_seen *seen)
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
enum vwk_answer vw_rule_metal_type(const struct vwk_rule *rule, const struct vw_facts *facts,
				   struct vwk_seen *seen)
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

/* Composition. */

/* No early end: each rule that holds is evidence, also the ones that add nothing to the weight. */
static enum vwk_answer ask_any_of(const struct vwk_trial *trial, const struct vwk_rule *sub,
				  enum vw_weight *ret_weight)
{
	enum vwk_answer best = VW_HOLDS_NOT;
	enum vw_weight strongest = VW_WEAK;

	for (; sub->combine; sub++) {
		enum vw_weight weight = VW_WEAK;
		enum vwk_answer answer = vw_rule_ask(trial, sub, &weight);

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

static enum vwk_answer ask_all_of(const struct vwk_trial *trial, const struct vwk_rule *sub,
				  enum vw_weight *ret_weight)
{
	struct vwk_trial silent = {.facts = trial->facts, .domains = trial->domains};
	enum vwk_answer worst = VW_HOLDS;
	enum vw_weight weakest = VW_DECISIVE;

	for (const struct vwk_rule *one = sub; one->combine; one++) {
		enum vw_weight weight = VW_WEAK;
		enum vwk_answer answer = vw_rule_ask(&silent, one, &weight);

		if (answer == VW_HOLDS)
			weakest = weight < weakest ? weight : weakest;
		else if (answer == VW_HOLDS_NOT || worst == VW_HOLDS)
			worst = answer;
	}
	if (worst != VW_HOLDS)
		return worst;
	for (const struct vwk_rule *one = sub; trial->witness && one->combine; one++) {
		enum vw_weight weight;

		(void)vw_rule_ask(trial, one, &weight);
	}
	*ret_weight = weakest;
	return VW_HOLDS;
}

static enum vwk_answer ask_none_of(const struct vwk_trial *trial, const struct vwk_rule *rule,
				   enum vw_weight *ret_weight)
{
	struct vwk_trial silent = {.facts = trial->facts, .domains = trial->domains};
	enum vw_weight weight;
	enum vwk_answer any = ask_any_of(&silent, rule->sub, &weight);

	if (any != VW_HOLDS_NOT)
		return any == VW_HOLDS ? VW_HOLDS_NOT : VW_CANNOT_TELL;
	*ret_weight = rule->weight;
	return VW_HOLDS;
}

static enum vwk_answer ask_unless(const struct vwk_trial *trial, const struct vwk_rule *rule,
				  enum vw_weight *ret_weight)
{
	enum vwk_answer none = ask_none_of(trial, rule, ret_weight);

	*ret_weight = rule->weight;
	return none == VW_CANNOT_TELL ? VW_HOLDS : none;
}

enum vwk_answer vw_rule_ask(const struct vwk_trial *trial, const struct vwk_rule *rule,
			    enum vw_weight *ret_weight)
{
	enum vwk_answer answer;
	struct vwk_seen seen;

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

/* SPDX-License-Identifier: MIT */

/*
 * Does a fixture need each part of each table? rules DIRECTORY... (snapshots)
 *
 * Each snapshot is probed once. Then each rule of each row is dropped in turn, its weight is made one step
 * weaker and one step stronger, and the row's other columns are changed; with each change every snapshot's
 * facts are judged again until a report differs. A change that no report shows is a miss: the tables could
 * lose that part, and no fixture would tell. Exits 0 when every change was seen, 1 when not, 2 when nothing
 * ran.
 */

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/base.h"
#include "detect/report.h"
#include "detect/know/tables.h"
#include "probes/probes.h"

enum { FIXTURES_MAX = 4096 };

static struct vwb_arena *arena; /* of paths and of copies of the tables */

/*
 * Changes that no machine can show, each with the reason. A pattern that fits no unseen change is a miss, and
 * so is one that fits a change that is seen.
 */
static struct excuse {
	const char *pattern, *reason;
	size_t used;
} excuses[] = {
	/* machines that there are not */
	{"platforms * unless/*has cpuinfo.machine*: dropped",
	 "only POWER's kernel writes that line; PowerVM's own row needs that it is not there", 0},
	{"platforms ec2-metal needs/any*/all/unless*", "EC2's metal is younger than any such kernel", 0},
	{"platforms @(kvm|unknown-hypervisor) needs/*/unless/all/unless: none",
	 "every kernel tells its release", 0},
	{"platforms powervm unless/@(*dmi.*|*acpi*|all/none|there "
	 "passport*|*devicetree.root*|*cpuinfo.model*): *",
	 "POWER has neither SMBIOS, ACPI nor fw_cfg, and its cpuinfo has no x86 processor's name", 0},
	{"platforms bochs unless/name devicetree.hypervisor*: dropped", "Bochs emulates x86 only", 0},
	{"platforms @(xen-pvh|xen-pvhvm) needs/any/all/any/all@(: dropped|/name *)",
	 "Xen on Itanium had neither of the two", 0},
	{"platforms @(powervm|zvm|lpar|ldoms)/fallback: the other", "no other row holds on these machines",
	 0},
	{"platforms @(vmware|bhyve|openbsd-vmm|acrn|qnx|apple-vz|unknown-hypervisor|qemu|family "
	 "xen)/interrupts: "
	 "KVM",
	 "where KVM's clock shows, the platform is KVM", 0},
	{"platforms metal needs/any*/word clock.available*: *",
	 "where KVM's clock shows, the platform is KVM", 0},
	{"platforms uml/below 0x@(1|8): the other", "its kernel shows nothing of the host's", 0},
	/* facts that come from one source: when one was read, the other was too */
	{"platforms lpar needs/none: unless", "/proc/sysinfo holds both facts", 0},
	{"platforms powervm needs/none: unless", "the folder of the partition's properties, which were read",
	 0},
	{"platforms unknown-hypervisor needs/any/all#4/unless: none", "the product's name, which was read",
	 0},
	{"containers container-other needs/any*/all*/none: unless", "both rules ask the same fact", 0},
	/* evidence that another rule makes at least as strong wherever this one holds, in a verdict that is
	 * bound by another rule, or that has no certainty */
	{"platforms xen-pv needs/any*/all*/signature cpuid_xen*: decisive", "ON_XEN", 0},
	{"platforms xen-pvh needs/any*/all*/bits xen.features*: decisive", "IS_NOT_DOM0", 0},
	{"platforms xen-pvhvm needs/any#3/signature cpuid *: strong",
	 "ON_XEN; clock and interrupts are no stronger", 0},
	{"platforms firecracker needs/any*/all*/any/*: strong", "the row kvm", 0},
	{"platforms metal needs/any*/all*/@(there devicetree.model|hypervisor bit)*: decisive", "asked twice",
	 0},
	{"vmms qemu needs/any*/@(name starts devicetree.*|has devicetree.model|has cpuinfo.machine)*: weak",
	 "the platform qemu; no other strong VMM is told by a device tree", 0},
	{"platforms hyperv-root/below 0x2: the other", "Hyper-V shows its root its own leaves", 0},
	{"platforms xen-pvhvm needs/any/all/unless*: dropped", "the guard of the same signature", 0},
	{"platforms unknown-hypervisor needs/any/all*/is dmi.sys_vendor*: decisive", "the cloud aws", 0},
	{"platforms nitro needs/any*/all/any/has dmi.product_name*: weak", "the row unknown-hypervisor", 0},
	{"containers lxd needs/any*/is *: strong", "the row lxc", 0},
	{"containers lxd needs/any*/@(has|there) *: weak", "the row lxc", 0},
	{"containers proot needs/any*/starts *: strong", "the same trace as what confines", 0},
	{"confinement family container needs/starts *: strong", "the row proot", 0},
	{"confinement family container needs/any/@(has|cgroup) *: weak", "the row of that manager", 0},
	{"containers container-other needs/any*/all*/none: strong", "no other fallback", 0},
	{"confidential tdx needs/any*/all*/leaf *21*: strong", "two rules, one piece", 0},
	{"confidential nitro-enclave needs/*: strong", "the platform nitro-enclave", 0},
	{"conflicts hypervisor bit*/signature cpuid \"[TXV]*: @(weak|decisive)",
	 "the platform of that signature, for which no board need be read", 0},
	{"conflicts hypervisor bit*/signature cpuid \"[KM]*: weak", "the platform unknown-hypervisor", 0},
	{"conflicts signature cpuid \"X*/signature cpuid \"K*: @(weak|decisive)", "the platform kvm", 0},
	{"conflicts signature cpuid \"M*/signature cpuid \"X*: @(weak|decisive)", "the family xen", 0},
	{"conflicts is dmi.*/signature cpuid \"T*: @(weak|decisive)", "the platform qemu-tcg", 0},
	{"conflicts @(starts|is) dmi.*/signature cpuid \"K*: @(weak|decisive)",
	 "the platform kvm, whose board was read", 0},
	{"conflicts is dmi.sys_vendor*/is *: @(weak|decisive)", "the cloud aws", 0},
	{"conflicts is dmi.sys_vendor*0x1b36*/pci*: weak", "the platform qemu", 0},
	{"conflicts @(starts|is) dmi.*and signature*KVMKVMKVM*/@(starts|is) *: weak",
	 "the platform of that board", 0},
};

/* The machines. */

enum { WORDS_MAX = 64 };

static const char *asked[WORDS_MAX] = {"vm", "metal", "nested", "container", "confidential"};
static size_t asked_count = 5;

struct fixture {
	struct vw_source *source; /* whose paths the facts name; NULL where another fixture has it */
	const struct vw_facts *facts;
	struct vw_report *report;
	enum vw_tristate is[WORDS_MAX]; /* what `virtwhere is` says of it */
};

static struct fixture fixtures[FIXTURES_MAX];
static size_t fixture_count;

static void ask_words(const struct vw_report *report, enum vw_tristate *is)
{
	for (size_t i = 0; i < asked_count; i++)
		if (vw_report_is(report, asked[i], &is[i]) < 0)
			exit(2);
}

static bool fixture_add(struct vw_source *source, const struct vw_facts *facts)
{
	struct fixture *fixture = &fixtures[fixture_count];

	fixture->source = source;
	fixture->facts = facts;
	if (fixture_count == FIXTURES_MAX || vw_detect(facts, &fixture->report) < 0)
		return false;
	ask_words(fixture->report, fixture->is);
	fixture_count++;
	return true;
}

static bool snapshot_add(const char *root)
{
	struct vw_source *source = NULL;
	struct vw_facts *facts = NULL;
	char problem[256] = "";

	if (vw_source_snapshot(root, &source, problem, sizeof(problem)) == 0 &&
	    vw_probe(source, 0, &facts) == 0 && fixture_add(source, facts))
		return true;
	printf("MISS rules: %s: %s\n", root, *problem ? problem : "no report");
	return false;
}

/* No snapshot holds AMD's register; tests/unit/test_detect.c says what each of its values means. */
static bool registers_add(void)
{
	static const uint64_t status[] = {1, 2, 3, 4, 7};
	static struct vw_facts facts[VW_COUNT(status)];

	for (size_t i = 0; i < VW_COUNT(status); i++) {
		facts[i] = *fixtures[0].facts;
		facts[i].confidential.sev_status =
			(struct vw_number){.state = VW_VALUE, .value = status[i], .source = "msr 0xc0010131"};
		if (!fixture_add(NULL, &facts[i]))
			return false;
	}
	return true;
}

/* What a report says. */

static bool same_platform(const struct vw_platform *a, const struct vw_platform *b)
{
	const char *const words[][2] = {
		{a->id, b->id},
		{a->name, b->name},
		{a->hypervisor, b->hypervisor},
		{a->vmm, b->vmm},
		{a->mode, b->mode},
		{a->row, b->row},
		{a->cloud.provider, b->cloud.provider},
		{a->cloud.instance_type, b->cloud.instance_type},
		{a->container, b->container},
		{a->confidential, b->confidential},
	};

	for (size_t i = 0; i < VW_COUNT(words); i++)
		if (!vwb_text_equal(words[i][0], words[i][1]))
			return false;
	return a->confidence == b->confidence;
}

static bool same_layers(const struct vw_report *a, const struct vw_report *b)
{
	if (a->level != b->level || a->layer_count != b->layer_count)
		return false;
	for (size_t i = 0; i < a->layer_count; i++)
		if (a->layer[i].level != b->layer[i].level || a->layer[i].known != b->layer[i].known ||
		    !vwb_text_equal(a->layer[i].kind, b->layer[i].kind) ||
		    !vwb_text_equal(a->layer[i].name, b->layer[i].name))
			return false;
	return true;
}

static bool same_cells(const struct vw_report *a, const struct vw_report *b)
{
	for (int i = 0; i < VW_DIMENSIONS; i++)
		if (a->dimension[i].class != b->dimension[i].class ||
		    !vwb_text_equal(a->dimension[i].with, b->dimension[i].with))
			return false;
	return a->nested.can_host == b->nested.can_host &&
	       vwb_text_equal(a->nested.extension, b->nested.extension) &&
	       vwb_text_equal(a->nested.hint, b->nested.hint);
}

static bool supports(const struct vw_evidence *evidence, const char *word)
{
	for (size_t i = 0; i < evidence->support_count; i++)
		if (vwb_text_equal(evidence->supports[i], word))
			return true;
	return false;
}

static bool same_piece(const struct vw_evidence *a, const struct vw_evidence *b)
{
	if (!vwb_text_equal(a->source, b->source) || !vwb_text_equal(a->value, b->value) ||
	    a->weight != b->weight || a->support_count != b->support_count)
		return false;
	for (size_t i = 0; i < a->support_count; i++)
		if (!supports(b, a->supports[i]))
			return false;
	return true;
}

/* The order of evidence says nothing. */
static bool same_evidence(const struct vw_report *a, const struct vw_report *b)
{
	if (a->evidence_count != b->evidence_count)
		return false;
	for (size_t i = 0; i < a->evidence_count; i++) {
		size_t j = 0;

		while (j < b->evidence_count && !same_piece(&a->evidence[i], &b->evidence[j]))
			j++;
		if (j == b->evidence_count)
			return false;
	}
	return true;
}

static bool same_conflicts(const struct vw_report *a, const struct vw_report *b)
{
	if (a->conflict_count != b->conflict_count)
		return false;
	for (size_t i = 0; i < a->conflict_count; i++) {
		if (!vwb_text_equal(a->conflict[i].message, b->conflict[i].message))
			return false;
		for (int side = 0; side < 2; side++)
			if (!same_piece(&a->evidence[a->conflict[i].evidence[side]],
					&b->evidence[b->conflict[i].evidence[side]]))
				return false;
	}
	return true;
}

static bool same_report(const struct vw_report *a, const struct vw_report *b)
{
	return same_platform(&a->platform, &b->platform) && same_layers(a, b) && same_cells(a, b) &&
	       same_evidence(a, b) && same_conflicts(a, b);
}

/* One change. */

static size_t changes, misses, excused;
static size_t order[FIXTURES_MAX];

static bool differs(size_t index)
{
	enum vw_tristate is[WORDS_MAX];
	struct vw_report *report;
	bool same;

	if (vw_detect(fixtures[index].facts, &report) < 0)
		exit(2);
	ask_words(report, is);
	same = same_report(fixtures[index].report, report) &&
	       memcmp(is, fixtures[index].is, asked_count * sizeof(*is)) == 0;
	vw_report_free(report);
	return !same;
}

static struct excuse *excuse_of(const char *what)
{
	for (size_t i = 0; i < VW_COUNT(excuses); i++)
		if (fnmatch(excuses[i].pattern, what, FNM_EXTMATCH) == 0)
			return &excuses[i];
	return NULL;
}

/* The tables are changed: does a fixture see it? Those to which the rule speaks are asked first. */
static void look(const char *path, const char *change)
{
	struct excuse *excuse;
	const char *what;
	bool seen = false;

	changes++;
	for (size_t i = 0; i < fixture_count && !seen; i++)
		seen = differs(order[i]);
	what = vwb_arena_printf(arena, "%s: %s", path, change);
	excuse = excuse_of(what);
	if (excuse)
		excuse->used++;
	if (!seen && excuse) {
		excused++;
	} else if (!seen) {
		printf("MISS rules: no fixture needs %s\n", what);
		misses++;
	} else if (excuse) {
		printf("MISS rules: a fixture needs %s, which is excused\n", what);
		misses++;
	}
}

static void order_by(const struct vwk_rule *rule)
{
	static const enum vwk_answer first[] = {VW_HOLDS, VW_CANNOT_TELL, VW_HOLDS_NOT};
	static enum vwk_answer answer[FIXTURES_MAX];
	size_t count = 0;

	for (size_t i = 0; i < fixture_count; i++) {
		struct vwk_trial trial = {.facts = fixtures[i].facts, .domains = VW_FROM_ALL};
		enum vw_weight weight;

		answer[i] = rule ? vw_rule_ask(&trial, rule, &weight) : VW_HOLDS;
	}
	for (size_t round = 0; round < VW_COUNT(first); round++)
		for (size_t i = 0; i < fixture_count; i++)
			if (answer[i] == first[round])
				order[count++] = i;
}

/* A rule in words. */

static const struct {
	vwk_ask ask;
	const char *word;
} asks[] = {
	{vw_rule_is, "is"},
	{vw_rule_has, "has"},
	{vw_rule_starts, "starts"},
	{vw_rule_ends, "ends"},
	{vw_rule_word, "word"},
	{vw_rule_lacks_word, "lacks"},
	{vw_rule_there, "there"},
	{vw_rule_absent, "absent"},
	{vw_rule_bits, "bits"},
	{vw_rule_name, "name"},
	{vw_rule_name_starts, "name starts"},
	{vw_rule_first_name_starts, "first name starts"},
	{vw_rule_signature, "signature"},
	{vw_rule_leaf, "leaf"},
	{vw_rule_hypervisor_bit, "hypervisor bit"},
	{vw_rule_pci, "pci"},
	{vw_rule_pci_known, "pci known"},
	{vw_rule_pci_any, "pci any"},
	{vw_rule_guest_device, "guest device"},
	{vw_rule_older, "older"},
	{vw_rule_feature, "feature"},
	{vw_rule_interface, "interface"},
	{vw_rule_acpi_oem, "acpi oem"},
	{vw_rule_xenbus, "xenbus"},
	{vw_rule_arch, "arch"},
	{vw_rule_ec2_uuid, "ec2 uuid"},
	{vw_rule_cgroup, "cgroup"},
	{vw_rule_metal_type, "metal type"},
};

#define FACT(field)                     \
	{                               \
		VW_FIELD(field), #field \
	}

static const struct {
	size_t field;
	const char *name;
} facts[] = {
	FACT(xen.type),
	FACT(xen.guest_type),
	FACT(xen.features),
	FACT(xen.proc),
	FACT(xen.proc_capabilities),
	FACT(xen.bus_drivers),
	FACT(xen.extra),
	FACT(xen.uuid),
	FACT(clock.available),
	FACT(interrupts.names),
	FACT(cpuid),
	FACT(cpuid_xen),
	FACT(cpuid.unknown_signature),
	FACT(cpuinfo.vendor),
	FACT(cpuinfo.model),
	FACT(cpuinfo.flags),
	FACT(cpuinfo.machine),
	FACT(cpuinfo.platform),
	FACT(dmi.bios_vendor),
	FACT(dmi.bios_version),
	FACT(dmi.sys_vendor),
	FACT(dmi.product_name),
	FACT(dmi.product_version),
	FACT(dmi.product_serial),
	FACT(dmi.product_uuid),
	FACT(dmi.board_vendor),
	FACT(dmi.board_name),
	FACT(dmi.chassis_asset_tag),
	FACT(dmi.vm_bit),
	FACT(acpi.hids),
	FACT(acpi.hypervisor_vendor),
	FACT(devicetree.root),
	FACT(devicetree.model),
	FACT(devicetree.compatible),
	FACT(devicetree.hypervisor),
	FACT(passport.fw_cfg_present),
	FACT(s390.vm),
	FACT(s390.lpar_name),
	FACT(power.shared_processor),
	FACT(power.hmc_managed),
	FACT(power.partition),
	FACT(sparc.mdesc),
	FACT(kernel.release),
	FACT(container.pid1_container),
	FACT(container.pid1_markers),
	FACT(container.manager),
	FACT(container.dockerenv),
	FACT(container.dockerinit),
	FACT(container.containerenv),
	FACT(container.cgroup),
	FACT(container.proc_vz),
	FACT(container.proc_bc),
	FACT(container.vxid),
	FACT(container.kubernetes),
	FACT(container.wsl),
	FACT(container.lxd),
	FACT(container.proc_version),
	FACT(container.host_manager),
	FACT(container.own_cgroup),
	FACT(container.hostname_mount),
	FACT(container.tracer),
	FACT(container.firejail),
	FACT(container.kata),
	FACT(container.flatpak),
	FACT(container.lxc),
	FACT(container.singularity),
	FACT(container.incus),
	FACT(container.charliecloud),
	FACT(confidential.sev_status),
	FACT(confidential.sev_guest),
	FACT(confidential.tdx_guest),
	FACT(confidential.s390_guest),
	FACT(confidential.arm_cca),
	FACT(confidential.nsm),
};

static const char *fact_of(const struct vwk_rule *rule)
{
	for (size_t i = 0; rule->field && rule->ask != vw_rule_leaf && i < VW_COUNT(facts); i++)
		if (facts[i].field == rule->field)
			return facts[i].name;
	return "";
}

static const char *ask_of(const struct vwk_rule *rule)
{
	for (size_t i = 0; i < VW_COUNT(asks); i++)
		if (asks[i].ask == rule->ask)
			return asks[i].word;
	return "?";
}

static const char *combine_of(const struct vwk_rule *rule)
{
	static const char *const words[] = {[VW_ANY_OF] = "any",
					    [VW_ALL_OF] = "all",
					    [VW_NONE_OF] = "none",
					    [VW_UNLESS_ONE_OF] = "unless"};

	return words[rule->combine];
}

static void describe(const struct vwk_rule *rule, char *text, size_t size)
{
	size_t length;

	if (rule->combine != VW_PLAIN) {
		snprintf(text, size, "%s", combine_of(rule));
		return;
	}
	length = (size_t)snprintf(text, size, "%s %s", ask_of(rule), fact_of(rule));
	if (rule->text && length < size)
		length += (size_t)snprintf(text + length, size - length, " \"%s\"", rule->text);
	if ((rule->number || rule->mask) && length < size)
		snprintf(text + length, size - length, " 0x%llx/0x%llx", (unsigned long long)rule->number,
			 (unsigned long long)rule->mask);
}

/* A tree of rules. */

/* A copy that may be changed: the tables themselves share rules and cannot be written. */
static struct vwk_rule *copy(const struct vwk_rule *from)
{
	struct vwk_rule *rules;
	size_t count = 0;

	while (from && from[count].combine)
		count++;
	rules = vwb_arena_array(arena, count + 1, sizeof(*rules));
	if (!rules)
		exit(2);
	for (size_t i = 0; i < count; i++) {
		rules[i] = from[i];
		if (from[i].sub)
			rules[i].sub = copy(from[i].sub);
	}
	return rules;
}

/* Where a rule stands. */
struct place {
	const char *path;
	bool weighs; /* its weight can reach the verdict or the evidence */
	bool quoted; /* evidence is taken without a reference too */
	int bound;   /* the verdict is never stronger, whatever this rule weighs */
};

static int strongest_of(const struct vwk_rule *rule)
{
	int best = rule->combine == VW_ALL_OF ? VW_DECISIVE : 0;

	if (rule->combine != VW_ANY_OF && rule->combine != VW_ALL_OF)
		return (int)rule->weight;
	for (const struct vwk_rule *sub = rule->sub; sub->combine; sub++) {
		int one = strongest_of(sub);

		if (rule->combine == VW_ALL_OF ? one < best : one > best)
			best = one;
	}
	return best;
}

static int weaker(int a, int b)
{
	return a < b ? a : b;
}

static void change_weight(struct vwk_rule *rule, const struct place *place, const char *path)
{
	enum vw_weight weight = rule->weight;
	bool is_evidence = place->quoted || (rule->combine == VW_PLAIN && rule->reference);

	for (int other = (int)weight - 1; other <= (int)weight + 1; other += 2) {
		if (other < VW_WEAK || other > VW_DECISIVE)
			continue;
		if (!is_evidence && weaker(other, place->bound) == weaker((int)weight, place->bound))
			continue;
		rule->weight = (enum vw_weight)other;
		look(path, vw_weight_word(rule->weight));
	}
	rule->weight = weight;
}

static void change_combine(struct vwk_rule *rule, const char *path)
{
	static const enum vwk_combine other[] = {[VW_ANY_OF] = VW_ALL_OF,
						 [VW_ALL_OF] = VW_ANY_OF,
						 [VW_NONE_OF] = VW_UNLESS_ONE_OF,
						 [VW_UNLESS_ONE_OF] = VW_NONE_OF};
	enum vwk_combine combine = rule->combine;
	bool one = !rule->sub[1].combine;

	if (one && (combine == VW_ANY_OF || combine == VW_ALL_OF))
		return;
	rule->combine = other[combine];
	look(path, combine_of(rule));
	rule->combine = combine;
}

/* A number one step beside: the next bit, the next id. */
static void change_number(struct vwk_rule *rule, const char *path)
{
	struct vwk_rule before = *rule;

	if (rule->ask == vw_rule_bits && rule->mask != UINT64_MAX) {
		for (int step = 0; step < 2; step++) {
			if (step && before.mask == 1)
				break;
			rule->mask = step ? before.mask >> 1 : before.mask << 1;
			rule->number = step ? before.number >> 1 : before.number << 1;
			look(path, step ? "the bit below" : "the bit above");
		}
	} else if (rule->ask == vw_rule_hypervisor_bit) {
		rule->number = !rule->number;
		look(path, "negated");
	}
	*rule = before;
}

static void walk(struct vwk_rule *rules, bool all, const struct place *place);

/* How many of the same description stand before this one. */
static size_t times_before(const struct vwk_rule *rules, size_t index)
{
	char text[256], other[256];
	size_t times = 0;

	describe(&rules[index], text, sizeof(text));
	for (size_t i = 0; i < index; i++) {
		describe(&rules[i], other, sizeof(other));
		times += vwb_text_equal(text, other);
	}
	return times;
}

static void walk_one(struct vwk_rule *rules, size_t index, bool all, const struct place *place)
{
	struct vwk_rule *rule = &rules[index];
	struct vwk_rule dropped = *rule;
	const char *path;
	char text[256];
	struct place below = *place;
	size_t rest = 0;

	for (size_t i = 0; all && rules[i].combine; i++)
		if (i != index)
			below.bound = weaker(below.bound, strongest_of(&rules[i]));
	describe(rule, text, sizeof(text));
	path = vwb_arena_printf(arena, "%s/%s", place->path, text);
	if (times_before(rules, index) > 0)
		path = vwb_arena_printf(arena, "%s#%zu", path, times_before(rules, index) + 1);
	below.path = path;
	order_by(rule);
	while (rule[rest].combine)
		rest++;
	memmove(rule, rule + 1, rest * sizeof(*rule));
	look(path, "dropped");
	memmove(rule + 1, rule, (rest - 1) * sizeof(*rule));
	*rule = dropped;
	if (place->weighs && rule->combine != VW_ANY_OF && rule->combine != VW_ALL_OF)
		change_weight(rule, &below, path);
	if (rule->combine == VW_PLAIN) {
		change_number(rule, path);
		return;
	}
	change_combine(rule, path);
	below.weighs = place->weighs && rule->combine != VW_NONE_OF && rule->combine != VW_UNLESS_ONE_OF;
	walk((struct vwk_rule *)rule->sub, rule->combine == VW_ALL_OF, &below);
}

static void walk(struct vwk_rule *rules, bool all, const struct place *place)
{
	for (size_t i = 0; rules[i].combine; i++)
		walk_one(rules, i, all, place);
}

/* A row. */

static void change_refines(struct vwk_row *row, const char *path)
{
	const char *const *before = row->refines;
	const char *fewer[32];
	size_t count = 0;

	while (before && before[count])
		count++;
	if (count >= VW_COUNT(fewer))
		exit(2);
	row->refines = fewer;
	for (size_t gone = 0; gone < count; gone++) {
		const char *text;
		size_t kept = 0;

		for (size_t i = 0; i < count; i++)
			if (i != gone)
				fewer[kept++] = before[i];
		fewer[kept] = NULL;
		text = vwb_arena_printf(arena, "%s/refines %s", path, before[gone]);
		look(text, "dropped");
	}
	row->refines = before;
}

static void change_texts(struct vwk_row *row, const char *path, bool names)
{
	const struct {
		const char **text, *name;
	} columns[] = {{&row->hypervisor, "hypervisor"},
		       {&row->vmm, "vmm"},
		       {&row->mode, "mode"},
		       {&row->layer, "layer"},
		       {names ? &row->name : NULL, "name"}};

	for (size_t i = 0; i < VW_COUNT(columns); i++) {
		const char *before = columns[i].text ? *columns[i].text : NULL;
		const char *text;

		if (!before)
			continue;
		text = vwb_arena_printf(arena, "%s/%s", path, columns[i].name);
		*columns[i].text = "another";
		look(text, "another");
		*columns[i].text = before;
	}
}

static void change_flags(struct vwk_row *row, const char *path)
{
	const struct vwk_row before = *row;
	const char *text;

	for (unsigned domain = 1; domain < VW_FROM_ALL; domain <<= 1) {
		text = vwb_arena_printf(arena, "%s/below 0x%x", path, domain);
		row->below ^= domain;
		if (before.below)
			look(text, "the other");
		*row = before;
	}
	row->fallback = !before.fallback;
	text = vwb_arena_printf(arena, "%s/fallback", path);
	look(text, "the other");
	*row = before;
	row->on_hardware = !before.on_hardware;
	text = vwb_arena_printf(arena, "%s/on hardware", path);
	if (before.on_hardware)
		look(text, "the other");
	*row = before;
}

static void change_classes(struct vwk_row *row, const char *path)
{
	const struct vwk_row before = *row;
	const char *text;

	for (int class = VW_CLASS_UNKNOWN; class <= VW_CLASS_H; class ++) {
		text = vwb_arena_printf(arena, "%s/cpu", path);
		row->cpu = (enum vw_class) class;
		if (row->cpu != before.cpu)
			look(text, vw_class_word(row->cpu));
		*row = before;
		text = vwb_arena_printf(arena, "%s/board", path);
		row->board = (enum vw_class) class;
		if (row->board != before.board && !(before.below & VW_FROM_BOARD))
			look(text, vw_class_word(row->board));
		*row = before;
	}
	for (int way = VW_INTERRUPTS_UNKNOWN; way <= VW_INTERRUPTS_KVM; way++) {
		static const char *const words[] = {"unknown", "VS", "P", "VH", "H", "KVM"};

		text = vwb_arena_printf(arena, "%s/interrupts", path);
		row->interrupts = (enum vwk_interrupts)way;
		if (row->interrupts != before.interrupts)
			look(text, words[way]);
		*row = before;
	}
}

static void walk_row(struct vwk_row *row, const char *table, bool platforms, bool named)
{
	struct vwk_rule *needs = copy(row->needs), *unless = copy(row->unless);
	struct place place = {.weighs = true, .bound = VW_DECISIVE};
	const char *path, *below;

	path = vwb_arena_printf(arena, "%s %s%s", table, row->part ? "family " : "",
				row->part ? row->hypervisor : row->id);
	row->needs = needs;
	if (row->unless)
		row->unless = unless;
	below = vwb_arena_printf(arena, "%s needs", path);
	place.path = below;
	walk(needs, true, &place);
	below = vwb_arena_printf(arena, "%s unless", path);
	place.path = below;
	place.weighs = false;
	walk(unless, false, &place);
	order_by(&(struct vwk_rule){.combine = VW_ALL_OF, .sub = needs});
	change_refines(row, path);
	change_texts(row, path, named);
	if (!platforms)
		return;
	change_flags(row, path);
	change_classes(row, path);
}

/* The tables. */

/* A constant of the program's, written over. */
static void overwrite(const void *constant, const void *value, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uintptr_t first = (uintptr_t)constant / page * page;
	uintptr_t end = ((uintptr_t)constant + size + page - 1) / page * page;

	if (mprotect((void *)first, end - first, PROT_READ | PROT_WRITE) < 0) {
		perror("mprotect");
		exit(2);
	}
	memcpy((void *)(uintptr_t)constant, value, size);
}

static void walk_table(const struct vwk_table *table, const char *name)
{
	size_t count = table->count;
	struct vwk_row *rows = vwb_arena_array(arena, count, sizeof(*rows));
	const struct vwk_table changed = {.row = rows, .count = count};
	bool platforms = table == &vwk_platforms;

	if (!rows)
		exit(2);
	memcpy(rows, table->row, count * sizeof(*rows));
	overwrite(table, &changed, sizeof(changed));
	for (size_t i = 0; i < count; i++)
		walk_row(&rows[i], name, platforms, platforms || table == &vwk_containers);
}

static void walk_side(struct vwk_rule *side, const char *path)
{
	struct place place = {.path = path, .weighs = true, .quoted = true, .bound = VW_DECISIVE};
	char text[256];

	if (side->combine == VW_PLAIN) {
		describe(side, text, sizeof(text));
		change_weight(side, &place, vwb_arena_printf(arena, "%s/%s", path, text));
		return;
	}
	side->sub = copy(side->sub);
	walk((struct vwk_rule *)side->sub, false, &place);
}

static void walk_pairs(void)
{
	size_t count = vwk_pairs.count;
	struct vwk_pair *pairs = vwb_arena_array(arena, count, sizeof(*pairs));
	struct vwk_pairs changed = {.pair = pairs, .count = count};

	if (!pairs)
		exit(2);
	memcpy(pairs, vwk_pairs.pair, count * sizeof(*pairs));
	overwrite(&vwk_pairs, &changed, sizeof(changed));
	for (size_t i = 0; i < count; i++) {
		const struct vwk_pair before = pairs[i];
		const char *path;
		char a[128], b[128];

		describe(&before.a, a, sizeof(a));
		describe(&before.b, b, sizeof(b));
		path = vwb_arena_printf(arena, "conflicts %s and %s", a, b);
		order_by(&(struct vwk_rule){
			.combine = VW_ALL_OF,
			.sub = (const struct vwk_rule[]){before.a, before.b, {.combine = VW_END}}});
		pairs[i].a = (struct vwk_rule){.combine = VW_ANY_OF, .sub = copy(NULL)};
		look(path, "dropped");
		pairs[i].a = before.a;
		pairs[i].message = "another";
		look(path, "another message");
		pairs[i].message = before.message;
		walk_side(&pairs[i].a, path);
		walk_side(&pairs[i].b, path);
	}
}

int main(int count, char **arguments)
{
	bool good = true;

	if (vwb_arena_new(&arena) < 0)
		return 2;
	for (const struct vw_word *word; (word = vw_word_at("platforms", asked_count - 5));)
		asked[asked_count++] = word->word;
	for (int i = 1; i < count; i++)
		good = snapshot_add(arguments[i]) && good;
	if (!good || !fixture_count || !registers_add())
		return 2;
	walk_table(&vwk_platforms, "platforms");
	walk_table(&vwk_vmms, "vmms");
	walk_table(&vwk_clouds, "clouds");
	walk_table(&vwk_containers, "containers");
	walk_table(&vwk_confinement, "confinement");
	walk_table(&vwk_confidentials, "confidential");
	walk_pairs();
	for (size_t i = 0; i < VW_COUNT(excuses); i++) {
		if (excuses[i].used)
			continue;
		printf("MISS rules: nothing is excused by %s\n", excuses[i].pattern);
		misses++;
	}
	printf("rules: %zu changes of the tables, %zu excused, %zu misses\n", changes, excused, misses);
	return misses > 0;
}

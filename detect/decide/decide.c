/* SPDX-License-Identifier: MIT */
#include "detect/decide/build.h"
#include "detect/know/signatures.h"

#include <string.h>

/*
 * Facts and a table give one row. Nothing here knows a platform by name: which row wins over which, and
 * through which the layer below is seen, stands in the rows.
 */

struct candidate {
	const struct vwk_row *row;
	enum vw_weight weight;
};

enum { CANDIDATES = 64 };

struct contest {
	const struct vwk_table *table;
	size_t count;
	struct candidate candidate[CANDIDATES];
};

static const struct vwk_row unknown_row = {
	.id = "unknown",
	.name = "undetermined",
	.hypervisor = "unknown",
	.traits = VWK_UNDETERMINED,
};

static const struct vwk_row *row_of(const struct vwk_table *table, const char *id)
{
	for (size_t i = 0; i < table->count; i++) {
		if (!table->row[i].part && vwb_text_equal(table->row[i].id, id))
			return &table->row[i];
	}
	return NULL;
}

static bool refines_within(const struct vwk_table *table, const struct vwk_row *row, const char *id,
			   int depth)
{
	for (const char *const *refined = row->refines; refined && *refined; refined++) {
		const struct vwk_row *next = row_of(table, *refined);

		if (vwb_text_equal(*refined, id))
			return true;
		if (next && depth > 0 && refines_within(table, next, id, depth - 1))
			return true;
	}
	return false;
}

bool vw_row_refines(const struct vwk_table *table, const struct vwk_row *row, const struct vwk_row *other)
{
	return row != other && refines_within(table, row, other->id, 8);
}

static bool row_holds(const struct vwk_trial *trial, const struct vwk_row *row, enum vw_weight *ret_weight)
{
	struct vwk_trial silent = {.facts = trial->facts, .domains = trial->domains};
	enum vw_weight weakest = VW_DECISIVE, weight = VW_WEAK;

	for (const struct vwk_rule *rule = row->unless; rule && rule->combine; rule++) {
		if (vw_rule_ask(&silent, rule, &weight) == VW_HOLDS)
			return false;
	}
	for (const struct vwk_rule *rule = row->needs; rule->combine; rule++) {
		if (vw_rule_ask(&silent, rule, &weight) != VW_HOLDS)
			return false;
		weakest = weight < weakest ? weight : weakest;
	}
	*ret_weight = weakest;
	return true;
}

static void enter(struct contest *contest, const struct vw_facts *facts, unsigned domains,
		  const char *except_family)
{
	struct vwk_trial trial = {.facts = facts, .domains = domains};

	for (size_t i = 0; i < contest->table->count && contest->count < CANDIDATES; i++) {
		const struct vwk_row *row = &contest->table->row[i];
		enum vw_weight weight;

		if (except_family && vwb_text_equal(row->hypervisor, except_family))
			continue;
		if (row_holds(&trial, row, &weight))
			contest->candidate[contest->count++] = (struct candidate){row, weight};
	}
}

static void drop(struct contest *contest, size_t index)
{
	memmove(&contest->candidate[index], &contest->candidate[index + 1],
		(contest->count - index - 1) * sizeof(contest->candidate[0]));
	contest->count--;
}

static bool sees_through(const struct contest *contest, const char *family)
{
	for (size_t i = 0; i < contest->count; i++) {
		if (contest->candidate[i].row->below &&
		    vwb_text_equal(contest->candidate[i].row->hypervisor, family))
			return true;
	}
	return false;
}

/*
 * Where one candidate lets the layer below show through, what holds only by facts that speak of that layer is
 * not in this contest.
 */
static void drop_lower(struct contest *contest, const struct vw_facts *facts)
{
	struct vwk_trial trial = {.facts = facts, .domains = VW_FROM_ALL};

	for (size_t i = 0; i < contest->count; i++)
		trial.domains &= ~contest->candidate[i].row->below;
	for (size_t i = contest->count; trial.domains != VW_FROM_ALL && i-- > 0;) {
		const struct vwk_row *row = contest->candidate[i].row;
		enum vw_weight weight;

		if (!sees_through(contest, row->hypervisor) && !row_holds(&trial, row, &weight))
			drop(contest, i);
	}
}

static void drop_fallbacks(struct contest *contest)
{
	bool other = false;

	for (size_t i = 0; i < contest->count; i++)
		other = other || !contest->candidate[i].row->fallback;
	for (size_t i = contest->count; other && i-- > 0;) {
		if (contest->candidate[i].row->fallback)
			drop(contest, i);
	}
}

static void drop_refined(struct contest *contest)
{
	for (size_t i = contest->count; i-- > 0;) {
		for (size_t j = 0; j < contest->count; j++) {
			if (!vw_row_refines(contest->table, contest->candidate[j].row,
					    contest->candidate[i].row))
				continue;
			drop(contest, i);
			break;
		}
	}
}

static const struct candidate *strongest(const struct contest *contest)
{
	const struct candidate *best = NULL;

	for (size_t i = 0; i < contest->count; i++) {
		if (!best || contest->candidate[i].weight > best->weight)
			best = &contest->candidate[i];
	}
	return best;
}

struct testimony {
	struct vw_build *build;
	const char *word;
};

static void testify(void *user, const struct vwk_rule *rule, const struct vwk_seen *seen)
{
	const struct testimony *testimony = user;

	/* Guards look at things that speak for nobody; they quote no source. */
	if (!rule->reference)
		return;
	vw_evidence_add(testimony->build, seen->source, seen->value, rule->weight ? rule->weight : VW_WEAK,
			testimony->word, rule->reference);
}

static void call_witnesses(struct vw_build *build, const struct vwk_row *row, unsigned domains)
{
	struct testimony testimony = {.build = build, .word = row->part ? row->hypervisor : row->id};
	struct vwk_trial trial = {
		.facts = build->facts, .domains = domains, .witness = testify, .user = &testimony};

	for (const struct vwk_rule *rule = row->needs; rule->combine; rule++) {
		enum vw_weight weight;

		(void)vw_rule_ask(&trial, rule, &weight);
	}
}

/* Rows that hold, that nothing refines away, and that still lost: somebody should know. */
static void note_losers(struct vw_build *build, const struct contest *contest, const struct candidate *winner)
{
	for (size_t i = 0; i < contest->count; i++) {
		const struct candidate *loser = &contest->candidate[i];
		const char *message;

		if (loser == winner || loser->weight < VW_STRONG)
			continue;
		message = vwb_arena_printf(build->arena, "some evidence says %s, stronger evidence says %s",
					   loser->row->id, winner->row->id);
		if (message)
			vw_conflict_add(build, vw_evidence_strongest(build, winner->row->id),
					vw_evidence_strongest(build, loser->row->id), message);
	}
}

static enum vw_confidence confidence_of(enum vw_weight weight)
{
	return weight == VW_DECISIVE ? VW_CERTAIN : weight == VW_STRONG ? VW_LIKELY : VW_GUESS;
}

/* One row of a table that has no layers: clouds, containers, VMMs, confidential technologies. */
static const struct vwk_row *decide_simple(struct vw_build *build, const struct vwk_table *table)
{
	struct contest contest = {.table = table};
	const struct candidate *winner;

	enter(&contest, build->facts, build->domains, NULL);
	drop_fallbacks(&contest);
	for (size_t i = 0; i < contest.count; i++)
		call_witnesses(build, contest.candidate[i].row, build->domains);
	drop_refined(&contest);
	winner = strongest(&contest);
	if (!winner)
		return NULL;
	note_losers(build, &contest, winner);
	return winner->row;
}

static const struct vwk_row *row_signed(const char *signature)
{
	for (size_t i = 0; i < vwk_platforms.count; i++) {
		const struct vwk_row *row = &vwk_platforms.row[i];

		if (row->signatures && vwb_text_in(row->signatures, signature))
			return row;
	}
	return NULL;
}

/*
 * The kernel has KVM's clock only where it found KVM's signature (Linux arch/x86/kernel/kvm.c,
 * kvm_cpuid_base()). Where programs see another hypervisor's at each base, or none and no bit, the
 * instruction is not intercepted in user mode, as in a guest of PVM: what it says is true of the layer below.
 */
static bool is_lower_cpuid(const struct vw_facts *facts)
{
	enum { SECOND_BASE = 0x40000100 };
	const struct vw_cpuid_facts *cpuid = &facts->cpuid;

	if (facts->clock.available.state != VW_VALUE ||
	    !vwb_text_has_word(facts->clock.available.text, "kvm-clock") ||
	    !vw_cpuid_find(cpuid, SECOND_BASE, 0))
		return false;
	for (size_t i = 0; i < cpuid->interfaces; i++) {
		const struct vwk_row *row = row_signed(cpuid->interface[i].signature);

		if (!row || vwb_text_equal(row->hypervisor, "kvm"))
			return false;
	}
	return cpuid->interfaces || (cpuid->hypervisor_bit.state == VW_VALUE && !cpuid->hypervisor_bit.value);
}

enum { LOWER_CPUID = VW_FROM_CPUID | VW_FROM_BIT };

/* Where CPUID shows the platform's own interface, it does not show the layer below. */
static unsigned domains_below(const struct vw_build *build, const struct vwk_row *inner)
{
	static const struct vwk_rule own = C_SIGNATURE("XenVMMXenVMM", VW_DECISIVE, NULL);
	struct vwk_trial trial = {.facts = build->facts, .domains = VW_FROM_ALL};
	enum vw_weight weight;

	if (build->domains != VW_FROM_ALL)
		return inner->below | LOWER_CPUID;
	if (vwb_text_equal(inner->hypervisor, "xen") && vw_rule_ask(&trial, &own, &weight) == VW_HOLDS)
		return inner->below & ~(unsigned)VW_FROM_CPUID;
	return inner->below;
}

static const struct vwk_row *decide_lower(struct vw_build *build, const struct vwk_row *inner)
{
	unsigned domains = domains_below(build, inner);
	struct contest contest = {.table = &vwk_platforms};
	const struct candidate *winner;

	enter(&contest, build->facts, domains, inner->hypervisor);
	drop_fallbacks(&contest);
	drop_refined(&contest);
	winner = strongest(&contest);
	if (!winner)
		return NULL;
	call_witnesses(build, winner->row, domains);
	return winner->row;
}

static const char *maker_of(const char *text)
{
	for (const struct vwk_board_maker *row = vwk_board_makers; row->text; row++) {
		if (vwb_text_starts(text, row->text))
			return row->maker;
	}
	return NULL;
}

static void doubt(struct vw_platform *platform)
{
	if (platform->confidence == VW_CERTAIN)
		platform->confidence = VW_LIKELY;
}

/* SMBIOS' strings can be given to a guest, and interfaces are imitated: where the two do not go together, one
 * of them is not the platform's own. */
static void doubt_foreign_board(struct vw_build *build)
{
	const struct vw_dmi_facts *dmi = &build->facts->dmi;
	const struct vw_text *const strings[] = {&dmi->sys_vendor, &dmi->product_name, &dmi->bios_vendor,
						 &dmi->board_vendor};
	struct vw_platform *platform = &build->report->platform;
	size_t denied = 0;

	for (size_t i = 0; build->row->boards && i < VW_COUNT(strings); i++) {
		const char *maker = strings[i]->state == VW_VALUE ? maker_of(strings[i]->text) : NULL;
		bool foreign = maker && !vwb_text_has_word(build->row->boards, maker);

		denied += strings[i]->state == VW_DENIED;
		if (!foreign)
			continue;
		doubt(platform);
		vw_conflict_add(
			build,
			vw_evidence_add(build, strings[i]->source, strings[i]->text, VW_WEAK, "conflict",
					"DMTF DSP0134, SMBIOS reference specification"),
			vw_evidence_strongest(build, build->row->id),
			"the board's strings are another maker's: they were given to this guest, or the "
			"interface is imitated");
		return;
	}
	/* they may be another maker's */
	if (denied == VW_COUNT(strings))
		doubt(platform);
}

static void decide_platform(struct vw_build *build)
{
	struct vw_platform *platform = &build->report->platform;
	struct contest contest = {.table = &vwk_platforms};
	const struct candidate *winner;

	build->domains = VW_FROM_ALL & ~(is_lower_cpuid(build->facts) ? (unsigned)LOWER_CPUID : 0U);
	enter(&contest, build->facts, build->domains, NULL);
	for (size_t i = 0; i < contest.count; i++)
		call_witnesses(build, contest.candidate[i].row, build->domains);
	drop_lower(&contest, build->facts);
	drop_fallbacks(&contest);
	drop_refined(&contest);
	winner = strongest(&contest);
	build->row = winner ? winner->row : &unknown_row;
	platform->confidence = winner ? confidence_of(winner->weight) : VW_GUESS;
	if (winner)
		note_losers(build, &contest, winner);
	doubt_foreign_board(build);
	if (build->row->below || build->domains != VW_FROM_ALL)
		build->lower = decide_lower(build, build->row);
}

/* Where a cloud tells the instance's type and id. Sources: AWS, EC2 User Guide, "Identify EC2 Linux
 * instances". */
static const struct {
	const char *provider;
	size_t only_if, type, id; /* offsets of texts in struct vw_facts; 0: not told */
	const char *only_if_text;
} instance_rows[] = {
	{"aws", VW_FIELD(dmi.sys_vendor), VW_FIELD(dmi.product_name), VW_FIELD(dmi.board_asset_tag),
	 "Amazon EC2"},
};

static const char *text_at(const struct vw_facts *facts, size_t field)
{
	const struct vw_text *text = (const void *)((const char *)facts + field);

	return field && text->state == VW_VALUE && *text->text ? text->text : NULL;
}

static void fill_cloud(struct vw_build *build, const char *provider)
{
	struct vw_cloud *cloud = &build->report->platform.cloud;

	cloud->provider = provider;
	for (size_t i = 0; i < VW_COUNT(instance_rows); i++) {
		if (!vwb_text_equal(instance_rows[i].provider, provider))
			continue;
		if (!vwb_text_equal(text_at(build->facts, instance_rows[i].only_if),
				    instance_rows[i].only_if_text))
			continue;
		cloud->instance_type = text_at(build->facts, instance_rows[i].type);
		cloud->instance_id = text_at(build->facts, instance_rows[i].id);
	}
}

static const char *vmm_of(struct vw_build *build)
{
	const struct vwk_row *vmm;

	if (build->row->vmm || !vwb_text_equal(build->row->hypervisor, "kvm"))
		return build->row->vmm;
	vmm = decide_simple(build, &vwk_vmms);
	return vmm ? vmm->id : NULL;
}

static const char *id_of(const struct vwk_row *row)
{
	return row ? row->id : NULL;
}

/* Marks stay behind where an image of a container becomes a machine's disk. */
static void note_left_over(struct vw_build *build, const struct vwk_row *row)
{
	const struct vw_number *pid = &build->facts->container.ns[VW_NS_PID];
	const struct vw_text *pid2 = &build->facts->container.pid2;
	size_t first = vw_evidence_strongest(build, row->id), second;
	const char *message = vwb_arena_printf(
		build->arena, "a mark of %s is left over: this process shares the host's processes and root",
		row->id);

	if (pid2->state == VW_VALUE)
		second = vw_evidence_add(build, pid2->source, pid2->text, VW_DECISIVE, "conflict",
					 "Linux, init/main.c: PID 2 is kthreadd");
	else
		second = vw_evidence_add(
			build, pid->source,
			vwb_arena_printf(build->arena, "%llu", (unsigned long long)pid->value), VW_DECISIVE,
			"conflict", "Linux, include/linux/proc_ns.h");
	if (message)
		vw_conflict_add(build, first, second, message);
}

static const struct vwk_row *confinement_of(struct vw_build *build)
{
	struct vwk_trial trial = {.facts = build->facts, .domains = build->domains};
	const struct vwk_row *found = NULL;

	for (size_t i = 0; i < vwk_confinement.count; i++) {
		const struct vwk_row *row = &vwk_confinement.row[i];
		enum vw_weight weight;

		if (!row_holds(&trial, row, &weight))
			continue;
		call_witnesses(build, row, build->domains);
		found = row;
	}
	return found;
}

/* Namespaces and mounts say whether there is one; marks name it, and decide only where those were not looked
 * at: in a snapshot that lacks them. */
static void decide_container(struct vw_build *build)
{
	struct vw_platform *platform = &build->report->platform;
	const struct vwk_row *row = decide_simple(build, &vwk_containers);
	const struct vwk_row *confined = confinement_of(build);
	bool certain = confined || (row && row->traits & VWK_BY_KERNEL);

	if (!row)
		row = confined;
	if (!certain && vw_confined_not(build->facts)) {
		if (row)
			note_left_over(build, row);
		platform->contained = VW_NO;
	} else if (row && (certain || !vw_confinement_denied(build->facts))) {
		platform->container = row->id;
		platform->contained = VW_YES;
	}
	platform->chroot = vw_chroot_decide(build->facts);
}

void vw_platform_decide(struct vw_build *build)
{
	struct vw_platform *platform = &build->report->platform;
	const struct vw_number *translated = &build->facts->cpuinfo.translated;

	decide_platform(build);
	platform->id = build->row->id;
	platform->name = build->row->name;
	platform->hypervisor = build->row->hypervisor;
	platform->mode = build->row->mode;
	platform->vmm = vmm_of(build);
	fill_cloud(build, id_of(decide_simple(build, &vwk_clouds)));
	decide_container(build);
	if (translated->state == VW_VALUE)
		platform->translated = translated->value ? VW_YES : VW_NO;
	platform->confidential = id_of(decide_simple(build, &vwk_confidentials));
}

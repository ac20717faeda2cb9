/* SPDX-License-Identifier: MIT */
#include "detect/decide/build.h"
#include "detect/passport.h"

#include <string.h>

static void push(struct vw_build *build, int level, const char *kind, const char *name, enum vw_known known)
{
	struct vw_report *report = build->report;

	if (report->layer_count < VW_LAYER_LIMIT)
		build->layer[report->layer_count++] =
			(struct vw_layer){.level = level, .kind = kind, .name = name, .known = known};
}

static const char *kind_of(const struct vwk_row *row)
{
	return row->layer ? row->layer : row->id;
}

static const struct vwk_row *platform_row(const char *id)
{
	for (size_t i = 0; i < vwk_platforms.count; i++) {
		if (vwb_text_equal(kind_of(&vwk_platforms.row[i]), id) ||
		    vwb_text_equal(vwk_platforms.row[i].id, id))
			return &vwk_platforms.row[i];
	}
	return NULL;
}

/* A row of modes stands for one hypervisor, whose version it may tell: "Xen 4.17.7". */
const char *vw_layer_name(struct vw_build *build, const struct vwk_row *row)
{
	const struct vw_xen_facts *xen = &build->facts->xen;

	if (!row->layer)
		return row->name;
	if (xen->major.state != VW_VALUE || xen->minor.state != VW_VALUE)
		return "Xen";
	return vwb_arena_printf(build->arena, "Xen %s.%s%s", xen->major.text, xen->minor.text,
				xen->extra.state == VW_VALUE ? xen->extra.text : "");
}

static bool is_hypervisor(const struct vwk_row *row)
{
	return row && !(row->traits & (VWK_BARE | VWK_UNDETERMINED));
}

/* Layers that the passport declares. */

static const struct vw_text *passport_text(const struct vw_facts *facts)
{
	const struct vw_text *fw_cfg = &facts->passport.fw_cfg, *oem = &facts->passport.oem_string;

	return fw_cfg->state == VW_VALUE ? fw_cfg : oem->state == VW_VALUE ? oem : NULL;
}

/* "qemu" in a passport is a host that could not tell what would run its guest: it agrees with all below QEMU.
 */
static bool agrees(const struct vw_build *build, const char *kind)
{
	const struct vwk_row *declared = platform_row(kind);

	if (!declared || vwb_text_equal(declared->hypervisor, build->row->hypervisor))
		return true;
	return declared->traits & VWK_MAY_EMULATE && vw_row_refines(&vwk_platforms, build->row, declared);
}

static int push_declared(struct vw_build *build)
{
	const struct vw_text *text = passport_text(build->facts);
	struct vw_passport passport;
	size_t evidence;

	if (!text || !is_hypervisor(build->row) || vw_passport_parse(text->text, &passport) < 0)
		return 0;
	evidence = vw_evidence_add(build, text->source, text->text, VW_WEAK, "declared", "detect/passport.h");
	if (!agrees(build, passport.kind[passport.layers - 1])) {
		vw_conflict_add(build, evidence, vw_evidence_strongest(build, build->row->id),
				"the passport names another hypervisor than the one observed: it is not this "
				"guest's");
		return 0;
	}
	for (size_t i = 0; i + 1 < passport.layers; i++) {
		const struct vwk_row *row = platform_row(passport.kind[i]);
		const char *kind = vwb_arena_string(build->arena, passport.kind[i]);

		push(build, (int)i, kind, row ? row->name : kind, VW_DECLARED);
	}
	return (int)passport.layers - 1;
}

/* Layers that the facts show. */

/* The hypervisor of z/VM or KVM on IBM Z runs in a logical partition, and each may run in another z/VM. */
static int push_s390(struct vw_build *build)
{
	const struct vw_s390_facts *s390 = &build->facts->s390;
	int level = 0;

	/* What an emulated machine says of its layers is made up. */
	if (s390->vm.state != VW_VALUE || s390->vm.count == 0 || build->row->traits & VWK_EMULATES)
		return 0;
	if (s390->lpar_name.state == VW_VALUE)
		push(build, level++, "lpar", "IBM Z logical partition (PR/SM)", VW_OBSERVED);
	for (size_t i = s390->vm.count; i-- > 1;) {
		bool zvm = vwb_text_starts(s390->vm.name[i], "z/VM");

		push(build, level++, zvm ? "zvm" : "kvm", s390->vm.name[i], VW_OBSERVED);
	}
	return level;
}

/* Source: Hyper-V TLFS section 2.4.5, CPUID 0x40000004 EAX[12]: the hypervisor is nested within another
 * Hyper-V. */
static int push_hyperv_nested(struct vw_build *build)
{
	const struct vw_leaf *leaf = vw_cpuid_find(&build->facts->cpuid, 0x40000004, 0);

	if (!vwb_text_equal(build->row->hypervisor, "microsoft") || !leaf || !(leaf->eax & (1u << 12)))
		return 0;
	vw_evidence_add(build, "cpuid 0x40000004", "EAX[12]: this hypervisor is nested in Hyper-V",
			VW_DECISIVE, "nested", "Hyper-V TLFS section 2.4.5");
	push(build, 0, "hyperv", "Microsoft Hyper-V", VW_OBSERVED);
	return 1;
}

static int push_lower(struct vw_build *build, int level)
{
	if (!is_hypervisor(build->lower))
		return level;
	push(build, level, kind_of(build->lower), vw_layer_name(build, build->lower), VW_OBSERVED);
	return level + 1;
}

/* Each looks for layers under the platform's own hypervisor, the first that finds any is believed. */
static int (*const outer_layers[])(struct vw_build *build) = {push_s390, push_hyperv_nested, push_declared};

static int push_outer(struct vw_build *build)
{
	for (size_t i = 0; i < VW_COUNT(outer_layers); i++) {
		int level = outer_layers[i](build);

		if (level > 0)
			return level;
	}
	return 0;
}

static const char *machine_name(struct vw_build *build)
{
	const struct vw_dmi_facts *dmi = &build->facts->dmi;

	if (dmi->sys_vendor.state == VW_VALUE && dmi->product_name.state == VW_VALUE)
		return vwb_arena_printf(build->arena, "%s (%s %s)", build->row->name, dmi->sys_vendor.text,
					dmi->product_name.text);
	return build->row->name;
}

static const char *kernel_name(struct vw_build *build)
{
	const struct vw_text *release = &build->facts->kernel.release;

	return release->state == VW_VALUE ? vwb_arena_printf(build->arena, "Linux %s", release->text)
					  : "Linux";
}

static const char *container_name(const char *id)
{
	for (size_t i = 0; i < vwk_containers.count; i++) {
		if (vwb_text_equal(vwk_containers.row[i].id, id))
			return vwk_containers.row[i].name;
	}
	return id;
}

void vw_stack_fill(struct vw_build *build)
{
	const struct vw_platform *platform = &build->report->platform;
	enum vw_known known = platform->confidence == VW_GUESS ? VW_INFERRED : VW_OBSERVED;
	int level = push_lower(build, push_outer(build));

	if (is_hypervisor(build->row)) {
		push(build, level, kind_of(build->row), vw_layer_name(build, build->row), known);
		level++;
	} else if (build->row->traits & VWK_BARE) {
		push(build, level, build->row->id, machine_name(build), known);
	}
	push(build, level, "linux", kernel_name(build), VW_OBSERVED);
	if (platform->container)
		push(build, level, platform->container, container_name(platform->container), VW_OBSERVED);
	build->report->level = level;
	build->report->layer = build->layer;
}

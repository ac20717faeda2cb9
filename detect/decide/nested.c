/* SPDX-License-Identifier: MIT */
#include "detect/decide/build.h"

#include <string.h>

/* Can this kernel host guests of its own, with what help of the processor, and if not, why. */

static bool has_flag(const struct vw_facts *facts, const char *flag)
{
	return facts->cpuinfo.flags.state == VW_VALUE && vwb_text_has_word(facts->cpuinfo.flags.text, flag);
}

/* What CPUID shows of the layer below is not this kernel's to use. */
static const struct vw_leaf *leaf_of(const struct vw_build *build, uint32_t number)
{
	return build->domains & VW_FROM_CPUID ? vw_cpuid_find(&build->facts->cpuid, number, 0) : NULL;
}

static bool leaf_bit(const struct vw_build *build, uint32_t number, enum vwk_register which, unsigned bit)
{
	const struct vw_leaf *leaf = leaf_of(build, number);
	uint32_t value = 0;

	if (leaf)
		value = which == VW_ECX ? leaf->ecx : which == VW_EDX ? leaf->edx : leaf->eax;
	return value & (1u << bit);
}

static bool is_x86(const struct vw_facts *facts)
{
	return vwb_text_has_word("x86_64 i686 i586 i486 i386", facts->arch);
}

static bool is_arm(const struct vw_facts *facts)
{
	return vwb_text_has_word("aarch64 arm64 armv7l armv8l", facts->arch);
}

/* Features. */

/* Words of the "vmx flags" line and, on older kernels, of "flags". Source: Linux
 * arch/x86/include/asm/vmxfeatures.h. */
static const char *const vmx_words[] = {
	"ept",
	"vpid",
	"unrestricted_guest",
	"shadow_vmcs",
	"apicv",
	"posted_intr",
	"vid",
	"vapic_reg",
	"flexpriority",
	"preemption_timer",
	"pml",
	"ept_ad",
	"ept_1gb",
	"tsc_scaling",
	"vnmi",
	"ple",
	"ept_mode_based_exec",
};

/* Source: AMD APM volume 3, CPUID Fn8000_000A EDX; the words are those of Linux' cpufeatures.h. */
static const struct {
	unsigned bit;
	const char *word;
} svm_bits[] = {
	{0, "npt"},          {1, "lbrv"},        {3, "nrip_save"},        {4, "tsc_scale"},
	{5, "vmcb_clean"},   {6, "flushbyasid"}, {7, "decodeassists"},    {10, "pausefilter"},
	{12, "pfthreshold"}, {13, "avic"},       {15, "v_vmsave_vmload"}, {16, "vgif"},
	{18, "x2avic"},      {25, "vnmi"},
};

static size_t vmx_features(const struct vw_build *build, const char **feature)
{
	const struct vw_facts *facts = build->facts;
	const struct vw_text *vmx = &facts->cpuinfo.vmx_flags;
	size_t count = 0;

	for (size_t i = 0; i < VW_COUNT(vmx_words); i++) {
		bool there = vmx->state == VW_VALUE ? vwb_text_has_word(vmx->text, vmx_words[i])
						    : has_flag(facts, vmx_words[i]);

		if (there)
			feature[count++] = vmx_words[i];
	}
	/* Source: Hyper-V TLFS section 2.4.5, CPUID 0x40000004 EAX[14]: enlightened VMCS recommended. */
	if (leaf_bit(build, 0x40000004, VW_EAX, 14) && facts->cpuid.interfaces &&
	    vwb_text_equal(facts->cpuid.interface[0].signature, "Microsoft Hv"))
		feature[count++] = "evmcs";
	return count;
}

static size_t svm_features(const struct vw_build *build, const char **feature)
{
	const struct vw_facts *facts = build->facts;
	const struct vw_leaf *leaf = leaf_of(build, 0x8000000a);
	size_t count = 0;

	for (size_t i = 0; i < VW_COUNT(svm_bits); i++) {
		bool there = leaf ? leaf->edx & (1u << svm_bits[i].bit) : has_flag(facts, svm_bits[i].word);

		if (there)
			feature[count++] = svm_bits[i].word;
	}
	return count;
}

static void fill_features(struct vw_build *build)
{
	struct vw_nested *nested = &build->report->nested;
	const char **feature =
		vwb_arena_array(build->arena, VW_COUNT(vmx_words) + VW_COUNT(svm_bits) + 1, sizeof(*feature));

	if (!feature)
		return;
	if (vwb_text_equal(nested->extension, "vmx"))
		nested->feature_count = vmx_features(build, feature);
	else if (vwb_text_equal(nested->extension, "svm"))
		nested->feature_count = svm_features(build, feature);
	nested->feature = feature;
}

/* The extension. */

static void note(struct vw_build *build, const char *leaf, const char *flag)
{
	const char *source = build->facts->cpuinfo.flags.source;

	if (has_flag(build->facts, flag))
		vw_evidence_add(build, source, flag, VW_STRONG, "nested-host",
				"Linux arch/x86/include/asm/cpufeatures.h");
	else
		vw_evidence_add(build, leaf, flag, VW_STRONG, "nested-host",
				"Intel SDM volume 3, AMD APM volume 2");
}

static void x86_extension(struct vw_build *build)
{
	const struct vw_facts *facts = build->facts;
	struct vw_nested *nested = &build->report->nested;

	if (leaf_bit(build, 1, VW_ECX, 5) || has_flag(facts, "vmx")) {
		nested->extension = "vmx";
		note(build, "cpuid 0x00000001", "vmx");
	} else if (leaf_bit(build, 0x80000001, VW_ECX, 2) || has_flag(facts, "svm")) {
		nested->extension = "svm";
		note(build, "cpuid 0x80000001", "svm");
	} else if (facts->kvm.pvm.state == VW_VALUE) {
		nested->extension = "pvm";
		return;
	}
	if (nested->extension)
		nested->can_host = VW_YES;
	else if (facts->kvm.pvm.state != VW_ABSENT)
		nested->can_host = VW_UNKNOWN;
	else if (facts->cpuinfo.flags.state == VW_VALUE || leaf_of(build, 1))
		nested->can_host = VW_NO;
}

/* KVM makes its device only where the kernel was started in EL2. Source: Linux arch/arm64/kvm/arm.c. */
static void arm_extension(struct vw_build *build)
{
	const struct vw_kvm_facts *kvm = &build->facts->kvm;
	struct vw_nested *nested = &build->report->nested;

	/* Source: AWS, EC2 User Guide, "Nested virtualization": not on Graviton. */
	if (build->row->traits & VWK_BY_TYPE)
		nested->can_host = VW_NO;
	if (kvm->device.state == VW_VALUE) {
		nested->extension = "el2";
		nested->can_host = VW_YES;
	} else if (kvm->device.state == VW_ABSENT && kvm->module.state == VW_VALUE) {
		nested->can_host = VW_NO;
	}
}

static void other_extension(struct vw_build *build)
{
	if (build->facts->kvm.device.state == VW_VALUE || has_flag(build->facts, "sie"))
		build->report->nested.can_host = VW_YES;
}

static const char *kvm_state(const struct vw_kvm_facts *kvm)
{
	switch (kvm->device.state) {
	case VW_VALUE:
		return "usable";
	case VW_DENIED:
		return "denied";
	case VW_ABSENT:
		return kvm->module.state == VW_VALUE    ? "no-device"
		       : kvm->module.state == VW_ABSENT ? "not-loaded"
							: NULL;
	case VW_NOT_PROBED:
	case VW_MALFORMED:
		break;
	}
	return NULL;
}

/* Why not, and what to do. */

enum offer { OFFER_UNKNOWN = 0, OFFER_DOCUMENTED, OFFER_REPORTED };

/*
 * EC2 families that pass VT-x to an instance when CpuOptions asks for it.
 * Sources: documented, AWS, EC2 User Guide, "Nested virtualization" and describe-instance-types
 * (processor-info.supported-features), February 2026; reported by users only, May to September 2026.
 */
static const struct {
	const char *family;
	enum offer offer;
} ec2_families[] = {
	{"c8i", OFFER_DOCUMENTED},      {"c8id", OFFER_DOCUMENTED},     {"c8i-flex", OFFER_DOCUMENTED},
	{"m8i", OFFER_DOCUMENTED},      {"m8i-flex", OFFER_DOCUMENTED}, {"r8i", OFFER_DOCUMENTED},
	{"r8i-flex", OFFER_DOCUMENTED}, {"x8i", OFFER_REPORTED},        {"c7i", OFFER_REPORTED},
	{"m7i", OFFER_REPORTED},        {"r7i", OFFER_REPORTED},        {"i7i", OFFER_REPORTED},
};

static enum offer ec2_offer(const char *instance_type)
{
	size_t family = instance_type ? strcspn(instance_type, ".") : 0;

	for (size_t i = 0; family && i < VW_COUNT(ec2_families); i++) {
		if (strlen(ec2_families[i].family) == family &&
		    strncmp(ec2_families[i].family, instance_type, family) == 0)
			return ec2_families[i].offer;
	}
	return OFFER_UNKNOWN;
}

static const char *only_why(struct vw_build *build, const char *reason)
{
	build->report->nested.hint_is_reason = true;
	return reason;
}

static const char *ec2_hint(struct vw_build *build)
{
	const char *type = build->report->platform.cloud.instance_type;

	if (!is_x86(build->facts))
		return "Graviton instances do not offer nested virtualization: use a .metal instance";
	switch (ec2_offer(type)) {
	case OFFER_DOCUMENTED:
		return vwb_arena_printf(
			build->arena,
			"%s: the family offers nested virtualization and it is off: launch with "
			"CpuOptions NestedVirtualization=enabled",
			type);
	case OFFER_REPORTED:
		return vwb_arena_printf(
			build->arena,
			"%s: users report that the family offers nested virtualization, AWS does "
			"not list it: try CpuOptions NestedVirtualization=enabled",
			type);
	case OFFER_UNKNOWN:
		break;
	}
	return vwb_arena_printf(
		build->arena,
		"%s: not known to offer nested virtualization: use a family that does (c8i, m8i, "
		"r8i) or a .metal instance",
		type ? type : "this instance");
}

static const char *hint_why_not(struct vw_build *build)
{
	const char *hypervisor = build->row->hypervisor;

	if (build->row->traits & VWK_BY_TYPE)
		return ec2_hint(build);
	if (build->row->traits & VWK_BARE)
		return only_why(
			build,
			"the processor has no virtualization extension, or the firmware turned it off");
	if (vwb_text_equal(build->row->mode, "dom0"))
		return "guests run on Xen, beside this domain: use xl";
	if (vwb_text_equal(hypervisor, "kvm") && is_x86(build->facts))
		return "the host does not pass vmx or svm on: load its kvm module with nested=1 and start "
		       "this guest with "
		       "the host's processor model";
	if (build->row->traits & (VWK_UNDETERMINED | VWK_UNNAMED))
		return NULL;
	return only_why(build,
			vwb_arena_printf(build->arena, "%s shows no virtualization extension to this kernel",
					 vw_layer_name(build, build->row)));
}

static const char *hint_what_to_do(struct vw_build *build)
{
	const struct vw_kvm_facts *kvm = &build->facts->kvm;
	const struct vw_nested *nested = &build->report->nested;
	const char *module = vwb_text_equal(nested->extension, "svm") ? "kvm_amd" : "kvm_intel";

	if (vwb_text_equal(nested->kvm, "not-loaded"))
		return is_x86(build->facts)
			       ? vwb_arena_printf(build->arena, "load the module: modprobe %s", module)
			       : "the kernel lacks KVM: use one with CONFIG_KVM";
	if (vwb_text_equal(nested->kvm, "no-device"))
		return "kvm is there but /dev/kvm is not: see the kernel log for why";
	if (vwb_text_equal(nested->kvm, "denied"))
		return "/dev/kvm is not for this user: join the group kvm";
	if (is_x86(build->facts) && kvm->nested.state == VW_VALUE &&
	    !vwb_text_has_word("Y y 1", kvm->nested.text))
		return vwb_arena_printf(
			build->arena,
			"guests started here cannot host guests: %s has nested=%s, load it with "
			"nested=1",
			module, kvm->nested.text);
	return NULL;
}

static const char *hint_of(struct vw_build *build)
{
	const struct vw_nested *nested = &build->report->nested;

	if (vwb_text_equal(nested->extension, "pvm"))
		return only_why(build, "kvm_pvm is loaded; whether it runs guests here was not tried");
	if (nested->can_host == VW_YES)
		return hint_what_to_do(build);
	return nested->can_host == VW_NO ? hint_why_not(build) : NULL;
}

void vw_nested_fill(struct vw_build *build)
{
	struct vw_nested *nested = &build->report->nested;

	nested->kvm = kvm_state(&build->facts->kvm);
	/* What CPUID shows there belongs to the layer below, and this kernel cannot use it. */
	if (build->row->below & VW_FROM_CPUID)
		nested->can_host = VW_NO;
	else if (is_x86(build->facts))
		x86_extension(build);
	else if (is_arm(build->facts))
		arm_extension(build);
	else
		other_extension(build);
	fill_features(build);
	nested->hint = hint_of(build);
}

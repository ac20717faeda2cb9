/* SPDX-License-Identifier: MIT */
#include "probes/machine/probe.h"

#include <errno.h>

#define MSR                   "/dev/cpu/0/msr"
#define UV_GUEST              "/sys/firmware/uv/prot_virt_guest"
#define SEV_STATUS            UINT64_C(0xc0010131)
#define MEMORY_ENCRYPTION     0x8000001fU
#define MEMORY_ENCRYPTION_SEV (1U << 1)

/* Facts that are one file each. */
static const struct presence {
	const char *path;
	size_t fact;      /* offset in struct vw_confidential_facts */
	bool foreign_x86; /* not on x86 */
} presences[] = {
	{"/dev/sev-guest", offsetof(struct vw_confidential_facts, sev_guest), false},
	{"/dev/tdx_guest", offsetof(struct vw_confidential_facts, tdx_guest), false},
	{"/dev/nsm", offsetof(struct vw_confidential_facts, nsm), false},
	{"/dev/nitro_enclaves", offsetof(struct vw_confidential_facts, nitro_enclaves), false},
	{"/sys/devices/platform/arm-cca-dev", offsetof(struct vw_confidential_facts, arm_cca), true},
};

static const struct vw_leaf *find_leaf(const struct vw_cpuid_facts *cpuid, uint32_t number)
{
	for (size_t i = 0; i < cpuid->count; i++)
		if (cpuid->leaf[i].leaf == number)
			return &cpuid->leaf[i];
	return NULL;
}

/* A processor without SEV faults on the register, and the msr driver then says EIO. */
static void read_sev_status(struct vw_run *run)
{
	struct vw_number *status = &run->facts->confidential.sev_status;
	const struct vw_leaf *leaf = find_leaf(&run->facts->cpuid, MEMORY_ENCRYPTION);
	uint64_t value;
	int r;

	vw_number_is(status, VW_ABSENT, MSR);
	if (!leaf || !(leaf->eax & MEMORY_ENCRYPTION_SEV))
		return;
	r = vw_source_pread(run->source, MSR, &value, sizeof(value), SEV_STATUS);
	if (r < 0)
		vw_number_is(status, vw_state_of(r), MSR);
	else
		vw_fact_set_number(status, value, MSR);
}

/**
 * What confidential guests and Nitro enclaves can tell of themselves.
 *
 * Source: AMD APM volume 2, section 15.34.10 (SEV_STATUS); Linux, Documentation/virt/coco/sev-guest.rst,
 * drivers/virt/coco/tdx-guest, arch/s390/kernel/uv.c, drivers/misc/nsm.c, drivers/virt/nitro_enclaves.
 */
void vw_probe_confidential(struct vw_run *run)
{
	struct vw_confidential_facts *confidential = &run->facts->confidential;

	bool x86 = vw_arch_is_x86(run->facts->arch);

	for (size_t i = 0; i < VW_COUNT(presences); i++) {
		if (!x86 || !presences[i].foreign_x86)
			vw_fact_read_present(
				run->source, presences[i].path,
				(struct vw_number *)(void *)((char *)confidential + presences[i].fact));
	}
	if (!x86)
		vw_fact_read_text(run->source, UV_GUEST, &confidential->s390_guest);
	read_sev_status(run);
}

/* SPDX-License-Identifier: MIT */
#include "probes/machine/probe.h"

#define MODULE "/sys/module/kvm"

static void read_vendor_modules(struct vw_run *run)
{
	struct vw_kvm_facts *kvm = &run->facts->kvm;
	static const char intel[] = MODULE "_intel", amd[] = MODULE "_amd", pvm[] = MODULE "_pvm";
	const char *vendor = NULL;

	if (kvm->module.state != VW_VALUE) {
		vw_number_is(&kvm->intel, kvm->module.state, intel);
		vw_number_is(&kvm->amd, kvm->module.state, amd);
		vw_number_is(&kvm->pvm, kvm->module.state, pvm);
		vw_text_is(&kvm->nested, kvm->module.state, MODULE);
		return;
	}
	vw_fact_read_present(run->source, intel, &kvm->intel);
	vw_fact_read_present(run->source, amd, &kvm->amd);
	vw_fact_read_present(run->source, pvm, &kvm->pvm);
	if (kvm->intel.state == VW_VALUE)
		vendor = intel;
	else if (kvm->amd.state == VW_VALUE)
		vendor = amd;
	vw_text_is(&kvm->nested, VW_ABSENT, MODULE);
	if (vendor)
		vw_fact_read_text(run->source, vw_path(run, "%s/parameters/nested", vendor), &kvm->nested);
}

/**
 * Can this kernel host guests of its own: KVM, its vendor's module, and its device.
 *
 * Source: Linux, Documentation/virt/kvm/api.rst and Documentation/virt/kvm/x86/nested-vmx.rst.
 */
void vw_probe_kvm(struct vw_run *run)
{
	static const char device[] = "/dev/kvm";
	struct vw_kvm_facts *kvm = &run->facts->kvm;
	int r;

	vw_fact_read_present(run->source, MODULE, &kvm->module);
	read_vendor_modules(run);
	r = vw_source_usable(run->source, device);
	if (r < 0)
		vw_number_is(&kvm->device, vw_state_of(r), device);
	else
		vw_fact_set_number(&kvm->device, 1, device);
}

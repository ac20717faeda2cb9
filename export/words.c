/* SPDX-License-Identifier: MIT */

/*
 * What two older tools would print for the same machine, for scripts that move over. Where we know better
 * than they do (Xen with Hyper-V's interface, Firecracker on arm64), it is the word that they have for the
 * truth.
 *
 * Sources: systemd-detect-virt(1) of systemd 252; virt-what(1) of virt-what 1.25.
 */

#include <string.h>

#include "export/export.h"

/* A word holds when all that its row names holds. Names may end with '*', or be denied with '!'. */
struct rule {
	const char *word;
	const char *platform, *cloud, *container, *vmm, *arch;
	bool (*test)(const struct vw_facts *facts);
};

static bool matches(const char *pattern, const char *word)
{
	size_t length;

	if (!pattern)
		return true;
	if (*pattern == '!')
		return !matches(pattern + 1, word);
	if (!word)
		return false;
	length = strlen(pattern);
	if (length && pattern[length - 1] == '*')
		return strncmp(pattern, word, length - 1) == 0;
	return strcmp(pattern, word) == 0;
}

static bool holds(const struct rule *rule, const struct vw_report *report)
{
	const struct vw_platform *platform = &report->platform;

	return matches(rule->platform, platform->id) && matches(rule->cloud, platform->cloud.provider) &&
	       matches(rule->container, platform->container) && matches(rule->vmm, platform->vmm) &&
	       matches(rule->arch, report->facts->arch) && (!rule->test || rule->test(report->facts));
}

/* Systemd-detect-virt: the first row that holds. */

#define ANY "*"

/* A word of its own to systemd: LXC as libvirt starts it. */
static bool started_by_libvirt(const struct vw_facts *facts)
{
	return vwb_text_equal(facts->container.pid1_container.text, "lxc-libvirt") ||
	       vwb_text_equal(facts->container.manager.text, "lxc-libvirt");
}

static const struct rule systemd_rules[] = {
	{"docker", .container = "docker"},
	{"podman", .container = "podman"},
	{"lxc-libvirt", .container = "lxc", .test = started_by_libvirt},
	{"lxc", .container = "lxc"},
	{"lxc", .container = "lxd"},
	{"systemd-nspawn", .container = "systemd-nspawn"},
	{"openvz", .container = "openvz"},
	{"wsl", .container = "wsl"},
	{"rkt", .container = "rkt"},
	{"proot", .container = "proot"},
	{"pouch", .container = "pouch"},
	{"container-other", .container = ANY},

	{"none", .platform = "metal"},
	{"none", .platform = "ec2-metal"},
	{"none", .platform = "xen-dom0"},
	{"none", .platform = "hyperv-root"},
	{"none", .platform = "lpar"},
	{"google", .platform = "kvm", .cloud = "gcp"},
	{"amazon", .platform = "nitro"},
	{"amazon", .platform = "nitro-enclave"},
	{"kvm", .platform = "kvm"},
	{"kvm", .platform = "firecracker"},
	{"kvm", .platform = "cloud-hypervisor"},
	{"kvm", .platform = "crosvm"},
	{"qemu", .platform = "qemu"},
	{"qemu", .platform = "qemu-tcg"},
	{"xen", .platform = "xen-*"},
	{"microsoft", .platform = "hyperv"},
	{"vmware", .platform = "vmware"},
	{"oracle", .platform = "virtualbox"},
	{"parallels", .platform = "parallels"},
	{"bhyve", .platform = "bhyve"},
	{"acrn", .platform = "acrn"},
	{"qnx", .platform = "qnx"},
	{"apple", .platform = "apple-vz"},
	{"uml", .platform = "uml"},
	{"powervm", .platform = "powervm"},
	{"zvm", .platform = "zvm"},
	{"bochs", .platform = "bochs"},
	/* It has no word for these, and would say that there is something. */
	{"vm-other", .platform = "openbsd-vmm"},
	{"vm-other", .platform = "jailhouse"},
	{"vm-other", .platform = "ldoms"},
	{"vm-other", .platform = "unknown-hypervisor"},
};

int vwx_systemd_words_render(const struct vw_report *report, const struct vwx_view *view,
			     struct vwb_buffer *out)
{
	(void)view;
	for (size_t i = 0; i < VW_COUNT(systemd_rules); i++) {
		if (!holds(&systemd_rules[i], report))
			continue;
		vwb_put(out, systemd_rules[i].word);
		vwb_put(out, "\n");
		break;
	}
	return out->error;
}

/* Virt-what: every row that holds, in its script's order. */

static bool shared_processor(const struct vw_facts *facts)
{
	return facts->power.shared_processor.state == VW_VALUE &&
	       vwb_text_equal(facts->power.shared_processor.text, "1");
}

static bool dedicated_processor(const struct vw_facts *facts)
{
	return facts->power.lparcfg.state == VW_VALUE && !shared_processor(facts);
}

static const struct rule virt_what_rules[] = {
	{"alibaba_cloud", .cloud = "alibaba"},
	{"vmware", .platform = "vmware"},
	{"hyperv", .platform = "hyperv"},
	{"hyperv", .platform = "hyperv-root"},
	{"virtualbox", .platform = "virtualbox"},
	{"bhyve", .platform = "bhyve"},
	{"openvz", .container = "openvz"},
	{"lxc", .container = "lxc*"},
	{"lxc", .container = "lxd"},
	{"illumos-lx", .container = "illumos-lx"},
	{"linux_vserver", .container = "linux-vserver"},
	{"linux_vserver-guest", .container = "linux-vserver"},
	{"uml", .platform = "uml"},
	{"ibm_systemz", .arch = "s390*"},
	{"ibm_systemz-kvm", .arch = "s390*", .platform = "kvm"},
	{"ibm_systemz-zvm", .platform = "zvm"},
	{"ibm_systemz-lpar", .platform = "lpar"},
	{"parallels", .platform = "parallels"},
	{"nutanix_ahv", .vmm = "ahv"},
	{"rhev", .vmm = "rhev"},
	{"google_cloud", .cloud = "gcp"},
	{"xen", .platform = "xen-*"},
	{"xen-dom0", .platform = "xen-dom0"},
	{"xen-domU", .platform = "xen-pv"},
	{"xen-hvm", .platform = "xen-hvm"},
	{"xen-hvm", .platform = "xen-pvhvm"},
	{"xen-hvm", .platform = "xen-pvh"},
	{"kvm", .platform = "nitro"},
	{"kvm", .platform = "nitro-enclave"},
	{"kvm", .platform = "kvm", .vmm = "!kvmtool"},
	{"kvm", .platform = "firecracker"},
	{"kvm", .platform = "cloud-hypervisor"},
	{"kvm", .platform = "crosvm"},
	{"qemu", .platform = "qemu"},
	{"qemu", .platform = "qemu-tcg"},
	{"lkvm", .vmm = "kvmtool"},
	{"docker", .container = "docker"},
	{"podman", .container = "podman"},
	{"ibm_power-kvm", .arch = "ppc64*", .platform = "kvm"},
	{"ibm_power-lpar_shared", .platform = "powervm", .test = shared_processor},
	{"ibm_power-lpar_dedicated", .platform = "powervm", .test = dedicated_processor},
	{"vmm", .platform = "openbsd-vmm"},
	{"ldoms", .platform = "ldoms"},
	{"virt", .platform = "unknown-hypervisor"},
	{"aws", .cloud = "aws"},
};

int vwx_virt_what_words_render(const struct vw_report *report, const struct vwx_view *view,
			       struct vwb_buffer *out)
{
	(void)view;
	for (size_t i = 0; i < VW_COUNT(virt_what_rules); i++) {
		if (!holds(&virt_what_rules[i], report))
			continue;
		vwb_put(out, virt_what_rules[i].word);
		vwb_put(out, "\n");
	}
	return out->error;
}

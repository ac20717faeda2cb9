/* SPDX-License-Identifier: MIT */
#include "detect/report.h"

#include <errno.h>

#include "base/base.h"
#include "detect/know/tables.h"

/* Words of the enumerations. */

static const char *pick(const char *const *words, size_t count, unsigned index)
{
	return index < count && words[index] ? words[index] : "unknown";
}

const char *vw_class_word(enum vw_class class)
{
	static const char *const words[] = {"unknown", "none", "VS", "P", "VH", "H"};

	return pick(words, VW_COUNT(words), class);
}

const char *vw_dimension_word(enum vw_dimension_id id)
{
	static const char *const words[] = {"cpu_memory",     "network",           "local_storage",
					    "remote_storage", "interrupts_timers", "motherboard_boot"};

	return pick(words, VW_COUNT(words), id);
}

const char *vw_confidence_word(enum vw_confidence confidence)
{
	static const char *const words[] = {NULL, "guess", "likely", "certain"};

	return pick(words, VW_COUNT(words), confidence);
}

const char *vw_word_known(enum vw_known known)
{
	static const char *const words[] = {NULL, "observed", "inferred", "declared"};

	return pick(words, VW_COUNT(words), known);
}

const char *vw_weight_word(enum vw_weight weight)
{
	static const char *const words[] = {NULL, "weak", "strong", "decisive"};

	return pick(words, VW_COUNT(words), weight);
}

const char *vw_status_word(enum vw_status status)
{
	static const char *const words[] = {NULL, "pass", "fail", "warn", "skip", "unknown"};

	return pick(words, VW_COUNT(words), status);
}

const char *vw_severity_word(enum vw_severity severity)
{
	static const char *const words[] = {NULL, "advice", "degraded", "fatal"};

	return pick(words, VW_COUNT(words), severity);
}

/* What `is` can be asked. */

static enum vw_tristate yes_if(bool holds)
{
	return holds ? VW_YES : VW_NO;
}

static bool is_unknown(const struct vw_report *report)
{
	return vwb_text_equal(report->platform.id, "unknown");
}

static const struct vwk_row *row_of(const struct vw_report *report)
{
	for (size_t i = 0; i < vwk_platforms.count; i++) {
		const struct vwk_row *row = &vwk_platforms.row[i];

		if (!row->part && vwb_text_equal(row->id, report->platform.id))
			return row;
	}
	return NULL;
}

static enum vw_tristate is_vm(const struct vw_report *report)
{
	return is_unknown(report) ? VW_UNKNOWN : yes_if(report->level > 0);
}

static enum vw_tristate is_metal(const struct vw_report *report)
{
	return is_unknown(report) ? VW_UNKNOWN : yes_if(vwb_text_equal(report->platform.hypervisor, "none"));
}

/* A guest does not see what its hypervisor runs on, unless it was told or that hypervisor runs on nothing
 * else. */
static enum vw_tristate is_nested(const struct vw_report *report)
{
	const struct vwk_row *row = row_of(report);
	const struct vw_passport_facts *passport = &report->facts->passport;

	if (report->level > 1)
		return VW_YES;
	if (is_unknown(report))
		return VW_UNKNOWN;
	if (report->level == 0 || (row && row->on_hardware))
		return VW_NO;
	if (passport->fw_cfg.state == VW_VALUE || passport->oem_string.state == VW_VALUE)
		return report->conflict_count ? VW_UNKNOWN : VW_NO;
	return VW_UNKNOWN;
}

static enum vw_tristate is_container(const struct vw_report *report)
{
	return report->platform.contained;
}

static enum vw_tristate is_chroot(const struct vw_report *report)
{
	return report->platform.chroot;
}

/* Its row is LXD's: the mark alone differs. Source: Incus documentation, dev-incus. */
static enum vw_tristate is_incus(const struct vw_report *report)
{
	if (!vwb_text_equal(report->platform.container, "lxd"))
		return report->platform.contained == VW_UNKNOWN ? VW_UNKNOWN : VW_NO;
	return yes_if(report->facts->container.incus.state == VW_VALUE);
}

static enum vw_tristate is_translated(const struct vw_report *report)
{
	return report->platform.translated;
}

/* Source: AMD APM volume 2, section 15.34.1: CPUID 0x8000001F EAX[1]; whether it is on, only the MSR tells.
 */
static enum vw_tristate is_confidential(const struct vw_report *report)
{
	const struct vw_leaf *sev = vw_cpuid_find(&report->facts->cpuid, 0x8000001f, 0);
	bool untold = report->facts->confidential.sev_status.state != VW_VALUE;

	if (report->platform.confidential)
		return VW_YES;
	if (is_unknown(report) || (report->level > 0 && sev && (sev->eax & 2) && untold))
		return VW_UNKNOWN;
	return VW_NO;
}

static const struct {
	struct vw_word word;
	enum vw_tristate (*ask)(const struct vw_report *report);
} special[] = {
	{{"vm", "runs on a hypervisor", NULL}, is_vm},
	{{"nested", "runs on a hypervisor that runs on another", NULL}, is_nested},
	{{"container", "runs in a container", NULL}, is_container},
	{{"chroot", "has another root than the host, and shares its processes", NULL}, is_chroot},
	{{"incus", "runs in a container of Incus", NULL}, is_incus},
	{{"translated", "runs under a translator: Rosetta, qemu-user", NULL}, is_translated},
	{{"confidential", "memory is protected from the host", NULL}, is_confidential},
	{{"metal", "runs on the hardware, EC2's .metal included", NULL}, is_metal},
};

/* Could the platform still be @row, for all that was read? */
static enum vw_tristate could_be(const struct vw_report *report, const struct vwk_row *row)
{
	const struct vwk_row *now = row_of(report);

	if (vwb_text_equal(row->id, report->platform.id))
		return VW_YES;
	if (is_unknown(report))
		return VW_UNKNOWN;
	if (now && now->traits & VWK_UNNAMED && !(row->traits & VWK_BARE))
		return vwb_text_equal(report->platform.hypervisor, "unknown") ||
				       vwb_text_equal(report->platform.hypervisor, row->hypervisor)
			       ? VW_UNKNOWN
			       : VW_NO;
	if (now && now->traits & VWK_VAGUE && vw_row_refines(&vwk_platforms, row, now))
		return VW_UNKNOWN;
	return VW_NO;
}

static enum vw_tristate family_is(const struct vw_report *report, const struct vwk_row *row)
{
	if (vwb_text_equal(row->hypervisor, report->platform.hypervisor))
		return VW_YES;
	return could_be(report, row) == VW_UNKNOWN ? VW_UNKNOWN : VW_NO;
}

static enum vw_tristate mode_is(const struct vw_report *report, const struct vwk_row *row)
{
	if (vwb_text_equal(row->mode, report->platform.mode))
		return VW_YES;
	return !report->platform.mode && family_is(report, row) != VW_NO ? VW_UNKNOWN : VW_NO;
}

static enum vw_tristate vmm_is(const struct vw_report *report, const char *vmm)
{
	if (vwb_text_equal(vmm, report->platform.vmm))
		return VW_YES;
	if (report->platform.vmm)
		return VW_NO;
	return is_unknown(report) || vwb_text_has_word("kvm unknown", report->platform.hypervisor)
		       ? VW_UNKNOWN
		       : VW_NO;
}

static enum vw_tristate cloud_is(const struct vw_report *report, const char *cloud)
{
	const struct vw_dmi_facts *dmi = &report->facts->dmi;

	if (report->platform.cloud.provider)
		return yes_if(vwb_text_equal(report->platform.cloud.provider, cloud));
	return dmi->sys_vendor.state == VW_VALUE || dmi->product_name.state == VW_VALUE ? VW_NO : VW_UNKNOWN;
}

static enum vw_tristate container_is(const struct vw_report *report, const char *container)
{
	if (vwb_text_equal(report->platform.container, container))
		return VW_YES;
	return is_container(report) == VW_UNKNOWN ? VW_UNKNOWN : VW_NO;
}

static enum vw_tristate confidential_is(const struct vw_report *report, const char *technology)
{
	if (vwb_text_equal(report->platform.confidential, technology))
		return VW_YES;
	return is_confidential(report) == VW_UNKNOWN ? VW_UNKNOWN : VW_NO;
}

/* A word may stand for several things ("oracle" is a cloud and a family): it holds when one of them does. */
struct answer {
	bool known;
	enum vw_tristate holds;
};

static void answer(struct answer *so_far, enum vw_tristate holds)
{
	if (!so_far->known || holds == VW_YES || (holds == VW_UNKNOWN && so_far->holds == VW_NO))
		so_far->holds = holds;
	so_far->known = true;
}

static void ask_platforms(const struct vw_report *report, const char *word, struct answer *so_far)
{
	for (size_t i = 0; i < vwk_platforms.count; i++) {
		const struct vwk_row *row = &vwk_platforms.row[i];

		if (row->part)
			continue;
		if (vwb_text_equal(row->id, word))
			answer(so_far, could_be(report, row));
		if (vwb_text_equal(row->hypervisor, word) && !vwb_text_has_word("none unknown", word))
			answer(so_far, family_is(report, row));
		if (vwb_text_equal(row->mode, word))
			answer(so_far, mode_is(report, row));
		if (vwb_text_equal(row->vmm, word))
			answer(so_far, vmm_is(report, word));
	}
}

static void ask_table(const struct vw_report *report, const struct vwk_table *table, const char *word,
		      enum vw_tristate (*ask)(const struct vw_report *report, const char *word),
		      struct answer *so_far)
{
	for (size_t i = 0; i < table->count; i++) {
		if (vwb_text_equal(table->row[i].id, word))
			answer(so_far, ask(report, word));
	}
}

int vw_report_is(const struct vw_report *report, const char *word, enum vw_tristate *ret)
{
	struct answer found = {.known = false};

	for (size_t i = 0; i < VW_COUNT(special); i++) {
		if (!vwb_text_equal(special[i].word.word, word))
			continue;
		*ret = special[i].ask(report);
		return 0;
	}
	ask_platforms(report, word, &found);
	ask_table(report, &vwk_vmms, word, vmm_is, &found);
	ask_table(report, &vwk_clouds, word, cloud_is, &found);
	ask_table(report, &vwk_containers, word, container_is, &found);
	ask_table(report, &vwk_confidentials, word, confidential_is, &found);
	if (vwb_text_equal(word, "unknown"))
		answer(&found, yes_if(is_unknown(report)));
	if (!found.known)
		return -EINVAL;
	*ret = found.holds;
	return 0;
}

/* The closed lists. */

/* Source: docs/contract.md, section 2: what an image can be checked for. */
static const struct vw_word targets[] = {
	{"xen-pv", "Xen paravirtual guest", NULL},
	{"xen-hvm", "Xen HVM guest, with paravirtual or SR-IOV devices", NULL},
	{"nitro", "EC2 Nitro instance, x86-64", NULL},
	{"nitro-arm64", "EC2 Nitro instance, Graviton", NULL},
	{"ec2-metal", "EC2 bare metal, x86-64", NULL},
	{"ec2-metal-arm64", "EC2 bare metal, Graviton", NULL},
	{"nested-host", "EC2 instance that is to host guests", NULL},
	{"kvm", "KVM guest with virtio devices", NULL},
	{"gcp", "Google Compute Engine", NULL},
	{"azure", "Microsoft Azure", NULL},
	{"ec2", "all that EC2's current x86-64 instances need", NULL},
};

static const struct vw_word unknown_word = {"unknown", "the decisive facts could not be read", "unknown"};

static const struct vw_word hypervisors[] = {
	{"none", "no hypervisor", "none"},
	{"xen", "Xen", "xen"},
	{"kvm", "Linux KVM", "kvm"},
	{"qemu", "QEMU without a hypervisor that could be told", "qemu"},
	{"microsoft", "Microsoft Hyper-V", "microsoft"},
	{"vmware", "VMware", "vmware"},
	{"oracle", "Oracle VirtualBox", "oracle"},
	{"parallels", "Parallels", "parallels"},
	{"bhyve", "FreeBSD bhyve", "bhyve"},
	{"acrn", "ACRN", "acrn"},
	{"jailhouse", "Jailhouse", "jailhouse"},
	{"qnx", "QNX hypervisor", "qnx"},
	{"apple", "Apple Virtualization framework", "apple"},
	{"openbsd", "OpenBSD vmm", "openbsd"},
	{"ldoms", "Oracle VM Server for SPARC", "ldoms"},
	{"uml", "User Mode Linux", "uml"},
	{"powervm", "IBM PowerVM", "powervm"},
	{"zvm", "IBM z/VM", "zvm"},
	{"lpar", "IBM Z PR/SM", "lpar"},
	{"bochs", "Bochs", "bochs"},
	{"unknown", "not known", "unknown"},
};

static const struct vw_word modes[] = {
	{"pv", "Xen: paravirtual kernel", "xen"},
	{"hvm", "Xen: hardware virtual machine with emulated interrupts", "xen"},
	{"pvhvm", "Xen: hardware virtual machine with paravirtual interrupts", "xen"},
	{"pvh", "Xen: paravirtual platform in a hardware container", "xen"},
	{"dom0", "Xen: control domain", "xen"},
};

static const struct vw_word vmms[] = {
	{"qemu", "QEMU", "kvm"},
	{"firecracker", "Firecracker", "kvm"},
	{"cloud-hypervisor", "Cloud Hypervisor", "kvm"},
	{"crosvm", "crosvm", "kvm"},
	{"kvmtool", "kvmtool", "kvm"},
	{"nitro", "AWS Nitro", "kvm"},
	{"ahv", "Nutanix AHV", "kvm"},
	{"rhev", "Red Hat Virtualization or oVirt", "kvm"},
};

static const struct {
	const char *name;
	const struct vw_word *word;
	size_t count;
} lists[] = {
	{"hypervisors", hypervisors, VW_COUNT(hypervisors)},
	{"modes", modes, VW_COUNT(modes)},
	{"vmms", vmms, VW_COUNT(vmms)},
	{"targets", targets, VW_COUNT(targets)},
};

static const struct {
	const char *name;
	const struct vwk_table *table;
} table_lists[] = {
	{"platforms", &vwk_platforms},
	{"clouds", &vwk_clouds},
	{"containers", &vwk_containers},
	{"confidential", &vwk_confidentials},
};

static const struct vw_word *row_word(const struct vwk_table *table, size_t index)
{
	for (size_t i = 0; i < table->count; i++) {
		if (!table->row[i].part && index-- == 0)
			return &table->row[i].word;
	}
	return table == &vwk_platforms && index == 0 ? &unknown_word : NULL;
}

const struct vw_word *vw_word_at(const char *list, size_t index)
{
	for (size_t i = 0; i < VW_COUNT(lists); i++) {
		if (vwb_text_equal(lists[i].name, list))
			return index < lists[i].count ? &lists[i].word[index] : NULL;
	}
	for (size_t i = 0; i < VW_COUNT(table_lists); i++) {
		if (vwb_text_equal(table_lists[i].name, list))
			return row_word(table_lists[i].table, index);
	}
	if (vwb_text_equal(list, "rows"))
		return index < vwk_ec2_rows.count ? &vwk_ec2_rows.row[index].word : NULL;
	return vwb_text_equal(list, "words") && index < VW_COUNT(special) ? &special[index].word : NULL;
}

const enum vw_class *vw_row_cells(size_t index)
{
	return index < vwk_ec2_rows.count ? vwk_ec2_rows.row[index].cell : NULL;
}

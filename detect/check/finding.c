/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "detect/check/check.h"

/* How a check says what it found, with the remedy that fits the image's distribution. */

/* os-release(5): ID, then ID_LIKE. */
static const struct {
	const char *word;
	enum vw_family family;
} families[] = {
	{"debian", VW_DEBIAN},      {"ubuntu", VW_DEBIAN},
	{"rhel", VW_REDHAT},        {"fedora", VW_REDHAT},
	{"centos", VW_REDHAT},      {"amzn", VW_REDHAT},
	{"rocky", VW_REDHAT},       {"almalinux", VW_REDHAT},
	{"ol", VW_REDHAT},          {"suse", VW_SUSE},
	{"sles", VW_SUSE},          {"opensuse", VW_SUSE},
	{"opensuse-leap", VW_SUSE}, {"opensuse-tumbleweed", VW_SUSE},
	{"sle_hpc", VW_SUSE},       {"alpine", VW_ALPINE},
	{"arch", VW_ARCH},
};

static enum vw_family family_in(const char *words)
{
	for (size_t i = 0; i < VW_COUNT(families); i++)
		if (vwb_text_has_word(words, families[i].word))
			return families[i].family;
	return VW_ANY_FAMILY;
}

/* Amazon Linux 2 and what was before it, with a year as its version; Red Hat's 6 and 7. */
static bool has_yum(const struct vw_image_os *os)
{
	const char *version = os->version_id.state == VW_VALUE ? os->version_id.text : "";

	if (vwb_text_equal(os->id.text, "amzn"))
		return vwb_text_equal(version, "2") || vwb_text_starts(version, "201");
	return (*version == '6' || *version == '7') && (!version[1] || version[1] == '.');
}

enum vw_family vw_family_of(const struct vw_image_os *os)
{
	enum vw_family family = os->id.state == VW_VALUE ? family_in(os->id.text) : VW_ANY_FAMILY;

	if (family == VW_ANY_FAMILY && os->id_like.state == VW_VALUE)
		family = family_in(os->id_like.text);
	return family == VW_REDHAT && has_yum(os) ? VW_REDHAT_7 : family;
}

static const char *replace(struct vwb_arena *arena, const char *text, const char *mark, const char *with)
{
	const char *at;

	while (text && (at = strstr(text, mark)))
		text = vwb_arena_printf(arena, "%.*s%s%s", (int)(at - text), text, with, at + strlen(mark));
	return text;
}

/* Remedies are pasted into shells, and names come from an image that somebody else made. */
static bool fit_for_shell(const char *name)
{
	return name && *name && *name != '-' &&
	       !name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+:/@=-")];
}

/* With its {words} replaced; in the arena's memory, NULL for none. */
static const char *remedy_of(const struct vw_assessment *a, const struct vw_finding *finding)
{
	const char *const *remedies = a->check->remedies, *text = a->remedy, *kernel, *subject;
	bool unknown = finding->status == VW_STATUS_UNKNOWN;
	struct vwb_arena *arena = a->arena;

	if ((finding->status != VW_FAIL && !unknown) || (unknown && a->facts && !text))
		return NULL;

	if (!text && remedies)
		text = remedies[a->family];
	if (!text && remedies && a->family == VW_REDHAT_7)
		text = remedies[VW_REDHAT];
	if (!text)
		text = a->check->word.remedy;
	if (!text || !*text)
		return NULL;
	kernel = a->kernel && fit_for_shell(a->kernel->release) ? a->kernel->release : "KERNEL";
	subject = fit_for_shell(finding->subject) ? finding->subject : "NAME";
	return replace(arena, replace(arena, text, "{kernel}", kernel), "{subject}", subject);
}

/* The driver is the finding's subject. */
const char *const vw_add_to_initramfs[VW_FAMILIES] = {
	[VW_DEBIAN] = "echo {subject} >> /etc/initramfs-tools/modules && update-initramfs -u -k {kernel}",
	[VW_REDHAT] = "echo 'add_drivers+=\" {subject} \"' > /etc/dracut.conf.d/{subject}.conf && dracut -f "
		      "--kver {kernel}",
	[VW_SUSE] = "echo 'add_drivers+=\" {subject} \"' > /etc/dracut.conf.d/{subject}.conf && dracut -f "
		    "--kver {kernel}",
	[VW_ALPINE] = "add {subject} to features= in /etc/mkinitfs/mkinitfs.conf, then: mkinitfs {kernel}",
	[VW_ARCH] = "add {subject} to MODULES=() in /etc/mkinitcpio.conf, then: mkinitcpio -P",
};

const char *const vw_install_driver[VW_FAMILIES] = {
	[VW_DEBIAN] = "apt-get install linux-image-amd64 (arm64: linux-image-arm64; Ubuntu: linux-aws)",
	[VW_REDHAT] = "dnf install kernel-modules kernel-modules-extra, of a kernel that has {subject}",
	[VW_REDHAT_7] = "yum install kernel, one that has {subject}",
	[VW_SUSE] = "zypper install kernel-default (not kernel-default-base)",
	[VW_ALPINE] = "apk add linux-lts",
};

/* Findings. */

bool vw_state_unreadable(enum vw_state state)
{
	return state == VW_DENIED || state == VW_MALFORMED || state == VW_NOT_PROBED;
}

const char *vw_state_reason(enum vw_state state)
{
	static const char *const reasons[] = {"was not read", "was read", "is not there", "may not be read",
					      "is damaged"};

	return state < VW_COUNT(reasons) ? reasons[state] : reasons[0];
}

/* Paths are keys of look-ups, and kept as they are; what is told of them is fit to print. */
static const char *printable(struct vwb_arena *arena, const char *text)
{
	char *copy = text ? vwb_arena_string(arena, text) : NULL;

	if (copy)
		vwb_text_clean(copy, strlen(copy));
	return copy;
}

static void say(struct vw_assessment *a, const struct vw_finding *finding)
{
	bool unasked = a->facts && finding->status == VW_STATUS_UNKNOWN && !vw_live_wide(a);
	struct vw_found *found = unasked ? NULL : vwb_arena_alloc(a->arena, sizeof(*found));

	if (!found)
		return;
	*found = (struct vw_found){
		.next = a->found,
		.order = a->order,
		.number = a->all,
		.said = {.finding = *finding,
			 .target = a->target,
			 .kernel = a->kernel ? a->kernel->release : NULL,
			 .decides = a->decides,
			 .breaks = a->check->word.breaks},
	};
	found->said.finding.id = a->check->word.id;
	found->said.finding.reference = a->check->word.reference;
	found->said.finding.remedy = remedy_of(a, finding);
	found->said.finding.subject = printable(a->arena, finding->subject);
	found->said.finding.message = printable(a->arena, finding->message);
	found->said.finding.evidence = printable(a->arena, finding->evidence);
	a->found = found;
	a->count++;
	a->all++;
}

static char *formatted(struct vwb_arena *arena, const char *format, va_list arguments)
{
	char text[1024];
	int length = vsnprintf(text, sizeof(text), format, arguments);

	return vwb_arena_string(arena, length < 0 ? "" : text);
}

void vw_say(struct vw_assessment *a, enum vw_status status, enum vw_severity severity, const char *subject,
	    const char *evidence, const char *format, ...)
{
	struct vw_finding finding = {
		.status = status, .severity = severity, .subject = subject, .evidence = evidence};
	va_list arguments;

	if (!subject)
		finding.subject = a->kernel ? a->kernel->release : "image";
	va_start(arguments, format);
	finding.message = formatted(a->arena, format, arguments);
	va_end(arguments);
	/* what fails may do so for want of what was not read */
	if (a->image && a->image->cut && status == VW_FAIL) {
		finding.status = VW_STATUS_UNKNOWN;
		finding.message = vwb_arena_printf(a->arena, "the image is too much to read, else: %s",
						   finding.message ? finding.message : "");
	}
	say(a, &finding);
}

void vw_say_passed(struct vw_assessment *a, const char *evidence, const char *format, ...)
{
	struct vw_finding finding = {.status = VW_PASS, .severity = a->severity, .evidence = evidence};
	va_list arguments;

	if (a->count)
		return;
	finding.subject = a->kernel ? a->kernel->release : "image";
	va_start(arguments, format);
	finding.message = formatted(a->arena, format, arguments);
	va_end(arguments);
	say(a, &finding);
}

/* The running guest. */

bool vw_live_wide(const struct vw_assessment *a)
{
	return a->facts->clock.current.state != VW_NOT_PROBED;
}

const struct vwk_row *vw_live_board(const struct vw_assessment *a)
{
	return a->row->below & VW_FROM_BOARD ? a->lower : a->row;
}

bool vw_live_given_away(const char *driver)
{
	return driver &&
	       vwb_text_has_word("vfio-pci pciback xen-pciback pci-stub uio_pci_generic igb_uio", driver);
}

const char *vw_drives_word(enum vwk_drives drives)
{
	return drives == VWK_NETWORK ? "network" : "storage";
}

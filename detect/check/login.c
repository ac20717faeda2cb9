/* SPDX-License-Identifier: MIT */
#include "detect/check/check.h"

#include <string.h>

/* Whether a login comes about where sshd is installed: SSH001 asks whether there is any way in. */

VW_CHECKS_OF(login);

static bool cloud_init_starts(const struct vw_image_cloud_init *init)
{
	return init->installed.state == VW_VALUE && init->installed.value &&
	       init->disabled.state != VW_VALUE && !(init->enabled.state == VW_VALUE && !init->enabled.value);
}

/* Is sshd started? Not asked of what a first boot would still enable. */
static bool is_started(const struct vw_image_facts *image)
{
	return vw_names_have(&image->started, "ssh") || vw_names_have(&image->started, "sshd");
}

static bool has_other_way(const struct vw_image_facts *image)
{
	static const char *const others[] = {
		"dropbear",   "amazon-ssm-agent", "snap.amazon-ssm-agent.amazon-ssm-agent",
		"tailscaled", "teleport",         "sshd@"};

	for (size_t i = 0; i < VW_COUNT(others); i++)
		if (vw_names_have(&image->started, others[i]))
			return true;
	return false;
}

static const char *why_not_looked_at(const struct vw_image_facts *image)
{
	if (image->sshd.state != VW_VALUE)
		return "sshd is not installed";
	if (!image->init.libraries || image->layout.state != VW_ABSENT)
		return "not looked at: this root holds no whole system";
	if (image->started.state != VW_VALUE)
		return "not looked at: what is started is not known";
	if (!is_started(image) && has_other_way(image))
		return "something else lets somebody in";
	if (!is_started(image) &&
	    (image->machine_id.state != VW_VALUE || vwb_text_equal(image->machine_id.text, "uninitialized")))
		return "not looked at: the first boot enables services by their presets";
	return NULL;
}

static void sshd_starts(struct vw_assessment *a)
{
	const struct vw_image_facts *image = a->image;
	const struct vw_lines *unknown = &image->sshd_unknown;
	const char *why = why_not_looked_at(image);

	if (why) {
		vw_say(a, VW_SKIP, a->severity, "sshd", NULL, "%s", why);
		return;
	}
	if (!is_started(image)) {
		vw_say(a, VW_FAIL, a->severity, "sshd", image->sshd.text,
		       "%s is installed, and nothing starts it", image->sshd.text);
		return;
	}
	a->remedy = "let cloud-init, or a unit with ssh-keygen -A, make the keys at the first boot";
	if (image->key_maker.state == VW_ABSENT && !cloud_init_starts(&image->cloud_init)) {
		if (vw_state_unreadable(image->host_keys.state))
			vw_say(a, VW_STATUS_UNKNOWN, VW_DEGRADED, "/etc/ssh", "/etc/ssh",
			       "whether sshd has host keys is not known: /etc/ssh %s",
			       vw_state_reason(image->host_keys.state));
		else if (!image->host_keys.count)
			vw_say(a, VW_FAIL, a->severity, "/etc/ssh", "/etc/ssh",
			       "sshd has no host keys, and nothing makes them: it does not start");
	}
	a->remedy = "correct {subject}; sshd -t, in the image, tells when it is right";
	for (size_t i = 0; i < unknown->count; i++)
		vw_say(a, VW_FAIL, a->severity, unknown->line[i].source, unknown->line[i].source,
		       "%s: sshd does not know '%s', and does not start", unknown->line[i].source,
		       unknown->line[i].text);
	vw_say_passed(a, image->sshd.text, "%s is started, and has its keys and its words", image->sshd.text);
}

static const char *const enable_sshd[VW_FAMILIES] = {
	[VW_DEBIAN] = "systemctl enable ssh, in the image",
	[VW_ALPINE] = "rc-update add sshd, in the image",
};

VW_CHECK(SSH002, VW_ON_ALL, VW_FATAL, VW_BREAKS_REACH,
	 "sshd, where it is installed, is started and can start", "systemctl enable sshd, in the image",
	 "https://man.openbsd.org/sshd.8", .remedies = enable_sshd, .assess = sshd_starts);

static void root_may_be_entered(struct vw_assessment *a)
{
	const struct vw_number *mode = &a->image->root_mode;

	if (mode->state == VW_NOT_PROBED || !a->image->init.libraries)
		vw_say(a, VW_SKIP, a->severity, "/", NULL,
		       "not looked at: no permissions of the root folder are in this image");
	else if (mode->state != VW_VALUE)
		vw_say(a, VW_STATUS_UNKNOWN, VW_DEGRADED, "/", NULL, "the permissions of the root folder %s",
		       vw_state_reason(mode->state));
	else if ((mode->value & 0055) != 0055)
		vw_say(a, VW_FAIL, a->severity, "/", "/",
		       "the root folder has mode %04o: what does not run as root cannot enter it",
		       (unsigned)mode->value);
	vw_say_passed(a, "/", "all may enter the root folder");
}

VW_CHECK(SSH003, VW_ON_ALL, VW_FATAL, VW_BREAKS_REACH, "users and services may enter the root folder",
	 "chmod 0755 the image's root folder", "https://man7.org/linux/man-pages/man7/path_resolution.7.html",
	 .assess = root_may_be_entered);

/* SPDX-License-Identifier: MIT */
#include "detect/decide/build.h"

#include <string.h>

/*
 * Is this process confined? Namespaces and mounts tell, whatever marks lie about. The inode numbers of the
 * first namespaces are fixed: Linux, include/linux/proc_ns.h (PROC_PID_INIT_INO and its like, since 3.8).
 * That of the first mount namespace is since 6.18; before, it was the first or second that was given out.
 */

enum { FIRST_ROOT = 1 /* the id of the mount that every file system of the first namespace lies on */ };

static bool is_initial(enum vw_namespace which, uint64_t inode)
{
	static const uint64_t initial[VW_NAMESPACES] = {
		[VW_NS_PID] = 0xeffffffc, [VW_NS_USER] = 0xeffffffd, [VW_NS_MNT] = 0xeffffff8,
		[VW_NS_UTS] = 0xeffffffe, [VW_NS_IPC] = 0xefffffff,  [VW_NS_CGROUP] = 0xeffffffb,
	};

	return inode == initial[which] ||
	       (which == VW_NS_MNT && (inode == 0xf0000000 || inode == 0xf0000001));
}

static enum vwk_answer is_first(const struct vw_facts *facts, enum vw_namespace which)
{
	const struct vw_number *fact = &facts->container.ns[which];

	if (fact->state != VW_VALUE)
		return VW_CANNOT_TELL;
	return is_initial(which, fact->value) ? VW_HOLDS : VW_HOLDS_NOT;
}

/* Are all of them the first ones, the PID namespace and one more left out? */
static enum vwk_answer others_are_first(const struct vw_facts *facts, enum vw_namespace except)
{
	enum vwk_answer answer = VW_HOLDS;

	for (enum vw_namespace i = VW_NS_PID + 1; i < VW_NAMESPACES; i++) {
		enum vwk_answer first = i == except ? VW_HOLDS : is_first(facts, i);

		if (first == VW_HOLDS_NOT)
			return VW_HOLDS_NOT;
		/* no kernel before 4.6 has a cgroup namespace */
		if (first == VW_CANNOT_TELL && facts->container.ns[i].state != VW_ABSENT)
			answer = VW_CANNOT_TELL;
	}
	return answer;
}

/* A PID namespace of its own, and another one. `unshare --pid` alone confines nothing. */
enum vwk_answer vw_rule_own_pids(const struct vwk_rule *rule, const struct vw_facts *facts,
				 struct vwk_seen *seen)
{
	const struct vw_number *pid = &facts->container.ns[VW_NS_PID];
	enum vwk_answer others;

	(void)rule;
	if (pid->state != VW_VALUE)
		return VW_CANNOT_TELL;
	vw_rule_see_number(seen, pid);
	if (is_initial(VW_NS_PID, pid->value))
		return VW_HOLDS_NOT;
	others = others_are_first(facts, VW_NS_PID);
	return others == VW_HOLDS_NOT ? VW_HOLDS : others == VW_HOLDS ? VW_HOLDS_NOT : VW_CANNOT_TELL;
}

/* PID 2 is the kernel's thread that starts all others, since Linux 2.6.22 (init/main.c, rest_init()). That
 * there is none may be hidepid=; in another PID namespace, where PID 1 shows, it is not. */
enum vwk_answer vw_rule_no_kthreadd(const struct vwk_rule *rule, const struct vw_facts *facts,
				    struct vwk_seen *seen)
{
	const struct vw_container_facts *container = &facts->container;

	(void)rule;
	if (container->pid2.state == VW_VALUE) {
		vw_rule_see_text(seen, &container->pid2);
		return vwb_text_equal(container->pid2.text, "kthreadd") ? VW_HOLDS_NOT : VW_HOLDS;
	}
	if (container->pid2.state != VW_ABSENT || is_first(facts, VW_NS_PID) != VW_HOLDS_NOT ||
	    container->cgroup.state != VW_VALUE || !vwb_text_starts(container->cgroup.source, "/proc/1/"))
		return VW_CANNOT_TELL;
	vw_rule_see_number(seen, &container->ns[VW_NS_PID]);
	return VW_HOLDS;
}

/* Nothing between this root and the kernel's first mount; a root file system that runs in memory is that
 * itself. */
static bool on_first_root(const struct vw_root_mount *root)
{
	return root->parent.value <= FIRST_ROOT || root->parent.value == root->id.value;
}

/* PID 1's, in a copy of its mount namespace. */
static enum vwk_answer is_pid1_root(const struct vw_container_facts *container)
{
	const struct vw_root_mount *one = &container->pid1_root, *own = &container->root;

	if (one->folder.state != VW_VALUE || one->device.state != VW_VALUE)
		return VW_CANNOT_TELL;
	return vwb_text_equal(one->folder.text, own->folder.text) &&
			       vwb_text_equal(one->device.text, own->device.text)
		       ? VW_HOLDS
		       : VW_HOLDS_NOT;
}

/*
 * Could PID 1 have a root like this, for all that the command line says? Live systems run on an overlay,
 * OSTree and Btrfs in a folder of the file system.
 */
static bool may_be_pid1_root(const struct vw_facts *facts)
{
	static const char *const words[] = {"boot=live", "boot=casper",       "rd.live.", "root=live:",
					    "overlay",   "systemd.volatile=", "ostree=",  "rd.overlay"};
	const struct vw_text *cmdline = &facts->kernel.cmdline;

	if (vwb_text_equal(facts->container.root.type.text, "btrfs") || cmdline->state != VW_VALUE)
		return true;
	for (size_t i = 0; i < VW_COUNT(words); i++) {
		const char *at = strstr(cmdline->text, words[i]);

		if (at && (at == cmdline->text || at[-1] == ' '))
			return true;
	}
	return false;
}

/* A root that lies in a folder or on a layered or temporary file system, in a mount namespace of its own. In
 * the first mount namespace this is a chroot. */
enum vwk_answer vw_rule_own_root(const struct vwk_rule *rule, const struct vw_facts *facts,
				 struct vwk_seen *seen)
{
	const struct vw_container_facts *container = &facts->container;
	const struct vw_root_mount *root = &container->root;
	enum vwk_answer pid1;

	(void)rule;
	if (root->parent.state != VW_VALUE || root->folder.state != VW_VALUE || root->type.state != VW_VALUE)
		return root->parent.state == VW_ABSENT ? VW_HOLDS_NOT : VW_CANNOT_TELL;
	if (container->ns[VW_NS_MNT].state == VW_DENIED)
		return VW_CANNOT_TELL;
	vw_rule_see_text(seen, vwb_text_equal(root->folder.text, "/") ? &root->type : &root->folder);
	pid1 = is_pid1_root(container);
	if (on_first_root(root) || is_first(facts, VW_NS_MNT) == VW_HOLDS || pid1 == VW_HOLDS ||
	    container->unit_mount.state == VW_VALUE)
		return VW_HOLDS_NOT;
	if (vwb_text_equal(root->folder.text, "/") && !vwb_text_has_word("overlay tmpfs", root->type.text))
		return VW_HOLDS_NOT;
	if (pid1 == VW_HOLDS_NOT)
		return VW_HOLDS;
	/* a service of this system, in a copy of its mounts */
	if (container->pid1_root.folder.state == VW_DENIED && is_first(facts, VW_NS_PID) == VW_HOLDS &&
	    others_are_first(facts, VW_NS_MNT) == VW_HOLDS)
		return VW_CANNOT_TELL;
	return may_be_pid1_root(facts) ? VW_CANNOT_TELL : VW_HOLDS;
}

/* The mount namespace is not the host's: a runtime has begun in this process, not only put it into a control
 * group. */
enum vwk_answer vw_rule_own_mounts(const struct vwk_rule *rule, const struct vw_facts *facts,
				   struct vwk_seen *seen)
{
	const struct vw_container_facts *container = &facts->container;
	const struct vw_number *mnt = &container->ns[VW_NS_MNT];

	(void)rule;
	if (mnt->state != VW_VALUE)
		return VW_CANNOT_TELL;
	vw_rule_see_number(seen, mnt);
	return is_initial(VW_NS_MNT, mnt->value) ? VW_HOLDS_NOT : VW_HOLDS;
}

enum vw_tristate vw_chroot_decide(const struct vw_facts *facts)
{
	const struct vw_root_mount *root = &facts->container.root;

	if (is_first(facts, VW_NS_PID) != VW_HOLDS)
		return VW_UNKNOWN;
	if (root->parent.state == VW_ABSENT)
		return VW_YES;
	if (root->parent.state != VW_VALUE)
		return VW_UNKNOWN;
	if (on_first_root(root) || is_pid1_root(&facts->container) == VW_HOLDS)
		return VW_NO;
	return is_first(facts, VW_NS_MNT) == VW_HOLDS ? VW_YES : VW_UNKNOWN;
}

/* The first PID namespace, or all others the first ones and its threads in sight. */
static bool pids_are_free(const struct vw_facts *facts)
{
	bool kthreadd = vwb_text_equal(facts->container.pid2.text, "kthreadd");

	switch (is_first(facts, VW_NS_PID)) {
	case VW_HOLDS:
		return facts->container.pid2.state != VW_VALUE || kthreadd;
	case VW_HOLDS_NOT:
		return kthreadd && others_are_first(facts, VW_NS_PID) == VW_HOLDS;
	default:
		return kthreadd && on_first_root(&facts->container.root);
	}
}

static bool root_is_free(const struct vw_facts *facts)
{
	const struct vw_container_facts *container = &facts->container;
	const struct vw_root_mount *root = &container->root;

	if (is_first(facts, VW_NS_MNT) == VW_HOLDS || vw_chroot_decide(facts) == VW_YES)
		return true;
	if (root->parent.state != VW_VALUE)
		return false;
	if (on_first_root(root) || container->unit_mount.state == VW_VALUE ||
	    is_pid1_root(container) == VW_HOLDS)
		return true;
	return vwb_text_equal(root->folder.text, "/") &&
	       !vwb_text_has_word("overlay tmpfs", root->type.text) &&
	       others_are_first(facts, VW_NS_MNT) == VW_HOLDS;
}

bool vw_confined_not(const struct vw_facts *facts)
{
	enum vw_state tracer = facts->container.tracer.state;

	return (tracer == VW_VALUE || tracer == VW_ABSENT) && pids_are_free(facts) && root_is_free(facts);
}

bool vw_confinement_denied(const struct vw_facts *facts)
{
	const struct vw_container_facts *container = &facts->container;

	return container->ns[VW_NS_PID].state == VW_DENIED || container->ns[VW_NS_MNT].state == VW_DENIED ||
	       container->root.parent.state == VW_DENIED || container->tracer.state == VW_DENIED;
}

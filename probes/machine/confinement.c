/* SPDX-License-Identifier: MIT */
#include "probes/machine/probe.h"

#include <errno.h>
#include <string.h>

/*
 * What the kernel itself tells of confinement: namespaces, mounts, and who traces this process. Container
 * managers leave marks or not, and marks stay behind in images; these cannot.
 */

/* "pid:[4026531836]"; namespaces(7) */
static void read_namespace(struct vw_run *run, const char *name, struct vw_number *fact)
{
	const char *path = vw_path(run, "/proc/self/ns/%s", name), *target, *number = NULL;
	uint64_t value = 0;
	size_t size = 0;
	int r = vw_source_link(run->source, path, &target);

	if (r == 0) {
		number = strstr(target, ":[");
		size = number ? strcspn(number + 2, "]") : 0;
		r = size ? vwb_number_parse(vw_clean_copy(run, number + 2, size), 10, UINT64_MAX, &value)
			 : -EBADMSG;
	}
	*fact = (struct vw_number){.state = vw_state_of(r), .value = value, .source = path};
}

static void read_namespaces(struct vw_run *run)
{
	static const char *const names[VW_NAMESPACES] = {
		[VW_NS_PID] = "pid", [VW_NS_USER] = "user", [VW_NS_MNT] = "mnt",
		[VW_NS_UTS] = "uts", [VW_NS_IPC] = "ipc",   [VW_NS_CGROUP] = "cgroup",
	};

	for (size_t i = 0; i < VW_NAMESPACES; i++)
		read_namespace(run, names[i], &run->facts->container.ns[i]);
}

/* Fields of a line of mountinfo up to the mount point, those behind the optional ones, and each one's size.
 */
enum field { ID, PARENT, DEVICE, FOLDER, POINT, TYPE, ORIGIN, FIELDS };

struct mount {
	const char *field[FIELDS];
	size_t size[FIELDS];
};

static bool mount_parse(const char *line, size_t size, struct mount *mount)
{
	const char *end = line + size, *rest = memmem(line, size, " - ", 3);

	if (!rest)
		return false;
	for (size_t i = 0; i < FIELDS; i++) {
		const char *space;

		if (i == TYPE)
			line = rest + 3;
		space = line < end ? memchr(line, ' ', (size_t)(end - line)) : NULL;
		mount->field[i] = line;
		mount->size[i] = (size_t)((space ? space : end) - line);
		if (!mount->size[i])
			return false;
		line = space ? space + 1 : end;
	}
	return true;
}

static bool field_is(const struct mount *mount, enum field field, const char *text)
{
	return strlen(text) == mount->size[field] &&
	       memcmp(mount->field[field], text, mount->size[field]) == 0;
}

static void set_text(struct vw_run *run, struct vw_text *fact, const struct mount *mount, enum field field,
		     const char *origin)
{
	vw_fact_set_text(run->source, fact, mount->field[field], mount->size[field], origin);
}

static void set_number(struct vw_run *run, struct vw_number *fact, const struct mount *mount,
		       enum field field, const char *origin)
{
	const char *text = vw_clean_copy(run, mount->field[field], mount->size[field]);
	uint64_t value = 0;
	int r = text ? vwb_number_parse(text, 10, UINT64_MAX, &value) : -EBADMSG;

	*fact = (struct vw_number){.state = vw_state_of(r), .value = value, .source = origin};
}

/* A mount over another one comes later, and hides it. */
static void set_root(struct vw_run *run, struct vw_root_mount *root, const struct mount *mount,
		     const char *origin)
{
	set_number(run, &root->id, mount, ID, origin);
	set_number(run, &root->parent, mount, PARENT, origin);
	set_text(run, &root->device, mount, DEVICE, origin);
	set_text(run, &root->folder, mount, FOLDER, origin);
	set_text(run, &root->type, mount, TYPE, origin);
}

static void root_is(struct vw_root_mount *root, enum vw_state state, const char *origin)
{
	vw_number_is(&root->id, state, origin);
	vw_number_is(&root->parent, state, origin);
	vw_text_is(&root->device, state, origin);
	vw_text_is(&root->folder, state, origin);
	vw_text_is(&root->type, state, origin);
}

static void others_are(struct vw_container_facts *container, enum vw_state state, const char *origin)
{
	vw_text_is(&container->hostname_mount, state, origin);
	vw_number_is(&container->unit_mount, state, origin);
	vw_number_is(&container->firejail, state, origin);
	vw_number_is(&container->kata, state, origin);
}

static void take_mount(struct vw_run *run, const struct mount *mount, const char *origin)
{
	struct vw_container_facts *container = &run->facts->container;

	if (field_is(mount, POINT, "/"))
		set_root(run, &container->root, mount, origin);
	else if (field_is(mount, POINT, "/etc/hostname"))
		set_text(run, &container->hostname_mount, mount, FOLDER, origin);
	else if (field_is(mount, POINT, "/run/systemd/incoming"))
		vw_fact_set_number(&container->unit_mount, 1, origin);
	else if (field_is(mount, POINT, "/run/firejail/mnt"))
		vw_fact_set_number(&container->firejail, 1, origin);
	if (field_is(mount, ORIGIN, "kataShared"))
		vw_fact_set_number(&container->kata, 1, origin);
}

/* A file without a single mount is none of the kernel's: of a chroot without any, /proc is not there either.
 */
static void read_mounts(struct vw_run *run, const char *path, bool own)
{
	struct vw_container_facts *container = &run->facts->container;
	struct vw_root_mount *root = own ? &container->root : &container->pid1_root;
	const char *text, *end;
	size_t size, mounts = 0;
	struct mount mount;
	int r = vw_source_read(run->source, path, VW_TABLE_LIMIT, &text, &size);

	root_is(root, r < 0 ? vw_state_of(r) : VW_ABSENT, path);
	if (own)
		others_are(container, r < 0 ? vw_state_of(r) : VW_ABSENT, path);
	if (r < 0)
		return;
	for (end = text + size; text < end; text += size + 1) {
		size = strcspn(text, "\n");
		if (!mount_parse(text, size, &mount))
			continue;
		mounts++;
		if (own)
			take_mount(run, &mount, path);
		else if (field_is(&mount, POINT, "/"))
			set_root(run, root, &mount, path);
	}
	if (mounts)
		return;
	root_is(root, VW_MALFORMED, path);
	if (own)
		others_are(container, VW_MALFORMED, path);
}

/* PRoot runs programs under ptrace(2), and rewrites the paths of their system calls. */
static void read_tracer(struct vw_run *run)
{
	static const char path[] = "/proc/self/status";
	struct vw_text *tracer = &run->facts->container.tracer;
	struct vw_text_line line;
	const char *text;
	size_t size;
	int r = vw_source_read(run->source, path, VW_TEXT_LIMIT, &text, &size);

	/* without /proc nobody knows */
	vw_text_is(tracer, r == -ENOENT ? VW_NOT_PROBED : r < 0 ? vw_state_of(r) : VW_ABSENT, path);
	while (r == 0 && vw_line_next(&text, &size, ':', &line)) {
		const char *pid = NULL;

		if (vw_line_is(&line, "TracerPid") && line.value)
			pid = vw_clean_copy(run, line.value, line.value_size);
		if (pid && strspn(pid, "0123456789") == strlen(pid) && !vwb_text_equal(pid, "0"))
			vw_fact_read_text(run->source, vw_path(run, "/proc/%s/comm", pid), tracer);
	}
}

/* Sources: Linux, Documentation/filesystems/proc.rst, mountinfo; namespaces(7); proc_pid_status(5). */
void vw_confinement_read(struct vw_run *run)
{
	struct vw_container_facts *container = &run->facts->container;

	read_namespaces(run);
	read_mounts(run, "/proc/self/mountinfo", true);
	/* for root only; where nothing lies between this root and the kernel's first mount, PID 1 has it too
	 */
	root_is(&container->pid1_root, VW_NOT_PROBED, "/proc/1/mountinfo");
	if (container->root.parent.state == VW_VALUE && container->root.parent.value > 1) {
		read_mounts(run, "/proc/1/mountinfo", false);
		/* where it may not be read, the command line tells what kind of root PID 1 has */
		vw_fact_read_text(run->source, "/proc/cmdline", &run->facts->kernel.cmdline);
	}
	read_tracer(run);
}

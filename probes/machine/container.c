/* SPDX-License-Identifier: MIT */
#include "probes/machine/probe.h"

#include <string.h>

#define ENVIRON "/proc/1/environ"

enum { MARKERS = 32 };

/* Facts that are one file each. */
static const struct presence {
	const char *path;
	size_t fact; /* offset in struct vw_container_facts */
} presences[] = {
	{"/.dockerenv", offsetof(struct vw_container_facts, dockerenv)},
	{"/.dockerinit", offsetof(struct vw_container_facts, dockerinit)},
	{"/proc/vz", offsetof(struct vw_container_facts, proc_vz)},
	{"/proc/bc", offsetof(struct vw_container_facts, proc_bc)},
	{"/dev/lxd/sock", offsetof(struct vw_container_facts, lxd)},
	{"/run/systemd/system", offsetof(struct vw_container_facts, systemd)},
	{"/.flatpak-info", offsetof(struct vw_container_facts, flatpak)},
	{"/dev/.lxc-boot-id", offsetof(struct vw_container_facts, lxc)},
	{"/.singularity.d", offsetof(struct vw_container_facts, singularity)},
	{"/dev/incus/sock", offsetof(struct vw_container_facts, incus)},
	{"/ch/environment", offsetof(struct vw_container_facts, charliecloud)},
};

static const struct text {
	const char *path;
	size_t fact;
} texts[] = {
	{"/run/systemd/container", offsetof(struct vw_container_facts, manager)},
	{"/run/.containerenv", offsetof(struct vw_container_facts, containerenv)},
	{"/run/host/container-manager", offsetof(struct vw_container_facts, host_manager)},
	{"/proc/version", offsetof(struct vw_container_facts, proc_version)},
	{"/proc/self/cgroup", offsetof(struct vw_container_facts, own_cgroup)},
	{"/proc/2/comm", offsetof(struct vw_container_facts, pid2)},
};

/* Variables of PID 1 whose name alone tells something; values may be secrets and are not kept. Prefixes. */
static const char *const telling[] = {
	"LIBPOD_", "KUBERNETES_SERVICE_HOST", "ECS_CONTAINER_METADATA_URI",
	"WSL_",    "container_uuid",          "container_ttys",
};

static bool is_telling(const char *name)
{
	for (size_t i = 0; i < VW_COUNT(telling); i++)
		if (vwb_text_starts(name, telling[i]))
			return true;
	return false;
}

/* NAME=VALUE strings, each ended by a NUL. */
static void read_environ(struct vw_run *run, const char *bytes, size_t size)
{
	struct vw_container_facts *container = &run->facts->container;
	struct vw_name_list markers;

	if (!vw_name_list_init(run, &markers, MARKERS))
		return;
	vw_fact_set_text(run->source, &container->pid1_container, "", 0, ENVIRON);
	for (const char *end = bytes + size; bytes < end;) {
		size_t length = strnlen(bytes, (size_t)(end - bytes)), name = strcspn(bytes, "=");

		if (vwb_text_starts(bytes, "container="))
			vw_fact_set_text(run->source, &container->pid1_container, bytes + name + 1,
					 length - name - 1, ENVIRON);
		else if (is_telling(bytes) && name < length)
			vw_name_list_add(&markers, vw_clean_copy(run, bytes, name));
		bytes += length + 1;
	}
	vw_name_list_sort(&markers);
	vw_fact_set_names(&container->pid1_markers, &markers, ENVIRON);
}

static void read_pid1(struct vw_run *run)
{
	struct vw_container_facts *container = &run->facts->container;
	const char *bytes;
	size_t size;
	int r = vw_source_read(run->source, ENVIRON, VW_TEXT_LIMIT, &bytes, &size);

	vw_text_is(&container->pid1_container, vw_state_of(r), ENVIRON);
	vw_names_are(&container->pid1_markers, vw_state_of(r), ENVIRON);
	if (r == 0)
		read_environ(run, bytes, size);
}

static void read_cgroup(struct vw_run *run)
{
	struct vw_text *cgroup = &run->facts->container.cgroup;

	vw_fact_read_text(run->source, "/proc/1/cgroup", cgroup);
	if (cgroup->state != VW_VALUE)
		*cgroup = run->facts->container.own_cgroup;
}

/*
 * Linux-VServer adds one line to the status of each process, under this name or, in old kernels, that. Its
 * kernels are called so: "2.6.32-5-vserver-amd64", "3.18.7-vs2.3.7.4".
 */
static void read_vserver(struct vw_run *run)
{
	static const char path[] = "/proc/self/status";
	struct vw_text *vxid = &run->facts->container.vxid;
	const struct vw_text *release = &run->facts->kernel.release;
	struct vw_text_line line;
	const char *text;
	size_t size;
	int r;

	vw_text_is(vxid, VW_ABSENT, path);
	if (release->state == VW_VALUE && !strstr(release->text, "-vs") && !(run->flags & VW_PROBE_WIDE))
		return;
	r = vw_source_read(run->source, path, VW_TEXT_LIMIT, &text, &size);
	vw_text_is(vxid, r < 0 ? vw_state_of(r) : VW_ABSENT, path);
	if (r < 0)
		return;
	while (vw_line_next(&text, &size, ':', &line))
		if (vw_line_is(&line, "VxID") || vw_line_is(&line, "s_context"))
			vw_fact_set_text(run->source, vxid, line.value, line.value_size, path);
}

/* Is there one of two paths? */
static void read_either(struct vw_run *run, const char *one, const char *other, struct vw_number *fact)
{
	vw_fact_read_present(run->source, one, fact);
	if (fact->state == VW_ABSENT && other)
		vw_fact_read_present(run->source, other, fact);
}

/*
 * Looking below binfmt_misc makes systemd mount it, which takes a while and changes the machine: only where
 * the kernel's release says that it is Microsoft's.
 */
static void read_wsl(struct vw_run *run)
{
	const char *release = run->facts->kernel.release.text;
	bool suspected = run->facts->snapshot || (release && strstr(release, "icrosoft"));

	read_either(run, "/run/WSL", suspected ? "/proc/sys/fs/binfmt_misc/WSLInterop" : NULL,
		    &run->facts->container.wsl);
	/* under systemd it is registered once more, by this name */
	if (suspected && run->facts->container.wsl.state == VW_ABSENT)
		vw_fact_read_present(run->source, "/proc/sys/fs/binfmt_misc/WSLInterop-late",
				     &run->facts->container.wsl);
}

/**
 * The marks that container managers leave, each as it is.
 *
 * PID 1's environment is for root only.
 *
 * Source: systemd, Container Interface (systemd.io/CONTAINER_INTERFACE); podman-run(1) for
 * /run/.containerenv; Linux-VServer and OpenVZ kernels for their /proc entries; WSL's init for WSLInterop.
 */
void vw_probe_container(struct vw_run *run)
{
	struct vw_container_facts *container = &run->facts->container;
	char *base = (char *)container;

	read_pid1(run);
	for (size_t i = 0; i < VW_COUNT(presences); i++)
		vw_fact_read_present(run->source, presences[i].path,
				     (struct vw_number *)(void *)(base + presences[i].fact));
	for (size_t i = 0; i < VW_COUNT(texts); i++)
		vw_fact_read_text(run->source, texts[i].path,
				  (struct vw_text *)(void *)(base + texts[i].fact));
	read_cgroup(run);
	vw_confinement_read(run);
	read_vserver(run);
	read_either(run, "/run/secrets/kubernetes.io", "/var/run/secrets/kubernetes.io",
		    &container->kubernetes);
	read_wsl(run);
	if (run->flags & VW_PROBE_WIDE)
		vw_fact_read_text(run->source, "/proc/self/uid_map", &container->uid_map);
}

/* SPDX-License-Identifier: MIT */

/*
 * What happens to a verdict when a source may not be read: deny DIRECTORY... (or "-": names on standard
 * input)
 *
 * Each snapshot is probed once as it is, and once for each source that probing touches, with that source
 * denied: single files that are there, each folder above them, CPUID, and CPUID through Xen's prefix. The
 * verdict must stay or become more general; it must not become another one, surer of the same, or one that
 * guesses what was not read. Exits 0 when all held, 1 when not, 2 when nothing ran.
 */

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base.h"
#include "detect/report.h"
#include "probes/probes.h"

enum { QUEUE_MAX = 4096, ALIKE_MAX = 2, MISSES_SHOWN = 100 };

/* What may be said instead when less is known. Each entry is true of whatever it replaces. */
static const struct {
	const char *word, *general;
} generalizations[] = {
	{"nitro", "kvm"},
	{"nitro-enclave", "kvm"},
	{"firecracker", "kvm"},
	{"cloud-hypervisor", "kvm"},
	{"crosvm", "kvm"},
	{"qemu-tcg", "qemu"},
	{"ec2-metal", "metal"},
	{"aws-metal-2017", "metal"},
	{"huaweicloud", "openstack"},
	{"opentelekomcloud", "openstack"},
	{"sapccloud", "openstack"},
	{"samsungcloud", "openstack"},
	{"sev-snp", "sev-es"},
	{"sev-es", "sev"},
	{"lxd", "lxc"},
	{"crio", "kubernetes"},
	{"crio", "oci"},
	{"podman", "oci"},
	{"docker", "oci"},
	{"docker", "kubernetes"},
	{"docker", "wsl"},
	{"kubernetes", "wsl"},
	{"systemd-nspawn", "wsl"},
	{"rhev", "qemu"},
	{"ahv", "qemu"},
	{"kubernetes", "oci"},
};

static bool generalizes(const char *word, const char *general)
{
	if (vwb_text_equal(word, general))
		return true;
	for (size_t i = 0; i < VW_COUNT(generalizations); i++)
		if (vwb_text_equal(generalizations[i].word, word) &&
		    generalizes(generalizations[i].general, general))
			return true;
	return false;
}

/* A guest of a guest in which only the outer hypervisor still shows, and a hypervisor that shows KVM's
 * signature when nothing else of it can be read: true as far as it goes, and never certain. */
static bool is_outer(const struct vw_report *before, const struct vw_report *after)
{
	const char *id = after->platform.id;

	if (after->platform.confidence == VW_CERTAIN)
		return false;
	for (size_t i = 0; i < before->layer_count; i++)
		if (vwb_text_equal(before->layer[i].kind, id))
			return true;
	return vwb_text_equal(id, "kvm") && (vwb_text_equal(before->platform.id, "virtualbox") ||
					     vwb_text_equal(before->platform.id, "parallels"));
}

static bool is_unknown(const char *word)
{
	return vwb_text_equal(word, "unknown") || vwb_text_equal(word, "unknown-hypervisor");
}

/* One run. */

struct run {
	struct vw_source *source;
	struct vw_facts *facts;
	struct vw_report *report;
};

static void run_end(struct run *run)
{
	vw_report_free(run->report);
	vw_facts_free(run->facts);
	vw_source_free(run->source);
	*run = (struct run){0};
}

static bool run_begin(struct run *run, const char *root, const char *denied)
{
	char problem[256] = "";

	*run = (struct run){0};
	if (vw_source_snapshot(root, &run->source, problem, sizeof(problem)) == 0 &&
	    (!denied || vw_source_deny(run->source, denied) == 0) &&
	    vw_probe(run->source, 0, &run->facts) == 0 && vw_detect(run->facts, &run->report) == 0)
		return true;
	printf("MISS deny: %s: %s\n", root, *problem ? problem : "no report");
	run_end(run);
	return false;
}

static bool is_below(const char *path, const char *top)
{
	size_t length = strlen(top);

	return strncmp(path, top, length) == 0 &&
	       (path[length] == '\0' || path[length] == '/' || vwb_text_equal(top, "/"));
}

static bool names(const struct vw_facts *facts, const char *denied)
{
	for (size_t i = 0; i < facts->unread_count; i++)
		if (is_below(facts->unread[i].source, denied))
			return true;
	return false;
}

/* What must hold. */

struct check {
	const struct vw_report *before, *after;
	const char *root, *denied;
	size_t *misses;
};

static void miss(const struct check *check, const char *what, const char *before, const char *after)
{
	if ((*check->misses)++ < MISSES_SHOWN)
		printf("MISS deny: %s without %s: %s was %s, is %s\n", check->root, check->denied, what,
		       before ? before : "null", after ? after : "null");
}

static void same_or_general(const struct check *check, const char *what, const char *before,
			    const char *after)
{
	if (after && !generalizes(before, after))
		miss(check, what, before, after);
}

static bool id_holds(const struct vw_platform *before, const struct vw_platform *after)
{
	bool was_guest =
		!vwb_text_equal(before->hypervisor, "none") && !vwb_text_equal(before->id, "unknown");

	if (generalizes(before->id, after->id) || vwb_text_equal(after->id, "unknown"))
		return true;
	if (vwb_text_equal(after->id, "unknown-hypervisor"))
		return was_guest;
	/* A machine of QEMU's stays one when nothing tells any more what runs it. */
	return vwb_text_equal(after->id, "qemu") && vwb_text_equal(before->vmm, "qemu");
}

static void check_platform(const struct check *check)
{
	const struct vw_platform *before = &check->before->platform, *after = &check->after->platform;
	bool same_id = vwb_text_equal(before->id, after->id);
	bool outer = is_outer(check->before, check->after);
	bool board_only = vwb_text_equal(after->id, "qemu");

	if (!id_holds(before, after) && !outer)
		miss(check, "id", before->id, after->id);
	if (!vwb_text_equal(before->hypervisor, after->hypervisor) && !is_unknown(after->hypervisor) &&
	    !board_only && !outer)
		miss(check, "hypervisor", before->hypervisor, after->hypervisor);
	/* The more general answer may well be the surer one. */
	if (after->confidence > before->confidence && same_id)
		miss(check, "confidence", vw_confidence_word(before->confidence),
		     vw_confidence_word(after->confidence));
	same_or_general(check, "vmm", before->vmm, after->vmm);
	same_or_general(check, "mode", before->mode, after->mode);
	same_or_general(check, "row", before->row, after->row);
	same_or_general(check, "cloud", before->cloud.provider, after->cloud.provider);
	same_or_general(check, "instance type", before->cloud.instance_type, after->cloud.instance_type);
	/* of whichever runtime it is */
	if (!before->container || !vwb_text_equal(after->container, "container-other"))
		same_or_general(check, "container", before->container, after->container);
	same_or_general(check, "confidential", before->confidential, after->confidential);
}

static void check_rest(const struct check *check)
{
	static const char *const tristate[] = {"null", "false", "true"};
	const struct vw_report *before = check->before, *after = check->after;

	for (int i = 0; i < VW_DIMENSIONS; i++)
		if (after->dimension[i].class != before->dimension[i].class &&
		    after->dimension[i].class != VW_CLASS_UNKNOWN)
			miss(check, vw_dimension_word((enum vw_dimension_id)i),
			     vw_class_word(before->dimension[i].class),
			     vw_class_word(after->dimension[i].class));
	if (after->nested.can_host != before->nested.can_host && after->nested.can_host != VW_UNKNOWN)
		miss(check, "can_host", tristate[before->nested.can_host], tristate[after->nested.can_host]);
	if (after->level > before->level || (after->level < before->level && after->level == 0 &&
					     !vwb_text_equal(after->platform.id, "unknown")))
		miss(check, "level", before->level ? "more" : "0", after->level ? "more" : "0");
}

/* All sources of one snapshot. */

struct queue {
	struct vwb_arena *arena;
	const char *path[QUEUE_MAX];
	size_t count;
};

static void add(struct queue *queue, const char *path)
{
	for (size_t i = 0; i < queue->count; i++)
		if (vwb_text_equal(queue->path[i], path))
			return;
	if (queue->count < QUEUE_MAX)
		queue->path[queue->count++] = vwb_arena_string(queue->arena, path);
}

static bool exists(const char *root, const char *source)
{
	struct stat there;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", root, source);
	return *source != '/' || stat(path, &there) == 0;
}

static bool has_digit(const char *text, const char *end)
{
	for (; text < end; text++)
		if (*text >= '0' && *text <= '9')
			return true;
	return false;
}

/* Do two paths differ in nothing but numbers? Digits of hexadecimal ones count as digits. */
static bool alike(const char *a, const char *b)
{
	static const char numeral[] = "0123456789abcdef";

	while (*a && *b) {
		if (*a != *b && !(strchr(numeral, *a) && strchr(numeral, *b)))
			return false;
		a++;
		b++;
	}
	return *a == *b;
}

/* The same attribute of one device after the other: ALIKE_MAX of them stand for all. Whole devices do not. */
static bool is_repetition(const struct queue *queue, size_t index)
{
	const char *path = queue->path[index], *last = strrchr(path, '/'), *parent;
	size_t count = 0;

	if (!last || last == path)
		return false;
	for (parent = last - 1; parent > path && *parent != '/'; parent--)
		;
	if (!has_digit(parent, last))
		return false;
	for (size_t i = 0; i < index && count < ALIKE_MAX; i++)
		count += alike(queue->path[i], path);
	return count == ALIKE_MAX;
}

/* The folder's entries, links followed: what lies behind a link is denied by the name that probes use. */
static void add_entries(struct queue *queue, const char *root, const char *folder)
{
	char path[PATH_MAX];
	const struct dirent *entry;
	DIR *stream;

	snprintf(path, sizeof(path), "%s%s", root, folder);
	stream = opendir(path);
	if (!stream)
		return;
	while ((entry = readdir(stream))) {
		if (vwb_text_equal(entry->d_name, ".") || vwb_text_equal(entry->d_name, ".."))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		add(queue, path);
	}
	closedir(stream);
}

/* Deny one source. Nothing to say when no probe asks for it; else what lies below is tried one by one. */
static bool try_source(struct queue *queue, const struct run *before, const char *root, const char *denied,
		       size_t *misses)
{
	struct run after;

	if (!run_begin(&after, root, denied)) {
		(*misses)++;
		return true;
	}
	if (!names(after.facts, denied)) {
		run_end(&after);
		return false;
	}
	struct check check = {before->report, after.report, root, denied, misses};

	check_platform(&check);
	check_rest(&check);
	for (size_t i = 0; i < after.facts->unread_count; i++)
		add(queue, after.facts->unread[i].source);
	run_end(&after);
	if (*denied == '/')
		add_entries(queue, root, denied);
	return true;
}

/* Evidence names its source: denied, that source must be in unread. */
static void check_evidence(struct queue *queue, const struct run *before, const char *root, size_t *misses)
{
	for (size_t i = 0; i < before->report->evidence_count; i++) {
		const char *source = before->report->evidence[i].source;
		struct run after;

		if (vwb_text_starts(source, "cpuid"))
			source = vwb_text_starts(source, "cpuid xen") ? "cpuid xen" : "cpuid";
		else if (*source != '/')
			continue;
		add(queue, source);
		if (!run_begin(&after, root, source)) {
			(*misses)++;
			continue;
		}
		if (!names(after.facts, source)) {
			struct check check = {before->report, after.report, root, source, misses};

			miss(&check, "unread", source, "silent");
		}
		run_end(&after);
	}
}

static size_t try_snapshot(const char *root, size_t *misses)
{
	static const char *const tops[] = {"cpuid", "cpuid xen", "/sys",       "/proc",
					   "/dev",  "/run",      "/.dockerenv"};
	static struct queue queue;
	struct run before;
	size_t tried = 0;

	if (!run_begin(&before, root, NULL)) {
		(*misses)++;
		return 1;
	}
	queue.count = 0;
	if (vwb_arena_new(&queue.arena) < 0)
		exit(2);
	for (size_t i = 0; i < VW_COUNT(tops); i++)
		add(&queue, tops[i]);
	add_entries(&queue, root, "/dev"); /* /dev itself is never closed to anyone */
	check_evidence(&queue, &before, root, misses);
	/* What is not there cannot be denied: EACCES would say that it is. */
	for (size_t i = 0; i < queue.count; i++)
		if (exists(root, queue.path[i]) && !is_repetition(&queue, i))
			tried += try_source(&queue, &before, root, queue.path[i], misses);
	if (queue.count == QUEUE_MAX) {
		printf("MISS deny: %s has more than %d sources\n", root, QUEUE_MAX);
		(*misses)++;
	}
	vwb_arena_free(queue.arena);
	run_end(&before);
	return tried;
}

int main(int count, char **arguments)
{
	size_t tried = 0, misses = 0;

	for (int i = 1; i < count; i++)
		tried += try_snapshot(arguments[i], &misses);
	if (misses > MISSES_SHOWN)
		printf("… and %zu more\n", misses - MISSES_SHOWN);
	printf("deny: %zu sources denied, %zu misses\n", tried, misses);
	return !tried ? 2 : misses > 0;
}

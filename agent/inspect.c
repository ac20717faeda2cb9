/* SPDX-License-Identifier: MIT */
#include "agent/inspect.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/log.h"
#include "base/clock.h"

#define ABSENT "absent"

static const struct credential {
	const char *name, *path;
	bool text; /* may be empty: firmware that has no serial number gives an empty line */
} credentials[] = {
	{"dmi.table", "/sys/firmware/dmi/tables/DMI", false},
	{"dmi.product-uuid", "/sys/class/dmi/id/product_uuid", true},
	{"dmi.product-serial", "/sys/class/dmi/id/product_serial", true},
	{"acpi.facp", "/sys/firmware/acpi/tables/FACP", false},
	{"fw_cfg.passport", "/sys/firmware/qemu_fw_cfg/by_name/opt/virtwhere/passport/raw", false},
};

/* What a machine does not lack, but we do: a report made of the rest would tell of another machine. */
static const int ours[] = {EMFILE, ENFILE, ENOMEM};

static bool is_ours(int err)
{
	for (size_t i = 0; i < VW_COUNT(ours); i++)
		if (err == ours[i])
			return true;
	return false;
}

/* A unit cannot say "where there is such a file": it gives the others a default, which is this word. Returns
 * whether it is handed in, or a negative errno when we cannot look. */
static int is_handed_in(const char *file, bool text)
{
	char start[16] = "";
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t size;

	if (fd < 0)
		return is_ours(errno) ? -errno : 0;
	size = read(fd, start, sizeof(start) - 1);
	close(fd);
	while (size > 0 && isspace((unsigned char)start[size - 1]))
		size--;
	return (text ? size >= 0 : size > 0) &&
	       !((size_t)size == strlen(ABSENT) && memcmp(start, ABSENT, (size_t)size) == 0);
}

static int overlay(struct vw_source *source)
{
	const char *directory = getenv("CREDENTIALS_DIRECTORY");
	int r = 0;

	for (size_t i = 0; directory && i < VW_COUNT(credentials) && r >= 0; i++) {
		char file[PATH_MAX];
		int length = snprintf(file, sizeof(file), "%s/%s", directory, credentials[i].name);

		if (length < 0 || (size_t)length >= sizeof(file))
			continue;
		r = is_handed_in(file, credentials[i].text);
		if (r > 0)
			r = vw_source_overlay(source, credentials[i].path, file);
	}
	return r < 0 ? r : 0;
}

static int open_source(const struct vwd_config *config, struct vw_source **ret, char *problem,
		       size_t problem_size)
{
	_cleanup_(vw_source_freep) struct vw_source *source = NULL;
	int r;

	if (config->snapshot)
		return vw_source_snapshot(config->snapshot, ret, problem, problem_size);
	r = vw_source_live(&source);
	if (r == 0)
		r = overlay(source);
	if (r < 0)
		return vwd_log_problem(problem, problem_size, r, "/: %s", strerror(-r));
	*ret = source;
	source = NULL;
	return 0;
}

static int check_resources(const struct vw_facts *facts, char *problem, size_t problem_size)
{
	for (size_t i = 0; i < facts->unread_count; i++)
		for (size_t k = 0; k < VW_COUNT(ours); k++)
			if (vwb_text_equal(facts->unread[i].error, strerrorname_np(ours[k])))
				return vwd_log_problem(problem, problem_size, -ours[k], "%s: %s",
						       facts->unread[i].source, strerror(ours[k]));
	return 0;
}

int vwd_inspect(const struct vwd_config *config, struct vwd_inspected *ret, char *problem,
		size_t problem_size)
{
	_cleanup_(vwd_inspected_free) struct vwd_inspected made = {0};
	unsigned flags = VW_PROBE_WIDE | VW_PROBE_OUTCOMES | (config->timing ? VW_PROBE_TIMING : 0U);
	double start = (double)vwb_clock_ns(CLOCK_MONOTONIC) / 1e9;
	int r = open_source(config, &made.source, problem, problem_size);

	if (r < 0)
		return r;
	r = vw_probe(made.source, flags, &made.facts);
	if (r == 0)
		r = vw_counter_reader_new(made.source, made.facts, &made.counters);
	vw_source_finish(made.source);
	if (r == 0)
		r = vw_detect(made.facts, &made.report);
	if (r < 0)
		return vwd_log_problem(problem, problem_size, r, "%s", strerror(-r));
	r = check_resources(made.facts, problem, problem_size);
	if (r < 0)
		return r;
	made.seconds = (double)vwb_clock_ns(CLOCK_MONOTONIC) / 1e9 - start;
	*ret = made;
	made = (struct vwd_inspected){0};
	return 0;
}

void vwd_inspected_free(struct vwd_inspected *inspected)
{
	vw_counter_reader_free(inspected->counters);
	vw_report_free(inspected->report);
	vw_facts_free(inspected->facts);
	vw_source_free(inspected->source);
	*inspected = (struct vwd_inspected){0};
}

/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/sandbox.h"
#include "detect/checks.h"
#include "base/file.h"
#include "export/preflight.h"
#include "probes/image/image.h"
#include "base/clock.h"

enum {
	PROBLEM_SIZE = 512,
	TARGET_SIZE = 32,
	NAME_SIZE = 48,    /* of a path in the line of progress */
	SILENT_MS = 1000,  /* before the first line of progress */
	PROGRESS_MS = 100, /* between two */
	ALL_PERCENT = 100,
};

/* Arguments. */

static enum vwc_exit no_target(const char *word)
{
	struct vwc_nearest nearest = {.asked = word};
	const struct vw_word *target;

	for (size_t i = 0; (target = vw_word_at("targets", i)); i++)
		vwc_nearest_offer(&nearest, target->word);
	if (nearest.word)
		vwc_complain("no target '%s'; did you mean '%s'?", word, nearest.word);
	else
		vwc_complain("no target '%s'; see 'virtwhere list targets'", word);
	return VW_EXIT_USAGE;
}

/* Add the targets of a list that is parted by commas. */
static enum vwc_exit add_targets(const char *list, unsigned *targets)
{
	for (;;) {
		size_t length = strcspn(list, ",");
		char word[TARGET_SIZE];
		unsigned found;

		snprintf(word, sizeof(word), "%.*s", (int)length, list); /* our own are shorter */
		found = vw_target_of(word);
		if (!found)
			return no_target(word);
		*targets |= found;
		if (!list[length])
			return VW_EXIT_YES;
		list += length + 1;
	}
}

static enum vwc_exit check_arguments(const struct vwc_request *request, unsigned *ret_targets)
{
	unsigned targets = 0;

	if (request->snapshot) {
		vwc_complain("preflight: a snapshot has no image; IMAGE names one");
		return VW_EXIT_USAGE;
	}
	if (!request->root) {
		vwc_complain("preflight: which image? give a root directory or an archive of one");
		return VW_EXIT_USAGE;
	}
	if (!request->targets) {
		vwc_complain("preflight: to boot where? give --target TARGET; see 'virtwhere list targets'");
		return VW_EXIT_USAGE;
	}
	for (size_t i = 0; i < request->targets; i++) {
		enum vwc_exit r = add_targets(request->target[i], &targets);

		if (r != VW_EXIT_YES)
			return r;
	}
	*ret_targets = targets;
	return VW_EXIT_YES;
}

/* What registered the image. */

/* Read at most @size bytes. Returns how many, or a negative errno. */
static ssize_t read_file(const char *path, char *bytes, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t size_read;

	if (fd < 0)
		return -errno;
	size_read = vwb_fd_read(fd, bytes, size);
	close(fd);
	return size_read;
}

static enum vwc_exit read_ami(const char *path, struct vwb_arena *arena, struct vw_ami *ret)
{
	char problem[PROBLEM_SIZE] = "";
	char *text = vwb_arena_alloc(arena, VW_AMI_LIMIT + 1);
	ssize_t size = text ? read_file(path, text, VW_AMI_LIMIT + 1) : -ENOMEM;
	int r;

	if (size < 0) {
		vwc_complain("%s: %s", path, strerror((int)-size));
		return VW_EXIT_UNDETERMINED;
	}
	r = vwx_ami_parse(text, (size_t)size, arena, ret, problem, sizeof(problem));
	if (r < 0) {
		vwc_complain("%s: %s", path, problem);
		return VW_EXIT_UNDETERMINED;
	}
	return VW_EXIT_YES;
}

/* Progress. */

struct progress {
	uint64_t next; /* ms: when a line is due */
	bool shown;
};

/* CR and EL: ECMA-48, 8.3.15 and 8.3.41. */
static void erase(const struct progress *progress)
{
	static const char start_of_empty_line[] = "\r\033[K";

	if (progress->shown)
		(void)!vwb_fd_write(STDERR_FILENO, start_of_empty_line, sizeof(start_of_empty_line) - 1);
}

static void show(void *context, const char *what, uint64_t done, uint64_t all)
{
	struct progress *progress = context;
	char line[2 * NAME_SIZE], name[NAME_SIZE], share[8] = "";
	uint64_t time = vwb_clock_ns(CLOCK_MONOTONIC) / 1000000;
	size_t length;

	if (time < progress->next)
		return;
	snprintf(name, sizeof(name), "%s", what);
	vwb_text_clean(name, strlen(name));
	if (all)
		snprintf(share, sizeof(share), "%3u %%",
			 (unsigned)(done < all ? done / (all / ALL_PERCENT + 1) : ALL_PERCENT));
	snprintf(line, sizeof(line), "reading %s %s", name, share);
	length = strlen(line);
	erase(progress);
	(void)!vwb_fd_write(STDERR_FILENO, line, length);
	progress->shown = true;
	progress->next = time + PROGRESS_MS;
}

static void watch(struct vw_image *image, struct progress *progress)
{
	const char *term = getenv("TERM");

	if (!isatty(STDERR_FILENO) || !term || vwb_text_equal(term, "dumb"))
		return;
	progress->next = vwb_clock_ns(CLOCK_MONOTONIC) / 1000000 + SILENT_MS;
	vw_image_set_progress(image, show, progress);
}

/* Sandbox. */

static void tell_sandbox(const struct vwc_sandbox *sandbox)
{
	if (sandbox->not )
		vwc_complain("no sandbox: %s", sandbox->not );
	else if (!sandbox->landlock && !sandbox->seccomp)
		vwc_complain("a sandbox of resource limits only: this kernel has no Landlock and no seccomp");
	else if (!sandbox->landlock)
		vwc_complain("a sandbox without Landlock: this kernel has none");
	else if (!sandbox->seccomp)
		vwc_complain("a sandbox without seccomp: this kernel has none");
}

/* The command. */

static enum vwc_exit no_kernel(const struct vwc_request *request, const struct vw_image_facts *facts)
{
	struct vwc_nearest nearest = {.asked = request->kernel};

	for (size_t i = 0; i < facts->kernel_count; i++)
		vwc_nearest_offer(&nearest, facts->kernel[i].release);
	if (!nearest.word && facts->kernel_count)
		nearest.word = facts->kernel[0].release;
	if (nearest.word)
		vwc_complain("%s: no kernel '%s'; one that is there is '%s'", request->root, request->kernel,
			     nearest.word);
	else
		vwc_complain("%s: no kernel '%s', nor any other", request->root, request->kernel);
	return VW_EXIT_USAGE;
}

static enum vwc_exit exit_of(enum vw_status status)
{
	switch (status) {
	case VW_PASS:
		return VW_EXIT_YES;
	case VW_FAIL:
		return VW_EXIT_NO;
	default:
		return VW_EXIT_UNDETERMINED;
	}
}

/* Hold the facts against the targets, and print. */
static enum vwc_exit judge(const struct vwc_request *request, const struct vw_image_facts *facts,
			   unsigned targets, const struct vw_ami *ami)
{
	const struct vw_preflight_request asked = {
		.targets = targets, .kernel = request->kernel, .fail_on = request->fail_on, .ami = ami};
	_cleanup_(vw_preflight_freep) struct vw_preflight *preflight = NULL;
	_cleanup_(vwb_buffer_free) struct vwb_buffer out = {0};
	struct vw_image_facts shown = *facts;
	struct vwx_view view = request->view;
	char path[PATH_MAX];
	int r;

	/* the user's own bytes may be no UTF-8 */
	snprintf(path, sizeof(path), "%s",
		 vwb_text_equal(request->root, "-") ? "standard input" : request->root);
	vwb_text_clean(path, strlen(path));
	shown.path = path;
	r = vw_preflight(&shown, &asked, &preflight);
	if (r == -ENOENT)
		return no_kernel(request, facts);
	if (r < 0) {
		vwc_complain("%s", strerror(-r));
		return VW_EXIT_INTERNAL;
	}
	if (request->output)
		view.colour = request->colour == VW_COLOUR_ALWAYS; /* what was settled is a terminal's */
	r = vwx_preflight_format_find(request->format)->render(preflight, &view, &out);
	return vwc_output_print_to(request->output, &out, r, exit_of(preflight->status));
}

static enum vwc_exit examine(const struct vwc_request *request, struct vw_image *image, unsigned targets,
			     const struct vw_ami *ami)
{
	const char *modules[VW_CHECKED_MODULES];
	const struct vw_image_wish wish = {modules, vw_checked_units, vw_checked_groups};
	const struct vw_image_facts *facts = NULL;
	struct progress progress = {0};
	const struct vwc_sandbox_needs needs = {.root = vw_image_is_archive(image) ? NULL : request->root,
						.file_size = vw_image_store_size(image),
						.output = request->output};
	char problem[PROBLEM_SIZE] = "";
	struct vwc_sandbox sandbox;
	int r;

	vw_checked_modules(modules);
	watch(image, &progress);
	vwc_sandbox_enter(&needs, &sandbox);
	if (request->view.verbose)
		tell_sandbox(&sandbox);
	r = vw_image_unpack(image, problem, sizeof(problem));
	if (r < 0) {
		erase(&progress);
		vwc_complain("%s", problem);
		return VW_EXIT_UNDETERMINED;
	}
	r = vw_image_probe(image, &wish, &facts);
	erase(&progress);
	if (r < 0) {
		vwc_complain("%s: %s", request->root, strerror(-r));
		return VW_EXIT_INTERNAL;
	}
	return judge(request, facts, targets, ami);
}

static enum vwc_exit look_at(const struct vwc_request *request)
{
	_cleanup_(vw_image_freep) struct vw_image *image = NULL;
	_cleanup_(vwb_arena_freep) struct vwb_arena *arena = NULL;
	char problem[PROBLEM_SIZE] = "";
	struct vw_ami ami = {0};
	unsigned targets = 0;
	enum vwc_exit result;

	result = check_arguments(request, &targets);
	if (result != VW_EXIT_YES)
		return result;
	if (vw_image_open(request->root, &image, problem, sizeof(problem)) < 0) {
		vwc_complain("%s", problem);
		return VW_EXIT_UNDETERMINED;
	}
	if (!vw_image_is_archive(image) && access(request->root, R_OK | X_OK) < 0) {
		vwc_complain("%s: %s", request->root, strerror(errno));
		return VW_EXIT_UNDETERMINED;
	}
	if (vwb_arena_new(&arena) < 0) {
		vwc_complain("%s", strerror(ENOMEM));
		return VW_EXIT_INTERNAL;
	}
	if (request->ami_json)
		result = read_ami(request->ami_json, arena, &ami);
	if (result != VW_EXIT_YES)
		return result;
	vwx_json_load();
	return examine(request, image, targets, request->ami_json ? &ami : NULL);
}

static enum vwc_exit run_preflight(const struct vwc_request *request)
{
	struct vwc_request asked = *request;

	if (request->words && request->root) {
		vwc_complain("preflight: '%s' and --root '%s' are two images; give one", request->word[0],
			     request->root);
		return VW_EXIT_USAGE;
	}
	if (request->words)
		asked.root = request->word[0];
	return look_at(&asked);
}

const struct vwc_command vwc_preflight_command = {
	.name = "preflight",
	.arguments = "IMAGE --target TARGET...",
	.most_words = 1,
	.summary = "will an image boot there, and be driven right",
	.details = "IMAGE is the root directory of a system that does not run, or a tar archive of one, '-' "
		   "on standard input; "
		   "nothing in it is started or written. Every kernel in it is checked, the default one "
		   "decides. See 'virtwhere list targets' and 'virtwhere list checks'. Exits 0 when it "
		   "passes, 1 when a check fails, 3 when it cannot be told.",
	.formats = VWC_FORMATS("text", "json", "junit", "tap", "sarif", "github"),
	.run = run_preflight,
};

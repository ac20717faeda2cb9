/* SPDX-License-Identifier: MIT */
#include "detect/checks.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "detect/check/check.h"
#include "detect/decide/build.h"

/* The rows of all files, which the linker puts one behind the other. */
extern const struct vw_check *const first_check[] __asm__("__start_vw_checks");
extern const struct vw_check *const end_of_checks[] __asm__("__stop_vw_checks");

/* The files of checks: out of a library, the linker takes only those that somebody names. */
#define SUBJECTS(X) \
	X(blocked)  \
	X(boot)     \
	X(clock)    \
	X(drivers)  \
	X(emulated) \
	X(ena)      \
	X(hosting)  \
	X(init) X(initramfs) X(kernels) X(login) X(modules) X(mounts) X(network) X(nvme) X(system) X(xen)
#define DECLARE(subject) extern const char vw_checks_of_##subject;
#define NAME(subject)    &vw_checks_of_##subject,

SUBJECTS(DECLARE)

static const char *const subjects[] __attribute__((used)) = {SUBJECTS(NAME)};

static size_t rows(void)
{
	return ((uintptr_t)end_of_checks - (uintptr_t)first_check) / sizeof(*first_check);
}

/* How many rows have an id before this one. */
static size_t rank(const char *id)
{
	size_t before = 0;

	for (size_t i = 0; i < rows(); i++)
		before += strcmp(first_check[i]->word.id, id) < 0;
	return before;
}

const struct vw_check_word *vw_check_at(size_t index)
{
	for (size_t i = 0; i < rows(); i++)
		if (rank(first_check[i]->word.id) == index)
			return &first_check[i]->word;
	return NULL;
}

static int by_place(const void *one, const void *other)
{
	const struct vw_found *a = *(struct vw_found *const *)one, *b = *(struct vw_found *const *)other;

	if (a->said.target != b->said.target)
		return a->said.target < b->said.target ? -1 : 1;
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	if (strcmp(a->said.finding.id, b->said.finding.id) != 0)
		return strcmp(a->said.finding.id, b->said.finding.id);
	return a->number < b->number ? -1 : a->number > b->number;
}

static bool fits(const struct vw_image_kernel *kernel, unsigned target)
{
	const char *wanted = vw_target_arch(target), *arch = kernel->file.arch;

	return !wanted || !arch || vwb_text_equal(arch, wanted) ||
	       (vwb_text_equal(arch, "i386") && vwb_text_equal(wanted, "x86_64"));
}

static void assess(struct vw_assessment *a, const struct vw_check *check)
{
	a->check = check;
	a->count = 0;
	a->remedy = NULL;
	a->severity = check->milder_on & a->target ? check->milder : check->word.severity;
	if (a->kernel && !check->any_machine && !fits(a->kernel, a->target))
		vw_say(a, VW_SKIP, a->severity, NULL, a->kernel->file.path, "kernel %s is for %s",
		       a->kernel->release, a->kernel->file.arch);
	else
		check->assess(a);
}

/* A check without a target is asked of the running guest, which has none either. */
static bool applies(const struct vw_assessment *a, const struct vw_check *check)
{
	return check->each_kernel == (a->kernel != NULL) &&
	       (a->facts ? !check->word.targets : check->word.targets & a->target);
}

static void assess_all(struct vw_assessment *a)
{
	for (size_t i = 0; i < rows(); i++)
		if (applies(a, first_check[i]))
			assess(a, first_check[i]);
}

/* Where nothing names a default, the newest kernel is what loaders offer first. */
static const struct vw_image_kernel *default_kernel(const struct vw_image_facts *image)
{
	for (size_t i = 0; i < image->kernel_count; i++)
		if (image->kernel[i].is_default)
			return &image->kernel[i];
	return image->kernel_count ? &image->kernel[0] : NULL;
}

static const struct vw_image_kernel *kernel_named(const struct vw_image_facts *image, const char *release)
{
	for (size_t i = 0; i < image->kernel_count; i++)
		if (vwb_text_equal(image->kernel[i].release, release))
			return &image->kernel[i];
	return NULL;
}

static void assess_target(struct vw_assessment *a, bool all)
{
	const struct vw_image_facts *image = a->image;

	a->kernel = NULL;
	a->decides = true;
	a->order = 0;
	assess_all(a);
	for (size_t i = 0; i < image->kernel_count; i++) {
		a->kernel = &image->kernel[i];
		a->decides = a->kernel == a->default_kernel;
		a->order = i + 1;
		if (all || a->decides)
			assess_all(a);
	}
}

static bool failed(const struct vw_finding *finding, enum vw_severity fail_on)
{
	return finding->status == VW_FAIL && finding->severity >= fail_on;
}

enum vw_status vw_findings_status(const struct vw_finding *finding, size_t count, enum vw_severity fail_on)
{
	enum vw_status status = VW_PASS;

	for (size_t i = 0; i < count; i++) {
		if (failed(&finding[i], fail_on))
			return VW_FAIL;
		if (finding[i].status == VW_STATUS_UNKNOWN && finding[i].severity == VW_FATAL)
			status = VW_STATUS_UNKNOWN;
	}
	return status;
}

static enum vw_status worse(enum vw_status a, enum vw_status b)
{
	if (a == VW_FAIL || b == VW_FAIL)
		return VW_FAIL;
	return a == VW_STATUS_UNKNOWN || b == VW_STATUS_UNKNOWN ? VW_STATUS_UNKNOWN : VW_PASS;
}

static void count_finding(struct vw_target_verdict *verdict, const struct vw_finding *finding)
{
	verdict->passed += finding->status == VW_PASS;
	verdict->unknown += finding->status == VW_STATUS_UNKNOWN;
	verdict->fatal += finding->status == VW_FAIL && finding->severity == VW_FATAL;
	verdict->degraded += finding->status == VW_FAIL && finding->severity == VW_DEGRADED;
	verdict->advice += finding->status == VW_FAIL && finding->severity == VW_ADVICE;
}

static void judge(const struct vw_preflight *preflight, struct vw_target_verdict *verdict)
{
	for (size_t i = 0; i < preflight->finding_count; i++) {
		const struct vw_image_finding *said = &preflight->finding[i];

		if (said->target != verdict->target || !said->decides)
			continue;
		count_finding(verdict, &said->finding);
		verdict->status =
			worse(verdict->status, vw_findings_status(&said->finding, 1, preflight->fail_on));
	}
}

/* What is handed out is the first member, so that freeing finds the arena. */
struct whole {
	struct vw_preflight preflight;
	struct vwb_arena *arena;
};

static int sort_findings(struct vw_assessment *a, struct vw_found ***ret)
{
	struct vw_found **sorted = vwb_arena_array(a->arena, a->all, sizeof(struct vw_found *));
	size_t left = a->all;

	if (vwb_arena_failed(a->arena))
		return -ENOMEM;
	for (struct vw_found *found = a->found; found; found = found->next)
		sorted[--left] = found;
	qsort(sorted, a->all, sizeof(*sorted), by_place);
	*ret = sorted;
	return 0;
}

static int take_findings(struct vw_assessment *a, struct vw_preflight *ret)
{
	struct vw_image_finding *finding = vwb_arena_array(a->arena, a->all, sizeof(*finding));
	struct vw_found **sorted;
	int r = sort_findings(a, &sorted);

	if (r < 0)
		return r;
	for (size_t i = 0; i < a->all; i++)
		finding[i] = sorted[i]->said;
	ret->finding = finding;
	ret->finding_count = a->all;
	return 0;
}

static int assess_targets(struct vw_assessment *a, struct vw_preflight *ret)
{
	struct vw_target_verdict *verdict = vwb_arena_array(a->arena, VW_TARGETS, sizeof(*verdict));
	const char *kernel = a->request->kernel;
	int r;

	if (!verdict)
		return -ENOMEM;
	for (size_t i = 0; i < VW_TARGETS; i++) {
		a->target = a->request->targets & 1u << i;
		if (!a->target)
			continue;
		assess_target(a, !kernel || vwb_text_equal(kernel, "all"));
		verdict[ret->target_count++] = (struct vw_target_verdict){
			.target = a->target, .status = a->image->cut ? VW_STATUS_UNKNOWN : VW_PASS};
	}
	r = take_findings(a, ret);
	if (r < 0)
		return r;
	ret->status = VW_PASS;
	for (size_t i = 0; i < ret->target_count; i++) {
		judge(ret, &verdict[i]);
		ret->status = worse(ret->status, verdict[i].status);
	}
	ret->target = verdict;
	return 0;
}

int vw_preflight(const struct vw_image_facts *image, const struct vw_preflight_request *request,
		 struct vw_preflight **ret)
{
	struct vw_assessment a = {
		.image = image, .request = request, .default_kernel = default_kernel(image)};
	const char *kernel = request->kernel;
	struct whole *whole;
	int r;

	if (kernel && !vwb_text_equal(kernel, "all") && !vwb_text_equal(kernel, "default")) {
		a.default_kernel = kernel_named(image, kernel);
		if (!a.default_kernel)
			return -ENOENT;
	}
	r = vwb_arena_new(&a.arena);
	if (r < 0)
		return r;
	a.family = vw_family_of(&image->os);
	whole = vwb_arena_alloc(a.arena, sizeof(*whole));
	r = -ENOMEM;
	if (whole) {
		*whole = (struct whole){{.image = image, .fail_on = request->fail_on}, a.arena};
		r = assess_targets(&a, &whole->preflight);
	}
	if (r < 0) {
		vwb_arena_free(a.arena);
		return r;
	}
	*ret = &whole->preflight;
	return 0;
}

int vw_check_live(struct vw_build *build)
{
	struct vw_assessment a = {.facts = build->facts,
				  .report = build->report,
				  .row = build->row,
				  .lower = build->lower,
				  .arena = build->arena};
	struct vw_finding *finding;
	struct vw_found **sorted;
	int r;

	assess_all(&a);
	finding = vwb_arena_array(a.arena, a.all, sizeof(*finding));
	r = sort_findings(&a, &sorted);
	if (r < 0)
		return r;
	for (size_t i = 0; i < a.all; i++)
		finding[i] = sorted[i]->said.finding;
	build->report->finding = finding;
	build->report->finding_count = a.all;
	return 0;
}

void vw_preflight_free(struct vw_preflight *preflight)
{
	if (preflight)
		vwb_arena_free(((struct whole *)preflight)->arena);
}

void vw_preflight_freep(struct vw_preflight **preflight)
{
	vw_preflight_free(*preflight);
}

/* SPDX-License-Identifier: MIT */
#include "detect/checks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect/checks_internal.h"

/* --- targets --- */

static const struct {
	unsigned targets;
	const char *word, *arch, *name;
} targets[] = {
	{VW_XEN_PV, "xen-pv", "x86_64", "a Xen PV guest"},
	{VW_XEN_HVM, "xen-hvm", "x86_64", "a Xen HVM guest"},
	{VW_NITRO, "nitro", "x86_64", "a Nitro instance"},
	{VW_NITRO_ARM64, "nitro-arm64", "aarch64", "a Graviton instance"},
	{VW_EC2_METAL, "ec2-metal", "x86_64", "a bare metal instance"},
	{VW_EC2_METAL_ARM64, "ec2-metal-arm64", "aarch64", "a Graviton bare metal instance"},
	{VW_NESTED_HOST, "nested-host", "x86_64", "an instance that hosts guests"},
	{VW_KVM, "kvm", NULL, "a KVM guest"},
	{VW_GCP, "gcp", NULL, "a Compute Engine instance"},
	{VW_AZURE, "azure", NULL, "an Azure virtual machine"},
	{VW_NITRO | VW_EC2_METAL, "ec2", "x86_64", "an EC2 instance"},
};

unsigned vw_target_of(const char *word)
{
	for (size_t i = 0; i < VW_COUNT(targets); i++)
		if (vw_equal(targets[i].word, word))
			return targets[i].targets;
	return 0;
}

static size_t target_row(unsigned target)
{
	for (size_t i = 0; i < VW_TARGETS; i++)
		if (targets[i].targets == target)
			return i;
	return VW_COUNT(targets) - 1;
}

const char *vw_target_word(unsigned target)
{
	return targets[target_row(target)].word;
}

const char *vw_target_arch(unsigned target)
{
	return targets[target_row(target)].arch;
}

const char *vw_target_name(unsigned target)
{
	return targets[target_row(target)].name;
}

/* --- the table --- */

static const struct vw_check_table *const tables[] = {&vw_kernel_checks, &vw_boot_checks, &vw_system_checks,
						      &vw_live_checks};

/* How many rows have an id before this one. */
static size_t rank(const char *id)
{
	size_t before = 0;

	for (size_t t = 0; t < VW_COUNT(tables); t++)
		for (size_t i = 0; i < tables[t]->count; i++)
			before += strcmp(tables[t]->check[i].word.id, id) < 0;
	return before;
}

const struct vw_check_word *vw_check_at(size_t index)
{
	for (size_t t = 0; t < VW_COUNT(tables); t++)
		for (size_t i = 0; i < tables[t]->count; i++)
			if (rank(tables[t]->check[i].word.id) == index)
				return &tables[t]->check[i].word;
	return NULL;
}

/* --- remedies --- */

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
		if (vw_has_word(words, families[i].word))
			return families[i].family;
	return VW_ANY_FAMILY;
}

/* Amazon Linux 2 and what was before it, with a year as its version; Red Hat's 6 and 7. */
static bool has_yum(const struct vw_image_os *os)
{
	const char *version = os->version_id.state == VW_VALUE ? os->version_id.text : "";

	if (vw_equal(os->id.text, "amzn"))
		return vw_equal(version, "2") || vw_starts_with(version, "201");
	return (*version == '6' || *version == '7') && (!version[1] || version[1] == '.');
}

enum vw_family vw_family_of(const struct vw_image_os *os)
{
	enum vw_family family = os->id.state == VW_VALUE ? family_in(os->id.text) : VW_ANY_FAMILY;

	if (family == VW_ANY_FAMILY && os->id_like.state == VW_VALUE)
		family = family_in(os->id_like.text);
	return family == VW_REDHAT && has_yum(os) ? VW_REDHAT_7 : family;
}

static const char *replace(struct vw_arena *arena, const char *text, const char *mark, const char *with)
{
	const char *at;

	while (text && (at = strstr(text, mark)))
		text = vw_arena_printf(arena, "%.*s%s%s", (int)(at - text), text, with, at + strlen(mark));
	return text;
}

/* Remedies are pasted into shells, and names come from an image that somebody else made. */
static bool fit_for_shell(const char *name)
{
	return name && *name && *name != '-' &&
	       !name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+:/@=-")];
}

const char *vw_remedy(const struct vw_assessment *a, const char *kernel, const char *subject)
{
	const char *const *remedies = a->check->remedies, *text = a->cure;
	struct vw_arena *arena = a->arena;

	if (!text && remedies)
		text = remedies[a->family];
	if (!text && remedies && a->family == VW_REDHAT_7)
		text = remedies[VW_REDHAT];
	if (!text)
		text = a->check->word.remedy;
	kernel = fit_for_shell(kernel) ? kernel : "KERNEL";
	subject = fit_for_shell(subject) ? subject : "NAME";
	text = replace(arena, text, "{kernel}", kernel);
	return replace(arena, text, "{subject}", subject);
}

/* --- findings --- */

bool vw_unreadable(enum vw_state state)
{
	return state == VW_DENIED || state == VW_MALFORMED || state == VW_NOT_PROBED;
}

const char *vw_state_reason(enum vw_state state)
{
	static const char *const reasons[] = {"was not read", "was read", "is not there", "may not be read",
					      "is damaged"};

	return state < VW_COUNT(reasons) ? reasons[state] : reasons[0];
}

static void say(struct vw_assessment *a, const struct vw_finding *finding)
{
	struct vw_found *found = vw_arena_alloc(a->arena, sizeof(*found));
	const char *kernel = a->kernel ? a->kernel->release : NULL;

	if (!found)
		return;
	*found = (struct vw_found){
		.next = a->found,
		.order = a->order,
		.number = a->all,
		.said = {.finding = *finding, .target = a->target, .kernel = kernel, .decides = a->decides},
	};
	found->said.finding.id = a->check->word.id;
	found->said.finding.reference = a->check->word.reference;
	if (finding->status == VW_FAIL || finding->status == VW_STATUS_UNKNOWN)
		found->said.finding.remedy = vw_remedy(a, kernel, finding->subject);
	a->found = found;
	a->count++;
	a->all++;
}

static char *formatted(struct vw_arena *arena, const char *format, va_list arguments)
{
	char text[1024];
	int length = vsnprintf(text, sizeof(text), format, arguments);

	return vw_arena_string(arena, length < 0 ? "" : text);
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

/* --- the engine --- */

static bool fits(const struct vw_image_kernel *kernel, unsigned target)
{
	const char *wanted = vw_target_arch(target), *arch = kernel->file.arch;

	return !wanted || !arch || vw_equal(arch, wanted) ||
	       (vw_equal(arch, "i386") && vw_equal(wanted, "x86_64"));
}

static void assess(struct vw_assessment *a, const struct vw_check *check)
{
	a->check = check;
	a->count = 0;
	a->cure = NULL;
	a->severity = check->milder_on & a->target ? check->milder : check->word.severity;
	if (a->kernel && !fits(a->kernel, a->target) && !vw_equal(check->word.id, "KRN003"))
		vw_say(a, VW_SKIP, a->severity, NULL, a->kernel->file.path,
		       "kernel %s is for %s: KRN003 tells", a->kernel->release, a->kernel->file.arch);
	else
		check->assess(a);
}

static void assess_all(struct vw_assessment *a)
{
	for (size_t t = 0; t < VW_COUNT(tables); t++) {
		for (size_t i = 0; i < tables[t]->count; i++) {
			const struct vw_check *check = &tables[t]->check[i];

			if (check->assess && check->each_kernel == (a->kernel != NULL) &&
			    check->word.targets & a->target)
				assess(a, check);
		}
	}
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
		if (vw_equal(image->kernel[i].release, release))
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
	struct vw_arena *arena;
};

static int take_findings(struct vw_assessment *a, struct vw_preflight *ret)
{
	struct vw_found **sorted = vw_arena_array(a->arena, a->all, sizeof(struct vw_found *));
	struct vw_image_finding *finding = vw_arena_array(a->arena, a->all, sizeof(*finding));
	size_t left = a->all;

	if (vw_arena_failed(a->arena))
		return -ENOMEM;
	for (struct vw_found *found = a->found; found; found = found->next)
		sorted[--left] = found;
	qsort(sorted, a->all, sizeof(*sorted), by_place);
	for (size_t i = 0; i < a->all; i++)
		finding[i] = sorted[i]->said;
	ret->finding = finding;
	ret->finding_count = a->all;
	return 0;
}

static int assess_targets(struct vw_assessment *a, struct vw_preflight *ret)
{
	struct vw_target_verdict *verdict = vw_arena_array(a->arena, VW_TARGETS, sizeof(*verdict));
	const char *kernel = a->request->kernel;
	int r;

	if (!verdict)
		return -ENOMEM;
	for (size_t i = 0; i < VW_TARGETS; i++) {
		a->target = a->request->targets & 1u << i;
		if (!a->target)
			continue;
		assess_target(a, !kernel || vw_equal(kernel, "all"));
		verdict[ret->target_count++] =
			(struct vw_target_verdict){.target = a->target, .status = VW_PASS};
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

	if (kernel && !vw_equal(kernel, "all") && !vw_equal(kernel, "default")) {
		a.default_kernel = kernel_named(image, kernel);
		if (!a.default_kernel)
			return -ENOENT;
	}
	r = vw_arena_new(&a.arena);
	if (r < 0)
		return r;
	a.family = vw_family_of(&image->os);
	whole = vw_arena_alloc(a.arena, sizeof(*whole));
	r = -ENOMEM;
	if (whole) {
		*whole = (struct whole){{.image = image, .fail_on = request->fail_on}, a.arena};
		r = assess_targets(&a, &whole->preflight);
	}
	if (r < 0) {
		vw_arena_free(a.arena);
		return r;
	}
	*ret = &whole->preflight;
	return 0;
}

void vw_preflight_free(struct vw_preflight *preflight)
{
	if (preflight)
		vw_arena_free(((struct whole *)preflight)->arena);
}

void vw_preflight_freep(struct vw_preflight **preflight)
{
	vw_preflight_free(*preflight);
}

/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "export/preflight.h"

/* --- an image, and what was found in it ---------------------------------------------------------------- */

static const struct vw_image_kernel kernels[] = {
	{.release = "6.1.0-56-amd64", .is_default = true, .file.path = "/boot/vmlinuz-6.1.0-56-amd64"},
	{.release = "6.1.0-50-amd64"},
};

static const struct vw_unread unread[] = {{"/etc/shadow", "EACCES"}};

static const struct vw_image_facts image = {
	.path = "/srv/image",
	.os = {.name = {VW_VALUE, "Debian GNU/Linux 12 (bookworm)", "/etc/os-release"},
	       .id = {VW_VALUE, "debian", "/etc/os-release"},
	       .arch = {VW_VALUE, "x86_64", "/bin/sh"}},
	.kernel_count = VW_COUNT(kernels),
	.kernel = kernels,
	.unread_count = VW_COUNT(unread),
	.unread = unread,
};

#define NVM(status, kernel, decides)                           \
	{                                                      \
		{"NVM001",                                     \
		 status,                                       \
		 VW_FATAL,                                     \
		 "nvme",                                       \
		 "the initramfs has no nvme driver",           \
		 "update-initramfs -u",                        \
		 "/boot/initrd.img: 100% <read> & \"closed\"", \
		 "https://docs.aws.amazon.com/ena.html"},      \
			VW_NITRO, kernel, decides              \
	}
#define FST(status, severity)                          \
	{                                              \
		{"FST001",                             \
		 status,                               \
		 severity,                             \
		 "/dev/xvda1",                         \
		 "mounted by a name #1 that\nchanges", \
		 NULL,                                 \
		 "/etc/fs tab,x:3: /dev/xvda1 /",      \
		 NULL},                                \
			VW_NITRO, NULL, true           \
	}

static const struct vw_image_finding fails[] = {
	FST(VW_FAIL, VW_FATAL),
	NVM(VW_FAIL, "6.1.0-56-amd64", true),
	NVM(VW_FAIL, "6.1.0-50-amd64", false),
};
static const struct vw_image_finding passes[] = {NVM(VW_PASS, "6.1.0-56-amd64", true),
						 FST(VW_FAIL, VW_ADVICE)};
static const struct vw_image_finding unknowns[] = {NVM(VW_STATUS_UNKNOWN, "6.1.0-56-amd64", true),
						   FST(VW_SKIP, VW_FATAL), FST(VW_STATUS_UNKNOWN, VW_ADVICE)};

static const struct vw_target_verdict fail_verdict[] = {
	{.target = VW_NITRO, .status = VW_FAIL, .fatal = 2},
};
static const struct vw_target_verdict pass_verdict[] = {
	{.target = VW_NITRO, .status = VW_PASS, .advice = 1, .passed = 1},
};
static const struct vw_target_verdict unknown_verdict[] = {
	{.target = VW_NITRO, .status = VW_STATUS_UNKNOWN, .unknown = 2},
};

#define PREFLIGHT(result, verdict, findings)                                                  \
	{                                                                                     \
		.image = &image, .fail_on = VW_DEGRADED, .status = result, .target_count = 1, \
		.target = verdict, .finding_count = VW_COUNT(findings), .finding = findings   \
	}

static const struct vw_preflight failed = PREFLIGHT(VW_FAIL, fail_verdict, fails);
static const struct vw_preflight passed = PREFLIGHT(VW_PASS, pass_verdict, passes);
static const struct vw_preflight unknown = PREFLIGHT(VW_STATUS_UNKNOWN, unknown_verdict, unknowns);

static char *render(const char *format, const struct vw_preflight *preflight, bool verbose)
{
	const struct vw_view view = {.captured = "2026-11-21T00:00:00Z", .verbose = verbose};
	struct vw_buffer out = {0};

	assert_int_equal(vw_preflight_format_find(format)->render(preflight, &view, &out), 0);
	assert_non_null(out.data);
	return out.data;
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in:\n%s", part, text);
}

static void assert_has_not(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" in:\n%s", part, text);
}

/* Render, and hold the text against what it must have. The list ends with NULL. */
static void expect(const char *format, const struct vw_preflight *preflight, const char *const *parts)
{
	char *text = render(format, preflight, false);

	for (; *parts; parts++)
		assert_has(text, *parts);
	free(text);
}

#define EXPECT(format, preflight, ...) expect(format, preflight, (const char *const[]){__VA_ARGS__, NULL})

/* --- what a finding means ------------------------------------------------------------------------------ */

static void outcomes_follow_what_decides(void **state)
{
	static const struct {
		struct vw_image_finding finding;
		enum vw_outcome outcome;
	} rows[] = {
		{NVM(VW_PASS, NULL, true), VW_OUTCOME_PASS},
		{NVM(VW_FAIL, NULL, true), VW_OUTCOME_FAIL},
		{NVM(VW_FAIL, "x", false), VW_OUTCOME_NOTE},
		{NVM(VW_WARN, NULL, true), VW_OUTCOME_NOTE},
		{NVM(VW_SKIP, NULL, true), VW_OUTCOME_SKIP},
		{NVM(VW_STATUS_UNKNOWN, NULL, true), VW_OUTCOME_UNKNOWN},
		{NVM(VW_STATUS_UNKNOWN, "x", false), VW_OUTCOME_UNSURE},
		{FST(VW_FAIL, VW_DEGRADED), VW_OUTCOME_FAIL},
		{FST(VW_FAIL, VW_ADVICE), VW_OUTCOME_NOTE},
		{FST(VW_STATUS_UNKNOWN, VW_DEGRADED), VW_OUTCOME_UNSURE},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++)
		assert_int_equal(vw_outcome_of(&failed, &rows[i].finding), rows[i].outcome);
}

static void places_are_read_out_of_evidence(void **state)
{
	static const struct {
		const char *evidence, *path;
		unsigned long line;
	} rows[] = {
		{"/etc/fstab:3", "/etc/fstab", 3},
		{"/etc/fstab:3: /dev/xvda1 / ext4", "/etc/fstab", 3},
		{"/etc/fstab: no line", "/etc/fstab", 0},
		{"/a b/c", "/a b/c", 0},
		{"/lib/modules/x:y/z.ko", "/lib/modules/x:y/z.ko", 0},
		{"/etc/a:0", "/etc/a:0", 0},
		{"/etc/a:99999999999999999999", "/etc/a:99999999999999999999", 0},
		{"/boot/a, /boot/b", "/boot/a", 0},
		{"/boot/a (zstd)", "/boot/a", 0},
	};
	struct vw_place place;

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		place = vw_place_of(rows[i].evidence);
		assert_int_equal(place.length, strlen(rows[i].path));
		assert_memory_equal(place.path, rows[i].path, place.length);
		assert_int_equal(place.line, rows[i].line);
	}
	assert_null(vw_place_of(NULL).path);
	assert_null(vw_place_of("CONFIG_XEN_PV=n").path);
}

/* --- formats ------------------------------------------------------------------------------------------- */

static void formats_have_names_of_their_own(void **state)
{
	const struct vw_preflight_format *format;
	size_t count = 0;

	(void)state;
	for (; (format = vw_preflight_format_at(count)); count++)
		assert_ptr_equal(vw_preflight_format_find(format->name), format);
	assert_int_equal(count, 6);
	assert_null(vw_preflight_format_find("xml"));
}

static void text_says_the_verdict_first(void **state)
{
	char *text = render("text", &failed, false);

	(void)state;
	assert_has(
		text,
		"/srv/image\nDebian GNU/Linux 12 (bookworm) \xC2\xB7 x86_64 \xC2\xB7 boots 6.1.0-56-amd64\n");
	assert_has(text, "\nnitro               will not boot \xC2\xB7 2 fatal\n");
	assert_has(text, "\n  NVM001  fatal     the initramfs has no nvme driver\n");
	assert_has(text, "                    do: update-initramfs -u\n");
	assert_has(
		text,
		"\nKernels that are not the default\n  6.1.0-50-amd64\n    nitro           NVM001 (fatal)\n");
	assert_has_not(text, "EACCES");
	free(text);
	text = render("text", &failed, true);
	assert_has(text, "see: https://docs.aws.amazon.com/ena.html\n");
	assert_has(text, "  EACCES           /etc/shadow\n");
	free(text);
	EXPECT("text", &passed, "\nnitro               will boot \xC2\xB7 1 advice \xC2\xB7 1 passed\n",
	       "  FST001  advice    /dev/xvda1: mounted by a name #1 that?changes\n");
	EXPECT("text", &unknown, "\nnitro               cannot tell \xC2\xB7 2 unknown\n",
	       "  NVM001  unknown   the");
}

static void text_tells_what_does_not_stop_a_boot(void **state)
{
	static const struct vw_image_finding unreachable[] = {
		{{"NET001", VW_FAIL, VW_FATAL, "eth0", "bound to a MAC address", NULL, NULL, NULL},
		 VW_NITRO,
		 NULL,
		 true},
	};
	static const struct vw_preflight preflight = PREFLIGHT(VW_FAIL, fail_verdict, unreachable);

	(void)state;
	EXPECT("text", &preflight, "boots, but will not be reached");
}

static void text_fits_80_columns(void **state)
{
	char *text = render("text", &failed, true);

	(void)state;
	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1)
		assert_true(end - line <= 80 + 4); /* two dots of two bytes */
	free(text);
}

static void json_has_it_all(void **state)
{
	(void)state;
	EXPECT("json", &failed, "\"schema\": \"virtwhere.preflight/1\"", "\"status\": \"fail\"",
	       "\"fail_on\": \"degraded\"", "\"kernel\": \"6.1.0-50-amd64\"", "\"decides\": false",
	       "\"target\": \"nitro\"", "\"error\": \"EACCES\"");
}

static void junit_escapes_and_counts(void **state)
{
	char *text = render("junit", &failed, false);

	(void)state;
	assert_has(text, "<testsuite name=\"nitro\" tests=\"3\" failures=\"2\" errors=\"0\" skipped=\"1\"");
	assert_has(text, "evidence: /boot/initrd.img: 100% &lt;read&gt; &amp; &quot;closed&quot;\n");
	assert_has(text, "<failure message=\"mounted by a name #1 that&#10;changes\" type=\"fatal\">");
	assert_has(text,
		   "classname=\"nitro.6.1.0-50-amd64\" name=\"NVM001 nvme\" time=\"0\">\n      <skipped ");
	free(text);
	EXPECT("junit", &unknown, "errors=\"1\" skipped=\"2\"", "<error message=");
	EXPECT("junit", &passed, "failures=\"0\" errors=\"0\" skipped=\"1\"",
	       "name=\"NVM001 nvme\" time=\"0\"/>");
}

static void junit_has_no_character_that_xml_has_not(void **state)
{
	static const struct vw_image_finding odd[] = {
		{{"FST001", VW_FAIL, VW_FATAL, "a\033b", "\xEF\xBF\xBF|\xEF\xBF\xBD|\x01", NULL, NULL, NULL},
		 VW_NITRO,
		 NULL,
		 true},
	};
	static const struct vw_preflight preflight = PREFLIGHT(VW_FAIL, fail_verdict, odd);

	(void)state;
	EXPECT("junit", &preflight, "name=\"FST001 a?b\"", "message=\"?|\xEF\xBF\xBD|?\"");
}

static void tap_has_a_plan_and_directives(void **state)
{
	char *text = render("tap", &failed, false);

	(void)state;
	assert_memory_equal(text, "TAP version 14\n1..3\n", 20);
	assert_has(text,
		   "\nnot ok 1 - FST001 nitro, all kernels: mounted by a name \\#1 that?changes\n  ---\n");
	assert_has(text, "\n  message: \"mounted by a name #1 that\\x0achanges\"\n");
	assert_has(text, "\n  evidence: \"/boot/initrd.img: 100% <read> & \\\"closed\\\"\"\n");
	assert_has(text,
		   "\nnot ok 3 - NVM001 nitro, 6.1.0-50-amd64: the initramfs has no nvme driver # TODO ");
	free(text);
	EXPECT("tap", &passed, "\nok 1 - NVM001 ", "\nnot ok 2 - FST001 ", " # TODO does not decide\n");
	EXPECT("tap", &unknown, "\nnot ok 1 - NVM001 ", "\nok 2 - FST001 ", " # SKIP does not apply\n",
	       " # SKIP cannot tell\n");
}

static void sarif_names_places(void **state)
{
	(void)state;
	EXPECT("sarif", &failed, "\"version\": \"2.1.0\"", "\"uri\": \"etc/fs%20tab%2Cx\"",
	       "\"startLine\": 3", "\"level\": \"error\"", "\"kind\": \"fail\"", "\"uriBaseId\": \"IMAGE\"",
	       "the initramfs has no nvme driver\\nupdate-initramfs -u");
	EXPECT("sarif", &passed, "\"kind\": \"pass\"", "\"level\": \"note\"", "\"level\": \"none\"");
	EXPECT("sarif", &unknown, "\"kind\": \"open\"", "\"kind\": \"notApplicable\"");
}

static void github_escapes(void **state)
{
	char *text = render("github", &failed, false);

	(void)state;
	assert_has(text, "::error file=/srv/image/etc/fs tab%2Cx,line=3,title=FST001 nitro (fatal)::"
			 "mounted by a name #1 that%0Achanges\n");
	assert_has(text,
		   "::error file=/srv/image/boot/initrd.img,title=NVM001 nitro (fatal)::6.1.0-56-amd64: the "
		   "initramfs has no nvme driver%0Aupdate-initramfs -u\n");
	assert_has(text,
		   "::warning file=/srv/image/boot/initrd.img,title=NVM001 nitro (fatal)::6.1.0-50-amd64: ");
	assert_has(text, "\nnitro: fail\n");
	free(text);
	EXPECT("github", &unknown, "::error file=/srv/image/boot/initrd.img,", "cannot tell: ");
}

/* --- what registered the image ------------------------------------------------------------------------- */

static int parse(const char *text, struct vw_arena *arena, struct vw_ami *ret, char *problem)
{
	return vw_ami_parse(text, strlen(text), arena, ret, problem, 128);
}

static void ami_is_read_from_either_document(void **state)
{
	struct vw_arena *arena = NULL;
	char problem[128] = "";
	struct vw_ami ami;

	(void)state;
	assert_int_equal(vw_arena_new(&arena), 0);
	assert_int_equal(parse("{\"Images\": [{\"ImageId\": \"ami-1\", \"EnaSupport\": true, \"BootMode\": "
			       "\"uefi\", \"Architecture\": \"x86_64\"}]}",
			       arena, &ami, problem),
			 0);
	assert_int_equal(ami.ena_support, VW_YES);
	assert_string_equal(ami.image_id, "ami-1");
	assert_string_equal(ami.boot_mode, "uefi");
	assert_null(ami.sriov_net_support);
	assert_int_equal(
		parse("{\"ImageId\": \"ami-2\", \"RootDeviceType\": \"e\\u001bbs\", \"BootMode\": 5}", arena,
		      &ami, problem),
		0);
	assert_int_equal(ami.ena_support, VW_NO);
	assert_string_equal(ami.root_device_type, "e?bs");
	assert_null(ami.boot_mode);
	vw_arena_free(arena);
}

static void ami_that_is_none_is_told(void **state)
{
	static const char *const texts[] = {
		"",
		"{",
		"[]",
		"7",
		"{}",
		"{\"Images\": []}",
		"{\"Images\": [7]}",
		"{\"Images\": {\"ImageId\": \"x\"}}",
		"{\"Images\" \x7f\xc2\x9b: 1}"}; /* jansson tells where, byte for byte */
	static char big[VW_AMI_LIMIT + 1];
	struct vw_arena *arena = NULL;
	char problem[128];
	struct vw_ami ami = {.image_id = "untouched"};

	(void)state;
	assert_int_equal(vw_arena_new(&arena), 0);
	for (size_t i = 0; i < VW_COUNT(texts); i++) {
		*problem = '\0';
		assert_int_equal(parse(texts[i], arena, &ami, problem), -EBADMSG);
		assert_true(*problem);
		assert_null(strpbrk(problem, "\n\x7f\x9b"));
	}
	assert_int_equal(vw_ami_parse(big, sizeof(big), arena, &ami, problem, sizeof(problem)), -EFBIG);
	assert_string_equal(ami.image_id, "untouched");
	vw_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcomes_follow_what_decides),
		cmocka_unit_test(places_are_read_out_of_evidence),
		cmocka_unit_test(formats_have_names_of_their_own),
		cmocka_unit_test(text_says_the_verdict_first),
		cmocka_unit_test(text_tells_what_does_not_stop_a_boot),
		cmocka_unit_test(text_fits_80_columns),
		cmocka_unit_test(json_has_it_all),
		cmocka_unit_test(junit_escapes_and_counts),
		cmocka_unit_test(junit_has_no_character_that_xml_has_not),
		cmocka_unit_test(tap_has_a_plan_and_directives),
		cmocka_unit_test(sarif_names_places),
		cmocka_unit_test(github_escapes),
		cmocka_unit_test(ami_is_read_from_either_document),
		cmocka_unit_test(ami_that_is_none_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "export/preflight.h"
#include "tests/unit/contains.h"

/* An image, and what was found in it. */

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

#define NVM(status, kernel, decides)                              \
	{                                                         \
		{"NVM001",                                        \
		 status,                                          \
		 VW_FATAL,                                        \
		 "nvme",                                          \
		 "the initramfs has no nvme driver",              \
		 "update-initramfs -u",                           \
		 "/boot/initrd.img: 100% <read> & \"closed\"",    \
		 "https://docs.aws.amazon.com/ena.html"},         \
			VW_NITRO, kernel, decides, VW_BREAKS_BOOT \
	}
#define FST(status, severity)                                \
	{                                                    \
		{"FST001",                                   \
		 status,                                     \
		 severity,                                   \
		 "/dev/xvda1",                               \
		 "mounted by a name #1 that\nchanges",       \
		 NULL,                                       \
		 "/etc/fs tab,x:3: /dev/xvda1 /",            \
		 NULL},                                      \
			VW_NITRO, NULL, true, VW_BREAKS_BOOT \
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
	const struct vwx_view view = {.captured = "2026-11-21T00:00:00Z", .verbose = verbose};
	struct vwb_buffer out = {0};

	assert_int_equal(vwx_preflight_format_find(format)->render(preflight, &view, &out), 0);
	assert_non_null(out.data);
	return out.data;
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

/* What a finding means. */

static void outcomes_follow_what_decides(void **state)
{
	static const struct {
		struct vw_image_finding finding;
		enum vwx_outcome outcome;
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
		assert_int_equal(vwx_outcome_of(&failed, &rows[i].finding), rows[i].outcome);
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
		{"/etc/a:999999999", "/etc/a", 999999999},
		{"/etc/a:1234567890", "/etc/a:1234567890", 0},
		{"/etc/a:12x", "/etc/a:12x", 0},
		{"/etc/a:12 x", "/etc/a", 12},
		{"/etc/a:12,13", "/etc/a", 12},
		{"/etc/a:12;", "/etc/a", 12},
		{"/etc/a:12:13", "/etc/a", 12},
		{"/etc/a:", "/etc/a", 0},
		{"/etc/a;", "/etc/a", 0},
		{"/etc/a,", "/etc/a", 0},
		{"/etc/a; b", "/etc/a", 0},
		{"/etc/a;b,c", "/etc/a;b,c", 0},
		{"/etc/a(b)", "/etc/a(b)", 0},
		{"/", "/", 0},
		{"/boot/a, /boot/b", "/boot/a", 0},
		{"/boot/a (zstd)", "/boot/a", 0},
	};
	struct vwx_place place;

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		place = vwx_place_of(rows[i].evidence);
		assert_int_equal(place.length, strlen(rows[i].path));
		assert_memory_equal(place.path, rows[i].path, place.length);
		assert_int_equal(place.line, rows[i].line);
	}
	assert_null(vwx_place_of(NULL).path);
	assert_null(vwx_place_of("CONFIG_XEN_PV=n").path);
	assert_null(vwx_place_of("").path);
}

/* Formats. */

static void formats_have_names_of_their_own(void **state)
{
	const struct vwx_preflight_format *format;
	size_t count = 0;

	(void)state;
	for (; (format = vwx_preflight_format_at(count)); count++)
		assert_ptr_equal(vwx_preflight_format_find(format->name), format);
	assert_int_equal(count, 6);
	assert_null(vwx_preflight_format_find("xml"));
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

/* What fails fatally beyond the boot says so; one that stops the boot outweighs it, and so does nothing else.
 */
static void text_tells_what_does_not_stop_a_boot(void **state)
{
	static const struct {
		enum vw_breaks breaks[2];
		size_t count;
		enum vw_severity severity;
		unsigned target;
		const char *phrase;
	} rows[] = {
		{{VW_BREAKS_REACH}, 1, VW_FATAL, VW_NITRO, "boots, but will not be reached \xC2\xB7"},
		{{VW_BREAKS_HOSTING}, 1, VW_FATAL, VW_NITRO, "boots, but cannot host guests \xC2\xB7"},
		{{VW_BREAKS_START}, 1, VW_FATAL, VW_NITRO, "will not start as it is registered \xC2\xB7"},
		{{VW_BREAKS_BOOT}, 1, VW_FATAL, VW_NITRO, "will not boot \xC2\xB7"},
		{{VW_BREAKS_REACH, VW_BREAKS_BOOT}, 2, VW_FATAL, VW_NITRO, "will not boot \xC2\xB7"},
		{{VW_BREAKS_BOOT, VW_BREAKS_REACH}, 2, VW_FATAL, VW_NITRO, "will not boot \xC2\xB7"},
		{{VW_BREAKS_HOSTING, VW_BREAKS_REACH},
		 2,
		 VW_FATAL,
		 VW_NITRO,
		 "boots, but will not be reached \xC2\xB7"},
		{{VW_BREAKS_BOOT}, 1, VW_DEGRADED, VW_NITRO, "boots, but not as it should \xC2\xB7"},
		{{VW_BREAKS_BOOT}, 1, VW_FATAL, VW_XEN_HVM, "boots, but not as it should \xC2\xB7"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct vw_image_finding found[2] = {
			{{"NVM001", VW_FAIL, rows[i].severity, "x", "y", NULL, NULL, NULL},
			 rows[i].target,
			 NULL,
			 true,
			 rows[i].breaks[0]}};
		struct vw_preflight preflight = failed;

		found[1] = found[0];
		found[1].breaks = rows[i].breaks[1];
		preflight.finding = found;
		preflight.finding_count = rows[i].count;
		EXPECT("text", &preflight, rows[i].phrase);
	}
}

static void text_names_the_default_kernel(void **state)
{
	static const struct vw_image_kernel some[] = {{.release = "1"}, {.release = "2"}};
	struct vw_image_facts facts = image;
	struct vw_preflight preflight = passed;

	(void)state;
	preflight.image = &facts;
	facts.kernel = some;
	facts.kernel_count = 2;
	EXPECT("text", &preflight, "\xC2\xB7 no kernel is known to be the default\n");
	facts.kernel_count = 0;
	EXPECT("text", &preflight, "\xC2\xB7 no kernel\n");
	facts.os.name.state = VW_DENIED;
	facts.os.arch.state = VW_DENIED;
	EXPECT("text", &preflight, "\nsystem not known \xC2\xB7 no kernel\n");
}

/* What the message says already is not said again. */
static void text_says_nothing_twice(void **state)
{
	static const struct vw_image_finding found[] = {
		{{"NVM001", VW_FAIL, VW_FATAL, "nvme", "nvme is not in /boot/initrd", "", "/boot/initrd",
		  NULL},
		 VW_NITRO,
		 NULL,
		 true,
		 VW_BREAKS_BOOT},
		{{"NVM002", VW_FAIL, VW_FATAL, "nvme", "it is not in /boot/initrd", "do it", "/boot/other",
		  ""},
		 VW_NITRO,
		 NULL,
		 true,
		 VW_BREAKS_BOOT},
	};
	static const struct vw_preflight preflight = PREFLIGHT(VW_FAIL, fail_verdict, found);
	char *text = render("text", &preflight, true);

	(void)state;
	assert_has(
		text,
		"\n  NVM001  fatal     nvme is not in /boot/initrd\n  NVM002  fatal     nvme: it is not in "
		"/boot/initrd\n                    /boot/other\n                    do: do it\n");
	assert_has_not(text, "see:");
	free(text);
}

/* A kernel without anything against it says so, once; one that was not checked is not told of. */
static void text_tells_of_other_kernels(void **state)
{
	static const struct vw_image_finding found[] = {
		NVM(VW_PASS, "6.1.0-56-amd64", true),
		NVM(VW_PASS, "6.1.0-50-amd64", false),
		NVM(VW_SKIP, "6.1.0-50-amd64", false),
	};
	struct vw_preflight preflight = PREFLIGHT(VW_PASS, pass_verdict, found);
	char *text = render("text", &preflight, true);

	(void)state;
	assert_has(text, "\nKernels that are not the default\n  6.1.0-50-amd64\n    nothing against "
			 "it\n\nNot readable");
	free(text);
	preflight.finding_count = 1;
	text = render("text", &preflight, true);
	assert_has_not(text, "not the default");
	free(text);
	preflight.finding = &found[1];
	text = render("text", &preflight, true);
	assert_has(text, "\n  6.1.0-50-amd64\n    nothing against it\n");
	free(text);
	preflight.finding = &fails[2];
	text = render("text", &preflight, true);
	assert_has(text, "\n  6.1.0-50-amd64\n    nitro           NVM001 (fatal)\n");
	free(text);
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
		 true,
		 VW_BREAKS_BOOT},
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

/* The rules are the table of checks, each with what stands in it. */
static void rules_of_sarif_are_the_checks(void **state)
{
	static const char *const levels[] = {
		[VW_ADVICE] = "note", [VW_DEGRADED] = "warning", [VW_FATAL] = "error"};
	const struct vwx_view view = {.compact = true};
	const struct vw_check_word *check;
	struct vwb_buffer out = {0}, wanted = {0};

	(void)state;
	for (size_t i = 0; (check = vw_check_at(i)); i++) {
		const char *texts[] = {check->id, check->title, check->remedy ? check->remedy : check->title};
		static const char *const leads[] = {"{\"id\":\"", "\",\"shortDescription\":{\"text\":\"",
						    "\"},\"help\":{\"text\":\""};

		vwb_put(&wanted, i ? "," : "\"rules\":[");
		for (size_t k = 0; k < VW_COUNT(texts); k++) {
			vwb_put(&wanted, leads[k]);
			for (const char *at = texts[k]; *at; at++) {
				vwb_put(&wanted, *at == '"' || *at == '\\' ? "\\" : "");
				vwb_put_bytes(&wanted, at, 1);
			}
		}
		vwb_putf(&wanted, "\"},\"defaultConfiguration\":{\"level\":\"%s\"}", levels[check->severity]);
		if (check->reference && vwb_text_starts(check->reference, "https://"))
			vwb_putf(&wanted, ",\"helpUri\":\"%s\"", check->reference);
		vwb_put(&wanted, "}");
	}
	vwb_put(&wanted, "]");
	assert_int_equal(vwx_preflight_sarif_render(&passed, &view, &out), 0);
	assert_has(out.data, wanted.data);
	vwb_buffer_free(&out);
	vwb_buffer_free(&wanted);
}

/* A path that is longer than any is cut, between its bytes, however many letters each takes. */
static void paths_of_sarif_have_a_bound(void **state)
{
	enum { ROOM = 3 * 4096 + 16 - 4 };
	static char evidence[3 * ROOM];

	(void)state;
	for (unsigned plain = 0; plain < 4; plain++) {
		struct vw_image_finding found = NVM(VW_FAIL, "6.1", true);
		const struct vwx_view view = {.compact = true};
		struct vw_preflight preflight = failed;
		struct vwb_buffer out = {0};
		const char *uri;

		memset(evidence, '%', sizeof(evidence) - 1);
		memset(evidence, 'p', plain + 1);
		evidence[0] = '/';
		if (plain == 3)
			memset(evidence + 1, 'p', sizeof(evidence) - 2);
		found.finding.evidence = evidence;
		preflight.finding = &found;
		preflight.finding_count = 1;
		assert_int_equal(vwx_preflight_sarif_render(&preflight, &view, &out), 0);
		uri = strstr(out.data, "\"uri\":\"");
		assert_non_null(uri);
		uri += strlen("\"uri\":\"");
		assert_int_equal(strspn(uri, "p"), plain == 3 ? ROOM : plain);
		assert_int_equal(strcspn(uri, "\""), plain == 3 ? ROOM : plain + (ROOM - plain + 2) / 3 * 3);
		vwb_buffer_free(&out);
	}
}

/* Bytes that are no UTF-8 are no JSON: told, whatever text they stand in. */
static void json_refuses_what_is_not_utf8(void **state)
{
	static const char *const formats_of_json[] = {"json", "sarif"};

	(void)state;
	for (size_t i = 0; i < 2 * 6; i++) {
		struct vw_image_finding found = NVM(VW_FAIL, "6.1", true);
		const char **const fields[] = {&found.finding.id,       &found.finding.message,
					       &found.kernel,           &found.finding.remedy,
					       &found.finding.evidence, &found.finding.subject};
		struct vw_preflight preflight = failed;
		const struct vwx_view view = {0};
		struct vwb_buffer out = {0};
		/* SARIF has no subject, and escapes a message itself */
		bool shown = i < 6 || i == 6 || i == 8 || i == 10;

		*fields[i % 6] = "/\xe9";
		preflight.finding = &found;
		preflight.finding_count = 1;
		assert_int_equal(
			vwx_preflight_format_find(formats_of_json[i / 6])->render(&preflight, &view, &out),
			shown ? -EBADMSG : 0);
		vwb_buffer_free(&out);
	}
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

static void failures_of_the_buffer_are_told(void **state)
{
	const struct vwx_preflight_format *format;
	const struct vwx_view view = {0};

	(void)state;
	for (size_t i = 0; (format = vwx_preflight_format_at(i)); i++) {
		struct vwb_buffer out = {.error = -E2BIG};

		assert_int_equal(format->render(&failed, &view, &out), -E2BIG);
		assert_null(out.data);
	}
}

/* What registered the image. */

static int parse(const char *text, struct vwb_arena *arena, struct vw_ami *ret, char *problem)
{
	return vwx_ami_parse(text, strlen(text), arena, ret, problem, 128);
}

static void ami_is_read_from_either_document(void **state)
{
	struct vwb_arena *arena = NULL;
	char problem[128] = "";
	struct vw_ami ami;

	(void)state;
	assert_int_equal(vwb_arena_new(&arena), 0);
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
	vwb_arena_free(arena);
}

static void each_key_of_an_ami_has_its_field(void **state)
{
	static const struct {
		const char *key;
		size_t field;
	} rows[] = {
		{"ImageId", offsetof(struct vw_ami, image_id)},
		{"SriovNetSupport", offsetof(struct vw_ami, sriov_net_support)},
		{"VirtualizationType", offsetof(struct vw_ami, virtualization_type)},
		{"BootMode", offsetof(struct vw_ami, boot_mode)},
		{"Architecture", offsetof(struct vw_ami, architecture)},
		{"RootDeviceType", offsetof(struct vw_ami, root_device_type)},
		{"TpmSupport", offsetof(struct vw_ami, tpm_support)},
	};
	struct vwb_arena *arena = NULL;
	char problem[128] = "";

	(void)state;
	assert_int_equal(vwb_arena_new(&arena), 0);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		char text[256];
		struct vw_ami ami;

		snprintf(text, sizeof(text),
			 "{\"ImageId\": \"ami-1\", \"Architecture\": \"arm64\", \"%s\": \"it\"}",
			 rows[i].key);
		assert_int_equal(parse(text, arena, &ami, problem), 0);
		for (size_t k = 0; k < VW_COUNT(rows); k++) {
			const char *value = *(const char **)(void *)((char *)&ami + rows[k].field);

			if (k == i)
				assert_string_equal(value, "it");
			else if (k == 0 || k == 4)
				assert_string_equal(value, k ? "arm64" : "ami-1");
			else
				assert_null(value);
		}
	}
	vwb_arena_free(arena);
}

/* Only `true` is support; what is one image need have but one of two keys; the first of several is meant. */
static void ami_support_and_choice(void **state)
{
	static const struct {
		const char *text;
		enum vw_tristate ena;
		const char *id;
	} rows[] = {
		{"{\"ImageId\": \"a\", \"EnaSupport\": true}", VW_YES, "a"},
		{"{\"ImageId\": \"a\", \"EnaSupport\": false}", VW_NO, "a"},
		{"{\"ImageId\": \"a\", \"EnaSupport\": 1}", VW_NO, "a"},
		{"{\"ImageId\": \"a\", \"EnaSupport\": \"true\"}", VW_NO, "a"},
		{"{\"ImageId\": \"a\"}", VW_NO, "a"},
		{"{\"Architecture\": \"x86_64\", \"EnaSupport\": true}", VW_YES, NULL},
		{"{\"Images\": [{\"ImageId\": \"a\"}, {\"ImageId\": \"b\", \"EnaSupport\": true}]}", VW_NO,
		 "a"},
		{"{\"ImageId\": \"outer\", \"Images\": [{\"ImageId\": \"a\"}]}", VW_NO, "a"},
	};
	struct vwb_arena *arena = NULL;
	char problem[128] = "";

	(void)state;
	assert_int_equal(vwb_arena_new(&arena), 0);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct vw_ami ami;

		assert_int_equal(parse(rows[i].text, arena, &ami, problem), 0);
		assert_int_equal(ami.ena_support, rows[i].ena);
		assert_true(vwb_text_equal(ami.image_id, rows[i].id));
	}
	vwb_arena_free(arena);
}

/* As many bytes as are allowed, and one more. */
static void ami_bounds_and_reasons(void **state)
{
	static char text[VW_AMI_LIMIT + 1];
	struct vwb_arena *arena = NULL;
	char problem[128] = "";
	struct vw_ami ami;

	(void)state;
	assert_int_equal(vwb_arena_new(&arena), 0);
	memset(text, ' ', sizeof(text));
	memcpy(text, "{\"ImageId\": \"a\"}", 16);
	assert_int_equal(vwx_ami_parse(text, VW_AMI_LIMIT, arena, &ami, problem, sizeof(problem)), 0);
	assert_int_equal(vwx_ami_parse(text, VW_AMI_LIMIT + 1, arena, &ami, problem, sizeof(problem)),
			 -EFBIG);
	assert_string_equal(problem, "longer than 1048576 bytes");
	assert_int_equal(parse("{}", arena, &ami, problem), -EBADMSG);
	assert_string_equal(problem, "tells of no image: what describe-images answers is asked for");
	assert_int_equal(parse("{\n\n7}", arena, &ami, problem), -EBADMSG);
	assert_true(vwb_text_starts(problem, "line 3: "));
	vwb_arena_free(arena);
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
	struct vwb_arena *arena = NULL;
	char problem[128];
	struct vw_ami ami = {.image_id = "untouched"};

	(void)state;
	assert_int_equal(vwb_arena_new(&arena), 0);
	for (size_t i = 0; i < VW_COUNT(texts); i++) {
		*problem = '\0';
		assert_int_equal(parse(texts[i], arena, &ami, problem), -EBADMSG);
		assert_true(*problem);
		assert_null(strpbrk(problem, "\n\x7f\x9b"));
	}
	assert_int_equal(vwx_ami_parse(big, sizeof(big), arena, &ami, problem, sizeof(problem)), -EFBIG);
	assert_string_equal(ami.image_id, "untouched");
	vwb_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcomes_follow_what_decides),
		cmocka_unit_test(places_are_read_out_of_evidence),
		cmocka_unit_test(formats_have_names_of_their_own),
		cmocka_unit_test(text_says_the_verdict_first),
		cmocka_unit_test(text_tells_what_does_not_stop_a_boot),
		cmocka_unit_test(text_names_the_default_kernel),
		cmocka_unit_test(text_says_nothing_twice),
		cmocka_unit_test(text_tells_of_other_kernels),
		cmocka_unit_test(text_fits_80_columns),
		cmocka_unit_test(json_has_it_all),
		cmocka_unit_test(junit_escapes_and_counts),
		cmocka_unit_test(junit_has_no_character_that_xml_has_not),
		cmocka_unit_test(tap_has_a_plan_and_directives),
		cmocka_unit_test(sarif_names_places),
		cmocka_unit_test(rules_of_sarif_are_the_checks),
		cmocka_unit_test(paths_of_sarif_have_a_bound),
		cmocka_unit_test(json_refuses_what_is_not_utf8),
		cmocka_unit_test(github_escapes),
		cmocka_unit_test(failures_of_the_buffer_are_told),
		cmocka_unit_test(ami_is_read_from_either_document),
		cmocka_unit_test(each_key_of_an_ami_has_its_field),
		cmocka_unit_test(ami_support_and_choice),
		cmocka_unit_test(ami_bounds_and_reasons),
		cmocka_unit_test(ami_that_is_none_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

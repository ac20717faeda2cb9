/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wchar.h>

#include <cmocka.h>

#include "export/draw.h"
#include "export/export.h"
#include "export/jansson.h"
#include "tests/unit/contains.h"
#include "tests/unit/left_out.h"
#include "tests/unit/sample_reports.h"
#include "tests/unit/sanitized.h"

typedef int (*renderer)(const struct vw_report *, const struct vwx_view *, struct vwb_buffer *);

static char *render(renderer function, const struct vw_report *report, const struct vwx_view *view)
{
	struct vwb_buffer out = {0};

	assert_int_equal(function(report, view, &out), 0);
	return out.data ? out.data : calloc(1, 1);
}

static size_t count_lines(const char *text)
{
	size_t lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

/* --- buffer ----------------------------------------------------------------------------------------------
 */

static void buffer_grows(void **state)
{
	struct vwb_buffer buffer = {0};

	(void)state;
	vwb_put(&buffer, "");
	assert_string_equal(buffer.data, "");
	for (int i = 0; i < 5000; i++)
		vwb_putf(&buffer, "%04d", i);
	vwb_put_repeated(&buffer, "ab", 3);
	vwb_put_bytes(&buffer, "xyz", 2);
	assert_int_equal(buffer.error, 0);
	assert_int_equal(buffer.size, 20000 + 8);
	assert_string_equal(buffer.data + 19996, "4999abababxy");
	vwb_buffer_free(&buffer);
	assert_null(buffer.data);
}

static void buffer_takes_a_format_longer_than_itself(void **state)
{
	static char text[10000];
	struct vwb_buffer buffer = {0};

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	vwb_putf(&buffer, "<%s>", text);
	assert_int_equal(buffer.size, sizeof(text) + 1);
	assert_int_equal(buffer.data[buffer.size - 1], '>');
	vwb_buffer_free(&buffer);
}

static void buffer_remembers_its_failure(void **state)
{
	struct vwb_buffer buffer = {0};

	(void)state;
	vwb_put(&buffer, "start");
	vwb_put_repeated(&buffer, "0123456789abcdef", VW_BUFFER_MAX / 16);
	assert_int_equal(buffer.error, -E2BIG);
	vwb_putf(&buffer, "%s", "later");
	vwb_put(&buffer, "later");
	assert_null(strstr(buffer.data, "later"));
	assert_true(buffer.size <= VW_BUFFER_MAX);
	vwb_buffer_free(&buffer);
	vwb_put(&buffer, "again");
	assert_string_equal(buffer.data, "again");
	vwb_buffer_free(&buffer);
}

/* A buffer takes as many bytes as it may, and not one more, however they come. */
static void buffer_has_a_bound(void **state)
{
	char *much = malloc(VW_BUFFER_MAX + 2);
	struct vwb_buffer buffer = {0};

	(void)state;
	memset(much, 'm', VW_BUFFER_MAX + 1);
	much[VW_BUFFER_MAX + 1] = '\0';
	vwb_put_bytes(&buffer, much, VW_BUFFER_MAX - 1);
	vwb_put(&buffer, "x");
	assert_int_equal(buffer.error, 0);
	assert_int_equal(buffer.size, VW_BUFFER_MAX);
	vwb_put(&buffer, "x");
	assert_int_equal(buffer.error, -E2BIG);
	assert_int_equal(buffer.size, VW_BUFFER_MAX);
	vwb_buffer_free(&buffer);
	assert_int_equal(buffer.error, 0);
	vwb_put(&buffer, much);
	assert_int_equal(buffer.error, -E2BIG);
	assert_int_equal(buffer.size, 0);
	vwb_buffer_free(&buffer);
	vwb_putf(&buffer, "%s", much);
	assert_int_equal(buffer.error, -E2BIG);
	assert_int_equal(buffer.size, 0);
	assert_string_equal(buffer.data, ""); /* nothing of it half there */
	vwb_buffer_free(&buffer);
	free(much);
}

/* Formats that just fit what there is, and that just do not. */
static void buffer_grows_by_formats(void **state)
{
	static char text[9000];

	(void)state;
	for (size_t first = 0; first <= 4096; first += 2048)
		for (size_t size = 2040; size < 8200; size++) {
			struct vwb_buffer buffer = {0};

			if (size > 2060 && size < 4080)
				size = 4080;
			if (size > 4110 && size < 8180)
				size = 8180;
			memset(text, 'f', sizeof(text));
			text[first] = '\0';
			vwb_put(&buffer, text);
			text[first] = 'f';
			text[size] = '\0';
			vwb_putf(&buffer, "%s", text);
			text[size] = 'f';
			assert_int_equal(buffer.size, first + size);
			assert_int_equal(strlen(buffer.data), first + size);
			assert_true(buffer.capacity > buffer.size);
			vwb_buffer_free(&buffer);
		}
}

/* A character that no bytes stand for cannot be formatted: told, and nothing of it is there. */
static void buffer_tells_what_cannot_be_formatted(void **state)
{
	static const wchar_t none[] = {'a', 0xD800, 0};
	struct vwb_buffer buffer = {0};

	(void)state;
	vwb_put(&buffer, "before");
	vwb_putf(&buffer, "%ls", none);
	assert_int_equal(buffer.error, -EINVAL);
	assert_string_equal(buffer.data, "before");
	vwb_buffer_free(&buffer);
}

/* In a process that may have no more memory, what is there stays, and the failure is told. */
static int fill_without_memory(void)
{
	const struct rlimit none = {64 << 20, 64 << 20};
	struct vwb_buffer buffer = {0};
	void *volatile much; /* a compiler leaves out a malloc() that is freed unused */

	vwb_put(&buffer, "begin");
	if (setrlimit(RLIMIT_AS, &none) < 0)
		return 77;
	much = malloc(128 << 20);
	if (much) {
		free(much);
		return 77;
	}
	for (int i = 0; i < 63 && !buffer.error; i++)
		vwb_put_repeated(&buffer, "0123456789abcdef", (1 << 20) / 16);
	if (buffer.error != -ENOMEM || !vwb_text_starts(buffer.data, "begin0123"))
		return 1;
	vwb_put(&buffer, "more");
	vwb_putf(&buffer, "%d", 1);
	return buffer.error == -ENOMEM && strlen(buffer.data) == buffer.size && buffer.size % 16 == 5 ? 0 : 2;
}

static void buffer_without_memory(void **state)
{
	pid_t child;
	int status;

	(void)state;
	if (SANITIZED)
		LEAVE_OUT_ALL("the sanitizer's allocator cannot be made to fail");
	child = fork();
	if (child == 0)
		_exit(fill_without_memory());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		LEAVE_OUT_ALL("memory cannot be bounded here");
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* --- text ------------------------------------------------------------------------------------------------
 */

static void text_says_it_on_one_screen(void **state)
{
	const struct vwx_view view = {0};
	struct vw_report report = sample_nitro;
	char *text;

	(void)state;
	report.finding_count = 0;
	report.conflict_count = 0;
	text = render(vwx_text_render, &report, &view);
	assert_true(count_lines(text) <= 24);
	for (const char *line = text; line && *line; line = strchr(line, '\n') + 1) {
		char copy[512];

		snprintf(copy, sizeof(copy), "%.*s", (int)strcspn(line, "\n"), line);
		assert_true(vwx_columns(copy) <= 80);
	}
	assert_has(text, "AWS Nitro (KVM) on Amazon EC2 c8i.large in docker · certain\n");
	assert_has(text, "    L0  │ AWS Nitro hypervisor (KVM)            │ observed\n");
	assert_has(text, "    L1  │ Linux 6.1.102-108.177.amzn2023.x86_64 │ this kernel\n");
	assert_has(text, "        │ Docker container                      │ inferred\n");
	assert_has(text, "  Network               VH   ens5 (ena 1d0f:ec20)\n");
	assert_has(text, "  Local storage         -    none\n");
	assert_has(text, "aws-nitro-2017\n");
	assert_has(text, "yes with vmx: ept, vpid");
	assert_has(text, "run as");
	assert_true(strstr(text, "Docker") < strstr(text, "L1") && strstr(text, "L1") < strstr(text, "L0"));
	free(text);
}

static void text_names_what_is_wrong(void **state)
{
	const struct vwx_view view = {.privileged = true};
	char *text = render(vwx_text_render, &sample_nitro, &view);

	(void)state;
	assert_has(text, "  CLK001                warn clocksource: the clock is read");
	assert_has_not(text, "NET001");
	assert_has(text, "  Conflict              the processor says KVM");
	assert_has(text, "and 3 more");
	assert_has(text, "kept even");
	free(text);
}

static void text_leaves_nothing_out_when_verbose(void **state)
{
	const struct vwx_view view = {.verbose = true};
	char *text = render(vwx_text_render, &sample_nitro, &view);

	(void)state;
	assert_has(text, "/proc/interrupts EIO");
	assert_has(text, "2.10.0g");
	free(text);
}

static void text_of_nothing_known(void **state)
{
	const struct vwx_view view = {0};
	char *text = render(vwx_text_render, &sample_empty, &view);

	(void)state;
	assert_has(text, "Unknown · guess\nfrom snapshot dump\n");
	assert_has(text, "  Network               ?    not known\n");
	assert_has(text, "    L?  │ Linux ");
	assert_has(text, "╯ under it: not known\n");
	assert_has_not(text, "Row");
	assert_has_not(text, "Not readable");
	free(text);
}

static void text_has_colour_only_when_asked(void **state)
{
	const struct vwx_view plain = {0}, colour = {.colour = true};
	char *text = render(vwx_text_render, &sample_nitro, &plain);

	(void)state;
	assert_has_not(text, "\033");
	free(text);
	text = render(vwx_text_render, &sample_nitro, &colour);
	assert_has(text, "\033[30;42m VH \033[0m");
	assert_has(text, "\033[97;44m P  \033[0m");
	assert_has(text, "\033[97;41m VS \033[0m");
	assert_has(text, "\033[2m -  \033[0m");
	free(text);
}

static void text_is_ascii_when_asked(void **state)
{
	const struct vwx_view view = {.ascii = true};
	const struct vw_report *const reports[] = {&sample_nitro, &sample_hostile};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(reports); i++) {
		char *text = render(vwx_text_render, reports[i], &view);

		for (const char *byte = text; *byte; byte++)
			assert_true(*byte == '\n' || (*byte >= ' ' && *byte <= '~'));
		free(text);
	}
}

static void nothing_hostile_reaches_the_terminal(void **state)
{
	static const char *const never[] = {"\033",     "\a",   "\r",          "\xe2\x80\xae",
					    "\xc2\x9b", "\xc0", "\xef\xbb\xbf"};
	const struct vwx_view view = {.verbose = true};
	const renderer renderers[] = {vwx_text_render, vwx_explain_render};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(renderers); i++) {
		char *text = render(renderers[i], &sample_hostile, &view);

		for (size_t k = 0; k < VW_COUNT(never); k++)
			assert_has_not(text, never[k]);
		assert_has(text, "?[2J?]0;owned");
		free(text);
	}
}

static void explain_tells_each_piece(void **state)
{
	const struct vwx_view view = {0};
	char *text = render(vwx_explain_render, &sample_nitro, &view);

	(void)state;
	assert_has(text, "AWS Nitro (KVM) nitro · certain\n");
	assert_has(text, "e1    decisive  cpuid 0x40000000: KVMKVMKVM\n                for nitro kvm\n"
			 "                Linux, arch/x86/include/uapi/asm/kvm_para.h\n");
	assert_has(text, "also fits nested xen-hvm");
	assert_has(text, "e3    weak      /sys/hypervisor/type\n");
	assert_has(text, "e1 e3           the processor says KVM");
	assert_has(text, "EIO             /proc/interrupts\n");
	free(text);
}

/* --- JSON ------------------------------------------------------------------------------------------------
 */

static void json_follows_the_contract(void **state)
{
	const struct vwx_view view = {.compact = true, .captured = "2026-01-02T03:04:05Z"};
	char *text = render(vwx_json_render, &sample_nitro, &view);

	(void)state;
	assert_int_equal(count_lines(text), 1);
	assert_true(vwb_text_starts(
		text, "{\"schema\":\"virtwhere.report/1\",\"version\":\"" VW_VERSION
		      "\",\"source\":{\"kind\":\"live\",\"path\":null,\"arch\":\"x86_64\","
		      "\"kernel\":\"6.1.102-108.177.amzn2023.x86_64\","
		      "\"captured\":\"2026-01-02T03:04:05Z\"},\"platform\":{\"id\":\"nitro\","));
	assert_has(text,
		   "\"cloud\":{\"provider\":\"aws\",\"instance_type\":\"c8i.large\",\"instance_id\":null}");
	assert_has(text,
		   "\"cpu_memory\":{\"class\":\"VH\",\"with\":\"VT-x or AMD-V with nested paging, below "
		   "this guest\",\"evidence\":[\"e1\",\"e2\"]}");
	assert_has(text, "\"can_host\":true");
	assert_has(text, "\"conflicts\":[{\"evidence\":[\"e1\",\"e3\"]");
	assert_has(text, "\"other\":[{\"kind\":\"pmu\"");
	free(text);
}

static void json_is_null_where_the_report_is(void **state)
{
	const struct vwx_view view = {.compact = true, .captured = "2026-01-02T03:04:05Z"};
	char *text = render(vwx_json_render, &sample_empty, &view);

	(void)state;
	assert_has(text, "\"captured\":null");
	assert_has(text, "\"vmm\":null,\"mode\":null,\"row\":null");
	assert_has(text, "\"can_host\":null,\"extension\":null,\"features\":[],\"kvm\":null,\"hint\":null");
	free(text);
}

static void json_in_many_lines_by_default(void **state)
{
	const struct vwx_view view = {0};
	char *text = render(vwx_json_render, &sample_metal, &view);

	(void)state;
	assert_true(vwb_text_starts(text, "{\n  \"schema\": \"virtwhere.report/1\",\n"));
	assert_true(vwb_text_ends(text, "}\n"));
	free(text);
}

static void json_refuses_what_is_not_utf8(void **state)
{
	const struct vwx_view view = {0};
	struct vwb_buffer out = {0};

	(void)state;
	assert_int_equal(vwx_json_render(&sample_hostile, &view, &out), -EBADMSG);
	vwb_buffer_free(&out);
}

/* What a library that fails is left with: nothing, and nothing twice. */
static struct {
	int append, dump; /* what they return */
	json_t *deleted[4];
	size_t deletions;
} library;

static int append_or_fail(json_t *array, json_t *item)
{
	(void)array, (void)item;
	return library.append;
}

static void note_deleted(json_t *value)
{
	assert_true(library.deletions < VW_COUNT(library.deleted));
	library.deleted[library.deletions++] = value;
}

static int dump_or_fail(const json_t *document, json_dump_callback_t callback, void *data, size_t flags)
{
	(void)document;
	callback(flags == JSON_COMPACT     ? "compact"
		 : flags == JSON_INDENT(2) ? "lines"
					   : "other",
		 flags == JSON_COMPACT ? 7 : 5, data);
	return library.dump;
}

static void json_fails_as_a_whole(void **state)
{
	static const struct vwb_json fake = {.json_array_append_new = append_or_fail,
					     .json_delete = note_deleted,
					     .json_dump_callback = dump_or_fail};
	static json_t array, item;
	static const struct {
		json_t *array, *item;
		int append;
		json_t *result, *deleted;
	} rows[] = {
		{&array, &item, 0, &array, NULL}, {&array, &item, -1, NULL, &array},
		{&array, NULL, -1, NULL, &array}, {NULL, &item, 0, NULL, &item},
		{NULL, NULL, 0, NULL, NULL},
	};
	static const struct {
		int dump, before, result;
		bool compact;
		const char *text;
	} ends[] = {
		{0, 0, 0, true, "compact\n"},
		{0, 0, 0, false, "lines\n"},
		{-1, 0, -ENOMEM, false, "lines"},
		{-1, -E2BIG, -E2BIG, false, NULL},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		memset(&library, 0, sizeof(library));
		library.append = rows[i].append;
		assert_ptr_equal(vwx_jansson_append(&fake, rows[i].array, rows[i].item), rows[i].result);
		assert_int_equal(library.deletions, rows[i].deleted ? 1 : 0);
		assert_ptr_equal(library.deleted[0], rows[i].deleted);
	}
	for (size_t i = 0; i < VW_COUNT(ends); i++) {
		const struct vwx_view view = {.compact = ends[i].compact};
		struct vwb_buffer out = {.error = ends[i].before};

		memset(&library, 0, sizeof(library));
		library.dump = ends[i].dump;
		assert_int_equal(vwx_jansson_finish(&fake, &item, &view, &out), ends[i].result);
		assert_int_equal(library.deletions, 1);
		assert_ptr_equal(library.deleted[0], &item);
		assert_true(vwb_text_equal(out.data, ends[i].text));
		vwb_buffer_free(&out);
		assert_int_equal(vwx_jansson_finish(&fake, NULL, &view, &out), -EBADMSG);
		assert_int_equal(library.deletions, 1);
		assert_null(out.data);
	}
}

/* A text beyond the bound is told by every format, and so is what failed before. */
static void failures_of_the_buffer_are_told(void **state)
{
	const struct vwx_format *format;
	const struct vwx_view view = {0};

	(void)state;
	for (size_t i = 0; (format = vwx_format_at(i)); i++) {
		struct vwb_buffer out = {.error = -E2BIG};

		assert_int_equal(format->render(&sample_nitro, &view, &out), -E2BIG);
		assert_null(out.data);
	}
	for (size_t i = 0; i < 5; i++) {
		struct vwb_buffer out = {.error = -E2BIG};
		int result = i == 0   ? vwx_explain_render(&sample_nitro, &view, &out)
			     : i == 1 ? vwx_drivers_render(&sample_nitro, &view, &out)
			     : i == 2 ? vwx_checks_render(&view, &out)
			     : i == 3 ? vwx_words_render(NULL, 0, &view, &out)
				      : vwx_passport_render("x", VW_PASSPORT_TEXT, &view, &out);

		assert_int_equal(result, -E2BIG);
	}
}

static void json_of_answers(void **state)
{
	const struct vwx_answer answers[] = {{"vm", VW_YES}, {"nested", VW_UNKNOWN}, {"metal", VW_NO}};
	const struct vwx_view view = {.compact = true};
	struct vwb_buffer out = {0};

	(void)state;
	assert_int_equal(vwx_answers_render(answers, 3, VW_NO, &view, &out), 0);
	assert_string_equal(out.data,
			    "{\"holds\":false,\"words\":[{\"word\":\"vm\",\"holds\":true},"
			    "{\"word\":\"nested\",\"holds\":null},{\"word\":\"metal\",\"holds\":false}]}\n");
	vwb_buffer_free(&out);
	assert_int_equal(vwx_recorded_render("a \"b\"", true, &view, &out), 0);
	assert_string_equal(out.data, "{\"snapshot\":\"a \\\"b\\\"\",\"with_ids\":true}\n");
	vwb_buffer_free(&out);
}

static void words_are_listed(void **state)
{
	const struct vw_word one = {"xen", "Xen", NULL}, two = {"nitro", NULL, NULL};
	const struct vw_word *const words[] = {&one, &two};
	const struct vwx_view view = {.compact = true};
	struct vwb_buffer out = {0};

	(void)state;
	assert_int_equal(vwx_words_render(words, 2, &view, &out), 0);
	assert_string_equal(out.data, "xen    Xen\nnitro\n");
	vwb_buffer_free(&out);
	assert_int_equal(vwx_words_json_render("some", words, 2, &view, &out), 0);
	assert_string_equal(out.data, "{\"list\":\"some\",\"words\":[{\"word\":\"xen\",\"meaning\":\"Xen\"},"
				      "{\"word\":\"nitro\",\"meaning\":null}]}\n");
	vwb_buffer_free(&out);
}

static void formats_are_found(void **state)
{
	const struct vwx_format *format;

	(void)state;
	for (size_t i = 0; (format = vwx_format_at(i)); i++)
		assert_ptr_equal(vwx_format_find(format->name), format);
	assert_string_equal(vwx_format_at(0)->name, "text");
	assert_null(vwx_format_find("yaml"));
}

/* --- words of older tools --------------------------------------------------------------------------------
 */

static const struct {
	const char *platform, *systemd, *virt_what;
} expected_words[] = {
	{"metal", "none\n", ""},
	{"ec2-metal", "none\n", ""},
	{"nitro", "amazon\n", "kvm\n"},
	{"nitro-enclave", "amazon\n", "kvm\n"},
	{"firecracker", "kvm\n", "kvm\n"},
	{"cloud-hypervisor", "kvm\n", "kvm\n"},
	{"crosvm", "kvm\n", "kvm\n"},
	{"kvm", "kvm\n", "kvm\n"},
	{"qemu-tcg", "qemu\n", "qemu\n"},
	{"qemu", "qemu\n", "qemu\n"},
	{"xen-dom0", "none\n", "xen\nxen-dom0\n"},
	{"xen-pv", "xen\n", "xen\nxen-domU\n"},
	{"xen-hvm", "xen\n", "xen\nxen-hvm\n"},
	{"xen-pvhvm", "xen\n", "xen\nxen-hvm\n"},
	{"xen-pvh", "xen\n", "xen\nxen-hvm\n"},
	{"xen-arm", "xen\n", "xen\n"},
	{"hyperv", "microsoft\n", "hyperv\n"},
	{"hyperv-root", "none\n", "hyperv\n"},
	{"vmware", "vmware\n", "vmware\n"},
	{"virtualbox", "oracle\n", "virtualbox\n"},
	{"parallels", "parallels\n", "parallels\n"},
	{"bhyve", "bhyve\n", "bhyve\n"},
	{"openbsd-vmm", "vm-other\n", "vmm\n"},
	{"acrn", "acrn\n", ""},
	{"jailhouse", "vm-other\n", ""},
	{"qnx", "qnx\n", ""},
	{"apple-vz", "apple\n", ""},
	{"uml", "uml\n", "uml\n"},
	{"powervm", "powervm\n", ""},
	{"zvm", "zvm\n", "ibm_systemz-zvm\n"},
	{"lpar", "none\n", "ibm_systemz-lpar\n"},
	{"ldoms", "vm-other\n", "ldoms\n"},
	{"bochs", "bochs\n", ""},
	{"unknown-hypervisor", "vm-other\n", "virt\n"},
	{"unknown", "", ""},
};

static void assert_words(const struct vw_report *report, const char *systemd, const char *virt_what)
{
	const struct vwx_view view = {0};
	char *text = render(vwx_systemd_words_render, report, &view);

	assert_string_equal(text, systemd);
	free(text);
	text = render(vwx_virt_what_words_render, report, &view);
	assert_string_equal(text, virt_what);
	free(text);
}

static void every_platform_has_its_words(void **state)
{
	const struct vw_word *word;

	(void)state;
	for (size_t i = 0; (word = vw_word_at("platforms", i)); i++) {
		struct vw_report report = sample_empty;
		size_t k = 0;

		while (k < VW_COUNT(expected_words) && strcmp(expected_words[k].platform, word->word) != 0)
			k++;
		if (k == VW_COUNT(expected_words))
			fail_msg("nobody says what older tools print for %s", word->word);
		report.platform.id = word->word;
		assert_words(&report, expected_words[k].systemd, expected_words[k].virt_what);
	}
}

/* --- passport --------------------------------------------------------------------------------------------
 */

static void assert_passport(const struct vw_report *report, const char *expected)
{
	struct vw_passport parsed;
	char passport[VW_PASSPORT_MAX + 1];

	assert_int_equal(vwx_passport_format(report, passport), 0);
	assert_string_equal(passport, expected);
	assert_int_equal(vw_passport_parse(passport, &parsed), 0);
}

static void passport_is_what_its_reader_parses(void **state)
{
	(void)state;
	assert_passport(&sample_nitro, "virtwhere:1;stack=nitro/kvm;cloud=aws;type=c8i.large");
	assert_passport(&sample_metal, "virtwhere:1;stack=kvm");
	assert_passport(&sample_empty, "virtwhere:1;stack=unknown/qemu");
}

static void passport_of_a_host_that_is_the_hypervisor(void **state)
{
	const struct vw_layer layers[] = {{0, "xen", "Xen 4.17", VW_OBSERVED},
					  {1, "linux", "Linux", VW_OBSERVED}};
	struct vw_report report = sample_empty;

	(void)state;
	report.platform.id = "xen-dom0";
	report.level = 1;
	report.layer = layers;
	report.layer_count = 2;
	assert_passport(&report, "virtwhere:1;stack=xen");
}

static void passport_tells_nothing_outside_its_grammar(void **state)
{
	const struct vw_layer layers[] = {{0, "KVM,file=/etc/shadow", NULL, VW_OBSERVED},
					  {1, "linux", "Linux", VW_OBSERVED}};
	struct vw_report report = sample_metal;

	(void)state;
	report.level = 1;
	report.layer = layers;
	report.platform.cloud = (struct vw_cloud){"aws", "c5.large,readonly=on", NULL};
	assert_passport(&report, "virtwhere:1;stack=unknown/kvm;cloud=aws");
	report.platform.cloud.instance_type = HOSTILE_LONG;
	assert_passport(&report, "virtwhere:1;stack=unknown/kvm;cloud=aws");
}

static void passport_keeps_to_its_length(void **state)
{
	static const char *const kind = "abcdefghijklmnopqrstuvw";
	struct vw_layer layers[VW_PASSPORT_LAYERS];
	struct vw_report report = sample_metal;
	char passport[VW_PASSPORT_MAX + 1];

	(void)state;
	for (size_t i = 0; i < VW_COUNT(layers); i++)
		layers[i] = (struct vw_layer){(int)i, kind, NULL, VW_DECLARED};
	report.layer = layers;
	report.layer_count = VW_PASSPORT_LAYERS - 1;
	report.level = VW_PASSPORT_LAYERS;
	report.platform.cloud = (struct vw_cloud){"aws", "c5.large", NULL};
	assert_int_equal(vwx_passport_format(&report, passport), 0);
	assert_true(strlen(passport) <= VW_PASSPORT_MAX);
	assert_has(passport, ";cloud=aws");
	assert_has_not(passport, ";type=");

	report.layer_count = VW_PASSPORT_LAYERS;
	assert_int_equal(vwx_passport_format(&report, passport), -EOVERFLOW);
}

static void passport_is_ready_to_use(void **state)
{
	static const char *const passport = "virtwhere:1;stack=nitro/kvm";
	const struct vwx_view view = {.compact = true};
	struct vwb_buffer out = {0};

	(void)state;
	assert_int_equal(vwx_passport_render(passport, VW_PASSPORT_RAW, &view, &out), 0);
	assert_string_equal(out.data, "virtwhere:1;stack=nitro/kvm\n");
	vwb_buffer_free(&out);
	assert_int_equal(vwx_passport_render(passport, VW_PASSPORT_QEMU, &view, &out), 0);
	assert_string_equal(out.data,
			    "-smbios 'type=11,value=virtwhere:1;stack=nitro/kvm'\n"
			    "-fw_cfg 'name=opt/virtwhere/passport,string=virtwhere:1;stack=nitro/kvm'\n");
	vwb_buffer_free(&out);
	assert_int_equal(vwx_passport_render(passport, VW_PASSPORT_LIBVIRT, &view, &out), 0);
	assert_has(out.data,
		   "<sysinfo type='smbios'>\n  <oemStrings>\n    <entry>virtwhere:1;stack=nitro/kvm</entry>");
	assert_has(out.data, "<entry name='opt/virtwhere/passport'>virtwhere:1;stack=nitro/kvm</entry>");
	vwb_buffer_free(&out);
	assert_int_equal(vwx_passport_render(passport, VW_PASSPORT_TEXT, &view, &out), 0);
	assert_has(out.data, "\n-fw_cfg 'name=");
	assert_has(out.data, "\n<sysinfo type='fwcfg'>\n");
	vwb_buffer_free(&out);
	assert_int_equal(vwx_passport_json_render(passport, &view, &out), 0);
	assert_has(out.data, "{\"passport\":\"virtwhere:1;stack=nitro/kvm\",\"qemu\":\"-smbios ");
	vwb_buffer_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buffer_grows),
		cmocka_unit_test(buffer_takes_a_format_longer_than_itself),
		cmocka_unit_test(buffer_remembers_its_failure),
		cmocka_unit_test(buffer_has_a_bound),
		cmocka_unit_test(buffer_grows_by_formats),
		cmocka_unit_test(buffer_tells_what_cannot_be_formatted),
		cmocka_unit_test(buffer_without_memory),
		cmocka_unit_test(text_says_it_on_one_screen),
		cmocka_unit_test(text_names_what_is_wrong),
		cmocka_unit_test(text_leaves_nothing_out_when_verbose),
		cmocka_unit_test(text_of_nothing_known),
		cmocka_unit_test(text_has_colour_only_when_asked),
		cmocka_unit_test(text_is_ascii_when_asked),
		cmocka_unit_test(nothing_hostile_reaches_the_terminal),
		cmocka_unit_test(explain_tells_each_piece),
		cmocka_unit_test(json_follows_the_contract),
		cmocka_unit_test(json_is_null_where_the_report_is),
		cmocka_unit_test(json_in_many_lines_by_default),
		cmocka_unit_test(json_refuses_what_is_not_utf8),
		cmocka_unit_test(json_fails_as_a_whole),
		cmocka_unit_test(failures_of_the_buffer_are_told),
		cmocka_unit_test(json_of_answers),
		cmocka_unit_test(words_are_listed),
		cmocka_unit_test(formats_are_found),
		cmocka_unit_test(every_platform_has_its_words),
		cmocka_unit_test(passport_is_what_its_reader_parses),
		cmocka_unit_test(passport_of_a_host_that_is_the_hypervisor),
		cmocka_unit_test(passport_tells_nothing_outside_its_grammar),
		cmocka_unit_test(passport_keeps_to_its_length),
		cmocka_unit_test(passport_is_ready_to_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "export/draw.h"
#include "export/export.h"
#include "export/file.h"
#include "tests/unit/sample_reports.h"

typedef int (*renderer)(const struct vw_report *, const struct vw_view *, struct vw_buffer *);

static char *render(renderer function, const struct vw_report *report, const struct vw_view *view)
{
	struct vw_buffer out = {0};

	assert_int_equal(function(report, view, &out), 0);
	return out.data ? out.data : calloc(1, 1);
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
	struct vw_buffer buffer = {0};

	(void)state;
	vw_put(&buffer, "");
	assert_string_equal(buffer.data, "");
	for (int i = 0; i < 5000; i++)
		vw_putf(&buffer, "%04d", i);
	vw_put_repeated(&buffer, "ab", 3);
	vw_put_bytes(&buffer, "xyz", 2);
	assert_int_equal(buffer.error, 0);
	assert_int_equal(buffer.size, 20000 + 8);
	assert_string_equal(buffer.data + 19996, "4999abababxy");
	vw_buffer_free(&buffer);
	assert_null(buffer.data);
}

static void buffer_takes_a_format_longer_than_itself(void **state)
{
	static char text[10000];
	struct vw_buffer buffer = {0};

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	vw_putf(&buffer, "<%s>", text);
	assert_int_equal(buffer.size, sizeof(text) + 1);
	assert_int_equal(buffer.data[buffer.size - 1], '>');
	vw_buffer_free(&buffer);
}

static void buffer_remembers_its_failure(void **state)
{
	struct vw_buffer buffer = {0};

	(void)state;
	vw_put(&buffer, "start");
	vw_put_repeated(&buffer, "0123456789abcdef", VW_BUFFER_MAX / 16);
	assert_int_equal(buffer.error, -E2BIG);
	vw_putf(&buffer, "%s", "later");
	vw_put(&buffer, "later");
	assert_null(strstr(buffer.data, "later"));
	assert_true(buffer.size <= VW_BUFFER_MAX);
	vw_buffer_free(&buffer);
	vw_put(&buffer, "again");
	assert_string_equal(buffer.data, "again");
	vw_buffer_free(&buffer);
}

/* --- file ------------------------------------------------------------------------------------------------
 */

struct folder {
	char path[64], file[96], link[96];
};

static int make_folder(void **state)
{
	struct folder *folder = calloc(1, sizeof(*folder));

	snprintf(folder->path, sizeof(folder->path), "/tmp/virtwhere-test-XXXXXX");
	if (!mkdtemp(folder->path))
		return -1;
	snprintf(folder->file, sizeof(folder->file), "%s/file", folder->path);
	snprintf(folder->link, sizeof(folder->link), "%s/link", folder->path);
	*state = folder;
	return 0;
}

static int remove_folder(void **state)
{
	struct folder *folder = *state;

	unlink(folder->file);
	unlink(folder->link);
	/* A temporary file that stayed behind makes this fail, and with it the test. */
	if (rmdir(folder->path) < 0)
		return -1;
	free(folder);
	return 0;
}

static void assert_holds(const char *path, const char *expected)
{
	char text[64] = "";
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	assert_int_equal(read(fd, text, sizeof(text) - 1), (int)strlen(expected));
	close(fd);
	assert_string_equal(text, expected);
}

static void file_is_written_and_replaced(void **state)
{
	struct folder *folder = *state;

	assert_int_equal(vw_write_file(folder->file, "one", 3), 0);
	assert_holds(folder->file, "one");
	assert_int_equal(vw_write_file(folder->file, "second", 6), 0);
	assert_holds(folder->file, "second");
}

static void file_behind_a_link_is_replaced(void **state)
{
	struct folder *folder = *state;
	struct stat st;

	assert_int_equal(vw_write_file(folder->file, "one", 3), 0);
	assert_int_equal(symlink("file", folder->link), 0);
	assert_int_equal(vw_write_file(folder->link, "two", 3), 0);
	assert_holds(folder->file, "two");
	assert_int_equal(lstat(folder->link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
}

static void file_that_is_no_file_stays_what_it_is(void **state)
{
	struct folder *folder = *state;
	struct stat st;

	assert_int_equal(vw_write_file(folder->path, "x", 1), -EISDIR);
	assert_int_equal(vw_write_file("/dev/null", "x", 1), 0);
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
	assert_int_equal(vw_write_file("/dev/full", "x", 1), -ENOSPC);
}

/* Who must not wait touches regular files only; a link is followed or replaced, as he wants. */
static void file_that_is_no_file_is_refused(void **state)
{
	struct folder *folder = *state;
	char fifo[128];
	struct stat st;

	snprintf(fifo, sizeof(fifo), "%s/fifo", folder->path);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(vw_replace_file(fifo, "x", 1, true), -EINVAL);
	assert_int_equal(symlink("fifo", folder->link), 0);
	assert_int_equal(vw_replace_file(folder->link, "x", 1, true), -EINVAL);
	assert_int_equal(vw_replace_file("/dev/null", "x", 1, false), -EINVAL);
	assert_int_equal(vw_replace_file(folder->path, "x", 1, false), -EISDIR);
	assert_int_equal(vw_replace_file(folder->link, "x", 1, false), 0);
	assert_int_equal(lstat(folder->link, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(lstat(fifo, &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	assert_int_equal(unlink(fifo), 0);
}

static void file_in_no_folder_fails(void **state)
{
	struct folder *folder = *state;
	char path[128];

	snprintf(path, sizeof(path), "%s/none/file", folder->path);
	assert_int_equal(vw_write_file(path, "x", 1), -ENOENT);
	snprintf(path, sizeof(path), "%s/file", folder->file);
	assert_int_equal(vw_write_file(folder->file, "x", 1), 0);
	assert_int_equal(vw_write_file(path, "x", 1), -ENOTDIR);
}

/* --- text ------------------------------------------------------------------------------------------------
 */

static void text_says_it_on_one_screen(void **state)
{
	const struct vw_view view = {0};
	struct vw_report report = sample_nitro;
	char *text;

	(void)state;
	report.finding_count = 0;
	report.conflict_count = 0;
	text = render(vw_render_text, &report, &view);
	assert_true(count_lines(text) <= 24);
	for (const char *line = text; line && *line; line = strchr(line, '\n') + 1) {
		char copy[512];

		snprintf(copy, sizeof(copy), "%.*s", (int)strcspn(line, "\n"), line);
		assert_true(vw_columns(copy) <= 80);
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
	const struct vw_view view = {.privileged = true};
	char *text = render(vw_render_text, &sample_nitro, &view);

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
	const struct vw_view view = {.verbose = true};
	char *text = render(vw_render_text, &sample_nitro, &view);

	(void)state;
	assert_has(text, "/proc/interrupts EIO");
	assert_has(text, "2.10.0g");
	free(text);
}

static void text_of_nothing_known(void **state)
{
	const struct vw_view view = {0};
	char *text = render(vw_render_text, &sample_empty, &view);

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
	const struct vw_view plain = {0}, colour = {.colour = true};
	char *text = render(vw_render_text, &sample_nitro, &plain);

	(void)state;
	assert_has_not(text, "\033");
	free(text);
	text = render(vw_render_text, &sample_nitro, &colour);
	assert_has(text, "\033[30;42m VH \033[0m");
	assert_has(text, "\033[97;44m P  \033[0m");
	assert_has(text, "\033[97;41m VS \033[0m");
	assert_has(text, "\033[2m -  \033[0m");
	free(text);
}

static void text_is_ascii_when_asked(void **state)
{
	const struct vw_view view = {.ascii = true};
	const struct vw_report *const reports[] = {&sample_nitro, &sample_hostile};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(reports); i++) {
		char *text = render(vw_render_text, reports[i], &view);

		for (const char *byte = text; *byte; byte++)
			assert_true(*byte == '\n' || (*byte >= ' ' && *byte <= '~'));
		free(text);
	}
}

static void nothing_hostile_reaches_the_terminal(void **state)
{
	static const char *const never[] = {"\033",     "\a",   "\r",          "\xe2\x80\xae",
					    "\xc2\x9b", "\xc0", "\xef\xbb\xbf"};
	const struct vw_view view = {.verbose = true};
	const renderer renderers[] = {vw_render_text, vw_render_explain};

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
	const struct vw_view view = {0};
	char *text = render(vw_render_explain, &sample_nitro, &view);

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
	const struct vw_view view = {.compact = true, .captured = "2026-01-02T03:04:05Z"};
	char *text = render(vw_render_json, &sample_nitro, &view);

	(void)state;
	assert_int_equal(count_lines(text), 1);
	assert_true(vw_starts_with(text,
				   "{\"schema\":\"virtwhere.report/1\",\"version\":\"" VW_VERSION
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
	const struct vw_view view = {.compact = true, .captured = "2026-01-02T03:04:05Z"};
	char *text = render(vw_render_json, &sample_empty, &view);

	(void)state;
	assert_has(text, "\"captured\":null");
	assert_has(text, "\"vmm\":null,\"mode\":null,\"row\":null");
	assert_has(text, "\"can_host\":null,\"extension\":null,\"features\":[],\"kvm\":null,\"hint\":null");
	free(text);
}

static void json_in_many_lines_by_default(void **state)
{
	const struct vw_view view = {0};
	char *text = render(vw_render_json, &sample_metal, &view);

	(void)state;
	assert_true(vw_starts_with(text, "{\n  \"schema\": \"virtwhere.report/1\",\n"));
	assert_true(vw_ends_with(text, "}\n"));
	free(text);
}

static void json_refuses_what_is_not_utf8(void **state)
{
	const struct vw_view view = {0};
	struct vw_buffer out = {0};

	(void)state;
	assert_int_equal(vw_render_json(&sample_hostile, &view, &out), -EBADMSG);
	vw_buffer_free(&out);
}

static void json_of_answers(void **state)
{
	const struct vw_answer answers[] = {{"vm", VW_YES}, {"nested", VW_UNKNOWN}, {"metal", VW_NO}};
	const struct vw_view view = {.compact = true};
	struct vw_buffer out = {0};

	(void)state;
	assert_int_equal(vw_render_answers(answers, 3, VW_NO, &view, &out), 0);
	assert_string_equal(out.data,
			    "{\"holds\":false,\"words\":[{\"word\":\"vm\",\"holds\":true},"
			    "{\"word\":\"nested\",\"holds\":null},{\"word\":\"metal\",\"holds\":false}]}\n");
	vw_buffer_free(&out);
	assert_int_equal(vw_render_recorded("a \"b\"", true, &view, &out), 0);
	assert_string_equal(out.data, "{\"snapshot\":\"a \\\"b\\\"\",\"with_ids\":true}\n");
	vw_buffer_free(&out);
}

static void words_are_listed(void **state)
{
	const struct vw_word one = {"xen", "Xen", NULL}, two = {"nitro", NULL, NULL};
	const struct vw_word *const words[] = {&one, &two};
	const struct vw_view view = {.compact = true};
	struct vw_buffer out = {0};

	(void)state;
	assert_int_equal(vw_render_words(words, 2, &view, &out), 0);
	assert_string_equal(out.data, "xen    Xen\nnitro\n");
	vw_buffer_free(&out);
	assert_int_equal(vw_render_words_json("some", words, 2, &view, &out), 0);
	assert_string_equal(out.data, "{\"list\":\"some\",\"words\":[{\"word\":\"xen\",\"meaning\":\"Xen\"},"
				      "{\"word\":\"nitro\",\"meaning\":null}]}\n");
	vw_buffer_free(&out);
}

static void formats_are_found(void **state)
{
	const struct vw_format *format;

	(void)state;
	for (size_t i = 0; (format = vw_format_at(i)); i++)
		assert_ptr_equal(vw_format_find(format->name), format);
	assert_string_equal(vw_format_at(0)->name, "text");
	assert_null(vw_format_find("yaml"));
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
	const struct vw_view view = {0};
	char *text = render(vw_render_systemd_words, report, &view);

	assert_string_equal(text, systemd);
	free(text);
	text = render(vw_render_virt_what_words, report, &view);
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

static void clouds_and_containers_have_their_words(void **state)
{
	struct vw_facts power = {.arch = "ppc64le", .power.lparcfg = {VW_VALUE, 1, "/proc/ppc64/lparcfg"}};
	struct vw_facts mainframe = {.arch = "s390x"};
	struct vw_facts libvirt = {.container.manager = {VW_VALUE, "lxc-libvirt", "/run/systemd/container"}};
	struct vw_report report = sample_empty;

	(void)state;
	assert_words(&sample_nitro, "docker\n", "kvm\ndocker\naws\n");

	report.platform.id = "xen-pvhvm";
	report.platform.cloud.provider = "aws";
	assert_words(&report, "xen\n", "xen\nxen-hvm\naws\n");

	report.platform.id = "kvm";
	report.platform.cloud.provider = "gcp";
	assert_words(&report, "google\n", "google_cloud\nkvm\n");
	report.platform.cloud.provider = "alibaba";
	report.platform.container = "crio";
	assert_words(&report, "container-other\n", "alibaba_cloud\nkvm\n");
	report.platform.cloud.provider = NULL;
	report.platform.container = "lxd";
	assert_words(&report, "lxc\n", "lxc\nkvm\n");
	report.platform.container = "lxc";
	assert_words(&report, "lxc\n", "lxc\nkvm\n");
	report.facts = &libvirt;
	assert_words(&report, "lxc-libvirt\n", "lxc\nkvm\n");
	report.facts = sample_empty.facts;
	report.platform.container = NULL;
	report.platform.vmm = "ahv";
	assert_words(&report, "kvm\n", "nutanix_ahv\nkvm\n");

	report.platform.vmm = "kvmtool";
	assert_words(&report, "kvm\n", "lkvm\n");

	report.platform.vmm = NULL;
	report.facts = &mainframe;
	assert_words(&report, "kvm\n", "ibm_systemz\nibm_systemz-kvm\nkvm\n");

	report.platform.id = "powervm";
	report.facts = &power;
	assert_words(&report, "powervm\n", "ibm_power-lpar_dedicated\n");
	power.power.shared_processor = (struct vw_text){VW_VALUE, "1", "/proc/ppc64/lparcfg"};
	assert_words(&report, "powervm\n", "ibm_power-lpar_shared\n");
}

/* --- passport --------------------------------------------------------------------------------------------
 */

static void assert_passport(const struct vw_report *report, const char *expected)
{
	struct vw_passport parsed;
	char passport[VW_PASSPORT_MAX + 1];

	assert_int_equal(vw_passport_format(report, passport), 0);
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
	assert_int_equal(vw_passport_format(&report, passport), 0);
	assert_true(strlen(passport) <= VW_PASSPORT_MAX);
	assert_has(passport, ";cloud=aws");
	assert_has_not(passport, ";type=");

	report.layer_count = VW_PASSPORT_LAYERS;
	assert_int_equal(vw_passport_format(&report, passport), -EOVERFLOW);
}

static void passport_is_ready_to_use(void **state)
{
	static const char *const passport = "virtwhere:1;stack=nitro/kvm";
	const struct vw_view view = {.compact = true};
	struct vw_buffer out = {0};

	(void)state;
	assert_int_equal(vw_render_passport(passport, VW_PASSPORT_RAW, &view, &out), 0);
	assert_string_equal(out.data, "virtwhere:1;stack=nitro/kvm\n");
	vw_buffer_free(&out);
	assert_int_equal(vw_render_passport(passport, VW_PASSPORT_QEMU, &view, &out), 0);
	assert_string_equal(out.data,
			    "-smbios 'type=11,value=virtwhere:1;stack=nitro/kvm'\n"
			    "-fw_cfg 'name=opt/virtwhere/passport,string=virtwhere:1;stack=nitro/kvm'\n");
	vw_buffer_free(&out);
	assert_int_equal(vw_render_passport(passport, VW_PASSPORT_LIBVIRT, &view, &out), 0);
	assert_has(out.data,
		   "<sysinfo type='smbios'>\n  <oemStrings>\n    <entry>virtwhere:1;stack=nitro/kvm</entry>");
	assert_has(out.data, "<entry name='opt/virtwhere/passport'>virtwhere:1;stack=nitro/kvm</entry>");
	vw_buffer_free(&out);
	assert_int_equal(vw_render_passport(passport, VW_PASSPORT_TEXT, &view, &out), 0);
	assert_has(out.data, "\n-fw_cfg 'name=");
	assert_has(out.data, "\n<sysinfo type='fwcfg'>\n");
	vw_buffer_free(&out);
	assert_int_equal(vw_render_passport_json(passport, &view, &out), 0);
	assert_has(out.data, "{\"passport\":\"virtwhere:1;stack=nitro/kvm\",\"qemu\":\"-smbios ");
	vw_buffer_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buffer_grows),
		cmocka_unit_test(buffer_takes_a_format_longer_than_itself),
		cmocka_unit_test(buffer_remembers_its_failure),
		cmocka_unit_test_setup_teardown(file_is_written_and_replaced, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(file_behind_a_link_is_replaced, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(file_that_is_no_file_stays_what_it_is, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(file_that_is_no_file_is_refused, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(file_in_no_folder_fails, make_folder, remove_folder),
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
		cmocka_unit_test(json_of_answers),
		cmocka_unit_test(words_are_listed),
		cmocka_unit_test(formats_are_found),
		cmocka_unit_test(every_platform_has_its_words),
		cmocka_unit_test(clouds_and_containers_have_their_words),
		cmocka_unit_test(passport_is_what_its_reader_parses),
		cmocka_unit_test(passport_of_a_host_that_is_the_hypervisor),
		cmocka_unit_test(passport_tells_nothing_outside_its_grammar),
		cmocka_unit_test(passport_keeps_to_its_length),
		cmocka_unit_test(passport_is_ready_to_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

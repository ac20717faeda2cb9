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

#include "detect/checks.h"
#include "export/draw.h"
#include "export/html.h"
#include "export/phrases.h"
#include "export/preflight.h"
#include "tests/unit/contains.h"
#include "tests/unit/sample_reports.h"

/* The tables of export/, each row of them, and both sides of each bound that drawing has. */

static char *text_of(const struct vw_report *report, const struct vwx_view *view)
{
	struct vwb_buffer out = {0};

	assert_int_equal(vwx_text_render(report, view, &out), 0);
	return out.data;
}

/* Checks. */

static void put_string(struct vwb_buffer *out, const char *lead, const char *text)
{
	vwb_put(out, lead);
	if (!text) {
		vwb_put(out, "null");
		return;
	}
	vwb_put(out, "\"");
	for (; *text; text++) {
		vwb_put(out, *text == '"' || *text == '\\' ? "\\" : "");
		vwb_put_bytes(out, text, 1);
	}
	vwb_put(out, "\"");
}

static void each_check_is_listed(void **state)
{
	const struct vwx_view view = {.columns = 1000}, narrow = {.columns = 60},
			      colour = {.columns = 1000, .colour = true};
	const struct vw_check_word *check;
	struct vwb_buffer out = {0}, wanted = {0};

	(void)state;
	for (size_t i = 0; (check = vw_check_at(i)); i++)
		vwb_putf(&wanted, "%-8s%-10s%s\n", check->id, vw_severity_word(check->severity),
			 check->title);
	assert_int_equal(vwx_checks_render(&view, &out), 0);
	assert_string_equal(out.data, wanted.data);
	vwb_buffer_free(&out);

	assert_int_equal(vwx_checks_render(&narrow, &out), 0);
	assert_has(out.data, "\n                  "); /* titles go on below themselves */
	vwb_buffer_free(&out);
	vwb_buffer_free(&wanted);
	vwb_putf(&wanted, "\033[1m%s\033[0m  %-10s%s\n", vw_check_at(0)->id,
		 vw_severity_word(vw_check_at(0)->severity), vw_check_at(0)->title);
	assert_int_equal(vwx_checks_render(&colour, &out), 0);
	assert_true(vwb_text_starts(out.data, wanted.data));
	vwb_buffer_free(&out);
	vwb_buffer_free(&wanted);
}

static void each_check_is_listed_as_json(void **state)
{
	const struct vwx_view view = {.compact = true};
	struct vwb_buffer out = {0}, wanted = {0};
	const struct vw_check_word *check;

	(void)state;
	vwb_put(&wanted, "{\"list\":\"checks\",\"checks\":[");
	for (size_t i = 0; (check = vw_check_at(i)); i++) {
		const char *before = "";

		put_string(&wanted, i ? ",{\"id\":" : "{\"id\":", check->id);
		put_string(&wanted, ",\"severity\":", vw_severity_word(check->severity));
		put_string(&wanted, ",\"title\":", check->title);
		vwb_put(&wanted, ",\"targets\":[");
		for (unsigned bit = 0; bit < VW_TARGETS; bit++)
			if (check->targets & 1U << bit) {
				put_string(&wanted, before, vw_target_word(1U << bit));
				before = ",";
			}
		put_string(&wanted, "],\"remedy\":", check->remedy);
		put_string(&wanted, ",\"reference\":", check->reference);
		vwb_put(&wanted, "}");
	}
	vwb_put(&wanted, "]}\n");
	assert_int_equal(vwx_checks_json_render(&view, &out), 0);
	assert_string_equal(out.data, wanted.data);
	vwb_buffer_free(&out);
	vwb_buffer_free(&wanted);
}

/* Formats. */

static void formats_are_what_they_say(void **state)
{
	static const struct {
		const char *name, *media_type;
		bool whole;
		int (*render)(const struct vw_report *, const struct vwx_view *, struct vwb_buffer *);
	} rows[] = {
		{"text", "text/plain; charset=utf-8", false, vwx_text_render},
		{"json", "application/json", false, vwx_json_render},
		{"html", "text/html; charset=utf-8", true, vwx_html_render},
		{"systemd-detect-virt", "text/plain; charset=us-ascii", false, vwx_systemd_words_render},
		{"virt-what", "text/plain; charset=us-ascii", false, vwx_virt_what_words_render},
	};
	static const struct {
		const char *name, *media_type;
		int (*render)(const struct vw_preflight *, const struct vwx_view *, struct vwb_buffer *);
	} of_preflight[] = {
		{"text", "text/plain; charset=utf-8", vwx_preflight_text_render},
		{"json", "application/json", vwx_preflight_json_render},
		{"junit", "application/xml", vwx_preflight_junit_render},
		{"tap", "text/plain; charset=utf-8", vwx_preflight_tap_render},
		{"sarif", "application/sarif+json", vwx_preflight_sarif_render},
		{"github", "text/plain; charset=utf-8", vwx_preflight_github_render},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		const struct vwx_format *format = vwx_format_at(i);

		assert_string_equal(format->name, rows[i].name);
		assert_string_equal(format->media_type, rows[i].media_type);
		assert_int_equal(format->whole, rows[i].whole);
		assert_ptr_equal(format->render, rows[i].render);
		assert_ptr_equal(vwx_format_find(rows[i].name), format);
		assert_true(strlen(format->meaning) > 10);
	}
	assert_null(vwx_format_at(VW_COUNT(rows)));
	for (size_t i = 0; i < VW_COUNT(of_preflight); i++) {
		const struct vwx_preflight_format *format = vwx_preflight_format_at(i);

		assert_string_equal(format->name, of_preflight[i].name);
		assert_string_equal(format->media_type, of_preflight[i].media_type);
		assert_ptr_equal(format->render, of_preflight[i].render);
		assert_ptr_equal(vwx_preflight_format_find(of_preflight[i].name), format);
		assert_true(strlen(format->meaning) > 5);
	}
	assert_null(vwx_preflight_format_at(VW_COUNT(of_preflight)));
}

/* Phrases. */

static void states_of_kvm_have_phrases(void **state)
{
	(void)state;
	assert_string_equal(vwx_kvm_phrase("usable"), "/dev/kvm is usable");
	assert_string_equal(vwx_kvm_phrase("denied"), "no right to use /dev/kvm");
	assert_string_equal(vwx_kvm_phrase("no-device"), "KVM is loaded, without /dev/kvm");
	assert_string_equal(vwx_kvm_phrase("not-loaded"), "KVM is not loaded");
	assert_string_equal(vwx_kvm_phrase("of-tomorrow"), "of-tomorrow");
	assert_string_equal(vwx_word_phrase("clouds", "aws"), "Amazon EC2");
	assert_string_equal(vwx_word_phrase("clouds", "of-tomorrow"), "of-tomorrow");
	assert_string_equal(vwx_word_phrase("of-tomorrow", "aws"), "aws");
}

/* What each source that was denied would add. Only what was denied counts, and each gain counts once. */
static void each_denied_source_has_its_gain(void **state)
{
	static const struct {
		const char *source, *gain;
	} rows[] = {
		{"/sys/firmware/dmi/tables/DMI", "the SMBIOS virtual-machine bit"},
		{"/sys/firmware/acpi/tables/FACP", "the firmware's ACPI ids"},
		{"/sys/firmware/qemu_fw_cfg", "the passport"},
		{"/sys/firmware/qemu_fw_cfg/by_name/opt", "the passport"},
		{"/sys/class/dmi/id/product_uuid", "the machine's ids"},
		{"/sys/hypervisor/uuid", "Xen's properties"},
		{"/proc/1/environ", "the container manager's mark"},
		{"/proc/xen/capabilities", "Xen's privileges"},
		{"/dev/cpu/0/msr", "AMD SEV's status"},
		{"/dev/kvm", "whether KVM is usable"},
		{"/proc/interrupts", NULL},
		{"/sys/class/dmi/id/board_serial", NULL},
		{"/proc/10/environ", NULL},
	};
	static const struct {
		const char *error;
		bool denied;
	} errors[] = {{"EACCES", true}, {"EPERM", true}, {"EIO", false}, {"ENOENT", false}};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++)
		for (size_t k = 0; k < VW_COUNT(errors); k++) {
			const struct vw_unread unread[] = {{rows[i].source, errors[k].error},
							   {rows[i].source, errors[k].error}};
			const struct vw_facts facts = {.unread_count = 2, .unread = unread};
			size_t cursor = 0;

			assert_int_equal(vwx_unread_was_denied(unread), errors[k].denied);
			if (errors[k].denied && rows[i].gain)
				assert_string_equal(vwx_gain_next(&facts, &cursor), rows[i].gain);
			assert_null(vwx_gain_next(&facts, &cursor));
		}
}

/* Each finding is in one group, which says how it is told. */
static void each_finding_has_its_group(void **state)
{
	static const struct {
		enum vw_status status;
		const char *word[4]; /* by severity */
		enum vwx_ink ink[4];
	} rows[] = {
		{VW_FAIL, {NULL, "advice", "degraded", "fatal"}, {0, VW_INK_PLAIN, VW_INK_WARN, VW_INK_BAD}},
		{VW_WARN, {NULL, "warn", "warn", "warn"}, {0, VW_INK_WARN, VW_INK_WARN, VW_INK_WARN}},
		{VW_STATUS_UNKNOWN,
		 {NULL, "unknown", "unknown", "unknown"},
		 {0, VW_INK_WARN, VW_INK_WARN, VW_INK_WARN}},
		{VW_SKIP, {NULL, "skip", "skip", "skip"}, {0, VW_INK_DIM, VW_INK_DIM, VW_INK_DIM}},
		{VW_PASS, {NULL, "pass", "pass", "pass"}, {0, VW_INK_GOOD, VW_INK_GOOD, VW_INK_GOOD}},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++)
		for (int severity = VW_ADVICE; severity <= VW_FATAL; severity++) {
			const struct vw_finding finding = {
				"ABC001", rows[i].status, (enum vw_severity)severity, "s", "m", NULL, NULL,
				NULL};
			const struct vwx_finding_group *group, *found = NULL;

			for (size_t k = 0; (group = vwx_finding_group_at(k)); k++)
				if (vwx_finding_belongs(&finding, group)) {
					assert_null(found);
					found = group;
				}
			assert_non_null(found);
			assert_string_equal(found->word, rows[i].word[severity]);
			assert_int_equal(found->ink, rows[i].ink[severity]);
		}
	assert_non_null(vwx_finding_group_at(6));
	assert_null(vwx_finding_group_at(7));
}

static void levels_are_numbered_from_the_hardware(void **state)
{
	static const struct vw_layer layers[] = {{0, "metal", "Server", VW_OBSERVED},
						 {0, "xen", "Xen", VW_OBSERVED},
						 {1, "linux", "Linux", VW_OBSERVED},
						 {1, "docker", "Docker", VW_OBSERVED}};
	static const struct vw_layer alone[] = {{0, "docker", "Docker", VW_OBSERVED}};
	struct vw_report report = sample_full;
	char label[VW_LEVEL_SIZE];

	(void)state;
	report.layer = layers;
	report.layer_count = 4;
	assert_ptr_equal(vwx_kernel_layer(&report), &layers[2]);
	vwx_level_label(&report, &layers[0], label);
	assert_string_equal(label, "L0");
	vwx_level_label(&report, &layers[2], label);
	assert_string_equal(label, "L1");
	vwx_level_label(&report, &layers[3], label);
	assert_string_equal(label, "");
	report.layer = alone;
	report.layer_count = 1;
	assert_ptr_equal(vwx_kernel_layer(&report), alone);
	report.layer_count = 0;
	assert_null(vwx_kernel_layer(&report));
}

/* Words of older tools. */

static void assert_words(const struct vw_report *report, const char *systemd, const char *virt_what)
{
	const struct vwx_view view = {0};
	struct vwb_buffer out = {0};

	assert_int_equal(vwx_systemd_words_render(report, &view, &out), 0);
	assert_string_equal(out.data ? out.data : "", systemd);
	vwb_buffer_free(&out);
	assert_int_equal(vwx_virt_what_words_render(report, &view, &out), 0);
	assert_string_equal(out.data ? out.data : "", virt_what);
	vwb_buffer_free(&out);
}

static void every_container_has_its_words(void **state)
{
	static const struct {
		const char *container, *systemd, *virt_what;
	} rows[] = {
		{"docker", "docker\n", "docker\n"},
		{"podman", "podman\n", "podman\n"},
		{"lxc", "lxc\n", "lxc\n"},
		{"lxd", "lxc\n", "lxc\n"},
		{"crio", "container-other\n", ""},
		{"oci", "container-other\n", ""},
		{"systemd-nspawn", "systemd-nspawn\n", ""},
		{"openvz", "openvz\n", "openvz\n"},
		{"linux-vserver", "container-other\n", "linux_vserver\nlinux_vserver-guest\n"},
		{"wsl", "wsl\n", ""},
		{"illumos-lx", "container-other\n", "illumos-lx\n"},
		{"rkt", "rkt\n", ""},
		{"proot", "proot\n", ""},
		{"pouch", "pouch\n", ""},
		{"kubernetes", "container-other\n", ""},
		{"ecs", "container-other\n", ""},
		{"buildkit", "container-other\n", ""},
		{"flatpak", "container-other\n", ""},
		{"firejail", "container-other\n", ""},
		{"apptainer", "container-other\n", ""},
		{"charliecloud", "container-other\n", ""},
		{"gvisor", "container-other\n", ""},
		{"kata", "container-other\n", ""},
		{"container-other", "container-other\n", ""},
	};
	const struct vw_word *word;

	(void)state;
	for (size_t i = 0; (word = vw_word_at("containers", i)); i++) {
		struct vw_report report = sample_empty;

		assert_true(i < VW_COUNT(rows));
		assert_string_equal(word->word, rows[i].container);
		report.platform.container = word->word;
		assert_words(&report, rows[i].systemd, rows[i].virt_what);
	}
}

/* The order of virt-what's script, whatever of it holds. */
static void words_of_virt_what_have_an_order(void **state)
{
	(void)state;
	assert_words(&sample_nitro, "docker\n", "kvm\ndocker\naws\n");
}

/* What the cloud, the monitor, the architecture and the partition add. */
static void other_words_of_virt_what(void **state)
{
	static const struct {
		const char *platform, *cloud, *vmm, *arch;
		struct vw_number lparcfg;
		struct vw_text shared;
		const char *systemd, *virt_what;
	} rows[] = {
		{"kvm", "gcp", NULL, "x86_64", {0}, {0}, "google\n", "google_cloud\nkvm\n"},
		{"kvm", "alibaba", NULL, "x86_64", {0}, {0}, "kvm\n", "alibaba_cloud\nkvm\n"},
		{"kvm", "aws", NULL, "x86_64", {0}, {0}, "kvm\n", "kvm\naws\n"},
		{"kvm", "azure", NULL, "x86_64", {0}, {0}, "kvm\n", "kvm\n"},
		{"xen-hvm", "gcp", NULL, "x86_64", {0}, {0}, "xen\n", "google_cloud\nxen\nxen-hvm\n"},
		{"kvm", NULL, "ahv", "x86_64", {0}, {0}, "kvm\n", "nutanix_ahv\nkvm\n"},
		{"kvm", NULL, "rhev", "x86_64", {0}, {0}, "kvm\n", "rhev\nkvm\n"},
		{"kvm", NULL, "kvmtool", "x86_64", {0}, {0}, "kvm\n", "lkvm\n"},
		{"kvm", NULL, "qemu", "x86_64", {0}, {0}, "kvm\n", "kvm\n"},
		{"kvm", NULL, NULL, "ppc64", {0}, {0}, "kvm\n", "kvm\nibm_power-kvm\n"},
		{"kvm", NULL, NULL, "ppc64le", {0}, {0}, "kvm\n", "kvm\nibm_power-kvm\n"},
		{"kvm", NULL, NULL, "ppc", {0}, {0}, "kvm\n", "kvm\n"},
		{"kvm", NULL, NULL, "s390x", {0}, {0}, "kvm\n", "ibm_systemz\nibm_systemz-kvm\nkvm\n"},
		{"zvm", NULL, NULL, "s390x", {0}, {0}, "zvm\n", "ibm_systemz\nibm_systemz-zvm\n"},
		{"lpar", NULL, NULL, "s390x", {0}, {0}, "none\n", "ibm_systemz\nibm_systemz-lpar\n"},
		{"powervm",
		 NULL,
		 NULL,
		 "ppc64le",
		 {VW_VALUE, 1, "x"},
		 {VW_VALUE, "1", "x"},
		 "powervm\n",
		 "ibm_power-lpar_shared\n"},
		{"powervm",
		 NULL,
		 NULL,
		 "ppc64le",
		 {VW_VALUE, 1, "x"},
		 {VW_VALUE, "0", "x"},
		 "powervm\n",
		 "ibm_power-lpar_dedicated\n"},
		{"powervm",
		 NULL,
		 NULL,
		 "ppc64le",
		 {VW_VALUE, 1, "x"},
		 {VW_DENIED, "1", "x"},
		 "powervm\n",
		 "ibm_power-lpar_dedicated\n"},
		{"powervm", NULL, NULL, "ppc64le", {VW_ABSENT, 0, "x"}, {0}, "powervm\n", ""},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		const struct vw_facts facts = {.arch = rows[i].arch,
					       .power.lparcfg = rows[i].lparcfg,
					       .power.shared_processor = rows[i].shared};
		struct vw_report report = sample_empty;

		report.facts = &facts;
		report.platform.id = rows[i].platform;
		report.platform.cloud.provider = rows[i].cloud;
		report.platform.vmm = rows[i].vmm;
		assert_words(&report, rows[i].systemd, rows[i].virt_what);
	}
}

/* LXC as libvirt starts it is told by either of the two marks, and in LXC only. */
static void lxc_of_libvirt(void **state)
{
	static const struct vw_facts pid1 = {.container.pid1_container = {VW_VALUE, "lxc-libvirt", "x"}};
	static const struct vw_facts manager = {.container.manager = {VW_VALUE, "lxc-libvirt", "x"}};
	static const struct vw_facts other = {.container.manager = {VW_VALUE, "lxc", "x"}};
	struct vw_report report = sample_empty;

	(void)state;
	report.platform.container = "lxc";
	report.facts = &pid1;
	assert_words(&report, "lxc-libvirt\n", "lxc\n");
	report.facts = &manager;
	assert_words(&report, "lxc-libvirt\n", "lxc\n");
	report.facts = &other;
	assert_words(&report, "lxc\n", "lxc\n");
	report.facts = &pid1;
	report.platform.container = "docker";
	assert_words(&report, "docker\n", "docker\n");
}

/* Bounds of a screen. */

static struct vw_report many(size_t findings, size_t conflicts, size_t unread, struct vw_facts *facts)
{
	static struct vw_finding finding[8];
	static const struct vw_conflict conflict[8] = {
		{{0, 1}, "clash"}, {{0, 1}, "clash"}, {{0, 1}, "clash"}, {{0, 1}, "clash"}};
	static const struct vw_unread source[8] = {
		{"/a", "EIO"}, {"/b", "EIO"}, {"/c", "EIO"}, {"/d", "EIO"}};
	struct vw_report report = sample_full;

	for (size_t i = 0; i < VW_COUNT(finding); i++)
		finding[i] = (struct vw_finding){
			"ABC001", i ? VW_FAIL : VW_PASS, VW_FATAL, "s", "m", NULL, NULL, NULL};
	*facts = sample_full_facts;
	facts->unread = source;
	facts->unread_count = unread;
	report.facts = facts;
	report.finding = finding;
	report.finding_count = findings + 1; /* the first one passes */
	report.conflict = conflict;
	report.conflict_count = conflicts;
	return report;
}

static void what_does_not_fit_a_screen_is_counted(void **state)
{
	static const struct {
		size_t findings, conflicts, unread;
		const char *has[2], *has_not;
	} rows[] = {
		{0, 0, 0, {"Can host guests"}, "more"},
		{0, 0, 0, {"Can host guests"}, "Conflict"},
		{0, 0, 0, {"Can host guests"}, "Not readable"},
		{0, 0, 0, {"Can host guests"}, "ABC001"},
		{5,
		 3,
		 2,
		 {"  Not readable          2: /a EIO, /b EIO\n", "  Conflict              clash\n"},
		 "more"},
		{6, 0, 0, {"                        and 1 more\n"}, "Conflict"},
		{0, 4, 0, {"  Conflict              clash and 1 more\n"}, "ABC001"},
		{0, 0, 3, {"  Not readable          3: /a EIO, /b EIO and 1 more\n"}, "/c"},
		{0, 0, 1, {"  Not readable          1: /a EIO\n"}, ","},
	};
	const struct vwx_view view = {0};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct vw_facts facts;
		struct vw_report report = many(rows[i].findings, rows[i].conflicts, rows[i].unread, &facts);
		const char *text = text_of(&report, &view), *rest = strstr(text, "  Can host guests");

		assert_has(text, rows[i].has[0]);
		if (rows[i].has[1])
			assert_has(text, rows[i].has[1]);
		rest = strchr(rest, '\n') + 1; /* what stands before is the same in all */
		rest = strchr(rest, '\n') + 1;
		assert_has_not(rest, rows[i].has_not);
		free((char *)text);
	}
}

/* Up to two layers have lines between them; a box is as wide as the longest name, and as the paper lets it
 * be. */
static void boxes_of_layers(void **state)
{
	static const struct vw_layer layers[] = {{0, "kvm", "123456789012345678901", VW_OBSERVED},
						 {1, "linux", "Linux", VW_OBSERVED},
						 {1, "docker", NULL, VW_OBSERVED}};
	const struct vwx_view view = {.ascii = true};
	struct vw_report report = sample_full;
	char *text;

	(void)state;
	report.layer = layers;
	report.layer_count = 3;
	text = text_of(&report, &view);
	assert_has(text,
		   "        +------------------------+\n        | docker                 | observed\n    L1  "
		   "| Linux "
		   "                 | this kernel\n    L0  | 123456789012345678901  | observed\n        "
		   "+------------------------+\n");
	free(text);
	report.layer_count = 2;
	text = text_of(&report, &view);
	assert_has(text, "| this kernel\n        +------------------------+\n    L0  |");
	free(text);
	report.layer_count = 0;
	text = text_of(&report, &view);
	assert_has_not(text, "|");
	free(text);
}

/* A text of a dimension may take two lines, and is cut to one when it needs more. */
static void texts_of_dimensions_are_cut(void **state)
{
	enum { ROOM = 80 - 29 };
	const struct vwx_view view = {.ascii = true};
	struct vw_report report = sample_full;
	char with[2 * ROOM + 2], wanted[128];

	(void)state;
	report.dimension[VW_NETWORK].with = with;
	for (size_t size = ROOM - 1; size <= 2 * ROOM; size++) {
		char *text, *line;

		for (size_t i = 0; i < size; i++)
			with[i] = i % 5 == 4 && i + 1 < size ? ' ' : 'w';
		with[size] = '\0';
		text = text_of(&report, &view);
		line = strstr(text, "  Network               P    ") +
		       strlen("  Network               P    ");
		if (size <= ROOM) {
			snprintf(wanted, sizeof(wanted), "%s\n", with);
			assert_true(vwb_text_starts(line, wanted));
		} else if (size < 2 * ROOM) {
			assert_null(memchr(line, '~', strcspn(line, "\n")));
			assert_true(
				vwb_text_starts(strchr(line, '\n') + 1, "                             w"));
		} else {
			snprintf(wanted, sizeof(wanted), "%.*s~\n", ROOM - 1, with);
			assert_true(vwb_text_starts(line, wanted));
		}
		free(text);
	}
}

/* Drawing. */

static void canvas_has_forty_columns_at_the_least(void **state)
{
	static const struct {
		unsigned asked, got;
	} rows[] = {{0, 80}, {1, 40}, {39, 40}, {40, 40}, {41, 41}, {200, 200}};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		const struct vwx_view view = {.columns = rows[i].asked};
		struct vwb_buffer out = {0};

		assert_int_equal(vwx_canvas(&view, &out).columns, rows[i].got);
	}
}

/* The first and last code point of each length, and what is none. RFC 3629. */
static void code_points_are_read_as_utf8_has_them(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		uint32_t point;
	} rows[] = {
		{"", 1, 0},
		{"\x7f", 1, 0x7F},
		{"\xc2\x80", 2, 0x80},
		{"\xdf\xbf", 2, 0x7FF},
		{"\xe0\xa0\x80", 3, 0x800},
		{"\xed\x9f\xbf", 3, 0xD7FF},
		{"\xee\x80\x80", 3, 0xE000},
		{"\xef\xbf\xbf", 3, 0xFFFF},
		{"\xf0\x90\x80\x80", 4, 0x10000},
		{"\xf4\x8f\xbf\xbf", 4, 0x10FFFF},
		{"\x80", 1, 0},
		{"\xbf", 1, 0},
		{"\xc0\x80", 1, 0},
		{"\xc1\xbf", 1, 0},
		{"\xe0\x9f\xbf", 1, 0},
		{"\xed\xa0\x80", 1, 0},
		{"\xed\xbf\xbf", 1, 0},
		{"\xf0\x8f\xbf\xbf", 1, 0},
		{"\xf4\x90\x80\x80", 1, 0},
		{"\xf8\x88\x80\x80\x80", 1, 0},
		{"\xff", 1, 0},
		{"\xc3", 1, 0},
		{"\xc3(", 1, 0},
		{"\xe2\x82", 1, 0},
		{"\xe2\x82(", 1, 0},
		{"\xf0\x9f\x98", 1, 0},
		{"\xf0\x9f\x98\xc0", 1, 0},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		uint32_t point = 1;

		assert_int_equal(vwx_point_next(rows[i].bytes, &point), rows[i].length);
		assert_int_equal(point, rows[i].point);
	}
	assert_int_equal(vwx_columns(""), 0);
	assert_int_equal(vwx_columns("a\xc3\xa9\xe2\x82\xac\xff"), 4);
}

/* Both ends of each range of code points that a terminal obeys, and their neighbours. */
static void code_points_that_a_terminal_obeys(void **state)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{0x0000, 0x001F}, {0x007F, 0x009F}, {0x061C, 0x061C}, {0x200B, 0x200F}, {0x2028, 0x202E},
		{0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xFFFE, 0xFFFF}, {0xE0000, 0xE0FFF},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(ranges); i++) {
		assert_true(vwx_point_obeyed(ranges[i].first));
		assert_true(vwx_point_obeyed(ranges[i].last));
		if (ranges[i].first)
			assert_false(vwx_point_obeyed(ranges[i].first - 1));
		assert_false(vwx_point_obeyed(ranges[i].last + 1));
	}
}

static void words_are_broken_between_lines(void **state)
{
	static const struct {
		const char *text, *drawn;
	} rows[] = {
		{"", ""},
		{"   ", ""},
		{"  a   b  ", "a b"},
		/* 2 columns are kept for what may follow */
		{"1234567890123456789 123456789012345678", "1234567890123456789 123456789012345678"},
		{"1234567890123456789 1234567890123456789", "1234567890123456789\n1234567890123456789"},
		{"1234567890123456789012345678901234567890123 a",
		 "1234567890123456789012345678901234567890123\na"},
		{"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 "
		 "1234567890123456789012345678",
		 "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 "
		 "1234567890123456789012345678"},
	};
	const struct vwx_view view = {.columns = 40};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct vwb_buffer out = {0};
		struct vwx_canvas canvas = vwx_canvas(&view, &out);

		vwx_draw_words(&canvas, VW_INK_PLAIN, rows[i].text);
		assert_string_equal(out.data ? out.data : "", rows[i].drawn);
		vwb_buffer_free(&out);
	}
}

static void texts_are_clipped_to_their_room(void **state)
{
	static const struct {
		const char *text;
		size_t room;
		const char *drawn;
	} rows[] = {
		{"abc", 4, "abc"},
		{"abc", 3, "abc"},
		{"abc", 2, "a~"},
		{"abc", 1, "~"},
		{"abc", 0, ""},
		{"\xc3\xa9"
		 "bc",
		 2, "?~"},
		{"", 0, ""},
	};
	const struct vwx_view view = {.ascii = true};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct vwb_buffer out = {0};
		struct vwx_canvas canvas = vwx_canvas(&view, &out);

		vwx_draw_clipped(&canvas, VW_INK_PLAIN, rows[i].text, rows[i].room);
		assert_string_equal(out.data ? out.data : "", rows[i].drawn);
		assert_int_equal(canvas.column, strlen(rows[i].drawn));
		vwb_buffer_free(&out);
	}
}

/* Ink is put around what is drawn, and around nothing else. */
static void ink_is_put_where_something_is_drawn(void **state)
{
	const struct vwx_view view = {.colour = true};
	struct vwb_buffer out = {0};
	struct vwx_canvas canvas = vwx_canvas(&view, &out);

	(void)state;
	vwx_draw(&canvas, VW_INK_GOOD, "");
	vwx_draw(&canvas, VW_INK_PLAIN, "a");
	vwx_draw(&canvas, VW_INK_GOOD, "b");
	vwx_draw_glyph(&canvas, VW_INK_GOOD, VW_GLYPH_DOT, 0);
	vwx_draw_glyph(&canvas, VW_INK_GOOD, VW_GLYPH_DOT, 2);
	vwx_draw_glyph(&canvas, VW_INK_PLAIN, VW_GLYPH_MORE, 1);
	vwx_draw_to(&canvas, 7);
	vwx_draw_to(&canvas, 7);
	vwx_draw_to(&canvas, 3);
	vwx_draw_dot(&canvas);
	vwx_draw_end(&canvas);
	assert_string_equal(
		out.data,
		"a\033[32mb\033[0m\033[32m\xC2\xB7\xC2\xB7\033[0m\xE2\x80\xA6   \033[2m\xC2\xB7\033[0m\n");
	assert_int_equal(canvas.column, 0);
	vwb_buffer_free(&out);
}

/* Passport. */

static void passport_ends_with_the_own_hypervisor(void **state)
{
	static const struct {
		const char *id, *kvm, *own;
	} rows[] = {
		{"nitro", "usable", "/kvm"},     {"nitro", "denied", "/kvm"},
		{"nitro", "no-device", "/qemu"}, {"nitro", "not-loaded", "/qemu"},
		{"nitro", NULL, "/qemu"},        {"xen-dom0", "usable", ""},
		{"hyperv-root", "usable", ""},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct vw_report report = sample_nitro;
		char passport[VW_PASSPORT_MAX + 1], wanted[64];

		report.platform.id = rows[i].id;
		report.platform.cloud = (struct vw_cloud){0};
		report.nested.kvm = rows[i].kvm;
		snprintf(wanted, sizeof(wanted), "virtwhere:1;stack=nitro%s", rows[i].own);
		assert_int_equal(vwx_passport_format(&report, passport), 0);
		assert_string_equal(passport, wanted);
	}
}

/* Layers below the kernel, and not the hardware nor what is in the kernel. What is not known is told once. */
static void passport_tells_the_layers_below(void **state)
{
	static const struct {
		const char *id;
		int level;
		struct vw_layer layer[4];
		const char *stack;
	} rows[] = {
		{"kvm",
		 1,
		 {{0, "kvm", NULL, VW_OBSERVED},
		  {1, "linux", NULL, VW_OBSERVED},
		  {0, "docker", NULL, VW_OBSERVED}},
		 "kvm/qemu"},
		{"kvm",
		 2,
		 {{0, "unknown", NULL, VW_INFERRED},
		  {1, "kvm", NULL, VW_OBSERVED},
		  {2, "linux", NULL, VW_OBSERVED}},
		 "unknown/kvm/qemu"},
		{"unknown",
		 1,
		 {{0, "unknown", NULL, VW_INFERRED}, {1, "linux", NULL, VW_OBSERVED}},
		 "unknown/qemu"},
		{"unknown",
		 1,
		 {{0, "kvm", NULL, VW_INFERRED}, {1, "linux", NULL, VW_OBSERVED}},
		 "unknown/kvm/qemu"},
		{"kvm",
		 2,
		 {{2, "above", NULL, VW_OBSERVED},
		  {0, "xen", NULL, VW_OBSERVED},
		  {1, "kvm", NULL, VW_OBSERVED}},
		 "xen/kvm/qemu"},
		{"kvm",
		 3,
		 {{0, "xen", NULL, VW_OBSERVED},
		  {1, "unknown", NULL, VW_OBSERVED},
		  {2, "kvm", NULL, VW_OBSERVED}},
		 "xen/kvm/qemu"},
		{"metal", 0, {{0, "metal", NULL, VW_OBSERVED}, {0, "linux", NULL, VW_OBSERVED}}, "qemu"},
		{"xen-dom0", 0, {{0, "linux", NULL, VW_OBSERVED}}, "unknown"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct vw_report report = sample_empty;
		char passport[VW_PASSPORT_MAX + 1], wanted[64];

		report.platform.id = rows[i].id;
		report.level = rows[i].level;
		report.layer = rows[i].layer;
		report.layer_count = 0;
		while (report.layer_count < 4 && rows[i].layer[report.layer_count].kind)
			report.layer_count++;
		snprintf(wanted, sizeof(wanted), "virtwhere:1;stack=%s", rows[i].stack);
		assert_int_equal(vwx_passport_format(&report, passport), 0);
		assert_string_equal(passport, wanted);
	}
}

/* A word is told when its reader has room for it and knows its characters, up to the last byte. */
static void passport_words_have_bounds(void **state)
{
	char kind[VW_PASSPORT_KIND_SIZE + 2], type[VW_PASSPORT_VALUE_SIZE + 2];

	(void)state;
	for (size_t over = 0; over < 2; over++) {
		struct vw_layer layers[] = {{0, kind, NULL, VW_OBSERVED}, {1, "linux", NULL, VW_OBSERVED}};
		char passport[VW_PASSPORT_MAX + 1], wanted[VW_PASSPORT_MAX + 64];
		struct vw_report report = sample_empty;

		memset(kind, 'k', sizeof(kind));
		memset(type, 't', sizeof(type));
		kind[VW_PASSPORT_KIND_SIZE - 1 + over] = '\0';
		type[VW_PASSPORT_VALUE_SIZE - 1 + over] = '\0';
		report.platform.id = "kvm";
		report.platform.cloud.instance_type = type;
		report.level = 1;
		report.layer = layers;
		report.layer_count = 2;
		if (over)
			snprintf(wanted, sizeof(wanted), "virtwhere:1;stack=unknown/qemu");
		else
			snprintf(wanted, sizeof(wanted), "virtwhere:1;stack=%s/qemu;type=%s", kind, type);
		assert_int_equal(vwx_passport_format(&report, passport), 0);
		assert_string_equal(passport, wanted);
	}
}

/* A field is told as long as the line has room for all of it, to the last byte. */
static void passport_takes_what_fits(void **state)
{
	enum { KIND = VW_PASSPORT_KIND_SIZE - 1, TYPE = VW_PASSPORT_VALUE_SIZE - 1 };
	struct vw_layer layers[VW_PASSPORT_LAYERS];
	char kind[VW_PASSPORT_LAYERS][KIND + 1], type[TYPE + 1], passport[VW_PASSPORT_MAX + 1];
	struct vw_report report = sample_empty;
	size_t size = strlen("virtwhere:1;stack=") + strlen("/qemu"), count = 0;
	bool left_out = false, full = false;

	(void)state;
	memset(kind, 'k', sizeof(kind));
	memset(type, 't', sizeof(type));
	type[TYPE] = '\0';
	/* As many whole kinds as leave room for a type, and a last one of each length. */
	while (size + 2 * (KIND + 1) + strlen(";type=") + TYPE <= VW_PASSPORT_MAX &&
	       count + 3 < VW_COUNT(layers)) {
		kind[count][KIND] = '\0';
		size += count ? KIND + 1U : (size_t)KIND;
		count++;
	}
	for (size_t last = 1; last <= KIND; last++)
		for (size_t more = 0; more <= KIND; more++) {
			size_t total = count + 1 + (more > 0),
			       expected = size + 1 + last + (more ? 1 + more : 0);
			bool fits = expected + strlen(";type=") + TYPE <= VW_PASSPORT_MAX;

			kind[count][last] = kind[count + 1][more] = '\0';
			for (size_t i = 0; i < total; i++)
				layers[i] = (struct vw_layer){(int)i, kind[i], NULL, VW_DECLARED};
			layers[total] = (struct vw_layer){(int)total, "linux", NULL, VW_OBSERVED};
			report.platform.id = "kvm";
			report.platform.cloud.instance_type = type;
			report.level = (int)total;
			report.layer = layers;
			report.layer_count = total + 1;
			assert_int_equal(vwx_passport_format(&report, passport), 0);
			assert_int_equal(strlen(passport), expected + (fits ? strlen(";type=") + TYPE : 0));
			assert_int_equal(strstr(passport, ";type=") != NULL, fits);
			left_out |= !fits;
			full |= strlen(passport) == VW_PASSPORT_MAX;
			kind[count][last] = kind[count + 1][more] = 'k';
		}
	assert_true(left_out && full);
}

/* A control domain has no hypervisor of its own to add, so its layers alone may be too many bytes. */
static void passport_that_is_too_long(void **state)
{
	enum { KIND = VW_PASSPORT_KIND_SIZE - 1, FIRST = 18 };
	struct vw_layer layers[VW_PASSPORT_LAYERS];
	char kind[KIND + 1], last[KIND + 1], passport[VW_PASSPORT_MAX + 1];
	struct vw_report report = sample_empty;

	(void)state;
	memset(kind, 'k', KIND);
	kind[KIND] = '\0';
	report.platform.id = "xen-dom0";
	report.layer = layers;
	report.level = VW_PASSPORT_LAYERS;
	report.layer_count = VW_PASSPORT_LAYERS;
	for (size_t size = 1; size <= KIND; size++) {
		size_t whole = FIRST + (VW_PASSPORT_LAYERS - 1) * VW_PASSPORT_KIND_SIZE + size;

		snprintf(last, sizeof(last), "%.*s", (int)size, kind);
		for (int i = 0; i < VW_PASSPORT_LAYERS; i++)
			layers[i] = (struct vw_layer){i, i ? kind : last, NULL, VW_DECLARED};
		strcpy(passport, "untouched");
		if (whole <= VW_PASSPORT_MAX) {
			assert_int_equal(vwx_passport_format(&report, passport), 0);
			assert_int_equal(strlen(passport), whole);
		} else {
			assert_int_equal(vwx_passport_format(&report, passport), -EOVERFLOW);
			assert_string_equal(passport, "untouched");
		}
	}
	assert_string_equal(passport, "untouched"); /* the longest does not fit */
}

/* What is too long for a document is told. */
static void passport_that_is_too_long_for_a_document(void **state)
{
	char *much = malloc(VW_BUFFER_MAX + 1);
	const struct vwx_view view = {0};
	struct vwb_buffer out = {0};

	(void)state;
	assert_non_null(much);
	memset(much, 'm', VW_BUFFER_MAX);
	much[VW_BUFFER_MAX] = '\0';
	assert_int_equal(vwx_passport_json_render(much, &view, &out), -E2BIG);
	assert_null(out.data);
	free(much);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_check_is_listed),
		cmocka_unit_test(each_check_is_listed_as_json),
		cmocka_unit_test(formats_are_what_they_say),
		cmocka_unit_test(states_of_kvm_have_phrases),
		cmocka_unit_test(each_denied_source_has_its_gain),
		cmocka_unit_test(each_finding_has_its_group),
		cmocka_unit_test(levels_are_numbered_from_the_hardware),
		cmocka_unit_test(every_container_has_its_words),
		cmocka_unit_test(words_of_virt_what_have_an_order),
		cmocka_unit_test(other_words_of_virt_what),
		cmocka_unit_test(lxc_of_libvirt),
		cmocka_unit_test(what_does_not_fit_a_screen_is_counted),
		cmocka_unit_test(boxes_of_layers),
		cmocka_unit_test(texts_of_dimensions_are_cut),
		cmocka_unit_test(canvas_has_forty_columns_at_the_least),
		cmocka_unit_test(code_points_are_read_as_utf8_has_them),
		cmocka_unit_test(code_points_that_a_terminal_obeys),
		cmocka_unit_test(words_are_broken_between_lines),
		cmocka_unit_test(texts_are_clipped_to_their_room),
		cmocka_unit_test(ink_is_put_where_something_is_drawn),
		cmocka_unit_test(passport_ends_with_the_own_hypervisor),
		cmocka_unit_test(passport_tells_the_layers_below),
		cmocka_unit_test(passport_words_have_bounds),
		cmocka_unit_test(passport_takes_what_fits),
		cmocka_unit_test(passport_that_is_too_long),
		cmocka_unit_test(passport_that_is_too_long_for_a_document),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/resource.h>

#include "probes/read/archive.h"
#include "probes/read/redact.h"
#include "tests/unit/scratch.h"
#include "tests/unit/tar_blocks.h"

/* Helpers. */

static int open_snapshot(struct scratch *scratch, const char *path)
{
	check_canary(scratch->source);
	vw_source_free(scratch->source);
	scratch->source = NULL;
	memset(scratch->problem, 0, sizeof(scratch->problem));
	return vw_source_snapshot(path, &scratch->source, scratch->problem, sizeof(scratch->problem));
}

/* It fails with @err, and says in one line which file and why. */
static void refuses(struct scratch *scratch, const char *path, int err, const char *reason)
{
	assert_int_equal(open_snapshot(scratch, path), err);
	assert_null(scratch->source);
	assert_non_null(strstr(scratch->problem, path));
	assert_non_null(strstr(scratch->problem, reason));
	assert_null(strchr(scratch->problem, '\n'));
}

static void same_files(const char *a, const char *b)
{
	size_t size_a, size_b;
	char *bytes_a = whole_file(a, &size_a), *bytes_b = whole_file(b, &size_b);

	assert_int_equal(size_a, size_b);
	assert_memory_equal(bytes_a, bytes_b, size_a);
	free(bytes_a);
	free(bytes_b);
}

/* Unpacked archives go into a directory of their own, so that what stays behind can be counted. */
static int setup(void **state)
{
	struct scratch *scratch;
	const char *path;

	scratch_setup(state);
	scratch = *state;
	path = beside(scratch, "unpacked");
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(setenv("TMPDIR", path, 1), 0);
	return 0;
}

static int teardown(void **state)
{
	struct scratch *scratch = *state;

	check_canary(scratch->source);
	vw_source_free(scratch->source);
	scratch->source = NULL;
	assert_int_equal(entries_of(beside(scratch, "unpacked")), 0);
	unsetenv("TMPDIR");
	return scratch_teardown(state);
}

/* What is no snapshot. */

static void others_are_refused(void **state)
{
	struct scratch *scratch = *state;
	const char *path;

	refuses(scratch, beside(scratch, "none"), -ENOENT, "No such file");
	refuses(scratch, scratch->snap, -EBADMSG, "is no snapshot");
	refuses(scratch, "/dev/zero", -EBADMSG, "neither a directory nor an archive");
	refuses(scratch, "/dev/null", -EBADMSG, "neither a directory nor an archive");
	path = beside(scratch, "fifo");
	assert_int_equal(mkfifo(path, 0644), 0);
	refuses(scratch, path, -EBADMSG, "neither a directory nor an archive");
	path = beside(scratch, "empty.tar");
	write_text(path, "");
	refuses(scratch, path, -EBADMSG, "is empty");
	path = beside(scratch, "text");
	write_text(path, "This is a text, not an archive.\n");
	refuses(scratch, path, -EBADMSG, "Unrecognized archive format");
	path = beside(scratch, "zeros.tar");
	write_text(path, "");
	assert_int_equal(truncate(path, 10240), 0);
	refuses(scratch, path, -EBADMSG, "is no snapshot");
	path = beside(scratch, "huge.tar");
	write_text(path, "");
	assert_int_equal(truncate(path, 1L << 30), 0);
	refuses(scratch, path, -E2BIG, "too big");
	/* the name of the file is fit to print */
	assert_int_equal(open_snapshot(scratch, "/tmp/\x1b[2J\xff\n"), -ENOENT);
	assert_non_null(strstr(scratch->problem, "/tmp/?[2J? : No such file"));
}

static void meta_is_checked(void **state)
{
	static const struct {
		const char *text;
		int r;
		const char *arch, *captured;
	} cases[] = {
		{"{\"format\": \"virtwhere.snapshot/1\", \"arch\": \"aarch64\", \"captured\": "
		 "\"2026-01-02T03:04:05Z\"}",
		 0, "aarch64", "2026-01-02T03:04:05Z"},
		{"{\"format\": \"virtwhere.snapshot/1\", \"captured\": \"2026-01-02T03:04:05.123-01:30\"}", 0,
		 "unknown", "2026-01-02T03:04:05.123-01:30"},
		{"{\"format\": \"virtwhere.snapshot/1\", \"arch\": \"\", \"captured\": \"2026-01-02\"}", 0,
		 "unknown", NULL},
		{"{\"format\": \"virtwhere.snapshot/1\", \"arch\": \"x86_64\\u001b[2J\", \"captured\": "
		 "\"2026-01-02T03:04:05Z, or so\"}",
		 0, "unknown", NULL},
		{"{\"format\": \"virtwhere.snapshot/1\", \"arch\": \"a b\", \"captured\": "
		 "\"2026-01-02T03:04:05+1:30\"}",
		 0, "unknown", NULL},
		{"{\"format\": \"virtwhere.snapshot/1\", \"arch\": 7, \"unknown\": []}", 0, "unknown", NULL},
		{"{\"format\": \"virtwhere.snapshot/2\"}", -EBADMSG, NULL, NULL},
		{"{\"arch\": \"x86_64\"}", -EBADMSG, NULL, NULL},
		{"{\"format\": [\"virtwhere.snapshot/1\"]}", -EBADMSG, NULL, NULL},
		{"[\"virtwhere.snapshot/1\"]", -EBADMSG, NULL, NULL},
		{"{\"format\": \"virtwhere.snapshot/1\"", -EBADMSG, NULL, NULL},
		{"{\"format\": \"virtwhere.snapshot/1\", \"denied\": {\"/a\": \"ENOSUCH\"}}", -EBADMSG, NULL,
		 NULL},
		{"{\"format\": \"virtwhere.snapshot/1\", \"denied\": {\"/a\": 13}}", -EBADMSG, NULL, NULL},
		{"\xff\xfe", -EBADMSG, NULL, NULL},
		{"", -EBADMSG, NULL, NULL},
	};
	struct scratch *scratch = *state;
	char deep[40001];

	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		put_file(scratch, "meta.json", cases[i].text);
		if (cases[i].r) {
			refuses(scratch, scratch->snap, cases[i].r, "meta.json");
			continue;
		}
		assert_int_equal(open_snapshot(scratch, scratch->snap), 0);
		assert_string_equal(vw_source_arch(scratch->source), cases[i].arch);
		assert_true(vwb_text_equal(vw_source_captured(scratch->source), cases[i].captured));
		assert_string_equal(vw_source_path(scratch->source), scratch->snap);
		assert_true(vw_source_is_snapshot(scratch->source));
	}
	memset(deep, '[', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	put_file(scratch, "meta.json", deep);
	refuses(scratch, scratch->snap, -EBADMSG, "meta.json");
	assert_int_equal(unlinkat(scratch->fd, "meta.json", 0), 0);
	put_link(scratch, "meta.json", scratch->canary);
	put_file(scratch, "proc/cpuinfo", "processor\t: 0\ncpuid level\t: 13\n");
	assert_int_equal(open_snapshot(scratch, scratch->snap), 0);
	assert_string_equal(vw_source_arch(scratch->source), "x86_64");
	assert_null(vw_source_captured(scratch->source));
}

/* Each of the texts that meta.json tells has a form and a bound. */
static void texts_of_meta(void **state)
{
#define A32 "abcdefghijklmnopqrstuvwxyz_01239"
#define D44 "12345678901234567890123456789012345678901234"
	static const struct {
		const char *key, *text;
		bool good;
	} cases[] = {
		{"arch", "x86_64", true},
		{"arch", "ABCDEFGHIJKLMNOPQRSTUVWXYZ456789", true},
		{"arch", A32, true},
		{"arch", A32 "0", false},
		{"arch", "armv7l-x", false},
		{"arch", "x86.64", false},
		{"captured", "2026-01-02T03:04:05Z", true},
		{"captured", "2026-01-02T03:04:05+23:59", true},
		{"captured", "2026-01-02T03:04:05-00:00", true},
		{"captured", "2026-01-02T03:04:05.1Z", true},
		{"captured", "2026-01-02T03:04:05." D44, false},
		{"captured", "2026-01-02T03:04:05." D44 "Z", false},
		{"captured", "2026-01-02T03:04:05.1234567890123456789012345678901234567890123Z", true},
		{"captured", "2026-01-02T03:04:05.Z", false},
		{"captured", "2026-01-02T03:04:05,1Z", false},
		{"captured", "2026-01-02 03:04:05Z", false},
		{"captured", "2026-01-02T03:04:05", false},
		{"captured", "2026-01-02T03:04:05z", false},
		{"captured", "2026-01-02T03:04:05ZZ", false},
		{"captured", "2026-01-02T03:04:05+0130", false},
		{"captured", "2026-01-02T03:04:05+01:3", false},
		{"captured", "2026-01-02T03:04:05+01:300", false},
		{"captured", "2026-01-02T03:04:05*01:30", false},
		{"captured", "2026-1-02T03:04:05Z", false},
		{"captured", "202a-01-02T03:04:05Z", false},
		{"captured", "", false},
	};
	struct scratch *scratch = *state;

	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const char *seen;
		char text[256];

		snprintf(text, sizeof(text), "{\"format\": \"virtwhere.snapshot/1\", \"%s\": \"%s\"}",
			 cases[i].key, cases[i].text);
		put_file(scratch, "meta.json", text);
		assert_int_equal(open_snapshot(scratch, scratch->snap), 0);
		seen = vwb_text_equal(cases[i].key, "arch") ? vw_source_arch(scratch->source)
							    : vw_source_captured(scratch->source);
		if (vwb_text_equal(seen, cases[i].text) != cases[i].good)
			fail_msg("%s: %s", cases[i].text, seen ? seen : "NULL");
	}
#undef A32
#undef D44
}

static void denials_are_bounded(void **state)
{
	enum { LIMIT = 4096 };
	struct scratch *scratch = *state;
	char *text = malloc(LIMIT * 24 + 128);

	assert_non_null(text);
	for (size_t count = LIMIT; count <= LIMIT + 1; count++) {
		size_t size = (size_t)sprintf(text, "{\"format\": \"virtwhere.snapshot/1\", \"denied\": {");

		for (size_t i = 0; i < count; i++)
			size += (size_t)sprintf(text + size, "%s\"/%zu\":\"EIO\"", i ? "," : "", i);
		sprintf(text + size, "}}");
		put_file(scratch, "meta.json", text);
		assert_int_equal(open_snapshot(scratch, scratch->snap), count > LIMIT ? -EBADMSG : 0);
	}
	free(text);
}

/* One of these makes a directory a snapshot, and nothing else does. */
static void marks_of_a_snapshot(void **state)
{
	static const struct {
		const char *name;
		bool is;
	} cases[] = {
		{"cpuid.txt", true}, {"proc", true},      {"sys", true},        {"dev", true},
		{"run", true},       {"etc", true},       {".dockerenv", true}, {"usr", false},
		{"meta", false},     {"tmp/proc", false}, {"home", false},      {"cpuid-xenpv.txt", false},
	};
	struct scratch *scratch = *state;

	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		put_directory(scratch, cases[i].name);
		if (cases[i].is)
			assert_int_equal(open_snapshot(scratch, scratch->snap), 0);
		else
			refuses(scratch, scratch->snap, -EBADMSG, "is no snapshot");
		vw_source_free(scratch->source);
		scratch->source = NULL;
		vw_tree_remove(scratch->fd, "tmp");
		vw_tree_remove(scratch->fd, cases[i].name);
	}
}

/* Whoever recorded no architecture may have recorded what only x86 has. */
static void untold_architectures(void **state)
{
	static const struct {
		const char *name, *text, *arch;
	} cases[] = {
		{"cpuid.txt", "", "x86_64"},
		{"proc/cpuinfo", "processor\t: 0\ncpuid level\t: 13\n", "x86_64"},
		{"proc/cpuinfo", "processor\t: 0\ncpuid level : 13\n", "unknown"},
		{"proc/cpuinfo", "processor\t: 0\nflags\t: fpu\n", "unknown"},
		{"proc/version", "\ncpuid level\t: 13\n", "unknown"},
	};
	struct scratch *scratch = *state;

	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		put_file(scratch, cases[i].name, cases[i].text);
		assert_int_equal(open_snapshot(scratch, scratch->snap), 0);
		assert_string_equal(vw_source_arch(scratch->source), cases[i].arch);
		assert_int_equal(unlinkat(scratch->fd, cases[i].name, 0), 0);
	}
}

/* A packed snapshot may have 64 MiB, and not a byte more. */
static void packed_sizes_are_bounded(void **state)
{
	struct scratch *scratch = *state;
	const char *path = beside(scratch, "big.tar");

	write_text(path, "");
	assert_int_equal(truncate(path, 64L << 20), 0);
	refuses(scratch, path, -EBADMSG, "is no snapshot");
	assert_int_equal(truncate(path, (64L << 20) + 1), 0);
	refuses(scratch, path, -E2BIG, "too big for a snapshot");
}

/* Archives. */

static const struct vw_node machine[] = {
	{.name = "cpuid.txt", .type = VW_NODE_FILE, .bytes = "CPU 0:\n", .size = 7},
	{.name = "dev/kvm", .type = VW_NODE_FILE, .bytes = "", .size = 0},
	{.name = "sys/class/dmi", .type = VW_NODE_LINK, .bytes = "../devices/virtual/dmi"},
	{.name = "sys/devices/virtual/dmi/id/sys_vendor", .type = VW_NODE_FILE, .bytes = "Xen\n", .size = 4},
	{.name = "sys/empty", .type = VW_NODE_DIRECTORY},
};

static void pack(const char *path, const struct vw_node *nodes, size_t count)
{
	const struct vw_hold hold = {0};
	char problem[256];
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(vw_archive_write(fd, path, &hold, nodes, count, problem, sizeof(problem)), 0);
	close(fd);
}

static void is_the_machine(struct scratch *scratch, const char *path)
{
	const char *bytes;
	const char *const *name;
	size_t count;

	assert_int_equal(open_snapshot(scratch, path), 0);
	assert_int_equal(read_of(scratch->source, "/sys/class/dmi/id/sys_vendor", &bytes), 0);
	assert_string_equal(bytes, "Xen\n");
	assert_int_equal(vw_source_link(scratch->source, "/sys/class/dmi", &bytes), 0);
	assert_string_equal(bytes, "../devices/virtual/dmi");
	assert_int_equal(vw_source_usable(scratch->source, "/dev/kvm"), 0);
	assert_int_equal(vw_source_list(scratch->source, "/sys/empty", &count, &name), 0);
	assert_int_equal(count, 0);
	assert_int_equal(entries_of(beside(scratch, "unpacked")), 1);
}

static void archives_are_unpacked(void **state)
{
	static const char *const names[] = {"a.tar", "a.tar.gz", "a.tar.zst", "again.tar.gz"};
	struct scratch *scratch = *state;
	struct stat status;

	for (size_t i = 0; i < VW_COUNT(names); i++) {
		pack(beside(scratch, names[i]), machine, VW_COUNT(machine));
		is_the_machine(scratch, beside(scratch, names[i]));
	}
	assert_int_equal(stat(scratch->source->unpacked, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0700);
	same_files(beside(scratch, "a.tar.gz"), beside(scratch, "again.tar.gz"));
	/* by content, not by name */
	assert_int_equal(rename(beside(scratch, "a.tar.zst"), beside(scratch, "a")), 0);
	is_the_machine(scratch, beside(scratch, "a"));
}

static void archives_may_have_a_folder(void **state)
{
	struct scratch *scratch = *state;
	struct vw_node nodes[VW_COUNT(machine)];
	char names[VW_COUNT(machine)][64];
	struct tar tar = {0};

	for (size_t i = 0; i < VW_COUNT(machine); i++) {
		snprintf(names[i], sizeof(names[i]), "./my machine/%s", machine[i].name);
		nodes[i] = machine[i];
		nodes[i].name = names[i];
	}
	pack(beside(scratch, "folder.tar.gz"), nodes, VW_COUNT(nodes));
	is_the_machine(scratch, beside(scratch, "folder.tar.gz"));

	entry(&tar, "one/", '5', NULL, NULL);
	entry(&tar, "one/two/cpuid.txt", '0', NULL, "CPU 0:\n");
	end_tar(&tar, beside(scratch, "two.tar"));
	refuses(scratch, beside(scratch, "two.tar"), -EBADMSG, "is no snapshot");

	entry(&tar, "a/cpuid.txt", '0', NULL, "CPU 0:\n");
	entry(&tar, "b/cpuid.txt", '0', NULL, "CPU 0:\n");
	end_tar(&tar, beside(scratch, "both.tar"));
	refuses(scratch, beside(scratch, "both.tar"), -EBADMSG, "is no snapshot");

	entry(&tar, "link", '2', scratch->directory, NULL);
	end_tar(&tar, beside(scratch, "link.tar"));
	refuses(scratch, beside(scratch, "link.tar"), -EBADMSG, "is no snapshot");
}

/* Each of these tries to read or write outside. */
static void hostile_entries_are_refused(void **state)
{
	static const struct {
		const char *name, *reason;
		char type;
	} cases[] = {
		{"../planted", "leads out", '0'},
		{"sys/../../planted", "leads out", '0'},
		{"sys/..", "leads out", '5'},
		{"..", "leads out", '5'},
		{"sys/../planted", "leads out", '2'},
		{"/../../../../tmp/planted", "leads out", '0'},
		{"door/planted", "leads through", '0'},
		{"door/planted", "leads through", '2'},
		{"door/planted/", "leads through", '5'},
		{"cpuid.txt/planted", "leads through", '0'},
		{"cpuid.txt/", "leads through", '5'},
		{"sys", "is a directory already", '0'},
		{"1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20/21/22/23/24/25/26/27/28/29/30/31/32/33",
		 "too deep", '0'},
	};
	struct scratch *scratch = *state;

	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct tar tar = {0};
		bool deep = strcmp(cases[i].reason, "too deep") == 0;

		entry(&tar, "cpuid.txt", '0', NULL, "CPU 0:\n");
		entry(&tar, "sys/", '5', NULL, NULL);
		entry(&tar, "door", '2', scratch->directory, NULL);
		entry(&tar, cases[i].name, cases[i].type, "x", cases[i].type == '0' ? "planted" : NULL);
		end_tar(&tar, beside(scratch, "hostile.tar"));
		refuses(scratch, beside(scratch, "hostile.tar"), deep ? -E2BIG : -EBADMSG, cases[i].reason);
		assert_non_null(strstr(scratch->problem, cases[i].name));
		assert_int_equal(access(beside(scratch, "planted"), F_OK), -1);
		assert_int_equal(access("/tmp/planted", F_OK), -1);
	}
}

static void hostile_hard_links_are_refused(void **state)
{
	static const char *const targets[] = {"../canary", "door/canary", "window", "none", "sys"};
	struct scratch *scratch = *state;

	for (size_t i = 0; i < VW_COUNT(targets); i++) {
		struct tar tar = {0};

		entry(&tar, "sys/", '5', NULL, NULL);
		entry(&tar, "door", '2', scratch->directory, NULL);
		entry(&tar, "window", '2', scratch->canary, NULL);
		entry(&tar, "sys/stolen", '1', targets[i], NULL);
		end_tar(&tar, beside(scratch, "hostile.tar"));
		refuses(scratch, beside(scratch, "hostile.tar"), -EBADMSG, targets[i]);
	}
}

static void odd_entries_are_tamed(void **state)
{
	struct scratch *scratch = *state;
	struct vw_source *source;
	struct tar tar = {0};
	const char *bytes;

	entry(&tar, "./", '5', NULL, NULL);
	entry(&tar, "/sys/absolute", '0', NULL, "inside");
	entry(&tar, "sys/window", '2', scratch->canary, NULL);
	entry(&tar, "sys/up", '2', "../../../../../../../../../../../../etc/passwd", NULL);
	entry(&tar, "dev/zero", '3', NULL, NULL);
	entry(&tar, "dev/disk", '4', NULL, NULL);
	entry(&tar, "dev/fifo", '6', NULL, NULL);
	entry(&tar, "sys/hard", '1', "sys/absolute", NULL);
	entry(&tar, "sys/twice", '0', NULL, "first");
	entry(&tar, "sys/twice", '0', NULL, "second");
	entry(&tar, "sys/turned", '2', scratch->canary, NULL);
	entry(&tar, "sys/turned", '0', NULL, "file");
	entry(&tar, "sys/\xff\xfe", '0', NULL, "bytes");
	entry(&tar, "sys//.//dots/./x", '0', NULL, "dots");
	end_tar(&tar, beside(scratch, "odd.tar"));
	assert_int_equal(open_snapshot(scratch, beside(scratch, "odd.tar")), 0);
	source = scratch->source;

	assert_int_equal(read_of(source, "/sys/absolute", &bytes), 0);
	assert_string_equal(bytes, "inside");
	assert_int_equal(read_of(source, "/sys/window", &bytes), -ENOENT);
	assert_int_equal(read_of(source, "/sys/up", &bytes), -ENOENT);
	assert_int_equal(read_of(source, "/dev/zero", &bytes), 0);
	assert_string_equal(bytes, "");
	assert_int_equal(vw_source_usable(source, "/dev/disk"), 0);
	assert_int_equal(vw_source_exists(source, "/dev/fifo"), -ENOENT);
	assert_int_equal(read_of(source, "/sys/hard", &bytes), 0);
	assert_string_equal(bytes, "inside");
	assert_int_equal(read_of(source, "/sys/twice", &bytes), 0);
	assert_string_equal(bytes, "second");
	assert_int_equal(read_of(source, "/sys/turned", &bytes), 0);
	assert_string_equal(bytes, "file");
	assert_int_equal(read_of(source, "/sys/\xff\xfe", &bytes), 0);
	assert_string_equal(bytes, "bytes");
	assert_int_equal(read_of(source, "/sys/dots/x", &bytes), 0);

	/* the word outside was not written over either */
	{
		size_t size;
		char *outside = whole_file(scratch->canary, &size);

		assert_int_equal(size, strlen(CANARY));
		assert_memory_equal(outside, CANARY, size);
		free(outside);
	}
}

/* Cut anywhere, an archive is refused with a reason; it never gives half a machine. */
static void cut_archives_are_refused(void **state)
{
	static const char *const names[] = {"whole.tar", "whole.tar.gz", "whole.tar.zst"};
	struct scratch *scratch = *state;

	for (size_t i = 0; i < VW_COUNT(names); i++) {
		const char *cut = beside(scratch, "cut");
		size_t size, step;
		char *bytes;

		pack(beside(scratch, names[i]), machine, VW_COUNT(machine));
		bytes = whole_file(beside(scratch, names[i]), &size);
		/* a plain tar ends in zeros of which two blocks are the end and the rest is padding */
		while (i == 0 && size > 2 * BLOCK && !memchr(bytes + size - 3 * BLOCK, 'X', 1) &&
		       bytes[size - 2 * BLOCK - 1] == 0 &&
		       memcmp(bytes + size - 3 * BLOCK, bytes + size - 2 * BLOCK, BLOCK) == 0)
			size -= BLOCK;
		step = i == 0 ? BLOCK / 2 : 1;
		for (size_t length = 1; length + (i == 0 ? 2 * BLOCK : 1) <= size; length += step) {
			int r;

			write_bytes(cut, bytes, length);
			r = open_snapshot(scratch, cut);
			assert_int_equal(r, -EBADMSG);
			assert_non_null(strstr(scratch->problem, cut));
		}
		free(bytes);
	}
}

/* One wrong byte anywhere: refused or read, but never a crash, a hang or something from outside. */
static void damaged_archives_do_no_harm(void **state)
{
	static const char *const names[] = {"whole.tar", "whole.tar.gz", "whole.tar.zst"};
	struct scratch *scratch = *state;

	for (size_t i = 0; i < VW_COUNT(names); i++) {
		const char *damaged = beside(scratch, "damaged");
		size_t size;
		char *bytes;

		pack(beside(scratch, names[i]), machine, VW_COUNT(machine));
		bytes = whole_file(beside(scratch, names[i]), &size);
		for (size_t at = 0; at < size; at += size / 150 + 1) {
			char before = bytes[at];

			bytes[at] = (char)(before ^ (1 << at % 8));
			write_bytes(damaged, bytes, size);
			bytes[at] = before;
			if (open_snapshot(scratch, damaged) < 0)
				assert_non_null(strstr(scratch->problem, damaged));
		}
		free(bytes);
	}
}

static void big_archives_are_refused(void **state)
{
	enum { FILES = 70, ENTRIES = 33000 };
	struct scratch *scratch = *state;
	struct vw_node node[FILES];
	char names[FILES][16];
	static const char megabyte[VW_TABLE_LIMIT];
	struct vw_node *many;
	struct tar tar = {0};

	/* by its header alone */
	entry_of_size(&tar, "sys/bomb", '0', NULL, "begin", 1u << 30);
	end_tar(&tar, beside(scratch, "header.tar"));
	refuses(scratch, beside(scratch, "header.tar"), -E2BIG, "64 MiB");

	/* small, and large when unpacked */
	for (size_t i = 0; i < FILES; i++) {
		snprintf(names[i], sizeof(names[i]), "sys/%zu", i);
		node[i] = (struct vw_node){
			.name = names[i], .type = VW_NODE_FILE, .bytes = megabyte, .size = sizeof(megabyte)};
	}
	pack(beside(scratch, "bomb.tar.gz"), node, FILES);
	refuses(scratch, beside(scratch, "bomb.tar.gz"), -E2BIG, "64 MiB");
	pack(beside(scratch, "bomb.tar.zst"), node, FILES);
	refuses(scratch, beside(scratch, "bomb.tar.zst"), -E2BIG, "64 MiB");

	many = calloc(ENTRIES, sizeof(*many));
	assert_non_null(many);
	for (size_t i = 0; i < ENTRIES; i++)
		many[i] = (struct vw_node){.name = "sys", .type = VW_NODE_DIRECTORY};
	pack(beside(scratch, "many.tar.zst"), many, ENTRIES);
	free(many);
	refuses(scratch, beside(scratch, "many.tar.zst"), -E2BIG, "32768");
}

static void long_files_are_cut(void **state)
{
	static const char two[2 * VW_TABLE_LIMIT];
	static const struct vw_node node = {
		.name = "sys/long", .type = VW_NODE_FILE, .bytes = two, .size = sizeof(two)};
	struct scratch *scratch = *state;
	const char *bytes;
	size_t size;

	pack(beside(scratch, "long.tar.gz"), &node, 1);
	assert_int_equal(open_snapshot(scratch, beside(scratch, "long.tar.gz")), 0);
	assert_int_equal(vw_source_read(scratch->source, "/sys/long", sizeof(two), &bytes, &size), 0);
	assert_int_equal(size, VW_TABLE_LIMIT + 1); /* so that whoever reads it sees that it was longer */
}

/* Interrupted. */

static volatile sig_atomic_t caught;

static void catch (int number)
{
	caught = number;
}

/* A signal waits until what is temporary has gone. */
static void signals_wait(void **state)
{
	struct sigaction action = {.sa_handler = catch}, before;
	struct scratch *scratch = *state;
	static const struct vw_archive_bounds bounds = {
		.entries = 100, .total = 1 << 20, .file = 4096, .seconds = 5};
	struct vw_hold hold = {0};
	struct vw_archive_job job = {.path = "a.tar", .bounds = &bounds, .hold = &hold};
	char problem[256] = "";
	int fd;

	pack(beside(scratch, "a.tar"), machine, VW_COUNT(machine));
	fd = open(beside(scratch, "a.tar"), O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	caught = 0;
	assert_int_equal(sigaction(SIGTERM, &action, &before), 0);

	vw_hold_begin(&hold);
	assert_false(vw_hold_broken(&hold));
	assert_int_equal(raise(SIGTERM), 0);
	assert_int_equal(caught, 0);
	assert_true(vw_hold_broken(&hold));
	job.fd = fd;
	assert_int_equal(vw_archive_unpack(&job, beside(scratch, "unpacked"), problem, sizeof(problem)),
			 -EINTR);
	assert_int_equal(entries_of(beside(scratch, "unpacked")), 0);
	vw_hold_end(&hold);
	assert_int_equal(caught, SIGTERM);
	assert_false(vw_hold_broken(&hold));

	/* one that is ignored breaks nothing */
	action.sa_handler = SIG_IGN;
	assert_int_equal(sigaction(SIGTERM, &action, NULL), 0);
	vw_hold_begin(&hold);
	assert_int_equal(raise(SIGTERM), 0);
	assert_false(vw_hold_broken(&hold));
	vw_hold_end(&hold);
	assert_int_equal(sigaction(SIGTERM, &before, NULL), 0);
	close(fd);
}

/* Each signal that ends a program waits, one that was blocked before stays so, and others come through. */
static void each_signal_waits(void **state)
{
	static const struct {
		int number;
		bool waits;
	} cases[] = {{SIGHUP, true},  {SIGINT, true},  {SIGQUIT, true},  {SIGTERM, true},
		     {SIGXCPU, true}, {SIGXFSZ, true}, {SIGUSR1, false}, {SIGALRM, false}};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++)
		for (int blocked = 0; blocked < 2; blocked++) {
			struct sigaction action = {.sa_handler = catch}, before;
			int number = cases[i].number;
			struct vw_hold hold = {0};
			sigset_t set, mask, now;

			sigemptyset(&set);
			sigaddset(&set, number);
			assert_int_equal(sigaction(number, &action, &before), 0);
			if (blocked)
				assert_int_equal(sigprocmask(SIG_BLOCK, &set, &mask), 0);
			caught = 0;
			vw_hold_begin(&hold);
			vw_hold_begin(&hold); /* twice is once */
			assert_false(vw_hold_broken(&hold));
			assert_int_equal(raise(number), 0);
			assert_int_equal(caught, cases[i].waits || blocked ? 0 : number);
			assert_int_equal(vw_hold_broken(&hold), cases[i].waits && !blocked);
			vw_hold_end(&hold);
			assert_false(vw_hold_broken(&hold));
			assert_int_equal(caught, blocked ? 0 : number);
			assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &now), 0);
			assert_int_equal(sigismember(&now, number), blocked);
			if (blocked)
				assert_int_equal(sigprocmask(SIG_SETMASK, &mask, NULL), 0);
			assert_int_equal(caught, number);
			assert_int_equal(sigaction(number, &before, NULL), 0);
		}
}

/* While an archive is open, and not a moment longer. */
static void signals_wait_for_the_source(void **state)
{
	struct sigaction action = {.sa_handler = catch}, before;
	struct scratch *scratch = *state;

	pack(beside(scratch, "a.tar"), machine, VW_COUNT(machine));
	caught = 0;
	assert_int_equal(sigaction(SIGINT, &action, &before), 0);
	assert_int_equal(open_snapshot(scratch, beside(scratch, "a.tar")), 0);
	assert_int_equal(raise(SIGINT), 0);
	assert_int_equal(caught, 0);
	assert_int_equal(entries_of(beside(scratch, "unpacked")), 1);
	vw_source_finish(scratch->source);
	assert_int_equal(caught, SIGINT);
	assert_int_equal(entries_of(beside(scratch, "unpacked")), 0);
	assert_int_equal(sigaction(SIGINT, &before, NULL), 0);
}

static void no_place_to_unpack(void **state)
{
	struct scratch *scratch = *state;

	pack(beside(scratch, "a.tar"), machine, VW_COUNT(machine));
	assert_int_equal(setenv("TMPDIR", beside(scratch, "none"), 1), 0);
	refuses(scratch, beside(scratch, "a.tar"), -EIO, "no temporary directory");
}

/* Recording. */

/* A machine with what recording has to look out for. */
static void put_machine(const struct scratch *scratch)
{
	put_file(scratch, "meta.json",
		 "{\"format\": \"virtwhere.snapshot/1\", \"arch\": \"x86_64\", \"captured\": "
		 "\"2026-01-02T03:04:05Z\"}");
	put_file(scratch, "cpuid.txt",
		 "CPU 0:\n"
		 "   0x00000000 0x00: eax=0x00000001 ebx=0x756e6547 ecx=0x6c65746e edx=0x49656e69\n"
		 "   0x00000001 0x00: eax=0x000306f2 ebx=0x00000800 ecx=0xfffa3203 edx=0x178bfbff\n"
		 "   0x40000000 0x00: eax=0x40000005 ebx=0x566e6558 ecx=0x65584d4d edx=0x4d4d566e\n");
	put_file(scratch, "proc/sys/kernel/osrelease", "6.1.0-test\n");
	put_file(scratch, "proc/cmdline",
		 "root=UUID=1b4e28ba-2fa1-11d2-883f-0016d3cca427 quiet password=hunter2\n");
	put(scratch, "proc/1/environ", VW_NODE_FILE, "HOME=/\0container=podman\0TOKEN=s3cr3t", 36);
	/* an absolute link, as an image made elsewhere may have */
	put_link(scratch, "sys/class/dmi", "/sys/devices/virtual/dmi");
	put_file(scratch, "sys/devices/virtual/dmi/id/sys_vendor", "Xen\n");
	put_file(scratch, "sys/devices/virtual/dmi/id/product_serial",
		 "EC2E1916-9099-7CAF-FD21-012345ABCDEF\n");
	put_file(scratch, "sys/devices/virtual/dmi/id/product_uuid",
		 "ec2e1916-9099-7caf-fd21-012345abcdef\n");
	put_file(scratch, "sys/devices/virtual/dmi/id/board_asset_tag", "i-0abc123def4567890\n");
	put_file(scratch, "dev/kvm", "");
	put_directory(scratch, "sys/module/kvm");
	put_link(scratch, "sys/bus/acpi/devices/PNP0A03:00", scratch->canary);
}

static int record(struct scratch *scratch, const char *path, unsigned flags)
{
	memset(scratch->problem, 0, sizeof(scratch->problem));
	return vw_snapshot_record(scratch->source, path, flags, scratch->problem, sizeof(scratch->problem));
}

static void recordings_are_replayed(void **state)
{
	struct scratch *scratch = *state;
	const char *bytes;
	size_t size;

	put_machine(scratch);
	assert_int_equal(open_snapshot(scratch, scratch->snap), 0);
	assert_int_equal(record(scratch, beside(scratch, "out"), 0), 0);

	assert_int_equal(open_snapshot(scratch, beside(scratch, "out")), 0);
	assert_string_equal(vw_source_arch(scratch->source), "x86_64");
	assert_string_equal(vw_source_captured(scratch->source), "2026-01-02T03:04:05Z");
	assert_int_equal(vw_source_link(scratch->source, "/sys/class/dmi", &bytes), 0);
	assert_string_equal(bytes, "../../sys/devices/virtual/dmi");
	assert_int_equal(read_of(scratch->source, "/sys/class/dmi/id/sys_vendor", &bytes), 0);
	assert_string_equal(bytes, "Xen\n");
	assert_int_equal(read_of(scratch->source, "/sys/class/dmi/id/product_serial", &bytes), 0);
	assert_string_equal(bytes, "EC200000-0000-0000-0000-000000000000\n");
	assert_int_equal(read_of(scratch->source, "/sys/class/dmi/id/product_uuid", &bytes), 0);
	assert_string_equal(bytes, "ec200000-0000-0000-0000-000000000000\n");
	assert_int_equal(read_of(scratch->source, "/sys/class/dmi/id/board_asset_tag", &bytes), 0);
	assert_string_equal(bytes, "i-00000000000000000\n");
	assert_int_equal(read_of(scratch->source, "/proc/cmdline", &bytes), 0);
	assert_string_equal(bytes, "root=UUID=00000000-0000-0000-0000-000000000000 quiet password=0000000\n");
	assert_int_equal(vw_source_read(scratch->source, "/proc/1/environ", 64, &bytes, &size), 0);
	assert_int_equal(size, 30);
	assert_memory_equal(bytes, "HOME=\0container=podman\0TOKEN=", 30);
	assert_int_equal(vw_source_usable(scratch->source, "/dev/kvm"), 0);

	/* recorded again it is the same, in every form */
	assert_int_equal(record(scratch, beside(scratch, "a.tar"), 0), 0);
	assert_int_equal(open_snapshot(scratch, beside(scratch, "a.tar")), 0);
	assert_int_equal(record(scratch, beside(scratch, "a.tar.zst"), 0), 0);
	assert_int_equal(open_snapshot(scratch, beside(scratch, "a.tar.zst")), 0);
	assert_int_equal(record(scratch, beside(scratch, "a.tar.gz"), 0), 0);
	assert_int_equal(open_snapshot(scratch, beside(scratch, "a.tar.gz")), 0);
	assert_int_equal(record(scratch, beside(scratch, "b.tar"), 0), 0);
	same_files(beside(scratch, "a.tar"), beside(scratch, "b.tar"));
}

/* Links that end at a dot, at two or at the root lead to directories that have a place of their own. */
static void circles_are_recorded(void **state)
{
	struct scratch *scratch = *state;
	const char *target;

	put_file(scratch, "sys/bus/pci/drivers", "");
	put_link(scratch, "sys/bus/pci/devices", ".");
	put_link(scratch, "sys/class/net", "../bus/..");
	put_link(scratch, "sys/block", "/");
	assert_int_equal(open_snapshot(scratch, scratch->snap), 0);
	assert_int_equal(record(scratch, beside(scratch, "circles.tar"), 0), 0);
	assert_int_equal(open_snapshot(scratch, beside(scratch, "circles.tar")), 0);
	assert_int_equal(vw_source_link(scratch->source, "/sys/bus/pci/devices", &target), 0);
	assert_string_equal(target, ".");
	assert_int_equal(vw_source_link(scratch->source, "/sys/class/net", &target), 0);
	assert_string_equal(target, "../bus/..");
	assert_int_equal(vw_source_exists(scratch->source, "/sys/bus/pci/drivers"), 0);
}

/* Files that stand for links become links again. */
static void flat_links_are_recorded(void **state)
{
	struct scratch *scratch = *state;
	const char *target, *bytes;

	put_file(scratch, "sys/class/net/eth0", "../../devices/vif-0/net/eth0");
	put_link(scratch, "sys/devices/vif-0/net/eth0/device", "../../../vif-0");
	put_file(scratch, "sys/class/dmi/id", "../../devices/virtual/dmi/id");
	put_file(scratch, "sys/devices/virtual/dmi/id/sys_vendor", "Xen\n");
	assert_int_equal(open_snapshot(scratch, scratch->snap), 0);
	assert_int_equal(record(scratch, beside(scratch, "flat.tar"), 0), 0);
	assert_int_equal(open_snapshot(scratch, beside(scratch, "flat.tar")), 0);
	assert_int_equal(vw_source_link(scratch->source, "/sys/class/net/eth0", &target), 0);
	assert_string_equal(target, "../../devices/vif-0/net/eth0");
	assert_int_equal(read_of(scratch->source, "/sys/class/dmi/id/sys_vendor", &bytes), 0);
	assert_string_equal(bytes, "Xen\n");
}

static void ids_are_kept_when_asked_for(void **state)
{
	struct scratch *scratch = *state;
	struct stat status;
	const char *bytes;

	put_machine(scratch);
	assert_int_equal(open_snapshot(scratch, scratch->snap), 0);
	assert_int_equal(record(scratch, beside(scratch, "ids"), VW_SNAPSHOT_WITH_IDS), 0);
	assert_int_equal(record(scratch, beside(scratch, "ids.tar.gz"), VW_SNAPSHOT_WITH_IDS), 0);
	assert_int_equal(stat(beside(scratch, "ids"), &status), 0);
	assert_int_equal(status.st_mode & 0777, 0700);
	assert_int_equal(stat(beside(scratch, "ids.tar.gz"), &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);

	assert_int_equal(open_snapshot(scratch, beside(scratch, "ids.tar.gz")), 0);
	assert_int_equal(read_of(scratch->source, "/sys/class/dmi/id/board_asset_tag", &bytes), 0);
	assert_string_equal(bytes, "i-0abc123def4567890\n");
	/* secrets are no ids */
	assert_int_equal(read_of(scratch->source, "/proc/cmdline", &bytes), 0);
	assert_non_null(strstr(bytes, "1b4e28ba-2fa1-11d2-883f-0016d3cca427"));
	assert_null(strstr(bytes, "hunter2"));
	assert_int_equal(read_of(scratch->source, "/proc/1/environ", &bytes), 0);
	assert_string_equal(bytes, "HOME=");
}

static void facts_are(struct scratch *scratch, struct vw_facts **ret_facts)
{
	assert_int_equal(vw_probe(scratch->source, VW_PROBE_WIDE, ret_facts), 0);
}

/* What could not be read stays unread, and does not turn into "absent". */
static void denials_are_recorded(void **state)
{
	_cleanup_(vw_source_freep) struct vw_source *first = NULL;
	_cleanup_(vw_facts_freep) struct vw_facts *before = NULL, *after = NULL;
	struct scratch *scratch = *state;

	put_machine(scratch);
	assert_int_equal(mkfifoat(scratch->fd, "proc/cpuinfo", 0644), 0);
	assert_int_equal(open_snapshot(scratch, scratch->snap), 0);
	assert_int_equal(vw_source_deny(scratch->source, "/sys/class/dmi"), 0);
	assert_int_equal(vw_source_deny(scratch->source, "/proc/1"), 0);
	assert_int_equal(vw_source_deny(scratch->source, "cpuid"), 0);
	assert_int_equal(record(scratch, beside(scratch, "denied.tar"), 0), 0);
	facts_are(scratch, &before);
	assert_int_equal(before->dmi.sys_vendor.state, VW_DENIED);

	first = scratch->source;
	scratch->source = NULL;
	assert_int_equal(open_snapshot(scratch, beside(scratch, "denied.tar")), 0);
	facts_are(scratch, &after);
	assert_int_equal(after->dmi.sys_vendor.state, VW_DENIED);
	assert_int_equal(after->container.pid1_container.state, VW_DENIED);
	assert_int_equal(after->cpuid.state, VW_DENIED);
	assert_int_equal(after->unread_count, before->unread_count);
	for (size_t i = 0; i < after->unread_count; i++) {
		assert_string_equal(after->unread[i].source, before->unread[i].source);
		assert_string_equal(after->unread[i].error, before->unread[i].error);
	}
}

/* A denied path that was seen by other means is still seen. */
static void recorded_denials_answer_for_themselves(void **state)
{
	struct scratch *scratch = *state;
	const char *const *name;
	const char *bytes;
	size_t count;

	put_file(scratch, "meta.json",
		 "{\"format\": \"virtwhere.snapshot/1\", \"denied\": {\"/sys/seen\": \"EACCES\", "
		 "\"/sys/unseen\": \"EIO\", \"/sys/long\": \"EFBIG\"}}");
	put_file(scratch, "sys/seen", "");
	put_file(scratch, "sys/seen2", "text");
	put_file(scratch, "sys/long/a", "");
	assert_int_equal(open_snapshot(scratch, scratch->snap), 0);
	assert_int_equal(vw_source_exists(scratch->source, "/sys/seen"), 0);
	assert_int_equal(read_of(scratch->source, "/sys/seen", &bytes), -EACCES);
	assert_int_equal(vw_source_usable(scratch->source, "/sys/seen"), -EACCES);
	assert_int_equal(read_of(scratch->source, "/sys/seen2", &bytes), 0);
	assert_int_equal(vw_source_exists(scratch->source, "/sys/unseen"), -EIO);
	assert_int_equal(read_of(scratch->source, "/sys/unseen", &bytes), -EIO);
	assert_int_equal(read_of(scratch->source, "/sys/unseen/below", &bytes), -ENOENT);
	assert_string_equal(unread_error(scratch->source, "/sys/unseen"), "EIO");
	/* a list that was cut when it was recorded */
	assert_int_equal(vw_source_list(scratch->source, "/sys/long", &count, &name), 0);
	assert_int_equal(count, 1);
	assert_string_equal(unread_error(scratch->source, "/sys/long"), "EFBIG");
}

static void nothing_is_written_over(void **state)
{
	static const char *const names[] = {"there", "there.tar", "link", "link.tar.gz", "snap"};
	struct scratch *scratch = *state;
	size_t before, size;
	char *bytes;

	put_machine(scratch);
	write_text(beside(scratch, "there"), "mine");
	write_text(beside(scratch, "there.tar"), "mine");
	assert_int_equal(symlink("nowhere", beside(scratch, "link")), 0);
	assert_int_equal(symlink("nowhere", beside(scratch, "link.tar.gz")), 0);
	before = entries_of(scratch->directory);
	for (size_t i = 0; i < VW_COUNT(names); i++) {
		assert_int_equal(open_snapshot(scratch, scratch->snap), 0);
		assert_int_equal(record(scratch, beside(scratch, names[i]), 0), -EEXIST);
		assert_non_null(strstr(scratch->problem, beside(scratch, names[i])));
		assert_non_null(strstr(scratch->problem, "is there already"));
	}
	bytes = whole_file(beside(scratch, "there.tar"), &size);
	assert_int_equal(size, 4);
	assert_memory_equal(bytes, "mine", 4);
	free(bytes);
	assert_int_equal(entries_of(scratch->directory), before);
}

static void bad_targets_are_refused(void **state)
{
	static const struct {
		const char *path;
		int r;
	} cases[] = {
		{"x.zip", -EOPNOTSUPP}, {"x.tgz", -EOPNOTSUPP},  {"x.tar.xz", -EOPNOTSUPP},
		{"none/x", -ENOENT},    {"none/x.tar", -ENOENT}, {"canary/x", -ENOTDIR},
	};
	struct scratch *scratch = *state;
	size_t before = entries_of(scratch->directory);

	put_machine(scratch);
	assert_int_equal(open_snapshot(scratch, scratch->snap), 0);
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		assert_int_equal(record(scratch, beside(scratch, cases[i].path), 0), cases[i].r);
		assert_non_null(strstr(scratch->problem, beside(scratch, cases[i].path)));
	}
	assert_int_equal(record(scratch, "", 0), -ENOENT);
	assert_int_equal(record(scratch, "/", 0), -EEXIST);
	assert_int_equal(entries_of(scratch->directory), before);

	/* slashes at the end are no name */
	assert_int_equal(record(scratch, beside(scratch, "out//"), 0), 0);
	assert_int_equal(access(beside(scratch, "out/meta.json"), F_OK), 0);
}

/* A full disk: nothing half written stays. */
static void failed_writing_leaves_nothing(void **state)
{
	static const char *const names[] = {"out", "out.tar", "out.tar.gz"};
	struct scratch *scratch = *state;
	struct rlimit limit, small;
	size_t before = entries_of(scratch->directory);

	put_machine(scratch);
	assert_int_equal(open_snapshot(scratch, scratch->snap), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = (struct rlimit){.rlim_cur = 16, .rlim_max = limit.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	for (size_t i = 0; i < VW_COUNT(names); i++) {
		int r;

		assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
		r = record(scratch, beside(scratch, names[i]), 0);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		assert_int_equal(r, -EFBIG);
		assert_non_null(strstr(scratch->problem, names[i]));
	}
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(entries_of(scratch->directory), before);
}

/* Links that lead to the host are recorded as the links that they are, and what they lead to is not. */
static void hostile_snapshots_record_nothing_of_the_host(void **state)
{
	struct scratch *scratch = *state;
	size_t size;
	char *bytes;

	put_machine(scratch);
	put_link(scratch, "proc/cpuinfo", scratch->canary);
	put_link(scratch, "proc/version", "../../../../../../../../../../canary");
	put_link(scratch, "run/systemd", scratch->directory);
	put_link(scratch, "sys/hypervisor", scratch->directory);
	put_link(scratch, "sys/bus/pci/devices", scratch->directory);
	put_link(scratch, "sys/firmware/acpi/tables", "/");
	assert_int_equal(open_snapshot(scratch, scratch->snap), 0);
	assert_int_equal(record(scratch, beside(scratch, "out.tar"), VW_SNAPSHOT_WITH_IDS), 0);
	bytes = whole_file(beside(scratch, "out.tar"), &size);
	assert_null(memmem(bytes, size, CANARY, strlen(CANARY)));
	free(bytes);
}

static void this_machine_is_recorded(void **state)
{
	_cleanup_(vw_source_freep) struct vw_source *live = NULL;
	_cleanup_(vw_facts_freep) struct vw_facts *before = NULL, *after = NULL;
	struct scratch *scratch = *state;

	assert_int_equal(vw_source_live(&live), 0);
	scratch->source = live;
	assert_int_equal(record(scratch, beside(scratch, "live.tar.gz"), VW_SNAPSHOT_TIMING), 0);
	facts_are(scratch, &before);
	scratch->source = NULL;

	assert_int_equal(open_snapshot(scratch, beside(scratch, "live.tar.gz")), 0);
	facts_are(scratch, &after);
	assert_string_equal(after->arch, before->arch);
	assert_non_null(after->captured);
	assert_int_equal(strlen(after->captured), strlen("2026-01-02T03:04:05Z"));
	assert_string_equal(after->kernel.release.text, before->kernel.release.text);
	assert_int_equal(after->cpuid.count, before->cpuid.count);
	if (after->cpuid.count)
		assert_memory_equal(after->cpuid.leaf, before->cpuid.leaf,
				    after->cpuid.count * sizeof(*after->cpuid.leaf));
	assert_int_equal(after->devices.pci_count, before->devices.pci_count);
	assert_int_equal(after->devices.net.count, before->devices.net.count);
	assert_int_equal(after->devices.block.count, before->devices.block.count);
	assert_int_equal(after->acpi.count, before->acpi.count);
	assert_int_equal(after->kvm.device.state, before->kvm.device.state);
	assert_int_equal(vw_source_cpuid_executions(scratch->source), 0);
	assert_int_equal(after->exits.median_ns.state == VW_VALUE, after->cpuid.count > 0);
	assert_int_equal(after->unread_count, before->unread_count);
}

/* Redaction. */

#define DMI    "/sys/devices/virtual/dmi/id/"
#define HEX64  "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
#define ZERO64 "0000000000000000000000000000000000000000000000000000000000000000"

static void ids_lose_letters_and_digits(void **state)
{
	static const struct {
		const char *place, *in, *out;
	} cases[] = {
		{DMI "product_serial", "GoogleCloud-957EDC41\n", "GoogleCloud-00000000\n"},
		{DMI "product_serial", "VMware-42 1d e9\n", "VMware-00 00 00\n"},
		{DMI "product_serial", "srv-ab1cd.gb1.brightbox.com\n", "000-00000.000.brightbox.com\n"},
		{DMI "product_serial", ".brightbox.com", ".brightbox.com"},
		{DMI "product_serial", "i-", "i-"},
		{DMI "product_serial", "", ""},
		{DMI "board_serial", "CN70163\xc3\xa9/X\n", "000000000/0\n"},
		{DMI "chassis_serial", "Not Specified\n", "000 000000000\n"},
		{DMI "product_uuid", "4c4c4544-0043-3010-8052-b4c04f564231\n",
		 "00000000-0000-0000-0000-000000000000\n"},
		{DMI "product_uuid", "AB232AEC-54BE-4843-8D24-8C819F88453E",
		 "000020EC-0000-0000-0000-000000000000"},
		{DMI "product_uuid", "ec2", "ec2"},
		{DMI "board_asset_tag", "i-04f9b1c56b3c301b5\n", "i-00000000000000000\n"},
		{DMI "chassis_asset_tag", "7783-7084-3265-9085-8269-3286-77\n",
		 "7783-7084-3265-9085-8269-3286-77\n"},
		{DMI "product_name", "c5.large\n", "c5.large\n"},
		{"/sys/hypervisor/uuid", "00000000-0000-0000-0000-000000000000\n",
		 "00000000-0000-0000-0000-000000000000\n"},
		{"/sys/hypervisor/uuid", "ec2e1916-9099-7caf-fd21-012345abcdef\n",
		 "ec200000-0000-0000-0000-000000000000\n"},
		{"/sys/devices/pci0000:00/0000:00:03.0/net/eth0/address", "02:4a:d1:7e:91:3c\n",
		 "00:00:00:00:00:00\n"},
		{"/sys/devices/pci0000:00/0000:00:04.0/nvme/nvme0/serial", "vol0a1b2c3d4e5f\n",
		 "vol000000000000\n"},
		{"/proc/sys/kernel/random/boot_id", "9d8c7b6a-0001-4abc-8def-112233445566\n",
		 "00000000-0000-0000-0000-000000000000\n"},
		{"/etc/machine-id", "0123456789abcdef0123456789abcdef\n",
		 "00000000000000000000000000000000\n"},
		{"/proc/cmdline", "BOOTIF=01-02-4a-d1-7e-91-3c root=PARTUUID=8f3c2a1b-02 ip=10.0.0.1",
		 "BOOTIF=00-00-00-00-00-00-00 root=PARTUUID=00000000-00 ip=10.0.0.1"},
		{"/proc/cmdline", "console=ttyS0,115200n8 xen-fbfront.video=32,1024,768 mem=decade",
		 "console=ttyS0,115200n8 xen-fbfront.video=32,1024,768 mem=decade"},
		{"/proc/cmdline", "rd.luks.key=/k1 vconsole.keymap=us systemd.set_credential=a:b1",
		 "rd.luks.key=/00 vconsole.keymap=us systemd.set_credential=0:00"},
		{"/proc/1/cgroup", "12:devices:/docker/" HEX64 "\n11:x:/docker-" HEX64 ".scope\n",
		 "12:devices:/docker/" ZERO64 "\n11:x:/docker-" ZERO64 ".scope\n"},
		{"/proc/self/cgroup", "0::/kubepods/pod0a1b2c3d_1111_2222_3333_444455556666/x\n",
		 "0::/kubepods/pod00000000_0000_0000_0000_000000000000/x\n"},
		{"/proc/ppc64/lparcfg", "lparcfg 1.9\nserial_number=IBM,03212D8FA\npartition_id=5\n",
		 "lparcfg 1.9\nserial_number=000,000000000\npartition_id=5\n"},
		{"/proc/sysinfo", "Type:  2817\nSequence Code:        00000000000EAA14\n",
		 "Type:  2817\nSequence Code:        0000000000000000\n"},
		{"/proc/cpuinfo", "serial: 1b4e28ba-2fa1-11d2-883f-0016d3cca427\n",
		 "serial: 1b4e28ba-2fa1-11d2-883f-0016d3cca427\n"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		char text[256];
		size_t size = strlen(cases[i].in);

		memcpy(text, cases[i].in, size + 1);
		assert_int_equal(vw_redact(cases[i].place, text, size, false), size);
		assert_string_equal(text, cases[i].out);
	}
}

static void environments_lose_their_values(void **state)
{
	static const struct {
		const char *in, *out;
		size_t in_size, out_size;
	} cases[] = {
#define CASE(in, out) {in, out, sizeof(in) - 1, sizeof(out) - 1}
		CASE("", ""),
		CASE("A=1\0container=lxc\0B=\0", "A=\0container=lxc\0B=\0"),
		CASE("KUBERNETES_SERVICE_HOST=10.0.0.1\0AWS_SECRET=x=y",
		     "KUBERNETES_SERVICE_HOST=\0AWS_SECRET=\0"),
		CASE("cut value without name", ""),
		CASE("\0\0\0", ""),
		CASE("A=", "A="), /* no room for its NUL: it had none */
#undef CASE
	};

	(void)state;
	for (int with_ids = 0; with_ids < 2; with_ids++)
		for (size_t i = 0; i < VW_COUNT(cases); i++) {
			char text[128];

			memcpy(text, cases[i].in, cases[i].in_size + 1);
			assert_int_equal(vw_redact("/proc/1/environ", text, cases[i].in_size, with_ids),
					 cases[i].out_size);
			assert_memory_equal(text, cases[i].out, cases[i].out_size);
		}
}

static void oem_strings_lose_credentials(void **state)
{
	static const char table[] =
		"\x0b\x05\x01\x00\x03"
		"io.systemd.credential:db.pass=s3cret=1\0virtwhere:1;stack=kvm\0vboxVer_7.0.6\0\0"
		"\x7f\x04\x02\x00\0";
	static const char expect[] =
		"\x0b\x05\x01\x00\x03"
		"io.systemd.credential:db.pass=000000=0\0virtwhere:1;stack=kvm\0vboxVer_7.0.6\0\0"
		"\x7f\x04\x02\x00\0";
	static const char *const places[] = {"/sys/firmware/dmi/tables/DMI",
					     "/sys/firmware/dmi/entries/11-0/raw"};

	(void)state;
	for (int with_ids = 0; with_ids < 2; with_ids++)
		for (size_t i = 0; i < VW_COUNT(places); i++) {
			char bytes[sizeof(table)];

			memcpy(bytes, table, sizeof(table));
			assert_int_equal(vw_redact(places[i], bytes, sizeof(table), with_ids), sizeof(table));
			assert_memory_equal(bytes, expect, sizeof(expect));
		}
}

static void firmware_tables_lose_ids(void **state)
{
	/* type 1, of 27 bytes: maker, product, version, serial, UUID, wake-up, SKU, family; then type 127 */
	static const char table[] = "\x01\x1b\x01\x00\x01\x02\x00\x03"
				    "\x45\xe1\x2a\xec\xd1\xdc\x13\xb2\x94\xed\x01\x23\x45\xab\xcd\xef"
				    "\x06\x00\x00"
				    "Amazon EC2\0c5.large\0ec2ae145-d1dc-13b2\0\0"
				    "\x11\x1b\x02\x00"
				    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x02\x00"
				    "SER1AL\0ASSET7\0\0"
				    "\x7f\x04\x03\x00\0";
	static const char expect[] = "\x01\x1b\x01\x00\x01\x02\x00\x03"
				     "\x00\x00\x20\xec\0\0\0\0\0\0\0\0\0\0\0\0"
				     "\x06\x00\x00"
				     "Amazon EC2\0c5.large\0ec200000-0000-0000\0\0"
				     "\x11\x1b\x02\x00"
				     "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x02\x00"
				     "000000\0"
				     "000000\0\0"
				     "\x7f\x04\x03\x00\0";
	char bytes[sizeof(table)];

	(void)state;
	memcpy(bytes, table, sizeof(table));
	assert_int_equal(vw_redact("/sys/firmware/dmi/tables/DMI", bytes, sizeof(table), false),
			 sizeof(table));
	assert_memory_equal(bytes, expect, sizeof(table));

	/* cut anywhere: no byte behind it is touched, no serial stays */
	for (size_t size = 0; size < sizeof(table); size++) {
		char *cut = malloc(size + 1);

		assert_non_null(cut);
		memcpy(cut, table, size);
		cut[size] = '\0';
		assert_int_equal(vw_redact("/sys/firmware/dmi/entries/1-0/raw", cut, size, false), size);
		assert_null(memmem(cut, size, "145-d1dc", 8));
		assert_null(memmem(cut, size, "SER1AL", 6));
		free(cut);
	}

	memset(bytes, 'K', sizeof(bytes));
	vw_redact("/sys/firmware/acpi/tables/MSDM", bytes, 85, false);
	assert_int_equal(bytes[35], 'K');
	for (size_t i = 36; i < 85; i++)
		assert_int_equal(bytes[i], 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(others_are_refused),
		TEST(meta_is_checked),
		TEST(texts_of_meta),
		TEST(denials_are_bounded),
		TEST(marks_of_a_snapshot),
		TEST(untold_architectures),
		TEST(packed_sizes_are_bounded),
		TEST(archives_are_unpacked),
		TEST(archives_may_have_a_folder),
		TEST(hostile_entries_are_refused),
		TEST(hostile_hard_links_are_refused),
		TEST(odd_entries_are_tamed),
		TEST(cut_archives_are_refused),
		TEST(damaged_archives_do_no_harm),
		TEST(big_archives_are_refused),
		TEST(long_files_are_cut),
		TEST(signals_wait),
		TEST(each_signal_waits),
		TEST(signals_wait_for_the_source),
		TEST(no_place_to_unpack),
		TEST(recordings_are_replayed),
		TEST(circles_are_recorded),
		TEST(flat_links_are_recorded),
		TEST(ids_are_kept_when_asked_for),
		TEST(denials_are_recorded),
		TEST(recorded_denials_answer_for_themselves),
		TEST(nothing_is_written_over),
		TEST(bad_targets_are_refused),
		TEST(failed_writing_leaves_nothing),
		TEST(hostile_snapshots_record_nothing_of_the_host),
		TEST(this_machine_is_recorded),
		cmocka_unit_test(ids_lose_letters_and_digits),
		cmocka_unit_test(environments_lose_their_values),
		cmocka_unit_test(oem_strings_lose_credentials),
		cmocka_unit_test(firmware_tables_lose_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

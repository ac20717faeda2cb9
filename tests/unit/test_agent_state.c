/* SPDX-License-Identifier: MIT */

/* What the service keeps on disk, and what it makes of what it finds there. */

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "agent/inspect.h"
#include "agent/state.h"
#include "base/file.h"
#include "tests/unit/left_behind.h"
#include "tests/unit/left_out.h"
#include "tests/unit/no_memory.h"
#include "tests/unit/open_fails.h"
#include "tests/unit/piecemeal.h"
#include "tests/unit/said.h"
#include "tests/unit/scratch.h"

struct paths {
	char report[96], directory[96], last[128], last_change[128];
};

static struct paths paths_in(const struct scratch *scratch)
{
	struct paths paths;

	snprintf(paths.report, sizeof(paths.report), "%s/report.json", scratch->directory);
	snprintf(paths.directory, sizeof(paths.directory), "%s/state", scratch->directory);
	snprintf(paths.last, sizeof(paths.last), "%s/last", paths.directory);
	snprintf(paths.last_change, sizeof(paths.last_change), "%s/last-change", paths.directory);
	assert_int_equal(mkdir(paths.directory, 0755), 0);
	return paths;
}

static void check_holds(const char *path, const char *text)
{
	char bytes[64] = "";
	FILE *file = fopen(path, "re");

	assert_non_null(file);
	assert_int_equal(fread(bytes, 1, sizeof(bytes) - 1, file), strlen(text));
	assert_int_equal(fclose(file), 0);
	assert_string_equal(bytes, text);
}

/* The same text in both files. */
static void keep(struct vwd_store *store, const char *text, bool changed)
{
	vwd_state_write(&store->report, text, strlen(text), changed);
	vwd_state_write(&store->last, text, strlen(text), changed);
}

static ino_t inode_of(const char *path)
{
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	return status.st_ino;
}

/* What has not changed is not written again, unless it could not be written before. */
static void test_keep(void **state)
{
	struct paths paths = paths_in(*state);
	struct vwd_store store = {0};
	ino_t before;

	assert_int_equal(vwd_store_init(&store, paths.report, paths.directory, NULL), 0);
	keep(&store, "one", true);
	check_holds(paths.report, "one");
	check_holds(paths.last, "one");
	before = inode_of(paths.report);
	keep(&store, "one", false);
	assert_int_equal(inode_of(paths.report), before);
	keep(&store, "two", true);
	check_holds(paths.report, "two");
	assert_true(store.report.written && store.last.written);

	/* what somebody else did to a file is undone */
	assert_int_equal(unlink(paths.report), 0);
	write_text(paths.last, "tw0");
	keep(&store, "two", false);
	check_holds(paths.report, "two");
	check_holds(paths.last, "two");

	/* a directory that is gone is not for ever */
	assert_int_equal(unlink(paths.last), 0);
	assert_int_equal(rmdir(paths.directory), 0);
	keep(&store, "three", true);
	check_holds(paths.report, "three");
	assert_false(store.last.written);
	assert_int_equal(store.last.trouble.err, -ENOENT);
	assert_int_equal(mkdir(paths.directory, 0755), 0);
	keep(&store, "three", false);
	check_holds(paths.last, "three");
	assert_int_equal(store.last.trouble.err, 0);
	vwd_store_free(&store);
}

static void test_nowhere(void **state)
{
	struct vwd_digest digest = {0};
	struct vwd_store store = {0};

	(void)state;
	assert_int_equal(vwd_store_init(&store, NULL, NULL, NULL), 0);
	keep(&store, "one", true);
	assert_false(store.report.written || store.last.written);
	assert_int_equal(vwd_store_read(&store, &digest), -ENOENT);
	vwd_store_free(&store);
}

#define DOCUMENT                                               \
	"virtwhere.last/1\t1\t1\n"                             \
	"machine\t1\t0\t1\t=nitro\t=kvm\t\t\t\t\t\t=aws\t\t\n" \
	"device\t=network\t=eth0\t\t=ena\t\t\tVH\n"            \
	"finding\t=DRV001\t\t\tpass\tfatal\n"

static void test_read(void **state)
{
	struct paths paths = paths_in(*state);
	struct vwd_digest digest = {0};
	struct vwd_store store = {0};

	assert_int_equal(vwd_store_init(&store, NULL, paths.directory, NULL), 0);
	assert_int_equal(vwd_store_read(&store, &digest), -ENOENT);
	keep(&store, DOCUMENT, true);
	assert_int_equal(vwd_store_read(&store, &digest), 0);
	assert_string_equal(digest.platform.id, "nitro");
	assert_int_equal(digest.device_count, 1);
	vwd_digest_free(&digest);

	/* whatever part of it is there, it is not taken */
	for (size_t size = 0; size < strlen(DOCUMENT); size++)
		assert_int_equal(vwd_digest_parse(DOCUMENT, size, &digest), -EBADMSG);
	assert_int_equal(vwb_file_write(paths.last, DOCUMENT, strlen(DOCUMENT) / 2), 0);
	assert_int_equal(vwd_store_read(&store, &digest), -EBADMSG);
	assert_null(digest.arena);
	vwd_store_free(&store);
}

static void make_fifo(const char *path)
{
	assert_int_equal(mkfifo(path, 0600), 0);
}

static void make_directory(const char *path)
{
	assert_int_equal(mkdir(path, 0700), 0);
}

static void make_link(const char *path)
{
	assert_int_equal(symlink("/etc/passwd", path), 0);
}

static void make_huge(const char *path)
{
	write_text(path, "{");
	assert_int_equal(truncate(path, VW_DIGEST_LIMIT + 1), 0);
}

static void make_hole(const char *path)
{
	write_text(path, "");
	assert_int_equal(truncate(path, 4096), 0);
}

/* What stands in the place of the last report is neither waited for, nor followed, nor taken into memory. */
static void test_hostile(void **state)
{
	static const struct {
		void (*make)(const char *path);
		int err;
	} cases[] = {{make_fifo, -EINVAL},
		     {make_directory, -EINVAL},
		     {make_link, -ELOOP},
		     {make_huge, -EFBIG},
		     {make_hole, -EBADMSG}};
	struct paths paths = paths_in(*state);
	struct vwd_digest digest = {0};
	struct vwd_store store = {0};

	assert_int_equal(vwd_store_init(&store, NULL, paths.directory, NULL), 0);
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		cases[i].make(paths.last);
		assert_int_equal(vwd_store_read(&store, &digest), cases[i].err);
		assert_int_equal(remove(paths.last), 0);
	}
	vwd_store_free(&store);
}

/* Nor is it written to: only a link in our own folder is replaced. */
static void test_hostile_places(void **state)
{
	static const struct {
		void (*make)(const char *path);
		int err;
	} cases[] = {{make_fifo, -EINVAL}, {make_directory, -EISDIR}, {make_link, 0}};
	struct paths paths = paths_in(*state);

	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct vwd_store store = {0};

		assert_int_equal(vwd_store_init(&store, NULL, paths.directory, NULL), 0);
		cases[i].make(paths.last);
		keep(&store, "one", true);
		assert_int_equal(store.last.trouble.err, cases[i].err);
		assert_int_equal(store.last.written, cases[i].err == 0);
		if (cases[i].err == 0)
			check_holds(paths.last, "one");
		assert_int_equal(remove(paths.last), 0);
		vwd_store_free(&store);
	}
}

/* A report may be a link to where it really is; what that leads to and is no file is left alone. */
static void test_linked_report(void **state)
{
	struct paths paths = paths_in(*state);
	struct vwd_store store = {0};
	struct stat status;

	write_text(paths.last, "old");
	assert_int_equal(symlink(paths.last, paths.report), 0);
	assert_int_equal(vwd_store_init(&store, paths.report, NULL, NULL), 0);
	keep(&store, "one", true);
	check_holds(paths.last, "one");
	assert_int_equal(lstat(paths.report, &status), 0);
	assert_true(S_ISLNK(status.st_mode));
	assert_int_equal(remove(paths.last), 0);
	make_fifo(paths.last);
	keep(&store, "two", true);
	assert_int_equal(store.report.trouble.err, -EINVAL);
	vwd_store_free(&store);
}

static void test_last_change(void **state)
{
	static const char *const bad[] = {"",
					  "\n",
					  "1700000000",
					  "-1\n",
					  " 17\n",
					  "0\n",
					  "1e9\n",
					  "17\n18\n",
					  "9999999999999\n",
					  "\xff\xff\n",
					  "17 \n",
					  "17\n\n",
					  "00000000000000000000000000000017\n"};
	struct paths paths = paths_in(*state);
	struct vwd_store store = {0};
	uint64_t when = 7;

	assert_int_equal(vwd_store_init(&store, NULL, paths.directory, NULL), 0);
	assert_int_equal(vwd_store_read_change(&store, &when), -ENOENT);
	vwd_store_write_change(&store, 0);
	assert_int_equal(access(paths.last_change, F_OK), -1);
	for (size_t i = 0; i < VW_COUNT(bad); i++) {
		write_text(paths.last_change, bad[i]);
		assert_true(vwd_store_read_change(&store, &when) < 0);
		assert_int_equal(when, 7);
	}
	vwd_store_write_change(&store, 1700000000);
	check_holds(paths.last_change, "1700000000\n");
	assert_int_equal(vwd_store_read_change(&store, &when), 0);
	assert_int_equal(when, 1700000000);
	vwd_store_write_change(&store, 1700000001);
	check_holds(paths.last_change, "1700000001\n");
	assert_int_equal(unlink(paths.last_change), 0);
	vwd_store_write_change(&store, 1700000001);
	check_holds(paths.last_change, "1700000001\n");
	for (size_t i = 0; i < 3; i++) {
		static void (*const make[])(const char *path) = {make_fifo, make_directory, make_link};

		assert_int_equal(remove(paths.last_change), 0);
		make[i](paths.last_change);
		assert_true(vwd_store_read_change(&store, &when) < 0);
	}
	vwd_store_free(&store);
}

/* A service that was killed in the middle leaves a temporary file; the next one removes it, and nothing else.
 */
static void test_leftovers(void **state)
{
	static const struct {
		const char *name;
		bool stays;
	} files[] = {
		{"last", true},
		{"last.4711-0~", false},
		{"last.4711-12~", false},
		{"last.bak", true},
		{"last.1-x~", true},
		{"last~", true},
		{"other.1-0~", true},
		{"last.1-0~~", true},
		{"last-change.1-0~", false},
		{"text.prom.1-99~", false},
		{"report.json.100-0~", false},
	};
	struct paths paths = paths_in(*state);
	struct vwd_store store = {0};
	char path[160], text[160], here[PATH_MAX];

	for (size_t i = 0; i < VW_COUNT(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", paths.directory, files[i].name);
		write_text(path, "x");
	}
	/* a name without a folder is one in this folder */
	snprintf(text, sizeof(text), "%s/text.prom", paths.directory);
	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(chdir(paths.directory), 0);
	assert_int_equal(vwd_store_init(&store, "report.json", paths.directory, text), 0);
	assert_int_equal(chdir(here), 0);
	for (size_t i = 0; i < VW_COUNT(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", paths.directory, files[i].name);
		assert_int_equal(access(path, F_OK) == 0, files[i].stays);
	}
	vwd_store_free(&store);
}

/* What is said. */

/* What stands in the place of a file that is kept is named. */
static void test_reasons(void **state)
{
	static const struct {
		void (*make)(const char *path);
		const char *reason;
	} cases[] = {{make_fifo, "is no regular file"},
		     {make_directory, "is no regular file"},
		     {make_link, "is a symbolic link"},
		     {make_huge, "is too big"},
		     {make_hole, "is damaged"}};
	struct paths paths = paths_in(*state);
	struct vwd_digest digest = {0};
	struct vwd_store store = {0};
	char expected[512];
	uint64_t when;

	assert_int_equal(vwd_store_init(&store, NULL, paths.directory, NULL), 0);
	said_begin();
	assert_int_equal(vwd_store_read(&store, &digest), -ENOENT);
	assert_int_equal(vwd_store_read_change(&store, &when), -ENOENT);
	assert_string_equal(said_end(), "");
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		bool sized = cases[i].make == make_hole; /* too big for a time */

		cases[i].make(paths.last);
		said_begin();
		assert_true(vwd_store_read(&store, &digest) < 0);
		snprintf(expected, sizeof(expected),
			 "virtwhered: %s: %s; what changed since it was written is not told\n", paths.last,
			 cases[i].reason);
		assert_string_equal(said_end(), expected);
		assert_int_equal(rename(paths.last, paths.last_change), 0);
		said_begin();
		assert_true(vwd_store_read_change(&store, &when) < 0);
		snprintf(expected, sizeof(expected),
			 "virtwhered: %s: %s; when the machine last changed is not known\n",
			 paths.last_change, sized ? "is too big" : cases[i].reason);
		assert_string_equal(said_end(), expected);
		assert_int_equal(remove(paths.last_change), 0);
	}
	make_fifo(paths.last);
	said_begin();
	keep(&store, "one", true);
	keep(&store, "two", true);
	snprintf(expected, sizeof(expected), "virtwhered: %s: is no regular file\n", paths.last);
	assert_string_equal(said_end(), expected);
	vwd_store_free(&store);
}

/* What somebody did to a file. */

static void touch_seconds(const char *path, const struct stat *before)
{
	const struct timespec times[] = {before->st_atim,
					 {before->st_mtim.tv_sec + 1, before->st_mtim.tv_nsec}};

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void touch_nanoseconds(const char *path, const struct stat *before)
{
	const struct timespec times[] = {
		before->st_atim, {before->st_mtim.tv_sec, (before->st_mtim.tv_nsec + 1) % 1000000000}};

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void restore_time(const char *path, const struct stat *before)
{
	const struct timespec times[] = {before->st_atim, before->st_mtim};

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void lengthen(const char *path, const struct stat *before)
{
	assert_int_equal(truncate(path, before->st_size + 1), 0);
	restore_time(path, before);
}

static void replace_alike(const char *path, const struct stat *before)
{
	char other[160];

	snprintf(other, sizeof(other), "%s.other", path);
	write_text(other, "xxx");
	assert_int_equal(rename(other, path), 0);
	restore_time(path, before);
}

static void leave_alone(const char *path, const struct stat *before)
{
	(void)path;
	(void)before;
}

/* Its time, its size or another file in its place: each alone is seen. */
static void test_touched(void **state)
{
	static const struct {
		void (*touch)(const char *path, const struct stat *before);
		bool written;
	} cases[] = {{touch_seconds, true},
		     {touch_nanoseconds, true},
		     {lengthen, true},
		     {replace_alike, true},
		     {leave_alone, false}};
	struct paths paths = paths_in(*state);
	struct vwd_store store = {0};

	assert_int_equal(vwd_store_init(&store, paths.report, paths.directory, NULL), 0);
	keep(&store, "one", true);
	vwd_store_write_change(&store, 1700000000);
	for (size_t i = 0; i < VW_COUNT(cases) * 2; i++) {
		const char *path = i % 2 ? paths.last : paths.report;
		struct stat before, touched, after;

		assert_int_equal(stat(path, &before), 0);
		cases[i / 2].touch(path, &before);
		assert_int_equal(stat(path, &touched), 0);
		keep(&store, "one", false);
		check_holds(path, "one");
		assert_int_equal(stat(path, &after), 0);
		assert_int_equal(after.st_ino != touched.st_ino ||
					 after.st_mtim.tv_nsec != touched.st_mtim.tv_nsec,
				 cases[i / 2].written);
	}
	{
		ino_t before = inode_of(paths.last_change);

		vwd_store_write_change(&store, 1700000000);
		assert_int_equal(inode_of(paths.last_change), before);
	}
	vwd_store_free(&store);
}

/* Bounds. */

static void test_largest(void **state)
{
	static const char head[] = "virtwhere.last/1\t0\t0\nmachine\t1\t0\t1\t=nitro\t=";
	static const char tail[] = "\t\t\t\t\t\t\t\t\n";
	static char text[VW_DIGEST_LIMIT + 2];
	struct paths paths = paths_in(*state);
	struct vwd_digest digest = {0};
	struct vwd_store store = {0};
	uint64_t when;

	assert_int_equal(vwd_store_init(&store, NULL, paths.directory, NULL), 0);
	memset(text, 'x', VW_DIGEST_LIMIT);
	memcpy(text, head, strlen(head));
	memcpy(text + VW_DIGEST_LIMIT - strlen(tail), tail, strlen(tail));
	write_text(paths.last, text);
	assert_int_equal(vwd_store_read(&store, &digest), 0);
	assert_int_equal(digest.size, VW_DIGEST_LIMIT);
	vwd_digest_free(&digest);
	text[VW_DIGEST_LIMIT] = '\n';
	write_text(paths.last, text);
	assert_int_equal(vwd_store_read(&store, &digest), -EFBIG);

	write_text(paths.last_change, "999999999999\n");
	assert_int_equal(vwd_store_read_change(&store, &when), 0);
	assert_true(when == UINT64_C(999999999999));
	write_text(paths.last_change, "1000000000000\n");
	assert_int_equal(vwd_store_read_change(&store, &when), -EBADMSG);
	write_text(paths.last_change, "0000000000000001");
	assert_int_equal(vwd_store_read_change(&store, &when), -EBADMSG);
	write_text(paths.last_change, "00000000000000001");
	assert_int_equal(vwd_store_read_change(&store, &when), -EFBIG);
	write_text(paths.last_change, "1\n");
	assert_int_equal(vwd_store_read_change(&store, &when), 0);
	assert_true(when == 1);
	vwd_store_free(&store);
}

static void test_memory(void **state)
{
	struct paths paths = paths_in(*state);
	unsigned long number;

	for (number = 1; number < 100; number++) {
		struct vwd_store store = {0};
		int r;

		if (!memory_ends_at(number))
			LEAVE_OUT_ALL(WHY_IT_DOES_NOT_END);
		r = vwd_store_init(&store, paths.report, paths.directory, NULL);
		if (!memory_had_ended()) {
			assert_int_equal(r, 0);
			vwd_store_free(&store);
			break;
		}
		/* a folder that cannot be looked through has no leftovers that are known */
		assert_true(r == -ENOMEM || (r == 0 && number > 2));
		assert_int_equal(store.arena != NULL, r == 0);
		vwd_store_free(&store);
	}
	assert_true(number > 2 && number < 100);
}

/* What is handed in. */

static void test_overlay(void **state)
{
	struct scratch *scratch = *state;
	struct vw_facts *facts = NULL;
	char copy[96], missing[96];

	snprintf(copy, sizeof(copy), "%s/copy", scratch->directory);
	snprintf(missing, sizeof(missing), "%s/missing", scratch->directory);
	write_text(copy, "Linux version 9.9.9-handed (x) #1\n");
	assert_int_equal(vw_source_live(&scratch->source), 0);
	assert_int_equal(vw_source_overlay(scratch->source, "/proc/version", copy), 0);
	assert_int_equal(vw_source_overlay(scratch->source, "/proc/cmdline", missing), 0);
	assert_int_equal(vw_probe(scratch->source, VW_PROBE_WIDE, &facts), 0);
	assert_int_equal(facts->kernel.release.state, VW_VALUE);
	assert_string_equal(facts->kernel.release.text, "9.9.9-handed");
	if (access("/proc/cmdline", R_OK) == 0)
		assert_int_equal(facts->kernel.cmdline.state, VW_VALUE);
	else
		LEAVE_OUT("/proc/cmdline cannot be read here");
	vw_facts_free(facts);
}

/* A table as SMBIOS has it begins with a NUL; the words of a unit's default do not count. */
static void test_credentials(void **state)
{
	static const unsigned char table[] = {0,   0x14, 0,   0,   1,   2,    0,   0, 3,   0,  0, 0, 0, 0,
					      0,   0,    0,   0,   0,   0x10, 'A', 0, 0,   11, 5, 1, 0, 1,
					      'h', 'a',  'n', 'd', 'e', 'd',  0,   0, 127, 4,  2, 0, 0, 0};
	struct scratch *scratch = *state;
	static const char *const defaults[] = {"", "\n", "absent", "absent\n"};
	struct vwd_config config = {0};
	struct vwd_inspected inspected = {0};
	char path[96], problem[128];

	snprintf(path, sizeof(path), "%s/dmi.table", scratch->directory);
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", scratch->directory, 1), 0);
	assert_int_equal(vwb_file_write(path, (const char *)table, sizeof(table)), 0);
	assert_int_equal(vwd_inspect(&config, &inspected, problem, sizeof(problem)), 0);
	assert_int_equal(inspected.facts->dmi.vm_bit.state, VW_VALUE);
	assert_int_equal(inspected.facts->dmi.vm_bit.value, 1);
	assert_int_equal(inspected.facts->dmi.oem_strings.count, 1);
	assert_string_equal(inspected.facts->dmi.oem_strings.name[0], "handed");
	vwd_inspected_free(&inspected);

	for (size_t i = 0; i < VW_COUNT(defaults); i++) {
		write_text(path, defaults[i]);
		assert_int_equal(vwd_inspect(&config, &inspected, problem, sizeof(problem)), 0);
		assert_int_not_equal(inspected.facts->dmi.vm_bit.state, VW_MALFORMED);
		vwd_inspected_free(&inspected);
	}
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
}

/* Each name stands for one path; a text may be empty, a table may not. */
static void test_each_credential(void **state)
{
	static const struct {
		const char *name, *path;
		bool text;
	} rows[] = {
		{"dmi.table", "/sys/firmware/dmi/tables/DMI", false},
		{"dmi.product-uuid", "/sys/class/dmi/id/product_uuid", true},
		{"dmi.product-serial", "/sys/class/dmi/id/product_serial", true},
		{"acpi.facp", "/sys/firmware/acpi/tables/FACP", false},
		{"fw_cfg.passport", "/sys/firmware/qemu_fw_cfg/by_name/opt/virtwhere/passport/raw", false},
	};
	static const struct {
		const char *bytes;
		bool text, table; /* whether it is taken */
	} values[] = {{"", true, false},
		      {"\n", true, false},
		      {" \t\n", true, false},
		      {"absent", false, false},
		      {"absent\n", false, false},
		      {"absent \n", false, false},
		      {"absents", true, true},
		      {"absen", true, true},
		      {"Absent", true, true},
		      {"x", true, true},
		      {"absent and more than that", true, true}};
	struct scratch *scratch = *state;
	struct vwd_config config = {0};
	char file[128], problem[128];

	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", scratch->directory, 1), 0);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		snprintf(file, sizeof(file), "%s/%s", scratch->directory, rows[i].name);
		for (size_t k = 0; k < VW_COUNT(values); k++) {
			struct vwd_inspected inspected = {0};
			const struct vw_source *source;
			bool taken = false;

			write_text(file, values[k].bytes);
			assert_int_equal(vwd_inspect(&config, &inspected, problem, sizeof(problem)), 0);
			source = inspected.source;
			for (size_t n = 0; n < source->overlays; n++)
				taken |= strcmp(source->overlay[n].path, rows[i].path) == 0;
			if (taken != (rows[i].text ? values[k].text : values[k].table))
				fail_msg("%s: '%s'", rows[i].name, values[k].bytes);
			vwd_inspected_free(&inspected);
		}
		assert_int_equal(unlink(file), 0);
	}
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
}

/* A name that does not fit is none, neither whole nor cut; the next one may fit. */
static void test_long_directory(void **state)
{
	static const char *const names[] = {"dmi.product-uuid", "dmi.product-u", "dmi.product-s",
					    "acpi.facp"};
	struct scratch *scratch = *state;
	struct vwd_inspected inspected = {0};
	const struct vwd_config config = {0};
	char directory[PATH_MAX], file[128], problem[128];
	size_t length = strlen(scratch->directory);

	for (size_t i = 0; i < VW_COUNT(names); i++) {
		snprintf(file, sizeof(file), "%s/%s", scratch->directory, names[i]);
		write_text(file, "x");
	}
	memcpy(directory, scratch->directory, length);
	memset(directory + length, '/', PATH_MAX - 15 - length); /* as many as one */
	length = PATH_MAX - 15;
	directory[length] = '\0';
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", directory, 1), 0);
	assert_int_equal(vwd_inspect(&config, &inspected, problem, sizeof(problem)), 0);
	assert_int_equal(inspected.source->overlays, 1);
	assert_string_equal(inspected.source->overlay[0].path, "/sys/firmware/acpi/tables/FACP");
	vwd_inspected_free(&inspected);
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
}

/* What is not there is not handed in; what we have no descriptor for is no other machine. */
static void test_what_we_lack(void **state)
{
	static const struct {
		int err, r;
	} rows[] = {{EMFILE, -EMFILE}, {ENFILE, -ENFILE}, {ENOMEM, -ENOMEM},
		    {ENOENT, 0},       {EACCES, 0},       {EIO, 0}};
	struct scratch *scratch = *state;
	struct vwd_config config = {0};
	char problem[128];

	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", scratch->directory, 1), 0);
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct vwd_inspected inspected = {0};

		open_error = rows[i].err;
		problem[0] = '\0';
		assert_int_equal(vwd_inspect(&config, &inspected, problem, sizeof(problem)), rows[i].r);
		open_error = 0;
		if (rows[i].r < 0) {
			char expected[128];

			snprintf(expected, sizeof(expected), "/: %s", strerror(rows[i].err));
			assert_string_equal(problem, expected);
			assert_null(inspected.report);
		} else {
			assert_int_equal(inspected.source->overlays, 0);
			assert_non_null(inspected.counters);
			assert_true(inspected.seconds > 0 && inspected.seconds < 60);
		}
		vwd_inspected_free(&inspected);
	}
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
}

/* A report that comes in pieces is read whole. */
static void test_pieces(void **state)
{
	struct paths paths = paths_in(*state);
	struct vwd_digest digest = {0};
	struct vwd_store store = {0};
	uint64_t when;
	int r;

	assert_int_equal(vwd_store_init(&store, NULL, paths.directory, NULL), 0);
	keep(&store, DOCUMENT, true);
	vwd_store_write_change(&store, 1700000000);
	piecemeal = true;
	r = vwd_store_read(&store, &digest);
	assert_int_equal(vwd_store_read_change(&store, &when), 0);
	piecemeal = false;
	assert_int_equal(r, 0);
	assert_true(when == 1700000000);
	assert_int_equal(digest.device_count, 1);
	vwd_digest_free(&digest);
	vwd_store_free(&store);
}

static struct paths kept;

static void live(void)
{
	struct vwd_inspected inspected = {0};
	const struct vwd_config config = {0};
	struct vwd_digest digest = {0};
	struct vwd_store store = {0};
	char problem[128];
	uint64_t when;

	said_begin();
	assert_int_equal(vwd_store_init(&store, kept.report, kept.directory, NULL), 0);
	keep(&store, DOCUMENT, true);
	vwd_store_write_change(&store, 1700000000);
	assert_int_equal(vwd_store_read(&store, &digest), 0);
	vwd_digest_free(&digest);
	assert_int_equal(vwd_store_read_change(&store, &when), 0);
	write_text(kept.last, "{\"a\":[1, 2]}");
	assert_int_equal(vwd_store_read(&store, &digest), -EBADMSG);
	vwd_store_free(&store);
	assert_int_equal(vwd_inspect(&config, &inspected, problem, sizeof(problem)), 0);
	vwd_inspected_free(&inspected);
	open_error = EMFILE;
	assert_int_equal(vwd_inspect(&config, &inspected, problem, sizeof(problem)), -EMFILE);
	open_error = 0;
	said_end();
}

/* Neither memory nor descriptors. */
static void test_left_behind(void **state)
{
	const struct scratch *scratch = *state;

	kept = paths_in(scratch);
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", scratch->directory, 1), 0);
	check_leaves_nothing(live);
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_keep),           TEST(test_nowhere),        TEST(test_read),
		TEST(test_hostile),        TEST(test_hostile_places), TEST(test_linked_report),
		TEST(test_last_change),    TEST(test_leftovers),      TEST(test_overlay),
		TEST(test_credentials),    TEST(test_reasons),        TEST(test_touched),
		TEST(test_largest),        TEST(test_memory),         TEST(test_each_credential),
		TEST(test_long_directory), TEST(test_what_we_lack),   TEST(test_pieces),
		TEST(test_left_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

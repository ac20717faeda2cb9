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
#include "export/file.h"
#include "tests/unit/scratch.h"

struct paths {
	char report[96], directory[96], last[128], last_change[128];
};

static struct paths paths_in(const struct scratch *scratch)
{
	struct paths paths;

	snprintf(paths.report, sizeof(paths.report), "%s/report.json", scratch->directory);
	snprintf(paths.directory, sizeof(paths.directory), "%s/state", scratch->directory);
	snprintf(paths.last, sizeof(paths.last), "%s/last.json", paths.directory);
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
	struct vw_store store = {0};
	ino_t before;

	assert_int_equal(vw_store_init(&store, paths.report, paths.directory, NULL), 0);
	vw_store_keep(&store, "one", 3, true);
	check_holds(paths.report, "one");
	check_holds(paths.last, "one");
	before = inode_of(paths.report);
	vw_store_keep(&store, "one", 3, false);
	assert_int_equal(inode_of(paths.report), before);
	vw_store_keep(&store, "two", 3, true);
	check_holds(paths.report, "two");
	assert_true(store.report.written && store.last.written);

	/* what somebody else did to a file is undone */
	assert_int_equal(unlink(paths.report), 0);
	write_text(paths.last, "tw0");
	vw_store_keep(&store, "two", 3, false);
	check_holds(paths.report, "two");
	check_holds(paths.last, "two");

	/* a directory that is gone is not for ever */
	assert_int_equal(unlink(paths.last), 0);
	assert_int_equal(rmdir(paths.directory), 0);
	vw_store_keep(&store, "three", 5, true);
	check_holds(paths.report, "three");
	assert_false(store.last.written);
	assert_int_equal(store.last.trouble.err, -ENOENT);
	assert_int_equal(mkdir(paths.directory, 0755), 0);
	vw_store_keep(&store, "three", 5, false);
	check_holds(paths.last, "three");
	assert_int_equal(store.last.trouble.err, 0);
	vw_store_free(&store);
}

static void test_nowhere(void **state)
{
	struct vw_digest digest = {0};
	struct vw_store store = {0};

	(void)state;
	assert_int_equal(vw_store_init(&store, NULL, NULL, NULL), 0);
	vw_store_keep(&store, "one", 3, true);
	assert_false(store.report.written || store.last.written);
	assert_int_equal(vw_store_read(&store, &digest), -ENOENT);
	vw_store_free(&store);
}

#define DOCUMENT                                                                                   \
	"{\"schema\":\"virtwhere.report/1\",\"level\":1,"                                          \
	"\"platform\":{\"id\":\"nitro\",\"hypervisor\":\"kvm\",\"cloud\":{\"provider\":\"aws\"}}," \
	"\"devices\":{\"network\":[{\"kind\":\"network\",\"name\":\"eth0\",\"driver\":\"ena\"}]}," \
	"\"findings\":[{\"id\":\"DRV001\",\"status\":\"pass\",\"severity\":\"fatal\"}]}"

static void test_read(void **state)
{
	struct paths paths = paths_in(*state);
	struct vw_digest digest = {0};
	struct vw_store store = {0};

	assert_int_equal(vw_store_init(&store, NULL, paths.directory, NULL), 0);
	assert_int_equal(vw_store_read(&store, &digest), -ENOENT);
	vw_store_keep(&store, DOCUMENT, strlen(DOCUMENT), true);
	assert_int_equal(vw_store_read(&store, &digest), 0);
	assert_string_equal(digest.platform.id, "nitro");
	assert_int_equal(digest.device_count, 1);
	vw_digest_free(&digest);

	/* whatever part of it is there, it is not taken */
	for (size_t size = 0; size < strlen(DOCUMENT); size++)
		assert_int_equal(vw_digest_parse(DOCUMENT, size, &digest), -EBADMSG);
	assert_int_equal(vw_write_file(paths.last, DOCUMENT, strlen(DOCUMENT) / 2), 0);
	assert_int_equal(vw_store_read(&store, &digest), -EBADMSG);
	assert_null(digest.arena);
	vw_store_free(&store);
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
		     {make_huge, -E2BIG},
		     {make_hole, -EBADMSG}};
	struct paths paths = paths_in(*state);
	struct vw_digest digest = {0};
	struct vw_store store = {0};

	assert_int_equal(vw_store_init(&store, NULL, paths.directory, NULL), 0);
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		cases[i].make(paths.last);
		assert_int_equal(vw_store_read(&store, &digest), cases[i].err);
		assert_int_equal(remove(paths.last), 0);
	}
	vw_store_free(&store);
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
		struct vw_store store = {0};

		assert_int_equal(vw_store_init(&store, NULL, paths.directory, NULL), 0);
		cases[i].make(paths.last);
		vw_store_keep(&store, "one", 3, true);
		assert_int_equal(store.last.trouble.err, cases[i].err);
		assert_int_equal(store.last.written, cases[i].err == 0);
		if (cases[i].err == 0)
			check_holds(paths.last, "one");
		assert_int_equal(remove(paths.last), 0);
		vw_store_free(&store);
	}
}

/* A report may be a link to where it really is; what that leads to and is no file is left alone. */
static void test_linked_report(void **state)
{
	struct paths paths = paths_in(*state);
	struct vw_store store = {0};
	struct stat status;

	write_text(paths.last, "old");
	assert_int_equal(symlink(paths.last, paths.report), 0);
	assert_int_equal(vw_store_init(&store, paths.report, NULL, NULL), 0);
	vw_store_keep(&store, "one", 3, true);
	check_holds(paths.last, "one");
	assert_int_equal(lstat(paths.report, &status), 0);
	assert_true(S_ISLNK(status.st_mode));
	assert_int_equal(remove(paths.last), 0);
	make_fifo(paths.last);
	vw_store_keep(&store, "two", 3, true);
	assert_int_equal(store.report.trouble.err, -EINVAL);
	vw_store_free(&store);
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
	struct vw_store store = {0};
	uint64_t when = 7;

	assert_int_equal(vw_store_init(&store, NULL, paths.directory, NULL), 0);
	assert_int_equal(vw_store_read_change(&store, &when), -ENOENT);
	vw_store_keep_change(&store, 0);
	assert_int_equal(access(paths.last_change, F_OK), -1);
	for (size_t i = 0; i < VW_COUNT(bad); i++) {
		write_text(paths.last_change, bad[i]);
		assert_true(vw_store_read_change(&store, &when) < 0);
		assert_int_equal(when, 7);
	}
	vw_store_keep_change(&store, 1700000000);
	check_holds(paths.last_change, "1700000000\n");
	assert_int_equal(vw_store_read_change(&store, &when), 0);
	assert_int_equal(when, 1700000000);
	vw_store_keep_change(&store, 1700000001);
	check_holds(paths.last_change, "1700000001\n");
	assert_int_equal(unlink(paths.last_change), 0);
	vw_store_keep_change(&store, 1700000001);
	check_holds(paths.last_change, "1700000001\n");
	for (size_t i = 0; i < 3; i++) {
		static void (*const make[])(const char *path) = {make_fifo, make_directory, make_link};

		assert_int_equal(remove(paths.last_change), 0);
		make[i](paths.last_change);
		assert_true(vw_store_read_change(&store, &when) < 0);
	}
	vw_store_free(&store);
}

/* A service that was killed in the middle leaves a temporary file; the next one removes it, and nothing else.
 */
static void test_leftovers(void **state)
{
	static const struct {
		const char *name;
		bool stays;
	} files[] = {
		{"last.json", true},        {"last.json.4711-0~", false},  {"last.json.4711-12~", false},
		{"last.json.bak", true},    {"last.json.1-x~", true},      {"last.json~", true},
		{"other.json.1-0~", true},  {"last.json.1-0~~", true},     {"last-change.1-0~", false},
		{"text.prom.1-99~", false}, {"report.json.100-0~", false},
	};
	struct paths paths = paths_in(*state);
	struct vw_store store = {0};
	char path[160], text[160], here[PATH_MAX];

	for (size_t i = 0; i < VW_COUNT(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", paths.directory, files[i].name);
		write_text(path, "x");
	}
	/* a name without a folder is one in this folder */
	snprintf(text, sizeof(text), "%s/text.prom", paths.directory);
	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(chdir(paths.directory), 0);
	assert_int_equal(vw_store_init(&store, "report.json", paths.directory, text), 0);
	assert_int_equal(chdir(here), 0);
	for (size_t i = 0; i < VW_COUNT(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", paths.directory, files[i].name);
		assert_int_equal(access(path, F_OK) == 0, files[i].stays);
	}
	vw_store_free(&store);
}

/* --- what is handed in ------------------------------------------------------------------------------- */

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
	struct vw_config config = {0};
	struct vw_inspected inspected = {0};
	char path[96], problem[128];

	snprintf(path, sizeof(path), "%s/dmi.table", scratch->directory);
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", scratch->directory, 1), 0);
	assert_int_equal(vw_write_file(path, (const char *)table, sizeof(table)), 0);
	assert_int_equal(vw_inspect(&config, &inspected, problem, sizeof(problem)), 0);
	assert_int_equal(inspected.facts->dmi.vm_bit.state, VW_VALUE);
	assert_int_equal(inspected.facts->dmi.vm_bit.value, 1);
	assert_int_equal(inspected.facts->dmi.oem_strings.count, 1);
	assert_string_equal(inspected.facts->dmi.oem_strings.name[0], "handed");
	vw_inspected_free(&inspected);

	for (size_t i = 0; i < VW_COUNT(defaults); i++) {
		write_text(path, defaults[i]);
		assert_int_equal(vw_inspect(&config, &inspected, problem, sizeof(problem)), 0);
		assert_int_not_equal(inspected.facts->dmi.vm_bit.state, VW_MALFORMED);
		vw_inspected_free(&inspected);
	}
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_keep),        TEST(test_nowhere),        TEST(test_read),
		TEST(test_hostile),     TEST(test_hostile_places), TEST(test_linked_report),
		TEST(test_last_change), TEST(test_leftovers),      TEST(test_overlay),
		TEST(test_credentials),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

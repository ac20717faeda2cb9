/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/syscall.h>

#include "probes/read/archive.h"
#include "tests/unit/scratch.h"

/*
 * A recording is whole or not there, whatever happens meanwhile. The calls that make it so pass through here
 * on their way to the kernel: each is noted, may fail, and may find the world changed.
 */

enum { CALLS = 16 };

static struct {
	char order[CALLS]; /* f: fsync, n: renameat2 that replaces nothing, r: any other rename */
	size_t count;
	off_t synced;              /* size of the file then */
	int fsync_err, rename_err; /* fail with it */
	int rename2_err;
	const char *plant; /* a file that somebody else makes just before the rename */
	int signal;        /* that comes at the fsync */
	bool no_random;    /* bytes are to be had */
} calls;

static void note_call(char call)
{
	assert_true(calls.count + 1 < sizeof(calls.order));
	calls.order[calls.count++] = call;
}

static int fails_with(int err)
{
	errno = err;
	return err ? -1 : 0;
}

ssize_t getrandom(void *buffer, size_t length, unsigned flags)
{
	return calls.no_random ? fails_with(ENOSYS) : syscall(SYS_getrandom, buffer, length, flags);
}

int fsync(int fd)
{
	struct stat status;

	note_call('f');
	assert_int_equal(fstat(fd, &status), 0);
	calls.synced = status.st_size;
	if (calls.signal)
		raise(calls.signal);
	return fails_with(calls.fsync_err); /* the disk itself is not waited for */
}

int renameat2(int oldfd, const char *old, int newfd, const char *new, unsigned flags)
{
	note_call(flags == RENAME_NOREPLACE ? 'n' : 'r');
	if (calls.plant)
		write_text(calls.plant, "theirs");
	return calls.rename2_err ? fails_with(calls.rename2_err)
				 : (int)syscall(SYS_renameat2, oldfd, old, newfd, new, flags);
}

int renameat(int oldfd, const char *old, int newfd, const char *new)
{
	note_call('r');
	return calls.rename_err ? fails_with(calls.rename_err)
				: (int)syscall(SYS_renameat2, oldfd, old, newfd, new, 0);
}

/* Helpers. */

static const char *const forms[] = {"out", "out.tar", "out.tar.gz", "out.tar.zst"};

static int setup(void **state)
{
	memset(&calls, 0, sizeof(calls));
	return scratch_setup(state);
}

static void put_machine(const struct scratch *scratch)
{
	put_file(scratch, "meta.json", "{\"format\": \"virtwhere.snapshot/1\", \"arch\": \"x86_64\"}");
	put_file(scratch, "sys/class/dmi/id/sys_vendor", "Xen\n");
	put_file(scratch, "proc/sys/kernel/osrelease", "6.1.0-test\n");
}

static int record(struct scratch *scratch, const char *path, unsigned flags)
{
	memset(scratch->problem, 0, sizeof(scratch->problem));
	calls.count = 0;
	memset(calls.order, 0, sizeof(calls.order));
	return vw_snapshot_record(scratch->source, path, flags, scratch->problem, sizeof(scratch->problem));
}

/* It fails so, says which file and why, and leaves nothing. */
static void fails(struct scratch *scratch, const char *name, int err, const char *reason)
{
	size_t before = entries_of(scratch->directory);

	assert_int_equal(record(scratch, beside(scratch, name), 0), err);
	assert_non_null(strstr(scratch->problem, beside(scratch, name)));
	if (!strstr(scratch->problem, reason))
		fail_msg("%s, not %s", scratch->problem, reason);
	assert_int_equal(entries_of(scratch->directory), before + (calls.plant != NULL));
}

/* Whole, and then in its place. */

/* What the disk does not hold yet must not have its name: after a crash it would be an empty file. */
static void archives_are_synced_before_they_are_named(void **state)
{
	struct scratch *scratch = *state;
	struct stat status;

	put_machine(scratch);
	begin_source(scratch, false);
	for (size_t i = 0; i < VW_COUNT(forms); i++) {
		assert_int_equal(record(scratch, beside(scratch, forms[i]), 0), 0);
		assert_string_equal(calls.order, i ? "fn" : "n");
		assert_int_equal(stat(beside(scratch, forms[i]), &status), 0);
		if (i)
			assert_int_equal(calls.synced, status.st_size);
	}
}

static void unsynced_archives_are_no_archives(void **state)
{
	struct scratch *scratch = *state;

	put_machine(scratch);
	begin_source(scratch, false);
	calls.fsync_err = EIO;
	for (size_t i = 1; i < VW_COUNT(forms); i++) {
		fails(scratch, forms[i], -EIO, "Input/output error");
		assert_string_equal(calls.order, "f");
	}
}

/* Somebody makes a file of that name after it was looked for: it stays. */
static void late_files_stay(void **state)
{
	static const int errors[] = {0, EINVAL, ENOSYS}; /* the last two: a file system without the flag */
	struct scratch *scratch = *state;

	put_machine(scratch);
	begin_source(scratch, false);
	for (size_t e = 0; e < VW_COUNT(errors); e++)
		for (size_t i = 0; i < VW_COUNT(forms); i++) {
			const char *path = beside(scratch, forms[i]);
			char *text;
			size_t size;

			calls.plant = path;
			calls.rename2_err = errors[e];
			fails(scratch, forms[i], -EEXIST, "is there already");
			assert_string_equal(calls.order, i ? "fn" : "n");
			text = whole_file(path, &size);
			assert_int_equal(size, 6);
			assert_memory_equal(text, "theirs", size);
			free(text);
			assert_int_equal(unlink(path), 0);
		}
}

static void file_systems_without_the_flag(void **state)
{
	static const int errors[] = {EINVAL, ENOSYS};
	struct scratch *scratch = *state;
	struct stat status;

	put_machine(scratch);
	begin_source(scratch, false);
	for (size_t e = 0; e < VW_COUNT(errors); e++)
		for (size_t i = 0; i < VW_COUNT(forms); i++) {
			const char *path = beside(scratch, forms[i]);

			calls.rename2_err = errors[e];
			assert_int_equal(record(scratch, path, 0), 0);
			assert_string_equal(calls.order, i ? "fnr" : "nr");
			assert_int_equal(lstat(path, &status), 0);
			assert_int_equal(S_ISDIR(status.st_mode), i == 0);
			vw_tree_remove(AT_FDCWD, path);
			unlink(path);

			calls.rename_err = EROFS;
			fails(scratch, forms[i], -EROFS, "Read-only file system");
			calls.rename_err = 0;
		}
}

/* Any other error is one, and is not tried again without the flag. */
static void names_that_cannot_be_given(void **state)
{
	static const struct {
		int err;
		const char *reason;
	} cases[] = {{EACCES, "Permission denied"}, {ENOSPC, "No space left"}, {EEXIST, "is there already"}};
	struct scratch *scratch = *state;

	put_machine(scratch);
	begin_source(scratch, false);
	for (size_t e = 0; e < VW_COUNT(cases); e++)
		for (size_t i = 0; i < VW_COUNT(forms); i++) {
			calls.rename2_err = cases[e].err;
			fails(scratch, forms[i], -cases[e].err, cases[e].reason);
			assert_string_equal(calls.order, i ? "fn" : "n");
		}
}

/* Until it is whole its name is one that nobody guesses; without such a name nothing is begun. */
static void names_need_chance(void **state)
{
	struct scratch *scratch = *state;

	put_machine(scratch);
	begin_source(scratch, false);
	calls.no_random = true;
	for (size_t i = 0; i < VW_COUNT(forms); i++) {
		fails(scratch, forms[i], -EIO, "Input/output error");
		assert_string_equal(calls.order, "");
	}
}

/* Who may read it. */

static void modes(void **state)
{
	static const struct {
		mode_t umask, file, directory;
		unsigned flags;
	} cases[] = {
		{0, 0666, 0777, 0},
		{022, 0644, 0755, 0},
		{077, 0600, 0700, 0},
		{0, 0600, 0700, VW_SNAPSHOT_WITH_IDS},
	};
	struct scratch *scratch = *state;
	mode_t before = umask(0);

	put_machine(scratch);
	begin_source(scratch, false);
	for (size_t c = 0; c < VW_COUNT(cases); c++)
		for (size_t i = 0; i < VW_COUNT(forms); i++) {
			const char *path = beside(scratch, forms[i]);
			char inside[160];
			struct stat status;

			umask(cases[c].umask);
			assert_int_equal(record(scratch, path, cases[c].flags), 0);
			assert_int_equal(stat(path, &status), 0);
			assert_int_equal(status.st_mode & 07777, i ? cases[c].file : cases[c].directory);
			if (i == 0) {
				snprintf(inside, sizeof(inside), "%s/sys/class/dmi", path);
				assert_int_equal(stat(inside, &status), 0);
				assert_int_equal(status.st_mode & 07777, cases[c].directory);
				snprintf(inside, sizeof(inside), "%s/meta.json", path);
				assert_int_equal(stat(inside, &status), 0);
				assert_int_equal(status.st_mode & 07777, cases[c].file);
			}
			vw_tree_remove(AT_FDCWD, path);
			unlink(path);
		}
	umask(before);
}

/* Signals. */

static volatile sig_atomic_t caught;

static void on_signal(int number)
{
	caught = number;
}

/* One that comes when all is written waits until it has its name; one that is pending before ends it. */
static void signals_wait_for_the_end(void **state)
{
	struct sigaction action = {.sa_handler = on_signal}, before;
	struct scratch *scratch = *state;

	put_machine(scratch);
	begin_source(scratch, false);
	assert_int_equal(sigaction(SIGTERM, &action, &before), 0);
	caught = 0;
	calls.signal = SIGTERM;
	assert_int_equal(record(scratch, beside(scratch, "out.tar"), 0), 0);
	assert_string_equal(calls.order, "fn");
	assert_int_equal(caught, SIGTERM);
	calls.signal = 0;
	assert_false(scratch->source->hold.holding);

	/* held by whoever recorded before: it is not let go here */
	for (size_t i = 0; i < VW_COUNT(forms); i++) {
		if (i == 1) /* is there */
			continue;
		vw_hold_begin(&scratch->source->hold);
		caught = 0;
		assert_int_equal(raise(SIGTERM), 0);
		fails(scratch, forms[i], -EINTR, "Interrupted");
		assert_string_equal(calls.order, "");
		assert_int_equal(caught, 0);
		assert_true(scratch->source->hold.holding);
		vw_hold_end(&scratch->source->hold);
		assert_int_equal(caught, SIGTERM);
	}
	assert_int_equal(sigaction(SIGTERM, &before, NULL), 0);
}

/* Names. */

static void other_archives_are_refused(void **state)
{
	static const char *const others[] = {"x.tgz",  "x.tzst", "x.txz",    "x.tbz2", "x.zip",    "x.7z",
					     "x.cpio", "x.gz",   "x.zst",    "x.xz",   "x.bz2",    "x.lz4",
					     "x.rar",  "x.Z",    "x.tar.xz", "tar.gz", "x.tar.lz4"};
	static const char *const directories[] = {"gz", "x.tar.d", "x.targz", "zip", "x.TAR"};
	static const char *const archives[] = {".tar", "x.zip.tar", "a.tar.gz", "b.tar.zst"};
	struct scratch *scratch = *state;
	struct stat status;

	put_machine(scratch);
	begin_source(scratch, false);
	for (size_t i = 0; i < VW_COUNT(others); i++)
		fails(scratch, others[i], -EOPNOTSUPP, "archives are .tar, .tar.gz or .tar.zst");
	for (size_t i = 0; i < VW_COUNT(directories); i++) {
		assert_int_equal(record(scratch, beside(scratch, directories[i]), 0), 0);
		assert_int_equal(stat(beside(scratch, directories[i]), &status), 0);
		assert_true(S_ISDIR(status.st_mode));
	}
	for (size_t i = 0; i < VW_COUNT(archives); i++) {
		assert_int_equal(record(scratch, beside(scratch, archives[i]), 0), 0);
		assert_int_equal(stat(beside(scratch, archives[i]), &status), 0);
		assert_true(S_ISREG(status.st_mode));
	}
	/* a directory's slash behind an archive's name */
	fails(scratch, "c.tar.gz/", -EOPNOTSUPP, "unknown kind of archive");
}

/* A name of 255 bytes and a path of 4095 fit, and not one byte more. */
static void long_names(void **state)
{
	struct scratch *scratch = *state;
	char path[PATH_MAX + 64];
	size_t length = strlen(scratch->directory);
	struct stat status;

	put_machine(scratch);
	begin_source(scratch, false);
	memset(path, 'n', sizeof(path));
	memcpy(path, scratch->directory, length);
	path[length] = '/';
	path[length + 1 + NAME_MAX] = '\0';
	assert_int_equal(record(scratch, path, 0), 0);
	assert_int_equal(stat(path, &status), 0);
	path[length + 1 + NAME_MAX] = 'n';
	path[length + 2 + NAME_MAX] = '\0';
	assert_int_equal(record(scratch, path, 0), -ENAMETOOLONG);
	assert_non_null(strstr(scratch->problem, "File name too long"));

	/* dots and slashes make it long */
	for (size_t i = length; i < sizeof(path); i++)
		path[i] = i % 2 ? '.' : '/';
	memcpy(path + PATH_MAX - 5, "/out", 5);
	assert_int_equal(record(scratch, path, 0), 0);
	assert_int_equal(stat(beside(scratch, "out"), &status), 0);
	memcpy(path + PATH_MAX - 5, "//ou2", 6);
	assert_int_equal(record(scratch, path, 0), -ENAMETOOLONG);
}

/* A name without a directory stands in the working directory. */
static void relative_names(void **state)
{
	struct scratch *scratch = *state;
	int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat status;

	put_machine(scratch);
	begin_source(scratch, false);
	assert_true(here >= 0);
	assert_int_equal(chdir(scratch->directory), 0);
	assert_int_equal(record(scratch, "relative.tar", 0), 0);
	assert_int_equal(record(scratch, "relative", 0), 0);
	assert_int_equal(record(scratch, "relative/./deep", 0), 0);
	assert_int_equal(fchdir(here), 0);
	close(here);
	assert_int_equal(stat(beside(scratch, "relative.tar"), &status), 0);
	assert_int_equal(stat(beside(scratch, "relative/deep/meta.json"), &status), 0);
}

/* What is in it. */

static void text_is(const struct scratch *scratch, const char *name, const char *expected)
{
	char *text;
	size_t size;

	if (!expected) {
		assert_int_equal(access(beside(scratch, name), F_OK), -1);
		return;
	}
	text = whole_file(beside(scratch, name), &size);
	text[size] = '\0';
	assert_string_equal(text, expected);
	free(text);
}

#define LEAF "0x40000000 0x00: eax=0x40000001 ebx=0x4b4d564b ecx=0x564b4d56 edx=0x0000004d\n"

/* A snapshot's own files are written anew from what was understood of them. */
static void own_files_are_written_anew(void **state)
{
	struct scratch *scratch = *state;

	put_file(scratch, "meta.json",
		 "{\"format\": \"virtwhere.snapshot/1\", \"arch\": \"x86_64\", \"captured\": "
		 "\"2026-01-02T03:04:05Z\", \"a word of theirs that makes it longer than ours\": 1}");
	put_file(scratch, "timing.json", "{\"cpuid_exit_ns\": {\"min\": 11, \"median\": 12, \"more\": 13}}");
	put_file(scratch, "ethtool.json",
		 "{\"ens5\": {\"driver\": \"ena\", \"more\": \"a word of theirs that makes it longer than "
		 "what is written\"}}");
	put_file(scratch, "cpuid.txt", "a word of theirs\nCPU 0:\n" LEAF "\n\n\n\n\n\n\n\n\n\n");
	put_file(scratch, "cpuid-xenpv.txt", "a word of theirs\nCPU 0:\n" LEAF "\n\n\n\n\n\n\n\n\n\n");
	begin_source(scratch, false);
	assert_int_equal(record(scratch, beside(scratch, "out"), 0), 0);
	text_is(scratch, "out/meta.json",
		"{\n  \"format\": \"virtwhere.snapshot/1\",\n  \"arch\": \"x86_64\",\n  \"captured\": "
		"\"2026-01-02T03:04:05Z\"\n}\n");
	text_is(scratch, "out/timing.json", NULL);
	text_is(scratch, "out/ethtool.json",
		"{\n  \"ens5\": {\n    \"driver\": \"ena\",\n    \"statistics\": {}\n  }\n}\n");
	text_is(scratch, "out/cpuid.txt", "CPU 0:\n   " LEAF);
	text_is(scratch, "out/cpuid-xenpv.txt", "CPU 0:\n   " LEAF);

	assert_int_equal(record(scratch, beside(scratch, "timed"), VW_SNAPSHOT_TIMING), 0);
	text_is(scratch, "timed/timing.json", "{\"cpuid_exit_ns\": {\"min\": 11, \"median\": 12}}\n");
}

static void what_was_not_there_is_not_made(void **state)
{
	static const char *const absent[] = {"out/timing.json", "out/ethtool.json", "out/cpuid.txt",
					     "out/cpuid-xenpv.txt", "out/proc/stat"};
	struct scratch *scratch = *state;

	put_machine(scratch);
	begin_source(scratch, false);
	assert_int_equal(record(scratch, beside(scratch, "out"), VW_SNAPSHOT_TIMING), 0);
	for (size_t i = 0; i < VW_COUNT(absent); i++)
		text_is(scratch, absent[i], NULL);
	text_is(scratch, "out/meta.json",
		"{\n  \"format\": \"virtwhere.snapshot/1\",\n  \"arch\": \"x86_64\",\n  \"kernel\": "
		"\"6.1.0-test\"\n}\n");
	text_is(scratch, "out/sys/class/dmi/id/sys_vendor", "Xen\n");
}

/* Of links that begin at the root, from any depth. */
static void links_become_relative(void **state)
{
	static const struct {
		const char *place, *target, *recorded;
	} links[] = {
		{"sys/class/net/a", "/sys/devices/a/net/a", "../../../sys/devices/a/net/a"},
		{"sys/class/net/b", "///sys/devices/b/net/b", "../../../sys/devices/b/net/b"},
		{"sys/class/net/c", "../../devices/c/net/c", "../../devices/c/net/c"},
		{"sys/bus/pci", "/", "../../."},
	};
	struct scratch *scratch = *state;

	put_machine(scratch);
	put_directory(scratch, "devices"); /* of the bus */
	for (size_t i = 0; i < VW_COUNT(links); i++)
		put_link(scratch, links[i].place, links[i].target);
	begin_source(scratch, false);
	assert_int_equal(record(scratch, beside(scratch, "out"), 0), 0);
	for (size_t i = 0; i < VW_COUNT(links); i++) {
		char path[64], target[PATH_MAX];
		ssize_t length;

		snprintf(path, sizeof(path), "out/%s", links[i].place);
		length = readlink(beside(scratch, path), target, sizeof(target) - 1);
		assert_true(length > 0);
		target[length] = '\0';
		assert_string_equal(target, links[i].recorded);
	}
}

/* What was listed and has gone since is still listed. */
static void gone_entries_are_listed(void **state)
{
	struct scratch *scratch = *state;
	struct vw_source *source;
	const char *const *name;
	struct stat status;
	size_t count;

	put_machine(scratch);
	put_directory(scratch, "sys/bus/xen/drivers/gone");
	put_directory(scratch, "sys/bus/xen/drivers/stays");
	source = begin_source(scratch, false);
	assert_int_equal(vw_source_list(source, "/sys/bus/xen/drivers", &count, &name), 0);
	assert_int_equal(count, 2);
	assert_int_equal(unlinkat(scratch->fd, "sys/bus/xen/drivers/gone", AT_REMOVEDIR), 0);
	assert_int_equal(record(scratch, beside(scratch, "out"), 0), 0);
	assert_int_equal(lstat(beside(scratch, "out/sys/bus/xen/drivers/gone"), &status), 0);
	assert_true(S_ISREG(status.st_mode));
	assert_int_equal(status.st_size, 0);
	assert_int_equal(lstat(beside(scratch, "out/sys/bus/xen/drivers/stays"), &status), 0);
	assert_true(S_ISDIR(status.st_mode));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(archives_are_synced_before_they_are_named),
		TEST(unsynced_archives_are_no_archives),
		TEST(late_files_stay),
		TEST(file_systems_without_the_flag),
		TEST(names_that_cannot_be_given),
		TEST(names_need_chance),
		TEST(modes),
		TEST(signals_wait_for_the_end),
		TEST(other_archives_are_refused),
		TEST(long_names),
		TEST(relative_names),
		TEST(own_files_are_written_anew),
		TEST(what_was_not_there_is_not_made),
		TEST(links_become_relative),
		TEST(gone_entries_are_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

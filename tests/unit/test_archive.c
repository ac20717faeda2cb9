/* SPDX-License-Identifier: MIT */
#include "tests/unit/pack.h"

#include <signal.h>
#include <sys/syscall.h>
#include <time.h>

#include "probes/read/archive.h"
#include "tests/unit/scratch.h"
#include "tests/unit/tar_blocks.h"

/* Archives: each bound at its value and one beyond, the time that they may take, and what is written. */

/* The processor's clock, which stands still until it is moved. */

static struct {
	bool on;
	time_t now;
	uint64_t at, last; /* when so many bytes were read it moves on by a step; bytes that were told last */
	time_t step;
	unsigned told;
} clocked;

int clock_gettime(clockid_t clock_id, struct timespec *tp)
{
	if (!clocked.on || clock_id != CLOCK_PROCESS_CPUTIME_ID)
		return (int)syscall(SYS_clock_gettime, clock_id, tp);
	*tp = (struct timespec){.tv_sec = clocked.now};
	return 0;
}

static void tell(void *context, uint64_t packed)
{
	(void)context;
	assert_true(packed >= clocked.last);
	if (packed >= clocked.at && clocked.last < clocked.at)
		clocked.now += clocked.step;
	clocked.last = packed;
	clocked.told++;
}

/* A file of this content fails when it is read. */
static const char *unreadable;

ssize_t read_or_fail(int fd, void *bytes, size_t size) __asm__("read");

ssize_t read_or_fail(int fd, void *bytes, size_t size)
{
	ssize_t got = syscall(SYS_read, fd, bytes, size);

	if (unreadable && got == (ssize_t)strlen(unreadable) && memcmp(bytes, unreadable, (size_t)got) == 0) {
		errno = EIO;
		return -1;
	}
	return got;
}

/* Helpers. */

static int setup(void **state)
{
	memset(&clocked, 0, sizeof(clocked));
	return scratch_setup(state);
}

static const struct vw_archive_bounds wide = {
	.entries = 1000, .total = 1 << 24, .file = 1 << 20, .seconds = 5, .every_codec = true};

/* Unpack into the snapshot's directory. */
static int unpack(struct scratch *scratch, const char *path, const struct vw_archive_bounds *bounds)
{
	struct vw_hold hold = {0};
	struct vw_archive_job job = {.fd = open(path, O_RDONLY | O_CLOEXEC),
				     .path = path,
				     .bounds = bounds,
				     .hold = &hold,
				     .tell = tell};
	int r;

	assert_true(job.fd >= 0);
	clocked.last = 0;
	memset(scratch->problem, 0, sizeof(scratch->problem));
	r = vw_archive_unpack(&job, scratch->snap, scratch->problem, sizeof(scratch->problem));
	close(job.fd);
	return r;
}

static void refuses(struct scratch *scratch, const char *path, const struct vw_archive_bounds *bounds,
		    int err, const char *reason)
{
	int r = unpack(scratch, path, bounds);

	if (r != err || !strstr(scratch->problem, reason) || !strstr(scratch->problem, path))
		fail_msg("%d: %s; not %s", r, scratch->problem, reason);
}

static size_t size_of(const struct scratch *scratch, const char *name)
{
	struct stat status;

	assert_int_equal(fstatat(scratch->fd, name, &status, AT_SYMLINK_NOFOLLOW), 0);
	return (size_t)status.st_size;
}

/* Bounds. */

/* Entries of every kind count. */
static void entries_are_bounded(void **state)
{
	struct scratch *scratch = *state;
	const char *path = beside(scratch, "a.tar");
	struct vw_archive_bounds bounds = wide;
	struct tar tar = {0};

	entry(&tar, "sys/", '5', NULL, NULL);
	entry(&tar, "sys/file", '0', NULL, "x");
	entry(&tar, "sys/link", '2', "file", NULL);
	entry(&tar, "sys/hard", '1', "sys/file", NULL);
	entry(&tar, "dev/zero", '3', NULL, NULL);
	entry(&tar, "dev/fifo", '6', NULL, NULL);
	end_tar(&tar, path);
	bounds.entries = 6;
	/* with "dev", which none declares */
	refuses(scratch, path, &bounds, -E2BIG, "too big an archive: more than 6 entries");
	assert_int_equal(unpack(scratch, path, &bounds), 0); /* it is there now */
	for (bounds.entries = 0; bounds.entries < 6; bounds.entries++) {
		char reason[64];

		snprintf(reason, sizeof(reason), "too big an archive: more than %zu entries", bounds.entries);
		refuses(scratch, path, &bounds, -E2BIG, reason);
	}
}

/* By what an entry says of itself, before a byte of it is written. */
static void announced_sizes_are_bounded(void **state)
{
	struct scratch *scratch = *state;
	const char *path = beside(scratch, "a.tar");
	struct vw_archive_bounds bounds = wide;

	bounds.total = 2 << 20;
	for (unsigned more = 0; more < 2; more++) {
		struct tar tar = {0};

		entry_of_size(&tar, "file", '0', NULL, "x", (2 << 20) + more);
		end_tar(&tar, path);
		if (more)
			refuses(scratch, path, &bounds, -E2BIG, "more than 2 MiB unpacked");
		else
			refuses(scratch, path, &bounds, -EBADMSG, "damaged archive"); /* it ends too soon */
	}
}

/* By what comes out of the compression: headers of entries that write nothing are bytes too. */
static void unpacked_bytes_are_bounded(void **state)
{
	enum { ENTRIES = 64 };
	struct scratch *scratch = *state;
	const char *path = beside(scratch, "a.tar");
	struct vw_archive_bounds bounds = wide;
	struct tar tar = {0};

	for (int i = 0; i < ENTRIES; i++)
		entry(&tar, "dev/fifo", '6', NULL, NULL);
	end_tar(&tar, path);
	bounds.total = ENTRIES * BLOCK;
	assert_int_equal(unpack(scratch, path, &bounds), 0);
	bounds.total = ENTRIES * BLOCK - 1;
	refuses(scratch, path, &bounds, -E2BIG, "unpacked");
}

/* By what is kept: many hard links of one file are many copies. */
static void kept_bytes_are_bounded(void **state)
{
	enum { LINKS = 10, SIZE = 1000 };
	struct scratch *scratch = *state;
	const char *path = beside(scratch, "a.tar");
	struct vw_archive_bounds bounds = wide;
	struct tar tar = {0};
	char text[SIZE + 1];

	memset(text, 'x', SIZE);
	text[SIZE] = '\0';
	entry(&tar, "file", '0', NULL, text);
	for (int i = 0; i < LINKS; i++) {
		char name[16];

		snprintf(name, sizeof(name), "copy%d", i);
		entry(&tar, name, '1', "file", NULL);
	}
	end_tar(&tar, path);
	bounds.total = (LINKS + 1) * SIZE;
	assert_int_equal(unpack(scratch, path, &bounds), 0);
	assert_int_equal(size_of(scratch, "copy9"), SIZE);
	bounds.total--;
	refuses(scratch, path, &bounds, -E2BIG, "unpacked");
}

/* Of one file no more is kept, be it as long as the piece that is read at a time, shorter or longer. */
static void files_are_bounded(void **state)
{
	static const size_t bounds_of[] = {1,      100,    65535,  65536,  65537,
					   131072, 131073, 199999, 200000, 200001};
	enum { SIZE = 200000 };
	struct scratch *scratch = *state;
	const char *path = beside(scratch, "a.tar");
	struct tar tar = {0};
	char *text = malloc(SIZE + 1);

	assert_non_null(text);
	memset(text, 'x', SIZE);
	text[SIZE] = '\0';
	entry(&tar, "file", '0', NULL, text);
	entry(&tar, "copy", '1', "file", NULL);
	entry(&tar, "short", '0', NULL, "short");
	end_tar(&tar, path);
	for (size_t i = 0; i < VW_COUNT(bounds_of); i++) {
		struct vw_archive_bounds bounds = wide;
		size_t kept = bounds_of[i] < SIZE ? bounds_of[i] : SIZE;

		bounds.file = bounds_of[i];
		assert_int_equal(unpack(scratch, path, &bounds), 0);
		assert_int_equal(size_of(scratch, "file"), kept);
		assert_int_equal(size_of(scratch, "copy"), kept);
		assert_int_equal(size_of(scratch, "short"), kept < 5 ? kept : 5);
	}
	free(text);
}

/* A tar ends with blocks of zeros: without any the rest was cut off between two entries. */
static void ends_are_looked_for(void **state)
{
	static const struct {
		size_t zeros;
		bool whole;
	} cases[] = {{0, false}, {BLOCK / 2, false}, {BLOCK, true}, {2 * BLOCK, true}, {20 * BLOCK, true}};
	struct scratch *scratch = *state;
	const char *path = beside(scratch, "a.tar");

	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		struct tar tar = {0};

		entry(&tar, "file", '0', NULL, "text");
		more(&tar, cases[i].zeros);
		write_bytes(path, tar.bytes, tar.size);
		free(tar.bytes);
		if (cases[i].whole)
			assert_int_equal(unpack(scratch, path, &wide), 0);
		else
			assert_int_equal(unpack(scratch, path, &wide), -EBADMSG);
		if (cases[i].zeros == 0)
			assert_non_null(strstr(scratch->problem, "damaged archive: the end is missing"));
	}
}

/* What a hard link is a copy of cannot be read: that is no fault of the archive. */
static void copies_that_cannot_be_read(void **state)
{
	struct scratch *scratch = *state;
	const char *path = beside(scratch, "a.tar");
	struct tar tar = {0};

	entry(&tar, "file", '0', NULL, "text");
	entry(&tar, "copy", '1', "file", NULL);
	end_tar(&tar, path);
	unreadable = "text";
	refuses(scratch, path, &wide, -EIO, "entry \"a hard link\": Input/output error");
	unreadable = NULL;
	assert_int_equal(unpack(scratch, path, &wide), 0);
	assert_int_equal(size_of(scratch, "copy"), 4);
}

/* Time. */

static void put_long_archive(const char *path, size_t files, size_t size)
{
	struct tar tar = {0};
	char *text = malloc(size + 1);

	assert_non_null(text);
	memset(text, 'x', size);
	text[size] = '\0';
	for (size_t i = 0; i < files; i++) {
		char name[32];

		snprintf(name, sizeof(name), "file%zu", i);
		entry(&tar, name, '0', NULL, text);
	}
	end_tar(&tar, path);
	free(text);
}

/* As long as it may take, and a second longer: within a file and between two. */
static void time_is_bounded(void **state)
{
	static const struct {
		size_t files, size;
		int err;
	} cases[] = {{1, 200000, -EBADMSG}, {400, 1, -E2BIG}};
	struct scratch *scratch = *state;
	const char *path = beside(scratch, "a.tar");

	for (size_t i = 0; i < VW_COUNT(cases); i++)
		for (time_t more = 0; more < 2; more++) {
			put_long_archive(path, cases[i].files, cases[i].size);
			clocked.on = true;
			clocked.now = 1000;
			clocked.at = 65536;
			clocked.step = wide.seconds + more;
			if (more)
				refuses(scratch, path, &wide, cases[i].err, "takes too long to unpack");
			else
				assert_int_equal(unpack(scratch, path, &wide), 0);
			clocked.on = false;
		}
}

/* Whoever shows how far it is is told so, to the end. */
static void progress_is_told(void **state)
{
	struct scratch *scratch = *state;
	const char *path = beside(scratch, "a.tar");
	struct stat status;

	put_long_archive(path, 1, 200000);
	assert_int_equal(unpack(scratch, path, &wide), 0);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(clocked.last, status.st_size);
	assert_true(clocked.told > 10);
}

/* Compression. */

/* A snapshot may be packed in two ways, an image in more. */
static void codecs(void **state)
{
	struct scratch *scratch = *state;
	const char *plain = beside(scratch, "a.tar"), *packed = beside(scratch, "packed");
	struct tar tar = {0};
	char *text;
	size_t size, tried = 0;

	entry(&tar, "file", '0', NULL, "text");
	end_tar(&tar, plain);
	text = whole_file(plain, &size);
	for (size_t i = 0; i < VW_COUNT(packers); i++) {
		static const char *const few[] = {"gzip", "zstd"}, *const more[] = {"xz", "bzip2",
										    "lz4 legacy"};
		struct vw_archive_bounds bounds = wide;
		struct bytes bytes = {0};
		bool is_few = false, is_more = false;

		for (size_t k = 0; k < VW_COUNT(few); k++)
			is_few |= vwb_text_equal(few[k], packers[i].name);
		for (size_t k = 0; k < VW_COUNT(more); k++)
			is_more |= vwb_text_equal(more[k], packers[i].name);
		packers[i].pack(&bytes, text, size);
		write_bytes(packed, bytes.data, bytes.size);
		free_bytes(&bytes);
		for (int every = 0; every < 2; every++) {
			bounds.every_codec = every;
			if (is_few || (every && is_more)) {
				if (unpack(scratch, packed, &bounds) != 0)
					fail_msg("%s: %s", packers[i].name, scratch->problem);
				tried++;
			} else {
				refuses(scratch, packed, &bounds, -EBADMSG, "no archive that can be read");
			}
		}
	}
	assert_int_equal(tried, 7);
	free(text);
}

/* Where to. */

static void folders(void **state)
{
	struct scratch *scratch = *state;
	const char *mine = beside(scratch, "mine"), *none = beside(scratch, "none");
	const char *const parents[] = {none, mine, "/tmp", NULL}, *const nowhere[] = {none, NULL};
	char *folder = NULL;
	struct stat status;

	assert_int_equal(mkdir(mine, 0755), 0);
	/* the user's wish, an absolute one, comes before all */
	assert_int_equal(setenv("TMPDIR", scratch->directory, 1), 0);
	assert_int_equal(vw_archive_make_folder(parents, &folder), 0);
	assert_true(vwb_text_starts(folder, scratch->directory));
	assert_true(vwb_text_starts(folder + strlen(scratch->directory), "/virtwhere."));
	assert_int_equal(stat(folder, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
	free(folder);
	assert_int_equal(setenv("TMPDIR", none, 1), 0);
	assert_int_equal(vw_archive_make_folder(parents, &folder), -ENOENT);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(i ? setenv("TMPDIR", "relative", 1) : unsetenv("TMPDIR"), 0);
		assert_int_equal(vw_archive_make_folder(parents, &folder), 0);
		assert_true(vwb_text_starts(folder, mine));
		free(folder);
		assert_int_equal(vw_archive_make_folder(nowhere, &folder), 0);
		assert_true(vwb_text_starts(folder, "/tmp/virtwhere."));
		assert_int_equal(rmdir(folder), 0);
		free(folder);
	}
	unsetenv("TMPDIR");
}

static void no_folder(void **state)
{
	struct scratch *scratch = *state;
	struct vw_hold hold = {0};
	const struct vw_archive_job job = {.fd = -1, .path = "a.tar", .bounds = &wide, .hold = &hold};

	assert_int_equal(
		vw_archive_unpack(&job, beside(scratch, "none"), scratch->problem, sizeof(scratch->problem)),
		-ENOENT);
	assert_non_null(strstr(scratch->problem, "none"));
	assert_int_equal(vw_archive_unpack(&job, scratch->snap, scratch->problem, sizeof(scratch->problem)),
			 -EBADMSG);
	assert_non_null(strstr(scratch->problem, "a.tar"));
	assert_non_null(strstr(scratch->problem, "cannot be read"));
}

/* Writing. */

static const struct vw_node nodes[] = {
	{.name = "d", .type = VW_NODE_DIRECTORY},
	{.name = "d/file", .type = VW_NODE_FILE, .bytes = "text", .size = 4},
	{.name = "d/link", .type = VW_NODE_LINK, .bytes = "file"},
	{.name = "empty", .type = VW_NODE_FILE, .bytes = "", .size = 0},
};

static int write_nodes(struct scratch *scratch, int fd, const char *path, const struct vw_hold *hold)
{
	memset(scratch->problem, 0, sizeof(scratch->problem));
	return vw_archive_write(fd, path, hold, nodes, VW_COUNT(nodes), scratch->problem,
				sizeof(scratch->problem));
}

static void suffixes(void **state)
{
	static const char *const archives[] = {"a.tar", "a.tar.gz", "a.tar.zst", ".tar", "x.zip.tar"};
	static const char *const others[] = {"a",     "a.gz",      "tar", "a.tar.xz",
					     "a.TAR", "a.tar.gz/", "",    "a.tgz"};
	struct vw_hold hold = {0};
	struct scratch *scratch = *state;

	for (size_t i = 0; i < VW_COUNT(archives); i++)
		assert_true(vw_archive_has_suffix(archives[i]));
	for (size_t i = 0; i < VW_COUNT(others); i++) {
		assert_false(vw_archive_has_suffix(others[i]));
		assert_int_equal(write_nodes(scratch, -1, others[i], &hold), -EOPNOTSUPP);
		assert_non_null(strstr(scratch->problem, "unknown kind of archive"));
	}
}

/* Equal machines give equal bytes: no time, no owner, and modes that do not hang on whoever records. */
static void headers_are_plain(void **state)
{
	static const struct {
		const char *name, *mode;
		char type;
		size_t at;
	} headers[] = {
		{"d/", "000755 ", '5', 0},
		{"d/file", "000644 ", '0', 512},
		{"d/link", "000777 ", '2', 1536},
		{"empty", "000644 ", '0', 2048},
	};
	struct scratch *scratch = *state;
	const char *path = beside(scratch, "a.tar");
	struct vw_hold hold = {0};
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	size_t size;
	char *bytes;

	assert_int_equal(write_nodes(scratch, fd, path, &hold), 0);
	close(fd);
	bytes = whole_file(path, &size);
	assert_int_equal(size, 2560 + 1024); /* and two blocks of zeros, nothing behind them */
	for (size_t i = 0; i < VW_COUNT(headers); i++) {
		const char *header = bytes + headers[i].at;

		assert_string_equal(header, headers[i].name);
		assert_memory_equal(header + 100, headers[i].mode, 7);
		assert_memory_equal(header + 108, "000000 ", 7);
		assert_memory_equal(header + 116, "000000 ", 7);
		assert_memory_equal(header + 136, "00000000000", 11);
		assert_int_equal(header[156], headers[i].type);
		assert_int_equal(header[265], '\0'); /* the owner's name */
	}
	assert_memory_equal(bytes + 1024, "text", 5);
	free(bytes);

	path = beside(scratch, "a.tar.gz");
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write_nodes(scratch, fd, path, &hold), 0);
	close(fd);
	bytes = whole_file(path, &size);
	assert_memory_equal(bytes, "\x1f\x8b\x08\0\0\0\0\0", 8);
	free(bytes);
}

/* The library warns of a name that is no UTF-8, and writes it as it is. */
static void names_of_any_bytes_are_written(void **state)
{
	static const struct vw_node strange = {
		.name = "caf\xe9", .type = VW_NODE_FILE, .bytes = "text", .size = 4};
	struct scratch *scratch = *state;
	const char *path = beside(scratch, "a.tar");
	struct vw_hold hold = {0};
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_int_equal(
		vw_archive_write(fd, path, &hold, &strange, 1, scratch->problem, sizeof(scratch->problem)),
		0);
	close(fd);
	assert_int_equal(unpack(scratch, path, &wide), 0);
	assert_int_equal(size_of(scratch, strange.name), 4);
	{
		char text[8] = "";

		fd = openat(scratch->fd, strange.name, O_RDONLY | O_CLOEXEC);
		assert_int_equal(read(fd, text, sizeof(text)), 4);
		assert_string_equal(text, "text");
		close(fd);
	}
}

static void writing_may_fail(void **state)
{
	static const char *const paths[] = {"a.tar", "a.tar.gz", "a.tar.zst"};
	struct scratch *scratch = *state;
	struct vw_hold hold = {0}, broken = {.holding = true};
	sigset_t mask;
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	sigemptyset(&broken.held);
	sigaddset(&broken.held, SIGTERM);
	for (size_t i = 0; i < VW_COUNT(paths); i++) {
		assert_int_equal(write_nodes(scratch, fd, paths[i], &hold), -ENOSPC);
		assert_non_null(strstr(scratch->problem, paths[i]));
		assert_non_null(strstr(scratch->problem, "No space left"));
		assert_int_equal(write_nodes(scratch, -1, paths[i], &hold), -EBADF);
	}
	assert_int_equal(sigprocmask(SIG_BLOCK, &broken.held, &mask), 0);
	assert_int_equal(raise(SIGTERM), 0);
	for (size_t i = 0; i < VW_COUNT(paths); i++) {
		assert_int_equal(write_nodes(scratch, fd, paths[i], &broken), -EINTR);
		assert_non_null(strstr(scratch->problem, "Interrupted"));
	}
	assert_int_equal(sigwaitinfo(&broken.held, NULL), SIGTERM);
	assert_int_equal(sigprocmask(SIG_SETMASK, &mask, NULL), 0);
	close(fd);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(entries_are_bounded),
		TEST(announced_sizes_are_bounded),
		TEST(unpacked_bytes_are_bounded),
		TEST(kept_bytes_are_bounded),
		TEST(files_are_bounded),
		TEST(ends_are_looked_for),
		TEST(copies_that_cannot_be_read),
		TEST(time_is_bounded),
		TEST(progress_is_told),
		TEST(codecs),
		TEST(folders),
		TEST(no_folder),
		TEST(suffixes),
		TEST(headers_are_plain),
		TEST(names_of_any_bytes_are_written),
		TEST(writing_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */

/* What the service says: the fields of an entry in the journal, the line where there is none, and how often
 * something that goes wrong is told. */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

#include <cmocka.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "agent/journal.h"
#include "agent/log.h"
#include "tests/unit/said.h"

enum { TEXT_MAX = 8192, CHANGES_MAX = 60 };

/* The journal's place. */

static struct {
	bool there;
	int error;
	unsigned entries;
	char text[TEXT_MAX]; /* the fields of the last entry, a line each */
} journal;

int access_in_place(const char *path, int mode) __asm__("access");

int access_in_place(const char *path, int mode)
{
	if (strcmp(path, "/run/systemd/journal/socket") != 0)
		return faccessat(AT_FDCWD, path, mode, 0);
	errno = ENOENT;
	return journal.there ? 0 : -1;
}

int sd_journal_sendv(const struct iovec *iov, int n)
{
	size_t used = 0;

	assert_true(journal.there);
	journal.entries++;
	for (int i = 0; i < n; i++) {
		assert_true(used + iov[i].iov_len + 2 < TEXT_MAX);
		memcpy(journal.text + used, iov[i].iov_base, iov[i].iov_len);
		used += iov[i].iov_len;
		journal.text[used++] = '\n';
	}
	journal.text[used] = '\0';
	return journal.error;
}

static int setup(void **state)
{
	(void)state;
	memset(&journal, 0, sizeof(journal));
	said_begin();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	said_end();
	unsetenv("JOURNAL_STREAM");
	return 0;
}

/* Entries. */

static struct vwd_change some[CHANGES_MAX];
static char sentences[CHANGES_MAX][32], devices[CHANGES_MAX][32];

static struct vwd_changes changes_of(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		snprintf(sentences[i], sizeof(sentences[i]), "sentence %zu", i);
		snprintf(devices[i], sizeof(devices[i]), "eth%zu", i);
		some[i] = (struct vwd_change){i % 2 ? VW_CHANGE_DEVICE_NEW : VW_CHANGE_LEVEL,
					      i == 1 ? LOG_WARNING : LOG_NOTICE, i % 2 ? devices[i] : NULL,
					      sentences[i]};
	}
	return (struct vwd_changes){.count = count, .change = some};
}

static const struct vwd_digest before = {.platform = {.id = "xen-pvhvm", .cloud.instance_type = "m4.large"}},
			       after = {.platform = {.id = "nitro", .cloud.instance_type = "m5.large"}},
			       nowhere = {.platform = {.id = "kvm"}};

static void an_entry_has_its_fields(void **state)
{
	struct vwd_changes changes = changes_of(2);

	(void)state;
	journal.there = true;
	vwd_journal_changes(&changes, &before, &after);
	assert_int_equal(journal.entries, 1);
	assert_string_equal(journal.text, "MESSAGE=sentence 0; sentence 1\n"
					  "MESSAGE_ID=6b1f3a0c7d5e4c0f9a52d3c84be1f7a6\n"
					  "PRIORITY=4\n"
					  "SYSLOG_IDENTIFIER=virtwhered\n"
					  "VIRTWHERE_OLD_PLATFORM=xen-pvhvm\n"
					  "VIRTWHERE_NEW_PLATFORM=nitro\n"
					  "VIRTWHERE_OLD_INSTANCE_TYPE=m4.large\n"
					  "VIRTWHERE_NEW_INSTANCE_TYPE=m5.large\n"
					  "VIRTWHERE_CHANGES=2\n"
					  "VIRTWHERE_CHANGE=level\n"
					  "VIRTWHERE_SENTENCE=sentence 0\n"
					  "VIRTWHERE_CHANGE=device-new\n"
					  "VIRTWHERE_SENTENCE=sentence 1\n"
					  "VIRTWHERE_DEVICE=eth1\n");
	assert_string_equal(said_since(), "");

	changes = changes_of(1);
	vwd_journal_changes(&changes, &nowhere, &after);
	assert_string_equal(journal.text, "MESSAGE=sentence 0\n"
					  "MESSAGE_ID=6b1f3a0c7d5e4c0f9a52d3c84be1f7a6\n"
					  "PRIORITY=5\n"
					  "SYSLOG_IDENTIFIER=virtwhered\n"
					  "VIRTWHERE_OLD_PLATFORM=kvm\n"
					  "VIRTWHERE_NEW_PLATFORM=nitro\n"
					  "VIRTWHERE_NEW_INSTANCE_TYPE=m5.large\n"
					  "VIRTWHERE_CHANGES=1\n"
					  "VIRTWHERE_CHANGE=level\n"
					  "VIRTWHERE_SENTENCE=sentence 0\n");
}

/* The line for people has four sentences at most, and says how many more there are. */
static void a_message_has_a_bound(void **state)
{
	static const struct {
		size_t count;
		const char *message;
	} rows[] = {
		{1, "sentence 0"},
		{3, "sentence 0; sentence 1; sentence 2"},
		{4, "sentence 0; sentence 1; sentence 2; sentence 3"},
		{5, "sentence 0; sentence 1; sentence 2; sentence 3; and 1 more"},
		{60, "sentence 0; sentence 1; sentence 2; sentence 3; and 56 more"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct vwd_changes changes = changes_of(rows[i].count);
		char line[256];

		journal.there = true;
		vwd_journal_changes(&changes, &before, &after);
		snprintf(line, sizeof(line), "MESSAGE=%s\n", rows[i].message);
		assert_int_equal(strncmp(journal.text, line, strlen(line)), 0);
		snprintf(line, sizeof(line), "\nVIRTWHERE_CHANGES=%zu\n", rows[i].count);
		assert_non_null(strstr(journal.text, line));
		journal.there = false;
		vwd_journal_changes(&changes, &before, &after);
		snprintf(line, sizeof(line), "virtwhered: %s\n", rows[i].message);
		assert_string_equal(said_since(), line);
	}
}

/* Fields for 48 changes; the rest is a number. */
static void fields_have_a_bound(void **state)
{
	struct vwd_changes changes = changes_of(CHANGES_MAX);
	const char *at = journal.text;
	unsigned kinds = 0;

	(void)state;
	journal.there = true;
	vwd_journal_changes(&changes, &before, &after);
	assert_non_null(strstr(journal.text, "\nVIRTWHERE_CHANGES=60\n"));
	while ((at = strstr(at, "\nVIRTWHERE_CHANGE="))) {
		kinds++;
		at++;
	}
	assert_int_equal(kinds, 48);
	assert_non_null(strstr(journal.text, "\nVIRTWHERE_SENTENCE=sentence 47\nVIRTWHERE_DEVICE=eth47\n"));
	assert_null(strstr(journal.text, "sentence 48"));
}

/* Without a journal, or one that takes nothing, the line goes to standard error. */
static void without_a_journal_there_is_a_line(void **state)
{
	struct vwd_changes changes = changes_of(2);

	(void)state;
	vwd_journal_changes(&changes, &before, &after);
	assert_int_equal(journal.entries, 0);
	assert_string_equal(said_since(), "virtwhered: sentence 0; sentence 1\n");
	journal.there = true;
	journal.error = -ENOBUFS;
	vwd_journal_changes(&changes, &before, &after);
	assert_int_equal(journal.entries, 1);
	assert_string_equal(said_since(), "virtwhered: sentence 0; sentence 1\n");
	assert_int_equal(setenv("JOURNAL_STREAM", "1:2", 1), 0);
	vwd_journal_changes(&changes, &before, &after);
	assert_string_equal(said_since(), "<4>sentence 0; sentence 1\n");
}

/* Lines. */

static void lines_have_a_priority_for_the_journal(void **state)
{
	(void)state;
	vwd_log_say(LOG_ERR, "%s is %d", "it", 7);
	assert_string_equal(said_since(), "virtwhered: it is 7\n");
	vwd_log_say(LOG_DEBUG, "nobody asked");
	assert_string_equal(said_since(), "");
	vwd_log_say(LOG_INFO, "a\nb\033[2J");
	assert_string_equal(said_since(), "virtwhered: a b?[2J\n");
	assert_int_equal(setenv("JOURNAL_STREAM", "1:2", 1), 0);
	vwd_log_say(LOG_ERR, "%s is %d", "it", 7);
	assert_string_equal(said_since(), "<3>it is 7\n");
	vwd_log_say(LOG_DEBUG, "it asked");
	assert_string_equal(said_since(), "<7>it asked\n");
	vwd_log_say(LOG_WARNING, "a\n<0>b");
	assert_string_equal(said_since(), "<4>a <0>b\n");
}

/* A reader that has stopped does not stop us. */
static void nobody_is_waited_for(void **state)
{
	char page[4096] = "";

	(void)state;
	while (write(said.pipe[1], page, sizeof(page)) > 0)
		;
	assert_int_equal(fcntl(said.pipe[1], F_SETFL, 0), 0);
	alarm(20);
	vwd_log_say(LOG_ERR, "lost");
	alarm(0);
	assert_int_equal(fcntl(said.pipe[1], F_SETFL, O_NONBLOCK), 0);
	while (read(said.pipe[0], said.text, sizeof(said.text)) > 0)
		assert_null(memmem(said.text, sizeof(said.text), "lost", 4));
	vwd_log_say(LOG_ERR, "told");
	assert_string_equal(said_since(), "virtwhered: told\n");
}

/* What goes wrong is told when it begins, when it is another thing, and when it ends. */
static void troubles_are_told_once(void **state)
{
	struct vwd_log_trouble trouble = {0};

	(void)state;
	vwd_log_trouble(&trouble, 0, "/file", NULL);
	assert_string_equal(said_since(), "");
	vwd_log_trouble(&trouble, -ENOSPC, "/file", NULL);
	assert_string_equal(said_since(), "virtwhered: /file: No space left on device\n");
	vwd_log_trouble(&trouble, -ENOSPC, "/file", NULL);
	assert_string_equal(said_since(), "");
	vwd_log_trouble(&trouble, -EINVAL, "/file", "is no regular file");
	assert_string_equal(said_since(), "virtwhered: /file: is no regular file\n");
	vwd_log_trouble(&trouble, 0, "/file", NULL);
	assert_string_equal(said_since(), "virtwhered: /file: works again\n");
	vwd_log_trouble(&trouble, 0, "/file", NULL);
	assert_string_equal(said_since(), "");
	assert_int_equal(setenv("JOURNAL_STREAM", "1:2", 1), 0);
	vwd_log_trouble(&trouble, -EIO, "/file", NULL);
	assert_string_equal(said_since(), "<4>/file: Input/output error\n");
	vwd_log_trouble(&trouble, 0, "/file", NULL);
	assert_string_equal(said_since(), "<5>/file: works again\n");
}

static void blame_is_a_clean_line(void **state)
{
	char problem[16] = "before";

	(void)state;
	assert_int_equal(vwd_log_problem(problem, sizeof(problem), -EINVAL, "%s:%d", "a\nb", 7), -EINVAL);
	assert_string_equal(problem, "a b:7");
	assert_int_equal(vwd_log_problem(problem, sizeof(problem), -EIO, "%s", "0123456789abcdefgh"), -EIO);
	assert_string_equal(problem, "0123456789abcde");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(an_entry_has_its_fields),
		TEST(a_message_has_a_bound),
		TEST(fields_have_a_bound),
		TEST(without_a_journal_there_is_a_line),
		TEST(lines_have_a_priority_for_the_journal),
		TEST(nobody_is_waited_for),
		TEST(troubles_are_told_once),
		TEST(blame_is_a_clean_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "agent/journal.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "agent/log.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

enum {
	TOLD = 48,      /* changes that an entry has fields for; the rest is a number */
	IN_MESSAGE = 4, /* sentences in the line for people */
	FIELDS = 3 * TOLD + 16,
};

struct entry {
	struct vwb_arena *arena;
	size_t count;
	struct iovec field[FIELDS];
};

static void put(struct entry *entry, const char *name, const char *value)
{
	char *text = value ? vwb_arena_printf(entry->arena, "%s=%s", name, value) : NULL;

	if (text && entry->count < FIELDS)
		entry->field[entry->count++] = (struct iovec){.iov_base = text, .iov_len = strlen(text)};
}

static const char *message_of(struct entry *entry, const struct vwd_changes *changes)
{
	const char *message = changes->change[0].sentence;
	size_t i;

	for (i = 1; i < changes->count && i < IN_MESSAGE && message; i++)
		message = vwb_arena_printf(entry->arena, "%s; %s", message, changes->change[i].sentence);
	if (i < changes->count && message)
		message = vwb_arena_printf(entry->arena, "%s; and %zu more", message, changes->count - i);
	return message;
}

static int send_entry(struct entry *entry, const struct vwd_changes *changes, const struct vwd_digest *before,
		      const struct vwd_digest *after, const char *message)
{
	const char *priority = vwb_arena_printf(entry->arena, "%d", vwd_changes_priority(changes));
	const char *count = vwb_arena_printf(entry->arena, "%zu", changes->count);

	put(entry, "MESSAGE", message);
	put(entry, "MESSAGE_ID", VW_CHANGE_MESSAGE_ID);
	put(entry, "PRIORITY", priority);
	put(entry, "SYSLOG_IDENTIFIER", "virtwhered");
	put(entry, "VIRTWHERE_OLD_PLATFORM", before->platform.id);
	put(entry, "VIRTWHERE_NEW_PLATFORM", after->platform.id);
	put(entry, "VIRTWHERE_OLD_INSTANCE_TYPE", before->platform.cloud.instance_type);
	put(entry, "VIRTWHERE_NEW_INSTANCE_TYPE", after->platform.cloud.instance_type);
	put(entry, "VIRTWHERE_CHANGES", count);
	for (size_t i = 0; i < changes->count && i < TOLD; i++) {
		put(entry, "VIRTWHERE_CHANGE", vwd_change_word(changes->change[i].kind));
		put(entry, "VIRTWHERE_SENTENCE", changes->change[i].sentence);
		put(entry, "VIRTWHERE_DEVICE", changes->change[i].device);
	}
	if (vwb_arena_failed(entry->arena))
		return -ENOMEM;
	/* sd_journal_sendv() calls it a success when there is no journal */
	if (access(JOURNAL_SOCKET, F_OK) < 0)
		return -errno;
	return sd_journal_sendv(entry->field, (int)entry->count);
}

void vwd_journal_changes(const struct vwd_changes *changes, const struct vwd_digest *before,
			 const struct vwd_digest *after)
{
	_cleanup_(vwb_arena_freep) struct vwb_arena *arena = NULL;
	struct entry entry = {0};
	const char *message;

	if (vwb_arena_new(&arena) < 0)
		return;
	entry.arena = arena;
	message = message_of(&entry, changes);
	if (message && send_entry(&entry, changes, before, after, message) < 0)
		vwd_log_say(vwd_changes_priority(changes), "%s", message);
}

/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_JOURNAL_H
#define VW_AGENT_JOURNAL_H

#include "agent/changes.h"

/**
 * One entry in the journal for all that changed; a line on standard error where no journal is.
 *
 * Its fields: MESSAGE, MESSAGE_ID (VW_CHANGE_MESSAGE_ID), PRIORITY, VIRTWHERE_OLD_PLATFORM,
 * VIRTWHERE_NEW_PLATFORM, VIRTWHERE_OLD_INSTANCE_TYPE and VIRTWHERE_NEW_INSTANCE_TYPE where they are known,
 * VIRTWHERE_CHANGES with the number of changes, and for each one VIRTWHERE_CHANGE with its kind,
 * VIRTWHERE_SENTENCE, and VIRTWHERE_DEVICE when it is one of a device. Source: sd_journal_send(3);
 * systemd.journal-fields(7): a field may be there several times.
 *
 * @changes: at least one
 */
void vwd_journal_changes(const struct vwd_changes *changes, const struct vwd_digest *before,
			 const struct vwd_digest *after);

#endif

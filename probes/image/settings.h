/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_IMAGE_SETTINGS_H
#define VW_PROBES_IMAGE_SETTINGS_H

/*
 * The syntaxes that a system's configuration is written in: shell assignments, INI files, words of a line,
 * rules of udev; and folders of such files. They cut spans out of a text and allocate nothing until a caller
 * asks for a copy. Internal to probes/image/.
 */

#include "probes/image/reader.h"

struct vw_span {
	const char *at; /* not NUL-terminated */
	size_t size;
};

struct vw_span vw_span_of(const char *at, size_t size);
struct vw_span vw_span_trim(struct vw_span span);
bool vw_span_is(struct vw_span span, const char *word);
bool vw_span_has(struct vw_span span, const char *part);
const char *vw_span_copy(struct vw_image *image, struct vw_span span); /* safe to print; NULL: no memory */

/** The next word of a line, parted by white space. Returns false at its end, and at a '#' where one starts.
 */
bool vw_word_next(struct vw_span *rest, struct vw_span *ret_word);

/** "path:line" */
const char *vw_image_place(struct vw_image *image, const char *path, unsigned line);

/* Lines that a backslash at the end joins to the next, without anything between them. Start with
 * {.lines = {.image = image, .rest = text, .size = size}}. Source: modprobe.d(5), interfaces(5). */
struct vw_joined {
	struct vw_line_reader lines;
	bool comments_go_on; /* a line that begins with '#' is joined as well */
	char *line;          /* NUL-terminated; it may be written to, and is gone with the next */
	size_t length;
	unsigned number; /* of its first line */
};

/** Returns false at the text's end, and when there is no memory, which the image's arena remembers. */
bool vw_joined_next(struct vw_joined *joined);

/** Is it "yes", "y", "true", "on" or "1", in any case? Source: netplan(5), parse_boolean() of systemd */
bool vw_span_true(struct vw_span span);

/* Folders of files. */

struct vw_file_set {
	const char *const *folder; /* ends with NULL; of two files of one name the one in the earlier folder
				      holds, and a link to /dev/null there hides the other */
	const char *prefix;        /* of the files' names; NULL for any */
	const char *suffix;        /* likewise */
	bool hidden;               /* names that begin with a dot are read as well */
	bool lost;                 /* set when one of them could not be read */
};

typedef int (*vw_file_visit)(void *context, struct vw_image *image, const char *path, const char *text,
			     size_t size);

/**
 * Read each file of a set, in the order of their names, as systemd, udev and others do.
 *
 * Returns 0, -ENOMEM, or what @visit gave. Source: systemd.unit(5), udev(7).
 */
_must_check_ int vw_files_each(struct vw_image *image, struct vw_file_set *set, vw_file_visit visit,
			       void *context);

/** Read one file for the same kind of visit; one that is not there is fine. @lost: set when it could not be
 * read; may be NULL. */
_must_check_ int vw_file_one(struct vw_image *image, const char *path, vw_file_visit visit, void *context,
			     bool *lost);

/** Folders of a system's units and its like: etc, run, usr/local/lib, usr/lib, lib. */
extern const char *const vw_unit_folders[];

/** The path of a unit's file that holds, or NULL when there is none. @ret_masked: its file is a link to
 * /dev/null. @name: with its suffix */
const char *vw_unit_find(struct vw_image *image, const char *name, bool *ret_masked);

/* Lists of lines. */

/** Add a line that somebody has to judge to a growing list of struct vw_line. */
void vw_lines_add(struct vw_image *image, struct vw_growing *lines, const char *path, unsigned number,
		  struct vw_span text);
void vw_lines_set(struct vw_lines *fact, const struct vw_growing *lines);

/** 0, or -ENOMEM when the image's arena has failed. */
_must_check_ int vw_image_memory(struct vw_image *image);

/** A number fact that says whether something is there. */
void vw_flag_set(struct vw_number *fact, bool is, const char *source);

/* Shell assignments. */

/* Start with {.rest = {text, size}}. A value may be quoted, an array, and of several lines; a quote that is
 * never closed ends with its line. Nothing is expanded. Source: os-release(5), POSIX shell. */
struct vw_assignment {
	struct vw_span rest;
	unsigned line; /* of the key, from 1; 0 before the first */
	unsigned breaks;
	struct vw_span key, raw; /* raw: the value with its quotes */
	bool append;             /* += */
	bool unclosed; /* an array was, to the text's end: no later one is looked for beyond its line */
};

bool vw_assignment_next(struct vw_assignment *assignment);

/** The value without quotes, safe to print, the words of an array parted by a space. NULL: no memory. */
const char *vw_assigned(struct vw_image *image, const struct vw_assignment *assignment);

/* INI. */

/* Start with {.lines = {.image = image, .rest = text, .size = size}}. Source: systemd.syntax(7),
 * nm-settings-keyfile(5). */
struct vw_ini {
	struct vw_line_reader lines;
	struct vw_span section, key, value;
};

bool vw_setting_next(struct vw_ini *ini);

/* Rules of udev. */

/* One rule, its continued lines included. Start with {.rest = {text, size}}. Source: udev(7). */
struct vw_rules {
	struct vw_span rest;
	unsigned line, next; /* line of the rule's start */
	struct vw_span rule;
};

bool vw_rule_next(struct vw_rules *rules);

/* A token of a rule: ATTR{address}=="…" */
struct vw_rule_token {
	struct vw_span key, operation, value;
};

bool vw_token_next(struct vw_span *rest, struct vw_rule_token *ret);

#endif

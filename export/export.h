/* SPDX-License-Identifier: MIT */
#ifndef VW_EXPORT_EXPORT_H
#define VW_EXPORT_EXPORT_H

/*
 * What this folder offers: a report, or what other commands have to say, as text or JSON in a buffer.
 * Rendering is pure: the same input gives the same bytes, on every machine. The one exception is
 * vwb_file_write() in base/file.h, which puts a buffer into a file.
 */

#include "detect/passport.h"
#include "detect/report.h"
#include "base/buffer.h"

#ifndef VW_VERSION
#define VW_VERSION "0.1.0"
#endif

/* How to show it. A structure of zeros: no colour, UTF-8, 80 columns, JSON in many lines. */
struct vwx_view {
	bool colour;          /* with the escape sequences of ECMA-48 */
	bool ascii;           /* nothing but ASCII */
	bool compact;         /* JSON on one line */
	bool verbose;         /* text: nothing left out to fit a screen */
	bool privileged;      /* the reader is root already: do not tell him to become it */
	unsigned columns;     /* of the terminal; 0 for 80 */
	bool served;          /* a page: beside it are /report and /metrics */
	const char *captured; /* RFC 3339: the time of the run, where the facts carry none; may be NULL */
};

struct vwx_format {
	const char *name;       /* the word of --format */
	const char *media_type; /* "application/json" */
	const char *meaning;    /* for the help */
	bool whole;             /* leaves nothing out: worth the wider probes */
	int (*render)(const struct vw_report *report, const struct vwx_view *view, struct vwb_buffer *out);
};

/** The table of formats of a report. Returns the row at @index, static, or NULL past the end. */
const struct vwx_format *vwx_format_at(size_t index);

/** Find a format by its name. Returns NULL when there is none. */
const struct vwx_format *vwx_format_find(const char *name);

/*
 * All that render return 0 or a negative errno: -ENOMEM, -E2BIG for a text beyond VW_BUFFER_MAX; those that
 * give JSON also -EBADMSG for a string that is not UTF-8, and -EOPNOTSUPP when libjansson is not installed.
 * After a failure the buffer holds no more than a part.
 */

/** For people: a headline, the stack, the six dimensions, nested guests, and what could not be read. */
int vwx_text_render(const struct vw_report *report, const struct vwx_view *view, struct vwb_buffer *out);

/** Every piece of evidence with its weight, source, value, what it supports, and who says so. */
int vwx_explain_render(const struct vw_report *report, const struct vwx_view *view, struct vwb_buffer *out);

/** The findings of the checks of the running guest: what failed first, with what to do. */
int vwx_drivers_render(const struct vw_report *report, const struct vwx_view *view, struct vwb_buffer *out);

/** The document virtwhere.report/1, as export/report.schema.json describes it. */
int vwx_json_render(const struct vw_report *report, const struct vwx_view *view, struct vwb_buffer *out);

/**
 * The word that systemd-detect-virt(1) prints for what the report says: the container, else the machine, else
 * "none"; nothing when the platform is unknown.
 */
int vwx_systemd_words_render(const struct vw_report *report, const struct vwx_view *view,
			     struct vwb_buffer *out);

/** The words that virt-what(1) prints for what the report says, one per line; none on bare metal. */
int vwx_virt_what_words_render(const struct vw_report *report, const struct vwx_view *view,
			       struct vwb_buffer *out);

/** One word that was asked for, and whether it holds. */
struct vwx_answer {
	const char *word;
	enum vw_tristate holds;
};

/** The answers of `virtwhere is` as JSON, and whether all of them hold. */
int vwx_answers_render(const struct vwx_answer *answer, size_t count, enum vw_tristate all,
		       const struct vwx_view *view, struct vwb_buffer *out);

/** Words with their meanings, for people. */
int vwx_words_render(const struct vw_word *const *word, size_t count, const struct vwx_view *view,
		     struct vwb_buffer *out);

/** The same as JSON. @name: of the list */
int vwx_words_json_render(const char *name, const struct vw_word *const *word, size_t count,
			  const struct vwx_view *view, struct vwb_buffer *out);

/** The table of checks, image and live ones; as JSON with targets, remedy and reference. */
int vwx_checks_render(const struct vwx_view *view, struct vwb_buffer *out);
int vwx_checks_json_render(const struct vwx_view *view, struct vwb_buffer *out);

/** What `virtwhere snapshot` wrote, as JSON. */
int vwx_recorded_render(const char *path, bool with_ids, const struct vwx_view *view, struct vwb_buffer *out);

/**
 * The passport of a report: what a guest of this machine would have under it. See detect/passport.h.
 *
 * @ret: the line, at least VW_PASSPORT_MAX + 1 bytes
 *
 * Returns 0, or -EOVERFLOW when more layers are known than a passport can tell.
 */
_must_check_ int vwx_passport_format(const struct vw_report *report, char *ret);

enum vwx_passport_as { VW_PASSPORT_TEXT, VW_PASSPORT_RAW, VW_PASSPORT_QEMU, VW_PASSPORT_LIBVIRT };

/** A passport as ready lines: for people, alone, as QEMU's options, or as libvirt's <sysinfo> elements. */
int vwx_passport_render(const char *passport, enum vwx_passport_as as, const struct vwx_view *view,
			struct vwb_buffer *out);

/** The same as JSON. */
int vwx_passport_json_render(const char *passport, const struct vwx_view *view, struct vwb_buffer *out);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef VW_EXPORT_PREFLIGHT_H
#define VW_EXPORT_PREFLIGHT_H

/*
 * What pre-flight has to say of an image, in the formats that people, scripts and build systems read. Pure,
 * as export/export.h has it; those that give JSON need libjansson.
 */

#include "detect/checks.h"
#include "export/export.h"

#define VW_PREFLIGHT_SCHEMA "virtwhere.preflight/1"

struct vwx_preflight_format {
	const char *name;       /* the word of --format */
	const char *media_type; /* "application/sarif+json" */
	const char *meaning;    /* for the help */
	int (*render)(const struct vw_preflight *preflight, const struct vwx_view *view,
		      struct vwb_buffer *out);
};

/** The table of formats of pre-flight, the default first. Returns the row at @index, static, or NULL past the
 * end. */
const struct vwx_preflight_format *vwx_preflight_format_at(size_t index);

/** Find a format by its name. Returns NULL when there is none. */
const struct vwx_preflight_format *vwx_preflight_format_find(const char *name);

/* All that render return what the renderers of export/export.h do. */

/** Load libjansson, which a sandbox would keep from being opened when a document is made. */
void vwx_json_load(void);

/** For people: a verdict for each target, what is not right and what to do about it. */
int vwx_preflight_text_render(const struct vw_preflight *preflight, const struct vwx_view *view,
			      struct vwb_buffer *out);

/** The document virtwhere.preflight/1, as export/preflight.schema.json describes it. */
int vwx_preflight_json_render(const struct vw_preflight *preflight, const struct vwx_view *view,
			      struct vwb_buffer *out);

/** JUnit's XML, as build servers read it: a test suite for each target, a test case for each finding. */
int vwx_preflight_junit_render(const struct vw_preflight *preflight, const struct vwx_view *view,
			       struct vwb_buffer *out);

/** The Test Anything Protocol, version 14. Source: https://testanything.org/tap-version-14-specification.html
 */
int vwx_preflight_tap_render(const struct vw_preflight *preflight, const struct vwx_view *view,
			     struct vwb_buffer *out);

/** SARIF 2.1.0. Source: OASIS, Static Analysis Results Interchange Format, version 2.1.0. */
int vwx_preflight_sarif_render(const struct vw_preflight *preflight, const struct vwx_view *view,
			       struct vwb_buffer *out);

/** Annotations of GitHub's workflows. Source: docs.github.com, "Workflow commands for GitHub Actions". */
int vwx_preflight_github_render(const struct vw_preflight *preflight, const struct vwx_view *view,
				struct vwb_buffer *out);

enum { VW_AMI_LIMIT = 1024 * 1024 };

/**
 * Read what registered an image: the answer of describe-images, its first image, or one image by itself.
 *
 * @text: JSON, @size bytes, at most VW_AMI_LIMIT
 * @arena: gets the strings
 * @problem: on failure receives one line, without newline
 *
 * Returns 0, -EBADMSG for what is no such document, -EFBIG, -EOPNOTSUPP when libjansson is not installed, or
 * -ENOMEM; @ret is untouched on failure. Source: EC2 API reference, DescribeImages, Image.
 */
_must_check_ int vwx_ami_parse(const char *text, size_t size, struct vwb_arena *arena, struct vw_ami *ret,
			       char *problem, size_t problem_size);

/* For the renderers of this folder. */

/* What a finding means for the exit status. */
enum vwx_outcome {
	VW_OUTCOME_PASS,
	VW_OUTCOME_FAIL,    /* it makes the target fail */
	VW_OUTCOME_NOTE,    /* not right, but not what decides: less than fail_on, or another kernel's */
	VW_OUTCOME_SKIP,    /* does not apply */
	VW_OUTCOME_UNKNOWN, /* it makes the verdict unknown */
	VW_OUTCOME_UNSURE,  /* unknown, and not what decides */
	VW_OUTCOMES,
};

enum vwx_outcome vwx_outcome_of(const struct vw_preflight *preflight, const struct vw_image_finding *finding);

/* A place in the image, out of a finding's evidence: "/etc/fstab:3: /dev/xvda1 / ext4". */
struct vwx_place {
	const char *path; /* not NUL-terminated, begins with '/'; NULL: the evidence names no file */
	size_t length;
	unsigned long line; /* from 1; 0: none */
};

struct vwx_place vwx_place_of(const char *evidence);

/** "6.1.0-56-amd64" or "all kernels". */
const char *vwx_finding_kernel(const struct vw_image_finding *finding);

#endif

/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/image/parts.h"
#include "probes/image/settings.h"

/* Whether sshd can start: what makes its host keys, and whether it knows the words of its configuration. */

static int visit_key_maker(void *context, struct vw_image *image, const char *path, const char *text,
			   size_t size)
{
	struct vw_text *fact = context;
	struct vw_span all = {text, size};

	if (fact->state != VW_VALUE && (vw_span_has(all, "ssh-keygen") || vw_span_has(all, "openssh-server")))
		vw_image_set_text(image, fact, 0, path, strlen(path), path);
	return vw_image_memory(image);
}

/* Distributions' own, and what an image's maker wrote. */
static int read_key_maker(struct vw_image *image, struct vw_text *fact)
{
	static const char *const makers[] = {
		"/usr/lib/systemd/system/sshd-keygen@.service",
		"/usr/lib/systemd/system/sshd-keygen.service",
		"/usr/lib/systemd/system/sshdgenkeys.service",
		"/usr/lib/systemd/system/ssh-keygen.service",
		"/usr/sbin/sshd-gen-keys-start",
		"/usr/sbin/sshd-keygen",
		"/usr/libexec/openssh/sshd-keygen",
		"/etc/rc.d/init.d/sshd",
		"/etc/init.d/sshd",
		NULL,
	};
	static const char *const units[] = {"/etc/systemd/system", "/etc/systemd/system/ssh.service.d",
					    "/etc/systemd/system/sshd.service.d", NULL};
	struct vw_file_set services = {.folder = units, .suffix = ".service"};
	struct vw_file_set drop_ins = {.folder = units + 1, .suffix = ".conf"};
	int r = 0;

	vw_image_set_text(image, fact, -ENOENT, NULL, 0, makers[0]);
	for (size_t i = 0; makers[i] && fact->state != VW_VALUE; i++)
		if (vw_image_stat(image, makers[i], NULL, NULL) == 0)
			vw_image_set_text(image, fact, 0, makers[i], strlen(makers[i]), makers[i]);
	if (fact->state != VW_VALUE)
		r = vw_file_one(image, "/etc/rc.local", visit_key_maker, fact, NULL);
	if (fact->state != VW_VALUE && r == 0)
		r = vw_files_each(image, &services, visit_key_maker, fact);
	if (fact->state != VW_VALUE && r == 0)
		r = vw_files_each(image, &drop_ins, visit_key_maker, fact);
	return r;
}

enum { PROGRAM_LIMIT = 16 * 1024 * 1024 };

struct sshd {
	struct vw_image *image;
	unsigned char *program;
	size_t size;
	struct vw_growing unknown;
};

/* Keywords stand in the program as it compares them: in lower case, between two NULs. */
static bool knows(const struct sshd *sshd, struct vw_span keyword)
{
	char text[64] = "";

	if (keyword.size + 2 > sizeof(text))
		return false;
	for (size_t i = 0; i < keyword.size; i++)
		text[i + 1] = (char)tolower((unsigned char)keyword.at[i]);
	return memmem(sshd->program, sshd->size, text, keyword.size + 2) != NULL;
}

/* Source: sshd_config(5); an unknown keyword ends sshd: OpenSSH servconf.c, "Bad configuration option" */
static int visit_sshd_config(void *context, struct vw_image *image, const char *path, const char *text,
			     size_t size)
{
	struct sshd *sshd = context;
	struct vw_line_reader lines = {.image = image, .rest = text, .size = size};

	while (vw_image_next_line(&lines)) {
		struct vw_span rest = {lines.line, lines.length}, word;

		if (!vw_word_next(&rest, &word))
			continue;
		if (memchr(word.at, '=', word.size))
			word.size = (size_t)((const char *)memchr(word.at, '=', word.size) - word.at);
		if (word.size && !knows(sshd, word))
			vw_lines_add(image, &sshd->unknown, path, lines.number, word);
	}
	return vw_image_memory(image);
}

/* From 9.8 on sshd leaves sessions to sshd-session; all keywords stand in it as before. */
static int read_words(struct vw_image *image, const char *program, struct vw_lines *fact)
{
	static const char *const folders[] = {"/etc/ssh/sshd_config.d", NULL};
	static const char proof[] = "passwordauthentication";
	struct vw_file_set set = {.folder = folders, .suffix = ".conf"};
	struct sshd sshd = {.image = image};
	int r = vw_file_read_large(image, program, 0, PROGRAM_LIMIT, &sshd.program, &sshd.size);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	if (knows(&sshd, vw_span_of(proof, strlen(proof)))) {
		r = vw_file_one(image, "/etc/ssh/sshd_config", visit_sshd_config, &sshd, NULL);
		if (r == 0)
			r = vw_files_each(image, &set, visit_sshd_config, &sshd);
		vw_lines_set(fact, &sshd.unknown);
	}
	vw_file_free_large(image, sshd.program, sshd.size);
	return r;
}

int vw_image_probe_sshd(struct vw_image *image, struct vw_image_facts *facts)
{
	static const char *const programs[] = {"/usr/sbin/sshd", "/usr/bin/sshd"};
	const char *program = NULL;
	int r = 0;

	for (size_t i = 0; i < VW_COUNT(programs) && !program; i++)
		program = vw_image_stat(image, programs[i], NULL, NULL) == 0 ? programs[i] : NULL;
	vw_image_set_text(image, &facts->sshd, program ? 0 : -ENOENT, program, program ? strlen(program) : 0,
			  programs[0]);
	if (program)
		r = read_words(image, program, &facts->sshd_unknown);
	return r < 0 ? r : read_key_maker(image, &facts->key_maker);
}

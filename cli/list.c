/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include "cli/cli.h"

#define LISTS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const struct vw_wordlist wordlists[] = {
	{"platforms", LISTS("platforms")},
	{"targets", LISTS("targets")},
	{"words",
	 LISTS("words", "platforms", "hypervisors", "modes", "vmms", "clouds", "containers", "confidential")},
	{"clouds", LISTS("clouds")},
	{"containers", LISTS("containers")},
	{"hypervisors", LISTS("hypervisors")},
	{"modes", LISTS("modes")},
	{"vmms", LISTS("vmms")},
	{"confidential", LISTS("confidential")},
	{"rows", LISTS("rows")},
};

const struct vw_wordlist *vw_wordlist_at(size_t index)
{
	return index < VW_COUNT(wordlists) ? &wordlists[index] : NULL;
}

static const struct vw_wordlist *find(const char *name)
{
	for (size_t i = 0; i < VW_COUNT(wordlists); i++)
		if (vw_equal(wordlists[i].name, name))
			return &wordlists[i];
	return NULL;
}

const struct vw_wordlist *vw_wordlist_of_is(void)
{
	return find("words");
}

static size_t size_of(const struct vw_wordlist *list)
{
	size_t size = 0;

	for (size_t i = 0; list->lists[i]; i++)
		for (size_t k = 0; vw_word_at(list->lists[i], k); k++)
			size++;
	return size;
}

static bool holds(const struct vw_word *const *word, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (vw_equal(word[i]->word, text))
			return true;
	return false;
}

int vw_wordlist_gather(const struct vw_wordlist *list, const struct vw_word ***ret_word, size_t *ret_count)
{
	const struct vw_word **word = calloc(size_of(list) + 1, sizeof(*word));
	const struct vw_word *next;
	size_t count = 0;

	if (!word)
		return -ENOMEM;
	for (size_t i = 0; list->lists[i]; i++)
		for (size_t k = 0; (next = vw_word_at(list->lists[i], k)); k++)
			if (!holds(word, count, next->word))
				word[count++] = next;
	*ret_word = word;
	*ret_count = count;
	return 0;
}

static enum vw_exit no_list(const char *name)
{
	struct vw_nearest nearest = {.asked = name};

	for (size_t i = 0; i < VW_COUNT(wordlists); i++)
		vw_nearest_offer(&nearest, wordlists[i].name);
	vw_nearest_offer(&nearest, "checks");
	if (nearest.word)
		vw_complain("no list '%s'; did you mean '%s'?", name, nearest.word);
	else
		vw_complain("no list '%s'; see 'virtwhere help list'", name);
	return VW_EXIT_USAGE;
}

static enum vw_exit list_checks(const struct vw_request *request)
{
	_cleanup_(vw_buffer_free) struct vw_buffer out = {0};
	int r = vw_equal(request->format, "json") ? vw_render_checks_json(&request->view, &out)
						  : vw_render_checks(&request->view, &out);

	return vw_print(&out, r, VW_EXIT_YES);
}

enum vw_exit vw_run_list(const struct vw_request *request)
{
	const struct vw_wordlist *list = find(request->word[0]);
	_cleanup_(vw_buffer_free) struct vw_buffer out = {0};
	const struct vw_word **word = NULL;
	size_t count = 0;
	int r;

	if (vw_equal(request->word[0], "checks"))
		return list_checks(request);
	if (!list)
		return no_list(request->word[0]);
	r = vw_wordlist_gather(list, &word, &count);
	if (r == 0 && vw_equal(request->format, "json"))
		r = vw_render_words_json(list->name, word, count, &request->view, &out);
	else if (r == 0)
		r = vw_render_words(word, count, &request->view, &out);
	free(word);
	return vw_print(&out, r, VW_EXIT_YES);
}

/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include "cli/cli.h"

#define LISTS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const struct vwc_wordlist wordlists[] = {
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

const struct vwc_wordlist *vwc_wordlist_at(size_t index)
{
	return index < VW_COUNT(wordlists) ? &wordlists[index] : NULL;
}

static const struct vwc_wordlist *find(const char *name)
{
	for (size_t i = 0; i < VW_COUNT(wordlists); i++)
		if (vwb_text_equal(wordlists[i].name, name))
			return &wordlists[i];
	return NULL;
}

const struct vwc_wordlist *vwc_wordlist_of_is(void)
{
	return find("words");
}

static size_t size_of(const struct vwc_wordlist *list)
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
		if (vwb_text_equal(word[i]->word, text))
			return true;
	return false;
}

int vwc_wordlist_gather(const struct vwc_wordlist *list, const struct vw_word ***ret_word, size_t *ret_count)
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

static enum vwc_exit no_list(const char *name)
{
	struct vwc_nearest nearest = {.asked = name};

	for (size_t i = 0; i < VW_COUNT(wordlists); i++)
		vwc_nearest_offer(&nearest, wordlists[i].name);
	vwc_nearest_offer(&nearest, "checks");
	if (nearest.word)
		vwc_complain("no list '%s'; did you mean '%s'?", name, nearest.word);
	else
		vwc_complain("no list '%s'; see 'virtwhere help list'", name);
	return VW_EXIT_USAGE;
}

static enum vwc_exit list_checks(const struct vwc_request *request)
{
	_cleanup_(vwb_buffer_free) struct vwb_buffer out = {0};
	int r = vwb_text_equal(request->format, "json") ? vwx_checks_json_render(&request->view, &out)
							: vwx_checks_render(&request->view, &out);

	return vwc_output_print(&out, r, VW_EXIT_YES);
}

static enum vwc_exit run_list(const struct vwc_request *request)
{
	const struct vwc_wordlist *list = find(request->word[0]);
	_cleanup_(vwb_buffer_free) struct vwb_buffer out = {0};
	const struct vw_word **word = NULL;
	size_t count = 0;
	int r;

	if (vwb_text_equal(request->word[0], "checks"))
		return list_checks(request);
	if (!list)
		return no_list(request->word[0]);
	r = vwc_wordlist_gather(list, &word, &count);
	if (r == 0 && vwb_text_equal(request->format, "json"))
		r = vwx_words_json_render(list->name, word, count, &request->view, &out);
	else if (r == 0)
		r = vwx_words_render(word, count, &request->view, &out);
	free(word);
	return vwc_output_print(&out, r, VW_EXIT_YES);
}

const struct vwc_command vwc_list_command = {
	.name = "list",
	.arguments = "LIST",
	.summary = "the closed lists that other commands use",
	.details = "LIST is one of platforms, targets, words, clouds, containers, hypervisors, modes, vmms, "
		   "confidential, rows, checks. 'words' are all that 'virtwhere is' knows.",
	.formats = VWC_FORMATS("text", "json"),
	.least_words = 1,
	.most_words = 1,
	.run = run_list,
};

/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include "cli/cli.h"

/* Are all of them words that `is` knows? Asked before anything is probed. */
static enum vw_exit check(const struct vw_request *request)
{
	const struct vw_word **known = NULL;
	enum vw_exit result = VW_EXIT_YES;
	size_t count = 0;

	if (vw_wordlist_gather(vw_wordlist_of_is(), &known, &count) < 0)
		return VW_EXIT_INTERNAL;
	for (size_t i = 0; i < request->words && result == VW_EXIT_YES; i++) {
		struct vw_nearest nearest = {.asked = request->word[i]};

		for (size_t k = 0; k < count; k++)
			vw_nearest_offer(&nearest, known[k]->word);
		if (nearest.word && nearest.distance == 0)
			continue;
		if (nearest.word)
			vw_complain("is: no word '%s'; did you mean '%s'?", nearest.asked, nearest.word);
		else
			vw_complain("is: no word '%s'; see 'virtwhere list words'", nearest.asked);
		result = VW_EXIT_USAGE;
	}
	free(known);
	return result;
}

/* One "no" decides, then one "not known". */
static enum vw_tristate all_of(const struct vw_answer *answer, size_t count)
{
	enum vw_tristate all = VW_YES;

	for (size_t i = 0; i < count; i++) {
		if (answer[i].holds == VW_NO)
			return VW_NO;
		if (answer[i].holds == VW_UNKNOWN)
			all = VW_UNKNOWN;
	}
	return all;
}

static enum vw_exit answer_all(const struct vw_request *request, const struct vw_report *report,
			       struct vw_answer *answer)
{
	static const enum vw_exit exits[] = {
		[VW_UNKNOWN] = VW_EXIT_UNDETERMINED, [VW_NO] = VW_EXIT_NO, [VW_YES] = VW_EXIT_YES};
	_cleanup_(vw_buffer_free) struct vw_buffer out = {0};
	enum vw_tristate all;
	int r = 0;

	for (size_t i = 0; i < request->words; i++) {
		answer[i].word = request->word[i];
		if (vw_report_is(report, request->word[i], &answer[i].holds) < 0)
			answer[i].holds = VW_UNKNOWN;
	}
	all = all_of(answer, request->words);
	if (vw_equal(request->format, "json"))
		r = vw_render_answers(answer, request->words, all, &request->view, &out);
	return vw_print(&out, r, exits[all]);
}

enum vw_exit vw_run_is(const struct vw_request *request)
{
	_cleanup_(vw_examined_free) struct vw_examined examined = {0};
	struct vw_answer *answer;
	enum vw_exit result = check(request);

	if (result == VW_EXIT_YES)
		result = vw_examine(request, &examined);
	if (result != VW_EXIT_YES)
		return result;
	answer = calloc(request->words, sizeof(*answer));
	if (!answer)
		return VW_EXIT_INTERNAL;
	result = answer_all(request, examined.report, answer);
	free(answer);
	return result;
}

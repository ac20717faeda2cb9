/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include <stdint.h>

#include "cli/cli.h"

/* Are all of them words that `is` knows? Asked before anything is probed. */
static enum vwc_exit check(const struct vwc_request *request)
{
	const struct vw_word **known = NULL;
	enum vwc_exit result = VW_EXIT_YES;
	size_t count = 0;

	if (vwc_wordlist_gather(vwc_wordlist_of_is(), &known, &count) < 0)
		return VW_EXIT_INTERNAL;
	for (size_t i = 0; i < request->words && result == VW_EXIT_YES; i++) {
		struct vwc_nearest nearest = {.asked = request->word[i]};

		for (size_t k = 0; k < count; k++)
			vwc_nearest_offer(&nearest, known[k]->word);
		if (nearest.word && nearest.distance == 0)
			continue;
		if (nearest.word)
			vwc_complain("is: no word '%s'; did you mean '%s'?", nearest.asked, nearest.word);
		else
			vwc_complain("is: no word '%s'; see 'virtwhere list words'", nearest.asked);
		result = VW_EXIT_USAGE;
	}
	free(known);
	return result;
}

/* One "no" decides, then one "not known". */
static enum vw_tristate all_of(const struct vwx_answer *answer, size_t count)
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

static enum vwc_exit answer_all(const struct vwc_request *request, const struct vw_report *report,
				struct vwx_answer *answer)
{
	static const enum vwc_exit exits[] = {
		[VW_UNKNOWN] = VW_EXIT_UNDETERMINED, [VW_NO] = VW_EXIT_NO, [VW_YES] = VW_EXIT_YES};
	_cleanup_(vwb_buffer_free) struct vwb_buffer out = {0};
	enum vw_tristate all;
	int r = 0;

	for (size_t i = 0; i < request->words; i++) {
		answer[i].word = request->word[i];
		if (vw_report_is(report, request->word[i], &answer[i].holds) < 0)
			answer[i].holds = VW_UNKNOWN;
	}
	all = all_of(answer, request->words);
	if (vwb_text_equal(request->format, "json"))
		r = vwx_answers_render(answer, request->words, all, &request->view, &out);
	return vwc_output_print(&out, r, exits[all]);
}

static enum vwc_exit run_is(const struct vwc_request *request)
{
	_cleanup_(vwc_examined_free) struct vwc_examined examined = {0};
	struct vwx_answer *answer;
	enum vwc_exit result = check(request);

	if (result == VW_EXIT_YES)
		result = vwc_examine(request, &examined);
	if (result != VW_EXIT_YES)
		return result;
	answer = calloc(request->words, sizeof(*answer));
	if (!answer)
		return VW_EXIT_INTERNAL;
	result = answer_all(request, examined.report, answer);
	free(answer);
	return result;
}

const struct vwc_command vwc_is_command = {
	.name = "is",
	.arguments = "WORD...",
	.summary = "exit 0 if every WORD holds, and print nothing",
	.details = "A WORD is a platform, hypervisor, mode, cloud, container, or one of vm, nested, "
		   "container, confidential, metal; see 'virtwhere list words'. Exits 1 when one does not "
		   "hold, 3 when it is not known.",
	.formats = VWC_FORMATS("text", "json"),
	.least_words = 1,
	.most_words = SIZE_MAX,
	.run = run_is,
};

/* SPDX-License-Identifier: MIT */
#include "detect/know/targets.h"

#include "detect/check/check.h"

unsigned vw_target_of(const char *word)
{
	for (const struct vwk_target *row = vwk_targets; row->word; row++)
		if (vwb_text_equal(row->word, word))
			return row->targets;
	return 0;
}

const struct vwk_target *vw_target_row(unsigned target)
{
	const struct vwk_target *row = vwk_targets;

	while (row[1].word && row->targets != target)
		row++;
	return row;
}

const char *vw_target_word(unsigned target)
{
	return vw_target_row(target)->word;
}

const char *vw_target_arch(unsigned target)
{
	return vw_target_row(target)->arch;
}

const char *vw_target_name(unsigned target)
{
	return vw_target_row(target)->name;
}

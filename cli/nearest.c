/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cli/cli.h"

enum { LONGEST = 48 }; /* words of ours are shorter */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Insertions, removals and replacements that make @b of @a (Levenshtein 1965); SIZE_MAX for long words. */
static size_t distance_of(const char *a, const char *b)
{
	size_t row[LONGEST + 1], width = strlen(b);

	if (strlen(a) > LONGEST || width > LONGEST)
		return SIZE_MAX;
	for (size_t k = 0; k <= width; k++)
		row[k] = k;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t k = 0; k < width; k++) {
			size_t replaced = diagonal + (a[i] != b[k]);

			diagonal = row[k + 1];
			row[k + 1] = least(replaced, least(row[k], row[k + 1]) + 1);
		}
	}
	return row[width];
}

void vwc_nearest_offer(struct vwc_nearest *nearest, const char *word)
{
	size_t distance;

	if (!nearest->asked)
		return;
	distance = distance_of(nearest->asked, word);
	/* Beyond a third of its letters it is another word. */
	if (distance > (strlen(nearest->asked) + 2) / 3)
		return;
	if (nearest->word && distance >= nearest->distance)
		return;
	nearest->word = word;
	nearest->distance = distance;
}

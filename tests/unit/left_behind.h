/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_LEFT_BEHIND_H
#define VW_TESTS_UNIT_LEFT_BEHIND_H

/*
 * What is not given back: memory and descriptors that grow each time that something is done. Include after
 * <cmocka.h>.
 */

#include <dirent.h>
#include <malloc.h>

enum {
	LEFT_WARM = 3, /* times until caches are full */
	LEFT_TIMES = 8,
	LEFT_LEAST = 16, /* bytes: the smallest piece of memory is larger */
};

static inline unsigned left_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned count = 0;

	assert_non_null(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

/* Memory that leaks does so each time: caches of the allocator are full after some. A sanitizer's allocator
 * counts nothing here, and tells of what leaks at the end. */
static inline void check_leaves_nothing(void (*work)(void))
{
	size_t least = SIZE_MAX, before = 0;
	unsigned descriptors = 0;

	for (unsigned i = 0; i < LEFT_WARM + LEFT_TIMES; i++) {
		size_t bytes, grown;

		work();
		bytes = mallinfo2().uordblks;
		grown = bytes > before ? bytes - before : 0;
		before = bytes;
		if (i == LEFT_WARM)
			descriptors = left_descriptors();
		if (i > LEFT_WARM && grown < least)
			least = grown;
	}
	if (least >= LEFT_LEAST)
		fail_msg("%zu bytes more each time", least);
	assert_int_equal(left_descriptors(), descriptors);
}

#endif

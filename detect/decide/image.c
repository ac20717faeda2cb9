/* SPDX-License-Identifier: MIT */
#include "detect/image.h"

#include <errno.h>
#include <string.h>

#include "base/base.h"
#include "detect/decide/kinds.h"

static char plain(char c)
{
	return c == '-' ? '_' : c;
}

/* The kernel takes '-' and '_' in names for the same. Source: Linux kernel/params.c, parameqn(). */
static bool same_name(const char *a, const char *b, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!b[i] || plain(a[i]) != plain(b[i]))
			return false;
	return !b[length];
}

static bool holds_name(const struct vw_names *names, const char *name)
{
	for (size_t i = 0; names->state == VW_VALUE && i < names->count; i++)
		if (same_name(names->name[i], name, strlen(names->name[i])))
			return true;
	return false;
}

const struct vw_module *vw_image_module(const struct vw_module_tree *tree, const char *name)
{
	size_t low = 0, high = tree->state == VW_VALUE ? tree->count : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(tree->module[middle].name, name);

		if (order == 0)
			return &tree->module[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* The configuration tells of kernels whose modules.builtin is not there. "=m" in it without a file is a
 * driver that is not there. */
static enum vw_driver_state without_module(const struct vw_image_kernel *kernel, const char *name)
{
	const struct vw_module_tree *tree = &kernel->modules;
	bool files_known = tree->state == VW_VALUE || tree->state == VW_ABSENT;
	const struct vwk_driver *row = vw_driver_row(name);
	char value;

	if (tree->state == VW_VALUE && tree->builtin.state == VW_VALUE)
		return tree->index == VW_DENIED || tree->index == VW_MALFORMED ? VW_DRIVER_UNKNOWN
									       : VW_DRIVER_ABSENT;
	if (!row || !row->option || vw_image_config(kernel, row->option, &value) < 0)
		return VW_DRIVER_UNKNOWN;
	if (value == 'y')
		return VW_DRIVER_BUILTIN;
	return value == 'n' || files_known ? VW_DRIVER_ABSENT : VW_DRIVER_UNKNOWN;
}

enum vw_driver_state vw_image_driver(const struct vw_image_kernel *kernel, const char *name)
{
	const struct vw_module *module = vw_image_module(&kernel->modules, name);

	if (kernel->modules.state == VW_VALUE && holds_name(&kernel->modules.builtin, name))
		return VW_DRIVER_BUILTIN;
	if (module && !(module->path && vwb_text_equal(module->path, kernel->modules.missing)))
		return VW_DRIVER_MODULE;
	return without_module(kernel, name);
}

int vw_image_config(const struct vw_image_kernel *kernel, const char *option, char *ret)
{
	const char *line = kernel->config.text;
	size_t length = strlen(option);

	if (kernel->config.state != VW_VALUE || !line)
		return -ENODATA;
	*ret = 'n';
	while (line) {
		if (vwb_text_starts(line, "CONFIG_") && !strncmp(line + 7, option, length) &&
		    line[7 + length] == '=') {
			const char *value = line + 8 + length;

			*ret = strchr("ymn", value[0]) && value[0] && strchr(" \r\n", value[1]) ? value[0]
												: 's';
		}
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	return 0;
}

/* One word of a command line; double quotes keep spaces in it. Source: Linux lib/cmdline.c, next_arg(). */
static const char *word_end(const char *at)
{
	bool quoted = false;

	for (; *at && (quoted || !strchr(" \t\n", *at)); at++)
		quoted ^= *at == '"';
	return at;
}

static void take_value(const char *start, const char *end, const char **value, size_t *length)
{
	if (start < end && *start == '"')
		start++;
	if (start < end && end[-1] == '"')
		end--;
	*value = start;
	*length = (size_t)(end - start);
}

bool vw_cmdline_next(const char **at, struct vw_cmdline_word *ret)
{
	const char *start = *at + strspn(*at, " \t\n"), *end = word_end(start), *equals;

	if (start == end || (end - start == 2 && !strncmp(start, "--", 2)))
		return false; /* what follows "--" is for init */
	*at = end;
	start += *start == '"';
	equals = memchr(start, '=', (size_t)(end - start));
	*ret = (struct vw_cmdline_word){.name = start,
					.name_length = (size_t)((equals ? equals : end) - start)};
	if (equals)
		take_value(equals + 1, end, &ret->value, &ret->value_length);
	return true;
}

bool vw_cmdline_is(const struct vw_cmdline_word *word, const char *name)
{
	return same_name(word->name, name, word->name_length);
}

bool vw_cmdline_find(const char *cmdline, const char *name, const char **value, size_t *length)
{
	struct vw_cmdline_word word;
	bool found = false;

	while (cmdline && vw_cmdline_next(&cmdline, &word)) {
		if (!vw_cmdline_is(&word, name))
			continue;
		found = true;
		*value = word.value;
		*length = word.value_length;
	}
	return found;
}

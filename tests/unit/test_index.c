/* SPDX-License-Identifier: MIT */
/* An archive's index answers as a folder of the same files does: each call, for each path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"

#include "probes/read/index.h"

#define MEMORY ((size_t)16 * 1024 * 1024)

struct both {
	struct scratch *scratch;
	struct vw_root root;
	struct vwb_budget memory;
	struct vw_index *index;
	struct vw_store folder, archive;
	int bytes; /* of the files in the index */
	uint64_t size;
};

static int both_setup(void **state)
{
	struct both *both = calloc(1, sizeof(*both));
	void *scratch = NULL;

	assert_non_null(both);
	assert_int_equal(scratch_setup(&scratch), 0);
	both->scratch = scratch;
	both->root.fd = both->scratch->fd;
	both->memory.limit = MEMORY;
	assert_int_equal(vw_index_new(&both->memory, 1000, &both->index), 0);
	both->folder = (struct vw_store){.call = &vw_folder_calls, .from = &both->root};
	both->archive = (struct vw_store){.call = &vw_index_calls, .from = both->index};
	both->bytes = open(both->scratch->directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	assert_true(both->bytes >= 0);
	*state = both;
	return 0;
}

static int both_teardown(void **state)
{
	struct both *both = *state;
	void *scratch = both->scratch;

	vw_index_free(both->index);
	assert_int_equal(both->memory.used, 0);
	close(both->bytes);
	free(both);
	return scratch_teardown(&scratch);
}

/* Add a node to both; what one of them says, the other does. */
static int add(struct both *both, const char *name, enum vw_node_type type, const char *text)
{
	const struct vw_node node = {.name = name, .type = type, .bytes = text, .size = strlen(text)};
	const struct vw_file bytes = {.fd = both->bytes, .offset = both->size, .size = node.size};
	int r = vw_tree_add(both->scratch->fd, &node);

	assert_int_equal(pwrite(both->bytes, text, node.size, (off_t)both->size), node.size);
	both->size += node.size;
	assert_int_equal(vw_index_add(both->index, name, type, text, &bytes), r);
	return r;
}

static void plant(struct both *both)
{
	static const struct {
		const char *name;
		enum vw_node_type type;
		const char *text;
	} nodes[] = {
		{"file", VW_NODE_FILE, "file"},
		{"a/b/c/file", VW_NODE_FILE, "deep"},
		{"empty", VW_NODE_FILE, ""},
		{"folder/", VW_NODE_DIRECTORY, ""},
		{"./a", VW_NODE_DIRECTORY, ""},
		{"a/up", VW_NODE_LINK, ".."},
		{"a/self", VW_NODE_LINK, "."},
		{"a/b/out", VW_NODE_LINK, "../../../canary"},
		{"absolute", VW_NODE_LINK, "/file"},
		{"absolute_folder", VW_NODE_LINK, "/a/b"},
		{"root", VW_NODE_LINK, "/"},
		{"relative", VW_NODE_LINK, "a/b/c/file"},
		{"to_folder", VW_NODE_LINK, "a/b"},
		{"to_dot", VW_NODE_LINK, "."},
		{"to_link", VW_NODE_LINK, "relative"},
		{"dangling", VW_NODE_LINK, "none"},
		{"loop", VW_NODE_LINK, "loop"},
		{"slashed", VW_NODE_LINK, "a/b/"},
		{"file_slashed", VW_NODE_LINK, "file/"},
		{"replaced", VW_NODE_FILE, "old"},
		{"replaced", VW_NODE_LINK, "file"},
		{"again", VW_NODE_LINK, "none"},
		{"again", VW_NODE_FILE, "new"},
		{"///odd//./name", VW_NODE_FILE, "odd"},
	};

	for (size_t i = 0; i < VW_COUNT(nodes); i++)
		assert_int_equal(add(both, nodes[i].name, nodes[i].type, nodes[i].text), 0);
}

static int name_one(void *context, const char *name, enum vw_entry_type type)
{
	char(*names)[1024] = context;
	size_t used = strlen(*names);

	snprintf(*names + used, sizeof(*names) - used, "%s:%d\n", name, type);
	return 0;
}

static int by_line(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All that a store says of a path. */
static void describe(const struct vw_store *store, const char *path, FILE *out)
{
	char names[1024] = "", target[PATH_MAX], place[PATH_MAX], bytes[64], *line[64], *rest = names;
	struct vw_file file = {.fd = -1};
	enum vw_entry_type type = VW_ENTRY_OTHER;
	uint64_t size = 0;
	size_t lines = 0;
	ssize_t n;
	int r = store->call->stat(store->from, path, &type, &size, place);

	fprintf(out, "%s: stat %d %d %d %s", path, r, type, type == VW_ENTRY_FILE ? (int)size : 0,
		r ? "" : place);
	fprintf(out, ", again %d", store->call->stat(store->from, path, &type, NULL, NULL));
	r = store->call->link(store->from, path, target);
	fprintf(out, ", link %d %s", r, r < 0 ? "" : target);
	r = store->call->list(store->from, path, name_one, &names);
	while ((line[lines] = strsep(&rest, "\n")) && lines < VW_COUNT(line) - 1)
		lines++;
	qsort(line, lines, sizeof(line[0]), by_line);
	fprintf(out, ", list %d", r);
	for (size_t i = 0; i < lines; i++)
		fprintf(out, " %s", line[i]);
	r = store->call->open(store->from, path, &file);
	fprintf(out, ", open %d", r);
	for (uint64_t at = 0; r == 0 && at < 6; at += 2) {
		n = store->call->read(&file, bytes, 3, at);
		fprintf(out, " %zd %.*s", n, (int)n, bytes);
	}
	vw_file_close(&file);
	fputc('\n', out);
}

static char *description(const struct vw_store *store, const char *path)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	describe(store, path, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void answers_are_a_folders(void **state)
{
	static const char *const paths[] = {
		"/",
		"",
		".",
		"..",
		"///",
		"file",
		"/file",
		"//file",
		"a/b/c/file",
		"a//b/./c/.//file",
		"a/b/../b",
		"a/b/../..",
		"a/b/../../file",
		"../file",
		"a/../../file",
		"a/up/file",
		"a/up/up",
		"a/up/../file",
		"a/b/out",
		"absolute",
		"absolute_folder",
		"absolute_folder/c/file",
		"root",
		"root/file",
		"root/a/up/root/file",
		"relative",
		"to_folder",
		"to_folder/",
		"to_folder/c/file",
		"to_folder/../b",
		"to_dot",
		"to_dot/file",
		"to_link",
		"slashed",
		"slashed/c",
		"dangling",
		"none",
		"none/file",
		"a/none",
		"loop",
		"loop/file",
		"file/",
		"file/.",
		"file/..",
		"file/x",
		"relative/",
		"file_slashed",
		"replaced",
		"again",
		"odd",
		"odd/name",
		"empty",
		"folder",
		"folder/x",
		"a",
		"a/b",
	};
	struct both *both = *state;

	plant(both);
	for (size_t i = 0; i < VW_COUNT(paths); i++) {
		char *right = description(&both->folder, paths[i]),
		     *told = description(&both->archive, paths[i]);

		assert_string_equal(told, right);
		free(right);
		free(told);
	}
}

/* Forty links in one path, wherever they stand, and not one more; paths and names have their bounds. */
static void bounds_are_a_folders(void **state)
{
	struct both *both = *state;
	char path[PATH_MAX + 8] = "";
	enum vw_entry_type type;

	plant(both);
	for (int i = 0; i < 40; i++)
		strcat(path, "to_dot/"); /* NOLINT: it has the room */
	strcat(path, "file");            /* NOLINT */
	assert_int_equal(vw_index_calls.stat(both->index, path, &type, NULL, NULL), 0);
	memcpy(path + 40 * 7, "to_dot/file", 12);
	assert_int_equal(vw_index_calls.stat(both->index, path, &type, NULL, NULL), -ELOOP);
	memset(path, 'n', NAME_MAX + 1);
	path[NAME_MAX + 1] = '\0';
	assert_int_equal(vw_index_calls.stat(both->index, path, &type, NULL, NULL), -ENAMETOOLONG);
	memset(path, '/', PATH_MAX);
	path[PATH_MAX - 1] = '\0';
	assert_int_equal(vw_index_calls.stat(both->index, path, &type, NULL, NULL), 0);
	path[PATH_MAX - 1] = '/';
	path[PATH_MAX] = '\0';
	assert_int_equal(vw_index_calls.stat(both->index, path, &type, NULL, NULL), -ENAMETOOLONG);
}

/* What an archive may not name is refused as in a folder. */
static void names_are_refused(void **state)
{
	static const struct {
		const char *name;
		enum vw_node_type type;
		int r;
	} rows[] = {
		{"../x", VW_NODE_FILE, -EBADMSG},
		{"a/../x", VW_NODE_FILE, -EBADMSG},
		{"..", VW_NODE_DIRECTORY, -EBADMSG},
		{"file/x", VW_NODE_FILE, -ENOTDIR},
		{"file", VW_NODE_DIRECTORY, -ENOTDIR},
		{"a", VW_NODE_FILE, -EISDIR},
		{"a", VW_NODE_LINK, -EISDIR},
		{".", VW_NODE_DIRECTORY, 0},
		{"", VW_NODE_DIRECTORY, 0},
		{"/", VW_NODE_FILE, -EISDIR},
		{"dangling", VW_NODE_DIRECTORY, -ENOTDIR},
		{"a/b", VW_NODE_DIRECTORY, 0},
	};
	struct both *both = *state;
	char deep[2 * VW_TREE_DEPTH + 8] = "";

	plant(both);
	for (size_t i = 0; i < VW_COUNT(rows); i++)
		assert_int_equal(add(both, rows[i].name, rows[i].type, "x"), rows[i].r);
	/* O_NOFOLLOW | O_DIRECTORY says of a link that it is no directory, the index that it is a link */
	assert_int_equal(vw_index_add(both->index, "to_folder/x", VW_NODE_FILE, NULL, NULL), -ELOOP);
	for (size_t i = 0; i <= VW_TREE_DEPTH; i++)
		memcpy(deep + 2 * i, "d/", 3);
	assert_int_equal(add(both, deep, VW_NODE_DIRECTORY, ""), -E2BIG);
	deep[2 * VW_TREE_DEPTH] = '\0';
	assert_int_equal(add(both, deep, VW_NODE_DIRECTORY, ""), 0);
}

static void hard_links(void **state)
{
	struct both *both = *state;
	struct vw_file file;
	char bytes[8] = "";

	plant(both);
	assert_int_equal(vw_index_add_hard_link(both->index, "x/other", "./file"), 0);
	assert_int_equal(add(both, "file", VW_NODE_FILE, "new"), 0); /* replaces one of the two names */
	assert_int_equal(vw_index_calls.open(both->index, "/x/other", &file), 0);
	assert_int_equal(vw_index_calls.read(&file, bytes, sizeof(bytes), 0), 4);
	assert_string_equal(bytes, "file");
	assert_int_equal(vw_index_add_hard_link(both->index, "y", "none"), -ENOENT);
	assert_int_equal(vw_index_add_hard_link(both->index, "y", "a"), -EINVAL);
	assert_int_equal(vw_index_add_hard_link(both->index, "y", "relative"), -ELOOP);
	assert_int_equal(vw_index_add_hard_link(both->index, "y", "to_folder/c/file"), -ELOOP);
	assert_int_equal(vw_index_add_hard_link(both->index, "y", "../file"), -EBADMSG);
	assert_int_equal(vw_index_add_hard_link(both->index, "file", "file"), 0);
}

/* Folders that no entry declares count as the declared ones do. */
static void entries_are_bounded(void **state)
{
	struct both *both = *state;
	struct vwb_budget little = {.limit = 64 * 1024};
	struct vw_index *index = NULL;
	char name[32];
	int r = 0;

	(void)both;
	assert_int_equal(vw_index_new(&both->memory, 5, &index), 0);
	assert_int_equal(vw_index_add(index, "a/b/c", VW_NODE_FILE, NULL, NULL), 0);
	assert_int_equal(vw_index_add(index, "a/b/d", VW_NODE_FILE, NULL, NULL), 0);
	assert_int_equal(vw_index_add(index, "a/b/d", VW_NODE_FILE, NULL, NULL), 0);
	assert_int_equal(vw_index_add(index, "e/f", VW_NODE_FILE, NULL, NULL), -ENOBUFS);
	vw_index_free(index);
	assert_int_equal(vw_index_new(&little, 100000, &index), 0);
	for (size_t i = 0; i < 100000 && r == 0; i++) {
		snprintf(name, sizeof(name), "%zu", i);
		r = vw_index_add(index, name, VW_NODE_FILE, NULL, NULL);
	}
	assert_int_equal(r, -ENOMEM);
	assert_true(little.spent);
	vw_index_free(index);
	assert_int_equal(little.used, 0);
}

/* A root in a folder of its own: nothing leads above it, and nothing beside it is there. */
static void only_folders_are_entered(void **state)
{
	struct both *both = *state;
	struct vw_index *index = NULL;
	enum vw_entry_type type;
	char place[PATH_MAX];

	assert_int_equal(vw_index_new(&both->memory, 100, &index), 0);
	assert_int_equal(vw_index_enter_only(index), -ENOENT);
	assert_int_equal(vw_index_add(index, "image/etc/fstab", VW_NODE_FILE, NULL, NULL), 0);
	assert_int_equal(vw_index_add(index, "image/l", VW_NODE_LINK, "../../image/etc", NULL), 0);
	assert_int_equal(vw_index_add(index, "image/up", VW_NODE_LINK, "/../etc", NULL), 0);
	assert_int_equal(vw_index_enter_only(index), 0);
	assert_true(vw_index_has(index, "etc"));
	assert_int_equal(vw_index_calls.stat(index, "../../etc/fstab", &type, NULL, place), 0);
	assert_string_equal(place, "/etc/fstab");
	assert_int_equal(vw_index_calls.stat(index, "l", &type, NULL, place), -ENOENT);
	assert_int_equal(vw_index_calls.stat(index, "up/fstab", &type, NULL, place), 0);
	assert_int_equal(vw_index_calls.stat(index, "/", &type, NULL, place), 0);
	assert_string_equal(place, "/");
	vw_index_free(index);
}

/* More names than its first table has room for. */
static void many_names(void **state)
{
	struct both *both = *state;
	struct vw_index *index = NULL;
	enum vw_entry_type type;
	char name[32];

	assert_int_equal(vw_index_new(&both->memory, 10000, &index), 0);
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < 5000; i++) {
			snprintf(name, sizeof(name), "%zu/%zu", i % 7, i);
			if (pass == 0)
				assert_int_equal(vw_index_add(index, name, VW_NODE_FILE, NULL, NULL), 0);
			else
				assert_int_equal(vw_index_calls.stat(index, name, &type, NULL, NULL), 0);
		}
	assert_true(vw_index_has(index, "6"));
	assert_false(vw_index_has(index, "7"));
	assert_int_equal(vw_index_enter_only(index), -ENOENT);
	vw_index_free(index);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, both_setup, both_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(answers_are_a_folders),    TEST(bounds_are_a_folders),
		TEST(names_are_refused),        TEST(hard_links),
		TEST(entries_are_bounded),      TEST(many_names),
		TEST(only_folders_are_entered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

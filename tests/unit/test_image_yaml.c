/* SPDX-License-Identifier: MIT */
/* YAML texts and what is read of each: a row is a text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/opened_image.h"

#include "probes/image/yaml.h"

/* "{key@line: 'text'}", "['text']"; a text of flow has its own line. */
static void dump(FILE *out, const struct vw_yaml *node)
{
	static const char *const ends[] = {"", "{}", "[]"};

	if (node->kind == VW_YAML_TEXT) {
		fprintf(out, "'%s'", node->text);
		return;
	}
	fputc(ends[node->kind][0], out);
	for (const struct vw_yaml *child = node->child; child; child = child->next) {
		if (child != node->child)
			fputs(", ", out);
		if (child->key)
			fprintf(out, "%s", child->key);
		fprintf(out, "@%u ", child->line);
		dump(out, child);
	}
	fputc(ends[node->kind][1], out);
}

struct yaml_case {
	const char *name, *text, *expected; /* "lost " before what was not wholly understood */
};

static const struct yaml_case cases[] = {
	{"nothing", "", ""},
	{"comments alone",
	 "# a\n"
	 "\n"
	 "  # b\n",
	 ""},
	{"a document's start",
	 "# a\n"
	 "\n"
	 "---\n"
	 "a: b\n",
	 "{a@4 'b'}"},
	{"a start with a word",
	 "--- x\n"
	 "a: b\n",
	 "{a@2 'b'}"},
	{"no start", "---x: y\n", "{---x@1 'y'}"},
	{"pairs",
	 "a: b\n"
	 "c:   d e  \n"
	 "f:\n"
	 "g: h: i\n",
	 "{a@1 'b', c@2 'd e', f@3 '', g@4 'h: i'}"},
	{"no space behind the colon",
	 "a:b\n"
	 "c: d\n",
	 "lost {c@2 'd'}"},
	{"a colon at the end of a text", "a: b:", "{a@1 'b:'}"},
	{"tabs", "a:\tb\t\n", "{a@1 'b'}"},
	{"Windows",
	 "a: b\r\n"
	 "c:\r\n"
	 "  d: e\r\n"
	 "\r\n",
	 "{a@1 'b', c@2 {d@3 'e'}}"},
	{"mappings",
	 "a:\n"
	 "  b:\n"
	 "    c: d\n"
	 "  e: f\n"
	 "g: h\n",
	 "{a@1 {b@2 {c@3 'd'}, e@4 'f'}, g@5 'h'}"},
	{"deeper than the others",
	 "a:\n"
	 "  b: c\n"
	 "    d: e\n"
	 "  f: g\n",
	 "lost {a@1 {b@2 'c', f@4 'g'}}"},
	{"less deep than its own",
	 "a:\n"
	 "    b: c\n"
	 "  d: e\n",
	 "lost {a@1 {b@2 'c'}}"},
	{"lists",
	 "- a\n"
	 "- b: c\n"
	 "  d: e\n"
	 "-\n"
	 "  f\n"
	 "- - g\n"
	 "  - h\n"
	 "-   i: j\n"
	 "    k: l\n"
	 "- \n",
	 "lost [@1 'a', @2 {b@2 'c', d@3 'e'}, @5 {}, @6 [@6 'g', @7 'h'], @8 {i@8 'j', k@9 'l'}, @11 '']"},
	{"a list in the key's column",
	 "a:\n"
	 "- b\n"
	 "- c\n"
	 "d: e\n",
	 "{a@1 [@2 'b', @3 'c'], d@4 'e'}"},
	{"a list below its key",
	 "a:\n"
	 "  - b\n"
	 "  - c:\n"
	 "      d\n"
	 "e: f\n",
	 "lost {a@1 [@2 'b', @3 {c@3 {}}], e@5 'f'}"},
	{"a dash that is none", "-a: b\n", "{-a@1 'b'}"},
	{"a list, then a pair",
	 "- a\n"
	 "b: c\n",
	 "lost [@1 'a']"},
	{"a pair, then a list",
	 "a: b\n"
	 "- c\n",
	 "lost {a@1 'b'}"},
	{"a dash behind a list's mapping",
	 "- a: b\n"
	 "- c\n"
	 "  d: e\n",
	 "lost [@1 {a@1 'b'}, @2 'c']"},
	{"an item that is indented less",
	 "- a: b\n"
	 " c: d\n",
	 "lost [@1 {a@1 'b'}]"},
	{"quotes",
	 "'a b': \"c # d\"\n"
	 "\"e\": 'f: g'\n"
	 "h: \"i\\\"j\" # k\n"
	 "l: 'm' n\n"
	 "o: \"p\n"
	 "  q\"\n"
	 "r: s\n",
	 "lost {a b@1 'c # d', e@2 'f: g', h@3 'i\\\"j', l@4 'm', o@5 'p   q', r@7 's'}"},
	{"quotes that are not closed",
	 "a: 'b\n"
	 "c: d\n",
	 "lost {a@1 'b c: d'}"},
	{"a quoted key without a colon", "'a' b\n", "lost {}"},
	{"a quoted key that is not closed", "'a: b\n", "lost {}"},
	{"a key with spaces before its colon",
	 "'a'  : b\n"
	 "c : d\n",
	 "{a@1 'b', c@2 'd'}"},
	{"one quote", "': a\n", "lost {}"},
	{"comments",
	 "a: b # c\n"
	 "d: e#f\n"
	 "g: #h\n"
	 "  i: j\n"
	 "k # l: m\n"
	 "#n: o\n",
	 "lost {a@1 'b', d@2 'e#f', g@3 {i@4 'j'}}"},
	{"flow",
	 "a: [b, 'c', {d: e, \"f\": [g]}, ]\n"
	 "h: {}\n"
	 "i: []\n",
	 "{a@1 [@1 'b', @1 'c', @1 {d@1 'e', f@1 [@1 'g']}], h@2 {}, i@3 []}"},
	{"flow of several lines",
	 "a: [b, # c\n"
	 "  d,\n"
	 "\n"
	 "  e]\n"
	 "f: {g: h,\n"
	 " i: j}\n",
	 "{a@1 [@1 'b', @2 'd', @4 'e'], f@5 {g@5 'h', i@6 'j'}}"},
	{"flow without a space", "a: {b:c, \"d\":e, f: g}\n", "lost {a@1 {@1 'b:c', d@1 'e', f@1 'g'}}"},
	{"flow with colons",
	 "a: [b:c, d: e]\n"
	 "f: {g:, h}\n",
	 "lost {a@1 [@1 'b:c', @1 'd', @1 '', @1 'e'], f@2 {g@2 '', @2 'h'}}"},
	{"flow that does not end",
	 "a: [b\n"
	 "c: d\n",
	 "lost {a@1 [@1 'b', @2 'c', @2 '', @2 'd']}"},
	{"flow that ends otherwise",
	 "a: [b}\n"
	 "c: {d]\n",
	 "lost {a@1 [@1 'b', @1 '', @2 'c', @2 '', @2 {@2 'd', @2 ''}]}"},
	{"flow with too many ends",
	 "a: [b]]\n"
	 "c: {d: e}}\n",
	 "lost {a@1 [@1 'b'], c@2 {d@2 'e'}}"},
	{"flow at the top", "{a: b, c: [d]}\n", "{a@1 'b', c@1 [@1 'd']}"},
	{"a list at the top", "[a, b]\n", "[@1 'a', @1 'b']"},
	{"flow at the top, and more",
	 "[a]\n"
	 "b: c\n",
	 "lost [@1 'a']"},
	{"a value in the middle of flow", "a: [b c, d]\n", "{a@1 [@1 'b c', @1 'd']}"},
	{"a comma alone", "a: [,b,,c]\n", "{a@1 [@1 'b', @1 'c']}"},
	{"tab and comment in flow",
	 "a: [\tb,#c\n"
	 " d#e, f #g\n"
	 " ]\n",
	 "{a@1 [@1 'b', @2 'd#e', @2 'f']}"},
	{"flow behind a dash",
	 "- [a, b]\n"
	 "- {c: d}\n"
	 "- [e] f\n",
	 "lost [@1 [@1 'a', @1 'b'], @2 {c@2 'd'}, @3 [@3 'e']]"},
	{"texts of several lines",
	 "a: |\n"
	 "  b\n"
	 "  c: d\n"
	 "\n"
	 "  e\n"
	 "f: >-\n"
	 "  g\n"
	 "h: i\n",
	 "{a@1 '', f@6 '', h@8 'i'}"},
	{"a text that goes on",
	 "a: b\n"
	 "  c\n"
	 "d: e\n",
	 "lost {a@1 'b', d@3 'e'}"},
	{"an empty text of several lines",
	 "a: |\n"
	 "b: c\n",
	 "{a@1 '', b@2 'c'}"},
	{"a text behind a dash",
	 "- |\n"
	 "  a\n"
	 "- b\n",
	 "[@1 '', @3 'b']"},
	{"a comment below a text",
	 "a: b\n"
	 "  # c\n"
	 "\n"
	 "d: e\n",
	 "{a@1 'b', d@4 'e'}"},
	{"an anchor", "a: &b c\n", "lost {a@1 '&b c'}"},
	{"an alias", "a: *b\n", "lost {a@1 '*b'}"},
	{"a tag", "a: !b c\n", "lost {a@1 '!b c'}"},
	{"a directive",
	 "%YAML 1.2\n"
	 "---\n"
	 "a: b\n",
	 "lost {}"},
	{"at", "a: @b\n", "lost {a@1 '@b'}"},
	{"backtick", "a: `b\n", "lost {a@1 '`b'}"},
	{"percent", "a: %b\n", "lost {a@1 '%b'}"},
	{"comma", "a: ,b\n", "lost {a@1 ',b'}"},
	{"brackets that close",
	 "a: ]b\n"
	 "c: }d\n",
	 "lost {a@1 ']b', c@2 '}d'}"},
	{"a key that is an anchor", "&a b: c\n", "lost {&a b@1 'c'}"},
	{"a key that is an alias", "*a : c\n", "lost {*a@1 'c'}"},
	{"a key that is a tag", "!a b: c\n", "lost {!a b@1 'c'}"},
	{"a key that is asked", "? a: b\n", "lost {? a@1 'b'}"},
	{"a second document",
	 "a: b\n"
	 "---\n"
	 "c: d\n",
	 "lost {a@1 'b'}"},
	{"an end",
	 "a: b\n"
	 "...\n"
	 "c: d\n",
	 "lost {a@1 'b'}"},
	{"what looks like an end",
	 "a: b\n"
	 "---c: d\n"
	 "....: e\n"
	 " ---: f\n",
	 "lost {a@1 'b', ---c@2 'd', ....@3 'e'}"},
	{"a tab as indent",
	 "a:\n"
	 "\tb: c\n",
	 "lost {a@1 '', b@2 'c'}"},
	{"a tab in an empty line",
	 "a: b\n"
	 "\t\n"
	 "c: d\n"
	 "\t# e\n",
	 "{a@1 'b', c@3 'd'}"},
	{"a word alone", "a\n", "lost {}"},
	{"a word in a mapping",
	 "a: b\n"
	 "c\n"
	 "d: e\n",
	 "lost {a@1 'b', d@3 'e'}"},
	{"the last of a key",
	 "a: b\n"
	 "a: c\n",
	 "{a@1 'b', a@2 'c'}"},
	{"an empty key", ": a\n", "{@1 'a'}"},
	{"a key of flow kind", "[a]: b\n", "lost [@1 'a']"},
	{"a brace within", "a{b: c\n", "{a{b@1 'c'}"},
	{"spaces alone",
	 "a:   \n"
	 "   \n"
	 "b: c\n",
	 "{a@1 '', b@3 'c'}"},
	{"no line's end",
	 "a:\n"
	 "  - b",
	 "{a@1 [@2 'b']}"},
	{"23 deep", "[[[[[[[[[[[[[[[[[[[[[[[[a]]]]]]]]]]]]]]]]]]]]]]]]",
	 "[@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 "
	 "'a']]]]]]]]]]]]]]]]]]]]]]]]"},
	{"24 deep", "[[[[[[[[[[[[[[[[[[[[[[[[[a]]]]]]]]]]]]]]]]]]]]]]]]]",
	 "lost [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 [@1 "
	 "[@1 []]]]]]]]]]]]]]]]]]]]]]]]]"},
	{"23 blocks",
	 "a:\n"
	 "  a:\n"
	 "    a:\n"
	 "      a:\n"
	 "        a:\n"
	 "          a:\n"
	 "            a:\n"
	 "              a:\n"
	 "                a:\n"
	 "                  a:\n"
	 "                    a:\n"
	 "                      a:\n"
	 "                        a:\n"
	 "                          a:\n"
	 "                            a:\n"
	 "                              a:\n"
	 "                                a:\n"
	 "                                  a:\n"
	 "                                    a:\n"
	 "                                      a:\n"
	 "                                        a:\n"
	 "                                          a:\n"
	 "                                            a:\n"
	 "                                              a: b\n",
	 "{a@1 {a@2 {a@3 {a@4 {a@5 {a@6 {a@7 {a@8 {a@9 {a@10 {a@11 {a@12 {a@13 {a@14 {a@15 {a@16 {a@17 {a@18 "
	 "{a@19 {a@20 {a@21 {a@22 {a@23 {a@24 'b'}}}}}}}}}}}}}}}}}}}}}}}}"},
	{"24 blocks",
	 "a:\n"
	 "  a:\n"
	 "    a:\n"
	 "      a:\n"
	 "        a:\n"
	 "          a:\n"
	 "            a:\n"
	 "              a:\n"
	 "                a:\n"
	 "                  a:\n"
	 "                    a:\n"
	 "                      a:\n"
	 "                        a:\n"
	 "                          a:\n"
	 "                            a:\n"
	 "                              a:\n"
	 "                                a:\n"
	 "                                  a:\n"
	 "                                    a:\n"
	 "                                      a:\n"
	 "                                        a:\n"
	 "                                          a:\n"
	 "                                            a:\n"
	 "                                              a:\n"
	 "                                                a: b\n",
	 "lost {a@1 {a@2 {a@3 {a@4 {a@5 {a@6 {a@7 {a@8 {a@9 {a@10 {a@11 {a@12 {a@13 {a@14 {a@15 {a@16 {a@17 "
	 "{a@18 {a@19 {a@20 {a@21 {a@22 {a@23 {}}}}}}}}}}}}}}}}}}}}}}}}"},
};

static void texts(void **state)
{
	struct opened *o = *state;

	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const struct vw_yaml *root = NULL;
		char *text = NULL;
		size_t size = 0;
		bool lost = false;
		FILE *out = open_memstream(&text, &size);

		assert_non_null(out);
		assert_int_equal(vw_yaml_read(o->image, cases[i].text, strlen(cases[i].text), &root, &lost),
				 0);
		fputs(lost ? "lost " : "", out);
		if (root)
			dump(out, root);
		assert_int_equal(fclose(out), 0);
		if (strcmp(text, cases[i].expected) != 0)
			fail_msg("%s: %s", cases[i].name, text);
		free(text);
	}
}

/* Of a text that is cut anywhere, nothing beyond its end is read. */
static void cut_texts(void **state)
{
	struct opened *o = *state;

	for (size_t i = 0; i < VW_COUNT(cases); i++)
		for (size_t size = 0; size < strlen(cases[i].text); size++) {
			char *copy = malloc(size ? size : 1);
			const struct vw_yaml *root = NULL;
			bool lost;

			assert_non_null(copy);
			memcpy(copy, cases[i].text, size);
			assert_int_equal(vw_yaml_read(o->image, copy, size, &root, &lost), 0);
			free(copy);
		}
}

static void bounds(void **state)
{
	struct opened *o = *state;

	/* a node for the mapping, the list, and each item: 16384 in all */
	for (size_t items = 16382; items < 16384; items++) {
		size_t size = 3 + 2 * items + 1;
		char *text = malloc(size);
		const struct vw_yaml *root = NULL;
		bool lost;

		assert_non_null(text);
		memcpy(text, "a: ", 3);
		for (size_t i = 0; i < items; i++)
			memcpy(text + 3 + 2 * i, i ? ",b" : "[b", 2);
		text[size - 1] = ']';
		assert_int_equal(vw_yaml_read(o->image, text, size, &root, &lost), 0);
		assert_int_equal(lost, items > 16382);
		free(text);
	}
}

static void gets(void **state)
{
	const struct vw_yaml *root = NULL;
	struct opened *o = *state;
	bool lost;

	assert_int_equal(vw_yaml_read(o->image, "a: b\na: c\nd: [e]\n", 18, &root, &lost), 0);
	assert_string_equal(vw_yaml_text(vw_yaml_get(root, "a")), "c");
	assert_null(vw_yaml_get(root, "b"));
	assert_null(vw_yaml_get(NULL, "a"));
	assert_null(vw_yaml_get(vw_yaml_get(root, "d"), "e"));
	assert_null(vw_yaml_get(vw_yaml_get(root, "a"), "c"));
	assert_null(vw_yaml_text(root));
	assert_null(vw_yaml_text(vw_yaml_get(root, "d")));
	assert_null(vw_yaml_text(NULL));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, opened_setup, opened_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(texts),
		TEST(cut_texts),
		TEST(bounds),
		TEST(gets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

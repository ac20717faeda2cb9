/* SPDX-License-Identifier: MIT */
#include "agent/config.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <ini.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "agent/listen.h"
#include "agent/log.h"
#include "base/file.h"

#define SECTION         "virtwhered"
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

enum {
	LONG_ONLY = 256, /* getopt's value of an option without a letter is this and its row */
	ALIAS = 4096,    /* and this besides when it was spelled in the other way */
	HELP_COLUMN = 32,
};

enum kind {
	TEXT,    /* empty: none */
	ADDRESS, /* several */
	SPAN,    /* "500ms", "1h"; ms */
	NUMBER,
	SWITCH, /* "yes", "no" */
	FLAG,   /* of the command line alone, without an argument */
};

#define DAY (24 * UINT64_C(3600000))

static const struct option_row {
	const char *name, *alias; /* the alias is exporter-toolkit's spelling */
	char letter;
	enum kind kind;
	bool command_only;
	size_t field;
	uint64_t least, most;
	const char *standard; /* as one would write it; NULL: none */
	const char *argument, *meaning;
} rows[] = {
#define FIELD(name) offsetof(struct vwd_config, name)
	{"config", NULL, 'c', TEXT, true, FIELD(file), 0, 0, VW_CONFIG_FILE, "FILE",
	 "read this configuration"},
	{"listen", "web.listen-address", 'l', ADDRESS, false, FIELD(listen), 0, 0, "127.0.0.1:9796",
	 "ADDRESS",
	 "serve HTTP there: 127.0.0.1:9796, [::1]:9796, /run/virtwhere/http; several times, empty: nowhere"},
	{"web-config-file", "web.config.file", 0, TEXT, false, FIELD(web_config), 0, 0, NULL, "FILE",
	 "TLS and passwords, as exporter-toolkit reads them"},
	{"connections", NULL, 0, NUMBER, false, FIELD(connections), 1, 4096, "64", "COUNT",
	 "connections at one time"},
	{"timeout", NULL, 0, SPAN, false, FIELD(timeout), 1000, 3600000, "10s", "TIME",
	 "for a request to arrive, and for its answer to be taken"},
	{"report-file", NULL, 0, TEXT, false, FIELD(report_file), 0, 0, "/run/virtwhere/report.json", "FILE",
	 "keep the report there; empty: nowhere"},
	{"state-directory", NULL, 0, TEXT, false, FIELD(state_directory), 0, 0, "/var/lib/virtwhere", "DIR",
	 "remember the last report there, to say what changed; empty: nowhere"},
	{"textfile", NULL, 0, TEXT, false, FIELD(textfile), 0, 0, NULL, "FILE",
	 "write the metrics there, too, for node_exporter's textfile collector"},
	{"interval", NULL, 0, SPAN, false, FIELD(interval), 0, 365 * DAY, "1h", "TIME",
	 "probe at least so often; 0: only when something happens"},
	{"settle", NULL, 0, SPAN, false, FIELD(settle), 0, 5000, "500ms", "TIME",
	 "wait for so much quiet after an event of a device"},
	{"timing", NULL, 0, SWITCH, false, FIELD(timing), 0, 0, "no", "yes|no",
	 "measure how long a CPUID instruction takes, too"},
	{"snapshot", NULL, 0, TEXT, false, FIELD(snapshot), 0, 0, NULL, "PATH",
	 "report a recorded machine, never this one"},
	{"check-config", NULL, 0, FLAG, true, FIELD(check), 0, 0, NULL, NULL,
	 "read the configuration, say what is wrong with it, and end"},
	{"help", NULL, 'h', FLAG, true, FIELD(help), 0, 0, NULL, NULL, "print this"},
	{"version", NULL, 'V', FLAG, true, FIELD(version), 0, 0, NULL, NULL, "print the version"},
#undef FIELD
};

/* Who gave a value; a higher one wins. */
enum rank { STANDARD = 1, FILE_RANK, COMMAND_LINE };

struct reading {
	struct vwd_config *config;
	enum rank rank[VW_COUNT(rows)];
	char reason[256]; /* why a value is not taken */
	char *problem;
	size_t problem_size;
	const char *at;       /* the rest of the file */
	const char *too_long; /* the line that the parser has no room for, or NULL */
	unsigned line;        /* being parsed */
	unsigned wrong;       /* the first that is, or 0 */
	bool no_memory;       /* for what stands there: it is not the file that is wrong */
};

static const struct unit {
	const char *name;
	uint64_t ms;
} units[] = {{"", 1000}, {"ms", 1}, {"s", 1000}, {"min", 60000}, {"m", 60000}, {"h", 3600000}, {"d", DAY}};

static int parse_span(const char *text, uint64_t *ret)
{
	size_t digits = strspn(text, "0123456789");
	const char *unit = text + digits;
	char number[24];
	uint64_t value;

	if (!digits || digits >= sizeof(number))
		return -EINVAL;
	memcpy(number, text, digits);
	number[digits] = '\0';
	unit += strspn(unit, " ");
	for (size_t i = 0; i < VW_COUNT(units); i++) {
		if (!vwb_text_equal(unit, units[i].name))
			continue;
		if (vwb_number_parse(number, 10, UINT64_MAX / units[i].ms, &value) < 0)
			return -ERANGE;
		*ret = value * units[i].ms;
		return 0;
	}
	return -EINVAL;
}

static int parse_switch(const char *text, bool *ret)
{
	static const char *const words[][2] = {{"no", "yes"}, {"false", "true"}, {"off", "on"}, {"0", "1"}};

	for (size_t i = 0; i < VW_COUNT(words); i++) {
		for (size_t value = 0; value < 2; value++) {
			if (!vwb_text_equal(text, words[i][value]))
				continue;
			*ret = value;
			return 0;
		}
	}
	return -EINVAL;
}

static int reject(struct reading *reading, const struct option_row *row, const char *text, const char *reason)
{
	snprintf(reading->reason, sizeof(reading->reason), "%s: '%.63s' %s", row->name, text, reason);
	return -EINVAL;
}

static int set_number(struct reading *reading, const struct option_row *row, const char *text,
		      uint64_t *field)
{
	char range[96];
	uint64_t value;
	int r = row->kind == SPAN ? parse_span(text, &value) : vwb_number_parse(text, 10, UINT64_MAX, &value);

	if (r == -EINVAL)
		return reject(reading, row, text,
			      row->kind == SPAN ? "is no time such as 500ms, 10s, 5min, 1h" : "is no number");
	if (r < 0 || value < row->least || value > row->most) {
		snprintf(range, sizeof(range), "is not between %ju and %ju%s", (uintmax_t)row->least,
			 (uintmax_t)row->most, row->kind == SPAN ? " ms" : "");
		return reject(reading, row, text, range);
	}
	*field = value;
	return 0;
}

static int add_address(struct reading *reading, const struct option_row *row, const char *text,
		       struct vwd_listen *list, bool first)
{
	char *copy;

	if (first)
		list->count = 0;
	if (!*text)
		return 0;
	if (!vwd_listen_is_address(text))
		return reject(reading, row, text, "is no address such as " VW_LISTEN_FORMS);
	if (list->count == VW_LISTEN_MAX)
		return reject(reading, row, text, "is one address too many");
	copy = vwb_arena_string(reading->config->arena, text);
	if (!copy)
		return -ENOMEM;
	list->address[list->count++] = copy;
	return 0;
}

static int set_text(struct reading *reading, const char *text, const char **field)
{
	char *copy = *text ? vwb_arena_string(reading->config->arena, text) : NULL;

	if (*text && !copy)
		return -ENOMEM;
	*field = copy;
	return 0;
}

/* What is printed and logged must be fit for it. */
static bool is_clean(const char *text)
{
	char copy[PATH_MAX];
	size_t size = strlen(text);

	if (size >= sizeof(copy))
		return false;
	memcpy(copy, text, size + 1);
	vwb_text_clean(copy, size);
	return strcmp(copy, text) == 0;
}

static int store(struct reading *reading, const struct option_row *row, const char *text, bool first)
{
	void *field = (char *)reading->config + row->field;

	switch (row->kind) {
	case TEXT:
		return set_text(reading, text, field);
	case ADDRESS:
		return add_address(reading, row, text, field, first);
	case SPAN:
	case NUMBER:
		return set_number(reading, row, text, field);
	case SWITCH:
		return parse_switch(text, field) < 0 ? reject(reading, row, text, "is neither yes nor no")
						     : 0;
	case FLAG:
		*(bool *)field = true;
		break;
	}
	return 0;
}

/* Check a value; keep it unless a higher rank has given one. Returns 0, -EINVAL with a reason, or -ENOMEM. */
static int take(struct reading *reading, const struct option_row *row, enum rank rank, const char *text)
{
	enum rank *given = &reading->rank[row - rows];
	struct vwd_config before = *reading->config;
	bool first = *given != rank;
	int r;

	if (!is_clean(text))
		return reject(reading, row, text, "is too long, or holds what cannot be printed");
	r = store(reading, row, text, first);
	if (r < 0 || *given > rank)
		*reading->config = before;
	else
		*given = rank;
	return r;
}

struct spelling {
	char letters[2 * VW_COUNT(rows) + 2];
	struct option names[2 * VW_COUNT(rows) + 1];
};

/* The table as getopt_long(3) wants it. */
static struct spelling spell(void)
{
	struct spelling spelling = {.letters = ":"};
	size_t letters = 1, names = 0;

	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		int argument = rows[i].kind == FLAG     ? no_argument
			       : rows[i].kind == SWITCH ? optional_argument
							: required_argument;
		int value = LONG_ONLY + (int)i;

		spelling.names[names++] =
			(struct option){.name = rows[i].name, .has_arg = argument, .val = value};
		if (rows[i].alias)
			spelling.names[names++] = (struct option){
				.name = rows[i].alias, .has_arg = argument, .val = value + ALIAS};
		if (!rows[i].letter)
			continue;
		spelling.letters[letters++] = rows[i].letter;
		if (argument == required_argument)
			spelling.letters[letters++] = ':';
	}
	return spelling;
}

static const struct option_row *row_of(int value)
{
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		int own = LONG_ONLY + (int)i;

		if (value == own || value == own + ALIAS || (rows[i].letter && value == rows[i].letter))
			return &rows[i];
	}
	return NULL;
}

/* How many names an option that was cut short could be. */
static size_t count_meant(const struct spelling *spelling, const char *argument)
{
	size_t length = strcspn(argument, "="), count = 0;

	for (const struct option *one = spelling->names; one->name && length > 2; one++)
		count += strncmp(one->name, argument + 2, length - 2) == 0;
	return count;
}

static int complain(struct reading *reading, const char *what, const char *argument)
{
	return vwd_log_problem(reading->problem, reading->problem_size, -EINVAL,
			       "%s: %s; see 'virtwhered --help'", argument, what);
}

/* @value: what getopt_long(3) returned instead of an option. Of letters that stand together it names the one.
 */
static int complain_of_option(struct reading *reading, const struct spelling *spelling, int value,
			      const char *argument)
{
	const char letter[] = {'-', (char)optopt, '\0'};

	if (optopt > 0 && optopt < LONG_ONLY && argument[1] != '-')
		argument = letter;
	if (value == ':')
		return complain(reading, "an argument is missing", argument);
	if (row_of(optopt))
		return complain(reading, "takes no argument", argument);
	if (count_meant(spelling, argument) > 1)
		return complain(reading, "several options begin so", argument);
	return complain(reading, "no such option", argument);
}

static int take_arguments(struct reading *reading, int argc, char **argv)
{
	struct spelling spelling = spell();
	int value;

	opterr = 0;
	optind = 0; /* start anew, as glibc reads it */
	while ((value = getopt_long(argc, argv, spelling.letters, spelling.names, NULL)) != -1) {
		const struct option_row *row = row_of(value);
		int r;

		if (!row)
			return complain_of_option(reading, &spelling, value, argv[optind - 1]);
		r = take(reading, row, COMMAND_LINE, optarg ? optarg : "yes");
		if (r == -EINVAL)
			return vwd_log_problem(reading->problem, reading->problem_size, r, "--%s",
					       reading->reason);
		if (r < 0)
			return r;
	}
	return optind < argc ? complain(reading, "no argument is wanted", argv[optind]) : 0;
}

/* inih tells nobody of a section without keys. What begins none is left to it. */
static bool is_other_section(struct reading *reading)
{
	const char *name = reading->at + 1;
	size_t size = strcspn(name, "]\n");

	if (reading->at[0] != '[' || name[size] != ']' ||
	    (size == strlen(SECTION) && strncmp(name, SECTION, size) == 0))
		return false;
	snprintf(reading->reason, sizeof(reading->reason), "no such section: [%.*s]",
		 (int)(size < 60 ? size : 60), name);
	return true;
}

/* One line for the parser, as fgets(3) gives it, but without the space that it begins with: inih would take
 * such a line for more of the value above it. */
static char *next_line(char *line, int room, void *context)
{
	struct reading *reading = context;
	size_t size;

	reading->at += strspn(reading->at, " \t\r\v\f");
	if (!*reading->at || reading->too_long || reading->wrong)
		return NULL;
	reading->line++;
	if (is_other_section(reading)) {
		reading->wrong = reading->line;
		return NULL;
	}
	size = strcspn(reading->at, "\n");
	size += reading->at[size] == '\n';
	if (size >= (size_t)room) {
		reading->too_long = reading->at;
		return NULL;
	}
	memcpy(line, reading->at, size);
	line[size] = '\0';
	reading->at += size;
	return line;
}

static int take_key(struct reading *reading, const char *section, const char *name, const char *value)
{
	const struct option_row *row = rows, *end = rows + VW_COUNT(rows);

	while (row < end && (row->command_only || !vwb_text_equal(row->name, name)))
		row++;
	if (!*section) {
		snprintf(reading->reason, sizeof(reading->reason),
			 "%.60s: [" SECTION "] is to stand above it", name);
		return -EINVAL;
	}
	if (row == end) {
		snprintf(reading->reason, sizeof(reading->reason), "no such key: %.60s", name);
		return -EINVAL;
	}
	if (reading->rank[row - rows] == FILE_RANK && row->kind != ADDRESS)
		return reject(reading, row, value, "is its second value");
	return take(reading, row, FILE_RANK, value);
}

/* inih's handler: 0 for what is wrong. It is the last one that is called. */
static int handle(void *context, const char *section, const char *name, const char *value)
{
	struct reading *reading = context;
	int r = take_key(reading, section, name, value);

	if (r == 0)
		return 1;
	reading->no_memory = r == -ENOMEM;
	reading->wrong = reading->line;
	return 0;
}

/* @wrong: inih's number of the first line that it could not read, or that handle() did not take */
static int judge(struct reading *reading, const char *file, int wrong)
{
	const char *reason = reading->reason;
	unsigned line = (unsigned)(wrong < 0 ? 0 : wrong);

	if (reading->no_memory)
		return -ENOMEM;
	if (line && line != reading->wrong)
		reason = "is neither [section] nor KEY = VALUE";
	if (!line)
		line = reading->wrong;
	if (!line && reading->too_long) {
		line = reading->line;
		reason = "is too long";
	}
	if (!line)
		return 0;
	return vwd_log_problem(reading->problem, reading->problem_size, -EINVAL, "%s:%u: %s", file, line,
			       reason);
}

static int take_file(struct reading *reading)
{
	const char *file = reading->config->file;
	size_t size = 0;
	char *text;
	int r;

	if (!file)
		return 0;
	r = vwb_file_read(reading->config->arena, file, 0, VW_CONFIG_LIMIT, &text, &size);
	if (r == -ENOMEM || (r == -ENOENT && reading->rank[0] == STANDARD))
		return r == -ENOMEM ? r : 0;
	if (r < 0)
		return vwd_log_problem(reading->problem, reading->problem_size, r == -EFBIG ? -EINVAL : r,
				       "%s: %s", file,
				       r == -EINVAL  ? "is no regular file"
				       : r == -EFBIG ? "is too big"
						     : strerror(-r));
	if (strlen(text) != size)
		return vwd_log_problem(reading->problem, reading->problem_size, -EINVAL, "%s: is no text",
				       file);
	reading->at = vwb_text_starts(text, BYTE_ORDER_MARK) ? text + strlen(BYTE_ORDER_MARK) : text;
	return judge(reading, file, ini_parse_stream(next_line, reading, handle, reading));
}

int vwd_config_read(int argc, char **argv, struct vwd_config *ret, char *problem, size_t problem_size)
{
	_cleanup_(vwd_config_free) struct vwd_config config = {0};
	struct reading reading = {.config = &config, .problem = problem, .problem_size = problem_size};
	int r = vwb_arena_new(&config.arena);

	snprintf(problem, problem_size, "out of memory");
	for (size_t i = 0; i < VW_COUNT(rows) && r == 0; i++)
		if (rows[i].standard)
			r = take(&reading, &rows[i], STANDARD, rows[i].standard);
	if (r == 0)
		r = take_arguments(&reading, argc, argv);
	if (r == 0 && !config.help && !config.version)
		r = take_file(&reading);
	if (r < 0)
		return r;
	*ret = config;
	config = (struct vwd_config){0};
	return 0;
}

void vwd_config_free(struct vwd_config *config)
{
	vwb_arena_free(config->arena);
	*config = (struct vwd_config){0};
}

void vwd_config_help(struct vwb_buffer *out)
{
	vwb_put(out,
		"Usage: virtwhered [OPTIONS]\n\n"
		"Keep a report of the virtualization layers under this system, and serve it with its "
		"metrics.\n"
		"Each option but -c, -h, -V and --check-config is a key of " VW_CONFIG_FILE ", too.\n\n");
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		const struct option_row *row = &rows[i];
		size_t start = out->size;

		if (row->letter)
			vwb_putf(out, "  -%c, --%s", row->letter, row->name);
		else
			vwb_putf(out, "      --%s", row->name);
		if (row->argument)
			vwb_putf(out, "=%s", row->argument);
		if (out->size - start < HELP_COLUMN)
			vwb_put_repeated(out, " ", HELP_COLUMN - (out->size - start));
		vwb_putf(out, "  %s", row->meaning);
		if (row->standard)
			vwb_putf(out, " (%s)", row->standard);
		vwb_put(out, "\n");
	}
}

/* SPDX-License-Identifier: MIT */
#include "agent/config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <ini.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/listen.h"
#include "agent/log.h"
#include "export/file.h"

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
#define FIELD(name) offsetof(struct vw_config, name)
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
	struct vw_config *config;
	enum rank rank[VW_COUNT(rows)];
	char reason[256]; /* why a value is not taken */
	char *problem;
	size_t problem_size;
	const char *at;       /* the rest of the file */
	const char *too_long; /* the line that the parser has no room for, or NULL */
	unsigned line;        /* being parsed */
	unsigned wrong;       /* the first that is, or 0 */
};

/* --- values ------------------------------------------------------------------------------------------ */

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
		if (!vw_equal(unit, units[i].name))
			continue;
		if (vw_parse_number(number, 10, UINT64_MAX / units[i].ms, &value) < 0)
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
			if (!vw_equal(text, words[i][value]))
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
	int r = row->kind == SPAN ? parse_span(text, &value) : vw_parse_number(text, 10, UINT64_MAX, &value);

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
		       struct vw_listen *list, bool first)
{
	char *copy;

	if (first)
		list->count = 0;
	if (!*text)
		return 0;
	if (!vw_listen_is_address(text))
		return reject(reading, row, text, "is no address such as " VW_LISTEN_FORMS);
	if (list->count == VW_LISTEN_MAX)
		return reject(reading, row, text, "is one address too many");
	copy = vw_arena_string(reading->config->arena, text);
	if (!copy)
		return -ENOMEM;
	list->address[list->count++] = copy;
	return 0;
}

static int set_text(struct reading *reading, const char *text, const char **field)
{
	char *copy = *text ? vw_arena_string(reading->config->arena, text) : NULL;

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
	vw_clean(copy, size);
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
	struct vw_config before = *reading->config;
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

static int take_standards(struct reading *reading)
{
	int r = 0;

	for (size_t i = 0; i < VW_COUNT(rows) && r == 0; i++)
		if (rows[i].standard)
			r = take(reading, &rows[i], STANDARD, rows[i].standard);
	return r;
}

/* --- the command line -------------------------------------------------------------------------------- */

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
	return vw_blame(reading->problem, reading->problem_size, -EINVAL, "%s: %s; see 'virtwhered --help'",
			argument, what);
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
			return vw_blame(reading->problem, reading->problem_size, r, "--%s", reading->reason);
		if (r < 0)
			return r;
	}
	return optind < argc ? complain(reading, "no argument is wanted", argv[optind]) : 0;
}

/* --- the file ---------------------------------------------------------------------------------------- */

static const struct option_row *row_named(const char *name)
{
	for (size_t i = 0; i < VW_COUNT(rows); i++)
		if (vw_equal(rows[i].name, name) && !rows[i].command_only)
			return &rows[i];
	return NULL;
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
	const struct option_row *row = row_named(name);

	if (!*section) {
		snprintf(reading->reason, sizeof(reading->reason),
			 "%.60s: [" SECTION "] is to stand above it", name);
		return -EINVAL;
	}
	if (!row) {
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

	if (take_key(reading, section, name, value) == 0)
		return 1;
	reading->wrong = reading->line;
	return 0;
}

/* @wrong: inih's number of the first line that it could not read, or that handle() did not take */
static int judge(struct reading *reading, const char *file, int wrong)
{
	const char *reason = reading->reason;
	unsigned line = (unsigned)(wrong < 0 ? 0 : wrong);

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
	return vw_blame(reading->problem, reading->problem_size, -EINVAL, "%s:%u: %s", file, line, reason);
}

/* Read at most @size bytes of a regular file. Returns how many there were, or a negative errno. */
static ssize_t read_file(const char *path, char *bytes, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;
	size_t used = 0;
	ssize_t r = 1;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		return -EINVAL;
	}
	while (r > 0 && used < size) {
		r = read(fd, bytes + used, size - used);
		if (r < 0 && errno == EINTR)
			r = 1;
		else if (r > 0)
			used += (size_t)r;
	}
	if (r < 0)
		r = -errno;
	close(fd);
	return r < 0 ? r : (ssize_t)used;
}

static int parse_file(struct reading *reading, const char *file, char *text)
{
	ssize_t size = read_file(file, text, VW_CONFIG_LIMIT + 1);

	if (size == -ENOENT && reading->rank[0] == STANDARD)
		return 0;
	if (size < 0)
		return vw_blame(reading->problem, reading->problem_size, (int)size, "%s: %s", file,
				size == -EINVAL ? "is no regular file" : strerror((int)-size));
	if (size > VW_CONFIG_LIMIT || memchr(text, '\0', (size_t)size))
		return vw_blame(reading->problem, reading->problem_size, -EINVAL, "%s: is %s", file,
				size > VW_CONFIG_LIMIT ? "too big" : "no text");
	text[size] = '\0';
	reading->at = strncmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0
			      ? text + strlen(BYTE_ORDER_MARK)
			      : text;
	return judge(reading, file, ini_parse_stream(next_line, reading, handle, reading));
}

static int take_file(struct reading *reading)
{
	const char *file = reading->config->file;
	char *text = file ? malloc(VW_CONFIG_LIMIT + 2) : NULL;
	int r;

	if (!file)
		return 0;
	if (!text)
		return -ENOMEM;
	r = parse_file(reading, file, text);
	free(text);
	return r;
}

/* --- together ---------------------------------------------------------------------------------------- */

int vw_config_read(int argc, char **argv, struct vw_config *ret, char *problem, size_t problem_size)
{
	_cleanup_(vw_config_free) struct vw_config config = {0};
	struct reading reading = {.config = &config, .problem = problem, .problem_size = problem_size};
	int r = vw_arena_new(&config.arena);

	snprintf(problem, problem_size, "out of memory");
	if (r == 0)
		r = take_standards(&reading);
	if (r == 0)
		r = take_arguments(&reading, argc, argv);
	if (r == 0 && !config.help && !config.version)
		r = take_file(&reading);
	if (r < 0)
		return r;
	*ret = config;
	config = (struct vw_config){0};
	return 0;
}

void vw_config_free(struct vw_config *config)
{
	vw_arena_free(config->arena);
	*config = (struct vw_config){0};
}

void vw_config_help(struct vw_buffer *out)
{
	vw_put(out, "Usage: virtwhered [OPTIONS]\n\n"
		    "Keep a report of the virtualization layers under this system, and serve it with its "
		    "metrics.\n"
		    "Each option but -c, -h, -V and --check-config is a key of " VW_CONFIG_FILE ", too.\n\n");
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		const struct option_row *row = &rows[i];
		size_t start = out->size;

		if (row->letter)
			vw_putf(out, "  -%c, --%s", row->letter, row->name);
		else
			vw_putf(out, "      --%s", row->name);
		if (row->argument)
			vw_putf(out, "=%s", row->argument);
		if (out->size - start < HELP_COLUMN)
			vw_put_repeated(out, " ", HELP_COLUMN - (out->size - start));
		vw_putf(out, "  %s", row->meaning);
		if (row->standard)
			vw_putf(out, " (%s)", row->standard);
		vw_put(out, "\n");
	}
}

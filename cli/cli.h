/* SPDX-License-Identifier: MIT */
#ifndef VW_CLI_CLI_H
#define VW_CLI_CLI_H

/*
 * The command line: arguments in, calls to probes, detect and export, one write out. A row for
 * each command and each option says what there is; parsing, checks, help and completions come from them.
 */

#include "detect/report.h"
#include "export/export.h"
#include "probes/probes.h"

/* "Not known" is never success. */
enum vwc_exit {
	VW_EXIT_YES = 0,
	VW_EXIT_NO = 1,
	VW_EXIT_USAGE = 2,
	VW_EXIT_UNDETERMINED = 3,
	VW_EXIT_INTERNAL = 4,
};

enum vwc_colour { VW_COLOUR_AUTO, VW_COLOUR_ALWAYS, VW_COLOUR_NEVER };

enum { VW_TARGET_WORDS = 32 };

/* What the arguments ask for. */
struct vwc_request {
	const struct vwc_command *const *commands; /* all that there are */
	const struct vwc_command *command;
	char *const *word; /* the command's own arguments */
	size_t words;
	const char *format;   /* one of the command's formats */
	const char *snapshot; /* NULL: this machine */
	const char *output;   /* NULL: standard output; metrics: the textfile */
	enum vwc_colour colour;
	bool with_ids, timing, help, version;
	enum vw_severity fail_on;            /* the least that makes drivers and preflight fail */
	const char *root;                    /* preflight: the image */
	const char *kernel;                  /* preflight: "all", "default" or a release */
	const char *ami_json;                /* preflight: a file, or NULL */
	const char *target[VW_TARGET_WORDS]; /* preflight: words, or lists of them parted by commas */
	size_t targets;
	struct vwx_view view;
};

struct vwc_command {
	const char *name;           /* NULL: the command that runs when none is named */
	const char *arguments;      /* for the help: "WORD..."; "" for none */
	const char *summary;        /* one line */
	const char *details;        /* for the command's own help */
	const char *const *formats; /* NULL-terminated, the default first; NULL: those of a report */
	size_t least_words, most_words;
	enum vwc_exit (*run)(const struct vwc_request *request);
};

#define VWC_FORMATS(...) ((const char *const[]){__VA_ARGS__, NULL})

/*
 * All commands, by their files' names; ends with NULL. A command's row, vwc_NAME_command, stands in the file
 * of what it does, and the Makefile finds it there.
 */
extern const struct vwc_command *const vwc_commands[];

/** Find a command by its name; NULL gives the one that has none. Returns NULL when there is no such command.
 */
const struct vwc_command *vwc_command_find(const struct vwc_command *const *commands, const char *name);

/** The formats that a command prints, the default first. Returns NULL past the end. */
const char *vwc_command_format(const struct vwc_command *command, size_t index);

struct vwc_option {
	const char *name;
	char letter;                 /* or 0 */
	const char *argument;        /* for the help; NULL: it takes none */
	bool optional;               /* the argument may be left out */
	const char *const *commands; /* that take it, "" for the nameless one, NULL-terminated; NULL: all */
	const char *meaning;
	bool (*set)(struct vwc_request *request, const char *argument); /* false: no such argument */
};

/** The table of options. Returns the row at @index, static, or NULL past the end. */
const struct vwc_option *vwc_option_at(size_t index);

bool vwc_option_applies(const struct vwc_option *option, const struct vwc_command *command);

/**
 * Turn arguments into a request, and say on standard error what is wrong with them.
 *
 * @argv: gets reordered, options first; must outlive the request
 * @commands: ends with NULL
 *
 * Returns VW_EXIT_YES, or VW_EXIT_USAGE with @ret of no use.
 */
enum vwc_exit vwc_arguments_parse(int argc, char **argv, const struct vwc_command *const *commands,
				  struct vwc_request *ret);

/** The help of a request's command; of the whole program for the one without a name. */
void vwc_help_put(const struct vwc_request *request, struct vwb_buffer *out);

/* A report and what it hangs on. A structure of zeros is empty. */
struct vwc_examined {
	struct vw_source *source;
	struct vw_facts *facts;
	struct vw_counter_reader *counters; /* for metrics; NULL elsewhere */
	struct vw_report *report;
};

/** Open what a request reads from, and say on standard error what went wrong. */
enum vwc_exit vwc_source_open(const struct vwc_request *request, struct vw_source **ret_source);

/** Examine it: probe and detect. */
enum vwc_exit vwc_examine(const struct vwc_request *request, struct vwc_examined *ret);
void vwc_examined_free(struct vwc_examined *examined);

/** VW_EXIT_UNDETERMINED for the platform "unknown", else VW_EXIT_YES. */
enum vwc_exit vwc_verdict_exit(const struct vw_report *report);

/** One line on standard error, after the program's name. */
void vwc_complain(const char *format, ...) _printf_(1, 2);

/**
 * Write what was rendered to standard output.
 *
 * @rendered: what the renderer returned
 * @otherwise: what to return when all went well
 *
 * Returns @otherwise, or VW_EXIT_INTERNAL after saying why.
 */
enum vwc_exit vwc_output_print(const struct vwb_buffer *out, int rendered, enum vwc_exit otherwise);

/**
 * The same into a file, written whole or not at all.
 *
 * @path: NULL for standard output
 */
enum vwc_exit vwc_output_print_to(const char *path, const struct vwb_buffer *out, int rendered,
				  enum vwc_exit otherwise);

/** Decide by terminal and environment what the options left open: colour, character set, width, time. */
void vwc_view_settle(struct vwc_request *request);

/** The nearest of the words offered to the one that was asked for; zero it and set @asked first. */
struct vwc_nearest {
	const char *asked;
	const char *word; /* NULL while none is near enough to be meant */
	size_t distance;
};
void vwc_nearest_offer(struct vwc_nearest *nearest, const char *word);

/* A list of `virtwhere list`: one or more of vw_word_at()'s. */
struct vwc_wordlist {
	const char *name;
	const char *const *lists; /* NULL-terminated */
};

/** The table of lists. Returns the row at @index, static, or NULL past the end. */
const struct vwc_wordlist *vwc_wordlist_at(size_t index);

/**
 * Gather the words of a list, each once.
 *
 * @ret_word: free with free(); the words themselves are static
 *
 * Returns 0 or -ENOMEM.
 */
_must_check_ int vwc_wordlist_gather(const struct vwc_wordlist *list, const struct vw_word ***ret_word,
				     size_t *ret_count);

/** The list of all words that `is` knows. */
const struct vwc_wordlist *vwc_wordlist_of_is(void);

#endif

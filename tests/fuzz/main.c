/* SPDX-License-Identifier: MIT */

/* What libFuzzer calls, and what the programs share. */

#include "tests/fuzz/fuzz.h"

enum { TARGET_SIZE = 4096 };

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

char folder[PATH_SIZE], machine[PATH_SIZE + 16];

_Noreturn void give_up(const char *what, const char *why)
{
	fprintf(stderr, "fuzz: %s: %s\n", what, why);
	abort();
}

/* Machines on disk. */

int open_machine(void)
{
	int fd;

	vw_tree_remove(AT_FDCWD, machine);
	if (mkdir(machine, 0700) < 0)
		give_up(machine, strerror(errno));
	fd = open(machine, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		give_up(machine, strerror(errno));
	return fd;
}

void add(int fd, enum vw_node_type type, const char *name, const void *bytes, size_t size)
{
	struct vw_node node = {.name = name, .type = type, .bytes = bytes, .size = size};

	(void)!vw_tree_add(fd, &node);
}

size_t part_size(const char *bytes, size_t size, const char *mark)
{
	const char *found = memmem(bytes, size, mark, strlen(mark));

	return found ? (size_t)(found - bytes) : size;
}

static void add_part(int fd, const char *bytes, size_t size)
{
	char name[PATH_SIZE], target[TARGET_SIZE];
	size_t length = part_size(bytes, size, "\n");
	enum vw_node_type type = VW_NODE_FILE;

	if (!length || length >= sizeof(name))
		return;
	memcpy(name, bytes, length);
	name[length] = '\0';
	bytes += length < size ? length + 1 : length;
	size -= length < size ? length + 1 : length;
	if (name[0] == '/')
		type = VW_NODE_DIRECTORY;
	if (name[0] == '>') {
		type = VW_NODE_LINK;
		size = size < sizeof(target) ? size : sizeof(target) - 1;
		memcpy(target, bytes, size);
		target[size] = '\0';
		bytes = target;
	}
	if (type != VW_NODE_LINK || *bytes)
		add(fd, type, name + (type != VW_NODE_FILE), bytes, size);
}

void add_parts(int fd, const char *bytes, size_t size)
{
	static const char mark[] = "\n@";

	while (size) {
		size_t part = part_size(bytes, size, mark);

		add_part(fd, bytes, part);
		bytes += part;
		size -= part;
		if (size) {
			bytes += strlen(mark);
			size -= strlen(mark);
		}
	}
}

const char *write_archive(const char *bytes, size_t size)
{
	static char path[PATH_SIZE + 32];
	int fd;

	snprintf(path, sizeof(path), "%s/archive.tar", folder);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || vwb_fd_write(fd, bytes, size) < 0)
		give_up(path, strerror(errno));
	close(fd);
	return path;
}

/* What must hold of texts. */

void check_text(const struct vwb_buffer *out, bool ascii)
{
	for (size_t i = 0; i < out->size; i++) {
		unsigned char c = (unsigned char)out->data[i];

		bool c1 = c == 0xc2 && i + 1 < out->size && (unsigned char)out->data[i + 1] < 0xa0;

		MUST(c == '\n' || (c >= 0x20 && c != 0x7f && !c1));
		MUST(!ascii || c < 0x80);
	}
}

void check_line(const char *line)
{
	struct vwb_buffer text = {.data = (char *)(uintptr_t)line, .size = strlen(line)};

	MUST(!strchr(line, '\n'));
	check_text(&text, false);
}

void check_problem(const char *problem)
{
	MUST(*problem);
	check_line(problem);
}

/* libFuzzer's. */

static const struct row *chosen;

static void make_folder(void)
{
	const char *parent = getenv("TMPDIR");

	snprintf(folder, sizeof(folder), "%s/virtwhere-fuzz.XXXXXX", parent ? parent : "/dev/shm");
	if (!mkdtemp(folder))
		give_up(folder, strerror(errno));
	snprintf(machine, sizeof(machine), "%s/machine", folder);
}

/* Without a row of that name, the rows are listed. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *name = getenv("VW_FUZZ");

	(void)argc;
	(void)argv;
	for (const struct row *row = rows; row->name && !chosen; row++)
		if (vwb_text_equal(row->name, name))
			chosen = row;
	for (const struct row *row = rows; row->name && !chosen; row++)
		printf("%s\n", row->name);
	if (!chosen)
		exit(name && strcmp(name, "list") != 0);
	make_folder();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	chosen->run(chosen, (const char *)bytes, size);
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include "probes/read/index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	LINKS_MAX = 40, /* as the kernel's MAXSYMLINKS */
	BUCKETS = 1024, /* at first; a power of two */
};

struct node {
	struct node *parent; /* NULL: the root */
	struct node *child, *sibling;
	struct node *next; /* in its bucket */
	const char *name;
	size_t length;
	uint32_t hash;
	enum vw_node_type type;
	const char *target;          /* of a link */
	const struct vw_file *bytes; /* of a file; hard links share it */
};

struct vw_index {
	struct vwb_arena *arena;
	struct node *root;
	size_t count, entries;
	struct node **bucket;
	size_t buckets;
};

static const struct vw_file nothing = {.fd = -1};

int vw_index_new(struct vwb_budget *memory, size_t entries, struct vw_index **ret_index)
{
	struct vw_index *index = calloc(1, sizeof(*index));

	if (!index)
		return -ENOMEM;
	index->entries = entries;
	index->buckets = BUCKETS;
	index->bucket = calloc(BUCKETS, sizeof(struct node *));
	if (!index->bucket || vwb_arena_new(&index->arena) < 0) {
		vw_index_free(index);
		return -ENOMEM;
	}
	vwb_arena_bound(index->arena, memory);
	index->root = vwb_arena_alloc(index->arena, sizeof(*index->root));
	if (!index->root) {
		vw_index_free(index);
		return -ENOMEM;
	}
	*ret_index = index;
	return 0;
}

void vw_index_free(struct vw_index *index)
{
	if (!index)
		return;
	vwb_arena_free(index->arena);
	free(index->bucket);
	free(index);
}

/* Names. */

/* FNV-1a, on from the folder's own. */
static uint32_t hash_of(const struct node *parent, const char *name, size_t length)
{
	uint32_t hash = parent->hash ^ 2166136261u;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)name[i]) * 16777619u;
	return hash;
}

static struct node *find_child(const struct vw_index *index, const struct node *parent, const char *name,
			       size_t length)
{
	uint32_t hash = hash_of(parent, name, length);
	struct node *node = index->bucket[hash & (index->buckets - 1)];

	while (node && (node->hash != hash || node->parent != parent || node->length != length ||
			memcmp(node->name, name, length) != 0))
		node = node->next;
	return node;
}

static int grow_buckets(struct vw_index *index)
{
	size_t buckets = index->buckets * 2;
	struct node **bucket;

	if (index->count < index->buckets)
		return 0;
	bucket = calloc(buckets, sizeof(struct node *));
	if (!bucket)
		return -ENOMEM;
	for (size_t i = 0; i < index->buckets; i++)
		for (struct node *node = index->bucket[i], *next; node; node = next) {
			next = node->next;
			node->next = bucket[node->hash & (buckets - 1)];
			bucket[node->hash & (buckets - 1)] = node;
		}
	free(index->bucket);
	index->bucket = bucket;
	index->buckets = buckets;
	return 0;
}

static int add_child(struct vw_index *index, struct node *parent, const char *name, size_t length,
		     struct node **ret_node)
{
	struct node *node, **bucket;
	int r;

	if (index->count == index->entries)
		return -ENOBUFS;
	r = grow_buckets(index);
	if (r < 0)
		return r;
	node = vwb_arena_alloc(index->arena, sizeof(*node));
	if (node)
		node->name = vwb_arena_copy(index->arena, name, length);
	if (!node || !node->name)
		return -ENOMEM;
	node->length = length;
	node->hash = hash_of(parent, name, length);
	node->parent = parent;
	node->sibling = parent->child;
	parent->child = node;
	bucket = &index->bucket[node->hash & (index->buckets - 1)];
	node->next = *bucket;
	*bucket = node;
	index->count++;
	*ret_node = node;
	return 0;
}

/* Take a component that is no "." off an entry's name. Returns its length, 0 at the end, or a negative errno.
 */
static int next_of_entry(const char **name, const char **ret_at)
{
	size_t length;

	do {
		*name += strspn(*name, "/");
		length = strcspn(*name, "/");
		*ret_at = *name;
		*name += length;
	} while (length == 1 && **ret_at == '.');
	if (length > NAME_MAX)
		return -E2BIG;
	return length == 2 && memcmp(*ret_at, "..", 2) == 0 ? -EBADMSG : (int)length;
}

static int check_name(const char *name)
{
	const char *at;
	int depth = 0, r;

	if (strlen(name) > VW_TREE_NAME)
		return -E2BIG;
	while ((r = next_of_entry(&name, &at)) > 0)
		if (++depth > VW_TREE_DEPTH)
			return -E2BIG;
	return r;
}

/* Find an entry by its name in the archive. @make: what is missing, as folders. No link is followed. */
static int find_entry(struct vw_index *index, const char *name, bool make, struct node **ret_node)
{
	struct node *node = index->root, *below;
	int length, r = check_name(name);
	const char *at;

	while (r == 0 && (length = next_of_entry(&name, &at)) > 0) {
		if (node->type != VW_NODE_DIRECTORY)
			return node->type == VW_NODE_LINK ? -ELOOP : -ENOTDIR;
		below = find_child(index, node, at, (size_t)length);
		if (!below && !make)
			return -ENOENT;
		if (!below)
			r = add_child(index, node, at, (size_t)length, &below);
		node = below;
	}
	if (r == 0)
		*ret_node = node;
	return r;
}

/* Adding. */

int vw_index_add(struct vw_index *index, const char *name, enum vw_node_type type, const char *target,
		 const struct vw_file *bytes)
{
	struct node *node = index->root;
	size_t before = index->count;
	int r = find_entry(index, name, true, &node);

	if (r < 0)
		return r;
	if (index->count == before && type == VW_NODE_DIRECTORY)
		return node->type == VW_NODE_DIRECTORY ? 0 : -ENOTDIR;
	if (index->count == before && node->type == VW_NODE_DIRECTORY)
		return -EISDIR;
	node->type = type;
	if (type == VW_NODE_LINK) {
		node->target = vwb_arena_string(index->arena, target);
		return node->target ? 0 : -ENOMEM;
	}
	node->bytes = &nothing;
	if (bytes && type == VW_NODE_FILE) {
		struct vw_file *copy = vwb_arena_alloc(index->arena, sizeof(*copy));

		if (!copy)
			return -ENOMEM;
		*copy = *bytes;
		node->bytes = copy;
	}
	return 0;
}

int vw_index_add_hard_link(struct vw_index *index, const char *name, const char *target)
{
	struct node *of = index->root;
	int r = find_entry(index, target, false, &of);

	if (r < 0)
		return r;
	if (of->type != VW_NODE_FILE)
		return of->type == VW_NODE_LINK ? -ELOOP : -EINVAL;
	return vw_index_add(index, name, VW_NODE_FILE, NULL, of->bytes);
}

bool vw_index_has(const struct vw_index *index, const char *name)
{
	return find_child(index, index->root, name, strlen(name)) != NULL;
}

int vw_index_enter_only(struct vw_index *index)
{
	struct node *only = index->root->child;

	if (!only || only->sibling || only->type != VW_NODE_DIRECTORY)
		return -ENOENT;
	index->root = only;
	return 0;
}

/* Reading. */

/* A path that is followed: where it has come to, and what is still to go. */
struct way {
	const struct vw_index *index;
	const struct node *node;
	unsigned links;
	char rest[PATH_MAX];
};

static int follow(struct way *way, const char *target)
{
	size_t length = strlen(target), rest = strlen(way->rest);

	if (++way->links > LINKS_MAX)
		return -ELOOP;
	if (length == 0)
		return -ENOENT;
	if (length + rest >= sizeof(way->rest))
		return -ENAMETOOLONG;
	memmove(way->rest + length, way->rest, rest + 1);
	memcpy(way->rest, target, length);
	if (target[0] == '/')
		way->node = way->index->root;
	return 0;
}

/* One component. @last_too: a link at the end is followed, too */
static int step(struct way *way, const char *name, size_t length, bool last_too)
{
	const struct node *below;

	if (length == 2 && memcmp(name, "..", 2) == 0) {
		if (way->node != way->index->root)
			way->node = way->node->parent;
		return 0;
	}
	if (length == 1 && name[0] == '.')
		return 0;
	below = find_child(way->index, way->node, name, length);
	if (!below)
		return -ENOENT;
	if (below->type == VW_NODE_LINK && (last_too || way->rest[0]))
		return follow(way, below->target);
	if (below->type != VW_NODE_DIRECTORY && way->rest[0])
		return -ENOTDIR;
	way->node = below;
	return 0;
}

static int find(const struct vw_index *index, const char *path, bool last_too, const struct node **ret_node)
{
	struct way way = {.index = index, .node = index->root};
	char name[NAME_MAX + 1];
	int r = 0;

	if (strlen(path) >= sizeof(way.rest))
		return -ENAMETOOLONG;
	strcpy(way.rest, path); /* NOLINT: it fits */
	while (r == 0) {
		size_t skip = strspn(way.rest, "/"), length = strcspn(way.rest + skip, "/");

		if (length == 0)
			break;
		if (length > NAME_MAX)
			return -ENAMETOOLONG;
		memcpy(name, way.rest + skip, length);
		memmove(way.rest, way.rest + skip + length, strlen(way.rest + skip + length) + 1);
		r = step(&way, name, length, last_too);
	}
	if (r == 0)
		*ret_node = way.node;
	return r;
}

static enum vw_entry_type type_of(const struct node *node)
{
	return node->type == VW_NODE_FILE        ? VW_ENTRY_FILE
	       : node->type == VW_NODE_DIRECTORY ? VW_ENTRY_FOLDER
						 : VW_ENTRY_LINK;
}

static int index_open(void *from, const char *path, struct vw_file *ret)
{
	const struct node *node;
	int r = find(from, path, true, &node);

	if (r < 0)
		return r;
	if (node->type != VW_NODE_FILE)
		return -EINVAL;
	*ret = *node->bytes;
	return 0;
}

static int index_list(void *from, const char *path, vw_store_visit visit, void *context)
{
	const struct node *node;
	int r = find(from, path, true, &node);

	if (r == 0 && node->type != VW_NODE_DIRECTORY)
		r = -ENOTDIR;
	for (const struct node *child = r == 0 ? node->child : NULL; child && r == 0; child = child->sibling)
		r = visit(context, child->name, type_of(child));
	return r;
}

static int index_link(void *from, const char *path, char target[PATH_MAX])
{
	const struct node *node;
	int r = find(from, path, false, &node);

	if (r < 0)
		return r;
	if (node->type != VW_NODE_LINK)
		return -EINVAL;
	if (strlen(node->target) >= PATH_MAX)
		return -ENAMETOOLONG;
	strcpy(target, node->target); /* NOLINT: it fits */
	return (int)strlen(target);
}

/* Where a node is, as a path from the root. */
static int place_of(const struct vw_index *index, const struct node *node, char place[PATH_MAX])
{
	char path[PATH_MAX];
	size_t at = sizeof(path) - 1;

	path[at] = '\0';
	for (; node != index->root; node = node->parent) {
		if (node->length + 1 > at)
			return -ENAMETOOLONG;
		at -= node->length;
		memcpy(path + at, node->name, node->length);
		path[--at] = '/';
	}
	if (!path[at])
		path[--at] = '/';
	memcpy(place, path + at, sizeof(path) - at);
	return 0;
}

static int index_stat(void *from, const char *path, enum vw_entry_type *ret_type, uint64_t *ret_size,
		      char place[PATH_MAX])
{
	const struct node *node;
	int r = find(from, path, true, &node);

	if (r < 0)
		return r;
	*ret_type = type_of(node);
	if (ret_size)
		*ret_size = node->type == VW_NODE_FILE ? node->bytes->size : 0;
	return place ? place_of(from, node, place) : 0;
}

const struct vw_store_calls vw_index_calls = {
	.open = index_open,
	.read = vw_file_pread,
	.list = index_list,
	.link = index_link,
	.stat = index_stat,
};

/* SPDX-License-Identifier: MIT */
#include "base/dynlib.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

/* ISO C has no conversion from void * to a function pointer; POSIX promises that the bytes are the same. */
static void store(const struct vwb_symbol *symbol, void *address)
{
	memcpy(symbol->pointer, &address, sizeof(address));
}

static bool is_resolved(const struct vwb_symbol *symbol)
{
	void *address;

	memcpy(&address, symbol->pointer, sizeof(address));
	return address != NULL;
}

int vwb_dynlib_open(const char *soname, const struct vwb_symbol *symbols, size_t count)
{
	void *library;
	size_t i;

	/* The last one is stored last, so it stands for all. */
	if (is_resolved(&symbols[count - 1]))
		return 0;

	library = dlopen(soname, RTLD_LAZY | RTLD_LOCAL);
	if (!library)
		return -EOPNOTSUPP;

	for (i = 0; i < count; i++) {
		void *address = dlsym(library, symbols[i].name);

		if (!address)
			break;
		store(&symbols[i], address);
	}
	if (i == count)
		return 0;

	while (i-- > 0)
		store(&symbols[i], NULL);
	dlclose(library);
	return -EOPNOTSUPP;
}

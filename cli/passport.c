/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cli/cli.h"

static int render(const struct vw_request *request, const char *passport, struct vw_buffer *out)
{
	static const struct {
		const char *format;
		enum vw_passport_as as;
	} forms[] = {
		{"text", VW_PASSPORT_TEXT},
		{"raw", VW_PASSPORT_RAW},
		{"qemu", VW_PASSPORT_QEMU},
		{"libvirt", VW_PASSPORT_LIBVIRT},
	};

	for (size_t i = 0; i < VW_COUNT(forms); i++)
		if (vw_equal(forms[i].format, request->format))
			return vw_render_passport(passport, forms[i].as, &request->view, out);
	return vw_render_passport_json(passport, &request->view, out);
}

enum vw_exit vw_run_passport(const struct vw_request *request)
{
	_cleanup_(vw_examined_free) struct vw_examined examined = {0};
	_cleanup_(vw_buffer_free) struct vw_buffer out = {0};
	enum vw_exit opened = vw_examine(request, &examined);
	char passport[VW_PASSPORT_MAX + 1];
	int r;

	if (opened != VW_EXIT_YES)
		return opened;
	r = vw_passport_format(examined.report, passport);
	if (r == 0)
		r = render(request, passport, &out);
	return vw_print(&out, r, vw_verdict_exit(examined.report));
}

/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cli/cli.h"

static int render(const struct vwc_request *request, const char *passport, struct vwb_buffer *out)
{
	static const struct {
		const char *format;
		enum vwx_passport_as as;
	} forms[] = {
		{"text", VW_PASSPORT_TEXT},
		{"raw", VW_PASSPORT_RAW},
		{"qemu", VW_PASSPORT_QEMU},
		{"libvirt", VW_PASSPORT_LIBVIRT},
	};

	for (size_t i = 0; i < VW_COUNT(forms); i++)
		if (vwb_text_equal(forms[i].format, request->format))
			return vwx_passport_render(passport, forms[i].as, &request->view, out);
	return vwx_passport_json_render(passport, &request->view, out);
}

static enum vwc_exit run_passport(const struct vwc_request *request)
{
	_cleanup_(vwc_examined_free) struct vwc_examined examined = {0};
	_cleanup_(vwb_buffer_free) struct vwb_buffer out = {0};
	enum vwc_exit opened = vwc_examine(request, &examined);
	char passport[VW_PASSPORT_MAX + 1];
	int r;

	if (opened != VW_EXIT_YES)
		return opened;
	r = vwx_passport_format(examined.report, passport);
	if (r == 0)
		r = render(request, passport, &out);
	return vwc_output_print(&out, r, vwc_verdict_exit(examined.report));
}

const struct vwc_command vwc_passport_command = {
	.name = "passport",
	.arguments = "",
	.summary = "the line that tells a guest the layers under it",
	.details = "Ready for QEMU and libvirt. A guest that was started with it reports those layers as "
		   "declared.",
	.formats = VWC_FORMATS("text", "json", "qemu", "libvirt", "raw"),
	.run = run_passport,
};

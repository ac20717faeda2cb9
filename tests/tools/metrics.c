/* SPDX-License-Identifier: MIT */
/* Print the table of metrics, a line each: name, tab, help. For tests that hold other files against it. */
#include <stdio.h>

#include "export/metrics.h"

int main(void)
{
	struct vwx_metric metric;

	for (size_t i = 0; vwx_metric_at(i, &metric); i++)
		printf("%s\t%s\n", metric.name, metric.help);
	return 0;
}

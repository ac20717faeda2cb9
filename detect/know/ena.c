/* SPDX-License-Identifier: MIT */
#include "detect/know/ena.h"

#include <stddef.h>

/* Source: amzn-drivers, kernel/linux/ena/ENA_Linux_Best_Practices.rst. */
const struct vwk_ena_kernel vwk_ena_kernels[] = {
	{"4.14.", "amzn", "4.14.186"},
	{"4.18.0-", ".el8", "4.18.0-240.1.1"},
	{"5.4.0-", "-aws", "5.4.0-1025"},
	{"4.12.14-95.", "-", "4.12.14-95.99.3"},
	{"4.12.14-122.", "-", "4.12.14-122.116.1"},
	{"4.12.14-150000.", "-", "4.12.14-150000.150.92.2"},
	{"4.12.14-150100.", "-", "4.12.14-150100.197.114.2"},
	{"5.3.18-24.", "-", "5.3.18-24.15.1"},
	{NULL, NULL, NULL},
};

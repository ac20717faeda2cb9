/* SPDX-License-Identifier: MIT */
#ifndef VW_DETECT_KNOW_ENA_H
#define VW_DETECT_KNOW_ENA_H

/* Which versions of Linux's ENA driver know which instances. */

/* Versions of the driver. Below the first an interface does not attach; below the second it does not attach
 * on Nitro v5 and later, and is slow on v4. Source: AWS, EC2 instance types on Nitro; amzn-drivers,
 * kernel/linux/ena/ENA_Linux_Best_Practices.rst. */
#define VWK_ENA_ATTACHES "1.2"
#define VWK_ENA_CURRENT  "2.2.9"

/* Linux whose own driver is as good as that. Linux 5.8 and later tell no version of it. */
#define VWK_ENA_LINUX "5.10"

/* A series of kernels of one distribution, and the first of it whose own driver is as good. */
struct vwk_ena_kernel {
	const char *series; /* how its releases begin */
	const char *mark;   /* what else stands in them */
	const char *floor;
};

extern const struct vwk_ena_kernel vwk_ena_kernels[]; /* ends with a row of NULLs */

#endif

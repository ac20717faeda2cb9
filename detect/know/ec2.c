/* SPDX-License-Identifier: MIT */
#include "base/base.h"
#include "detect/know/tables.h"

/* clang-format off */
#define CELLS(cpu, network, local, remote, interrupts, board)                                        \
	{VW_CLASS_##cpu, VW_CLASS_##network, VW_CLASS_##local, VW_CLASS_##remote, VW_CLASS_##interrupts, \
	 VW_CLASS_##board}

/* Source: Brendan Gregg, "AWS EC2 Virtualization 2017: Introducing Nitro". */
static const struct vwk_ec2_row rows[] = {
	{{"emulated", "full emulation", NULL}, {"qemu-tcg", "bochs"}, NULL, false,
	 CELLS(VS, VS, VS, VS, VS, VS)},
	{{"xen-pv-3.0", "Xen PV, with PV drivers", NULL}, {"xen-pv"}, NULL, false,
	 CELLS(P, P, P, P, VS, VS)},
	{{"xen-hvm-3.0", "Xen HVM, with PV drivers", NULL}, {"xen-hvm"}, NULL, false,
	 CELLS(VH, P, P, P, VS, VS)},
	{{"xen-hvm-4.0.1", "Xen HVM, with PVHVM drivers", NULL}, {"xen-pvhvm"}, NULL, false,
	 CELLS(VH, P, P, P, P, VS)},
	{{"xen-aws-2013", "Xen on EC2, with SR-IOV network: ixgbevf or ena", NULL},
	 {"xen-pvhvm"}, "aws", false,
	 CELLS(VH, VH, P, P, P, VS)},
	{{"xen-aws-2017", "Xen on EC2, with SR-IOV network and NVMe instance store", NULL},
	 {"xen-pvhvm"}, "aws", false,
	 CELLS(VH, VH, VH, P, P, VS)},
	{{"aws-nitro-2017", "AWS Nitro", NULL}, {"nitro"}, NULL, true,
	 CELLS(VH, VH, VH, VH, VH, VS)},
	{{"aws-metal-2017", "Amazon EC2 bare metal", NULL}, {"ec2-metal"}, NULL, true,
	 CELLS(H, H, H, H, H, H)},
	{{"metal", "bare metal", NULL}, {"metal"}, NULL, true,
	 CELLS(H, H, H, H, H, H)},
};
/* clang-format on */

const struct vwk_ec2_rows vwk_ec2_rows = {rows, VW_COUNT(rows)};

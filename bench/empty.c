/* SPDX-License-Identifier: MIT */

/* What a process costs that does nothing: the same compiler, flags and libc as the program. */
int main(void)
{
	return 0;
}

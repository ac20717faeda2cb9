/* SPDX-License-Identifier: MIT */
#include "probes/read/hold.h"

#include <stddef.h>

/* What a user, a supervisor or a limit ends a program with. SIGKILL cannot be held. */
static const int enders[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXCPU, SIGXFSZ};

/* A signal that is ignored and blocked would wait all the same, and look as if it had come. */
static bool is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) < 0 || action.sa_handler == SIG_IGN;
}

void vw_hold_begin(struct vw_hold *hold)
{
	sigset_t before;

	if (hold->holding || pthread_sigmask(SIG_BLOCK, NULL, &before) != 0)
		return;
	sigemptyset(&hold->held);
	for (size_t i = 0; i < VW_COUNT(enders); i++)
		if (sigismember(&before, enders[i]) == 0 && !is_ignored(enders[i]))
			sigaddset(&hold->held, enders[i]);
	hold->holding = pthread_sigmask(SIG_BLOCK, &hold->held, NULL) == 0;
}

bool vw_hold_broken(const struct vw_hold *hold)
{
	sigset_t pending;

	if (!hold->holding || sigpending(&pending) < 0)
		return false;
	for (size_t i = 0; i < VW_COUNT(enders); i++)
		if (sigismember(&hold->held, enders[i]) == 1 && sigismember(&pending, enders[i]) == 1)
			return true;
	return false;
}

void vw_hold_end(struct vw_hold *hold)
{
	if (!hold->holding)
		return;
	hold->holding = false;
	pthread_sigmask(SIG_UNBLOCK, &hold->held, NULL);
}

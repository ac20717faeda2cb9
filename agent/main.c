/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <syslog.h>
#include <unistd.h>

#include "agent/config.h"
#include "agent/http.h"
#include "agent/log.h"
#include "agent/service.h"
#include "agent/web/web.h"
#include "export/export.h"
#include "base/file.h"

enum { PROBLEM_SIZE = VW_HTTP_PROBLEM_MAX };

/* With a standard descriptor closed, the next file opened would take its number, and messages would go there.
 */
static void hold_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDONLY) < 0)
			return;
}

/* The help, or else the version. */
static int print(bool help)
{
	_cleanup_(vwb_buffer_free) struct vwb_buffer text = {0};

	if (help)
		vwd_config_help(&text);
	else
		vwb_put(&text, "virtwhered " VW_VERSION "\n");
	if (text.error < 0 || vwb_fd_write(STDOUT_FILENO, text.data, text.size) < 0)
		return VW_AGENT_FAILED;
	return VW_AGENT_OK;
}

/* What a service that starts would find wrong with what it is told. */
static int check(const struct vwd_config *config)
{
	_cleanup_(vwd_web_config_freep) struct vwd_web_config *web = NULL;
	char problem[PROBLEM_SIZE] = "";
	int r;

	if (!config->web_config)
		return VW_AGENT_OK;
	r = vwd_web_config_load(config->web_config, &web, problem, sizeof(problem));
	if (r == 0)
		return VW_AGENT_OK;
	vwd_log_say(LOG_ERR, "%s", problem);
	return r == -ENOMEM ? VW_AGENT_FAILED : VW_AGENT_CONFIG;
}

int main(int argc, char **argv)
{
	_cleanup_(vwd_config_free) struct vwd_config config = {0};
	char problem[PROBLEM_SIZE] = "";

	hold_standard_descriptors();
	if (vwd_config_read(argc, argv, &config, problem, sizeof(problem)) < 0) {
		vwd_log_say(LOG_ERR, "%s", problem);
		return VW_AGENT_CONFIG;
	}
	if (config.help || config.version)
		return print(config.help);
	if (config.check)
		return check(&config);
	return (int)vwd_service_run(argc, argv, &config);
}

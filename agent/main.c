/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <syslog.h>
#include <unistd.h>

#include "agent/config.h"
#include "agent/http.h"
#include "agent/log.h"
#include "agent/service.h"
#include "agent/web_config.h"
#include "export/export.h"
#include "export/file.h"

enum { PROBLEM_SIZE = VW_HTTP_PROBLEM_MAX };

/* With a standard descriptor closed, the next file opened would take its number, and messages would go there.
 */
static void hold_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDONLY) < 0)
			return;
}

static int print(const struct vw_buffer *text)
{
	int r = text->error;

	if (r == 0)
		r = vw_write_all(STDOUT_FILENO, text->data, text->size);
	return r < 0 ? VW_AGENT_FAILED : VW_AGENT_OK;
}

static int print_help(void)
{
	_cleanup_(vw_buffer_free) struct vw_buffer text = {0};

	vw_config_help(&text);
	return print(&text);
}

static int print_version(void)
{
	_cleanup_(vw_buffer_free) struct vw_buffer text = {0};

	vw_put(&text, "virtwhered " VW_VERSION "\n");
	return print(&text);
}

/* What a service that starts would find wrong with what it is told. */
static int check(const struct vw_config *config)
{
	_cleanup_(vw_web_config_freep) struct vw_web_config *web = NULL;
	char problem[PROBLEM_SIZE] = "";
	int r;

	if (!config->web_config)
		return VW_AGENT_OK;
	r = vw_web_config_load(config->web_config, &web, problem, sizeof(problem));
	if (r == 0)
		return VW_AGENT_OK;
	vw_say(LOG_ERR, "%s", problem);
	return r == -ENOMEM ? VW_AGENT_FAILED : VW_AGENT_CONFIG;
}

int main(int argc, char **argv)
{
	_cleanup_(vw_config_free) struct vw_config config = {0};
	char problem[PROBLEM_SIZE] = "";

	hold_standard_descriptors();
	if (vw_config_read(argc, argv, &config, problem, sizeof(problem)) < 0) {
		vw_say(LOG_ERR, "%s", problem);
		return VW_AGENT_CONFIG;
	}
	if (config.help)
		return print_help();
	if (config.version)
		return print_version();
	if (config.check)
		return check(&config);
	return (int)vw_service_run(argc, argv, &config);
}

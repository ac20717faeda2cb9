#compdef virtwhered
# SPDX-License-Identifier: MIT
# zsh completion of virtwhered(8)

_arguments \
	'(-c --config)'{-c,--config=}'[read this configuration]:file:_files' \
	'*'{-l,--listen=}'[serve HTTP there]:address:(127.0.0.1\:9796 [\:\:1]\:9796 /run/virtwhere/http)' \
	'--web-config-file=[TLS and passwords]:file:_files' \
	'--connections=[connections at one time]:count:' \
	'--timeout=[for a request to arrive, and for its answer to be taken]:time:' \
	'--report-file=[keep the report there]:file:_files' \
	'--state-directory=[remember the last report there]:directory:_directories' \
	'--textfile=[write the metrics there, too]:file:_files' \
	'--interval=[probe at least so often]:time:' \
	'--settle=[wait for so much quiet after an event of a device]:time:' \
	'--timing=-[measure how long a CPUID instruction takes]::answer:(yes no)' \
	'--snapshot=[report a recorded machine]:snapshot:_files' \
	'--check-config[read the configuration, say what is wrong with it, and end]' \
	'(-h --help)'{-h,--help}'[print help]' \
	'(-V --version)'{-V,--version}'[print the version]'

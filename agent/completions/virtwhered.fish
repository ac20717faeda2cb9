# SPDX-License-Identifier: MIT
# fish completion of virtwhered(8)

complete -c virtwhered -f
complete -c virtwhered -s c -l config -rF -d 'read this configuration'
complete -c virtwhered -s l -l listen -xa '127.0.0.1:9796 [::1]:9796 /run/virtwhere/http' -d 'serve HTTP there'
complete -c virtwhered -l web-config-file -rF -d 'TLS and passwords'
complete -c virtwhered -l connections -x -d 'connections at one time'
complete -c virtwhered -l timeout -x -d 'for a request to arrive, and for its answer to be taken'
complete -c virtwhered -l report-file -rF -d 'keep the report there'
complete -c virtwhered -l state-directory -xa '(__fish_complete_directories)' -d 'remember the last report there'
complete -c virtwhered -l textfile -rF -d 'write the metrics there, too'
complete -c virtwhered -l interval -x -d 'probe at least so often'
complete -c virtwhered -l settle -x -d 'wait for so much quiet after an event of a device'
complete -c virtwhered -l timing -d 'measure how long a CPUID instruction takes'
complete -c virtwhered -l snapshot -rF -d 'report a recorded machine'
complete -c virtwhered -l check-config -d 'read the configuration, say what is wrong with it, and end'
complete -c virtwhered -s h -l help -d 'print help'
complete -c virtwhered -s V -l version -d 'print the version'

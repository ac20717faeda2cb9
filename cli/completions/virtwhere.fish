# SPDX-License-Identifier: MIT
# fish completion of virtwhere(1)

set -l commands is explain drivers preflight snapshot passport metrics list help
set -l lists platforms targets words clouds containers hypervisors modes vmms confidential rows checks

function __virtwhere_words
    virtwhere list words 2>/dev/null | string replace -r ' +' \t
end

complete -c virtwhere -f
complete -c virtwhere -n "not __fish_seen_subcommand_from $commands" -a is -d 'exit 0 if every word holds'
complete -c virtwhere -n "not __fish_seen_subcommand_from $commands" -a explain -d 'every piece of evidence'
complete -c virtwhere -n "not __fish_seen_subcommand_from $commands" -a drivers -d 'is each device driven right'
complete -c virtwhere -n "not __fish_seen_subcommand_from $commands" -a preflight -d 'will an image boot there'
complete -c virtwhere -n "not __fish_seen_subcommand_from $commands" -a snapshot -d 'record all that a verdict rests on'
complete -c virtwhere -n "not __fish_seen_subcommand_from $commands" -a passport -d 'tell a guest the layers under it'
complete -c virtwhere -n "not __fish_seen_subcommand_from $commands" -a metrics -d 'for a monitoring system'
complete -c virtwhere -n "not __fish_seen_subcommand_from $commands" -a list -d 'the closed lists of other commands'
complete -c virtwhere -n "not __fish_seen_subcommand_from $commands" -a help -d 'help on a command'
complete -c virtwhere -n '__fish_seen_subcommand_from is' -a '(__virtwhere_words)'
complete -c virtwhere -n '__fish_seen_subcommand_from list' -a "$lists"
complete -c virtwhere -n '__fish_seen_subcommand_from help' -a "$commands"

complete -c virtwhere -n '__fish_seen_subcommand_from preflight' -F
complete -c virtwhere -n '__fish_seen_subcommand_from preflight' -l root -r -F -d 'the image'
complete -c virtwhere -n '__fish_seen_subcommand_from preflight' -s t -l target -xa '(virtwhere list targets 2>/dev/null | string replace -r " +" \t)' -d 'where it is to boot'
complete -c virtwhere -n '__fish_seen_subcommand_from preflight' -l kernel -xa 'all default' -d 'which kernels'
complete -c virtwhere -n '__fish_seen_subcommand_from preflight' -s o -l output -rF -d 'the file to write'
complete -c virtwhere -n '__fish_seen_subcommand_from preflight' -l ami-json -rF -d 'the answer of describe-images'
complete -c virtwhere -n '__fish_seen_subcommand_from drivers preflight' -l fail-on -xa 'fatal degraded advice' -d 'what makes it fail'
complete -c virtwhere -n '__fish_seen_subcommand_from preflight' -l format -xa 'text json junit tap sarif github'
complete -c virtwhere -n "not __fish_seen_subcommand_from $commands; or __fish_seen_subcommand_from explain drivers" -s o -l output -rF -d 'the file to write'
complete -c virtwhere -n '__fish_seen_subcommand_from snapshot' -s o -l output -rF -d 'where to record'
complete -c virtwhere -n '__fish_seen_subcommand_from snapshot' -l with-ids -d 'keep serials, UUIDs and instance ids'
complete -c virtwhere -n "not __fish_seen_subcommand_from $commands" -l format -xa 'text json html systemd-detect-virt virt-what'
complete -c virtwhere -n '__fish_seen_subcommand_from passport' -l format -xa 'text json qemu libvirt raw'
complete -c virtwhere -n '__fish_seen_subcommand_from metrics' -l format -xa 'prometheus openmetrics json'
complete -c virtwhere -n '__fish_seen_subcommand_from metrics' -l textfile -rF -d 'the file to write'
complete -c virtwhere -n '__fish_seen_subcommand_from is explain drivers snapshot list' -l format -xa 'text json'
complete -c virtwhere -n '__fish_seen_subcommand_from help' -l format -xa text
complete -c virtwhere -l json -d 'print JSON'
complete -c virtwhere -l snapshot -rF -d 'answer from a recorded machine'
complete -c virtwhere -l timing -d 'measure how long a CPUID instruction takes'
complete -c virtwhere -l color -d 'auto, always or never'
complete -c virtwhere -s v -l verbose -d 'leave nothing out to fit the screen'
complete -c virtwhere -s h -l help -d 'print help'
complete -c virtwhere -s V -l version -d 'print the version'

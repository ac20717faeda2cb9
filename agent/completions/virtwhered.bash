# SPDX-License-Identifier: MIT
# bash completion of virtwhered(8)

_virtwhered() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} word=''
	local options='--config --listen --web-config-file --connections --timeout --report-file --state-directory
		--textfile --interval --settle --timing --snapshot --check-config --help --version'

	# Readline parts words at '='.
	if [[ $cur == = ]]; then
		cur=''
	elif [[ $prev == = ]]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi

	COMPREPLY=()
	case $prev in
	--config | -c | --web-config-file | --report-file | --textfile | --snapshot)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		compopt -o filenames 2>/dev/null
		return
		;;
	--state-directory)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		compopt -o filenames 2>/dev/null
		return
		;;
	--listen | -l) word='127.0.0.1:9796 [::1]:9796 /run/virtwhere/http' ;;
	--timing) word='yes no' ;;
	--connections | --timeout | --interval | --settle) ;;
	*) word=$options ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$word" -- "$cur")
}

complete -F _virtwhered virtwhered

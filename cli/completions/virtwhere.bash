# SPDX-License-Identifier: MIT
# bash completion of virtwhere(1)

_virtwhere_list() {
	virtwhere list "$1" 2>/dev/null | cut -d' ' -f1
}

_virtwhere() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command='' word i
	local commands='is explain drivers preflight snapshot passport metrics list help'
	local options='--json --json=compact --format --snapshot --timing --color --verbose --help --version'

	# Readline parts words at '='.
	if [[ $cur == = ]]; then
		cur=''
	elif [[ $prev == = ]]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi

	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $word in
		--format | --snapshot | --output | -o | --root | --target | -t | --kernel | --ami-json | --fail-on | --textfile) ((i++)) ;;
		-*) ;;
		*)
			if [[ " $commands " == *" $word "* ]]; then
				command=$word
				break
			fi
			;;
		esac
	done

	COMPREPLY=()
	case $prev in
	--snapshot | --output | -o | --ami-json | --textfile)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		compopt -o filenames
		return
		;;
	--format)
		case $command in
		'') word='text json html systemd-detect-virt virt-what' ;;
		passport) word='text json qemu libvirt raw' ;;
		metrics) word='prometheus openmetrics json' ;;
		preflight) word='text json junit tap sarif github' ;;
		help) word='text' ;;
		*) word='text json' ;;
		esac
		mapfile -t COMPREPLY < <(compgen -W "$word" -- "$cur")
		return
		;;
	--root)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		compopt -o filenames
		return
		;;
	--target | -t)
		mapfile -t COMPREPLY < <(compgen -W "$(_virtwhere_list targets)" -- "$cur")
		return
		;;
	--kernel)
		mapfile -t COMPREPLY < <(compgen -W 'all default' -- "$cur")
		return
		;;
	--fail-on)
		mapfile -t COMPREPLY < <(compgen -W 'fatal degraded advice' -- "$cur")
		return
		;;
	--color)
		mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur")
		return
		;;
	--json)
		mapfile -t COMPREPLY < <(compgen -W 'compact pretty' -- "$cur")
		return
		;;
	esac

	[[ $command == preflight ]] && options+=' --root --target --kernel --output --ami-json --fail-on'
	[[ $command == '' || $command == explain || $command == drivers ]] && options+=' --output'
	[[ $command == drivers ]] && options+=' --fail-on'
	[[ $command == metrics ]] && options+=' --textfile'
	[[ $command == snapshot ]] && options+=' --output --with-ids'
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
		return
	fi
	case $command in
	'') word=$commands ;;
	is) word=$(_virtwhere_list words) ;;
	list) word='platforms targets words clouds containers hypervisors modes vmms confidential rows checks' ;;
	help) word=$commands ;;
	preflight)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	*) word='' ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$word" -- "$cur")
}

complete -F _virtwhere virtwhere

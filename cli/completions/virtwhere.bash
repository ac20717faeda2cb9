# SPDX-License-Identifier: MIT
# bash completion of virtwhere(1)

_virtwhere_list() {
	virtwhere list "$1" 2>/dev/null | cut -d' ' -f1
}

_virtwhere() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command='' word i
	local commands='is explain snapshot passport list help'
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
		--format | --snapshot | --output | -o) ((i++)) ;;
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
	--snapshot | --output | -o)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		compopt -o filenames
		return
		;;
	--format)
		case $command in
		'') word='text json systemd-detect-virt virt-what' ;;
		passport) word='text json qemu libvirt raw' ;;
		*) word='text json' ;;
		esac
		mapfile -t COMPREPLY < <(compgen -W "$word" -- "$cur")
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

	[[ $command == snapshot ]] && options+=' --output --with-ids'
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
		return
	fi
	case $command in
	'') word=$commands ;;
	is) word=$(_virtwhere_list words) ;;
	list) word='platforms targets words clouds containers hypervisors modes vmms confidential rows' ;;
	help) word=$commands ;;
	*) word='' ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$word" -- "$cur")
}

complete -F _virtwhere virtwhere

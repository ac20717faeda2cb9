#compdef virtwhere
# SPDX-License-Identifier: MIT
# zsh completion of virtwhere(1)

_virtwhere_words() {
	local -a words
	words=(${${(f)"$(_call_program words virtwhere list words 2>/dev/null)"}%% *})
	_describe -t words word words
}

_virtwhere() {
	local curcontext=$curcontext state line
	local -a commands options formats

	commands=(
		'is:exit 0 if every word holds'
		'explain:every piece of evidence, and what it supports'
		'drivers:is each device driven by the driver that it needs'
		'preflight:will an image boot there, and be driven right'
		'snapshot:record all that a verdict rests on'
		'passport:the line that tells a guest the layers under it'
		'metrics:what a monitoring system shall know, once'
		'list:the closed lists that other commands use'
		'help:help on a command'
	)
	case $words[(r)(is|explain|drivers|preflight|snapshot|passport|metrics|list|help)] in
	passport) formats=(text json qemu libvirt raw) ;;
	metrics) formats=(prometheus openmetrics json) ;;
	preflight) formats=(text json junit tap sarif github) ;;
	help) formats=(text) ;;
	is | explain | drivers | snapshot | list) formats=(text json) ;;
	*) formats=(text json html systemd-detect-virt virt-what) ;;
	esac
	options=(
		'--json=-[print JSON]::style:(pretty compact)'
		"--format=[print in another format]:format:($formats)"
		'--snapshot=[answer from a recorded machine]:snapshot:_files'
		'--timing[measure how long a CPUID instruction takes]'
		'--color=-[colour]::when:(auto always never)'
		'(-v --verbose)'{-v,--verbose}'[leave nothing out to fit the screen]'
		'(-h --help)'{-h,--help}'[print help]'
		'(-V --version)'{-V,--version}'[print the version]'
	)
	if (( $words[(I)preflight] )); then
		options+=(
			'--root=[the image]:root:_files'
			'*'{-t,--target=}"[where it is to boot]:target:(${${(f)"$(virtwhere list targets 2>/dev/null)"}%% *})"
			'--kernel=[which kernels]:kernel:(all default)'
			'(-o --output)'{-o,--output=}'[the file to write]:path:_files'
			'--ami-json=[the answer of describe-images]:file:_files'
		)
	fi
	if (( $words[(I)(drivers|preflight)] )); then
		options+=('--fail-on=[what makes it fail]:severity:(fatal degraded advice)')
	fi
	if (( ! $words[(I)(is|preflight|snapshot|passport|metrics|list|help)] )); then
		options+=('(-o --output)'{-o,--output=}'[the file to write]:path:_files')
	fi
	if (( $words[(I)metrics] )); then
		options+=('--textfile=[the file to write]:path:_files')
	fi
	if (( $words[(I)snapshot] )); then
		options+=(
			'(-o --output)'{-o,--output=}'[where to record]:path:_files'
			'--with-ids[keep serials, UUIDs, MAC addresses and instance ids]'
		)
	fi

	_arguments -C $options '1: :->command' '*: :->argument'
	case $state in
	command) _describe -t commands command commands ;;
	argument)
		case $line[1] in
		is) _virtwhere_words ;;
		list) _values list platforms targets words clouds containers hypervisors modes vmms confidential rows checks ;;
		help) _describe -t commands command commands ;;
		preflight) _files ;;
		esac
		;;
	esac
}

_virtwhere "$@"

# SPDX-License-Identifier: MIT
# `make lint`; `make tidy/FILE.c` looks at one file.

sets_up += lint

lint: ## formatting, static analysis and manual pages, without a warning
	@packaging/packages install $(build_groups) test lint
	+@$(again) --output-sync=target lint-all

tidy_sources := $(sources:%=tidy/%)
.PHONY: lint-all lint-format lint-cppcheck lint-other $(tidy_sources)
lint-all: lint-format lint-cppcheck lint-other $(tidy_sources)

lint-format:
	$(Q)clang-format --dry-run -Werror $(sources) $(all_headers)

lint-cppcheck:
	$(Q)cppcheck --quiet --std=c11 --language=c -I. --platform=unix64 --error-exitcode=1 --inline-suppr \
		--enable=warning,performance,portability --suppress=missingIncludeSystem \
		--suppress=constStatement $(filter-out tests/unit/% cli/commands.c,$(sources))

lint-other:
	$(Q)shellcheck -x packaging/packages .ci/run .ci/steps $(wildcard tests/*/*.sh tests/*/*/*.sh)
	$(Q)pyflakes3 $(wildcard bench/*.py tests/*.py tests/*/*.py tests/labs/*/*.py)
	$(Q)mandoc -T lint -W warning $(wildcard */man/*.[1-8]) </dev/null

$(tidy_sources): tidy/%:
	$(call say,TIDY,$*)
	$(Q)clang-tidy --quiet $* -- $(filter-out $(instrument) -f%,$(compile_flags)) $(own_flags) $(cmocka_cflags) 2>/dev/null

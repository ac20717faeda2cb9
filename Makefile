# SPDX-License-Identifier: MIT
VERSION := 0.1.0

# --- what may be set from outside: CC CFLAGS LDFLAGS PREFIX DESTDIR CROSS V ---

PREFIX  ?= /usr/local
DESTDIR ?=
CROSS   ?=
PYTHON  ?= /usr/bin/python3

ifneq ($(CROSS),)
  BUILD ?= build/$(CROSS)
  CC := $(CROSS)-gcc
  pkg_path := PKG_CONFIG_LIBDIR=/usr/lib/$(CROSS)/pkgconfig:/usr/share/pkgconfig
  EMULATOR := qemu-$(firstword $(subst -, ,$(CROSS)))
else
  BUILD ?= build
  ifeq ($(origin CC),default)
    CC := gcc
  endif
endif
PKG_CONFIG ?= pkg-config

comma := ,
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(2)')

# --- flags ---

# The machine that the compiler makes code for; asked once, and only where something is compiled.
target = $(eval target := $(shell $(CC) -dumpmachine 2>/dev/null))$(target)
x86    = $(filter x86_64-% i386-% i486-% i586-% i686-%,$(target))

warnings  := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla -Werror
hardening  = -fstack-protector-strong -fstack-clash-protection $(if $(x86),-fcf-protection) \
             $(if $(filter aarch64-%,$(target)),-mbranch-protection=standard)
fortify   := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
sanitize  := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# SANITIZE=1 is what `make check-sanitize` sets.
instrument = $(if $(SANITIZE),$(sanitize),$(fortify))

# libcpuid, which exists for x86 only, is linked. libpci, libarchive and the decompressors are opened when first
# needed, so only their headers count here; jansson too, where there is no archive of it.
linked  = $(if $(x86),libcpuid)
headers = libpci jansson libarchive zlib liblzma libzstd
# The service's own: linked, for it starts once.
agent_linked = libsystemd libudev libmicrohttpd inih yaml-0.1 libcrypt gnutls

pkg = $(if $(strip $(2)),$(shell $(pkg_path) $(PKG_CONFIG) $(1) $(2)))
library_cflags = $(eval library_cflags := $(call pkg,--cflags,$(linked) $(headers)))$(library_cflags)

# Finding and relocating a shared library costs each start more than what we call in it: where the archives of
# libcpuid and jansson are at hand, they are linked in. Empty where they are not.
archive_of     = $(filter /%,$(shell $(CC) -print-file-name=$(1).a))
jansson_linked = $(eval jansson_linked := $(call archive_of,libjansson))$(jansson_linked)
library_libs   = $(eval library_libs := $(jansson_linked) $(if $(linked),$(or $(call archive_of,libcpuid),$(call \
                 pkg,--libs,$(linked)))))$(library_libs)
# A sanitizer stands before crypt_r() without having it: the linker would think that nobody needs the library.
agent_libs     = $(eval agent_libs := $(call pkg,--libs,$(agent_linked)) $(if \
                 $(SANITIZE),-Wl$(comma)--no-as-needed -lcrypt -Wl$(comma)--as-needed))$(agent_libs)
cmocka_cflags  = $(eval cmocka_cflags := $(call pkg,--cflags,cmocka))$(cmocka_cflags)
cmocka_libs    = $(eval cmocka_libs := $(call pkg,--libs,cmocka))$(cmocka_libs)

compile_flags = -std=gnu11 -O2 -g -I. -D_GNU_SOURCE -DVW_VERSION='"$(VERSION)"' $(warnings) -fPIE \
                $(hardening) $(instrument) $(library_cflags) $(if $(jansson_linked),-DVW_JANSSON_LINKED) \
                $(CPPFLAGS) $(CFLAGS)
# All symbols are bound at start: so few are used that this costs nothing that can be measured.
link_flags    = -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed -Wl,-O1 -Wl,--hash-style=gnu \
                $(if $(SANITIZE),$(sanitize)) $(CFLAGS) $(LDFLAGS)

# --- files ---

# Each data file and its place below PREFIX/share.
installed_data := \
	cli/man/virtwhere.1:man/man1/virtwhere.1 \
	cli/completions/virtwhere.bash:bash-completion/completions/virtwhere \
	cli/completions/virtwhere.zsh:zsh/site-functions/_virtwhere \
	cli/completions/virtwhere.fish:fish/vendor_completions.d/virtwhere.fish \
	export/report.schema.json:virtwhere/report.schema.json \
	export/preflight.schema.json:virtwhere/preflight.schema.json \
	agent/man/virtwhered.8:man/man8/virtwhered.8 \
	agent/completions/virtwhered.bash:bash-completion/completions/virtwhered \
	agent/completions/virtwhered.zsh:zsh/site-functions/_virtwhered \
	agent/completions/virtwhered.fish:fish/vendor_completions.d/virtwhered.fish \
	agent/man/virtwhered.conf.5:man/man5/virtwhered.conf.5 \
	systemd/virtwhered.conf:virtwhere/virtwhered.conf \
	packaging/prometheus/virtwhere.rules.yml:virtwhere/prometheus/virtwhere.rules.yml \
	packaging/grafana/virtwhere.json:virtwhere/grafana/virtwhere.json

# Each file of systemd's and its place below PREFIX/lib/systemd; @bindir@ in it becomes PREFIX/bin.
installed_units := \
	systemd/virtwhered.service:system/virtwhered.service \
	systemd/virtwhered.socket:system/virtwhered.socket \
	systemd/virtwhere-textfile.service:system/virtwhere-textfile.service \
	systemd/virtwhere-textfile.timer:system/virtwhere-textfile.timer \
	systemd/90-virtwhere.preset:system-preset/90-virtwhere.preset \
	systemd/virtwhered.catalog:catalog/virtwhered.catalog

# The program is cli/main.c and the library; a test links the library too, so that it reaches all but main().
library_sources := $(wildcard detect/*.c probes/*.c probes/*/*.c export/*.c) \
                   $(filter-out cli/main.c,$(wildcard cli/*.c))
agent_sources   := $(filter-out agent/main.c,$(wildcard agent/*.c))
unit_sources    := $(wildcard tests/unit/test_*.c)
tool_sources    := $(wildcard tests/tools/*.c bench/*.c)
fuzz_sources    := $(wildcard tests/fuzz/*.c)
sources         := $(library_sources) $(agent_sources) $(wildcard cli/main.c agent/main.c) $(unit_sources) $(tool_sources) $(fuzz_sources)
all_headers     := $(wildcard */*.h probes/*/*.h tests/*/*.h)

library_objects := $(library_sources:%.c=$(BUILD)/%.o)
agent_objects   := $(agent_sources:%.c=$(BUILD)/%.o)
objects         := $(sources:%.c=$(BUILD)/%.o)

library := $(BUILD)/libvirtwhere.a
program := $(BUILD)/virtwhere
service := $(if $(wildcard agent/main.c),$(BUILD)/virtwhered)
units   := $(unit_sources:%.c=$(BUILD)/%)
# What tests agent/ is called so, and links the service's libraries.
agent_units := $(filter $(BUILD)/tests/unit/test_agent_%,$(units))
tools   := $(tool_sources:%.c=$(BUILD)/%)
agent_tools := $(filter $(BUILD)/tests/tools/agent_%,$(tools))
fuzzers := $(patsubst %.c,$(BUILD)/%,$(filter-out tests/fuzz/main.c,$(fuzz_sources)))
agent_fuzzers := $(filter $(BUILD)/tests/fuzz/agent,$(fuzzers))

.DELETE_ON_ERROR:
.SECONDARY: $(objects)
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:

# Package groups (packaging/debian.packages) of a build for this machine.
build_groups := build $(if $(filter x86_64 i%86,$(shell uname -m)),build-x86)

# A missing library is told once, before anything is compiled. These goals compile nothing themselves.
ifneq ($(filter-out run check bench bench-service bench-images lint check-fleet check-system check-xen check-sanitize check-clang \
	check-cross check-fuzz check-page lab lab-quick \
	lab-fixtures lab-programs oracle oracle-quick oracle-program layouts clean uninstall help,$(or $(MAKECMDGOALS),all)),)
  needed := $(linked) $(headers) $(agent_linked) $(if $(filter check-% units tools,$(MAKECMDGOALS)),cmocka)
  found   = $(shell $(pkg_path) $(PKG_CONFIG) --exists $(1) 2>/dev/null && echo yes)
  package = $(shell awk '$$3 == "pc:$(1)" { print $$2 }' packaging/debian.packages)
  ifeq ($(target),)
    $(error $(CC) is missing: apt-get install $(or $(CROSS:%=gcc-%),$(CC)), or: make run as root)
  else ifeq ($(shell command -v $(PKG_CONFIG)),)
    $(error $(PKG_CONFIG) is missing: apt-get install pkgconf, or: make run as root)
  else ifeq ($(call found,$(needed)),)
    $(foreach one,$(needed),$(if $(call found,$(one)),,$(error $(one) is missing: apt-get install \
      $(call package,$(one))$(if $(CROSS),:arm64$(comma) or: make check-cross,$(comma) or: make $(if \
      $(filter cmocka,$(one)),check,run)) as root)))
  endif
endif

# What people call installs packages first and then calls make again, on all processors unless told otherwise.
again = $(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

# --- people's targets ---

.PHONY: all run check install uninstall lint bench bench-service bench-images check-fleet check-system check-xen check-sanitize \
	check-clang check-cross check-fuzz check-page check-unit clean help check-all units tools fuzzers need-libraries FORCE

all: $(program) $(service) ## build build/virtwhere and build/virtwhered

run: ## install what the build needs, build, and say where this machine runs
	@packaging/packages install $(build_groups)
	+@$(again) all
	$(BUILD)/virtwhere

check: ## install what the tests need, build, and run every test
	@packaging/packages install $(build_groups) test
	+@$(again) check-all

install: $(program) $(service) ## install under $(DESTDIR)$(PREFIX): programs, manuals, completions, units, rules
	install -D -m 755 -t $(DESTDIR)$(PREFIX)/bin $(program) $(service)
	$(foreach file,$(installed_data),install -D -m 644 $(subst :, $(DESTDIR)$(PREFIX)/share/,$(file)) &&) true
	$(foreach file,$(installed_units),install -D -m 644 $(subst :, $(DESTDIR)$(PREFIX)/lib/systemd/,$(file)) && \
		sed -i 's,@bindir@,$(PREFIX)/bin,' $(DESTDIR)$(PREFIX)/lib/systemd/$(lastword $(subst :, ,$(file))) &&) true

uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/virtwhere $(DESTDIR)$(PREFIX)/bin/virtwhered
	$(foreach file,$(installed_data),rm -f $(DESTDIR)$(PREFIX)/share/$(lastword $(subst :, ,$(file))) &&) true
	$(foreach file,$(installed_units),rm -f $(DESTDIR)$(PREFIX)/lib/systemd/$(lastword $(subst :, ,$(file))) &&) true

lint: ## formatting, static analysis and manual pages, without a warning
	@packaging/packages install $(build_groups) test lint
	+@$(again) --output-sync=target lint-all

check-fleet: ## a real Prometheus scrapes 300 agents; its rules and the dashboard's queries against them
	@packaging/packages install $(build_groups) test fleet
	+@$(again) all
	$(PYTHON) tests/fleet/fleet.py $(BUILD)

check-system: ## boot a real systemd in QEMU, with the service installed; as root
	@packaging/packages install $(build_groups)
	+@$(again) all
	$(PYTHON) tests/system/system.py --build $(BUILD)

check-xen: ## save and restore a Xen guest in which the service runs; as root
	@packaging/packages install $(build_groups)
	+@$(again) all
	$(PYTHON) tests/system/xen.py --build $(BUILD) --work $(LAB_WORK)

bench-service: ## measure the service beside node_exporter and write docs/service-performance.md
	@packaging/packages install $(build_groups) test fleet
	+@$(again) all
	$(PYTHON) bench/service.py $(BUILD) docs/service-performance.md

bench: ## measure speed against the peers and write docs/performance.md
	@packaging/packages install $(build_groups) bench
	+@$(again) all tools
	$(PYTHON) bench/bench.py $(BUILD) docs/performance.md

bench-images: ## measure pre-flight beside other readers, into docs/performance.md; ROOT= a Debian root with two kernels
	@packaging/packages install $(build_groups) bench-images
	+@$(again) all
	$(PYTHON) bench/images.py $(BUILD) docs/performance.md $(ROOT)

check-sanitize: ## every test again on a build with ASan and UBSan, in build/asan/
	@packaging/packages install $(build_groups) test
	+@$(again) BUILD=build/asan SANITIZE=1 check-all

check-clang: ## build with clang, in build/clang/, and run the unit tests
	@packaging/packages install $(build_groups) test clang
	+@$(again) BUILD=build/clang CC=clang all check-unit

check-cross: ## build for arm64, in build/aarch64-linux-gnu/, and run the unit tests under qemu-user
	@packaging/packages install build test arm64
	+@$(again) CROSS=aarch64-linux-gnu all check-unit

SECONDS ?= 20
check-fuzz: ## feed hostile bytes to every parser, SECONDS=20 for each; builds in build/fuzz/
	@packaging/packages install $(build_groups) fuzz
	+@$(again) BUILD=build/fuzz CC=clang SANITIZE=1 CFLAGS=-fsanitize=fuzzer-no-link fuzzers
	$(PYTHON) tests/fuzz/run.py --seconds $(SECONDS) build/fuzz/tests/fuzz

AXE := build/page/node_modules/axe-core/axe.min.js
AXE_VERSION := 4.14.1
check-page: ## look at the page in headless Chromium, with axe-core; pictures in build/page/
	@packaging/packages install $(build_groups)
	+@$(again) $(program) $(service)
	@packaging/packages install page || true
	@test -e $(AXE) || npm install --prefix build/page --no-audit --no-fund --ignore-scripts \
		axe-core@$(AXE_VERSION) >/dev/null || true
	$(PYTHON) tests/page/check.py $(program) --axe $(AXE) --pictures build/page || test $$? = 77

clean: ## remove build/
	rm -rf build

help: ## print this
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | \
		awk -F'|' '{ printf "%-22s %s\n", $$1, $$2 }'
	@echo '  CC=clang, CROSS=aarch64-linux-gnu, CFLAGS=, LDFLAGS=, PREFIX=, DESTDIR=, V=1 where they make sense'

# --- what they are made of ---

units: $(units)
tools: $(tools)
fuzzers: $(fuzzers)

check-all: $(program) $(service) $(units) $(tools)
	$(PYTHON) tests/run.py --build $(BUILD) --cc $(CC) all

check-unit: $(units)
	$(PYTHON) tests/run.py --build $(BUILD) $(if $(EMULATOR),--emulator $(EMULATOR)) unit

tidy_sources := $(sources:%=tidy/%)
.PHONY: lint-all lint-format lint-cppcheck lint-other $(tidy_sources)
lint-all: lint-format lint-cppcheck lint-other $(tidy_sources)

lint-format:
	$(Q)clang-format --dry-run -Werror $(sources) $(all_headers)

lint-cppcheck:
	$(Q)cppcheck --quiet --std=c11 --language=c -I. --platform=unix64 --error-exitcode=1 --inline-suppr \
		--enable=warning,performance,portability --suppress=missingIncludeSystem \
		--suppress=constStatement $(filter-out tests/unit/%,$(sources))

lint-other:
	$(Q)shellcheck packaging/packages .ci/run $(wildcard tests/*/*.sh)
	$(Q)pyflakes3 $(wildcard bench/*.py tests/*.py tests/*/*.py)
	$(Q)mandoc -T lint -W warning $(wildcard */man/*.[1-8]) </dev/null

$(tidy_sources): tidy/%:
	$(call say,TIDY,$*)
	$(Q)clang-tidy --quiet $* -- $(filter-out $(instrument) -f%,$(compile_flags)) $(cmocka_cflags) 2>/dev/null

$(program): $(BUILD)/cli/main.o $(library)
	$(call say,LINK,$@)
	$(Q)$(CC) -o $@ $^ $(link_flags) $(library_libs)

$(library): $(library_objects)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(service): $(BUILD)/agent/main.o $(agent_objects) $(library)
	$(call say,LINK,$@)
	$(Q)$(CC) -o $@ $^ $(link_flags) $(agent_libs) $(library_libs)

$(agent_units): $(agent_objects)
$(agent_units): test_libs = $(agent_libs)
$(units): %: %.o $(library)
	$(call say,LINK,$@)
	$(Q)$(CC) -o $@ $(filter-out %.a,$^) $(filter %.a,$^) $(link_flags) $(cmocka_libs) $(test_libs) $(library_libs)

$(agent_tools): $(agent_objects)
$(agent_tools): tool_libs = $(agent_libs)
$(tools): %: %.o $(library)
	$(call say,LINK,$@)
	$(Q)$(CC) -o $@ $(filter-out %.a,$^) $(filter %.a,$^) $(link_flags) $(tool_libs) $(library_libs)

# libFuzzer brings main(), and main.c what it calls.
$(agent_fuzzers): $(agent_objects)
$(agent_fuzzers): fuzz_libs = $(agent_libs)
$(fuzzers): %: %.o $(BUILD)/tests/fuzz/main.o $(library)
	$(call say,LINK,$@)
	$(Q)$(CC) -fsanitize=fuzzer -o $@ $(filter-out %.a,$^) $(filter %.a,$^) $(link_flags) $(fuzz_libs) $(library_libs)

$(objects): $(BUILD)/%.o: %.c $(BUILD)/flags
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(compile_flags) $(if $(filter tests/unit/%,$<),$(cmocka_cflags)) -MMD -MP -c -o $@ $<

# Changes only when the compiler or its flags do; everything built depends on it.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(CC) $(target) $(compile_flags) $(link_flags))' | cmp -s - $@ || \
		echo '$(subst ','\'',$(CC) $(target) $(compile_flags) $(link_flags))' >$@

# --- the lab: real hypervisors (tests/lab/) ---

LAB_WORK ?= build/lab
lab_run = $(PYTHON) tests/lab/lab.py --work $(LAB_WORK) $(LAB_FLAGS)

.PHONY: lab lab-quick lab-fixtures lab-programs

lab: lab-programs ## boot hypervisors, virtwhere in each guest, and write docs/lab.md; ENV="l2-q35 uml" for some
	$(lab_run) $(if $(ENV),$(ENV),--document docs/lab.md)

lab-quick: lab-programs ## the part of the lab that fits into 15 minutes, two machines at a time
	$(lab_run) --quick --lanes 2

lab-fixtures: lab-programs ## boot all of the lab and renew the fixtures in tests/corpus/lab/
	$(lab_run) --document docs/lab.md --fixtures tests/corpus/lab

lab-programs:
	@packaging/packages install $(build_groups) test arm64
	@$(MAKE) --no-print-directory all
	@$(MAKE) --no-print-directory CROSS=aarch64-linux-gnu all

# --- the oracle: images, and whether they boot (tests/oracle/) ---

ORACLE_WORK ?= build/oracle
oracle_run = $(PYTHON) tests/oracle/oracle.py --work $(ORACLE_WORK) --program $(program) --lanes 2 $(ORACLE_FLAGS)

.PHONY: oracle oracle-quick oracle-program

oracle: oracle-program ## make images, judge and boot each, and write docs/oracle.md; IMAGE="cloud-xz" for some
	$(oracle_run) $(if $(IMAGE),$(IMAGE),--document docs/oracle.md)

oracle-quick: oracle-program ## the part of the oracle that fits into 5 minutes
	$(oracle_run) --quick

oracle-program:
	@packaging/packages install $(build_groups) oracle
	+@$(again) all

# --- layouts of distributions, with a real kernel (tests/layouts/) ---

LAYOUTS_WORK ?= build/layouts

.PHONY: layouts

layouts: oracle-program ## read whole what Debian's tools make, check every layout with it, and write docs/preflight-layouts.md
	+@$(again) tools
	$(PYTHON) tests/layouts/whole.py --work $(LAYOUTS_WORK) --program $(program) --document docs/preflight-layouts.md
	$(PYTHON) tests/e2e/layouts.py $(program) --real $(LAYOUTS_WORK)

-include $(objects:.o=.d)

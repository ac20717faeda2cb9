# SPDX-License-Identifier: MIT
VERSION := 0.1.0

# May be set from outside: CC CFLAGS LDFLAGS PREFIX DESTDIR CROSS V.

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

# Flags.

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

# Files.

# The program is cli/main.c and the library; a test links the library too, so that it reaches all but main().
library_sources := $(wildcard base/*.c detect/*/*.c probes/*/*.c export/*.c) \
                   $(filter-out cli/main.c,$(wildcard cli/*.c))
agent_sources   := $(filter-out agent/main.c,$(wildcard agent/*.c agent/web/*.c))
unit_sources    := $(wildcard tests/unit/test_*.c)
tool_sources    := $(wildcard tests/tools/*.c bench/*.c)
fuzz_sources    := $(wildcard tests/fuzz/*.c)
sources         := $(library_sources) $(agent_sources) $(wildcard cli/main.c agent/main.c) $(unit_sources) $(tool_sources) $(fuzz_sources)
all_headers     := $(wildcard */*.h detect/*/*.h probes/*/*.h agent/*/*.h tests/*/*.h)

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

# Targets that install packages first and then call make again: they compile nothing themselves.
sets_up := run check mutate check-sanitize check-clang check-cross check-fuzz
include packaging/install.mk bench/bench.mk tests/lint.mk tests/labs/labs.mk

# A missing library is reported once, before anything is compiled.
ifneq ($(filter-out $(sets_up) clean uninstall help,$(or $(MAKECMDGOALS),all)),)
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

# Such a target calls make on all processors unless told otherwise.
again = $(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

.PHONY: all clean help check-all check-unit units tools fuzzers FORCE $(sets_up)
.DEFAULT_GOAL := all

all: $(program) $(service) ## build build/virtwhere and build/virtwhered

run: ## install what the build needs, build, and say where this machine runs
	@packaging/packages install $(build_groups)
	+@$(again) all
	$(BUILD)/virtwhere

check: ## install what the tests need, build, and run every test
	@packaging/packages install $(build_groups) test
	+@$(again) check-all

check-sanitize: ## every test again on a build with ASan and UBSan, in build/asan/
	@packaging/packages install $(build_groups) test
	+@$(again) BUILD=build/asan SANITIZE=1 check-all

check-clang: ## build with clang, in build/clang/, and run the unit tests
	@packaging/packages install $(build_groups) test clang
	+@$(again) BUILD=build/clang CC=clang all check-unit

check-cross: ## build for arm64, in build/aarch64-linux-gnu/, and run the unit tests under qemu-user
	@packaging/packages install build test arm64
	+@$(again) CROSS=aarch64-linux-gnu all check-unit

COUNT ?= 600
SEED ?= 1
mutate: ## change the program in COUNT=600 small ways, drawn by SEED=1, and see what the tests notice; into docs/tests.md
	@packaging/packages install $(build_groups) test
	$(PYTHON) tests/mutate/mutate.py --count $(COUNT) --seed $(SEED) $(if $(REST),--rest) --document docs/tests.md

SECONDS ?= 20
check-fuzz: ## feed hostile bytes to every parser, SECONDS=20 for each; builds in build/fuzz/
	@packaging/packages install $(build_groups) fuzz
	+@$(again) BUILD=build/fuzz CC=clang SANITIZE=1 CFLAGS=-fsanitize=fuzzer-no-link fuzzers
	$(PYTHON) tests/fuzz/run.py --seconds $(SECONDS) build/fuzz/tests/fuzz

clean: ## remove build/
	rm -rf build

help: ## print this
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' $(filter-out %.d,$(MAKEFILE_LIST)) | \
		awk -F'|' '{ printf "%-22s %s\n", $$1, $$2 }'
	@echo '  CC=clang, CROSS=aarch64-linux-gnu, CFLAGS=, LDFLAGS=, PREFIX=, DESTDIR=, V=1 where they make sense'

# What they are made of.

units: $(units)
tools: $(tools)
fuzzers: $(fuzzers)

check-all: $(program) $(service) $(units) $(tools)
	$(PYTHON) tests/run.py --build $(BUILD) --cc $(CC) all

check-unit: $(units)
	$(PYTHON) tests/run.py --build $(BUILD) $(if $(EMULATOR),--emulator $(EMULATOR)) unit

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
# This one has a stand-in for a library that may be missing.
$(BUILD)/tests/unit/test_image_initramfs: test_libs = -Wl,--wrap=vwb_dynlib_open
# And this one has allocations that fail.
$(BUILD)/tests/unit/test_image_memory: test_libs = $(addprefix -Wl$(comma)--wrap=vwb_arena_,alloc array copy string printf failed)
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
	$(Q)$(CC) $(compile_flags) $(own_flags) $(if $(filter tests/unit/%,$<),$(cmocka_cflags)) -MMD -MP -c -o $@ $<

# The list of commands: a file of cli/ that has a command's row is enough.
command_rows = $(shell sed -n 's/^const struct vwc_command vwc_\([a-z_]*\)_command = {/COMMAND(\1)/p' $(wildcard cli/*.c))
$(BUILD)/cli/commands.o: $(wildcard cli/*.c)
$(BUILD)/cli/commands.o tidy/cli/commands.c: private own_flags = '-DVWC_COMMANDS=$(command_rows)'

# Changes only when the compiler or its flags do; everything built depends on it.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(CC) $(target) $(compile_flags) $(link_flags))' | cmp -s - $@ || \
		echo '$(subst ','\'',$(CC) $(target) $(compile_flags) $(link_flags))' >$@

-include $(objects:.o=.d)

# SPDX-License-Identifier: MIT
# Tests that boot machines, or need a browser or a Prometheus. Each target installs the packages that it needs.

sets_up += check-fleet check-system check-xen check-page lab lab-quick lab-fixtures lab-programs \
	oracle oracle-quick oracle-program layouts

check-fleet: ## a real Prometheus scrapes 300 agents; its rules and the dashboard's queries against them
	@packaging/packages install $(build_groups) test fleet
	+@$(again) all
	$(PYTHON) tests/labs/fleet/fleet.py $(BUILD)

check-system: ## boot a real systemd in QEMU, with the service installed; as root
	@packaging/packages install $(build_groups)
	+@$(again) all
	$(PYTHON) tests/labs/system/system.py --build $(BUILD)

check-xen: ## save and restore a Xen guest in which the service runs; as root
	@packaging/packages install $(build_groups)
	+@$(again) all
	$(PYTHON) tests/labs/system/xen.py --build $(BUILD) --work $(LAB_WORK)

AXE := build/page/node_modules/axe-core/axe.min.js
AXE_VERSION := 4.14.1
check-page: ## look at the page in headless Chromium, with axe-core; pictures in build/page/
	@packaging/packages install $(build_groups)
	+@$(again) $(program) $(service)
	@packaging/packages install page || true
	@test -e $(AXE) || npm install --prefix build/page --no-audit --no-fund --ignore-scripts \
		axe-core@$(AXE_VERSION) >/dev/null || true
	$(PYTHON) tests/labs/page/check.py $(program) --axe $(AXE) --pictures build/page || test $$? = 77

# The lab: real hypervisors (tests/labs/boot/).

LAB_WORK ?= build/lab
lab_run = $(PYTHON) tests/labs/boot/lab.py --work $(LAB_WORK) $(LAB_FLAGS)

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

# The oracle: images, and whether they boot (tests/labs/images/).

ORACLE_WORK ?= build/oracle
oracle_run = $(PYTHON) tests/labs/images/oracle.py --work $(ORACLE_WORK) --program $(program) --lanes 2 $(ORACLE_FLAGS)

oracle: oracle-program ## make images, judge and boot each, and write docs/oracle.md; IMAGE="cloud-xz" for some
	$(oracle_run) $(if $(IMAGE),$(IMAGE),--document docs/oracle.md)

oracle-quick: oracle-program ## the part of the oracle that fits into 5 minutes
	$(oracle_run) --quick

oracle-program:
	@packaging/packages install $(build_groups) oracle
	+@$(again) all

# Layouts of distributions, with a real kernel (tests/labs/layouts/).

LAYOUTS_WORK ?= build/layouts

layouts: oracle-program ## read whole what Debian's tools make, check every layout with it, and write docs/preflight-layouts.md
	+@$(again) tools
	$(PYTHON) tests/labs/layouts/whole.py --work $(LAYOUTS_WORK) --program $(program) --document docs/preflight-layouts.md
	$(PYTHON) tests/e2e/layouts.py $(program) --real $(LAYOUTS_WORK)

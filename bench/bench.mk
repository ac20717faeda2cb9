# SPDX-License-Identifier: MIT
# Measurements. Each target installs the packages that it needs.

sets_up += bench bench-service bench-images

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

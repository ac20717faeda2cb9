# SPDX-License-Identifier: MIT
# What `make install` puts where.

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

.PHONY: install uninstall

install: $(program) $(service) ## install under $(DESTDIR)$(PREFIX): programs, manuals, completions, units, rules
	install -D -m 755 -t $(DESTDIR)$(PREFIX)/bin $(program) $(service)
	$(foreach file,$(installed_data),install -D -m 644 $(subst :, $(DESTDIR)$(PREFIX)/share/,$(file)) &&) true
	$(foreach file,$(installed_units),install -D -m 644 $(subst :, $(DESTDIR)$(PREFIX)/lib/systemd/,$(file)) && \
		sed -i 's,@bindir@,$(PREFIX)/bin,' $(DESTDIR)$(PREFIX)/lib/systemd/$(lastword $(subst :, ,$(file))) &&) true

uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/virtwhere $(DESTDIR)$(PREFIX)/bin/virtwhered
	$(foreach file,$(installed_data),rm -f $(DESTDIR)$(PREFIX)/share/$(lastword $(subst :, ,$(file))) &&) true
	$(foreach file,$(installed_units),rm -f $(DESTDIR)$(PREFIX)/lib/systemd/$(lastword $(subst :, ,$(file))) &&) true

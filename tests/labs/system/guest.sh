#!/bin/sh
# SPDX-License-Identifier: MIT
# What is done to the service in the guest, by a unit of its own after boot. It only acts and records, below /out;
# tests/labs/system/system.py judges. A line "SYSTEM ..." on the console asks for something from outside.
# shellcheck disable=SC2016 # conditions are evaluated later

PATH=/usr/sbin:/usr/bin:/sbin:/bin
MESSAGE=6b1f3a0c7d5e4c0f9a52d3c84be1f7a6
URL=http://127.0.0.1:9796
mkdir -p /out
cd /out || exit 1

step() {
	echo "SYSTEM $*" >/dev/ttyS0
}

wait_for() { # CONDITION SECONDS
	end=$(($(date +%s) + $2))
	until eval "$1"; do
		[ "$(date +%s)" -lt $end ] || return 1
		sleep 0.5
	done
}

show() { # FILE: the unit's state
	systemctl show virtwhered.service -p ActiveState -p SubState -p StatusText -p MainPID -p NRestarts -p Result \
		-p ExecMainStatus -p ExecMainCode -p WatchdogUSec -p NotifyAccess -p Type >"$1"
}

main_pid() {
	systemctl show virtwhered.service -p MainPID --value
}

changes() {
	journalctl -q -o json MESSAGE_ID=$MESSAGE
}

probes() {
	curl -s $URL/metrics | sed -n 's/^virtwhere_probes_total //p'
}

restarted() { # BEFORE: its process is another one than that
	now=$(main_pid)
	[ "$now" != 0 ] && [ "$now" != "$1" ] && active
}

active() {
	systemctl is-active -q virtwhered.service
}

hand_out() {
	journalctl -q -b -o short-monotonic >journal.txt
	for disk in /dev/vd?; do
		[ "$(head -c 7 "$disk")" = LAB-OUT ] && tar czf - -C /out . | dd of="$disk" bs=64k conv=fsync 2>/dev/null
	done
}

step started
wait_for active 300
show started.txt
systemctl --failed --no-legend >failed-units.txt
cat "/proc/$(main_pid)/status" >status.txt
wait_for '[ -s /run/virtwhere/report.json ]' 60
cp /run/virtwhere/report.json report.json
stat -c '%n %a %U' /run/virtwhere /run/virtwhere/report.json /var/lib/private/virtwhere >modes.txt
ls /run/credentials/virtwhered.service >credentials.txt
virtwhere --json >root.json 2>root.err
setpriv --reuid 1000 --regid 1000 --clear-groups virtwhere --json >user.json 2>user.err
setpriv --reuid 1000 --regid 1000 --clear-groups cat /run/virtwhere/report.json >read-by-user.json

step http
curl -s -D metrics.head $URL/metrics >metrics.txt
curl -s -H 'Accept: application/openmetrics-text' $URL/metrics >openmetrics.txt
curl -s $URL/report >http-report.json
curl -s $URL/ >page.html
for path in /-/healthy /-/ready; do
	curl -s -o /dev/null -w '%{http_code}\n' $URL$path
done >codes.txt

step analyze
for unit in virtwhered.service virtwhered.socket virtwhere-textfile.service virtwhere-textfile.timer; do
	systemd-analyze verify --man=no $unit
done >verify.txt 2>&1
systemd-analyze security --no-pager virtwhered.service >security.txt 2>&1

step HOTPLUG
wait_for 'changes | grep -q nvme && changes | grep -q virtio_net' 300
sleep 2
changes >changes.json
journalctl -q -x MESSAGE_ID=$MESSAGE >changes.txt
cp /run/virtwhere/report.json report-after.json
show hotplug.txt

step "the clock is set"
before=$(probes)
date -s '+1 hour' >/dev/null
wait_for '[ "$(probes)" -gt "$before" ]' 60
echo "$before $(probes)" >clock.txt
date -s '-1 hour' >/dev/null
sleep 2

step reload
systemctl reload virtwhered.service
echo $? >reload.rc
sleep 1
show reload.txt

step watchdog
before=$(main_pid)
kill -STOP "$before"
wait_for 'restarted "$before"' 300
show watchdog.txt
curl -s -o /dev/null -w '%{http_code}\n' $URL/metrics >watchdog.code

step sigkill
before=$(main_pid)
kill -KILL "$before"
wait_for 'restarted "$before"' 300
show sigkill.txt

step "configuration refused"
mkdir -p /etc/virtwhere
printf '[virtwhered]\nnonsense = 1\n' >/etc/virtwhere/virtwhered.conf
virtwhered --check-config >check-config.txt 2>&1
echo $? >check-config.rc
systemctl reload virtwhered.service
sleep 2
show refused-reload.txt
systemctl restart virtwhered.service 2>/dev/null
wait_for 'systemctl is-failed -q virtwhered.service' 60
sleep 5
show refused-start.txt
rm /etc/virtwhere/virtwhered.conf
systemctl reset-failed virtwhered.service

step "a change while it did not run"
changes | wc -l >changes-before.txt
step PLUG
wait_for '[ "$(ls /sys/class/net | grep -vc "^lo$")" -ge 2 ]' 60
systemctl start virtwhered.service
wait_for '[ "$(changes | wc -l)" -gt "$(cat changes-before.txt)" ]' 300
changes | tail -n +"$(($(cat changes-before.txt) + 1))" >changes-at-start.json

step stop
systemctl stop virtwhered.service
show stopped.txt
ls -d /run/virtwhere >left.txt 2>&1

step "socket activation"
systemctl start virtwhered.socket
show socket-before.txt
curl -s --max-time 300 $URL/metrics >socket-metrics.txt
show socket-after.txt
systemctl stop virtwhered.socket virtwhered.service

step textfile
mkdir -p /var/lib/prometheus/node-exporter
systemctl start virtwhere-textfile.service
echo $? >textfile.rc
cp /var/lib/prometheus/node-exporter/virtwhere.prom textfile.prom
virtwhere metrics >root.prom
# a machine of which nothing can be told: the file is written, and the status is 3
mkdir -p /run/blind /run/systemd/system/virtwhere-textfile.service.d
echo '{"format": "virtwhere.snapshot/1", "arch": "x86_64"}' >/run/blind/meta.json
cat >/run/systemd/system/virtwhere-textfile.service.d/blind.conf <<-EOF
	[Service]
	ExecStart=
	ExecStart=$(command -v virtwhere) metrics --snapshot /run/blind --textfile /var/lib/prometheus/node-exporter/virtwhere.prom
EOF
systemctl daemon-reload
systemctl start virtwhere-textfile.service
echo $? >blind.rc
cp /var/lib/prometheus/node-exporter/virtwhere.prom blind.prom

step end
hand_out
systemctl --no-block poweroff

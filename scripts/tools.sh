#!/bin/sh
# What the tests need beside Python: a browser, Japanese fonts, Node.js with npm, R, systemd-analyze,
# a web server, a real S3 server.
# As root on Debian they are installed; elsewhere the tests that need them skip and say so.
set -eu
missing=
command -v chromium >/dev/null || missing="$missing chromium"
command -v soffice >/dev/null || missing="$missing libreoffice-calc-nogui"
command -v systemd-analyze >/dev/null || missing="$missing systemd"
PATH="$PATH:/usr/sbin" command -v nginx >/dev/null || missing="$missing nginx-light"
command -v npm >/dev/null || missing="$missing npm"
command -v Rscript >/dev/null || missing="$missing r-base-core"
[ -d /usr/share/fonts/opentype/noto ] || missing="$missing fonts-noto-cjk"
for package in radosgw ceph-mon ceph-osd; do
  command -v "$package" >/dev/null || missing="$missing $package"
done
command -v ceph >/dev/null || missing="$missing ceph-common"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "Not installed, so some tests will skip:$missing" >&2
  exit 0
fi
echo "Installing with apt:$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
# shellcheck disable=SC2086  # a list of packages
apt-get -qq install -y --no-install-recommends $missing </dev/null >/dev/null

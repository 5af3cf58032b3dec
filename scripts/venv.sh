#!/bin/sh
# Make .venv and install the locked packages and this project into it: scripts/venv.sh run|dev
# Does nothing when .venv already holds what the lock says. Needs Python 3.11 to 3.13 (or PYTHON=...).
# Debian's python3 comes without ensurepip; then pip is taken from Debian's own packages.
set -eu
cd "$(dirname "$0")/.."

lock=${1:?run or dev}
venv=.venv
work=

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
trap '[ -z "$work" ] || rm -rf "$work"' EXIT

supported() {
  "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null
}

find_python() {
  for candidate in ${PYTHON:-python3.11 python3.12 python3.13 python3}; do
    if supported "$candidate"; then echo "$candidate"; return; fi
  done
  die "No Python 3.11, 3.12 or 3.13 found (${PYTHON:-python3.11 python3.12 python3.13 python3}):" \
    "ask the administrator to install one, or name it: make PYTHON=/path/to/python3.11"
}

has_pip() { "$venv/bin/python" -m pip --version >/dev/null 2>&1; }

plain_venv() {
  rm -rf "$venv"
  "$python" -m venv "$venv" >/dev/null 2>&1 && has_pip
}

apt_venv() {  # as root: the package that Debian keeps ensurepip in
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  say "This Python cannot make a venv with pip; installing Debian's python3-venv."
  { apt_install || { apt-get -qq update && apt_install; }; } >/dev/null 2>&1 && plain_venv
}
apt_install() { DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends python3-venv; }

wheel_venv() {  # without root: pip's wheel out of Debian's package, unpacked, not installed
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
  say "This Python cannot make a venv with pip; taking pip from Debian's python3-pip-whl."
  work=$(mktemp -d)
  ( cd "$work" && chmod 755 . && download_pip && dpkg-deb -x python3-pip-whl_*.deb . ) || return 1
  rm -rf "$venv"
  "$python" -m venv --without-pip "$venv" || return 1
  for wheel in "$work"/usr/share/python-wheels/pip-*.whl; do
    "$venv/bin/python" "$wheel/pip" install --quiet --no-index --no-deps "$wheel" || return 1
  done
  has_pip
}
download_pip() {  # the system's package lists, or, where they are empty, lists of our own
  apt-get -qq download python3-pip-whl >/dev/null 2>&1 && return
  mkdir -p lists/partial cache/archives/partial
  set -- -qq -o Dir::State::Lists="$PWD/lists" -o Dir::Cache="$PWD/cache"
  apt-get "$@" update >/dev/null 2>&1
  apt-get "$@" download python3-pip-whl >/dev/null 2>&1
}

wanted() {  # what an installation of lock $1 is made from
  { cat "requirements/$1.txt" requirements/httpfs.txt pyproject.toml; pwd; "$venv/bin/python" -V; } | cksum
}
installed() { [ -f "$venv/installed-$1" ] && [ "$(cat "$venv/installed-$1")" = "$(wanted "$1")" ]; }

if ! { [ -x "$venv/bin/python" ] && supported "$venv/bin/python" && has_pip; }; then
  python=$(find_python)
  plain_venv || apt_venv || wheel_venv || die \
    "$python cannot make a virtual environment:" \
    "ask the administrator to install the package python3-venv (apt-get install python3-venv)."
fi

# The dev lock holds everything the run lock does, in the same versions.
if installed dev || installed "$lock"; then exit 0; fi

say "Installing requirements/$lock.txt into $venv"
rm -f "$venv"/installed-*
pip() { "$venv/bin/python" -m pip --disable-pip-version-check --no-input "$@"; }
pip install --quiet --require-hashes --no-deps --only-binary :all: -r "requirements/$lock.txt"
pip install --quiet --no-deps --no-build-isolation --editable .
if [ "$lock" = dev ]; then  # apart: another version of a package that we have
  rm -rf "$venv/httpfs"
  pip install --quiet --require-hashes --no-deps --only-binary :all: --target "$venv/httpfs" \
    -r requirements/httpfs.txt
fi
wanted "$lock" >"$venv/installed-$lock"

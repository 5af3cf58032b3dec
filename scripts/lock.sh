#!/bin/sh
# Write requirements/run.txt and requirements/dev.txt from pyproject.toml, and httpfs.txt from httpfs.in.
# Pins stand until something asks otherwise: --upgrade, or --upgrade-package NAME.
# Universal (every Python and platform we support), with hashes, and without any index address.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
"$python" -m venv "$tmp/venv"
"$tmp/venv/bin/python" -m pip install --quiet uv
for name in run dev httpfs; do
  case $name in
    run) from="pyproject.toml requirements/build.in" ;;
    dev) from="pyproject.toml requirements/build.in --extra dev --constraints requirements/run.txt" ;;
    httpfs) from=requirements/httpfs.in ;;
  esac
  # shellcheck disable=SC2086  # $from is a list of words
  "$tmp/venv/bin/uv" pip compile $from \
    --quiet "$@" --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-annotate \
    --custom-compile-command "make lock" --output-file "requirements/$name.txt"
done

#!/bin/sh
# Print the path of a Chromium for the journeys. Where there is none and we are root on Debian, install one, with fonts for
# the scripts our pages use. Anything else is an error that says what to install.
set -eu

find_chromium() {
    for name in "${CHROMIUM:-}" chromium-headless-shell chromium chromium-browser google-chrome; do
        if [ -n "$name" ] && command -v "$name"; then
            return 0
        fi
    done
    return 1
}

if find_chromium; then
    exit 0
fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get > /dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    # The shell without a window is a quarter faster; older Debians have the whole browser only. Failures are told below.
    apt-get --quiet --quiet update < /dev/null >&2 || true
    for browser in chromium-headless-shell chromium; do
        apt-get --quiet --quiet --yes --no-install-recommends install "$browser" fonts-noto-core < /dev/null >&2 && break
    done
fi
if find_chromium; then
    exit 0
fi
echo 'The journeys need Chromium and fonts. Debian: apt-get install chromium fonts-noto-core' >&2
echo 'Elsewhere: install Chromium or Chrome and the Noto fonts, and put it on the PATH or its path in CHROMIUM.' >&2
exit 1

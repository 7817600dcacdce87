# What every script of this directory begins with.
USR=${USR:-/usr}
cd /tmp
# Waits until a command succeeds.
until_ok() { until "$@" >/dev/null 2>&1; do :; done; }

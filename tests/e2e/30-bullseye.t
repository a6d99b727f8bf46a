#!/bin/sh
# The life of a bullseye machine.
suite=bullseye
. "$(dirname "$0")/hosts.sh"

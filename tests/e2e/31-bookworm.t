#!/bin/sh
# The life of a bookworm machine.
suite=bookworm
. "$(dirname "$0")/hosts.sh"

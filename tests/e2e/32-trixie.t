#!/bin/sh
# The life of a trixie machine.
suite=trixie
. "$(dirname "$0")/hosts.sh"

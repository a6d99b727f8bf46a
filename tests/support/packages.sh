# shellcheck shell=sh
# The Debian packages that detour needs (bookworm and trixie), and how they are installed. Sourced by tests/run and the quickstart.

# To build.
BUILD_PACKAGES="gcc cmake ninja-build pkg-config gettext libc6-dev libmpfr-dev libunistring-dev libpcre2-dev libjansson-dev libyaml-dev libssh-dev
 libcurl4-openssl-dev libarchive-dev libpq-dev libssl-dev zlib1g-dev libedit-dev libcrypt-dev scdoc"
# To make local machines (the lab provider).
LAB_PACKAGES="debootstrap systemd-container iproute2 openssh-client"
# To test.
TEST_PACKAGES="iptables time age pass gnupg git xz-utils zstd procps strace libcriterion-dev clang clang-format perl shellcheck dpkg-dev file openssh-server sudo jq
 openssl ca-certificates python3-jsonschema libxml2-utils zsh fish postgresql libfaketime"
# To measure.
BENCH_PACKAGES="time hyperfine jq ansible-core"

# Installs what is missing of the packages named; says nothing where nothing is.
install_packages() {
    missing=
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" = "install ok installed" ] || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" != 0 ]; then
        echo "These Debian packages are missing, and only root can install them:$missing" >&2
        return 1
    fi
    echo "Installing:$missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
    # shellcheck disable=SC2086
    apt-get install -q -y --no-install-recommends $missing
}

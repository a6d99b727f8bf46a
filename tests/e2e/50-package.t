#!/bin/sh
# The Debian package: what it holds, what it depends on, and that the program runs from where it is unpacked.
. "$(dirname "$0")/lib.sh"

ok "the package is made" cpack --config "$root/build/release/CPackConfig.cmake" -B "$work/made"
package=$(find "$work/made" -maxdepth 1 -name '*.deb')
has "named as Debian names packages" "$package" "_$(dpkg --print-architecture).deb"
depends=$(dpkg-deb -f "$package" Depends)
for library in libc6 libssh-4 libcurl4 libarchive13 libssl3 libmpfr6 libyaml-0-2; do
    has "it depends on $library" "$depends" "$library"
done

dpkg-deb -x "$package" "$work/installed"
is "the program runs" "$("$work/installed/usr/bin/detour" version)" "$("$detour" version)"
for page in man1/detour.1.gz man7/detour-functions.7.gz; do
    ok "there is a man page $page" gzip -t "$work/installed/usr/share/man/$page"
done
ok "and a copyright" test -s "$work/installed/usr/share/doc/detour/copyright"
for script in bash-completion/completions/detour zsh/vendor-completions/_detour fish/vendor_completions.d/detour.fish; do
    ok "there is a completion script $script" grep -q detour "$work/installed/usr/share/$script"
done
is "and nothing else" "$(cd "$work/installed" && find . -type f | sort)" "./usr/bin/detour
./usr/share/bash-completion/completions/detour
./usr/share/doc/detour/LICENSE
./usr/share/doc/detour/README.md
./usr/share/doc/detour/copyright
./usr/share/fish/vendor_completions.d/detour.fish
./usr/share/man/man1/detour.1.gz
./usr/share/man/man7/detour-functions.7.gz
./usr/share/zsh/vendor-completions/_detour"

done_testing

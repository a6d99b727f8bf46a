#!/bin/sh
# Modules from git and from archives: get, the lock file, the cache; what is hostile, missing, moved or interrupted.
. "$(dirname "$0")/lib.sh"

export GIT_CONFIG_GLOBAL="$work/gitconfig" GIT_CONFIG_NOSYSTEM=1
cat >"$work/gitconfig" <<'EOF'
[user]
  name = Test
  email = test@example.org
[init]
  defaultBranch = main
[advice]
  detachedHead = false
EOF
archive=$root/tests/support/archive
web=$work/web
mkdir -p "$web"
"$root/tests/support/httpd" "$web" "$work/port" 2>"$work/httpd.err" &
httpd=$!
tls=
clean_up() { kill "$httpd" ${tls:+"$tls"} 2>/dev/null || true; }
until_text . "$work/port"
url=http://127.0.0.1:$(cat "$work/port")

# module FOLDER VALUE: a module there with an output "y"
module() {
    mkdir -p "$1"
    printf 'output "y" {\n  value = "%s"\n}\n' "$2" >"$1/main.hcl"
}
# calls DIR SOURCE: a configuration that calls one module; nothing of an earlier one is left
calls() {
    rm -rf "$1"
    config "$1" <<EOF
module "m" {
  source = "$2"
}

output "o" {
  value = module.m.y
}
EOF
}
# explains NAME PART: what the last d said holds the part, however the lines are broken
explains() { has "$1" "$(printf '%s' "$err" | tr -s ' \n' ' ')" "$2"; }
# left DIR: the names in a folder, without the digests of packages
left() { find "$1" -mindepth 1 -maxdepth 1 -printf '%f\n' 2>/dev/null | sed 's/-[0-9a-f]\{16\}$/-DIGEST/' | sort | tr '\n' ' '; }
# absent NAME FILE…: none of the files is there
absent() {
    name=$1
    shift
    for file in "$@"; do [ ! -e "$file" ] || { fail "$name" "$file is there" && return; }; done
    pass "$name"
}
# says DIR VALUE NAME: what the module answers in a plan
says() {
    d "$1" plan
    has "$3" "$out" "\"$2\""
}
# refused SOURCE PART NAME: get fails, says PART, pins nothing and leaves nothing
refused() {
    calls "$work/r" "$1"
    d "$work/r" get
    exits "$3" 1
    explains "  says so" "$2"
    has "  at its place" "$err" 'on main.hcl line 2, in module "m"'
    is "  and nothing is left" "$(left "$work/r/.detour/modules") $(left "$work/r")" ".gitignore .lock  .detour main.hcl "
}

# -- nothing to fetch --
module "$work/plain" x
d "$work/plain" get
has "without such modules there is nothing to do" "$out" "Nothing to fetch"
is "and nothing is made" "$(left "$work/plain")" "main.hcl "

# -- git: pinned by commit and digest, used without the source --
repo=$work/site.git
module "$repo/web" one
printf 'module "inner" {\n  source = "../inner"\n}\n\noutput "inner" {\n  value = module.inner.y\n}\n' >"$repo/web/inner.hcl"
module "$repo/inner" inside
mkdir "$repo/bin"
printf '#!/bin/sh\n' >"$repo/bin/run"
chmod +x "$repo/bin/run"
ln -s ../bin/run "$repo/web/run"
printf '*.hcl filter=evil text eol=crlf ident export-ignore\n' >"$repo/.gitattributes"
git config --file "$work/gitconfig" filter.evil.smudge "touch $work/smudged; cat"
git -C "$repo" init -q && git -C "$repo" add -A && git -C "$repo" commit -qm one && git -C "$repo" tag v1
first=$(git -C "$repo" rev-parse HEAD)
g=$work/g
calls "$g" "git::file://$repo//web?ref=v1"

d "$g" validate
exits "validate does not fetch" 1
has "it names the block" "$err" 'on main.hcl line 2, in module "m"'
has "and the remedy" "$err" "detour get"
absent "it leaves no cache" "$g/.detour"
d "$g" get
exits "get" 0
has "says what it pinned" "$out" "pinned   git::file://$repo?ref=v1  $(echo "$first" | cut -c1-10)"
is "nothing half-made is left" "$(left "$g/.detour/modules")" ".gitignore .lock site-DIGEST "
is "the lock file" "$(sed 's/sha256:[0-9a-f]\{64\}"/sha256:DIGEST"/' "$g/detour.lock.hcl")" "# Written by \"detour get\": what was fetched for each module that is kept elsewhere. Commit this file.
# \"detour get -update\" takes what the sources hold now.

module \"git::file://$repo?ref=v1\" {
  commit = \"$first\"
  digest = \"sha256:DIGEST\"
}"
absent "filters of the repository do nothing" "$work/smudged"
is "the digest is the documented one" "$(grep -o 'sha256:[0-9a-f]*' "$g/detour.lock.hcl")" "sha256:$(
    cd "$g"/.detour/modules/site-* && {
        echo "detour module tree 1"
        find . -type f -o -type l | cut -c3- | LC_ALL=C sort | while read -r path; do
            if [ -L "$path" ]; then kind=link sum=$(readlink -n "$path" | sha256sum); else
                if [ -x "$path" ]; then kind='exec'; else kind='file'; fi
                sum=$(sha256sum <"$path")
            fi
            echo "$kind ${#path} $path ${sum%% *}"
        done
    } | sha256sum | cut -d' ' -f1
)"
git -C "$g" init -q
is "git ignores the cache" "$(git -C "$g" status --porcelain)" "?? detour.lock.hcl
?? main.hcl"
mv "$repo" "$repo.away"
says "$g" one "the module works without its source"
d "$g" plan -out=p
d "$g" apply p
exits "so does a saved plan" 0
cp "$g/detour.lock.hcl" "$work/lock"
touch -d 2001-01-01 "$g/detour.lock.hcl"
d "$g" get
exits "get again needs no source" 0
is "and leaves the lock file alone" "$(stat -c %Y "$g/detour.lock.hcl")" "$(date -d 2001-01-01 +%s)"
d "$g" get -update
exits "-update needs it" 1
ok "an update that fails leaves the lock file" cmp "$g/detour.lock.hcl" "$work/lock"
mv "$repo.away" "$repo"

# -- a tag that moves --
sed -i 's/"one"/"two"/' "$repo/web/main.hcl"
git -C "$repo" commit -qam two && git -C "$repo" tag -f v1 >/dev/null
second=$(git -C "$repo" rev-parse HEAD)
d "$g" get
has "a moved tag changes nothing" "$out" "current  git::file://$repo?ref=v1"
rm -rf "$g/.detour"
d "$g" get
has "nor does it with an empty cache" "$out" "fetched  git::file://$repo?ref=v1  $(echo "$first" | cut -c1-10)"
ok "the lock file is the same" cmp "$g/detour.lock.hcl" "$work/lock"
has "it is the old module" "$(cat "$g"/.detour/modules/site-*/web/main.hcl)" '"one"'
d "$g" get -update
has "-update takes the new one, old → new" "$out" "$(echo "$first" | cut -c1-10) → $(echo "$second" | cut -c1-10)"
says "$g" two "it is the new module"

# -- history rewritten --
cp "$g/detour.lock.hcl" "$work/lock"
git -C "$repo" checkout -q --orphan fresh && module "$repo/web" three
git -C "$repo" add -A && git -C "$repo" commit -qm three && git -C "$repo" tag -f v1 >/dev/null && git -C "$repo" branch -qD main
git -C "$repo" reflog expire --expire=now --all && git -C "$repo" gc -q --prune=now
d "$g" get
exits "what is in the cache stays good when history is rewritten" 0
mv "$g/.detour" "$g/kept"
d "$g" get
exits "with an empty cache it is an error" 1
has "that shows the pinned digest" "$err" "pinned: $(grep -o 'sha256:[0-9a-f]*' "$work/lock") (commit $second)"
has "and the new one" "$err" "now:    sha256:"
has "with its commit" "$err" "(commit $(git -C "$repo" rev-parse HEAD))"
ok "the lock file is untouched" cmp "$g/detour.lock.hcl" "$work/lock"
is "so is the cache" "$(left "$g/.detour/modules")" ".gitignore .lock "
rm -r "$g/.detour" && mv "$g/kept" "$g/.detour"

# -- the cache is changed by hand --
echo "# mine" | tee -a "$g"/.detour/modules/site-*/inner/main.hcl >/dev/null
d "$g" plan
exits "a changed cache is not used" 1
has "both digests are shown" "$err" "there:  sha256:"
has "and what to do" "$err" '"detour get"'

# -- mistakes in a module name the way to it --
e=$work/e
module "$work/broken.git" x
echo 'output "z" { valu = 1 }' >>"$work/broken.git/main.hcl"
git -C "$work/broken.git" init -q && git -C "$work/broken.git" add -A && git -C "$work/broken.git" commit -qm x
calls "$e" "git::file://$work/broken.git"
d "$e" get
exits "a module with mistakes" 1
explains "its file is named" "on .detour/modules/broken-"
explains "and the call" "module.m comes from git::file://$work/broken.git"
d "$e" validate -json
has "also for programs" "$out" '"filename":".detour/modules/broken-'

# -- refs, names, what is no source --
refused "git::file://$repo?ref=v2" 'no tag and no branch "v2". Did you mean "v1"' "an unknown tag"
refused "git::file://$work/none.git" "none.git" "no repository there"
calls "$work/b" "git::file://$repo//web?ref=$(git -C "$repo" rev-parse --short=9 HEAD)"
d "$work/b" get
exits "a short commit" 0
calls "$work/b" "git::file://$repo//nowhere"
d "$work/b" get
exits "a folder that the repository lacks" 1
has "is told" "$err" "There is no folder"
for source in "hashicorp/consul/aws" "git::ext::sh" "git::--upload-pack=id" "git::file://$repo?ref=--output=x" "http://example.org/x.zip"; do
    calls "$work/b" "$source"
    d "$work/b" validate
    exits "refused at once: $source" 1
    explains "  and explained" 'Unusable module source'
done
calls "$work/b" "git::file://$repo//web"
sed -i 's/^}/  version = "1.0"\n}/' "$work/b/main.hcl"
d "$work/b" get
has "version says ?ref=" "$err" "?ref=v1.2"

# -- submodules are left out and told --
module "$work/super.git" s
git -C "$work/super.git" init -q && git -C "$work/super.git" add -A
git -C "$work/super.git" -c protocol.file.allow=always submodule --quiet add "file://$repo" sub 2>/dev/null
git -C "$work/super.git" commit -qm s
calls "$work/s" "git::file://$work/super.git"
d "$work/s" get
exits "a repository with submodules" 0
has "they are left out, and it is told" "$err" "Submodules left out"

# -- surroundings of git that must not matter --
calls "$work/b" "git::file://$repo//web"
code=0
GIT_DIR=$work/nowhere GIT_WORK_TREE=/ GIT_INDEX_FILE=$work/none "$detour" -chdir="$work/b" get >/dev/null 2>&1 || code=$?
is "in a git hook" "$code" 0
mkdir "$work/empty"
calls "$work/b" "git::file://$repo//web"
code=0
PATH=$work/empty "$detour" -chdir="$work/b" get >"$work/stdout" 2>"$work/stderr" || code=$?
is "without git" "$code" 1
err=$(cat "$work/stderr")
explains "the package is named" "install the package git"

# -- archives --
module "$work/src/top-1.0/web" zipped
for form in tar.gz tar.xz tar.zst tar.bz2 tar; do (cd "$work/src" && tar caf "$web/m.$form" top-1.0 2>/dev/null) || rm -f "$web/m.$form"; done
"$archive" "$web/m.zip" d:top-1.0/ d:top-1.0/web/ "f:top-1.0/web/main.hcl:$(cat "$work/src/top-1.0/web/main.hcl")"
for form in tar.gz tar.xz tar.zst tar.bz2 tar zip; do
    [ -s "$web/m.$form" ] || continue
    calls "$work/a" "$url/m.$form//*/web"
    d "$work/a" get
    exits "$form over http from this machine" 0
    says "$work/a" zipped "  and its module"
done
cp "$web/m.zip" "$web/download"
sum=$(sha256sum "$web/m.zip" | cut -d' ' -f1)
calls "$work/a" "$url/download//top-1.0/web?archive=zip&checksum=sha256:$sum&x=y"
d "$work/a" get
exits "archive=, checksum= and the server's own parameters" 0
is "only those go to the server" "$(tail -1 "$web/.requests")" "/download?x=y"
calls "$work/a" "$url/to/$(echo "$url" | sed 's|//|%2f%2f|')/m.zip//*/web"
d "$work/a" get
exits "a redirect that is fine" 0
refused "$url/m.zip?checksum=sha256:$(printf '%064d' 0)" "got: sha256:$sum" "a wrong checksum"
refused "$url/none.zip" "no such file (404)" "a file that is not there"
refused "$url/status/403.zip" "netrc" "a file that is refused"
refused "$url/loop?archive=zip" "redirects" "redirects without end"
refused "$url/to/ftp:%2f%2f127.0.0.1/x.zip" "not https" "a redirect to another protocol"
refused "$url/to/file:%2f%2f%2fetc/passwd?archive=tar" "not https" "a redirect to a file"
refused "$url/to/http:%2f%2f192.0.2.1/x.zip" "not https" "a redirect to http on a network"
refused "http://127.0.0.1:1/x.zip" "127.0.0.1" "a server that does not answer"
printf '<html>not found</html>' >"$web/page.tar.gz"
refused "$url/page.tar.gz" "cannot be read" "a page instead of an archive"
head -c 100 "$web/m.tar.gz" >"$web/cut.tar.gz"
refused "$url/cut.tar.gz" "cannot be read" "an archive that was cut off"

# -- https, with a certificate that the machine trusts, and with one that it does not --
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
    -keyout "$work/tls.key" -out "$work/tls.pem" 2>/dev/null
tls_port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport')
(cd "$web" && exec openssl s_server -quiet -accept "127.0.0.1:$tls_port" -cert "$work/tls.pem" -key "$work/tls.key" -WWW) \
    </dev/null >/dev/null 2>&1 &
tls=$!
for _ in $(seq 50); do
    perl -MIO::Socket::INET -e "exit !IO::Socket::INET->new('127.0.0.1:$tls_port')" && break
    sleep 0.1
done
secure=https://127.0.0.1:$tls_port
refused "$secure/m.zip//*/web" "certificate" "a certificate that nobody vouches for"
calls "$work/a" "$secure/m.zip//*/web"
# shellcheck disable=SC2016
output=$(unshare -m sh -c 'mount --bind "$1" /etc/ssl/certs/ca-certificates.crt && exec "$2" -chdir="$3" get' - \
    "$work/tls.pem" "$detour" "$work/a" 2>&1)
is "an archive over https" "$?" 0
has "  is pinned" "$output" "pinned   $secure/m.zip"
says "$work/a" zipped "  and used"

# -- archives of this machine --
mkdir -p "$work/l"
calls "$work/l" "./vendor/m.zip//top-1.0/web"
mkdir "$work/l/vendor" && cp "$web/m.zip" "$work/l/vendor/"
d "$work/l" get
exits "an archive in a file" 0
is "is pinned by its path" "$(grep -c '^module "./vendor/m.zip"' "$work/l/detour.lock.hcl")" 1
says "$work/l" zipped "and used"

# -- hostile archives --
hostile() {
    for form in tar.gz zip; do
        "$archive" "$web/evil.$form" f:main.hcl: "$2" "${3:-f:ok:}"
        refused "$url/evil.$form" "$1" "$form with $2 ${3:-}"
    done
}
hostile "leads elsewhere" f:../evil:x
hostile "leads elsewhere" f:a/../../evil:x
hostile "leads elsewhere" f:/tmp/detour-evil:x
hostile ".git folder" f:.git/config:x
hostile "leads out of the package" l:out:/etc/passwd
hostile "leads out of the package" l:out:../../..
hostile "there twice" l:out:.. "f:out/evil:x"
hostile "there twice" f:main.hcl:again
for entry in h:hard:main.hcl c:device p:pipe; do
    "$archive" "$web/evil.tar.gz" f:main.hcl: "$entry"
    refused "$url/evil.tar.gz" "a package holds files, folders and symbolic links" "tar.gz with $entry"
done
"$archive" "$web/bomb.tar.gz" f:main.hcl: z:big:70000000
refused "$url/bomb.tar.gz" "larger than 64 MiB" "a file that swells"
absent "nothing got out" /tmp/detour-evil "$work/evil" "$work/r/evil" "$work/r/.detour/evil" "$work/r/.detour/modules/evil"

# -- modules of modules, from elsewhere --
n=$work/n
mkdir -p "$work/outer"
printf 'module "in" {\n  source = "%s/m.zip//top-1.0/web"\n}\n\noutput "y" {\n  value = module.in.y\n}\n' "$url" >"$work/outer/main.hcl"
tar czf "$web/outer.tar.gz" -C "$work/outer" main.hcl
calls "$n" "$url/outer.tar.gz"
d "$n" get
exits "modules of modules" 0
is "both are pinned, in order" "$(grep '^module' "$n/detour.lock.hcl")" "module \"$url/m.zip\" {
module \"$url/outer.tar.gz\" {"
says "$n" zipped "and used"
printf 'module "in" {\n  source = "../../../../elsewhere"\n}\n' >"$work/outer/main.hcl"
tar czf "$web/escape.tar.gz" -C "$work/outer" main.hcl
calls "$work/x" "$url/escape.tar.gz"
d "$work/x" get
explains "a module does not leave its package" "Module outside of its package"
printf 'module "in" {\n  source = "%s/again.tar.gz"\n}\n' "$url" >"$work/outer/main.hcl"
tar czf "$web/again.tar.gz" -C "$work/outer" main.hcl
calls "$work/x" "$url/again.tar.gz"
d "$work/x" get
has "a module that calls itself" "$err" "Module cycle"

# -- offline --
calls "$work/o" "$url/m.zip//top-1.0/web"
d "$work/o" get -offline
exits "-offline does not fetch" 1
has "it says so" "$err" "-offline forbids"
d "$work/o" get
requests=$(wc -l <"$web/.requests")
d "$work/o" get -offline
exits "-offline with a cache" 0
is "asks nobody" "$(wc -l <"$web/.requests")" "$requests"
d "$work/o" get -offline -update
exits "-offline -update is a contradiction" 1

# -- an archive whose content changes --
cp "$web/m.zip" "$web/moving.zip"
calls "$work/o" "$url/moving.zip//top-1.0/web"
d "$work/o" get
cp "$work/o/detour.lock.hcl" "$work/lock"
"$archive" "$web/moving.zip" "f:top-1.0/web/main.hcl:$(sed s/zipped/moved/ "$work/src/top-1.0/web/main.hcl")"
d "$work/o" get
exits "get keeps what is pinned" 0
rm -rf "$work/o/.detour"
d "$work/o" get
explains "and refuses another content" "Module changed at its source"
ok "leaving the lock file" cmp "$work/o/detour.lock.hcl" "$work/lock"
d "$work/o" get -update
says "$work/o" moved "until it is updated"

# -- the lock file --
sed -i '2i # a comment' "$work/o/detour.lock.hcl"
cp "$work/o/detour.lock.hcl" "$work/lock"
d "$work/o" get
ok "a current lock file is not rewritten" cmp "$work/o/detour.lock.hcl" "$work/lock"
sed -i "s|$url/moving.zip|$url/m.zip|" "$work/o/main.hcl"
d "$work/o" get
has "what nothing calls for is dropped" "$out" "dropped  $url/moving.zip"
is "from the file, too" "$(grep -c '^module' "$work/o/detour.lock.hcl")" 1
echo '<<<<<<< HEAD' >>"$work/o/detour.lock.hcl"
d "$work/o" plan
exits "a damaged lock file" 1
explains "is named" "on detour.lock.hcl line"

# -- killed in the middle --
k=$work/k
mkfifo "$web/slow.tar.gz"
calls "$k" "$url/slow.tar.gz//*/web"
"$detour" -chdir="$k" get >/dev/null 2>&1 &
victim=$!
until_text slow.tar.gz "$web/.requests"
tries=0
while [ ! -e "$k/.detour/modules/.new-0/archive" ] && [ $tries -lt 100 ]; do tries=$((tries + 1)) && sleep 0.1; done
d "$k" get
explains "a second get waits for nobody" "Modules are being fetched"
kill -9 "$victim"
wait "$victim" 2>/dev/null || true
cat "$web/m.tar.gz" >"$web/slow.tar.gz" # the server is free again
absent "killed: nothing is pinned" "$k/detour.lock.hcl"
d "$k" validate
has "nothing half-made is used" "$err" "Module not fetched"
rm "$web/slow.tar.gz" && cp "$web/m.tar.gz" "$web/slow.tar.gz"
d "$k" get
exits "the next get does it all" 0
is "and clears up" "$(left "$k/.detour/modules")" ".gitignore .lock slow-DIGEST "
says "$k" zipped "the module works"

# -- interrupted while git waits --
printf '#!/bin/sh\necho $$ >%s\nexec sleep 300\n' "$work/ssh.pid" >"$work/ssh"
chmod +x "$work/ssh"
calls "$k" "git::ssh://git@192.0.2.1/site.git"
GIT_SSH_COMMAND=$work/ssh "$detour" -chdir="$k" get >/dev/null 2>&1 &
victim=$!
until_text . "$work/ssh.pid"
kill -TERM "$victim"
code=0
wait "$victim" 2>/dev/null || code=$?
is "terminated" "$code" 143
sleep 0.2
is "what git started is ended, too" "$(tr -d '\0' 2>/dev/null <"/proc/$(cat "$work/ssh.pid")/cmdline")" ""
done_testing

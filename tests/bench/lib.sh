# shellcheck shell=sh
# What the benchmarks share: generated configurations, timing, ratios. Figures compare only within one run.

detour=${DETOUR:-$root/build/release/detour}

# timed FILE COMMAND…: runs it silently; puts "seconds kilobytes" (wall time, peak memory) into FILE. Fails as the command does.
timed() {
    figures=$1
    shift
    command time -o "$figures" -f '%e %M' "$@" >"$figures.out" 2>"$figures.err" || {
        tail -5 "$figures.err" >&2
        return 1
    }
}

# peer FILE COMMAND…: as timed, but given up after PEER_SECONDS, which is then what is known of it.
peer() {
    peer_file=$1 peer_limit=${PEER_SECONDS:-150} peer_code=0
    shift
    command time -q -o "$peer_file" -f '%e %M' timeout -k 10 "$peer_limit" "$@" >"$peer_file.out" 2>"$peer_file.err" || peer_code=$?
    if [ "$peer_code" = 124 ]; then
        echo "unfinished $peer_limit" >"$peer_file"
    elif [ "$peer_code" != 0 ]; then
        tail -5 "$peer_file.err" >&2
        return 1
    fi
}

# best FILE N COMMAND…: the fastest of N runs.
best() {
    best_file=$1
    runs=$2
    shift 2
    : >"$best_file.all"
    while [ "$runs" -gt 0 ]; do
        timed "$best_file" "$@" || return 1
        cat "$best_file" >>"$best_file.all"
        runs=$((runs - 1))
    done
    sort -n "$best_file.all" | head -1 >"$best_file"
}

# compare TITLE OURS PEERS: a line with both, and how many times faster and smaller ours is.
compare() {
    awk -v title="$1" -v ours="$(cat "$2")" -v peer="$(cat "$3" 2>/dev/null)" 'BEGIN {
        split(ours, o, " "); n = split(peer, p, " ")
        printf "%-44s detour %8.3f s %7.1f MiB", title, o[1], o[2] / 1024
        if (p[1] == "unfinished") printf "   peer unfinished after %d s: more than %.0f times faster", p[2], p[2] / (o[1] > 0 ? o[1] : 0.001)
        else if (n == 2) printf "   peer %8.3f s %7.1f MiB   %7.1f times faster, %5.1f times smaller", p[1], p[2] / 1024, p[1] / (o[1] > 0 ? o[1] : 0.001), p[2] / o[2]
        print ""
    }'
}

# The configurations, for detour (TYPE detour_data) and for the peer (TYPE terraform_data) alike: generate SHAPE N TYPE EXT DIR.
generate() {
    mkdir -p "$5"
    awk -v shape="$1" -v n="$2" -v type="$3" -v ext="$4" -v dir="$5" 'BEGIN {
        main = dir "/main." ext
        if (shape == "independent")
            for (i = 0; i < n; i++) printf "resource \"%s\" \"r%d\" {\n  input = \"value %d\"\n}\n", type, i, i > main
        if (shape == "chained")
            for (i = 0; i < n; i++)
                if (i % 50) printf "resource \"%s\" \"r%d\" {\n  input = %s.r%d.output\n}\n", type, i, type, i - 1 > main
                else printf "resource \"%s\" \"r%d\" {\n  input = \"head %d\"\n}\n", type, i, i > main
        if (shape == "for_each")
            # range() is capped at 1024, here and at the peer
            printf "resource \"%s\" \"r\" {\n  for_each = { for i in flatten([for a in range(%d) : [for b in range(1000) : a * 1000 + b]]) : \"key${i}\" => \"value ${i}\" }\n  input    = each.value\n}\n", type, n / 1000 > main
        if (shape == "modules") {
            for (m = 0; m < 100; m++) printf "module \"m%d\" {\n  source = \"./m\"\n  name   = \"module %d\"\n}\n", m, m > main
            system("mkdir -p " dir "/m")
            inner = dir "/m/main." ext
            printf "variable \"name\" {\n  type = string\n}\n" > inner
            for (i = 0; i < n / 100; i++) printf "resource \"%s\" \"r%d\" {\n  input = \"${var.name} %d\"\n}\n", type, i, i > inner
        }
    }'
}

have() { command -v "$1" >/dev/null 2>&1; }

terraform_in() {
    dir=$1
    shift
    TF_CLI_CONFIG_FILE=/dev/null CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1 terraform -chdir="$dir" "$@"
}

# The part of the fish completion that does not depend on the tables; complete/fish.c writes what does in front of it:
# __detour_commands COMMAND (prints its subcommands), __detour_takes OPTION (whether a value follows it).

# The command before the cursor: "", "plan", "state show".
function __detour_command
    set -l command
    set -l skip
    for word in (commandline -opc)[2..]
        if set -q skip[1]
            set -e skip
        else if string match -q -- '-*=*' $word
            continue
        else if string match -q -- '-*' $word
            __detour_takes (string replace -r -- '^--?' '' $word); and set skip 1
        else if contains -- $word (__detour_commands "$command")
            set -a command $word
        end
    end
    echo "$command"
end

function __detour_at
    test (__detour_command) = "$argv"
end

# The folders that the word at the cursor, or its value, may go on as.
function __detour_folders
    __fish_complete_directories (commandline -ct | string replace -r -- '^-+[a-z-]+=' '')
end

# Values that detour itself lists.
function __detour_list
    set -l words (commandline -opc)
    set -l chdir (string match -r -- '^--?chdir=.*' $words)
    $words[1] (string replace -r -- '^--' '-' $chdir) completion list $argv 2>/dev/null
end

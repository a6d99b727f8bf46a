# The part of the zsh completion that does not depend on the tables; complete/zsh.c writes what does behind it.

# Values that detour itself lists.
_detour_list() {
    local -a found
    found=(${(f)"$(_call_program $1 $service ${_detour_chdir:+-chdir=$_detour_chdir} completion list $1 2>/dev/null)"})
    compadd -a found
}

#!/bin/sh
# metadata: functions, schemas of providers, the JSON schema of the language, as programs read them.
. "$(dirname "$0")/lib.sh"

d "$work" metadata functions -json
exits "functions for programs" 0
is "the format" "$(printf %s "$out" | jq -r .format_version)" "1.0"
printf %s "$out" | jq -r 'def text: if type == "string" then (if . == "dynamic" then "any" else . end) else "\(.[0])(\(.[1] | text))" end;
    def param: .type as $t | "\($t | text)\(if .is_nullable then "?" else "" end)";
    .function_signatures | to_entries[] | select(.key | contains("::") | not)
    | "\(.key)(" + ([(.value.parameters // [])[] | "\(.name) \(param)"] + [.value.variadic_parameter // empty | "\(.name)... \(param)"] | join(", "))
      + ") \(.value.return_type | text)"' >"$work/signatures"
is "the signatures are those of the reference" "$(grep -Fxv -f "$work/signatures" "$root/tests/conformance/data/signatures.txt")" ""
is "each is there again as core::NAME" "$(printf %s "$out" | jq '[.function_signatures | keys[] | select(startswith("core::"))] | length')" "$(wc -l <"$work/signatures")"
is "all are described" "$(printf %s "$out" | jq -r '.function_signatures | to_entries[] | select([.value | ., (.parameters // [])[], (.variadic_parameter // empty)] | any((.description // "") == "")) | .key')" ""
d "$work" metadata functions
has "and for people" "$out" "substr(str, offset, length)"
d "$work" metadata functions lookup
has "one with its parameters" "$out" "default... any, or null"
d "$work" metadata functions lokup
exits "no such function" 1
has "the near name is offered" "$err" '"lookup"'

done_testing

#include "answer.h"

Test(collection, length)
{
    CHECK({"length([1, unk])", "2"}, {"length({a = unk})", "1"}, {"length(\"👨‍👩‍👧\")", "1"},
          {"length(toset([\"a\", \"a\"]))", "1"}, {"length(unk)", "unknown"}, {"length(unk) >= 0", "unknown"},
          {"length(pre) < 0", "false"}, {"length(toset([\"a\", unk]))", "unknown"},
          {"length(true)", "error 1: length() failed"}, {"length(null)", "error 8: The value for \"value\""});
}

Test(collection, contains_index_one)
{
    CHECK({"contains([\"a\", 1], 1)", "true"}, {"contains([\"1\"], 1)", "false"},
          {"contains([\"a\", unk], \"a\")", "true"}, {"contains([unk], \"a\")", "unknown"},
          {"contains({}, 1)", "error 1: contains() failed"}, {"index([\"a\", \"b\"], \"b\")", "1"},
          {"index([], 1)", "error 1: index() failed: an empty list"}, {"one([])", "null"}, {"one([7])", "7"},
          {"one([1, 2])", "error 5: The value"}, {"one([unk])", "unknown"});
}

Test(collection, alltrue_anytrue)
{
    CHECK({"alltrue([])", "true"}, {"alltrue([true, null])", "false"}, {"alltrue([true, unk == \"x\"])", "unknown"},
          {"anytrue([])", "false"}, {"anytrue([unk == \"x\", true])", "true"}, {"anytrue([\"true\"])", "true"});
}

Test(collection, coalesces)
{
    CHECK({"coalesce(null, \"\", \"a\", \"b\")", "\"a\""}, {"coalesce(null, 0)", "0"}, {"coalesce(1, \"a\")", "\"1\""},
          {"coalesce(unk, \"x\")", "unknown"}, {"coalesce(null, \"\")", "error 1: coalesce() failed"},
          {"coalescelist([], [1])", "[1]"}, {"coalescelist([])", "error 1: coalescelist() failed"},
          {"matchkeys([\"i\", \"j\"], [\"a\", \"b\"], [\"b\"])", "[\"j\"]"},
          {"matchkeys([1], [1, 2], [])", "error 1: matchkeys() failed"});
}

Test(list, takes_apart)
{
    CHECK({"element([\"a\", \"b\"], 3)", "\"b\""}, {"element(tolist([\"a\", \"b\"]), -1)", "\"b\""},
          {"element([\"a\", \"b\"], -1)", "error 1: element() failed"}, {"element([], 0)", "error 1: element() failed"},
          {"slice([1, 2, 3], 1, 3)", "[2,3]"}, {"slice([1], 0, 2)", "error 15: The value for \"end_index\""},
          {"slice([1], 1, 0)", "error 12: The value for \"start_index\""},
          {"slice(toset([1]), 0, 1)", "error 7: The value"}, {"reverse([1, \"a\"])", "[\"a\",1]"},
          {"chunklist([1, 2, 3], 2)", "[[1,2],[3]]"}, {"chunklist([1, 2], 0)", "[[1,2]]"},
          {"chunklist([1], -1)", "error 1: chunklist() failed"});
}

Test(list, puts_together)
{
    CHECK({"concat([1], [\"a\"])", "[1,\"a\"]"}, {"concat(tolist([1]), tolist([\"a\"]))", "[\"1\",\"a\"]"},
          {"concat()", "error 1: concat() failed"}, {"concat([1], 2)", "error 13: The value for \"seqs\""},
          {"flatten([[1], [[2, []]], 3])", "[1,2,3]"}, {"flatten(1)", "error 1: flatten() failed"},
          {"flatten([[unk]])", "[null]"}, {"sort([\"b\", \"a\", \"B\"])", "[\"B\",\"a\",\"b\"]"},
          {"length(sort([\"b\", unk]))", "2"}, {"sort([null])", "error 1: sort() failed"},
          {"distinct([1, 2, 1])", "[1,2]"}, {"distinct([1, \"1\"])", "[\"1\"]"},
          {"compact([\"\", \"a\", null])", "[\"a\"]"});
}

Test(list, range)
{
    CHECK({"range(3)", "[0,1,2]"}, {"range(1, 4, 2)", "[1,3]"}, {"range(-2)", "[0,-1]"}, {"range(4, 1)", "[4,3,2]"},
          {"range(0, 1, 0.25)", "[0,0.25,0.5,0.75]"}, {"range(1, 2, 0)", "error 1: range() failed: the step"},
          {"range(1, 2, -1)", "error 10: The value"}, {"range(0, 1e12)", "error 1: range() failed: more than 1024"},
          {"range(1, 1, 0)", "[]"}, {"range()", "error 1: range() failed"});
}

Test(mapping, keys_values_lookup)
{
    CHECK({"keys({b = 1, a = unk})", "[\"a\",\"b\"]"}, {"values({b = 1, a = 2})", "[2,1]"},
          {"keys([])", "error 6: The value"}, {"values([])", "error 1: values() failed"},
          {"lookup({a = 1}, \"a\", 2)", "1"}, {"lookup({a = 1}, \"b\", 2)", "2"},
          {"lookup({a = 1}, \"b\")", "error 8: The value"},
          {"lookup(tomap({a = 1}), \"b\")", "error 1: lookup() failed: the map has no key \"b\""},
          {"lookup({a = 1}, \"a\", 2, 3)", "error 1: lookup() failed"},
          {"lookup({a = sec}, \"a\")", "sensitive \"s3cret\""});
}

Test(mapping, merge_zipmap_transpose)
{
    CHECK({"merge({a = 1, b = 2}, {b = 3}, null)", "{\"a\":1,\"b\":3}"},
          {"merge({a = 1, b = 2}, {b = \"x\"})", "{\"a\":1,\"b\":\"x\"}"}, {"merge()", "{}"},
          {"merge([])", "error 1: merge() failed"}, {"zipmap([\"a\", \"b\"], [1, \"x\"])", "{\"a\":1,\"b\":\"x\"}"},
          {"zipmap([\"a\"], [])", "error 1: zipmap() failed"}, {"zipmap([\"a\", \"a\"], [1, 2])", "{\"a\":2}"},
          {"transpose({a = [\"x\", \"y\"], b = [\"x\"]})", "{\"x\":[\"a\",\"b\"],\"y\":[\"a\"]}"});
}

Test(set, operations)
{
    CHECK({"setunion([\"a\"], [\"b\", \"a\"])", "[\"a\",\"b\"]"}, {"setintersection([1, 2], [2, 3])", "[2]"},
          {"setsubtract([1, 2], [2])", "[1]"}, {"setsubtract([\"a\", unk], [\"a\"])", "unknown"},
          {"setproduct([1, 2], [\"a\"])", "[[1,\"a\"],[2,\"a\"]]"}, {"setproduct([1], [])", "[]"},
          {"setproduct([1])", "error 1: setproduct() failed"},
          {"setproduct(range(1000), range(1000))", "error 1: setproduct() failed: the product would have"});
}

#include "answer.h"

Test(numeric, rounds_and_compares)
{
    CHECK({"abs(-1.5)", "1.5"}, {"ceil(1.1)", "2"}, {"floor(-1.1)", "-2"}, {"signum(-3)", "-1"},
          {"signum(1.5)", "error 1: signum() failed"}, {"min(3, \"2\", 5)", "2"}, {"max(1, 2.5)", "2.5"},
          {"min()", "error 1: min() failed"}, {"sum([1, \"2\", 0.5])", "3.5"}, {"sum([])", "error 5: The value"},
          {"sum([\"a\"])", "error 5: The value"});
}

Test(numeric, powers_to_the_last_digit)
{
    CHECK({"pow(2, 10)", "1024"}, {"pow(256, 7)", "72057594037927940"}, {"log(8, 2)", "3"},
          {"log(1000, 10)", "2.9999999999999996"}, {"log(-1, 2)", "error 1: log() failed"},
          {"pow(10, 1e9)", "error 1: pow() failed: 10 to the power of 1000000000 is beyond"},
          {"pow(3, -0.5)", "0.5773502691896258"}, {"pow(1e400, 2)", "error 1: pow() failed: argument 1"});
}

Test(numeric, parseint)
{
    CHECK({"parseint(\"ff\", 16)", "255"}, {"parseint(\"-Zz\", 62)", "-3817"},
          {"parseint(\"12345678901234567890123\", 10)", "12345678901234567890123"},
          {"parseint(\"9\", 8)", "error 11: The value for \"number\""},
          {"parseint(\"1\", 63)", "error 15: The value for \"base\""}, {"parseint(1, 10)", "error 10: The value"});
}

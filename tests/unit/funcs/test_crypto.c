#include "answer.h"

Test(crypto, hashes)
{
    CHECK({"md5(\"\")", "\"d41d8cd98f00b204e9800998ecf8427e\""},
          {"sha1(\"abc\")", "\"a9993e364706816aba3e25717850c26c9cd0d89d\""},
          {"sha256(\"abc\")", "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\""},
          {"base64sha256(\"abc\")", "\"ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=\""},
          {"length(sha512(\"\"))", "128"}, {"sha256(unk)", "unknown"});
}

Test(crypto, bcrypt_and_uuid)
{
    CHECK({"startswith(bcrypt(\"x\", 4), \"$2a$04$\")", "true"}, {"bcrypt(\"x\") == bcrypt(\"x\")", "false"},
          {"bcrypt(\"x\", 40)", "error 1: bcrypt() failed"}, {"length(uuid())", "36"}, {"uuid() == uuid()", "false"},
          {"uuidv5(\"dns\", \"www.example.com\")", "\"2ed6657d-e927-568b-95e1-2665a8aea6a2\""},
          {"uuidv5(\"6ba7b810-9dad-11d1-80b4-00c04fd430c8\", \"www.example.com\")",
           "\"2ed6657d-e927-568b-95e1-2665a8aea6a2\""},
          {"uuidv5(\"bad\", \"x\")", "error 1: uuidv5() failed"});
}

/* The pair of openssl pkey. */
Test(crypto, wireguard_public_key)
{
    CHECK({"wireguard_public_key(\"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\")",
           "\"pOCSkrZRwni5dyxWn1+puxPZBrRqtoyd+dwrRAn4ogk=\""},
          {"wireguard_public_key(\"AQ==\")", "error 23: The value"},
          {"wireguard_public_key(sec)", "error 22: The value"});
}

Test(crypto, rsadecrypt_refuses_what_is_no_key)
{
    CHECK({"rsadecrypt(\"*\", \"x\")", "error 13: The value for \"ciphertext\""},
          {"rsadecrypt(\"aa==\", \"x\")", "error 21: The value for \"privatekey\""});
}

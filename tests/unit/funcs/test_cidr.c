#include "answer.h"

Test(cidr, hosts_and_masks)
{
    CHECK({"cidrhost(\"10.1.2.3/8\", 256)", "\"10.0.1.0\""}, {"cidrhost(\"192.168.1.0/24\", -2)", "\"192.168.1.254\""},
          {"cidrhost(\"fd00::/64\", 65536)", "\"fd00::1:0\""},
          {"cidrhost(\"10.0.0.0/32\", 1)", "error 1: cidrhost() failed"},
          {"cidrhost(\"10.0.0/8\", 1)", "error 1: cidrhost() failed"},
          {"cidrhost(\"10.0.0.0/8\", 1.5)", "error 1: cidrhost() failed"},
          {"cidrnetmask(\"010.0.0.0/12\")", "\"255.240.0.0\""},
          {"cidrnetmask(\"::/0\")", "error 1: cidrnetmask() failed"});
}

Test(cidr, subnets)
{
    CHECK({"cidrsubnet(\"10.0.0.0/8\", 8, 2)", "\"10.2.0.0/16\""},
          {"cidrsubnet(\"fd00::/64\", 40, 5)", "\"fd00::500:0/104\""},
          {"cidrsubnet(\"10.0.0.0/8\", 8, 256)", "error 1: cidrsubnet() failed"},
          {"cidrsubnet(\"10.0.0.0/8\", 25, 0)", "error 1: cidrsubnet() failed"},
          {"cidrsubnets(\"10.0.0.0/16\", 4, 4, 8, 4)",
           "[\"10.0.0.0/20\",\"10.0.16.0/20\",\"10.0.32.0/24\",\"10.0.48.0/20\"]"},
          {"cidrsubnets(\"10.0.0.0/8\", 1, 1, 1)", "error 33: The value"},
          {"cidrsubnets(\"10.0.0.0/8\", 0)", "error 27: The value"},
          {"cidrcontains(\"10.0.0.0/8\", \"10.255.0.1\")", "true"},
          {"cidrcontains(\"10.0.0.0/8\", \"10.0.0.0/7\")", "false"},
          {"cidrcontains(\"2001:db8::/32\", \"2001:db8::1\")", "true"},
          {"cidrcontains(\"10.0.0.0/8\", \"x\")", "error 29: The value"});
}

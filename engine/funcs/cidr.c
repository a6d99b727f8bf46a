/*
 * cidr: arithmetic on address prefixes of IPv4 and IPv6. Numbers of hosts and subnets are two's complement over 256
 * bits, which is enough for any number that fits an address and for the reference's ways with negative ones.
 */
#include "funcs/kit.h"

#include <arpa/inet.h>
#include <netinet/in.h>

struct prefix {
    unsigned char address[16]; /* the first `bits / 8` bytes */
    int bits;                  /* 32 or 128 */
    int length;
};

/* -- addresses as text -- */

/* Four decimal numbers; leading zeros are allowed and mean nothing. */
static bool parse_ipv4(struct str s, unsigned char out[static 4])
{
    size_t i = 0;
    for (int part = 0; part < 4; part++) {
        unsigned value = 0;
        size_t from = i;
        for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
            if ((value = value * 10 + (unsigned)(s.p[i] - '0')) > 255)
                return false;
        if (i == from || (part < 3 && (i >= s.n || s.p[i++] != '.')))
            return false;
        out[part] = (unsigned char)value;
    }
    return i == s.n;
}

static bool parse_ipv6(struct arena *arena, struct str s, unsigned char out[static 16])
{
    return str_find_byte(s, ':', 0) != SIZE_MAX && str_find_byte(s, '\0', 0) == SIZE_MAX &&
           inet_pton(AF_INET6, arena_str(arena, s).p, out) == 1;
}

static bool parse_address(struct arena *arena, struct str s, struct prefix *out)
{
    out->bits = out->length = parse_ipv4(s, out->address) ? 32 : 128;
    return out->bits == 32 || parse_ipv6(arena, s, out->address);
}

/* Without the bits behind the prefix. */
static void mask_address(unsigned char *address, int bits, int length)
{
    for (int i = 0; i < bits / 8; i++) {
        int keep = length - 8 * i;
        address[i] &= (unsigned char)(keep >= 8 ? 0xff : keep <= 0 ? 0 : 0xff << (8 - keep));
    }
}

/* "10.0.0.0/8", as the network it is in; false where it is none. */
static bool parse_prefix(struct arena *arena, struct str s, struct prefix *out)
{
    size_t slash = str_find_byte(s, '/', 0);
    int length = 0;
    if (slash == SIZE_MAX || !parse_address(arena, str_sub(s, 0, slash), out))
        return false;
    struct str digits = str_sub(s, slash + 1, s.n);
    for (size_t i = 0; i < digits.n; i++) {
        if (digits.p[i] < '0' || digits.p[i] > '9' || length > 128)
            return false;
        length = length * 10 + (digits.p[i] - '0');
    }
    if (!digits.n || length > out->bits)
        return false;
    out->length = length;
    mask_address(out->address, out->bits, length);
    return true;
}

/* Argument `i` as a prefix; a diagnostic at `at` where it is none. */
static bool prefix_arg(struct func_call *call, size_t i, int at, struct prefix *out)
{
    if (parse_prefix(kit_arena(call), kit_str(call, i), out))
        return true;
    return func_fail(call, at, _("\"%.*s\" is not an address prefix such as 10.0.0.0/8 or 2001:db8::/32"),
                     STR_ARG(kit_str(call, i)));
}

static const char *address_text(char out[static INET6_ADDRSTRLEN], const unsigned char *address, int bits)
{
    return inet_ntop(bits == 32 ? AF_INET : AF_INET6, address, out, INET6_ADDRSTRLEN);
}

/* IPv6 by RFC 5952: the first longest run of two or more zero groups is left out, and no group is written as IPv4. */
static void print_ipv6(struct strbuf *out, const unsigned char *address)
{
    unsigned groups[8];
    int best = -1, best_n = 1;
    for (int i = 0; i < 8; i++)
        groups[i] = (unsigned)address[2 * i] << 8 | address[2 * i + 1];
    for (int i = 0, n; i < 8; i += n + 1) {
        for (n = 0; i + n < 8 && !groups[i + n]; n++)
            ;
        if (n > best_n)
            best = i, best_n = n;
    }
    for (int i = 0; i < 8; i++) {
        if (i == best) {
            strbuf_lit(out, "::");
            i += best_n - 1;
            continue;
        }
        if (i && i != best + best_n)
            strbuf_addc(out, ':');
        strbuf_printf(out, "%x", groups[i]);
    }
}

/* An IPv4 address inside IPv6 (::ffff:a.b.c.d) is written as the IPv4 address that it is. */
static bool is_mapped(const unsigned char *address, int bits)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    return bits == 128 && memcmp(address, mapped, sizeof mapped) == 0;
}

static void print_address(struct strbuf *out, const unsigned char *address, int bits)
{
    char text[INET6_ADDRSTRLEN];
    if (bits == 32)
        strbuf_printf(out, "%s", address_text(text, address, 32));
    else if (is_mapped(address, bits))
        strbuf_printf(out, "%s", address_text(text, address + 12, 32));
    else
        print_ipv6(out, address);
}

static struct value prefix_value(struct arena *arena, const struct prefix *p)
{
    STRBUF_AUTO out = STRBUF_INIT(128);
    print_address(&out, p->address, p->bits);
    strbuf_printf(&out, "/%d", is_mapped(p->address, p->bits) && p->length >= 96 ? p->length - 96 : p->length);
    return value_string_copy(arena, strbuf_str(&out));
}

/* -- numbers as wide as two addresses -- */

/* Two's complement, most significant byte first. */
struct wide {
    unsigned char b[32];
};

static struct wide wide_negate(struct wide w)
{
    unsigned carry = 1;
    for (int i = 31; i >= 0; i--) {
        carry += (unsigned char)~w.b[i];
        w.b[i] = (unsigned char)carry;
        carry >>= 8;
    }
    return w;
}

static bool wide_negative(struct wide w)
{
    return w.b[0] & 0x80;
}

/* Digits of a whole number, with its sign; false beyond 200 bits. */
static bool wide_parse(struct str s, struct wide *out)
{
    bool negative = str_starts(s, STR("-"));
    *out = (struct wide){0};
    for (size_t i = negative; i < s.n; i++) {
        unsigned carry = (unsigned)(s.p[i] - '0');
        for (int j = 31; j >= 0; j--) {
            carry += 10u * out->b[j];
            out->b[j] = (unsigned char)carry;
            carry >>= 8;
        }
        if (out->b[6])
            return false;
    }
    if (negative)
        *out = wide_negate(*out);
    return true;
}

static struct wide wide_shift_left(struct wide w, int bits)
{
    struct wide out = {0};
    int bytes = bits / 8, rest = bits % 8;
    for (int i = 0; i + bytes < 32; i++) {
        unsigned two = (unsigned)w.b[i + bytes] << 8 | (i + bytes + 1 < 32 ? w.b[i + bytes + 1] : 0);
        out.b[i] = (unsigned char)(two << rest >> 8);
    }
    return out;
}

/* -1, 0 or 1 for numbers that are not negative. */
static int wide_cmp(struct wide a, struct wide b)
{
    return memcmp(a.b, b.b, sizeof a.b);
}

static struct wide wide_sub(struct wide a, struct wide b)
{
    b = wide_negate(b);
    unsigned carry = 0;
    for (int i = 31; i >= 0; i--) {
        carry += (unsigned)a.b[i] + b.b[i];
        a.b[i] = (unsigned char)carry;
        carry >>= 8;
    }
    return a;
}

static struct wide wide_from(uint64_t n)
{
    struct wide w = {0};
    for (int i = 0; i < 8; i++)
        w.b[31 - i] = (unsigned char)(n >> (8 * i));
    return w;
}

/* 2^bits - 1. */
static struct wide wide_ones(int bits)
{
    return wide_sub(wide_shift_left(wide_from(1), bits), wide_from(1));
}

/* The whole number in argument i. */
static bool wide_arg(struct func_call *call, size_t i, struct wide *out)
{
    struct number n = value_as_number(call->args[i]);
    struct str text = number_text(kit_arena(call), n);
    if (!number_is_int(n))
        return func_fail(call, KIT_CALL, _("argument %zu must be a whole number, and is %.*s"), i + 1, STR_ARG(text));
    if (number_is_inf(n) || !wide_parse(text, out))
        return func_fail(call, KIT_CALL, _("argument %zu is beyond the range of addresses"), i + 1);
    return true;
}

static struct wide wide_magnitude(struct wide w)
{
    return wide_negative(w) ? wide_negate(w) : w;
}

static bool wide_fits(struct wide w, int bits)
{
    return wide_cmp(w, wide_ones(bits)) <= 0;
}

/* The address with the number put behind the first `length` bits, as the reference does it for negative ones too: the
 * sum of bits in two's complement, and of that the magnitude. False where that is longer than an address. */
static bool put_number(struct prefix *p, struct wide number, int length)
{
    if (!wide_fits(wide_magnitude(number), p->bits))
        return false; /* and could be shifted out of sight */
    struct wide w = wide_shift_left(number, p->bits - length);
    for (int i = 0; i < p->bits / 8; i++)
        w.b[32 - p->bits / 8 + i] |= p->address[i];
    w = wide_magnitude(w);
    memcpy(p->address, w.b + 32 - p->bits / 8, (size_t)p->bits / 8);
    return wide_fits(w, p->bits);
}

/* -- cidrhost, cidrnetmask, cidrsubnet -- */

static bool no_room(struct func_call *call, const struct prefix *p, size_t i)
{
    return func_fail(call, KIT_CALL, _("a prefix of %d bits has no host number %.*s"), p->length,
                     STR_ARG(number_text(kit_arena(call), value_as_number(call->args[i]))));
}

/* Negative numbers count back from the last address. */
static bool cidrhost_impl(struct func_call *call)
{
    struct prefix p;
    struct wide number;
    STRBUF_AUTO out = STRBUF_INIT(128);
    if (!prefix_arg(call, 0, KIT_CALL, &p) || !wide_arg(call, 1, &number))
        return false;
    struct wide last = wide_ones(p.bits - p.length);
    bool back = wide_negative(number);
    struct wide distance = back ? wide_sub(wide_negate(number), wide_from(1)) : number;
    if (wide_cmp(distance, last) > 0)
        return no_room(call, &p, 1);
    if (!put_number(&p, back ? wide_sub(last, distance) : number, p.bits))
        return no_room(call, &p, 1);
    print_address(&out, p.address, p.bits);
    return kit_answer_text(call, &out);
}

static bool cidrnetmask_impl(struct func_call *call)
{
    struct prefix p;
    STRBUF_AUTO out = STRBUF_INIT(128);
    if (!prefix_arg(call, 0, KIT_CALL, &p))
        return false;
    if (p.bits != 32)
        return func_fail(call, KIT_CALL, _("IPv6 has no netmasks; use the prefix itself"));
    memset(p.address, 0xff, 4);
    mask_address(p.address, 32, p.length);
    print_address(&out, p.address, 32);
    return kit_answer_text(call, &out);
}

/* Whether the number of a subnet fits the bits that the prefix grows by. The reference looks at its magnitude alone. */
static bool subnet_fits(struct wide number, int64_t bits)
{
    struct wide magnitude = wide_magnitude(number);
    memset(magnitude.b, 0, 24);
    return bits < 0 || bits >= 64 || wide_cmp(magnitude, wide_ones((int)bits)) <= 0;
}

static bool cidrsubnet_impl(struct func_call *call)
{
    struct prefix p;
    struct wide number;
    int64_t grow;
    if (!kit_int(call, 1, KIT_CALL, _("invalid number of additional bits"), &grow) || !wide_arg(call, 2, &number) ||
        !prefix_arg(call, 0, KIT_CALL, &p))
        return false;
    if (grow > p.bits - p.length)
        return func_fail(call, KIT_CALL, _("a prefix of %d bits cannot grow by %lld bits: addresses have %d"), p.length,
                         (long long)grow, p.bits);
    if (!subnet_fits(number, grow))
        return func_fail(call, KIT_CALL, _("%lld additional bits cannot hold the subnet number %.*s"), (long long)grow,
                         STR_ARG(number_text(kit_arena(call), value_as_number(call->args[2]))));
    bool longer = grow < -(int64_t)p.length;
    if (longer && wide_cmp(number, wide_from(0)) == 0)
        return kit_answer(call, value_string(STR("<nil>"))); /* so says the reference */
    if (longer || !put_number(&p, number, p.length + (int)grow))
        return func_fail(call, KIT_CALL, _("there is no room for the number %.*s in a prefix of %lld bits"),
                         STR_ARG(number_text(kit_arena(call), value_as_number(call->args[2]))),
                         (long long)(p.length + grow));
    p.length += (int)grow;
    return kit_answer(call, prefix_value(kit_arena(call), &p));
}

/* -- cidrsubnets -- */

/* The first address behind the prefix; false where there is none. */
static bool address_behind(struct prefix *p)
{
    int bit = p->length - 1, i = bit / 8;
    if (bit < 0)
        return false;
    unsigned carry = 1u << (7 - bit % 8);
    for (; i >= 0 && carry; i--) {
        carry += p->address[i];
        p->address[i] = (unsigned char)carry;
        carry >>= 8;
    }
    return !carry;
}

static bool covers(const struct prefix *net, const struct prefix *p)
{
    unsigned char head[16];
    memcpy(head, p->address, sizeof head);
    mask_address(head, net->bits, net->length);
    return net->bits == p->bits && p->length >= net->length && memcmp(head, net->address, (size_t)net->bits / 8) == 0;
}

/* The length of the i-th subnet (arguments from 1). */
static bool subnet_length(struct func_call *call, const struct prefix *net, size_t i, int *out)
{
    int64_t grow;
    if (!kit_int(call, i, (int)i, _("invalid number of additional bits"), &grow))
        return false;
    if (grow < 1 || grow > 32)
        return func_fail(call, (int)i, _("a prefix can grow by 1 to 32 bits at a time, not by %lld"), (long long)grow);
    if (grow > net->bits - net->length)
        return func_fail(call, (int)i, _("%lld more bits would make %lld, but the addresses have %d"), (long long)grow,
                         (long long)grow + net->length, net->bits);
    *out = net->length + (int)grow;
    return true;
}

/* The next prefix of that length behind `at`, aligned. */
static bool next_subnet(const struct prefix *net, struct prefix *at, int length)
{
    if (!address_behind(at))
        return false;
    struct prefix next = *at;
    next.length = length;
    mask_address(next.address, next.bits, length);
    if (memcmp(next.address, at->address, (size_t)at->bits / 8) != 0 && !address_behind(&next))
        return false;
    *at = next;
    return covers(net, at);
}

static bool cidrsubnets_impl(struct func_call *call)
{
    struct prefix net, at;
    if (!prefix_arg(call, 0, 0, &net))
        return false;
    if (!net.length && call->n > 1)
        return func_fail(call, 1, _("the prefix 0 leaves nothing to count from; take a longer prefix"));
    struct value *items = ARENA_ARRAY(kit_arena(call), struct value, call->n);
    at = net;
    for (size_t i = 1; i < call->n; i++) {
        int length = 0;
        if (!subnet_length(call, &net, i, &length))
            return false;
        if (i > 1 && !next_subnet(&net, &at, length))
            return func_fail(call, (int)i, _("there is no room left for a prefix of %d bits in %.*s"), length,
                             STR_ARG(kit_str(call, 0)));
        at.length = length;
        items[i - 1] = prefix_value(kit_arena(call), &at);
    }
    return kit_answer(call, value_list(type_string, items, call->n - 1));
}

/* -- cidrcontains -- */

static bool cidrcontains_impl(struct func_call *call)
{
    struct prefix net, other;
    if (!prefix_arg(call, 0, 0, &net))
        return false;
    if (!parse_address(kit_arena(call), kit_str(call, 1), &other) && !prefix_arg(call, 1, 1, &other))
        return false;
    return kit_answer(call, value_bool(covers(&net, &other)));
}

#define PREFIX_PARAM                                                                                                   \
    {                                                                                                                  \
        "prefix", "string", 0, N_("An address prefix: 10.0.0.0/8, 2001:db8::/32.")                                     \
    }

const struct func cidr_funcs[] = {
    {.name = "cidrhost",
     .result_type = "string",
     .impl = cidrhost_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS(PREFIX_PARAM, {"hostnum", "number", 0, N_("The number of the host; negative: from the end.")}),
     .doc = N_("The address of a host by its number in a prefix.")},
    {.name = "cidrnetmask",
     .result_type = "string",
     .impl = cidrnetmask_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS(PREFIX_PARAM),
     .doc = N_("The netmask of an IPv4 prefix.")},
    {.name = "cidrsubnet",
     .result_type = "string",
     .impl = cidrsubnet_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS(PREFIX_PARAM, {"newbits", "number", 0, N_("By how many bits the prefix grows.")},
                      {"netnum", "number", 0, N_("The number of the subnet, which goes into those bits.")}),
     .doc = N_("A subnet of a prefix by its number.")},
    {.name = "cidrsubnets",
     .result_type = "list(string)",
     .impl = cidrsubnets_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS(PREFIX_PARAM),
     .rest = REST("newbits", "number", 0, N_("For each subnet, by how many bits the prefix grows.")),
     .doc = N_("Consecutive subnets of a prefix, of the given sizes.")},
    {.name = "cidrcontains",
     .result_type = "bool",
     .impl = cidrcontains_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS(PREFIX_PARAM, {"address", "string", 0, N_("An address or prefix.")}),
     .doc = N_("Whether an address or prefix lies within a prefix.")},
    {0},
};

#include "module_store/download.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "base/gettext.h"
#include "module_store/curl_library.h"

#include <errno.h>
#include <fcntl.h>

struct transfer {
    int fd;
    uint64_t bytes;
    bool over;
    int error; /* errno of a failed write */
};

static size_t on_data(char *data, size_t one, size_t n, void *ctx)
{
    struct transfer *t = ctx;
    t->bytes += one * n;
    t->over = t->bytes > DOWNLOAD_MAX;
    if (t->over)
        return 0;
    if (fs_write_all(&vfs_system, t->fd, str_from(data, one * n)))
        return n;
    t->error = errno;
    return 0;
}

static void configure(const struct curl_library *curl, CURL *handle, struct transfer *t, char *problem)
{
    curl->easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl->easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl->easy_setopt(handle, CURLOPT_FAILONERROR, 1L);
    curl->easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl->easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, 30L);
    curl->easy_setopt(handle, CURLOPT_TIMEOUT, (long)DOWNLOAD_SECONDS);
    curl->easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 100L);
    curl->easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, 60L);
    curl->easy_setopt(handle, CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL);
    curl->easy_setopt(handle, CURLOPT_USERAGENT, "detour");
    curl->easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_data);
    curl->easy_setopt(handle, CURLOPT_WRITEDATA, t);
    curl->easy_setopt(handle, CURLOPT_ERRORBUFFER, problem);
}

/* HTTPS, or a server of this machine, where that is where the way began. */
static bool is_safe(struct str url, bool from_here)
{
    static const struct str near[] = {STR_INIT("http://localhost"), STR_INIT("http://127.0.0.1"),
                                      STR_INIT("http://[::1]")};
    if (str_starts(url, STR("https://")))
        return true;
    for (size_t i = 0; from_here && i < sizeof near / sizeof *near; i++)
        if (str_starts(url, near[i]) && url.n > near[i].n && (url.p[near[i].n] == '/' || url.p[near[i].n] == ':'))
            return true;
    return false;
}

static bool explain(struct arena *arena, const struct curl_library *curl, CURL *handle, CURLcode code,
                    const struct transfer *t, const char *problem, struct str *why)
{
    long status = 0;
    curl->easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    if (t->over)
        *why = arena_printf(arena, _("It is larger than %d MiB."), DOWNLOAD_MAX >> 20);
    else if (t->error)
        *why = arena_printf(arena, _("It could not be stored: %s."), strerror(t->error));
    else if (code == CURLE_HTTP_RETURNED_ERROR)
        *why = arena_printf(arena,
                            status == 404 || status == 410 ? _("The server has no such file (%ld).")
                            : status == 401 || status == 403
                                ? _("The server refuses it (%ld); a name and a password may stand in ~/.netrc.")
                                : _("The server answers %ld."),
                            status);
    else
        *why = arena_printf(arena, "%s.", *problem ? problem : curl->easy_strerror(code));
    return false;
}

/* Where the server sends to, in place of an answer; NULL: nowhere. */
static const char *redirect(const struct curl_library *curl, CURL *handle)
{
    char *next = NULL;
    curl->easy_getinfo(handle, CURLINFO_REDIRECT_URL, &next);
    return next;
}

/* Redirects are followed here, since libcurl cannot be told that http is fine on this machine alone. */
static bool follow(struct arena *arena, const struct curl_library *curl, CURL *handle, struct str url,
                   struct transfer *t, char *problem, struct str *why)
{
    bool from_here = !str_starts(url, STR("https://"));
    for (unsigned i = 0; i <= DOWNLOAD_REDIRECTS; i++) {
        if (!is_safe(url, from_here)) {
            *why = arena_printf(arena, _("The server sends to \"%.*s\", which is not https."), STR_ARG(url));
            return false;
        }
        curl->easy_setopt(handle, CURLOPT_URL, arena_str(arena, url).p);
        CURLcode code = curl->easy_perform(handle);
        if (code != CURLE_OK)
            return explain(arena, curl, handle, code, t, problem, why);
        const char *next = redirect(curl, handle);
        if (!next)
            return true;
        url = arena_str(arena, str_c(next));
        t->bytes = 0;
        if (ftruncate(t->fd, 0) != 0 || lseek(t->fd, 0, SEEK_SET) != 0)
            break;
    }
    *why = arena_printf(arena, _("More than %d redirects follow one another."), DOWNLOAD_REDIRECTS);
    return false;
}

static bool transfer(struct arena *arena, const struct curl_library *curl, struct str url, struct transfer *t,
                     struct str *why)
{
    char problem[CURL_ERROR_SIZE] = "";
    CURL *handle = curl->easy_init();
    if (!handle) {
        *why = STR("libcurl does not start.");
        return false;
    }
    configure(curl, handle, t, problem);
    bool ok = follow(arena, curl, handle, url, t, problem, why);
    curl->easy_cleanup(handle);
    return ok;
}

bool download_file(struct arena *arena, struct str url, const char *path, struct str *why)
{
    const char *problem;
    const struct curl_library *curl = curl_library_load(&problem);
    if (!curl) {
        *why = arena_printf(arena, _("libcurl is needed for it: %s. Install the package libcurl4."), problem);
        return false;
    }
    FD_AUTO fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        *why = arena_printf(arena, "%s: %s.", path, strerror(errno));
        return false;
    }
    struct transfer t = {.fd = fd};
    return transfer(arena, curl, url, &t, why);
}

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

static void configure(const struct curl_library *curl, CURL *handle, const char *url, struct transfer *t, char *problem)
{
    bool secure = str_starts(str_c(url), STR("https://"));
    const char *protocols = secure ? "https" : "http,https";
    curl->easy_setopt(handle, CURLOPT_URL, url);
    curl->easy_setopt(handle, CURLOPT_PROTOCOLS_STR, protocols);
    curl->easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, protocols);
    curl->easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
    curl->easy_setopt(handle, CURLOPT_MAXREDIRS, (long)DOWNLOAD_REDIRECTS);
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

/* A server of this machine may send elsewhere, but not to where http goes over a network. */
static bool ended_safely(const struct curl_library *curl, CURL *handle)
{
    static const struct str near[] = {STR_INIT("http://localhost"), STR_INIT("http://127.0.0.1"),
                                      STR_INIT("http://[::1]")};
    char *last = NULL;
    curl->easy_getinfo(handle, CURLINFO_EFFECTIVE_URL, &last);
    struct str url = str_c(last);
    if (str_starts(url, STR("https://")))
        return true;
    for (size_t i = 0; i < sizeof near / sizeof *near; i++)
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
    else if (code == CURLE_UNSUPPORTED_PROTOCOL)
        *why = arena_printf(arena, _("The server sends to somewhere that is not https: %s."), problem);
    else
        *why = arena_printf(arena, "%s.", *problem ? problem : curl->easy_strerror(code));
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
    configure(curl, handle, arena_str(arena, url).p, t, problem);
    CURLcode code = curl->easy_perform(handle);
    bool ok = code == CURLE_OK;
    if (!ok)
        explain(arena, curl, handle, code, t, problem, why);
    else if (!(ok = ended_safely(curl, handle)))
        *why = STR(_("The server sends to somewhere that is not https."));
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

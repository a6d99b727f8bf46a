#include "base/gettext.h"

#include <locale.h>

bool gettext_found;

void gettext_start(const char *domain, const char *folder)
{
    setlocale(LC_CTYPE, "");
    setlocale(LC_MESSAGES, "");
    bindtextdomain(domain, folder);
    textdomain(domain);
    const char *header = gettext(""); /* a catalogue answers with its header */
    gettext_found = *header != '\0';
}

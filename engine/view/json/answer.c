#include "view/json/answer.h"
#include "view/json/stream.h"
#include "view/json/writer.h"

void json_answer(struct strbuf *out, struct value v, const struct sources *sources, const struct diags *diags)
{
    struct writer w = writer_to(out);
    writer_open(&w, '{');
    if (diags_failed(diags)) {
        writer_key(&w, "diagnostics");
        writer_open(&w, '[');
        vec_each (&diags->list, i)
            json_diagnostic(&w, sources, &diags->list.v[i]);
        writer_close(&w, ']');
    } else {
        writer_key(&w, "value");
        writer_value(&w, v);
        writer_key(&w, "type");
        writer_type(&w, v.type);
        writer_key(&w, "sensitive");
        if (value_has_secret(v))
            writer_sensitive_mask(&w, v);
        else
            writer_bool(&w, false);
        writer_key(&w, "unknown");
        if (value_wholly_known(v))
            writer_bool(&w, false);
        else
            writer_unknown_mask(&w, v);
    }
    writer_close(&w, '}');
    strbuf_addc(out, '\n');
}

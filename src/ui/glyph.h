/* SPDX-License-Identifier: MIT
 * glyph.h - what is drawn with: one table, three levels.
 *
 * Box drawing, triangles and circles are of ambiguous width: two columns in some terminals.  So
 * there is a level with only such glyphs as are narrow everywhere, and one in ASCII.  The geometry
 * is the same in all three: every glyph takes one column.
 */
#ifndef FW_UI_GLYPH_H
#define FW_UI_GLYPH_H

#include "ui/model.h"

enum glyph {
#define GLYPH(id, full, narrow, ascii) G_##id,
#include "ui/glyph.def"
#undef GLYPH
    GLYPH_COUNT
};

uint32_t    glyph(enum glyphs level, enum glyph g);
const char *glyph_text(enum glyphs level, enum glyph g); /* the same as terminated UTF-8 */

/* Replace what is left of Unicode on a surface (quotes, dashes, letters with marks) by ASCII, one
 * column for one column. */
void surface_ascii(struct surface *s);

#endif

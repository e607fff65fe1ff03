import { quoted } from './node.js';
import { scalar } from './scalars.js';
import type { Schema } from './schema.js';

const FORM = 'origins such as https://app.example, or *';

/** Origins of pages, with commas between. An origin has no path: that is how browsers name it. */
export const corsOrigins: Schema<readonly string[]> = scalar(FORM, (text) => {
  const origins = text.split(',').map((word) => word.trim());
  const wrong = origins.find((origin) => origin !== '*' && !isOrigin(origin));
  if (wrong === undefined) return { value: origins };
  const hint =
    URL.canParse(wrong) && isOrigin(new URL(wrong).origin)
      ? `; did you mean "${new URL(wrong).origin}"?`
      : '';
  return { fault: `expected ${FORM}, found ${quoted(wrong)}${hint}` };
});

function isOrigin(text: string): boolean {
  // No browser names an origin with a `*` in it: such a one would allow nobody.
  return URL.canParse(text) && new URL(text).origin === text && !text.includes('*');
}

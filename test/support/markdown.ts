/** A Markdown page as far as the checks of the documentation look into it. */
export interface Page {
  readonly text: string;
  /** The text without what stands in fences, where a link or heading would be an example. */
  readonly prose: string;
  readonly headings: readonly string[];
  /** What links may name after `#`, as GitHub makes it of headings. */
  readonly anchors: ReadonlySet<string>;
  /** The targets of links and pictures, in order. */
  readonly links: readonly string[];
  readonly blocks: readonly CodeBlock[];
}

export interface CodeBlock {
  /** The word after the fence, or ''. */
  readonly language: string;
  readonly code: string;
}

const FENCE = /^```(\w*)[^\n]*\n(.*?)^```$/gms;

export function readPage(text: string): Page {
  const blocks = [...text.matchAll(FENCE)].map(([, language = '', code = '']) => ({ language, code }));
  const prose = text.replace(FENCE, '');
  const headings = [...prose.matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = '']) => heading.trim());
  const markdownLinks = [...prose.matchAll(/\]\(<?([^)\s>]+)>?\)/g)];
  const htmlLinks = [...prose.matchAll(/\b(?:src|srcset|href)="([^"]+)"/g)];
  return {
    text,
    prose,
    headings,
    anchors: anchorsOf(headings),
    links: [...markdownLinks, ...htmlLinks].map(([, target = '']) => target),
    blocks,
  };
}

/** What stands between `<!-- begin name -->` and `<!-- end name -->`; null without these markers. */
export function markedPart(page: Page, name: string): string | null {
  const [, part] = page.text.split(`<!-- begin ${name} -->`);
  const found = part?.split(`<!-- end ${name} -->`);
  return found?.length === 2 ? (found[0] ?? null) : null;
}

/** Lower case, marks dropped, spaces to hyphens, and a number from the second of the same name on. */
function anchorsOf(headings: readonly string[]): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const heading of headings) {
    const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const base = text.replace(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-');
    let anchor = base;
    for (let i = 1; anchors.has(anchor); i++) anchor = `${base}-${i}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** A real browser that looks at the dashboard: Chromium as the system has it, driven by playwright-core. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** `CHROMIUM` says which; else the first that there is. Null where there is none. */
export const chromiumPath: string | null =
  process.env['CHROMIUM'] ?? PLACES.find((path) => existsSync(path)) ?? null;

/** For the `skip` of a test: why it cannot run here, or false. */
export const withoutBrowser: string | false =
  chromiumPath === null ? 'there is no Chromium: install it, or name it in CHROMIUM' : false;

/** One browser for a file of tests. */
export async function openBrowser(): Promise<Browser> {
  if (chromiumPath === null) throw new Error('there is no Chromium');
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
  return await chromium.launch({ executablePath: chromiumPath, args });
}

/** A page, and what it complained of. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors in the console, exceptions that nobody caught, requests to anyone but this server. */
  readonly complaints: string[];
}

/** A page of its own, in English and of 1280 by 800 unless said otherwise. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'en-US',
    ...options,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    const isOwn = origin === new URL(url).origin || protocol === 'data:' || protocol === 'blob:';
    if (!isOwn) complaints.push(`asked ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints };
}

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe (WCAG 2.2 A and AA, and best practices) finds wrong with the page as it is now, one line for each. */
export async function axeViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found = (await page.evaluate('axe.run(document)')) as { readonly violations: readonly Violation[] };
  return found.violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  );
}

/** Throws unless the page complained of nothing and axe finds nothing. */
export async function assertSound({ page, complaints }: WatchedPage): Promise<void> {
  assert.deepEqual(await axeViolations(page), []);
  assert.deepEqual(complaints, []);
}

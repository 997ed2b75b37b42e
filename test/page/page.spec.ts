import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

/** Debian's Chromium, unless another is named: one that is not there is a failure. */
const BROWSER = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const page = new URL('../../apps/ledger/verifier/verify.html', import.meta.url);
const vectors = new URL('../vectors/evidence/', import.meta.url);
const bytesOf = (name: string): Buffer => readFileSync(new URL(name, vectors));

interface Case {
  readonly name: string;
  readonly code: string | null;
  readonly level?: string;
}
const cases = JSON.parse(bytesOf('cases.json').toString('utf8')) as readonly Case[];

/** What the page says in the end. */
interface Said {
  readonly verdict: string;
  readonly code: string | undefined;
  readonly report: string;
}

const profile = mkdtempSync(join(tmpdir(), 'delta-hub-page-'));
const requests: string[] = [];
const errors: string[] = [];
let context: BrowserContext;

beforeAll(async () => {
  const quiet = ['disable-background-networking', 'disable-component-update', 'disable-sync', 'no-first-run'];
  context = await chromium.launchPersistentContext(profile, {
    executablePath: BROWSER,
    timeout: 0,
    args: ['no-sandbox', 'disable-gpu', 'disable-quic', ...quiet].map((flag) => `--${flag}`),
  });
  // What hangs is ended by the limit of its test.
  context.setDefaultTimeout(0);
  context.on('request', (request) => requests.push(request.url()));
  context.on('weberror', (error) => errors.push(error.error().message));
});

afterAll(async () => {
  await context.close();
  // Processes of the browser may outlive it for a moment, and still write there.
  rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
});

/** A page of its own for each question. */
const asking = async (level: string, ask: (page: Page) => Promise<void>): Promise<Said> => {
  const tab = await context.newPage();
  try {
    await tab.goto(page.href);
    await tab.selectOption('#level', level);
    await ask(tab);
    const verdict = tab.locator('#verdict[data-verdict]:not([data-verdict="BUSY"])');
    await verdict.waitFor();
    const [said, code, report] = await Promise.all([
      verdict.getAttribute('data-verdict'),
      verdict.getAttribute('data-code'),
      tab.locator('#report').textContent(),
    ]);
    return { verdict: said ?? '', code: code ?? undefined, report: report ?? '' };
  } finally {
    await tab.close();
  }
};

/** Files dropped on the page, as base64 by name. */
const drop = (tab: Page, files: readonly (readonly [string, string])[]): Promise<void> =>
  tab.evaluate((dropped) => {
    const dataTransfer = new DataTransfer();
    for (const [name, base64] of dropped)
      dataTransfer.items.add(new File([Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0))], name));
    document.dispatchEvent(new DragEvent('drop', { dataTransfer }));
  }, files);

const fileOf = (name: string): readonly [string, string] => [name, bytesOf(name).toString('base64')];

describe('the evidence page, in a browser', () => {
  it.each(cases.map((one) => [one.name, one] as const))(
    '%s: the verdict of the node',
    async (_, { name, code, level }) => {
      const said = await asking(level ?? 'LOCAL', (tab) => drop(tab, [fileOf('trust.json'), fileOf(`${name}.zip`)]));
      expect([said.verdict, said.code]).toEqual(code === null ? ['VERIFIED', undefined] : ['REFUSED', code]);
      if (code === null) expect(said.report).toContain('证据报告');
    },
  );

  it('says of a bundle without a trust list that it is consistent in itself, and no more', async () => {
    const said = await asking('LOCAL', (tab) => tab.setInputFiles('#bundle', new URL('sealed.zip', vectors).pathname));
    expect(said.verdict).toBe('CONSISTENT');
  });

  it('says of what is no bundle and of what is no trust list that it cannot be used', async () => {
    const noise: readonly [string, string] = ['noise.zip', Buffer.from('noise').toString('base64')];
    expect(await asking('LOCAL', (tab) => drop(tab, [noise]))).toMatchObject({ verdict: 'REFUSED', code: 'ZIP' });
    const list: readonly [string, string] = ['trust.json', Buffer.from('{}').toString('base64')];
    expect(await asking('LOCAL', (tab) => drop(tab, [list]))).toMatchObject({ verdict: 'UNABLE' });
  });

  it('has asked the network for nothing, and has thrown nothing', () => {
    expect(new Set(requests)).toEqual(new Set([page.href]));
    expect(errors).toEqual([]);
  });
});

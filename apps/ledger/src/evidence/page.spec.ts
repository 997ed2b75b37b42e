import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const page = readFileSync(new URL('../../verifier/verify.html', import.meta.url), 'utf8');

it.each(['script', 'style'])(
  'the page permits its own %s, by the hash that a browser computes, and nothing else',
  (tag) => {
    const [, inside = ''] = new RegExp(`<${tag}(?: type="module")?>([^]*?)</${tag}>`).exec(page) ?? [];
    const digest = createHash('sha256').update(inside).digest('base64');
    expect(inside.length).toBeGreaterThan(100);
    expect(page).toContain(`default-src 'none'`);
    expect(page).toContain(`${tag}-src 'sha256-${digest}'`);
  },
);

it('the page names no address that it could ask', () => {
  expect(page).not.toMatch(/\b(src|href|action)="|fetch\(|XMLHttpRequest|WebSocket|import\(/);
});

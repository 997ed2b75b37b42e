import type { Caller } from '@delta-hub/crypto';
import { describe, expect, it } from '@jest/globals';
import { accessTo } from './evidence-access.js';

const caller = (role: Caller['role'], duty?: 'juvenile'): Caller => ({
  ...{ officerId: 'officer-1', role, agencyId: 'cca-320509', node: '32' },
  ...(duty === undefined ? {} : { duty }),
});
const opening = { recipients: '31,32', data: { origin: 'cca-320509', receiving: 'cca-310118' } };
const sealed = { ...opening, dataclassification: 'MINOR_SEALED' };

describe('an event of a sealed record 封存', () => {
  it.each([
    ['inspector', undefined, 'not-theirs'],
    ['inspector', 'juvenile', 'granted'],
    ['officer', undefined, 'not-theirs'],
    ['officer', 'juvenile', 'not-theirs'],
    ['operator', 'juvenile', 'role'],
  ] as const)('is for %s with duty %p: %s', (role, duty, access) =>
    expect(accessTo(caller(role, duty), sealed, opening)).toBe(access),
  );

  it('is as one that is not the caller’s, where another of the same case is', () =>
    expect(accessTo(caller('officer'), opening, opening)).toBe('granted'));
});

describe('a recipient of copies', () => {
  const recipient: Caller = { ...caller('recipient'), agencyId: 'proc-320509' };
  const copy = (to: string) => ({
    ...{ type: 'cn.delta-hub.transfer.copy-sent.v1', recipients: '31,32' },
    data: { recipient: to, actor: { agencyId: 'cca-320509' } },
  });
  const note = (by: string) => ({
    ...{ type: 'cn.delta-hub.transfer.copy-acknowledged.v1', recipients: '31,32', data: { actor: { agencyId: by } } },
  });

  it.each([
    ['its own copy', copy('proc-320509'), 'granted'],
    ['the copy of another', copy('police-320509'), 'not-theirs'],
    ['its own note', note('proc-320509'), 'granted'],
    ['the note of another', note('police-320509'), 'not-theirs'],
    ['another fact of the case', opening, 'not-theirs'],
    ['its own copy of a sealed case', { ...copy('proc-320509'), dataclassification: 'MINOR_SEALED' }, 'not-theirs'],
  ] as const)('has the evidence of %s: %s', (_, event, access) =>
    expect(accessTo(recipient, event, opening)).toBe(access),
  );
});

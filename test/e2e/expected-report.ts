import { expect } from '@jest/globals';

/** A due instant is the end of its legal day: 24:00 Asia/Shanghai. */
const endOfDay = (day: string): string => new Date(Date.parse(`${day}T00:00:00+08:00`) + 86_400_000).toISOString();

/** What `demo --json` must print, however often the play was cut off: scenario G0 by the law, nothing lost or doubled. */
export const EXPECTED_REPORT = {
  ok: true,
  scenario: { id: 'G0', steps: 21, failures: [] },
  transfer: { id: expect.stringMatching(/^transfer-[0-9a-f-]{36}$/) as unknown, status: 'COMPLETED' },
  answerable: [
    {
      agency: '320509',
      agencyId: 'cca-320509',
      name: '吴江区社区矫正管理局',
      from: '2025-01-06T01:00:00.000Z',
      until: '2025-03-24T01:05:00.000Z',
    },
    {
      agency: '310118',
      agencyId: 'cca-310118',
      name: '青浦区社区矫正管理局',
      from: '2025-03-24T01:05:00.000Z',
      until: null,
    },
  ],
  deadlines: [
    { step: 'OPINION', due: endOfDay('2025-03-13'), at: '2025-03-11T06:00:00.000Z', met: true, marginDays: 2 },
    {
      step: 'CONSULTATION',
      due: endOfDay('2025-03-17'),
      at: '2025-03-13T02:15:00.000Z',
      met: true,
      marginDays: 4,
    },
    { step: 'REPLY', due: endOfDay('2025-03-18'), at: '2025-03-17T07:40:00.000Z', met: true, marginDays: 1 },
    { step: 'DECISION', due: endOfDay('2025-03-20'), at: '2025-03-18T03:00:00.000Z', met: true, marginDays: 2 },
    { step: 'FILE_SENT', due: endOfDay('2025-03-24'), at: '2025-03-20T08:00:00.000Z', met: true, marginDays: 4 },
    { step: 'RECEIPT', due: endOfDay('2025-03-26'), at: '2025-03-21T02:30:00.000Z', met: true, marginDays: 5 },
    { step: 'REPORT', due: endOfDay('2025-03-26'), at: '2025-03-24T01:05:00.000Z', met: true, marginDays: 2 },
  ],
  copies: [
    ['deciding_authority', '2025-03-20T08:10', '2025-03-21T01:00', 'court-320509'],
    ['origin_procuratorate', '2025-03-20T08:11', '2025-03-21T01:10', 'proc-320509'],
    ['origin_police', '2025-03-20T08:12', '2025-03-21T01:20', 'police-320509'],
    ['receiving_procuratorate', '2025-03-21T02:40', '2025-03-21T06:00', 'proc-310118'],
    ['receiving_police', '2025-03-21T02:41', '2025-03-21T06:10', 'police-310118'],
  ].map(([office, sent, noted, recipient]) => ({
    ...{ office, sentAt: `${sent}:00.000Z`, acknowledgedAt: `${noted}:00.000Z`, recipient },
  })),
  // 23 facts of the transfer on both sides (one is the reminder of the reply on its third day), and the registration at the origin: nothing lost, nothing doubled.
  ledgers: [31, 32, 33, 34].map((node, index) => ({
    node: String(node),
    size: [23, 24, 0, 0][index],
    root: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
    verified: true,
    level: ['SEALED', 'SEALED', null, null][index],
  })),
  refusals: [],
};

/** The play with its events on KurrentDB, while the server goes away and comes back under it. Needs the built programs. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { applyAccess } from '@delta-hub/event-store/kurrent-hardening';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ProtectedDouble } from '../../kurrentdb-double/protected-double.js';

const HUB = fileURLToPath(new URL('../../../apps/hub/dist/main.js', import.meta.url));
const PATIENCE_MS = 240_000;
/** Each act of the play is one line. */
const ACT = /^2025-/;

let server: ProtectedDouble;
let data: string;
beforeAll(async () => {
  server = await ProtectedDouble.start();
  data = mkdtempSync(join(tmpdir(), 'delta-hub-play-'));
});
afterAll(() => {
  server.stop();
  rmSync(data, { recursive: true, force: true });
});

const hub = async (account: string, onAct: () => unknown, ...args: readonly string[]) => {
  const child = spawn(process.execPath, ['--no-warnings', HUB, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      DELTA_HUB_STORE: 'kurrentdb',
      KURRENTDB_URL: server.address,
      KURRENTDB_CREDENTIALS_FILE: server.credentialsFile(account),
    },
  });
  const lines: string[] = [];
  createInterface(child.stderr).on('line', (line) => {
    lines.push(line);
    if (ACT.test(line)) onAct();
  });
  const [stdout] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return { code: child.exitCode, stdout, stderr: lines.join('\n') };
};

/** What is the hub's in the server, without the canaries. */
const stored = () => server.database.all().filter(({ stream }) => /^3[1-4]\./.test(stream));

describe('the play on KurrentDB', () => {
  it(
    'is not begun with an account that may delete',
    async () => {
      const { code, stderr } = await hub('node', () => undefined, 'demo', '--json', '--data', data);
      expect({ code, says: /^[A-Z_]+(?=: )/m.exec(stderr)?.[0] }).toEqual({ code: 1, says: 'NOT_APPEND_ONLY' });
      expect(stored()).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'comes to its end while the server is killed and started again after every third act, and nothing is lost or doubled',
    async () => {
      await applyAccess({ connectionString: server.connectionString('admin'), group: 'delta-hub' });
      let acts = 0;
      let restarts = 0;
      const cut = async (): Promise<void> => {
        acts += 1;
        if (acts % 3 !== 0) return;
        server.crash();
        await server.startAgain();
        restarts += 1;
      };
      const { code, stdout, stderr } = await hub('node', () => void cut(), 'demo', '--json', '--data', data);
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
      const report = JSON.parse(stdout) as { ok: boolean; ledgers: { size: number; verified: boolean }[] };
      expect(report.ok).toBe(true);
      expect(report.ledgers.map(({ verified }) => verified)).toEqual([true, true, true, true]);
      expect(restarts).toBe(5);
      const events = stored();
      expect(events).toHaveLength(report.ledgers.reduce((sum, { size }) => sum + size, 0));
      for (const node of ['31.', '32.', '33.', '34.']) {
        const ids = events.filter(({ stream }) => stream.startsWith(node)).map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
      }
    },
    PATIENCE_MS,
  );
});

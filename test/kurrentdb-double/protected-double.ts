import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Account } from './access.js';
import { type Certificate, localCertificate } from '../engines/local-certificate.js';
import { Database } from './database.js';
import { KurrentDouble } from './server.js';

const INVENTED = 'invented';
const ACCOUNTS: Readonly<Record<string, Account>> = {
  admin: { password: INVENTED, groups: ['$admins'] },
  node: { password: INVENTED, groups: ['delta-hub'] },
  stranger: { password: INVENTED, groups: [] },
};

/** A double with accounts, on TLS: `admin`, `node` in the group delta-hub, `stranger` in none. */
export class ProtectedDouble {
  private constructor(
    private readonly double: KurrentDouble,
    private readonly certificate: Certificate,
  ) {}

  static async start(): Promise<ProtectedDouble> {
    const certificate = localCertificate();
    const double = new KurrentDouble(new Database(), { accounts: ACCOUNTS, certificate });
    return new ProtectedDouble(await double.start(), certificate);
  }

  get database(): Database {
    return this.double.database;
  }

  /** Without an account. */
  get address(): string {
    return this.double.connectionString;
  }

  /** With this account; one that is none of them has no password that counts. */
  connectionString(account: string): string {
    return this.address.replace('://', `://${account}:${INVENTED}@`);
  }

  /** A file with the one line `account:password`, gone when the double is stopped. */
  credentialsFile(account: string): string {
    const file = join(dirname(this.certificate.file), account);
    writeFileSync(file, `${account}:${INVENTED}\n`, { mode: 0o600 });
    return file;
  }

  /** What the server allows where nothing else is said, as an administrator's event in `$settings` would set it. */
  setDefaults(document: object): void {
    const data = new Uint8Array(Buffer.from(JSON.stringify(document)));
    const event = { id: crypto.randomUUID(), type: '$settings', data, metadata: new Uint8Array(0), isJson: true };
    this.database.append('$settings', 'any', [event]);
  }

  /** Every connection is cut, and nobody listens any more. */
  crash(): void {
    this.double.stop();
  }

  /** With everything that it had stored. */
  async startAgain(): Promise<void> {
    await this.double.start();
  }

  stop(): void {
    this.crash();
    rmSync(dirname(this.certificate.file), { recursive: true, force: true });
  }
}

/** Who may do what on the double, as on a real server with accounts: defaults, `$settings`, and the ACL of a stream. */
import type { Database } from './database.js';

export interface Account {
  readonly password: string;
  readonly groups: readonly string[];
}

export type Right = '$r' | '$w' | '$d' | '$mr' | '$mw';
type Acl = Readonly<Partial<Record<Right, string | readonly string[]>>>;

/** Every account may do everything with ordinary streams, and administrators with the server's own. */
const ORDINARY: Acl = { $r: '$all', $w: '$all', $d: '$all', $mr: '$all', $mw: '$all' };
const SYSTEM: Acl = { $r: '$admins', $w: '$admins', $d: '$admins', $mr: '$admins', $mw: '$admins' };

export class Access {
  constructor(
    private readonly database: Database,
    private readonly accounts: Readonly<Record<string, Account>>,
  ) {}

  /** `authorization` is the header of the call. Nobody may do anything without an account. */
  allows(authorization: unknown, right: Right, stream: string): boolean {
    const account = this.#accountOf(authorization);
    if (account === undefined) return false;
    // The metadata of a stream are a stream of their own, with rights of the first.
    if (stream.startsWith('$$')) return this.#allows(account, METADATA_RIGHT[right], stream.slice(2));
    return this.#allows(account, right, stream);
  }

  #allows({ groups }: Account, right: Right, stream: string): boolean {
    const own = (this.#lastDocument(`$$${stream}`) as { $acl?: Acl }).$acl?.[right];
    const allowed = [own ?? this.#defaultsOf(stream)[right] ?? []].flat();
    return allowed.some((name) => name === '$all' || groups.includes(name));
  }

  #defaultsOf(stream: string): Acl {
    const isSystem = stream.startsWith('$');
    const settings = this.#lastDocument('$settings') as { $userStreamAcl?: Acl; $systemStreamAcl?: Acl };
    return isSystem ? { ...SYSTEM, ...settings.$systemStreamAcl } : { ...ORDINARY, ...settings.$userStreamAcl };
  }

  #lastDocument(stream: string): object {
    const last = this.database.read(stream).at(-1);
    return last === undefined ? {} : (JSON.parse(Buffer.from(last.data).toString('utf8')) as object);
  }

  #accountOf(authorization: unknown): Account | undefined {
    const [, encoded = ''] = /^Basic (.+)$/i.exec(String(authorization)) ?? [];
    const [, name = '', password] = /^([^:]*):(.*)$/.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
    const account = this.accounts[name];
    return account?.password === password ? account : undefined;
  }
}

const METADATA_RIGHT: Readonly<Record<Right, Right>> = { $r: '$mr', $w: '$mw', $d: '$mw', $mr: '$mr', $mw: '$mw' };

/** What a program asked of the disk, and what it told, in the order in which it did. Files by their name in the directory. */
export type DiskEvent =
  | { readonly kind: 'create'; readonly file: string }
  | { readonly kind: 'write'; readonly file: string; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly file: string; readonly size: number }
  | { readonly kind: 'sync'; readonly file: string }
  | { readonly kind: 'unlink'; readonly file: string }
  | { readonly kind: 'sync-directory' }
  | { readonly kind: 'told'; readonly line: string };

/** The calls that change a file, what is durable of it, or what others know. What is not understood stops the reading. */
const TRACED_CALLS = [
  ...['open', 'openat', 'creat', 'write', 'writev', 'pwrite64', 'pwritev', 'ftruncate', 'truncate', 'fallocate'],
  ...['fsync', 'fdatasync', 'sync_file_range', 'unlink', 'unlinkat', 'rename', 'renameat', 'renameat2'],
];

/** A tracer that notes them with every byte, file by file descriptor. */
export const tracer = (trace: string): readonly string[] => [
  ...['strace', '-f', '-qq', '-y', '-xx', '-s', '1000000', '-o', trace, '-e', `trace=${TRACED_CALLS.join(',')}`],
];

const CALL = /^(\d+) +(\w+)\((.*)\) += (-?\d+)/;
const UNFINISHED = /^(\d+) +(\w+\(.*?),? *<unfinished \.\.\.>$/;
const RESUMED = /^(\d+) +<\.\.\. \w+ resumed>(.*)$/;

/**
 * Reads a trace, as to the files of one directory and the standard output. Two things are left out: what failed, and
 * the shared-memory index of SQLite (`-shm`), which it makes anew when nobody has the file open.
 * @throws Error when a call changes a file in a way that is not modelled
 */
export const readTrace = (trace: string, directory: string): readonly DiskEvent[] => {
  const pending = new Map<string, string>();
  return trace.split('\n').flatMap((line) => {
    const [, by = '', begun] = UNFINISHED.exec(line) ?? [];
    if (begun !== undefined) {
      pending.set(by, begun);
      return [];
    }
    const [, pid = '', rest] = RESUMED.exec(line) ?? [];
    const whole = rest === undefined ? line : `${pid} ${pending.get(pid) ?? ''}${rest}`;
    const [, , call, inside, result] = CALL.exec(whole) ?? [];
    if (call === undefined || inside === undefined || Number(result) < 0) return [];
    return eventOf(call, inside, Number(result), directory) ?? [];
  });
};

const eventOf = (call: string, inside: string, result: number, directory: string): DiskEvent | undefined => {
  const [handle, path] = /^(\d+)<([^>]*)>/.exec(inside)?.slice(1) ?? [];
  if (call === 'write' && handle === '1') return { kind: 'told', line: stringsIn(inside)[0]!.toString('utf8').trim() };
  const opened = call === 'openat' || call === 'open';
  const named = opened || call === 'unlink' || call === 'unlinkat' ? stringsIn(inside)[0] : undefined;
  const full = (named ?? decoded(path ?? '')).toString('utf8');
  if (full === directory && (call === 'fsync' || call === 'fdatasync')) return { kind: 'sync-directory' };
  if (!full.startsWith(`${directory}/`) || full.endsWith('-shm')) return undefined;
  const file = full.slice(directory.length + 1);
  const numbers = inside.split(', ').map(Number);
  switch (call) {
    case 'open':
    case 'openat':
      if (inside.includes('O_TRUNC')) break;
      return inside.includes('O_CREAT') ? { kind: 'create', file } : undefined;
    case 'pwrite64': {
      const [bytes = Buffer.alloc(0)] = stringsIn(inside);
      if (bytes.length < result) break;
      return { kind: 'write', file, offset: numbers.at(-1)!, bytes: bytes.subarray(0, result) };
    }
    case 'ftruncate':
      return { kind: 'truncate', file, size: numbers.at(-1)! };
    case 'fsync':
    case 'fdatasync':
      return { kind: 'sync', file };
    case 'unlink':
    case 'unlinkat':
      return { kind: 'unlink', file };
  }
  throw new Error(`${call} on ${file} is not modelled`);
};

/** The strings of a call; strace gives every byte as \xNN. */
const stringsIn = (inside: string): readonly Buffer[] =>
  [...inside.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, text = '']) => decoded(text));

const decoded = (text: string): Buffer => Buffer.from(text.replaceAll('\\x', ''), 'hex');

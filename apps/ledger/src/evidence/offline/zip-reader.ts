import { concat, fromUtf8, sameBytes, utf8 } from './encodings.js';

/** Files by name, in the order of the archive. */
export type Files = ReadonlyMap<string, Uint8Array>;

/**
 * The files of a ZIP archive in the one form in which the hub writes it: stored, without extra fields, comments or gaps,
 * every time 1 January 1980. The files are read, the archive is written anew from them, and every byte must be the same;
 * so no byte of it is without meaning. Undefined for every other archive.
 */
export const readZip = (bytes: Uint8Array): Files | undefined => {
  const files = new Map<string, Uint8Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + 30 <= bytes.length && view.getUint32(at, true) === 0x04034b50) {
    const size = view.getUint32(at + 18, true);
    const start = at + 30 + view.getUint16(at + 26, true);
    const name = fromUtf8(bytes.subarray(at + 30, start));
    if (name === undefined || start + size > bytes.length || files.has(name)) return undefined;
    files.set(name, bytes.subarray(start, start + size));
    at = start + size;
  }
  return files.size > 0 && sameBytes(zipOf(files), bytes) ? files : undefined;
};

const fields = (...values: readonly (readonly [width: 2 | 4, value: number])[]): Uint8Array => {
  const bytes = new Uint8Array(values.reduce((length, [width]) => length + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [width, value] of values) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  return bytes;
};

/** APPNOTE.TXT 4.3: local headers with their data, central directory, end record. */
const zipOf = (files: Files): Uint8Array => {
  const [local, central]: [Uint8Array[], Uint8Array[]] = [[], []];
  let offset = 0;
  for (const [text, data] of files) {
    const name = utf8(text);
    const entry = fields(
      ...([
        [2, 10],
        [2, 0],
        [2, 0],
        [2, 0],
        [2, 0x21],
        [4, crc32(data)],
        [4, data.length],
      ] as const),
      ...([
        [4, data.length],
        [2, name.length],
        [2, 0],
      ] as const),
    );
    local.push(fields([4, 0x04034b50]), entry, name, data);
    const place = fields([2, 0], [2, 0], [2, 0], [4, 0], [4, offset]);
    central.push(fields([4, 0x02014b50], [2, 10]), entry, place, name);
    offset += 30 + name.length + data.length;
  }
  const directory = concat(...central);
  const count = files.size;
  const end = fields(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, directory.length],
    [4, offset],
    [2, 0],
  );
  return concat(...local, directory, end);
};

/** CRC-32 of ISO 3309, as ZIP uses it. */
const crc32 = (bytes: Uint8Array): number => {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
};

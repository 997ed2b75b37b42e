import { crc32 } from 'node:zlib';

/** Files by name, in the order in which they are packed. */
export type EvidenceFiles = ReadonlyMap<string, Uint8Array>;

const [LOCAL, CENTRAL, END] = [0x04034b50, 0x02014b50, 0x06054b50] as const;
const LOCAL_BYTES = 30;
/** 1 January 1980, the first day that ZIP can say. */
const DAY = 0x21;

/**
 * A ZIP archive (APPNOTE.TXT 4.3) of stored files: no compression, no times, no extra fields. The same files give the
 * same bytes. Names are ASCII; files are far below 4 GiB.
 */
export const writeZip = (files: EvidenceFiles): Uint8Array => {
  const [data, directory]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const [name, bytes] of files) {
    const common = Buffer.alloc(26);
    common.writeUInt16LE(10, 0);
    common.writeUInt16LE(DAY, 8);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    const local = Buffer.concat([word(LOCAL), common, Buffer.from(name, 'latin1'), bytes]);
    data.push(local);
    directory.push(Buffer.concat([word(CENTRAL), Buffer.of(10, 0), common, place, Buffer.from(name, 'latin1')]));
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.size, 4);
  end.writeUInt16LE(files.size, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return new Uint8Array(Buffer.concat([...data, central, word(END), end]));
};

/** The files of an archive that is, byte for byte, one of `writeZip`; undefined for every other. */
export const openZip = (zip: Uint8Array): EvidenceFiles | undefined => {
  const bytes = Buffer.from(zip);
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + LOCAL_BYTES <= bytes.length && bytes.readUInt32LE(at) === LOCAL;) {
    const start = at + LOCAL_BYTES + bytes.readUInt16LE(at + 26);
    const end = start + bytes.readUInt32LE(at + 18);
    files.set(bytes.toString('latin1', at + LOCAL_BYTES, start), zip.subarray(start, end));
    at = end;
  }
  return files.size > 0 && bytes.equals(writeZip(files)) ? files : undefined;
};

const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** For the name localhost, signed by itself. */
export interface Certificate {
  readonly file: string;
  readonly certificate: Buffer;
  readonly key: Buffer;
}

/** Makes a certificate of one day for localhost, in a directory of its own. Needs the program `openssl`. */
export const localCertificate = (): Certificate => {
  const directory = mkdtempSync(join(tmpdir(), 'delta-hub-certificate-'));
  const [file, keyFile] = [join(directory, 'ca.crt'), join(directory, 'server.key')];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  // What is the authority itself is not taken for a server's certificate by the client's reader.
  const use = ['-addext', 'basicConstraints=critical,CA:FALSE'];
  execFileSync('openssl', ['req', '-x509', '-days', '1', ...key, ...names, ...use, '-out', file], { stdio: 'pipe' });
  return { file, certificate: readFileSync(file), key: readFileSync(keyFile) };
};

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Of one name, signed by itself. */
export interface Certificate {
  readonly file: string;
  readonly keyFile: string;
  readonly certificate: Buffer;
  readonly key: Buffer;
}

/** Makes a certificate of one day, of this host unless another name is given, in a directory of its own. Needs the program `openssl`. */
export const localCertificate = (name = 'localhost'): Certificate => {
  const directory = mkdtempSync(join(tmpdir(), 'delta-hub-certificate-'));
  const [file, keyFile] = [join(directory, 'ca.crt'), join(directory, 'server.key')];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile];
  const names = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  // What is the authority itself is not taken for a server's certificate by the client's reader.
  const use = ['-addext', 'basicConstraints=critical,CA:FALSE'];
  execFileSync('openssl', ['req', '-x509', '-days', '1', ...key, ...names, ...use, '-out', file], { stdio: 'pipe' });
  return { file, keyFile, certificate: readFileSync(file), key: readFileSync(keyFile) };
};

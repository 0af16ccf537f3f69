import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Why no certificates can be made here; undefined when they can. */
export const opensslMissing = (): string | undefined =>
  spawnSync('openssl', ['version']).status === 0 ? undefined : 'openssl is not installed';

export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate authority of our own, whose files lie in a folder. */
export class TestCa {
  readonly caFile: string;
  readonly #folder: string;
  readonly #keyFile: string;

  constructor(folder: string, name: string) {
    this.#folder = folder;
    const { certFile, keyFile } = this.#make(name, ['-addext', 'basicConstraints=critical,CA:TRUE']);
    this.caFile = certFile;
    this.#keyFile = keyFile;
  }

  /** A certificate for a host: `DNS:localhost`, `IP:127.0.0.1`. */
  issue(name: string, subjectAltName: string): Certificate {
    const signed = ['-CA', this.caFile, '-CAkey', this.#keyFile];
    return this.#make(name, [...signed, '-addext', `subjectAltName=${subjectAltName}`]);
  }

  #make(name: string, words: readonly string[]): Certificate {
    const [certFile, keyFile] = [`${name}.crt`, `${name}.key`].map((file) => join(this.#folder, file));
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile];
    const request = ['req', '-x509', '-days', '2', '-subj', `/CN=${name}`, '-out', certFile];
    writeFileSync(keyFile, '');
    const { status, stderr } = spawnSync('openssl', [...request, ...key, ...words]);
    if (status !== 0) throw new Error(`openssl: ${stderr}`);
    chmodSync(keyFile, 0o644); // The server runs as another user.
    return { certFile, keyFile };
  }
}

import { httpWire, type Wire } from '@delta-hub/ledger-app';

/** The line on which nodes witness each other, that can be cut together with the one to the broker. */
export class PeerLine {
  constructor(private up: boolean) {}

  get isUp(): boolean {
    return this.up;
  }

  /** Cuts the line, or puts it back. */
  set(up: boolean): void {
    this.up = up;
  }

  readonly wire: Wire = (url, body) =>
    this.up ? httpWire(url, body) : Promise.reject(new Error('the line to the other nodes is cut'));
}

import type { ISocketFactory } from 'kafkajs';
import kafkajsSockets from 'kafkajs/src/network/socketFactory.js';

const newSocket = kafkajsSockets();

/** As kafkajs makes its sockets, but a request does not wait for the acknowledgement of the one before it (Nagle). */
export const withoutDelay: ISocketFactory = (options) => newSocket(options).setNoDelay();

/** The same; `again` is told when kafkajs connects to where it has lost a connection, which it does without a word. */
export const notingReturns = (again: (address: string) => void): ISocketFactory => {
  const lost = new Set<string>();
  return (options) => {
    const address = `${options.host}:${options.port}`;
    if (lost.has(address)) again(address);
    const socket = withoutDelay(options);
    for (const sign of ['end', 'error', 'close']) socket.once(sign, () => lost.add(address));
    return socket;
  };
};

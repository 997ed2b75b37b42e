import type { Broker } from '@delta-hub/broker';

const LOOK_EVERY_MS = 5_000;

/** The topic on which `node` shows the heads of its log. Only that node writes it. */
export const checkpointsTopic = (node: string): string => `delta-hub.${node}.checkpoints.v1`;

/** A signed head: a C2SP checkpoint with the cosignatures that it has. */
interface Head {
  readonly size: number;
  readonly note: string;
}

/**
 * Puts the newest head that a quorum of witnesses has cosigned on a topic, for those who follow topics and not the log: a
 * larger one, or the same with more cosignatures. What cannot be sent is sent when a newer one would be.
 */
export class CheckpointPublisher {
  readonly #timer: NodeJS.Timeout;
  #sent = '';
  #sending: Promise<void> | undefined;

  constructor(
    private readonly node: string,
    private readonly broker: Broker,
    private readonly newest: () => Head | undefined,
  ) {
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  /** Sends what is newer than the last. */
  look(): void {
    this.#sending ??= this.#send()
      .catch(() => undefined)
      .finally(() => (this.#sending = undefined));
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
  }

  async #send(): Promise<void> {
    const head = this.newest();
    if (head === undefined) return;
    // The same cosigned again says nothing new: witnesses do so every minute.
    const mark = `${head.size} ${head.note.split('\n').length}`;
    if (mark === this.#sent) return;
    const [origin = ''] = head.note.split('\n', 1);
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    await this.broker.publish(checkpointsTopic(this.node), [{ key: origin, value: Buffer.from(head.note), headers }]);
    this.#sent = mark;
  }
}

import { enableCompileCache } from 'node:module';
import { endNode } from './end-node.js';
import type { FromNode, NodeStart, ToNode } from './messages.js';

/** The process of one node: started by `delta-hub up` with one JSON argument; ends with the process that started it. */
const tell = (message: FromNode): void => {
  process.send?.(message);
};

const start = JSON.parse(process.argv[2] ?? '{}') as NodeStart;
process.title = `delta-hub node ${start.node}`;

try {
  // Four nodes load the same modules: compiled once, they start in a fraction of the time.
  enableCompileCache();
  const { startNode } = await import('./node.js');
  const node = await startNode(start);
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await endNode(start.node, () => node.close());
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => undefined); // the terminal sends it to everyone; the parent decides
  process.on('disconnect', () => void stop());
  process.on('message', (message: ToNode) => {
    if (message.type === 'stop') return void stop();
    if (message.type === 'drive') node.clock.drive(message.instant);
    else if (message.type === 'link') node.link(message.up);
    else if (message.type === 'peers') node.meet(message.urls);
    else node.clock.release();
    tell({ type: 'obeyed' });
  });
  tell({ type: 'ready', url: node.url });
} catch (error) {
  const code = (error as { code?: unknown }).code;
  tell({
    type: 'fault',
    code: typeof code === 'string' ? code : 'NODE_FAILED',
    message: error instanceof Error ? error.message : String(error),
  });
  process.exitCode = 1;
  process.disconnect();
}

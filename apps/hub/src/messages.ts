import type { NodeId } from './nodes.js';

/** Where the gateways of nodes are, as far as it is known. */
export type PeerUrls = Readonly<Partial<Record<NodeId, string>>>;

/** What the process that starts the nodes says to one of them. */
export type ToNode =
  | { readonly type: 'drive'; readonly instant: string }
  | { readonly type: 'release' }
  | { readonly type: 'link'; readonly up: boolean }
  | { readonly type: 'peers'; readonly urls: PeerUrls }
  | { readonly type: 'stop' };

/** What a node says to the process that started it. */
export type FromNode =
  | { readonly type: 'ready'; readonly url: string }
  | { readonly type: 'obeyed' }
  | { readonly type: 'fault'; readonly code: string; readonly message: string };

/** How a node is started: the one argument of its process, as JSON. */
export interface NodeStart {
  readonly node: NodeId;
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  /** Where the clock stands; the wall clock when absent. */
  readonly clock?: string;
  /** Whether the node is on the line to the others. */
  readonly linked: boolean;
  /** Where the other nodes are that run already. */
  readonly peers: PeerUrls;
  readonly environment: 'development' | 'production';
}

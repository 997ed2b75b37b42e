/** The four provincial nodes of the Delta: 沪 苏 浙 皖, by the first two digits of their division codes. */
export const NODES = [
  { id: '31', nameZh: '上海' },
  { id: '32', nameZh: '江苏' },
  { id: '33', nameZh: '浙江' },
  { id: '34', nameZh: '安徽' },
] as const;

export type NodeId = (typeof NODES)[number]['id'];

export const isNodeId = (value: string): value is NodeId => NODES.some(({ id }) => id === value);

/** Who a token for a node is meant for (JWT `aud`). */
export const audienceOf = (node: NodeId): string => `delta-hub-node-${node}`;

/** The issuer of the development tokens that `delta-hub token` mints (JWT `iss`). */
export const DEV_ISSUER = 'urn:delta-hub:dev-issuer';

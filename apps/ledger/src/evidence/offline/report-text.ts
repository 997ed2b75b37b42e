import type { Event } from './event.js';
import type { Level } from './policy.js';

/** What a bundle proves, and all that its report is made from. */
export interface Facts {
  readonly event: Event;
  /** The key that signed the event. */
  readonly kid: string;
  readonly origin: string;
  /** Leaf index, from 0. */
  readonly index: number;
  /** Size of the tree of the head that the proof leads to. */
  readonly size: number;
  readonly level: Level;
  /** When witnesses cosigned that head, by name, in Unix seconds. */
  readonly cosigners: readonly (readonly [name: string, time: number])[];
  /** Size of the tree of the newest head in the bundle, a continuation of the first. */
  readonly latestSize: number;
}

const NODES: Readonly<Record<string, readonly [chinese: string, english: string]>> = {
  31: ['上海市', 'Shanghai'],
  32: ['江苏省', 'Jiangsu'],
  33: ['浙江省', 'Zhejiang'],
  34: ['安徽省', 'Anhui'],
};

const ACTS: Readonly<Record<string, readonly [chinese: string, english: string]>> = {
  'person.intake-registered': ['登记接收社区矫正对象', 'a person under community correction was registered'],
  'refusal.issued': ['节点拒收一份文件', 'a node refused a message'],
  'transfer.applied': ['申请执行地变更', 'a transfer of the place of correction was applied for'],
  'transfer.opinion-given': ['司法所提出意见', 'the judicial office gave its opinion'],
  'transfer.consultation-sent': ['发出征求意见函', 'the other province was consulted'],
  'transfer.consultation-received': ['收到征求意见函', 'the consultation was received'],
  'transfer.consultation-replied': ['回复征求意见函', 'the consultation was answered'],
  'transfer.decided': ['作出变更决定', 'the transfer was decided'],
  'transfer.decision-served': ['送达决定书', 'the decision was served'],
  'transfer.file-sent': ['移交档案', 'the file was sent'],
  'transfer.file-received': ['收到档案', 'the file was received'],
  'transfer.file-receipted': ['档案回执', 'receipt of the file was given'],
  'transfer.person-reported': ['社区矫正对象报到', 'the person reported'],
  'transfer.completed': ['变更完成', 'the transfer was completed'],
  'transfer.withdrawn': ['撤回申请', 'the application was withdrawn'],
};

const LEVEL_NAMES: Readonly<Record<Level, readonly [chinese: string, english: string]>> = {
  LOCAL: ['本地（仅账本节点自己签名）', 'local (signed by the log itself only)'],
  WITNESSED: ['已见证（足够多的其他节点已会签）', 'witnessed (cosigned by enough of the other nodes)'],
  SEALED: ['已封定（全部其他节点已会签）', 'sealed (cosigned by all other nodes)'],
};

/**
 * The report of a bundle for people, Chinese and then English. It is a function of what was verified, so that a verifier
 * writes it anew and a report that says anything else is refused.
 */
export const reportText = (facts: Facts): string => [...chinese(facts), '', ...english(facts), ''].join('\n');

const actOf = ({ type }: Event): readonly [string, string] =>
  ACTS[type.replace(/^cn\.delta-hub\./, '').replace(/\.v[1-9]\d*$/, '')] ?? [shown(type), shown(type)];

const nodeOf = (kid: string): readonly [string, string] => NODES[kid.slice(0, 2)] ?? [kid.slice(0, 2), kid.slice(0, 2)];

const instant = (seconds: number): string => {
  const milliseconds = seconds * 1000;
  return milliseconds > 8.64e15 ? `${seconds} s` : new Date(milliseconds).toISOString();
};

/** What the event says, one line a value: `data.actor.agency: cca-310118`. */
const lines = (name: string, value: unknown): string[] =>
  typeof value === 'object' && value !== null
    ? Object.keys(value).flatMap((key) => lines(`${name}.${key}`, (value as Readonly<Record<string, unknown>>)[key]))
    : [`  ${shown(name)}: ${shown(String(value))}`];

/** A text of the event on one line. */
const shown = (text: string): string => JSON.stringify(text).slice(1, -1);

const content = (event: Event): string[] => lines('data', event['data'] ?? null);

const chinese = ({ event, kid, origin, index, size, level, cosigners, latestSize }: Facts): string[] => [
  '证据报告',
  '',
  `事实：${actOf(event)[0]}`,
  `事实编号：${shown(event.id)}`,
  `卷宗：${shown(event.subject)}`,
  `签名方：${nodeOf(kid)[0]}节点，密钥 ${kid}`,
  `签名时间（签名方自述，UTC）：${event.time}`,
  `账本：${origin}，第 ${index} 号位置（从 0 起），树头大小 ${size}`,
  `证明等级：${LEVEL_NAMES[level][0]}`,
  ...cosigners.map(([name, time]) => `会签：${name}，${instant(time)}`),
  `最新树头大小：${latestSize}，与上述树头前后一致`,
  '事实内容：',
  ...content(event),
  '',
  '已核验：事实的签名及其规范形式；事实在账本中的位置；账本树头的签名与会签；到最新树头只有追加、没有改动；本报告与以上各项逐字一致。',
  '本证据包不能证明：事实内容本身属实；签名方自述时间的准确性（会签时间是该事实存在的最晚时间）；密钥属于谁（须以另行取得的信任清单核对）；此后该密钥未被撤销。',
  '核验方法：node verify.mjs <本证据包> --trust <信任清单>，或在浏览器中打开 verify.html。',
];

const english = ({ event, kid, origin, index, size, level, cosigners, latestSize }: Facts): string[] => [
  'Evidence report',
  '',
  `Fact: ${actOf(event)[1]}`,
  `Id of the fact: ${shown(event.id)}`,
  `Case file: ${shown(event.subject)}`,
  `Signed by: the node of ${nodeOf(kid)[1]}, key ${kid}`,
  `Signed at (as the signer says, UTC): ${event.time}`,
  `Ledger: ${origin}, position ${index} (from 0), in the tree of ${size} entries`,
  `Level of proof: ${LEVEL_NAMES[level][1]}`,
  ...cosigners.map(([name, time]) => `Cosigned by: ${name}, ${instant(time)}`),
  `Newest tree: ${latestSize} entries, a continuation of the one above`,
  'What the fact says:',
  ...content(event),
  '',
  'Checked: the signature of the fact and its canonical form; its position in the ledger; signature and cosignatures of the ledger\u2019s head; that up to the newest head entries were only added; that this report says exactly this.',
  'Not proved by this bundle: that what the fact says is true; that the signer\u2019s own time is right (the fact existed at the latest when it was cosigned); whose keys these are (compare with a trust list that you got by another way); that the key was not revoked later.',
  'To check it: node verify.mjs <this bundle> --trust <trust list>, or open verify.html in a browser.',
];

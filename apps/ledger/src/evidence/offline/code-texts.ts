import type { EvidenceCode } from './verify-bundle.js';

/** What each failed check means, in Chinese and in English. */
export const CODE_TEXTS: Readonly<Record<EvidenceCode, readonly [chinese: string, english: string]>> = {
  ZIP: ['不是本系统格式的压缩包，或已被改动。', 'Not an archive in the form of the hub, or it was changed.'],
  FILES: ['缺少文件或有多余文件。', 'A file is missing, or there is one that does not belong.'],
  MANIFEST: ['有文件与清单不符。', 'A file is not the one that the manifest names.'],
  KEYS: ['签名密钥文件格式不正确。', 'The file of the signing key is not in its form.'],
  EVENT_SIZE: ['事实过大。', 'The event is too large.'],
  EVENT_FORM: ['事实不是规范的签名格式。', 'The event is not in the strict form of a signed event.'],
  EVENT_KEY: ['事实不是由所附密钥签名。', 'The event names another key than the one in the bundle.'],
  EVENT_SIGNATURE: ['事实的签名不正确。', 'The signature of the event is wrong.'],
  EVENT_CANONICAL: ['事实内容不是规范形式。', 'What the event says is not in canonical form.'],
  EVENT_SOURCE: ['事实来源与密钥所属节点不符。', 'The event is of another node than its key.'],
  POLICY: ['见证规则文件格式不正确或属于其他账本。', 'The policy is not in its form, or of another log.'],
  PROOF: ['位置证明格式不正确或属于其他账本。', 'The proof is not in its form, or of another log.'],
  HEAD_SIGNATURE: ['账本树头签名不正确。', 'The signature of the log is wrong.'],
  COSIGNATURE: [
    '见证会签不正确、重复或不属于规则中的见证方。',
    'A cosignature is wrong, there twice, or of no witness of the policy.',
  ],
  INCLUSION: ['事实不在账本的该位置。', 'The event is not at this place of the log.'],
  LATEST: ['最新树头格式不正确或属于其他账本。', 'The newest head is not in its form, or of another log.'],
  LATEST_SIGNATURE: ['最新树头签名不正确。', 'The signature of the newest head is wrong.'],
  LATEST_COSIGNATURE: ['最新树头的会签不正确。', 'A cosignature of the newest head is wrong.'],
  CONSISTENCY: ['最新树头不是前一树头的延续。', 'The newest head does not continue the one of the proof.'],
  KEY_PROOF: [
    '密钥事件格式不正确或不在最新树头之下。',
    'A key event is not in its form, or not under the newest head.',
  ],
  REPORT: ['报告与核验结果不一致。', 'The report does not say what was verified.'],
  KEY_UNTRUSTED: ['信任清单中没有该签名密钥。', 'The signing key is not in your trust list.'],
  KEY_PERIOD: ['签名时该密钥不在有效期内。', 'The key was not valid when it signed.'],
  KEY_COMPROMISED: [
    '签名密钥此前已被盗用，见证方此前未见过该事实，签名节点也未重新确认。',
    'The key had been stolen before witnesses saw the event, and its node has not declared it again.',
  ],
  LOG_UNTRUSTED: ['信任清单中没有该账本密钥。', 'The key of the log is not in your trust list.'],
  POLICY_UNTRUSTED: ['见证规则与信任清单不符。', 'The policy is not the one that your trust list asks for.'],
  LEVEL: ['证明等级低于要求。', 'The level of proof is lower than asked for.'],
};

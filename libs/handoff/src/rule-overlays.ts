import type { Overlay } from './rule-overlay.js';

const office = (nameZh: string, text: string) =>
  ({ level: 'province', nameZh, article: '法8', source: 'recalled', verified: false, text }) as const;

const province = { base: '2020.1', version: '1', effectiveFrom: '2020-07-01', effectiveTo: null, targets: [] } as const;

/**
 * The four provinces. No provincial text could be read, so none tightens a target and none has a power list yet: 江苏's
 * 28 powers 刑事执行权力清单 are known by their number only.
 */
export const provincialOverlays: readonly Overlay[] = [
  {
    ...{ ...province, node: '31' },
    offices: [
      office('上海市社区矫正管理局', 'The municipal agency: directly above its districts, and the province itself.'),
      { ...office('上海市社区矫正管理局', '上一级 of a district is the municipality.'), level: 'upper' },
    ],
  },
  {
    ...{ ...province, node: '32' },
    offices: [office('江苏省社区矫正管理局', 'The provincial agency; 江苏省社区矫正工作条例 (2023), text not read.')],
  },
  { ...{ ...province, node: '33' }, offices: [office('浙江省社区矫正管理局', 'The provincial agency.')] },
  { ...{ ...province, node: '34' }, offices: [office('安徽省社区矫正管理局', 'The provincial agency.')] },
];

import type { Play } from './simulate.js';

/** The command that plays a world again, for whoever reads of a failure. */
export const replayOf = ({ seed, scale, substrate }: Play): string =>
  `npm run test:simulation -- --seed ${seed} --worlds 1 --cases ${scale.cases} --acts ${scale.acts} --substrate ${substrate}`;

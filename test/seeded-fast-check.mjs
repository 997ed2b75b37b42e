// What specs get for fast-check (jest.config.mjs): the same inputs in every run, so that a change is judged by what it changed.
// FUZZ_SEED chooses others; a property that fails prints its seed and path.
import fc from '../node_modules/fast-check/lib/fast-check.js';

const seed = Number(process.env['FUZZ_SEED'] ?? 20_250_310);
if (!Number.isSafeInteger(seed)) throw new RangeError('FUZZ_SEED is a whole number');
fc.configureGlobal({ seed });

export default fc;

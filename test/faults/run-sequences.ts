/**
 * Random sequences by hand: `node --import tsx test/faults/run-sequences.ts FROM COUNT [VARIANT]`.
 * Prints one line of JSON; a seed in `found` replays with COUNT 1.
 */
import { runSequences, VARIANTS } from "../journal/sequence.ts";

const [from = "1", count = "1000", name = "built"] = process.argv.slice(2);
const variant = VARIANTS.find((known) => known === name);
if (variant === undefined) throw new Error(`unknown variant ${name}: ${VARIANTS.join(", ")}`);
process.stdout.write(`${JSON.stringify(await runSequences(Number(from), Number(count), variant))}\n`);

import { z } from "zod";
import { addDays } from "../domain/clock.ts";
import { defined } from "../domain/json.ts";
import { OPEN_STATES } from "../journal/port.ts";
import { picture } from "../toolkit/card.ts";
import { startOfDay } from "../toolkit/days.ts";
import { defineTool } from "../toolkit/define.ts";
import { operationData, operationSums, operationText, sumsByAct, toOperation } from "../toolkit/operations.ts";
import { day, limit } from "../toolkit/params.ts";

/** The sums are over all operations of the days asked for, however few are shown. */
const COUNTED = 5_000;

export default defineTool({
  name: "list_operations",
  title: "List operations",
  effect: "read",
  card: true,
  search: "Protokoll Tagesübersicht was hast heute getan gemacht journal history today did",
  long: true,
  description: 'What this server did, newest first, with sums: "what did you do today?" Also what is still unresolved.',
  input: z.strictObject({
    since: day("First day. Default today.").optional(),
    until: day("Last day.").optional(),
    only_open: z.boolean().optional().describe("Only unresolved, of any day."),
    limit: limit(),
  }),
  output: z.object({
    operations: z.array(operationData),
    more: z.number().optional().describe("Beyond limit; counted in sums."),
    sums: z.array(z.string()).optional().describe("Done acts: count and amounts."),
  }),
  examples: [{}, { only_open: true }],
  async run(input, context) {
    const journal = await context.journal();
    const since = input.since ?? context.today;
    const until = input.until ?? context.today;
    const wanted = input.limit ?? 20;
    const records = await journal.list(
      input.only_open === true
        ? { states: OPEN_STATES, limit: COUNTED }
        : {
            since: startOfDay(since, context.timeZone),
            until: startOfDay(addDays(until, 1), context.timeZone),
            limit: COUNTED,
          },
    );
    const sums = operationSums(records);
    const shown = records.slice(0, wanted);
    return {
      data: defined({
        operations: shown.map(toOperation),
        more: records.length > shown.length ? records.length - shown.length : undefined,
        sums: sums.length === 0 ? undefined : sums,
      }),
      ...(records.length === COUNTED
        ? { next: `Only the newest ${COUNTED} were counted, so the sums are too small: narrow the days.` }
        : {}),
      meta: picture("operations", context, {
        sums: sumsByAct(records),
        ...(input.only_open === true ? {} : { since, until }),
        ...(records.length === COUNTED ? { part: true } : {}),
      }),
    };
  },
  render: ({ operations, more, sums }) =>
    [
      operations.length === 0
        ? "No operations."
        : `${operations.length} operation${operations.length === 1 ? "" : "s"}:`,
      ...operations.map(operationText),
      ...(more === undefined ? [] : [`… and ${more} more (raise limit); the sums count all:`]),
      ...(sums ?? []),
    ].join("\n"),
});

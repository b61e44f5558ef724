import { z } from "zod";
import { addDays } from "../domain/clock.ts";
import { defined } from "../domain/json.ts";
import { OPEN_STATES } from "../journal/port.ts";
import { startOfDay } from "../toolkit/days.ts";
import { defineTool } from "../toolkit/define.ts";
import { operationData, operationSums, operationText, toOperation } from "../toolkit/operations.ts";
import { day, limit } from "../toolkit/params.ts";

export default defineTool({
  name: "list_operations",
  title: "List operations",
  effect: "read",
  description: 'What this server did, newest first, with sums: "what did you do today?" Also what is still unresolved.',
  input: z.strictObject({
    since: day("First day. Default today.").optional(),
    until: day("Last day.").optional(),
    only_open: z.boolean().optional().describe("Only unresolved, of any day."),
    limit: limit(20),
  }),
  output: z.object({
    operations: z.array(operationData),
    sums: z.array(z.string()).optional().describe("Done acts: count and amounts."),
  }),
  examples: [{}, { only_open: true }],
  async run(input, context) {
    const journal = await context.journal();
    const until = input.until ?? context.today;
    const wanted = input.limit ?? 20;
    const records = await journal.list(
      input.only_open === true
        ? { states: OPEN_STATES, limit: wanted }
        : {
            since: startOfDay(input.since ?? context.today, context.timeZone),
            until: startOfDay(addDays(until, 1), context.timeZone),
            limit: wanted,
          },
    );
    const sums = operationSums(records);
    return {
      data: defined({ operations: records.map(toOperation), sums: sums.length === 0 ? undefined : sums }),
      ...(records.length === wanted ? { next: "There may be more: raise limit or narrow the days." } : {}),
    };
  },
  render: ({ operations, sums }) =>
    [
      operations.length === 0
        ? "No operations."
        : `${operations.length} operation${operations.length === 1 ? "" : "s"}:`,
      ...operations.map(operationText),
      ...(sums ?? []),
    ].join("\n"),
});

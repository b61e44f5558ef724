import { addDays } from "../domain/clock.ts";
import { startOfDay } from "../toolkit/days.ts";
import { operationSums, operationText, toOperation } from "../toolkit/operations.ts";
import { type FixedResource, textContent } from "../toolkit/resource.ts";

const MOST = 200;

export default {
  uri: "operations://today",
  name: "operations-today",
  title: "Today's operations",
  description: "What this server did today, newest first, with sums.",
  mimeType: "text/plain",
  async read(makeContext) {
    const context = await makeContext();
    const journal = await context.journal();
    const records = await journal.list({
      since: startOfDay(context.today, context.timeZone),
      until: startOfDay(addDays(context.today, 1), context.timeZone),
      limit: MOST,
    });
    const count = `${records.length}${records.length === MOST ? " or more" : ""} operation${records.length === 1 ? "" : "s"}`;
    return textContent(
      [
        records.length === 0 ? `No operations on ${context.today}.` : `${count} on ${context.today}:`,
        ...records.map((record) => operationText(toOperation(record))),
        ...operationSums(records),
      ].join("\n"),
      context,
    );
  },
} satisfies FixedResource;

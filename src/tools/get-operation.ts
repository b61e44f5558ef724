import { z } from "zod";
import { NotFoundError } from "../errors.ts";
import { defineTool } from "../toolkit/define.ts";
import { operationData, operationText, toOperation } from "../toolkit/operations.ts";
import { operationId } from "../toolkit/params.ts";

export default defineTool({
  name: "get_operation",
  title: "Get operation",
  effect: "read",
  search: "was wurde daraus Vorgang check outcome became unknown retry",
  description: "What became of a write: looks it up in the journal and, while open, in the API. Sends nothing.",
  input: z.strictObject({ operation_id: operationId() }),
  output: z.object({ operation: operationData }),
  examples: [{ operation_id: "op_00000000000000000000000000" }],
  async run(input, context) {
    const journal = await context.journal();
    const found = await journal.get(input.operation_id);
    if (found === null) {
      throw new NotFoundError("The journal has no operation of that id.", { next: "Find it with list_operations." });
    }
    const open = found.state === "dispatching" || found.state === "unknown" || found.state === "ambiguous";
    const operation = toOperation(open ? await journal.settle(found.id, context.signal) : found);
    switch (operation.state) {
      case "unknown":
      case "dispatching":
        return { data: { operation }, next: "Ask again in 30 s; do not do it another way." };
      case "ambiguous":
      case "mismatch":
        return { data: { operation }, next: "A person looks at it and decides: resolve_operation." };
      case "not_done":
        return { data: { operation }, next: "Nothing happened; the same call may be made again." };
      default:
        return { data: { operation } };
    }
  },
  render: ({ operation }) => operationText(operation),
});

import { z } from "zod";
import { defined } from "../domain/json.ts";
import { InputError, NotFoundError, WrongStateError } from "../errors.ts";
import { planResolve } from "../guard/plan-resolve.ts";
import { defineAct } from "../toolkit/define.ts";
import { amountOf, operationData, operationText, toOperation } from "../toolkit/operations.ts";
import { line, operationId } from "../toolkit/params.ts";

export default defineAct({
  name: "resolve_operation",
  title: "Resolve operation",
  effect: "commit",
  search: "offenen Vorgang klären erledigt entscheiden settle unknown operation outcome done",
  description:
    "Record a person's verdict on an operation that only a person can settle. Sends nothing. A person approves.",
  input: z.strictObject({
    operation_id: operationId(),
    verdict: z.enum(["done", "not_done"]).describe("What the person found."),
    resource_id: line(64, "The document it made, if done.").optional(),
  }),
  output: z.object({ operation: operationData }),
  examples: [{ operation_id: "op_00000000000000000000000000", verdict: "not_done" }],
  async begin(input, context, { journal }) {
    if (input.verdict === "not_done" && input.resource_id !== undefined) {
      throw new InputError("resolve_operation: resource_id goes with verdict done only.");
    }
    const verdict =
      input.verdict === "done"
        ? defined({ is: "done" as const, resource_id: input.resource_id })
        : { is: "not_done" as const };
    const read = async () => {
      const record = await journal.get(input.operation_id);
      if (record === null) {
        throw new NotFoundError("The journal has no operation of that id.", { next: "Find it with list_operations." });
      }
      return record;
    };
    const ask = async () => {
      const at = context.clock.now();
      const record = await read();
      if (record.state === "done" || record.state === "not_done") {
        throw new WrongStateError(`Operation ${record.id} is settled: ${record.state}.`, {
          next: "Nothing needs to be done.",
        });
      }
      const plan = planResolve({
        operation: {
          id: record.id,
          kind: record.kind,
          state: record.state,
          subject_id: record.subject.id,
          why: record.why,
          amount: amountOf(record.note),
        },
        verdict,
        organization: { ...context.organization, origin: context.origin, simulator: context.simulator },
        locale: context.language,
      });
      return { plan, at, locks: [] };
    };
    return {
      ask,
      subject: { kind: "resolve_operation", operation_id: input.operation_id, verdict: { ...verdict } },
      async act({ id, digest, covers }) {
        await covers((await ask()).plan);
        const record = await journal.resolve(input.operation_id, verdict, { id, digest });
        return { data: { operation: toOperation(record) } };
      },
    };
  },
  render: ({ operation }) => operationText(operation),
});

import { z } from "zod";
import { defineTool } from "../toolkit/define.ts";
import { block, line } from "../toolkit/params.ts";

export default defineTool({
  name: "answer_approval",
  title: "Answer approval",
  effect: "answer",
  search: null,
  description: "For the approval card only.",
  input: z.strictObject({
    approval_id: line(64, "Approval id."),
    secret: line(128, "Secret."),
    decision: z.enum(["approve", "decline", "shown"]).describe("Click."),
    typed: block(100, "What the person typed.").optional(),
  }),
  output: z.object({ ok: z.boolean(), message: z.string(), outcome: z.string().optional() }),
  examples: [{ approval_id: "none", secret: "none", decision: "decline" }],
  async run(input, guard) {
    const answer = await guard.answer({
      id: input.approval_id,
      secret: input.secret,
      decision: input.decision,
      ...(input.typed === undefined ? {} : { typed: input.typed }),
    });
    const { ok, message, outcome } = answer;
    return { data: { ok, message, ...(outcome === undefined ? {} : { outcome: outcome.is }) } };
  },
  render: ({ message }) => message,
});

import { z } from "zod";
import type { JsonObject } from "../domain/json.ts";
import type { Guard, Plan } from "../guard/port.ts";
import type { Journal, PerformOptions } from "../journal/port.ts";
import type { Operation } from "../operations/operation.ts";
import type { Call, Deps, DraftContext, ReadContext, Settled } from "./context.ts";
import { EFFECTS, type Effect } from "./effect.ts";
import type { GivenApproval } from "./guarded.ts";
import { type ListedTool, listedInput, listedOutput } from "./listing.ts";
import { type ToolAnswer, runAct, runAnswer, runCommit, runDraft, runRead } from "./run.ts";

/** A tool as the registry holds it: the types of its input and output are closed over. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly effect: Effect;
  readonly description: string;
  /** Valid arguments, run on the simulator by the laws and shown in the documentation. */
  readonly examples: readonly JsonObject[];
  readonly properties: readonly string[];
  /** Exactly what `tools/list` sends. */
  listing(): ListedTool;
  /** Never throws: every failure is an answer that says what happened, whether anything changed and what to do next. */
  call(deps: Deps, raw: unknown, call: Call): Promise<ToolAnswer>;
}

type Shape = z.ZodObject;

interface Base<I extends Shape, O extends Shape> {
  readonly name: string;
  readonly title: string;
  /** One to three sentences for the model: what it does, when to use it, what it returns. Constant. */
  readonly description: string;
  readonly input: I;
  /** What a successful answer holds besides the common fields. */
  readonly output: O;
  readonly examples: readonly JsonObject[];
  /** The text of an answer, made from its data alone, so that both say the same. */
  render(data: z.infer<O>): string;
  /** Extra `_meta` of the listing (e.g. the card that shows the answer). */
  readonly meta?: JsonObject;
}

export interface Result<O> {
  readonly data: O;
  /** The next sensible step or the way back, one short sentence. */
  readonly next?: string;
  /** Goes into the result's `_meta`: for views, never for the model. */
  readonly meta?: JsonObject;
}

export interface ReadTool<I extends Shape, O extends Shape> extends Base<I, O> {
  readonly effect: "read";
  run(input: z.infer<I>, context: ReadContext): Promise<Result<z.infer<O>>>;
}

export interface DraftTool<I extends Shape, O extends Shape> extends Base<I, O> {
  readonly effect: "draft";
  run(input: z.infer<I>, context: DraftContext): Promise<Result<z.infer<O>>>;
}

/** What a view calls for the person who clicked in it. */
export interface AnswerTool<I extends Shape, O extends Shape> extends Base<I, O> {
  readonly effect: "answer";
  run(input: z.infer<I>, guard: Guard): Promise<Result<z.infer<O>>>;
}

/** One guarded act: what the person is asked stands beside what will be done. */
export interface CommitTool<
  I extends Shape,
  O extends Shape,
  A extends JsonObject,
  B extends JsonObject,
  R extends JsonObject,
> extends Base<I, O> {
  readonly effect: "commit";
  readonly operation: Operation<A, B, R>;
  /** The operation's arguments, with references resolved to ids. Reads only. */
  resolve(input: z.infer<I>, context: ReadContext): Promise<A>;
  /** A fresh read, turned into what the person will see. Called again right before the act. */
  preview(args: A, context: ReadContext): Promise<Plan>;
  /** What to answer once it is done; reads the result back. */
  report(outcome: Settled<R>, args: A, context: ReadContext): Promise<Result<z.infer<O>>>;
}

/** A guarded act that is not one operation of the API. */
export interface ActTool<I extends Shape, O extends Shape> extends Base<I, O> {
  readonly effect: "commit";
  begin(
    input: z.infer<I>,
    context: ReadContext,
    hands: { readonly journal: Journal; readonly options: PerformOptions },
  ): Promise<{
    /** Canonical identity of the act. */
    readonly subject: JsonObject;
    preview(): Promise<Plan>;
    act(approval: GivenApproval): Promise<Result<z.infer<O>>>;
  }>;
}

export function defineAct<I extends Shape, O extends Shape>(tool: ActTool<I, O>): Tool {
  return { ...described(tool), call: (deps, raw, call) => runAct(tool, deps, raw, call) };
}

export function defineTool<I extends Shape, O extends Shape>(
  tool: ReadTool<I, O> | DraftTool<I, O> | AnswerTool<I, O>,
): Tool {
  switch (tool.effect) {
    case "read":
      return { ...described(tool), call: (deps, raw, call) => runRead(tool, deps, raw, call) };
    case "draft":
      return { ...described(tool), call: (deps, raw, call) => runDraft(tool, deps, raw, call) };
    case "answer":
      return { ...described(tool), call: (deps, raw) => runAnswer(tool, deps, raw) };
  }
}

export function defineCommit<
  I extends Shape,
  O extends Shape,
  A extends JsonObject,
  B extends JsonObject,
  R extends JsonObject,
>(tool: CommitTool<I, O, A, B, R>): Tool {
  return { ...described(tool), call: (deps, raw, call) => runCommit(tool, deps, raw, call) };
}

function described<I extends Shape, O extends Shape>(
  tool: Base<I, O> & { readonly effect: Effect },
): Omit<Tool, "call"> {
  return {
    name: tool.name,
    title: tool.title,
    effect: tool.effect,
    description: tool.description,
    examples: tool.examples,
    properties: Object.keys(tool.input.shape),
    listing: () => ({
      name: tool.name,
      title: tool.title,
      description: tool.description,
      inputSchema: listedInput(tool.input),
      outputSchema: listedOutput(tool.output),
      annotations: { title: tool.title, ...EFFECTS[tool.effect].annotations },
      ...(tool.meta === undefined ? {} : { _meta: tool.meta }),
    }),
  };
}

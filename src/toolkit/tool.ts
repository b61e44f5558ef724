import type { z } from "zod";
import type { GuardedAct } from "../acts/act.ts";
import type { DocumentReading } from "../acts/reading.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Guard } from "../guard/port.ts";
import type { Journal, PerformOptions } from "../journal/port.ts";
import type { Call, Deps, DraftContext, ReadContext, SaveContext, Settled } from "./context.ts";
import type { Effect } from "./effect.ts";
import type { Approved, Question } from "./guarded.ts";
import type { HostHints } from "./host-hints.ts";
import type { ListedTool } from "./listed-tool.ts";
import type { ResourceLink, ToolAnswer } from "./report.ts";

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

export type Shape = z.ZodObject;

export interface ToolBase<I extends Shape, O extends Shape> extends HostHints {
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
  /** True when hosts show the answer as a card in the chat. Guarded acts always are. */
  readonly card?: true;
}

export interface Result<O> {
  readonly data: O;
  /** The next sensible step or the way back, one short sentence. */
  readonly next?: string;
  /** Goes into the result's `_meta`: for views, never for the model. */
  readonly meta?: JsonObject;
  /** Resources of this server that go with the answer; the data names them too. */
  readonly links?: readonly ResourceLink[];
}

export interface ReadTool<I extends Shape, O extends Shape> extends ToolBase<I, O> {
  readonly effect: "read";
  run(input: z.infer<I>, context: ReadContext): Promise<Result<z.infer<O>>>;
}

/** Reads, and may save a file where the owner allowed it. */
export interface SaveTool<I extends Shape, O extends Shape> extends ToolBase<I, O> {
  readonly effect: "save";
  run(input: z.infer<I>, context: SaveContext): Promise<Result<z.infer<O>>>;
}

export interface DraftTool<I extends Shape, O extends Shape> extends ToolBase<I, O> {
  readonly effect: "draft" | "remove";
  run(input: z.infer<I>, context: DraftContext): Promise<Result<z.infer<O>>>;
}

/** What a view calls for the person who clicked in it. */
export interface AnswerTool<I extends Shape, O extends Shape> extends ToolBase<I, O> {
  readonly effect: "answer";
  run(input: z.infer<I>, guard: Guard): Promise<Result<z.infer<O>>>;
}

/** One guarded act: what the person is asked and what will be done are both the act's. */
export interface CommitTool<
  I extends Shape,
  O extends Shape,
  A extends JsonObject,
  B extends JsonObject,
  R extends JsonObject,
  S extends DocumentReading,
> extends ToolBase<I, O> {
  readonly effect: "commit";
  readonly act: GuardedAct<A, B, R, S>;
  /** The act's arguments, with references resolved to ids. Reads only. */
  resolve(input: z.infer<I>, context: ReadContext): Promise<A>;
  /** What the record knows against it; throws. */
  check?(reading: S, journal: Journal): Promise<void>;
  /** What to answer once it is done. */
  report(outcome: Settled<R>, args: A, context: ReadContext): Promise<Result<z.infer<O>>>;
}

/** A guarded act that is not one act of the API. */
export interface ActTool<I extends Shape, O extends Shape, Q extends Question> extends ToolBase<I, O> {
  readonly effect: "commit";
  begin(
    input: z.infer<I>,
    context: ReadContext,
    hands: { readonly journal: Journal; readonly options: PerformOptions },
  ): Promise<{
    /** Canonical identity of the act. */
    readonly subject: JsonObject;
    ask(): Promise<Q>;
    act(approved: Approved, question: Q): Promise<Result<z.infer<O>>>;
  }>;
}

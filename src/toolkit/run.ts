import type { z } from "zod";
import type { Asking } from "../acts/act.ts";
import type { DocumentReading } from "../acts/reading.ts";
import type { Invoice } from "../domain/invoice.ts";
import { canonicalJson, defined, isJsonObject, type JsonObject } from "../domain/json.ts";
import { traceIdOf } from "../domain/tracing.ts";
import { CancelledError, InvoicingError, RateLimitedError } from "../errors.ts";
import { type Journal, OPEN_STATES, type Outcome, type PerformOptions } from "../journal/port.ts";
import type { Call, Deps, DraftContext, ReadContext, Settled } from "./context.ts";
import { filesFor } from "./documents.ts";
import { guarded, planNote, type Question } from "./guarded.ts";
import { parseInput } from "./input.ts";
import type { Common } from "./listing.ts";
import { possibleNext } from "./offered.ts";
import { askingOf, readContext, readingContext } from "./read-context.ts";
import { accountName, errorAnswer, operationLine, resultAnswer, type ToolAnswer } from "./report.ts";
import type { ActTool, AnswerTool, CommitTool, DraftTool, ReadTool, Result, SaveTool } from "./tool.ts";

export type { ToolAnswer } from "./report.ts";

type Shape = z.ZodObject;

/** Clients give a call up after 60 s; asking a person and settling the outcome share this. */
const CALL_MS = 55_000;
/** A job of many steps begins none that could end later than this: what is left is for the next call. */
const JOB_MS = 50_000;

/** The one pipeline: validate, act, report. Tools let errors rise to here. */
export async function runRead<I extends Shape, O extends Shape>(
  tool: ReadTool<I, O>,
  deps: Deps,
  raw: unknown,
  call: Call,
): Promise<ToolAnswer> {
  return answered(deps, call, false, async (context) => {
    const result = await tool.run(parseInput(tool.name, tool.input, raw), context);
    return finish(tool, result, context);
  });
}

/** Changes nothing at the API, so a failure never leaves a doubt; a file is there or it is not. */
export async function runSave<I extends Shape, O extends Shape>(
  tool: SaveTool<I, O>,
  deps: Deps,
  raw: unknown,
  call: Call,
): Promise<ToolAnswer> {
  return answered(deps, call, false, async (context) => {
    const input = parseInput(tool.name, tool.input, raw);
    const result = await tool.run(input, { ...context, ...filesFor(deps, call.asker.client) });
    return finish(tool, result, context);
  });
}

export async function runDraft<I extends Shape, O extends Shape>(
  tool: DraftTool<I, O>,
  deps: Deps,
  raw: unknown,
  call: Call,
): Promise<ToolAnswer> {
  return answered(deps, call, true, async (context) => {
    const input = parseInput(tool.name, tool.input, raw);
    const journal = await deps.journal();
    const trail: Outcome<JsonObject>[] = [];
    const options = performOptions(deps, call);
    const end = deps.clock.now() + JOB_MS;
    let longest = 0;
    const drafting: DraftContext = {
      ...context,
      perform: async (act, args, wishes) => {
        const begun = deps.clock.now();
        if (trail.length > 0 && begun + longest > end) throw new OutOfTime();
        const outcome = await journal.perform(act, args, {
          ...options,
          ...defined({ duplicate_of: wishes?.duplicate_of, note: wishes?.note, reading: wishes?.reading }),
        });
        longest = Math.max(longest, deps.clock.now() - begun);
        trail.push(outcome);
        if (!isSettled(outcome)) throw new Unsettled(outcome);
        return outcome;
      },
    };
    try {
      const result = await tool.run(input, drafting);
      // One line that was stored differently is what the caller has to know, however well the others went.
      const told = trail.find((outcome) => outcome.outcome === "mismatch") ?? trail.at(-1);
      return finish(tool, result, context, { ...written(told), ...(await unresolved(journal, told)) });
    } catch (error) {
      const done = trail.filter(isSettled).filter((outcome) => outcome.outcome !== "already_done");
      if (error instanceof Unsettled) return unsettledAnswer(error.outcome, context, done);
      if (done.length > 0) return partialAnswer(tool.name, error, done, context);
      throw error;
    }
  });
}

/** A job of several steps that stopped on the way: `isError` would say that nothing happened. */
function partialAnswer(
  tool: string,
  thrown: unknown,
  done: readonly Settled<JsonObject>[],
  context: ReadContext,
): ToolAnswer {
  const failure = errorAnswer(thrown, undefined, true);
  const reason = failure.kind === "result" ? failure.text : "";
  return resultAnswer(
    { ...draftOf(done), done_before: doneBefore(done) },
    [`${tool} stopped before it was complete. Done so far:`, ...doneBefore(done), `Then: ${reason}`].join("\n"),
    {
      account: accountName(context.organization, context.simulator),
      outcome: "partial",
      next:
        thrown instanceof RateLimitedError
          ? `Call ${tool} again with the same arguments${thrown.retry_after_ms === undefined ? "" : ` in ${Math.ceil(thrown.retry_after_ms / 1000)} s`}: it goes on where it stopped and repeats nothing.`
          : `Correct what was refused, or call ${tool} again with the same arguments: it goes on where it stopped and repeats nothing. Other lines begin a new draft.`,
    },
    undefined,
  );
}

/** The draft that a job had begun. */
function draftOf(done: readonly Settled<JsonObject>[]): { readonly invoice_id?: string } {
  const id = done.find(({ operation }) => operation?.kind === "create_invoice")?.operation?.subject.id;
  return id ? { invoice_id: id } : {};
}

function doneBefore(done: readonly Settled<JsonObject>[]): string[] {
  return done.flatMap(({ operation }) => (operation === null ? [] : [operationLine(operation)]));
}

/** Needs no API: it only records what the person clicked. */
export async function runAnswer<I extends Shape, O extends Shape>(
  tool: AnswerTool<I, O>,
  deps: Deps,
  raw: unknown,
): Promise<ToolAnswer> {
  try {
    const result = await tool.run(parseInput(tool.name, tool.input, raw), await deps.guard());
    return resultAnswer(result.data, tool.render(result.data), {}, result.meta);
  } catch (error) {
    return errorAnswer(error, undefined, false);
  }
}

/** The question about one act, with what it was made from. */
interface ActQuestion<S> extends Question {
  readonly reading: S;
  readonly asking: Asking;
}

/** Guarded acts: recall → reading, question, approval → reading, act → answer. */
export async function runCommit<
  I extends Shape,
  O extends Shape,
  A extends JsonObject,
  B extends JsonObject,
  R extends JsonObject,
  S extends DocumentReading,
>(tool: CommitTool<I, O, A, B, R, S>, deps: Deps, raw: unknown, call: Call): Promise<ToolAnswer> {
  const { act } = tool;
  const { guarded: asks } = act;
  return answered(deps, call, true, async (context) => {
    const { args: given, token } = splitToken(raw);
    const input = parseInput(tool.name, tool.input, given);
    const journal = await deps.journal();
    const args = await tool.resolve(input, context);
    const options = performOptions(deps, call);
    const recall = () => journal.recall(act, args, options);
    const recalled = await recall();
    if (recalled !== null) return commitAnswer(tool, recalled, args, context, journal);
    const decided = guarded<ActQuestion<S>>(
      {
        tool: tool.name,
        subject: canonicalJson({ kind: act.kind, ...act.identity(args) }),
        async ask() {
          const reading = await act.read(args, readingContext(context), "asked");
          const refusal = act.allowed(args, reading);
          if (refusal !== null) throw refusal;
          await tool.check?.(reading, journal);
          const asking = await askingOf(asks.receiver(reading), context);
          const locks = [...act.locks(args), ...asks.locks(args, reading)];
          return { plan: asks.plan(args, reading, asking), at: reading.at, locks, reading, asking };
        },
        isDone: async () => (await recall()) !== null,
        async act({ covers, ...approval }, { plan, reading: asked, asking }) {
          let last: Invoice = asked.invoice;
          const outcome = await journal.perform(act, args, {
            ...options,
            note: planNote(plan),
            approval: {
              ...approval,
              covers(now) {
                last = now.invoice;
                return covers(asks.plan(args, { ...now, earlier: now.earlier ?? asked.earlier }, asking));
              },
            },
          });
          return commitAnswer(tool, completed(outcome, last), args, context, journal);
        },
      },
      deps,
      call,
      context,
      token,
    );
    return decided.catch(async (error: unknown) => {
      // Refused for what an equal call did since the record was looked at: then that is the answer.
      const since = isRefusal(error) ? await recall() : null;
      if (since === null) throw error;
      return commitAnswer(tool, since, args, context, journal);
    });
  });
}

function isRefusal(error: unknown): boolean {
  return error instanceof InvoicingError && error.effect === "none" && !(error instanceof CancelledError);
}

/** The answer to an action need not show lines and customer: a locked document has those it had right before. */
function completed<R>(outcome: Outcome<R>, before: Invoice): Outcome<R> {
  if (!isSettled(outcome) || outcome.document === undefined) return outcome;
  const { customer_unknown, ...document } = outcome.document;
  if (document.id !== before.id) return outcome;
  const { customer_id, customer } = customer_unknown ? before : document;
  return { ...outcome, document: { ...document, items: document.items ?? before.items, customer_id, customer } };
}

/** Acts that are guarded but not one act of the API: a person's verdict, a batch under one approval. */
export async function runAct<I extends Shape, O extends Shape, Q extends Question>(
  tool: ActTool<I, O, Q>,
  deps: Deps,
  raw: unknown,
  call: Call,
): Promise<ToolAnswer> {
  return answered(deps, call, true, async (context) => {
    const { args: given, token } = splitToken(raw);
    const input = parseInput(tool.name, tool.input, given);
    const journal = await deps.journal();
    const options = performOptions(deps, call);
    const { subject, ask, act } = await tool.begin(input, context, { journal, options });
    return guarded(
      {
        tool: tool.name,
        subject: canonicalJson(subject),
        ask,
        async act(approved, question) {
          const result = await act(approved, question);
          return finish(tool, result, context, await unresolved(journal, undefined));
        },
      },
      deps,
      call,
      context,
      token,
    );
  });
}

/** `approval_token` is listed, and comes, only when the owner chose `--confirm token`. */
function splitToken(raw: unknown): { readonly args: unknown; readonly token: string | undefined } {
  if (!isJsonObject(raw) || typeof raw["approval_token"] !== "string") return { args: raw, token: undefined };
  const { approval_token: token, ...args } = raw;
  return { args, token: typeof token === "string" ? token : undefined };
}

async function commitAnswer<
  I extends Shape,
  O extends Shape,
  A extends JsonObject,
  B extends JsonObject,
  R extends JsonObject,
  S extends DocumentReading,
>(
  tool: CommitTool<I, O, A, B, R, S>,
  outcome: Outcome<R>,
  args: A,
  context: ReadContext,
  journal: Journal,
): Promise<ToolAnswer> {
  if (!isSettled(outcome)) return unsettledAnswer(outcome, context);
  const result = await tool.report(outcome, args, context);
  return finish(tool, result, context, { ...written(outcome), ...(await unresolved(journal, outcome)) });
}

function isSettled<R>(outcome: Outcome<R>): outcome is Settled<R> {
  return outcome.result !== null;
}

/** Ends a job of many steps in time; the same call goes on. */
class OutOfTime extends RateLimitedError {
  constructor() {
    super("The time of one call is over.", { next: "Make the same call again: it goes on where it stopped." });
  }
}

/** Ends a multi-step draft tool at the first step whose outcome is open. */
class Unsettled extends Error {
  readonly outcome: Extract<Outcome<JsonObject>, { readonly result: null }>;
  constructor(outcome: Extract<Outcome<JsonObject>, { readonly result: null }>) {
    super(outcome.outcome);
    this.outcome = outcome;
  }
}

/** An unknown outcome is a successful answer: `isError` would say that nothing happened. */
function unsettledAnswer(
  outcome: Extract<Outcome<JsonObject>, { readonly result: null }>,
  context: ReadContext,
  done: readonly Settled<JsonObject>[] = [],
): ToolAnswer {
  const { operation } = outcome;
  const before = doneBefore(done);
  const why = operation.why ?? "No conclusive answer came back.";
  const candidates = operation.candidates.length === 0 ? "" : ` Look at: ${operation.candidates.join(", ")}.`;
  const tellUser =
    outcome.outcome === "unknown"
      ? `The request for ${operation.kind} was sent, but it is not known whether it was carried out. ${why} It is being checked; please do not do it by hand until this is settled.`
      : `The request for ${operation.kind} may have been carried out, and only a person can tell. ${why}${candidates}`;
  return resultAnswer(
    before.length === 0 ? {} : { done_before: before },
    [`${operation.kind}: outcome ${outcome.outcome}.`, ...before.map((line) => `Done before: ${line}`)].join("\n"),
    {
      account: accountName(context.organization, context.simulator),
      outcome: outcome.outcome,
      operation_id: operation.id,
      tell_user: tellUser,
      next:
        outcome.outcome === "unknown"
          ? `Call get_operation with ${operation.id} in 30 s. Repeating the same call is safe: it returns this operation and does nothing twice.`
          : `A person looks at the candidates and decides: resolve_operation with ${operation.id}.`,
    },
    undefined,
  );
}

/** Said beside an answer; a journal that cannot be read now must not turn a finished act into an error. */
async function unresolved(journal: Journal, current: Outcome<JsonObject> | undefined): Promise<Common> {
  try {
    const open = await journal.list({ states: OPEN_STATES, limit: 4 });
    const others = open.filter((record) => record.id !== current?.operation?.id).map(operationLine);
    return others.length === 0 ? {} : { unresolved: others };
  } catch {
    return {};
  }
}

function written(outcome: Outcome<JsonObject> | undefined): Common {
  if (outcome === undefined) return {};
  return {
    outcome: outcome.outcome,
    ...(outcome.operation === null ? {} : { operation_id: outcome.operation.id }),
    ...(outcome.outcome === "mismatch" && outcome.operation.why !== null ? { tell_user: outcome.operation.why } : {}),
  };
}

function finish<O extends Shape>(
  tool: { render(data: z.infer<O>): string },
  result: Result<z.infer<O>>,
  context: ReadContext,
  fields: Common = {},
): ToolAnswer {
  return resultAnswer(
    result.data,
    tool.render(result.data),
    {
      ...fields,
      ...(result.next === undefined ? {} : { next: possibleNext(result.next, context.hiddenTools) }),
      account: accountName(context.organization, context.simulator),
    },
    result.meta,
    result.links,
  );
}

function performOptions(deps: Deps, call: Call): PerformOptions {
  return {
    signal: call.signal,
    end_by: deps.clock.now() + CALL_MS,
    onProgress: (message: string) => call.progress(message),
    ...(call.stillAllowed === undefined ? {} : { stillAllowed: call.stillAllowed }),
    request: call.request ?? { request_id: null, trace_id: traceIdOf(call.traceparent) },
  };
}

async function answered(
  deps: Deps,
  call: Call,
  writes: boolean,
  body: (context: ReadContext) => Promise<ToolAnswer>,
): Promise<ToolAnswer> {
  let account: string | undefined;
  try {
    const context = await readContext(deps, call);
    account = accountName(context.organization, deps.simulator);
    return await body(context);
  } catch (error) {
    if (error instanceof InvoicingError) return errorAnswer(error, account, writes);
    return errorAnswer(call.signal.aborted && !writes ? new CancelledError() : error, account, writes);
  }
}

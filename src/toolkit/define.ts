import type { DocumentReading } from "../acts/reading.ts";
import type { JsonObject } from "../domain/json.ts";
import { CARD_URI, LEGACY_CARD_KEY, VIEWS_URI } from "../ui/names.ts";
import { EFFECT_META, EFFECTS, type Effect } from "./effect.ts";
import type { Question } from "./guarded.ts";
import { hostHints } from "./host-hints.ts";
import { listedInput, listedOutput } from "./listing.ts";
import { runAct, runAnswer, runCommit, runDraft, runRead, runSave } from "./run.ts";
import type { ActTool, AnswerTool, CommitTool, DraftTool, ReadTool, SaveTool, Shape, Tool, ToolBase } from "./tool.ts";

export function defineAct<I extends Shape, O extends Shape, Q extends Question>(tool: ActTool<I, O, Q>): Tool {
  return { ...described(tool), call: (deps, raw, call) => runAct(tool, deps, raw, call) };
}

export function defineTool<I extends Shape, O extends Shape>(
  tool: ReadTool<I, O> | SaveTool<I, O> | DraftTool<I, O> | AnswerTool<I, O>,
): Tool {
  switch (tool.effect) {
    case "read":
      return { ...described(tool), call: (deps, raw, call) => runRead(tool, deps, raw, call) };
    case "save":
      return { ...described(tool), call: (deps, raw, call) => runSave(tool, deps, raw, call) };
    case "draft":
    case "remove":
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
  S extends DocumentReading,
>(tool: CommitTool<I, O, A, B, R, S>): Tool {
  return { ...described(tool), call: (deps, raw, call) => runCommit(tool, deps, raw, call) };
}

function described<I extends Shape, O extends Shape>(
  tool: ToolBase<I, O> & { readonly effect: Effect },
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
      outputSchema: listedOutput(tool.output, tool.effect === "commit"),
      annotations: { title: tool.title, ...EFFECTS[tool.effect].annotations },
      _meta: { [EFFECT_META]: tool.effect, ...hostHints(tool), ...cardMeta(tool) },
    }),
  };
}

/** What hosts with MCP Apps show: the approval of guarded acts, the answers of tools that say so. Only the card may answer. */
function cardMeta(tool: { readonly effect: Effect; readonly card?: true }): JsonObject {
  if (tool.effect === "answer") return { ui: { visibility: ["app"] } };
  if (tool.effect !== "commit" && tool.card !== true) return {};
  const resourceUri = tool.effect === "commit" ? CARD_URI : VIEWS_URI;
  return { ui: { resourceUri }, [LEGACY_CARD_KEY]: resourceUri };
}

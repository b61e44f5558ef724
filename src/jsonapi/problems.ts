import type { ApiProblem } from "../errors.ts";
import { isRecord, type JsonRecord } from "./document.ts";

/** What an error answer says, raw: the text is untrusted and uncleaned. */
export interface ErrorAnswer {
  /** False for HTML and plain text: the answer came from something in front of the API. */
  readonly from_api: boolean;
  readonly problems: readonly ApiProblem[];
}

const MOST_PROBLEMS = 20;

/**
 * Reads an error body: JSON:API `errors[]`, `{ "error": … }`, `{ "title", "message" }` (wire facts 2.8), or the title of
 * a proxy's HTML page. Never throws.
 */
export function readErrorAnswer(text: string): ErrorAnswer {
  if (/^\s*</.test(text)) return { from_api: false, problems: withText(pageTitle(text)) };
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { from_api: false, problems: withText(text.trim().slice(0, 500)) };
  }
  if (!isRecord(body)) return { from_api: false, problems: [] };
  const { errors, error } = body;
  if (Array.isArray(errors)) {
    return { from_api: true, problems: errors.filter(isRecord).slice(0, MOST_PROBLEMS).map(jsonApiProblem) };
  }
  if (isRecord(error)) return { from_api: true, problems: [jsonApiProblem(error)] };
  if (typeof error === "string") {
    return { from_api: true, problems: [compact({ title: error, detail: textOf(body, "message") })] };
  }
  const plain = compact({ title: textOf(body, "title"), detail: textOf(body, "message") ?? textOf(body, "detail") });
  const known = Object.keys(plain).length > 0;
  return { from_api: known, problems: known ? [plain, ...laravelProblems(errors)] : [] };
}

/** Laravel's own validation shape: `{ message, errors: { field: ["…"] } }`. */
function laravelProblems(errors: unknown): ApiProblem[] {
  if (!isRecord(errors)) return [];
  return Object.entries(errors)
    .slice(0, MOST_PROBLEMS)
    .map(([field, texts]) => {
      const first: unknown = Array.isArray(texts) ? texts[0] : texts;
      return compact({ detail: typeof first === "string" ? first : undefined, pointer: `/data/attributes/${field}` });
    });
}

function jsonApiProblem(entry: JsonRecord): ApiProblem {
  const source = isRecord(entry["source"]) ? entry["source"] : {};
  return compact({
    status: textOf(entry, "status"),
    code: textOf(entry, "code"),
    title: textOf(entry, "title"),
    detail: textOf(entry, "detail") ?? textOf(entry, "message"),
    pointer: textOf(source, "pointer"),
    parameter: textOf(source, "parameter"),
  });
}

function textOf(record: JsonRecord, name: string): string | undefined {
  const value = record[name];
  if (typeof value === "string" && value !== "") return value;
  return typeof value === "number" ? String(value) : undefined;
}

type Maybe<T> = { [K in keyof T]?: T[K] | undefined };

function compact(problem: Maybe<ApiProblem>): ApiProblem {
  return {
    ...(problem.status === undefined ? {} : { status: problem.status }),
    ...(problem.code === undefined ? {} : { code: problem.code }),
    ...(problem.title === undefined ? {} : { title: problem.title }),
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    ...(problem.pointer === undefined ? {} : { pointer: problem.pointer }),
    ...(problem.parameter === undefined ? {} : { parameter: problem.parameter }),
  };
}

function withText(title: string): ApiProblem[] {
  return title === "" ? [] : [{ title }];
}

/** The `<title>` or first heading of an HTML page, without tags. Only the beginning is looked at. */
function pageTitle(html: string): string {
  const start = html.slice(0, 20_000);
  const found = /<(title|h1)\b[^>]*>([^<]*)/i.exec(start);
  return (found?.[2] ?? "")
    .replace(/&[a-z#0-9]+;/gi, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 200);
}

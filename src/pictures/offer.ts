import { isJsonObject, type JsonObject } from "../domain/json.ts";
import type { ClientFacts } from "../guard/port.ts";
import type { ToolAnswer } from "../toolkit/report.ts";
import { VIEW_META } from "../ui/names.ts";
import type { PicturesPage } from "./page.ts";

/**
 * Where a client shows no views, its person looks at a local page instead. The page shows every answer that has a picture by
 * itself once it is open, so that its address is told once and not with each answer: as few tokens as can be.
 */
export async function withPicture(
  answer: ToolAnswer,
  client: ClientFacts,
  open: () => Promise<PicturesPage>,
): Promise<ToolAnswer> {
  if (client.apps || answer.kind !== "result" || answer.isError) return answer;
  const shown = answer.meta?.[VIEW_META];
  if (!isJsonObject(shown) || (shown["show"] === undefined && shown["document"] === undefined)) return answer;
  try {
    const page = await open();
    page.keep({ structuredContent: answer.structured, _meta: { [VIEW_META]: shown } });
    // A document is read quickly in words, and asked about with a picture of its own before anything happens to it.
    const link = shown["show"] === undefined ? null : await page.link();
    return link === null ? answer : told(answer, `As a picture, in a browser on this machine: ${link}`);
  } catch {
    // Without a port to listen on the answer is what it was.
    return answer;
  }
}

function told(answer: Extract<ToolAnswer, { kind: "result" }>, sentence: string): ToolAnswer {
  const { tell_user } = answer.structured;
  const structured: JsonObject = {
    ...answer.structured,
    tell_user: typeof tell_user === "string" ? `${tell_user} ${sentence}` : sentence,
  };
  return { ...answer, structured, text: `${answer.text}\n${sentence}` };
}

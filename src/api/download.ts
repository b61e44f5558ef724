import { NotFoundError, PermissionError, UnavailableError, UnreadableAnswerError } from "../errors.ts";
import type { CallOptions } from "./port.ts";
import type { Wire } from "./wire.ts";

const MOST_REDIRECTS = 3;
const ELSEWHERE = "Open the document in the admin dashboard.";

/** The bytes behind a link of the API. Neither the link nor the answer's text enters an error: both may be secrets. */
export async function download(wire: Wire, link: string, accept: string, call?: CallOptions): Promise<Uint8Array> {
  const base = new URL(await wire.origin());
  let url = documentUrl(link, base, base);
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    const answer = await wire.fetchUrl(url, accept, call);
    const { status } = answer;
    const location = answer.header("location");
    if (status >= 200 && status < 300) {
      if (answer.body === null) throw new UnreadableAnswerError(`The document could not be fetched: ${answer.reason}.`);
      return answer.body;
    }
    if (status === 404 || status === 410) {
      throw new NotFoundError(`The document's link leads to nothing (${status}).`, { status, next: ELSEWHERE });
    }
    if (status === 401 || status === 403) {
      throw new PermissionError(`The API refused to hand out the document (${status}).`, { status });
    }
    if (status >= 400 || location === null) {
      throw new UnavailableError(`The API could not hand out the document (${status}).`, { status });
    }
    url = documentUrl(location, url, base);
  }
  throw new UnreadableAnswerError("The document could not be fetched: too many redirects.", { next: ELSEWHERE });
}

/** The link as an address of the API's own origin, or of the same host over https. */
function documentUrl(link: string, relativeTo: URL, base: URL): URL {
  const url = URL.canParse(link, relativeTo.href) ? new URL(link, relativeTo) : null;
  const allowed =
    url !== null &&
    url.username === "" &&
    (url.origin === base.origin || (url.protocol === "https:" && url.hostname === base.hostname && url.port === ""));
  if (!allowed) {
    throw new UnreadableAnswerError("The document's link leads to another host than the API; it was not followed.", {
      next: ELSEWHERE,
    });
  }
  return url;
}

import type { FixedResource } from "../toolkit/resource.ts";
import { CARD_MEDIA_TYPE, VIEWS_URI } from "../ui/names.ts";

/** No network, no permissions, its own border. */
const meta = {
  ui: {
    csp: { connectDomains: [], resourceDomains: [], frameDomains: [], baseUriDomains: [] },
    prefersBorder: false,
  },
} as const;

export default {
  uri: VIEWS_URI,
  name: "views",
  title: "Pictures of answers",
  description: "Shows an invoice, receivables, a statement, a report or the day's work. Nothing can be done from it.",
  mimeType: CARD_MEDIA_TYPE,
  meta,
  // Also with the content: hosts prefer what comes with the page they are about to show.
  async read() {
    const { viewsHtml } = await import("../ui/views.ts");
    return { mimeType: CARD_MEDIA_TYPE, body: viewsHtml(), meta };
  },
} satisfies FixedResource;

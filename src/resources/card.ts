import type { FixedResource } from "../toolkit/resource.ts";
import { cardHtml, cardResource } from "../ui/card.ts";

const { _meta: meta, ...listed } = cardResource;

export default {
  ...listed,
  meta,
  // Also with the content: hosts prefer what comes with the page they are about to show.
  read: async () => ({ mimeType: listed.mimeType, body: cardHtml(), meta }),
} satisfies FixedResource;

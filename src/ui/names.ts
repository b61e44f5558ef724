/** Names the server, the tools and the card agree on. */
export const CARD_URI = "ui://invoicing/card";
/** The pictures of answers: no approval, nothing that acts. */
export const VIEWS_URI = "ui://invoicing/views";
export const CARD_MEDIA_TYPE = "text/html;profile=mcp-app";
/** Older hosts read the card's address from this key of a tool's `_meta`. */
export const LEGACY_CARD_KEY = "ui/resourceUri";

/** The app-only tool the card calls. */
export const ANSWER_TOOL = "answer_approval";

/** Keys of a tool result's `_meta` that the card reads. Hosts do not show `_meta` to the model. */
export const APPROVAL_META = "invoicing/approval";
export const VIEW_META = "invoicing/view";

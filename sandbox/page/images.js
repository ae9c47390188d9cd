// Pictures with their words.
import { element, safeUrl } from "./dom.js";

// A Slack file has no address a browser could open: its words stand for it.
export const image = ({ image_url: url, alt_text: alt }) =>
  safeUrl(url || "")
    ? element("img", { src: url, alt, loading: "lazy" })
    : element("span", { class: "no-image", role: "img", "aria-label": alt }, alt);

// Pictures with their words.
import { element, safeUrl } from "./dom.js";
import { slackImage } from "./files.js";

const worded = (alt) => element("span", { class: "no-image", role: "img", "aria-label": alt }, alt);

export function image({ image_url: url, slack_file: file, alt_text: alt }) {
  if (file) return slackImage(file, alt);
  return safeUrl(url || "") ? element("img", { src: url, alt, loading: "lazy" }) : worded(alt);
}

// A sentence that comes and goes.
import { byId } from "./dom.js";

const STAYS_MS = 6000;
let fading;

export function say(sentence) {
  const notice = byId("notice");
  // What lies behind an open dialog can be neither seen nor heard.
  ([...document.querySelectorAll("dialog[open]")].at(-1) || document.body).append(notice);
  notice.textContent = sentence;
  notice.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => (notice.hidden = true), STAYS_MS);
}

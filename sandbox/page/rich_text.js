// rich_text blocks as elements.
import { element, link } from "./dom.js";
import { emojiNamed } from "./emoji.js";
import { everyone, person, place } from "./mrkdwn.js";
import { dateWords } from "./moments.js";

const STYLES = { code: "code", strike: "s", italic: "em", bold: "strong", underline: "u", highlight: "mark" };
const HOLDERS = {
  rich_text_section: "p",
  rich_text_quote: "blockquote",
  rich_text_preformatted: "pre",
};

const fromCode = (codes) => String.fromCodePoint(...codes.split("-").map((code) => parseInt(code, 16)));

function emoji({ name, unicode }) {
  return (unicode && /^[0-9a-f-]+$/i.test(unicode) ? fromCode(unicode) : emojiNamed(name)) || `:${name}:`;
}

const PIECES = {
  text: (piece) => piece.text,
  link: (piece) => link(piece.url, piece.text || piece.url),
  user: (piece) => person(piece.user_id),
  usergroup: () => everyone("group"),
  channel: (piece) => place(piece.channel_id),
  emoji,
  broadcast: (piece) => everyone(piece.range),
  color: (piece) => [element("i", { class: "swatch", style: `background:${CSS.escape(piece.value).replace("\\#", "#")}` }), piece.value],
  date: (piece) => element("time", {}, dateWords(piece.timestamp, piece.format) || piece.fallback),
};

function drawPiece(piece) {
  let made = PIECES[piece.type]?.(piece) ?? piece.text ?? "";
  for (const [style, tag] of Object.entries(STYLES)) if (piece.style?.[style]) made = element(tag, {}, made);
  return made;
}

function drawPart(part) {
  if (part.type === "rich_text_list") {
    const items = part.elements.map((item) => element("li", {}, item.elements.map(drawPiece)));
    const start = part.offset ? part.offset + 1 : null;
    const made = element(part.style === "ordered" ? "ol" : "ul", { start }, items);
    if (part.indent) made.style.marginInlineStart = `${part.indent * 1.5}em`;
    return made;
  }
  return element(HOLDERS[part.type] || "p", {}, part.elements.map(drawPiece));
}

export const richText = (block) => block.elements.map(drawPart);
